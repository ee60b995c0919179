"""From what is typed in a scope's lines and deliverables to what its service takes, and back."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from psa_app.display.scope import (
    CardChoice,
    DeliverableDraft,
    FeeDraft,
    LineDraft,
    MilestoneDraft,
    RateDraft,
    RoleChoice,
)
from psa_app.errors import Invalid
from psa_app.formats import words
from psa_app.models import Deliverable, FeePart, SowLine
from psa_app.queries.contracts.cards import CardRate
from psa_app.queries.contracts.one import LineRow
from psa_app.queries.contracts.prices import RolePrice
from psa_app.rules import fields, hours, money, retainers, scopes
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import (
    DeliverableInput,
    FeePartInput,
    LineInput,
    MilestoneInput,
    RateInput,
)
from psa_app.services.problems import FieldProblems

T = TypeVar("T")
_LINES: TypeAdapter[list[LineDraft]] = TypeAdapter(list[LineDraft])
_DELIVERABLES: TypeAdapter[list[DeliverableDraft]] = TypeAdapter(list[DeliverableDraft])


def read_lines(text: str, currency: str, found: FieldProblems) -> tuple[LineInput, ...]:
    """The lines that the editor wrote as JSON; amounts are read in `currency`.

    Raises `Invalid` for what no editor writes.
    """
    drafts = _drafts(_LINES, text, "lines")
    return tuple(_Reader(f"lines.{place}", currency, found).line(draft) for place, draft in enumerate(drafts))


def read_deliverables(text: str, found: FieldProblems) -> tuple[DeliverableInput, ...]:
    """The deliverables that the editor wrote as JSON. Raises `Invalid` for what no editor writes."""
    return tuple(
        DeliverableInput(
            draft.title, draft.criteria, _Reader(f"deliverables.{place}", "", found).day(draft.due, "due_on")
        )
        for place, draft in enumerate(_drafts(_DELIVERABLES, text, "deliverables"))
    )


def _drafts(of: TypeAdapter[list[T]], text: str, field: str) -> list[T]:
    try:
        return of.validate_python(json.loads(text or "[]"))
    except (ValidationError, ValueError, RecursionError):
        raise Invalid(f"The {field} could not be read. Reload the page, then try again.", field) from None


class _Reader:
    """Reads what was typed in one line; what cannot be read goes into `found`, beside its field."""

    def __init__(self, field: str, currency: str, found: FieldProblems) -> None:
        self.field, self.currency, self.found = field, currency, found

    def line(self, draft: LineDraft) -> LineInput:
        own = bool(draft.round_increment.strip())
        return LineInput(
            title=draft.title,
            model=draft.model,
            description=draft.description,
            value=self.amount(draft.value, "value") if draft.value.strip() else None,
            cap=self.amount(draft.cap, "cap") if draft.cap.strip() else None,
            estimate_minutes=self.minutes(draft.estimate, "estimate_minutes"),
            rates=tuple(self.rate(rate, place) for place, rate in enumerate(draft.rates)),
            milestones=tuple(self.milestone(part, place) for place, part in enumerate(draft.milestones)),
            fee_parts=tuple(self.fee(part, place) for place, part in enumerate(draft.fees)),
            periods=self.whole(draft.periods, "periods") or 0,
            **self.held(draft),
            rhythm=draft.rhythm,
            approval=draft.approval,
            silence_days=(self.whole(draft.silence, "silence_days") or 0)
            if draft.approval == "client"
            else 0,
            round_increment=self.whole(draft.round_increment, "round_increment") if own else None,
            round_mode=draft.round_mode if own else None,
            round_minimum=self.minutes(draft.round_minimum, "round_minimum") if own else None,
            round_per=draft.round_per if own else None,
            rate_card=draft.rate_card,
        )

    def held(self, draft: LineDraft) -> dict[str, Any]:
        """What periods cost nothing, when they are billed, and what those of a retainer hold."""
        if draft.model not in scopes.PERIODIC:
            return {}
        found = {
            "billed_in": draft.billed_in,
            "counted_from": draft.counted_from,
            "trial_days": self.whole(draft.trial, "trial_days") or 0,
        }
        if draft.model == scopes.RETAINER:
            return found | self.lots(draft)
        many = self.whole(draft.quantity, "quantity")
        return found | {"quantity": 1 if many is None else many}

    def lots(self, draft: LineDraft) -> dict[str, Any]:
        """A retainer's hours or money, and what becomes of the rest and of work beyond."""
        of_money, typed = draft.holds == retainers.MONEY, draft.rollover_cap.strip()
        cap = 0
        if draft.rollover == "capped" and typed:
            name = "rollover_cap"
            cap = self.amount(typed, name).amount if of_money else self.minutes(typed, name)
        worth = self.amount(draft.worth, "period_value") if of_money and draft.worth.strip() else None
        lasts = self.whole(draft.rollover_periods, "rollover_periods")
        return {
            "holds": draft.holds,
            "period_minutes": 0 if of_money else self.minutes(draft.period, "period_minutes"),
            "period_value": worth,
            "rollover": draft.rollover,
            "rollover_cap": cap,
            "rollover_periods": 1 if lasts is None else lasts,
            "deficit": draft.deficit,
        }

    def rate(self, draft: RateDraft, place: int) -> RateInput:
        where = f"rates.{place}"
        return RateInput(
            self.amount(draft.amount, where),
            self.whole(draft.role, where),
            self.day(draft.since, where),
            self.day(draft.until, where),
        )

    def milestone(self, draft: MilestoneDraft, place: int) -> MilestoneInput:
        where = f"milestones.{place}"
        value = self.amount(draft.value, f"{where}.value")
        return MilestoneInput(draft.title, value, draft.criteria, self.day(draft.due, f"{where}.due_on"))

    def fee(self, draft: FeeDraft, place: int) -> FeePartInput:
        """A dated part: "30 %" is a share, everything else an amount."""
        where = f"fee_parts.{place}"
        due, typed = self.day(draft.due, f"{where}.due_on"), draft.value.strip()
        if due is None:
            self.found.say(f"{self.field}.{where}.due_on", "Give the day on which this part is billed.")
        day = due or date.max
        if typed.endswith("%"):
            share = typed.removesuffix("%").strip()
            field = f"{self.field}.{where}.value"
            ppm = self.found.tried(lambda: fields.percent_ppm(share, field), 1)
            return FeePartInput(day, draft.title, share_ppm=ppm)
        return FeePartInput(day, draft.title, self.amount(typed, f"{where}.value"))

    def amount(self, text: str, name: str) -> Money:
        where = f"{self.field}.{name}"
        read: Callable[[], int] = lambda: _amount(text, self.currency, where)  # noqa: E731
        return Money(self.found.tried(read, 1), self.currency)

    def minutes(self, text: str, name: str) -> int:
        typed, where = text.strip(), f"{self.field}.{name}"
        return self.found.tried(lambda: hours.parse_duration(typed, where), 0) if typed else 0

    def whole(self, text: str, name: str) -> int | None:
        return self.found.tried(lambda: fields.optional_whole(text.strip(), f"{self.field}.{name}"), None)

    def day(self, text: str, name: str) -> date | None:
        return self.found.tried(lambda: fields.optional_date(text, f"{self.field}.{name}"), None)


