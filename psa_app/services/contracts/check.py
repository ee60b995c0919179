"""What a scope's head must be before anything of it is written; field names are those of the form."""

from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.models import Account, Agreement, Firm, TaxRate
from psa_app.rules import fields, money, scopes
from psa_app.rules.contract_value import line_worth
from psa_app.rules.deposits import agreed
from psa_app.rules.expenses import check_policy_amount
from psa_app.rules.hours import Mode, Rounding, Scope
from psa_app.rules.money import Money
from psa_app.services.contracts.check_lines import multiline
from psa_app.services.contracts.inputs import Head, LineInput
from psa_app.services.problems import FieldProblems

GROUPINGS = ("person", "task", "role", "day", "phase", "none")
MOST_NOTICE = 730
MOST = 10**13
MOST_MINUTES = 600_000
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
        "summary": multiline(found, head.summary, "summary", 4000),
        "terms": multiline(found, head.terms, "terms", 20000),
        "assumptions": multiline(found, head.assumptions, "assumptions", 10000),
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
        "agreement_id": found.tried(lambda: _agreement(session, head, account), None),
        "receipt_above_minor": found.tried(lambda: _receipts(head.receipt_above_minor), None),
        **_renewal(head, found),
    }


def _receipts(above: int | None) -> int | None:
    check_policy_amount(above, "receipt_above")
    return above


def deposit_values(
    head: Head, lines: Sequence[LineInput], currency: str, found: FieldProblems
) -> dict[str, Any]:
    """What is asked at signature, from the lines as they are given; and when drafts are made."""
    worth = sum(_worth(line) for line in lines)
    given = found.tried(lambda: _amount(head.deposit, currency, "deposit"), None) or 0
    return {
        "deposit_minor": found.tried(lambda: agreed(given, head.deposit_ppm, worth), 0),
        "deposit_ppm": head.deposit_ppm,
        **threshold_values(head.bill_at_minutes, head.bill_at, currency, found),
    }


def threshold_values(
    minutes: int | None, value: Money | None, currency: str, found: FieldProblems
) -> dict[str, Any]:
    """The hours and the value of approved work that make a draft; without one there is none."""
    if minutes is not None and not 0 < minutes <= MOST_MINUTES:
        found.say("bill_at_minutes", "Give a time above zero, or leave it empty.")
    least = found.tried(lambda: _amount(value, currency, "bill_at"), None)
    if least is not None and least <= 0:
        found.say("bill_at", "Give an amount above zero, or leave it empty.")
    return {"bill_at_minutes": minutes, "bill_at_minor": least}


def _amount(given: Money | None, currency: str, field: str) -> int | None:
    if given is None:
        return None
    if given.currency != currency:
        raise Invalid(f"Give the amount in {currency}.", field)
    if given.amount > MOST:
        raise Invalid("This is more than a scope can hold.", field)
    return given.amount


def _worth(line: LineInput) -> int:
    value = line.value.amount if line.value else 0
    if line.milestones:
        value = sum(part.value.amount for part in line.milestones)
    return line_worth(line.model, value, line.cap.amount if line.cap else None, line.periods) or 0


def _agreement(session: Session, head: Head, account: Account) -> int | None:
    """The client's agreement that was picked; a new one is made later, when all else is right."""
    if head.new_agreement.strip():
        if head.agreement_id is not None:
            raise Invalid("Pick an agreement or name a new one, not both.", "new_agreement")
        fields.text(head.new_agreement, "new_agreement", max=200)
        return None
    if head.agreement_id is None:
        return None
    agreement = session.get(Agreement, head.agreement_id)
    if agreement is None or agreement.account_id != account.id:
        raise Invalid("Choose an agreement of this client from the list.", "agreement_id")
    if agreement.ends_on is not None and agreement.ends_on < head.starts_on:
        day = agreement.ends_on.isoformat()
        raise Invalid(f"This agreement ended on {day}, before the scope starts.", "agreement_id")
    return agreement.id


def _renewal(head: Head, found: FieldProblems) -> dict[str, Any]:
    """Renewal and notice; without a renewal there is no day of it."""
    if head.renewal not in scopes.RENEWALS:
        found.say("renewal", "Say whether it renews: not, after asking, or by itself.")
    if head.renewal not in scopes.RENEWALS[1:]:
        return {"renewal": "none", "renews_on": None, "notice_days": 0}
    if not 0 <= head.notice_days <= MOST_NOTICE:
        found.say("notice_days", f"Give from 0 to {MOST_NOTICE} days of notice.")
    elif head.renews_on is None:
        found.say("renews_on", "Give the day on which it renews.")
    else:
        _check_renewal(head, head.renews_on, found)
    return {"renewal": head.renewal, "renews_on": head.renews_on, "notice_days": head.notice_days}


def _check_renewal(head: Head, renews_on: date, found: FieldProblems) -> None:
    if renews_on <= head.starts_on:
        found.say("renews_on", "It renews before it starts; choose a later day.")
    elif scopes.notice_on(renews_on, head.notice_days) < head.starts_on:
        found.say("notice_days", "The last day for a notice would lie before the start.")


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
