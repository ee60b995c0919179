"""What a scope's head and lines must be before anything of them is written.

Field names are those of the form: "title", "lines.0.cap", "lines.1.milestones.0.value".
"""

from collections.abc import Sequence
from typing import Any, cast

from sqlmodel import Session, select

from psa_app.errors import Invalid
from psa_app.models import Account, Firm, Role, TaxRate
from psa_app.rules import fields, money
from psa_app.rules.hours import Mode, Rounding, Scope
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput, MilestoneInput, RateInput
from psa_app.services.problems import FieldProblems

GROUPINGS = ("person", "task", "role", "day", "none")
MODELS = ("time_and_materials", "fixed")
MOST_PARTS = 50
MOST_MINUTES = 10**7
MOST_MONEY = 10**15 - 1
ROUNDING_FIELDS = {
    "increment": "round_increment",
    "mode": "round_mode",
    "minimum": "round_minimum",
    "per": "round_per",
}


def head_values(
    session: Session, head: Head, account: Account, firm: Firm, found: FieldProblems
) -> dict[str, Any]:
    """The columns of the scope; what is wrong goes into `found`."""
    currency = (head.currency or account.currency).strip().upper()
    found.tried(lambda: money.exponent(currency), 2)
    if head.ends_on is not None and head.ends_on < head.starts_on:
        found.say("ends_on", "The end lies before the start.")
    if head.grouping not in GROUPINGS:
        found.say("grouping", "Group by person, task, role, day or not at all.")
    rounding = found.tried(lambda: rounding_of(head, firm), Rounding())
    return {
        "title": found.tried(lambda: fields.text(head.title, "title", max=200), ""),
        "starts_on": head.starts_on,
        "ends_on": head.ends_on,
        "currency": currency,
        "summary": _text(found, head.summary, "summary", 4000),
        "terms": _text(found, head.terms, "terms", 20000),
        "purchase_order": found.tried(
            lambda: fields.text(head.purchase_order, "purchase_order", max=60, required=False), ""
        ),
        "payment_days": found.tried(lambda: _days_to_pay(head, account, firm), 30),
        "grouping": head.grouping,
        "tax_rate_id": found.tried(lambda: _tax(session, head, account), None),
        "round_increment": rounding.increment,
        "round_mode": rounding.mode,
        "round_minimum": rounding.minimum,
        "round_per": rounding.per,
    }


def rounding_of(given: Any, firm: Firm) -> Rounding:
    """The policy in `round_*` of a head, the firm's where it says nothing. Raises `Invalid`."""
    try:
        return Rounding(
            increment=firm.round_increment if given.round_increment is None else given.round_increment,
            mode=cast(Mode, given.round_mode or firm.round_mode),
            minimum=firm.round_minimum if given.round_minimum is None else given.round_minimum,
            per=cast(Scope, given.round_per or firm.round_per),
        )
    except Invalid as error:
        raise Invalid(error.sentence, ROUNDING_FIELDS.get(error.field, error.field)) from None


def _days_to_pay(head: Head, account: Account, firm: Firm) -> int:
    agreed = firm.payment_days if account.payment_days is None else account.payment_days
    days = agreed if head.payment_days is None else head.payment_days
    if not 0 <= days <= 365:
        raise Invalid("Give between 0 and 365 days to pay.", "payment_days")
    return days


def _tax(session: Session, head: Head, account: Account) -> int | None:
    if head.tax_rate_id is None:
        return account.tax_rate_id
    tax = session.get(TaxRate, head.tax_rate_id)
    if tax is None or not tax.is_active:
        raise Invalid("Choose a tax from the list.", "tax_rate_id")
    return tax.id


def check_lines(session: Session, lines: Sequence[LineInput], currency: str, found: FieldProblems) -> None:
    """Everything that can be wrong with the lines goes into `found`."""
    if len(lines) > MOST_PARTS:
        found.say("lines", f"A scope has at most {MOST_PARTS} lines.")
    roles = set(session.exec(select(Role.id)).all())
    for place, line in enumerate(lines):
        _check_line(line, currency, f"lines.{place}", roles, found)