def _amount(text: str, currency: str, field: str) -> int:
    if not text.strip():
        raise Invalid("Give an amount.", field)
    return money.parse_amount(text, currency, field)


def said_too(refused: Mapping[str, str], unread: Mapping[str, str]) -> dict[str, str]:
    """What is told beside values that could not be read: not what is only wrong because they are missing.

    A line's price and the sum of its parts are not judged while one of its amounts or days is unknown.
    """
    broken = {_line_of(field) for field in unread}
    sums = {f"{line}.{name}" for line in broken for name in ("value", "fee_parts", "milestones")}
    return {field: sentence for field, sentence in refused.items() if field not in sums}


def _line_of(field: str) -> str:
    """ "lines.0" of "lines.0.rates.1"."""
    return ".".join(field.split(".")[:2])


def drafts_of(lines: tuple[LineRow, ...], currency: str) -> list[LineDraft]:
    """The lines as they are typed: amounts with their digits, hours as h:mm."""
    return [_draft(line, currency) for line in lines]


def _draft(line: LineRow, currency: str) -> LineDraft:
    row = line.row
    in_parts = bool(line.milestones)
    rounding: dict[str, Any] = {}
    if row.round_increment is not None:
        rounding = {
            "round_increment": str(row.round_increment),
            "round_mode": row.round_mode or "up",
            "round_minimum": _h_mm(row.round_minimum or 0),
            "round_per": row.round_per or "entry",
        }
    return LineDraft(
        scopes.MILESTONE if in_parts else line.model,
        line.title,
        line.description,
        money.plain(line.cap, currency) if line.cap is not None else "",
        _h_mm(line.estimate_minutes),
        [
            RateDraft(
                str(rate.role_id or ""),
                money.plain(rate.amount, currency),
                _iso(rate.since),
                _iso(rate.until),
            )
            for rate in line.rates
        ],
        [
            MilestoneDraft(part.title, money.plain(part.value, currency), _iso(part.due_on), part.criteria)
            for part in line.milestones
        ],
        [FeeDraft(part.title, _iso(part.due_on), _share(part, currency)) for part in line.fees],
        value=money.plain(line.value // row.quantity, currency) if line.value and not in_parts else "",
        quantity=str(row.quantity) if row.quantity > 1 else "",
        period=_h_mm(row.period_minutes),
        periods=str(row.periods or ""),
        rhythm=row.rhythm,
        approval=row.approval,
        silence=str(row.silence_days or ""),
        rate_card=row.rate_card,
        billed_in=row.billed_in,
        counted_from=row.counted_from,
        trial=str(row.trial_days or ""),
        **_lots(row, currency),
        **rounding,
    )


def _lots(row: SowLine, currency: str) -> dict[str, str]:
    """What a retainer's period holds, as it is typed."""
    if row.model != scopes.RETAINER:
        return {}
    of_money = row.holds == retainers.MONEY
    cap = money.plain(row.rollover_cap, currency) if of_money else _h_mm(row.rollover_cap)
    return {
        "holds": row.holds,
        "worth": money.plain(row.period_value_minor, currency) if of_money else "",
        "rollover": row.rollover,
        "rollover_cap": cap if row.rollover == "capped" else "",
        "rollover_periods": str(row.rollover_periods) if row.rollover != "none" else "",
        "deficit": row.deficit,
    }


def _share(part: FeePart, currency: str) -> str:
    if part.share_ppm is not None:
        return scopes.percent(part.share_ppm)
    return money.plain(part.value_minor or 0, currency)


def deliverable_drafts(rows: tuple[Deliverable, ...]) -> list[DeliverableDraft]:
    """The deliverables as they are typed."""
    return [DeliverableDraft(one.title, one.criteria, _iso(one.due_on)) for one in rows]


def role_choices(prices: list[RolePrice], currency: str) -> list[RoleChoice]:
    """The roles of the editor with their usual price."""
    return [
        RoleChoice(
            str(one.role_id), one.name, money.plain(one.amount, currency) if one.amount is not None else ""
        )
        for one in prices
    ]


def card_choices(cards: Iterable[CardRate], applies: Iterable[CardRate], currency: str) -> list[CardChoice]:
    """Both cards' rates, and those that apply to a line without its own, as the editor shows them."""
    whose = {"client": "client’s card", "firm": "firm’s card"}

    def one(rate: CardRate, card: str, words_of: str) -> CardChoice:
        since = f"from {words.day(rate.since)}" if rate.since else ""
        told = " · ".join(part for part in (words_of, since) if part)
        return CardChoice(
            card,
            str(rate.role_id or ""),
            rate.role or "Everyone",
            money.plain(rate.amount, currency),
            _iso(rate.since),
            _iso(rate.until),
            told,
        )

    return [
        *(one(rate, rate.card, "") for rate in cards),
        *(one(rate, "applies", whose[rate.card]) for rate in applies),
    ]


def _h_mm(minutes: int) -> str:
    return hours.h_mm(minutes) if minutes else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
