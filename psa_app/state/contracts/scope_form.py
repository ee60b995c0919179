"""From what is typed in a scope's head to what its service takes, and back; of its lines: `scope_drafts`."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from psa_app.display.forms import FieldSpec, Option
from psa_app.formats import words
from psa_app.models import Agreement, Sow
from psa_app.queries.contracts.prices import Usual
from psa_app.rules import fields, hours, money
from psa_app.rules.money import CURRENCIES, Money
from psa_app.services.contracts.inputs import Head
from psa_app.services.problems import FieldProblems

GROUPINGS = (
    ("role", "by role"),
    ("person", "by person"),
    ("task", "by task"),
    ("day", "by day"),
    ("phase", "by phase"),
    ("none", "as one line"),
)
MODES = (("up", "up"), ("nearest", "to the nearest"), ("down", "down"))
PERS = (("entry", "each entry"), ("day_task", "each person, day and task"))
RENEWALS = (
    ("none", "does not renew"),
    ("ask", "can be renewed, by a new agreement"),
    ("automatic", "renews by itself, unless notice is given"),
)
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

    def amount(name: str) -> Money | None:
        typed, currency = text(name), text("currency")
        if not typed or currency not in CURRENCIES:
            return None
        return found.tried(lambda: Money(money.parse_amount(typed, currency, name), currency), None)

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
        round_minimum=found.tried(lambda: hours.parse_duration(least, "round_minimum"), 0) if least else None,
        round_per=text("round_per") or None,
        grouping=text("grouping") or "role",
        tax_rate_id=whole("tax_rate_id"),
        agreement_id=whole("agreement_id"),
        assumptions=text("assumptions"),
        renewal=text("renewal") or "none",
        renews_on=day("renews_on"),
        notice_days=whole("notice_days") or 0,
        receipt_above_minor=found.tried(lambda: _receipts(text("receipt_above"), text("currency")), None),
        deposit=amount("deposit"),
        deposit_ppm=found.tried(lambda: _share(text("deposit_percent")), 0),
        bill_at_minutes=found.tried(lambda: _minutes(text("bill_at_minutes")), None),
        bill_at=amount("bill_at"),
    )


def _receipts(typed: str, currency: str) -> int | None:
    return money.parse_amount(typed, currency, "receipt_above") if typed and currency else None


def _share(typed: str) -> int:
    return fields.percent_ppm(typed, "deposit_percent") if typed else 0


def _minutes(typed: str) -> int | None:
    return hours.parse_duration(typed, "bill_at_minutes") if typed else None


def currencies(first: str) -> list[Option]:
    """All currencies, the client's and the usual ones first."""
    order = [code for code in dict.fromkeys((first, *COMMON)) if code in CURRENCIES]
    return [Option(code, code) for code in (*order, *sorted(CURRENCIES - set(order)))]


def agreement_specs(chosen: int | None, agreements: tuple[Agreement, ...]) -> list[FieldSpec]:
    """The client's governing agreement that the scope stands under, or none."""
    known = [Option(str(one.id), agreement_name(one)) for one in agreements]
    nothing = "" if known else "This client has none yet."
    options = [Option("", "none"), *known]
    return [
        FieldSpec(
            "agreement_id",
            "Governing agreement",
            "choice",
            value=str(chosen or ""),
            options=options,
            help=nothing,
        )
    ]


def agreement_name(one: Agreement) -> str:
    """ "Master services agreement · MSA-7 · until 31 Dec 2027" """
    until = f"until {words.day(one.ends_on)}" if one.ends_on else ""
    archived = "archived" if one.is_archived else ""
    return " · ".join(part for part in (one.title, one.number, until, archived) if part)


def term_specs(sow: Sow) -> list[FieldSpec]:
    """Renewal and notice, and what is assumed."""
    renews = [Option(key, word) for key, word in RENEWALS]
    return [
        FieldSpec("renewal", "After its end it", "choice", value=sow.renewal, options=renews),
        FieldSpec("renews_on", "Renews on", "date", value=sow.renews_on.isoformat() if sow.renews_on else ""),
        FieldSpec("notice_days", "Notice", "number", value=str(sow.notice_days or ""), unit="days before"),
        FieldSpec(
            "receipt_above",
            "Expenses need a receipt above",
            "money",
            value=""
            if sow.receipt_above_minor is None
            else money.plain(sow.receipt_above_minor, sow.currency),
            unit=sow.currency,
            help="Empty: as the firm and the category say. 0: always.",
        ),
        FieldSpec(
            "assumptions",
            "Assumptions",
            "textarea",
            value=sow.assumptions,
            wide=True,
            help="What price and dates rest on: what the client brings, what is left out.",
        ),
    ]


def deposit_specs(sow: Sow) -> list[FieldSpec]:
    """What is asked at signature, and when work is billed before its period ends."""

    def amount(minor: int | None) -> str:
        return money.plain(minor, sow.currency) if minor else ""

    share = f"{sow.deposit_ppm / 10_000:g}" if sow.deposit_ppm else ""
    length = hours.h_mm(sow.bill_at_minutes) if sow.bill_at_minutes else ""
    early = "A draft is made when so much approved work waits. Empty: as the client has it."
    return [
        FieldSpec(
            "deposit",
            "Deposit at signature",
            "money",
            value="" if sow.deposit_ppm else amount(sow.deposit_minor),
            unit=sow.currency,
            help="Net. Once paid, it is taken off later invoices.",
        ),
        FieldSpec("deposit_percent", "or share of the value", "percent", value=share),
        FieldSpec("bill_at_minutes", "Bill at hours", "hours", value=length, help=early),
        FieldSpec("bill_at", "or at a value", "money", value=amount(sow.bill_at_minor), unit=sow.currency),
    ]


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
            "summary",
            "What it is about",
            "textarea",
            value=sow.summary,
            wide=True,
            help="The client reads this first.",
        ),
    ]


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
    ]
