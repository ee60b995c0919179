"""From what is typed about a scope to what its service takes, and back."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter, ValidationError

from psa_app.display.forms import FieldSpec, Option
from psa_app.display.scope import LineDraft, MilestoneDraft, RateDraft, RoleChoice
from psa_app.errors import Invalid
from psa_app.models import Sow
from psa_app.queries.contracts.one import LineRow
from psa_app.queries.contracts.prices import RolePrice, Usual
from psa_app.rules import fields, hours, money
from psa_app.rules.money import CURRENCIES, Money
from psa_app.services.contracts.inputs import Head, LineInput, MilestoneInput, RateInput
from psa_app.services.problems import FieldProblems

GROUPINGS = (
    ("role", "by role"),
    ("person", "by person"),
    ("task", "by task"),
    ("day", "by day"),
    ("none", "as one line"),
)
MODES = (("up", "up"), ("nearest", "to the nearest"), ("down", "down"))
PERS = (("entry", "each entry"), ("day_task", "each person, day and task"))
_LINES: TypeAdapter[list[LineDraft]] = TypeAdapter(list[LineDraft])
COMMON = ("EUR", "CHF", "USD", "GBP")


def read_head(data: Mapping[str, Any], found: FieldProblems) -> Head:
    """The head of a scope as the form says; what cannot be read goes into `found`."""

    def text(name: str) -> str:
        value = data.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def whole(name: str) -> int | None:
        return found.tried(lambda: fields.optional_whole(text(name), name), None)

    def day(name: str) -> date | None:
        return found.tried(lambda: fields.optional_date(text(name), name), None)

    starts_on = day("starts_on")
    if starts_on is None:
        found.say("starts_on", "Give the first day of the work.")
    least = text("round_minimum")
    return Head(
        title=text("title"),
        starts_on=starts_on or date.min,
        ends_on=day("ends_on"),
        currency=text("currency"),
        summary=text("summary"),
        terms=text("terms"),
        purchase_order=text("purchase_order"),
        payment_days=whole("payment_days"),
        round_increment=whole("round_increment"),
        round_mode=text("round_mode") or None,
        round_minimum=found.tried(lambda: _minutes(least, "round_minimum"), 0) if least else None,
        round_per=text("round_per") or None,
        grouping=text("grouping") or "role",
        tax_rate_id=whole("tax_rate_id"),
    )


def read_lines(text: str, currency: str, found: FieldProblems) -> tuple[LineInput, ...]:
    """The lines that the editor wrote as JSON; amounts are read in `currency`.

    Raises `Invalid` for what no editor writes.
    """
    try:
        drafts = _LINES.validate_python(json.loads(text or "[]"))
    except (ValidationError, ValueError, RecursionError):
        raise Invalid("The lines could not be read. Reload the page, then try again.", "lines") from None
    return tuple(_line(draft, f"lines.{place}", currency, found) for place, draft in enumerate(drafts))


def _line(draft: LineDraft, field: str, currency: str, found: FieldProblems) -> LineInput:
    def amount(text: str, where: str) -> Money:
        read: Callable[[], int] = lambda: _amount(text, currency, where)  # noqa: E731
        return Money(found.tried(read, 1), currency)

    estimate = draft.estimate.strip()
    return LineInput(
        title=draft.title,
        model=draft.model,
        description=draft.description,
        cap=amount(draft.cap, f"{field}.cap") if draft.cap.strip() else None,
        estimate_minutes=found.tried(lambda: _minutes(estimate, f"{field}.estimate_minutes"), 0)
        if estimate
        else 0,
        rates=tuple(
            RateInput(
                amount(rate.amount, f"{field}.rates.{place}"), _role(rate, f"{field}.rates.{place}", found)
            )
            for place, rate in enumerate(draft.rates)
        ),
        milestones=tuple(
            MilestoneInput(
                part.title,
                amount(part.value, f"{field}.milestones.{place}.value"),
                part.criteria,
                _due(part, f"{field}.milestones.{place}.due_on", found),
            )
            for place, part in enumerate(draft.milestones)
        ),
    )


def _amount(text: str, currency: str, field: str) -> int:
    if not text.strip():
        raise Invalid("Give an amount.", field)
    return money.parse_amount(text, currency, field)


def _minutes(text: str, field: str) -> int:
    return hours.parse_duration(text, field)


def _role(rate: RateDraft, field: str, found: FieldProblems) -> int | None:
    return found.tried(lambda: fields.optional_whole(rate.role, field), None)


def _due(part: MilestoneDraft, field: str, found: FieldProblems) -> date | None:
    return found.tried(lambda: fields.optional_date(part.due, field), None)


def drafts_of(lines: tuple[LineRow, ...], currency: str) -> list[LineDraft]:
    """The lines as they are typed: amounts with their digits, hours as h:mm."""
    return [
        LineDraft(
            line.model,
            line.title,
            line.description,
            money.plain(line.cap, currency) if line.cap is not None else "",
            hours.h_mm(line.estimate_minutes) if line.estimate_minutes else "",
            [RateDraft(str(rate.role_id or ""), money.plain(rate.amount, currency)) for rate in line.rates],
            [
                MilestoneDraft(
                    part.title,
                    money.plain(part.value, currency),
                    part.due_on.isoformat() if part.due_on else "",
                    part.criteria,
                )
                for part in line.milestones
            ],
        )
        for line in lines
    ]


def role_choices(prices: list[RolePrice], currency: str) -> list[RoleChoice]:
    """The roles of the editor with their usual price."""
    return [
        RoleChoice(
            str(one.role_id), one.name, money.plain(one.amount, currency) if one.amount is not None else ""
        )
        for one in prices
    ]


def currencies(first: str) -> list[Option]:
    """All currencies, the client's and the usual ones first."""
    order = [code for code in dict.fromkeys((first, *COMMON)) if code in CURRENCIES]
    return [Option(code, code) for code in (*order, *sorted(CURRENCIES - set(order)))]


