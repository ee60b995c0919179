"""One change order as the client reads it: the paper, and what can be done with it."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.gateways.pdf.papers import SowPaper
from psa_app.models import Account, ChangeOrder, ChangeQuestion, Contact, Firm, Sow
from psa_app.queries.contracts.change_orders import agreed_order_text, read_order
from psa_app.queries.contracts.order_paper import effect, order_paper
from psa_app.queries.portal.overview import may_sign
from psa_app.queries.portal.quote import QuestionRow


@dataclass(frozen=True, slots=True)
class OrderToRead:
    """A change order and what its reader can do. `text_hash` names the very text that is on the paper;
    `effect` are rows of what, so far, from now on."""

    id: int
    number: str
    title: str
    status: str
    locale: str
    text_hash: str
    valid_until: date | None
    is_over: bool
    decline_reason: str
    may_sign: bool
    reader: str
    reader_title: str
    firm: str
    zone: ZoneInfo
    effect: tuple[tuple[str, str, str], ...]
    paper: SowPaper
    questions: tuple[QuestionRow, ...]


def order_to_read(session: Session, actor: Actor, order_id: int) -> OrderToRead:
    """For a client's contact, or the holder of a mail's link; `NotFound` for everyone else's."""
    require(actor, "portal.read")
    order = fetch(session, actor, ChangeOrder, order_id)
    sow = session.get_one(Sow, order.sow_id)
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, sow.account_id)
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    until = order.valid_until
    terms = read_order(agreed_order_text(session, order))
    return OrderToRead(
        order_id,
        order.number,
        order.title,
        order.status,
        account.locale,
        order.text_hash,
        until,
        bool(until and until < clock.today(firm.time_zone)),
        order.decline_reason,
        may_sign(session, actor),
        contact.name if contact else actor.name,
        contact.title if contact else "",
        firm.name,
        ZoneInfo(firm.time_zone),
        tuple(effect(terms, account.locale)),
        order_paper(session, order, sow),
        _questions(session, actor, order_id),
    )


def _questions(session: Session, actor: Actor, order_id: int) -> tuple[QuestionRow, ...]:
    statement = (
        select(ChangeQuestion)
        .where(ChangeQuestion.change_order_id == order_id, visible(actor, ChangeQuestion))
        .order_by(col(ChangeQuestion.id))
    )
    return tuple(
        QuestionRow(one.asked_by, one.asked_at, one.text, one.answer, one.answered_by)
        for one in session.exec(statement)
    )
