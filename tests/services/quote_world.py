"""Quotes in any state, for the firm of `contract_world`."""

from datetime import date
from typing import Any

from sqlmodel import col, select

from psa_app import db
from psa_app.models import Quote, QuoteLine
from psa_app.queries.quotes.text import read_offer, sent_text
from psa_app.rules import quotes as rules
from psa_app.rules.money import Money
from psa_app.services.quotes.answer import accept_quote
from psa_app.services.quotes.inputs import QuoteHead, QuoteLineInput
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import create_quote
from tests.services.contract_world import Firm
from tests.services.time_world import do

HEAD = QuoteHead(title="Checkout redesign", starts_on=date(2026, 12, 1), ends_on=date(2027, 3, 31))


def eur(amount: int) -> Money:
    return Money(amount, "EUR")


def by_time(firm: Firm, **changes: Any) -> QuoteLineInput:
    """Ten hours of an engineer at 150.00: 1,500.00."""
    values: dict[str, Any] = {
        "title": "Engineering",
        "minutes": 600,
        "rate": eur(15_000),
        "role_id": firm.role("Engineer"),
        "cap": eur(200_000),
    }
    return QuoteLineInput(model=rules.TIME, **(values | changes))


def priced(title: str, amount: int, **changes: Any) -> QuoteLineInput:
    """A line at a fixed price."""
    values: dict[str, Any] = {"title": title, "model": "fixed", "value": eur(amount)}
    return QuoteLineInput(**(values | changes))


def all_kinds(firm: Firm) -> tuple[QuoteLineInput, ...]:
    """1 by time 1,500.00 · 2 fixed 900.00 · 3 retainer 3 × 500.00 · 4 subscription 12 × 20.00, optional ·
    5 or 6 a colour, 30.00 or 40.00."""
    return (
        by_time(firm),
        priced("Prototype", 90_000),
        QuoteLineInput("Support", "retainer", value=eur(50_000), periods=3, minutes=240),
        QuoteLineInput(
            "Hosting", "subscription", value=eur(2_000), periods=12, is_optional=True, is_chosen=False
        ),
        priced("Red", 3_000, alternative="Colour"),
        priced("Blue", 4_000, alternative="Colour", is_chosen=False),
    )


def a_draft(firm: Firm, **inputs: Any) -> int:
    """A draft for Northwind; its id."""
    given = {"account_id": firm.northwind, "head": HEAD, "lines": all_kinds(firm)} | inputs
    return int(do(create_quote, firm["Olga"], **given).id)


def a_sent(firm: Firm, **inputs: Any) -> int:
    """A quote that lies before Nora."""
    quote_id = a_draft(firm, **{name: inputs.pop(name) for name in ("head", "lines") if name in inputs})
    do(send_quote, firm["Olga"], quote_id, **inputs)
    return quote_id


def total_of(quote_id: int, chosen: Any = ()) -> Money:
    """What the reader sees below the lines with these choices."""
    with db.reading() as session:
        offer = read_offer(sent_text(session, session.get_one(Quote, quote_id)))
    must = {x.line.key for x in offer.lines if not x.line.is_optional and not x.line.alternative}
    return Money(offer.figures(must | set(chosen)).total, offer.currency)


def accept(firm: Firm, who: str, quote_id: int, **inputs: Any) -> Any:
    """Accepts with the red colour, as someone who has read what lies before them."""
    chosen = inputs.get("chosen", (5,))
    given = {
        "text_hash": quote(quote_id).text_hash,
        "chosen": chosen,
        "total": total_of(quote_id, chosen),
        "name": "Nora Client",
        "agrees": True,
    } | inputs
    return do(accept_quote, firm[who], quote_id, **given)


def an_accepted(firm: Firm, **inputs: Any) -> int:
    """A quote that Nora has accepted."""
    quote_id = a_sent(firm)
    accept(firm, "Nora", quote_id, **inputs)
    return quote_id


def quote(quote_id: int) -> Quote:
    """The quote as it stands."""
    with db.reading() as session:
        return session.get_one(Quote, quote_id)


def lines(quote_id: int) -> list[QuoteLine]:
    """Its lines in order."""
    with db.reading() as session:
        statement = select(QuoteLine).where(QuoteLine.quote_id == quote_id)
        return list(session.exec(statement.order_by(col(QuoteLine.position))).all())