def head_specs(sow: Sow, usual: Usual) -> list[FieldSpec]:
    """The fields above the lines."""
    order = f"{usual.account} needs one on each invoice." if usual.purchase_order_needed else ""
    return [
        FieldSpec("title", "Title", value=sow.title, required=True, wide=True),
        FieldSpec("starts_on", "Starts", "date", value=sow.starts_on.isoformat(), required=True),
        FieldSpec("ends_on", "Ends", "date", value=sow.ends_on.isoformat() if sow.ends_on else ""),
        FieldSpec("currency", "Currency", "choice", value=sow.currency, options=currencies(sow.currency)),
        FieldSpec("purchase_order", "Purchase order", value=sow.purchase_order, help=order),
        FieldSpec(
            "summary", "What it is about", "textarea", value=sow.summary, wide=True,
            help="The client reads this first.",
        ),
    ]  # fmt: skip


def billing_specs(sow: Sow, usual: Usual) -> list[FieldSpec]:
    """The fields below the lines: how it is billed, and the terms."""

    def choice(name: str, label: str, options: tuple[tuple[str, str], ...], value: object) -> FieldSpec:
        given = [Option(key, word) for key, word in options]
        return FieldSpec(name, label, "choice", value=str(value or ""), options=given)

    taxes = (("", "the client’s own"), *((str(key), name) for key, name in usual.taxes))
    steps = tuple((str(step), f"{step} min") for step in hours.INCREMENTS)
    return [
        FieldSpec("payment_days", "Days to pay", "number", value=str(sow.payment_days)),
        choice("tax_rate_id", "Tax", taxes, sow.tax_rate_id),
        choice("grouping", "Time on an invoice", GROUPINGS, sow.grouping),
        choice("round_increment", "Time is rounded to", steps, sow.round_increment),
        choice("round_mode", "Rounded", MODES, sow.round_mode),
        choice("round_per", "Rounded for", PERS, sow.round_per),
        FieldSpec("round_minimum", "At least", "hours", value=hours.h_mm(sow.round_minimum)),
        FieldSpec("terms", "Terms", "textarea", value=sow.terms, wide=True),
    ]  # fmt: skip
