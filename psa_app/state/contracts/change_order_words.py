"""A change order's effect and its place in a list, in words."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from psa_app import routes
from psa_app.display.change import EffectRow, OrderLine
from psa_app.display.states import badge
from psa_app.formats import words
from psa_app.queries.contracts.effect import Effect, Side
from psa_app.queries.contracts.order_bookings import BookingMove
from psa_app.queries.contracts.orders import OrderRow

PLANNED = {"phase": "phase", "task": "task", "project_milestone": "milestone"}
DRAFTED = {"over_cap": "drafted for hours beyond the cap", "out_of_scope": "drafted for time out of scope"}


def effect_rows(found: Effect, locale: str) -> list[EffectRow]:
    """Value, cap, hours, term; and margin and backlog for who may see them."""
    old, new = found.before, found.after
    rows = [
        _money("Contract value", old.value, new.value, found.currency, locale),
        _cap(old, new, found.currency, locale),
        EffectRow(
            "Estimate",
            _hours(old.minutes),
            _hours(new.minutes),
            _signed_hours(new.minutes - old.minutes),
        ),
        EffectRow("Term", _term(old, locale), _term(new, locale)),
    ]
    if not (old.has_end and new.has_end):
        rows[0] = EffectRow("Contract value, without time that has no cap", *_three(rows[0]))
    if found.shows_margin:
        rows.append(_margin(old, new, locale))
        if old.backlog is not None and new.backlog is not None:
            rows.append(_money("Backlog", old.backlog, new.backlog, found.base, locale))
    return rows


def about_margin(found: Effect) -> str:
    """How the margin is worked out, or why it is not shown."""
    if not found.shows_margin:
        return "Margin and backlog are shown to owner, finance and the project’s lead."
    if found.after.expected is None:
        return "No role has a standard cost yet, so the margin is not known."
    costs = "the roles’ standard cost" if found.at_standard else "what an hour has cost so far"
    return (
        f"Margin: what is left once the estimate is worked, at {costs}. Backlog: value less what is earned."
    )


def about_plan(found: Effect) -> str:
    """Whose booked hours fall outside the new days, and what moves along; "" when the plan stays."""
    said = [text for text in (_about_cut(found.bookings), _about_moved(found)) if text]
    return " ".join([*said, "The project’s lead gets a mail."]) if said else ""


def _about_cut(bookings: Sequence[BookingMove]) -> str:
    cut: dict[str, int] = {}
    for one in bookings:
        if one.lost or not one.by:
            cut[one.who] = cut.get(one.who, 0) + one.lost
    if not cut:
        return ""
    whose = ", ".join(f"{who} {_joined(lost)}" for who, lost in cut.items())
    return (
        f"{_joined(sum(cut.values()))} of bookings fall outside the new days: {whose}. "
        "They are cut off when the client signs."
    )


def _about_moved(found: Effect) -> str:
    """ "3 bookings (Ann Berg), 2 phases and 5 tasks move 14 days later when the client signs." """
    kinds = Counter(one.kind for one in found.planned)
    booked = [one for one in found.bookings if one.by and one.days_after]
    parts = []
    if booked:
        whose = ", ".join(dict.fromkeys(one.who for one in booked))
        parts.append(f"{_many(len(booked), 'booking')} ({whose})")
    parts += [_many(kinds[kind], noun) for kind, noun in PLANNED.items() if kinds[kind]]
    if not parts:
        return ""
    one_alone = len(booked) + len(found.planned) == 1
    said = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
    way = "later" if found.by > 0 else "earlier"
    text = (
        f"{said} {'moves' if one_alone else 'move'} {_many(abs(found.by), 'day')} {way} when the client signs"
    )
    return f"{text}, to working days." if found.by % 7 else f"{text}."


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _joined(minutes: int) -> str:
    return f"{words.hours(minutes)}\u202fh"  # within a sentence, the figure keeps its unit


def _three(row: EffectRow) -> tuple[str, str, str, str]:
    return row.before, row.after, row.change, row.tone


def _money(label: str, old: int, new: int, currency: str, locale: str) -> EffectRow:
    return EffectRow(
        label,
        words.money(old, currency, locale),
        words.money(new, currency, locale),
        _signed(new - old, currency, locale),
        _tone(new - old),
    )


def _cap(old: Side, new: Side, currency: str, locale: str) -> EffectRow:
    def text(cap: int | None) -> str:
        return "no cap" if cap is None else words.money(cap, currency, locale)

    by = (new.cap or 0) - (old.cap or 0) if old.cap is not None and new.cap is not None else 0
    return EffectRow("Cap", text(old.cap), text(new.cap), _signed(by, currency, locale))


def _margin(old: Side, new: Side, locale: str) -> EffectRow:
    before, after = old.margin, new.margin
    change = ""
    points = Fraction(0)
    if before is not None and after is not None:
        points = (after - before) * 100
        if abs(points) >= Fraction(1, 20):
            change = f"{words.number(points, locale, 1, sign=True)} points"
    return EffectRow(
        "Margin expected", _percent(before, locale), _percent(after, locale), change, _tone(points)
    )


def _percent(share: Fraction | None, locale: str) -> str:
    return words.MISSING if share is None else words.percent(share, 1, locale)


def _tone(by: int | Fraction) -> str:
    return "ok" if by > 0 else "bad" if by < 0 else ""


def _signed(by: int, currency: str, locale: str) -> str:
    if not by:
        return ""
    return f"{'+' if by > 0 else words.MINUS}{words.money(abs(by), currency, locale)}"


def _hours(minutes: int) -> str:
    return f"{words.hours(minutes)} h"


def _signed_hours(minutes: int) -> str:
    return f"{'+' if minutes > 0 else words.MINUS}{_hours(abs(minutes))}" if minutes else ""


def _term(side: Side, locale: str) -> str:
    if side.ends_on is None:
        return f"from {words.day(side.starts_on, locale)}"
    return words.day_range(side.starts_on, side.ends_on, locale)


def order_line(one: OrderRow, currency: str) -> OrderLine:
    """A change order in the list of its scope."""
    word = badge(one.status)
    parts = [one.number, f"from {words.day(one.effective_on)}", DRAFTED.get(one.source, "")]
    if one.asked:
        parts.append("1 question waits" if one.asked == 1 else f"{one.asked} questions wait")
    by = "" if one.by is None else _signed(one.by, currency, "en") or words.money(0, currency)
    return OrderLine(
        str(one.id),
        one.title,
        " · ".join(part for part in parts if part),
        by,
        word.text,
        word.tone,
        routes.change_order(one.id),
    )
