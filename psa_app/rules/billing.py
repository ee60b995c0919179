"""From approved time to printed invoice lines, within each SOW line's cap.

One printed line per SOW line, group (person, task, role, day, phase or none) and rate: its hours are whole
billed minutes, and minutes × rate ÷ 60 is its amount. What an entry contributes stands beside it as
a share; shares sum to their line, and each raw second is in one share or over the cap.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Literal, NamedTuple

from psa_app.errors import Invalid
from psa_app.rules import money
from psa_app.rules.hours import Rounding, Scope, billed_minutes, share_minutes

Grouping = Literal["person", "task", "role", "day", "phase", "none"]
GROUPINGS: tuple[Grouping, ...] = ("person", "task", "role", "day", "phase", "none")

Key = tuple[Hashable, ...]
OverCap = tuple[int, int, int]


class BillableEntry(NamedTuple):
    """Approved time not billed yet: `rate` is the frozen price of an hour in minor units.

    Of an entry that is billed in part, `seconds` are those left and `offset_seconds` those before.
    """

    id: int
    person_id: int | None
    task_id: int | None
    role_id: int | None
    sow_line_id: int
    day: date
    seconds: int
    rate: int
    offset_seconds: int = 0
    phase_id: int | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """What earlier invoices hold of one rounding group."""

    seconds: int
    minutes: int


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What the SOW line says: `cap` and `billed_so_far` are net minor units, credits given back.

    `billed` says by `rounding_group` what is billed already, so that rounding the rest of a group
    adds only what is missing from the whole: 7 minutes at 15 up are 15, however often they are cut.
    """

    sow_line_id: int
    rounding: Rounding
    cap: int | None
    billed_so_far: int
    billed: Mapping[Key, Billed] = field(default_factory=dict)


class Share(NamedTuple):
    """What one entry (from `offset_seconds` on) adds to a printed line."""

    entry_id: int
    offset_seconds: int
    seconds: int
    minutes: int
    amount: int


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One printed line; `key` holds the group's value: `(person_id,)`, `(day,)`, or `()`."""

    key: Key
    sow_line_id: int
    rate: int
    minutes: int
    amount: int
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class TimePlan:
    """`over_cap` holds (entry id, offset seconds, seconds), in the order of work date and id."""

    lines: list[DraftLine]
    over_cap: list[OverCap]

    @property
    def amount(self) -> int:
        """The sum of the printed lines, net."""
        return sum(line.amount for line in self.lines)


class _Piece(NamedTuple):
    entry: BillableEntry
    seconds: int
    minutes: int


def check_cap(cap: int | None, billed_so_far: int, field: str = "cap") -> None:
    """Raises `Invalid` for a negative cap, or one below what is billed already."""
    if cap is None:
        return
    if cap < 0:
        raise Invalid("A cap is 0 or more. Leave it empty if there is none.", field)
    if cap < billed_so_far:
        raise Invalid("More than that is billed already. Set the cap no lower than what is billed.", field)


def plan_time_lines(
    entries: Iterable[BillableEntry], terms_by_line: Mapping[int, LineTerms], grouping: Grouping
) -> TimePlan:
    """The printed lines of a draft and what lies over the caps; the order of `entries` is no matter.

    Under a cap, entries are taken by work date, then id; the one that crosses it is split after the
    largest whole number of billed minutes that fits. With several printed lines under one cap their
    printed sum never exceeds it. Raises `Invalid` for an entry whose SOW line has no terms.

    A cap of 100.00 with 40 and then 20 minutes at 120.00: one line of 0:50 and 100.00, and the
    second entry's last 600 seconds over the cap.
    """
    by_line: dict[int, list[BillableEntry]] = {}
    for entry in sorted(entries, key=attrgetter("day", "id", "offset_seconds")):
        by_line.setdefault(entry.sow_line_id, []).append(entry)
    key_of = _KEYS[grouping]
    lines: list[DraftLine] = []
    over_cap: list[tuple[date, OverCap]] = []
    for sow_line_id in sorted(by_line):
        terms = terms_by_line.get(sow_line_id)
        if terms is None:
            raise Invalid(f"SOW line {sow_line_id} does not say how time is billed.")
        pieces, beyond = _within_cap(_timed(by_line[sow_line_id], terms), terms, key_of)
        lines += _draft_lines(sow_line_id, pieces, key_of)
        over_cap += beyond
    return TimePlan(lines, [over for _, over in sorted(over_cap)])


_KEYS: dict[Grouping, Callable[[BillableEntry], Key]] = {
    "person": lambda entry: (entry.person_id,),
    "task": lambda entry: (entry.task_id,),
    "role": lambda entry: (entry.role_id,),
    "day": lambda entry: (entry.day,),
    "phase": lambda entry: (entry.phase_id,),
    "none": lambda _: (),
}


def rounding_group(entry: BillableEntry, per: Scope) -> Key:
    """What is rounded together: an entry's parts, or a person's day on a task."""
    return (entry.id,) if per == "entry" else (entry.person_id, entry.day, entry.task_id)


