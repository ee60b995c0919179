"""What a chance is worth, what it needs to be moved, how far chances get, and how old they are."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from statistics import median

from psa_app.errors import Invalid
from psa_app.rules import money, weeks

OPEN, WON, LOST = "open", "won", "lost"
OUTCOMES = (OPEN, WON, LOST)
MODELS = ("time_and_materials", "fixed", "milestone", "retainer", "subscription")
SOURCES = ("referral", "web", "partner", "event", "outbound", "existing", "other")
SLIP = timedelta(minutes=1)  # a stage that was left again sooner was a slip of the hand
USUAL_LIMIT = 30  # days, as long as fewer than LEAST_LEFT chances have left a stage
LEAST_LIMIT = 7
LEAST_LEFT = 3
USUAL_LENGTH = timedelta(weeks=4, days=-1)  # of work whose end nobody has named


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the pipeline in its order; `outcome` is open, won or lost."""

    id: int
    outcome: str = OPEN


@dataclass(frozen=True, slots=True)
class Conversion:
    """Of the `entered` how many went on to a later stage (or won), won, were lost, are still there."""

    stage_id: int
    entered: int = 0
    went_on: int = 0
    won: int = 0
    lost: int = 0
    here: int = 0

    @property
    def share(self) -> Fraction | None:
        """How many of those that have left went on; None before the first has left.

        Those still there have not failed yet, so they do not count against the stage.
        """
        decided = self.entered - self.here
        return Fraction(self.went_on, decided) if decided > 0 else None


Visit = tuple[int, datetime]  # a stage and when it was entered


def weighted(amount: int, percent: int) -> int:
    """Amount × probability in minor units, half up: 1001 at 50 % is 501."""
    return money.times(amount, Fraction(percent, 100))


def by_currency(amounts: Iterable[tuple[int, str]]) -> dict[str, int]:
    """Sums of (minor units, currency) by currency, in the order of the codes."""
    found: dict[str, int] = defaultdict(int)
    for amount, currency in amounts:
        found[currency] += amount
    return dict(sorted(found.items()))


def percent_in(stage_percent: int, outcome: str, own: int | None) -> int:
    """The probability in a stage: 100 when won, 0 when lost, else what was set by hand, else the stage's."""
    if outcome != OPEN:
        return 100 if outcome == WON else 0
    return stage_percent if own is None else own


def check_percent(percent: int) -> None:
    """Raises `Invalid` (field "percent") outside 0–100."""
    if not 0 <= percent <= 100:
        raise Invalid("Give a probability from 0 to 100.", "percent")


def check_move(
    outcome: str, *, amount: int, account: str, account_is_archived: bool, is_archived: bool, reason: str
) -> None:
    """Raises `Invalid` unless a chance may enter a stage of this `outcome`.

    No stage that is archived; won needs an amount and a client who is not archived; lost needs a reason.
    """
    if is_archived:
        raise Invalid("This stage is archived. Choose one that is in use.", "stage_id")
    if outcome == WON and account_is_archived:
        raise Invalid(f"{account} is archived. Take the client back first, then win this.", "stage_id")
    if outcome == WON and amount <= 0:
        raise Invalid("Say what it brings first: an amount above zero.", "amount_minor")
    if outcome == LOST and not reason.strip():
        raise Invalid("Say why it was lost: the next offer can learn from it.", "loss_reason")


def placed(ids: Sequence[int], moving: int, position: int | None) -> list[int]:
    """The order of a stage's cards with `moving` at `position` (0 is the top); None is the end."""
    rest = [one for one in ids if one != moving]
    at = len(rest) if position is None else max(0, min(position, len(rest)))
    return [*rest[:at], moving, *rest[at:]]


def visits(changes: Sequence[Visit], until: datetime) -> list[tuple[int, timedelta]]:
    """The stages that a chance was in, oldest first, and for how long; slips of the hand are left out.

    The last one lasts until `until` and always counts.
    """
    found: list[tuple[int, timedelta]] = []
    for place, (stage, at) in enumerate(changes):
        is_last = place == len(changes) - 1
        stayed = (until if is_last else changes[place + 1][1]) - at
        if not is_last and stayed < SLIP:
            continue
        if found and found[-1][0] == stage:
            stayed += found.pop()[1]
        found.append((stage, stayed))
    return found


def conversion(steps: Sequence[Step], paths: Iterable[Sequence[int]]) -> list[Conversion]:
    """For each open stage what became of those that entered it.

    `steps` in the pipeline's order; a path lists the stages that one chance was in, oldest first. Who
    jumped over a stage never entered it; who went back to one is counted once.
    """
    order = {step.id: place for place, step in enumerate(step for step in steps if step.outcome != LOST)}
    outcome = {step.id: step.outcome for step in steps}
    counts: dict[int, dict[str, int]] = {step.id: defaultdict(int) for step in steps}
    for path in paths:
        known = [stage for stage in path if stage in outcome]
        end = outcome[known[-1]] if known else OPEN
        for stage in set(known):
            count = counts[stage]
            count["entered"] += 1
            count["went_on"] += any(order.get(other, -1) > order.get(stage, 0) for other in known)
            count["won"] += end == WON
            count["lost"] += end == LOST
            count["here"] += known[-1] == stage
    return [_conversion(step.id, counts[step.id]) for step in steps if step.outcome == OPEN]


def _conversion(stage_id: int, count: Mapping[str, int]) -> Conversion:
    names = ("entered", "went_on", "won", "lost", "here")
    return Conversion(stage_id, *(count.get(name, 0) for name in names))


def age(since: datetime, now: datetime) -> int:
    """Whole days in a stage."""
    return max((now - since).days, 0)


def middle_days(stays: Sequence[timedelta]) -> int | None:
    """The median of how many whole days chances stayed in a stage, half up; None for none."""
    if not stays:
        return None
    return money.half_up(Fraction(median(stay.days for stay in stays)))


def limit_days(stays: Sequence[timedelta]) -> int:
    """After how many days in a stage a chance goes stale: twice the median of those that have left.

    At least a week; 30 days as long as fewer than three have left.
    """
    middle = middle_days(stays)
    if middle is None or len(stays) < LEAST_LEFT:
        return USUAL_LIMIT
    return max(2 * middle, LEAST_LIMIT)


def demand_days(starts_on: date | None, ends_on: date | None, expected_on: date | None) -> list[date]:
    """The working days (Monday to Friday) on which tentative hours would fall; none without any date.

    Work without a start begins when the order is expected; work without an end takes four weeks.
    """
    first = starts_on or expected_on or (ends_on - USUAL_LENGTH if ends_on else None)
    if first is None:
        return []
    last = max(ends_on or first + USUAL_LENGTH, first)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [day for day in days if day.weekday() < 5] or [first]


def by_week(minutes: int, days: Sequence[date]) -> dict[int, int]:
    """Minutes spread evenly over the days, by ISO week (yyyyww); they sum to `minutes`."""
    found: dict[int, int] = defaultdict(int)
    if days:
        for day, part in zip(days, money.apportion(minutes, [1] * len(days)), strict=True):
            found[weeks.week_of(day)] += part
    return dict(found)
