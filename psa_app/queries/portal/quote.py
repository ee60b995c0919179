"""One quote as the client reads it: the paper with what is chosen now, and what can be done with it."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.errors import Invalid
from psa_app.gateways.pdf.papers import SowPaper
from psa_app.models import Account, Contact, Firm, Quote, QuoteQuestion
from psa_app.queries.portal.overview import may_sign
from psa_app.queries.quotes.paper import offer_of, quote_paper
from psa_app.queries.quotes.text import Offer
from psa_app.rules import quotes
from psa_app.rules.quotes import Figures


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question and its answer, "" while it waits for one."""

    asked_by: str
    asked_at: datetime
    text: str
    answer: str
    answered_by: str


@dataclass(frozen=True, slots=True)
class QuoteToRead:
    """A quote and what its reader can do. `text_hash` names the very text that is on the paper; `figures`
    are of the lines in `chosen`."""

    id: int
    title: str
    status: str
    locale: str
    text_hash: str
    valid_until: date | None
    is_over: bool
    decline_reason: str
    may_answer: bool
    reader: str
    reader_title: str
    firm: str
    zone: ZoneInfo
    offer: Offer
    chosen: frozenset[int]
    figures: Figures
    paper: SowPaper
    questions: tuple[QuestionRow, ...]


def quote_to_read(
    session: Session, actor: Actor, quote_id: int, wanted: Collection[int] | None = None
) -> QuoteToRead:
    """The quote for a client's contact, or the holder of a mail's link; `NotFound` for everyone else's.

    `wanted` are the lines that the reader has chosen so far; what cannot be is as the firm proposes it.
    """
    require(actor, "portal.read")
    quote = fetch(session, actor, Quote, quote_id)
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, quote.account_id)
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    offer, chosen = offer_of(session, quote)
    if wanted is not None and quote.status == "sent":
        with suppress(Invalid):
            chosen = quotes.check_choice([one.line for one in offer.lines], wanted)
    until = quote.valid_until
    over = quote.status == "expired" or bool(until and until < clock.today(firm.time_zone))
    return QuoteToRead(
        quote_id,
        quote.title,
        quote.status,
        account.locale,
        quote.text_hash,
        until,
        over,
        quote.decline_reason,
        may_sign(session, actor),
        contact.name if contact else actor.name,
        contact.title if contact else "",
        firm.name,
        ZoneInfo(firm.time_zone),
        offer,
        chosen,
        offer.figures(chosen),
        quote_paper(session, quote, chosen),
        _questions(session, actor, quote_id),
    )


def _questions(session: Session, actor: Actor, quote_id: int) -> tuple[QuestionRow, ...]:
    statement = (
        select(QuoteQuestion)
        .where(QuoteQuestion.quote_id == quote_id, visible(actor, QuoteQuestion))
        .order_by(col(QuoteQuestion.id))
    )
    return tuple(
        QuestionRow(one.asked_by, one.asked_at, one.text, one.answer, one.answered_by)
        for one in session.exec(statement)
    )
