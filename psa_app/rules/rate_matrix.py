"""A rate card as a matrix: a row for each role or person, a column a currency, cells of dated rates."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from psa_app.errors import Invalid
from psa_app.rules import money
from psa_app.rules.rates import ONE_DAY, Level, RateRow, overlap

LAST = date.max


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """A cell on a day: `now` counts on it, `later` are those that begin after it, `earlier` have ended.

    Each is sorted by its first day.
    """

    now: RateRow | None
    later: tuple[RateRow, ...]
    earlier: tuple[RateRow, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """How a new amount from a day on is laid into a cell.

    `ends` is the row that gives way, with its new last day; `changes` begins on that very day and takes
    the new amount instead of a row of its own; `until` is the last day of the new amount (None: open).
    """

    ends: tuple[RateRow, date] | None
    changes: RateRow | None
    until: date | None


def cells(rows: Iterable[RateRow], day: date) -> dict[tuple[int, str], MatrixCell]:
    """The cells of one card by (role or person, currency); 0 stands for everyone."""
    grouped: dict[tuple[int, str], list[RateRow]] = defaultdict(list)
    for row in rows:
        grouped[row.person_id or row.role_id or 0, row.currency].append(row)
    return {key: cell(group, day) for key, group in grouped.items()}


def cell(rows: Iterable[RateRow], day: date) -> MatrixCell:
    """The rates of one cell as they stand on a day."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    now = next((row for row in ordered if row.valid_from <= day <= (row.valid_to or LAST)), None)
    later = tuple(row for row in ordered if row.valid_from > day)
    earlier = tuple(row for row in ordered if (row.valid_to or LAST) < day)
    return MatrixCell(now, later, earlier)


def fit(rows: Iterable[RateRow], first_day: date) -> Fitted:
    """Where a new amount that counts from `first_day` goes among the rates of its cell.

    It counts to the last day of the row that it replaces, or else until the next row begins, so that
    rates planned for later keep their days.
    """
    found = cell(rows, first_day)
    if found.now is None:
        after = found.later[0].valid_from - ONE_DAY if found.later else None
        return Fitted(None, None, after)
    if found.now.valid_from == first_day:
        return Fitted(None, found.now, found.now.valid_to)
    return Fitted((found.now, first_day - timedelta(days=1)), None, found.now.valid_to)


_LEVELS: dict[tuple[str, str], tuple[Level | None, Level | None]] = {  # (for one, for everyone)
    ("firm", "roles"): (Level.firm_role, None),
    ("account", "roles"): (Level.account_role, Level.account),
    ("sow_line", "roles"): (Level.sow_line, Level.sow_line),
    ("project", "roles"): (Level.project_role, Level.project),
    ("everywhere", "people"): (Level.person, None),
    ("project", "people"): (Level.project_person, None),
}


def level_of(kind: str, of: str, row_id: int) -> Level | None:
    """The level of the ladder at which a kind of card holds a row's rate; None where it takes none.

    `of` is "roles" or "people"; row 0 is everyone.
    """
    one, everyone = _LEVELS.get((kind, of), (None, None))
    return one if row_id else everyone


def levels_of(kind: str, of: str) -> tuple[str, ...]:
    """All levels of a kind of card."""
    return tuple({level.value for level in _LEVELS.get((kind, of), ()) if level is not None})


@dataclass(frozen=True, slots=True)
class Laid:
    """A cell after a change: `gone` rows give way to `come` ones; a new row has the id 0."""

    gone: tuple[RateRow, ...]
    come: tuple[RateRow, ...]


def lay(rows: Iterable[RateRow], new: RateRow) -> Laid:
    """A new rate among the rates of its cell: open-ended it takes the place of what counts, as `fit` says.

    One with a last day must overlap no other: raises `Invalid`, as does the amount that counts already.
    """
    same = list(rows)
    if new.valid_to is not None:
        refuse_overlap(same, new)
        return Laid((), (new,))
    fitted = fit(same, new.valid_from)
    present = fitted.ends[0] if fitted.ends else fitted.changes
    if present is not None and present.amount == new.amount:
        raise Invalid("This amount counts already on that day. Type another one.", "rate")
    if fitted.changes is not None:
        return Laid((fitted.changes,), (replace(fitted.changes, amount=new.amount),))
    fresh = replace(new, valid_to=fitted.until)
    if fitted.ends is None:
        return Laid((), (fresh,))
    old, last_day = fitted.ends
    return Laid((old,), (replace(old, valid_to=last_day), fresh))


def take_away(rows: Iterable[RateRow], first_day: date) -> Laid:
    """A cell without its rate from a day on; raises `Invalid` where none counts on that day."""
    found = cell(rows, first_day).now
    if found is None:
        raise Invalid("No rate counts on that day, so there is nothing to end.", "rate")
    if found.valid_from == first_day:
        return Laid((found,), ())
    return Laid((found,), (replace(found, valid_to=first_day - ONE_DAY),))


def refuse_overlap(rows: Iterable[RateRow], new: RateRow) -> None:
    """Raises `Invalid` (field "valid_from") when another of some rates counts on a day of the new one."""
    found = overlap([new, *rows])
    if found is None or new not in found:
        return
    other = found[0] if found[1] == new else found[1]
    until = f"to {other.valid_to.isoformat()}" if other.valid_to else "on"
    amount = f"{money.plain(other.amount, other.currency)} {other.currency}"
    since = f"{other.valid_from.isoformat()} {until}"
    raise Invalid(f"A rate of {amount} counts from {since} already. End it first.", "valid_from")