def _check_line(
    line: LineInput, currency: str, field: str, roles: set[int | None], found: FieldProblems
) -> None:
    found.tried(lambda: fields.text(line.title, f"{field}.title", max=200), "")
    _text(found, line.description, f"{field}.description", 4000)
    if line.model not in MODELS:
        found.say(f"{field}.model", "Choose how this line is billed: by time, or at a fixed price.")
    if not 0 <= line.estimate_minutes <= MOST_MINUTES:
        found.say(f"{field}.estimate_minutes", "The estimate is not a sensible number of hours.")
    if line.model == "fixed":
        _check_fixed(line, currency, field, found)
    else:
        _check_time(line, currency, field, roles, found)


def _check_fixed(line: LineInput, currency: str, field: str, found: FieldProblems) -> None:
    if line.cap is not None or line.rates:
        found.say(f"{field}.cap", "A fixed line has a price; cap and rates belong to a line billed by time.")
    parts = line.milestones
    if not 0 < len(parts) <= MOST_PARTS:
        found.say(
            f"{field}.milestones",
            f"Give a fixed line from 1 to {MOST_PARTS} milestones, so that it can be billed.",
        )
    total = sum(
        _checked_milestone(part, currency, f"{field}.milestones.{place}", found)
        for place, part in enumerate(parts)
    )
    if total > MOST_MONEY:
        found.say(f"{field}.value", "The milestones add up to more than can be kept.")
    elif line.value is not None and line.value != Money(total, currency):
        sentence = (
            f"The milestones add up to {money.plain(total, currency)} {currency}; make the price the same."
        )
        found.say(f"{field}.value", sentence)


def _checked_milestone(part: MilestoneInput, currency: str, field: str, found: FieldProblems) -> int:
    found.tried(lambda: fields.text(part.title, f"{field}.title", max=200), "")
    _text(found, part.criteria, f"{field}.criteria", 2000)
    return found.tried(lambda: amount(part.value, currency, f"{field}.value"), 0)


def _check_time(
    line: LineInput, currency: str, field: str, roles: set[int | None], found: FieldProblems
) -> None:
    if line.milestones:
        found.say(f"{field}.milestones", "Milestones belong to a fixed line.")
    if line.value is not None:
        found.say(f"{field}.value", "A line billed by time has rates and a cap, no price.")
    if line.cap is not None:
        cap = line.cap
        found.tried(lambda: amount(cap, currency, f"{field}.cap"), 0)
    if len(line.rates) > MOST_PARTS:
        found.say(f"{field}.rates", f"A line has at most {MOST_PARTS} rates.")
    seen: set[int | None] = set()
    for place, rate in enumerate(line.rates):
        _check_rate(rate, currency, f"{field}.rates.{place}", roles, seen, found)
        seen.add(rate.role_id)


def _check_rate(
    rate: RateInput,
    currency: str,
    field: str,
    roles: set[int | None],
    seen: set[int | None],
    found: FieldProblems,
) -> None:
    found.tried(lambda: amount(rate.amount, currency, field), 0)
    if rate.role_id in seen:
        found.say(field, "This role has two rates; keep one.")
    if rate.role_id is not None and rate.role_id not in roles:
        found.say(field, "Choose a role from the list.")


def amount(given: Money, currency: str, field: str) -> int:
    """Minor units above zero in the scope's currency. Raises `Invalid`."""
    if given.currency != currency:
        raise Invalid(f"Amounts of this scope are in {currency}.", field)
    if not 0 < given.amount <= MOST_MONEY:
        raise Invalid("Give an amount above zero.", field)
    return given.amount


def _text(found: FieldProblems, value: str, field: str, most: int) -> str:
    return found.tried(lambda: fields.text(value, field, max=most, required=False, multiline=True), "")
