"""How far a line at a fixed price is at the end of each period, and the loss it is expected to make."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psa_app.queries.projects.contracts import FixedLine, Part
from psa_app.queries.projects.periods import THIS, Periods
from psa_app.queries.projects.worked import Worked
from psa_app.rules import money, recognition

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds and cost (base currency) of a task in the three periods."""

    seconds: list[int]
    cost: list[int]


@dataclass(frozen=True, slots=True)
class Progress:
    """Earned in all by the end of each period, in the line's currency (`value` is its price).

    `minutes` are worked in all by the end of each period, `rest` what is still to come (None when
    nobody knows), `cost` what has been spent on it so far in the base currency.
    """

    value: int
    earned: Triple
    minutes: Triple
    rest: int | None
    cost: int
    is_held: bool = False


def spent_by_task(work: Iterable[Worked]) -> dict[int, Spent]:
    """Time and cost by task."""
    found: dict[int, Spent] = {}
    for row in work:
        mine = found.setdefault(row.task_id, Spent([0, 0, 0], [0, 0, 0]))
        mine.seconds[row.period] += row.seconds
        mine.cost[row.period] += row.cost
    return found


def fixed_progress(line: FixedLine, at: Periods, spent: Mapping[int, Spent], booked: int) -> Progress:
    """The progress of a line; `booked` are minutes still planned for it.

    With an estimate: percent complete, and in full once its tasks are done or all its milestones are
    accepted. What is still to come are the bookings, else the rest of the estimate; when both are used
    up and work is open it holds at what was earned before. Without an estimate: accepted milestones, or
    a fee by dates straight over the days of the scope; without a last day, as its parts fall due.
    """
    mine = [spent[task] for task in line.tasks if task in spent]
    totals = [sum(one.seconds[period] for one in mine) for period in range(3)]
    minutes = _running(totals)
    cost = sum(sum(one.cost) for one in mine)
    if not line.estimate_minutes or not minutes[THIS]:
        by_days = [_by_days(line, end) for end in at.ends()]
        return Progress(line.value, _triple(by_days), minutes, None, cost)
    if not line.is_open:
        return Progress(line.value, _finished(line, minutes), minutes, 0, cost)
    rest = booked or max(line.estimate_minutes - minutes[THIS], 0) or None
    if rest is None and not _all_accepted(line.parts, at.today):
        return Progress(line.value, _held(line, minutes), minutes, None, cost, is_held=True)
    earned = [
        line.value
        if _all_accepted(line.parts, end)
        else recognition.recognized_fixed(line.value, done, line.estimate_minutes, minutes[THIS], rest)
        for done, end in zip(minutes, at.ends(), strict=True)
    ]
    return Progress(line.value, _triple(earned), minutes, rest, cost)


def expected_losses(progress: Progress, value: int) -> Triple:
    """What each period bears of a loss still to come, in the base currency; `value` is the price in it.

    The whole loss counts at once, so what the work itself has not lost yet is added; as the work goes
    on, the addition gives way to the real cost. What is left is costed as the hours so far.
    """
    actual = progress.minutes[THIS]
    if not progress.rest or not actual or not progress.value:
        return 0, 0, 0
    to_come = money.divide(progress.cost * progress.rest, actual)
    loss = recognition.expected_loss(value, progress.cost, to_come)
    open_parts = [progress.value - earned for earned in progress.earned]
    ahead = [money.divide(loss * part, progress.value) for part in open_parts]
    return ahead[0], ahead[1] - ahead[0], ahead[2] - ahead[1]


def _finished(line: FixedLine, minutes: Triple) -> Triple:
    earned = [money.divide(line.value * done, minutes[THIS]) for done in minutes]
    return earned[0], earned[1], line.value


def _held(line: FixedLine, minutes: Triple) -> Triple:
    """By the estimate while it lasted; from then on as it was."""
    earned: list[int] = []
    for done in minutes:
        before = earned[-1] if earned else line.value
        is_beyond = done >= line.estimate_minutes
        earned.append(
            recognition.recognized_fixed(
                line.value, done, line.estimate_minutes, done, None, work_open=is_beyond, held=before
            )
        )
    return _triple(earned)


def _running(seconds: Sequence[int]) -> Triple:
    return seconds[0] // 60, (seconds[0] + seconds[1]) // 60, sum(seconds) // 60


def _accepted(parts: Iterable[Part], until: date) -> int:
    return recognition.recognized_milestones((part.value, _is_accepted(part, until)) for part in parts)


def _by_days(line: FixedLine, until: date) -> int:
    if line.fees and line.ends_on is not None:
        return recognition.recognized_straight_line(line.value, line.starts_on, line.ends_on, until)
    return _accepted((*line.parts, *line.fees), until)


def _all_accepted(parts: Sequence[Part], until: date) -> bool:
    return bool(parts) and all(_is_accepted(part, until) for part in parts)


def _is_accepted(part: Part, until: date) -> bool:
    return part.accepted_on is not None and part.accepted_on <= until


def _triple(values: Sequence[int]) -> Triple:
    return values[0], values[1], values[2]
