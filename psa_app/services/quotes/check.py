"""What a quote's head and lines must be before anything of them is written.

Field names are those of the form: "title", "lines.0.rate".
"""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, fetch
from psa_app.errors import Invalid, NotFound
from psa_app.models import Account, Contact, Opportunity, Role, ServiceItem, TaxRate
from psa_app.rules import fields, money, quotes
from psa_app.services.contracts.check_lines import MOST_MINUTES, MOST_PARTS, amount
from psa_app.services.problems import FieldProblems
from psa_app.services.quotes.inputs import QuoteHead, QuoteLineInput

MOST_PERIODS = 120
PART_OF_A_LINE = {
    "rate": "Only a line billed by time has a price an hour.",
    "value": "A line billed by time has hours and a price an hour, no price of its own.",
    "cap": "Only a line billed by time has a cap.",
}


def head_values(
    session: Session, actor: Actor, head: QuoteHead, account: Account, found: FieldProblems
) -> dict[str, Any]:
    """The columns of the quote; what is wrong goes into `found`."""
    currency = (head.currency or account.currency).strip().upper()
    found.tried(lambda: money.exponent(currency), 2)
    if head.starts_on and head.ends_on and head.ends_on < head.starts_on:
        found.say("ends_on", "The end lies before the start.")
    if not 0 <= head.discount_ppm <= 1_000_000:
        found.say("discount", "A discount lies between 0 and 100 %.")
    return {
        "title": found.tried(lambda: fields.text(head.title, "title", max=200), ""),
        "contact_id": found.tried(lambda: _contact(session, actor, head, account), None),
        "opportunity_id": found.tried(lambda: _opportunity(session, actor, head, account), None),
        "currency": currency,
        "intro": long_text(found, head.intro, "intro", 4000),
        "terms": long_text(found, head.terms, "terms", 20000),
        "discount_ppm": head.discount_ppm,
        "tax_rate_id": found.tried(lambda: _tax(session, head, account), None),
        "valid_until": head.valid_until,
        "starts_on": head.starts_on,
        "ends_on": head.ends_on,
    }


def _contact(session: Session, actor: Actor, head: QuoteHead, account: Account) -> int | None:
    if head.contact_id is None:
        return None
    try:
        contact = fetch(session, actor, Contact, head.contact_id)
    except NotFound:
        contact = None
    if contact is None or contact.account_id != account.id or contact.is_archived:
        raise Invalid("Choose a contact of this client.", "contact_id")
    return contact.id


def _opportunity(session: Session, actor: Actor, head: QuoteHead, account: Account) -> int | None:
    if head.opportunity_id is None:
        return None
    try:
        found = fetch(session, actor, Opportunity, head.opportunity_id)
    except NotFound:
        found = None
    if found is None or found.account_id != account.id:
        raise Invalid("Choose an opportunity of this client.", "opportunity_id")
    return found.id


def _tax(session: Session, head: QuoteHead, account: Account) -> int | None:
    if head.tax_rate_id is None:
        return account.tax_rate_id
    tax = session.get(TaxRate, head.tax_rate_id)
    if tax is None or not tax.is_active:
        raise Invalid("Choose a tax from the list.", "tax_rate_id")
    return tax.id


def check_lines(
    session: Session, lines: Sequence[QuoteLineInput], currency: str, found: FieldProblems
) -> None:
    """Everything that can be wrong with the lines goes into `found`."""
    if len(lines) > MOST_PARTS:
        found.say("lines", f"A quote has at most {MOST_PARTS} lines.")
    roles = set(session.exec(select(Role.id)).all())
    items = set(session.exec(select(ServiceItem.id)).all())
    for place, line in enumerate(lines):
        field = f"lines.{place}"
        _check_words(line, field, found)
        if line.role_id is not None and line.role_id not in roles:
            found.say(f"{field}.role_id", "Choose a role from the list.")
        if line.service_item_id is not None and line.service_item_id not in items:
            found.say(f"{field}.title", "This is no longer in the catalogue; add the line by hand.")
        _check_price(line, currency, field, found)
    alone = quotes.lonely_groups(line.as_rule(place) for place, line in enumerate(lines))
    for place, line in enumerate(lines):
        if line.alternative.strip() in alone:
            sentence = f"“{line.alternative.strip()}” needs a second line to choose from."
            found.say(f"lines.{place}.alternative", sentence)


def _check_words(line: QuoteLineInput, field: str, found: FieldProblems) -> None:
    found.tried(lambda: fields.text(line.title, f"{field}.title", max=200), "")
    long_text(found, line.description, f"{field}.description", 4000)
    found.tried(lambda: fields.text(line.alternative, f"{field}.alternative", max=60, required=False), "")
    if not 0 <= line.discount_ppm <= 1_000_000:
        found.say(f"{field}.discount", "A discount lies between 0 and 100 %.")
    if not 0 <= line.minutes <= MOST_MINUTES:
        found.say(f"{field}.minutes", "This is not a sensible number of hours.")


def _check_price(line: QuoteLineInput, currency: str, field: str, found: FieldProblems) -> None:
    if line.model not in quotes.MODELS:
        found.say(f"{field}.model", "Choose how this line is billed.")
        return
    by_time = line.model == quotes.TIME
    if by_time and not line.minutes:
        found.say(f"{field}.minutes", "Give the hours that are offered.")
    if not by_time and line.value is None:
        found.say(f"{field}.value", "Give a price.")
    if by_time and line.rate is None:
        found.say(f"{field}.rate", "Say what an hour costs.")
    for name, belongs in (("rate", by_time), ("value", not by_time), ("cap", by_time)):
        _check_amount(line, name, belongs, currency, f"{field}.{name}", found)
    if line.model in quotes.PERIODIC and not 1 <= line.periods <= MOST_PERIODS:
        found.say(f"{field}.periods", f"Give from 1 to {MOST_PERIODS} months.")
    if line.model not in quotes.PERIODIC and line.periods != 1:
        found.say(f"{field}.periods", "Only a retainer or a subscription runs for months.")
    _check_cap(line, field, found)


def _check_amount(
    line: QuoteLineInput, name: str, belongs: bool, currency: str, field: str, found: FieldProblems
) -> None:
    given = getattr(line, name)
    if given is None:
        return
    if not belongs:
        found.say(field, PART_OF_A_LINE[name])
    else:
        found.tried(lambda: amount(given, currency, field), 0)


def _check_cap(line: QuoteLineInput, field: str, found: FieldProblems) -> None:
    if line.cap is None or line.rate is None:
        return
    worth = quotes.line_figures(line.as_rule(0), 0).net
    if line.cap.amount < worth:
        found.say(f"{field}.cap", "The cap lies below what the hours come to.")


def long_text(found: FieldProblems, value: str, field: str, most: int) -> str:
    """Several lines of words, or "" when they are wrong, which goes into `found`."""
    return found.tried(lambda: fields.text(value, field, max=most, required=False, multiline=True), "")