def open_parts(seconds: int, billed: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The (offset, seconds) of an entry that no billed (offset, seconds) covers.

    Of 600 s with (100, 200) billed, (0, 100) and (300, 300) are open. Raises `ValueError` when the
    billed parts overlap or reach beyond the entry.
    """
    parts: list[tuple[int, int]] = []
    reached = 0
    for offset, length in sorted(billed):
        if offset < reached or offset + length > seconds:
            raise ValueError("A second is billed twice.")
        if offset > reached:
            parts.append((reached, offset - reached))
        reached = offset + length
    return [*parts, (reached, seconds - reached)] if reached < seconds else parts


def _timed(entries: Sequence[BillableEntry], terms: LineTerms) -> list[_Piece]:
    """Each entry whole, with its billed minutes, in the entries' order."""
    rounding = terms.rounding
    if rounding.per == "entry" and not terms.billed and len({entry.id for entry in entries}) == len(entries):
        return [_Piece(entry, entry.seconds, billed_minutes(entry.seconds, rounding)) for entry in entries]
    groups: dict[Key, list[BillableEntry]] = {}
    for entry in entries:
        groups.setdefault(rounding_group(entry, rounding.per), []).append(entry)
    minutes_of: dict[tuple[int, int], int] = {}
    for key, group in groups.items():
        for entry, minutes in zip(group, _group_minutes(group, terms, terms.billed.get(key)), strict=True):
            minutes_of[entry.id, entry.offset_seconds] = minutes
    return [_Piece(entry, entry.seconds, minutes_of[entry.id, entry.offset_seconds]) for entry in entries]


def _group_minutes(group: Sequence[BillableEntry], terms: LineTerms, before: Billed | None) -> list[int]:
    """The minutes that the group's open entries add to what is billed of it already."""
    if before is None and len(group) == 1:
        return [billed_minutes(group[0].seconds, terms.rounding)]
    seconds = [entry.seconds for entry in group]
    earlier = before or Billed(0, 0)
    whole = billed_minutes(earlier.seconds + sum(seconds), terms.rounding)
    return share_minutes(max(whole - earlier.minutes, 0), seconds)


def _within_cap(
    pieces: list[_Piece], terms: LineTerms, key_of: Callable[[BillableEntry], Key]
) -> tuple[list[_Piece], list[tuple[date, OverCap]]]:
    if terms.cap is None:
        return pieces, []
    room = max(terms.cap - terms.billed_so_far, 0)
    minutes_of: dict[tuple[Key, int], int] = {}
    printed = 0
    for index, piece in enumerate(pieces):
        rate = piece.entry.rate
        key = (key_of(piece.entry), rate)
        before = minutes_of.get(key, 0)
        others = printed - money.per_hour(before, rate)
        after = before + piece.minutes
        if others + money.per_hour(after, rate) > room:
            fitting = _minutes_worth(room - others, rate) - before
            first, rest = _split(piece, fitting)
            return [*pieces[:index], *first], [*rest, *map(_whole_over, pieces[index + 1 :])]
        minutes_of[key] = after
        printed = others + money.per_hour(after, rate)
    return pieces, []


def _minutes_worth(amount: int, rate: int) -> int:
    """The most whole minutes whose rounded value at a rate above 0 is no more than `amount`.

    Half up, minutes × rate ÷ 60 rounds to `amount` or less while 2 × minutes × rate is below
    60 × (2 × amount + 1).
    """
    return (60 * (2 * amount + 1) - 1) // (2 * rate)


def _split(piece: _Piece, minutes: int) -> tuple[list[_Piece], list[tuple[date, OverCap]]]:
    """The piece up to `minutes` of its billed minutes, and the rest over the cap.

    Raw seconds are split in proportion; a billed part keeps at least one of them.
    """
    entry = piece.entry
    if minutes <= 0:
        return [], [_whole_over(piece)]
    seconds = min(max(piece.seconds * minutes // piece.minutes, 1), piece.seconds)
    rest = piece.seconds - seconds
    over = [(entry.day, (entry.id, entry.offset_seconds + seconds, rest))] if rest else []
    return [_Piece(entry, seconds, minutes)], over


def _whole_over(piece: _Piece) -> tuple[date, OverCap]:
    return piece.entry.day, (piece.entry.id, piece.entry.offset_seconds, piece.seconds)


def _draft_lines(
    sow_line_id: int, pieces: Iterable[_Piece], key_of: Callable[[BillableEntry], Key]
) -> list[DraftLine]:
    groups: dict[tuple[Key, int], list[_Piece]] = {}
    for piece in pieces:
        groups.setdefault((key_of(piece.entry), piece.entry.rate), []).append(piece)
    return [
        _draft_line(key, sow_line_id, rate, groups[key, rate])
        for key, rate in sorted(groups, key=_line_order)
    ]


def _line_order(group: tuple[Key, int]) -> tuple[object, ...]:
    key, rate = group
    return tuple((value is None, value or 0) for value in key), rate


def _draft_line(key: Key, sow_line_id: int, rate: int, pieces: Sequence[_Piece]) -> DraftLine:
    minutes = [piece.minutes for piece in pieces]
    total = sum(minutes)
    amount = money.per_hour(total, rate)
    parts = money.apportion(amount, minutes)
    shares = tuple(
        Share(piece.entry.id, piece.entry.offset_seconds, piece.seconds, piece.minutes, part)
        for piece, part in zip(pieces, parts, strict=True)
    )
    return DraftLine(key, sow_line_id, rate, total, amount, shares)
