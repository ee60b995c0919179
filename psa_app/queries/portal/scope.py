"""One scope as the client reads it: the paper, whether they may answer, and its milestones."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.gateways.pdf.papers import SowPaper
from psa_app.models import Account, Attachment, Contact, Firm, Milestone, Sow, SowLine
from psa_app.queries.contracts.one import files_of
from psa_app.queries.contracts.paper import sow_paper
from psa_app.queries.portal.overview import may_sign


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone as the client sees it; its value in minor units."""

    id: int
    title: str
    criteria: str
    status: str
    value: int
    due_on: date | None
    accepted_by: str
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ScopeToRead:
    """A scope and what its reader can do. `text_hash` names the very text that is on the paper."""

    id: int
    number: str
    title: str
    status: str
    currency: str
    locale: str
    text_hash: str
    valid_until: date | None
    is_over: bool
    decline_reason: str
    may_sign: bool
    reader: str
    reader_title: str
    firm: str
    accent: str
    zone: ZoneInfo
    paper: SowPaper
    milestones: tuple[MilestoneRow, ...]
    files: tuple[Attachment, ...] = ()


def scope_to_read(session: Session, actor: Actor, sow_id: int) -> ScopeToRead:
    """The scope for a client's contact, or the holder of a mail's link; `NotFound` for everyone else's."""
    require(actor, "portal.read")
    sow = fetch(session, actor, Sow, sow_id)
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, sow.account_id)
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    until = sow.valid_until
    return ScopeToRead(
        sow_id,
        sow.number,
        sow.title,
        sow.status,
        sow.currency,
        account.locale,
        sow.text_hash,
        until,
        bool(until and until < clock.today(firm.time_zone)),
        sow.decline_reason,
        may_sign(session, actor),
        contact.name if contact else actor.name,
        contact.title if contact else "",
        firm.name,
        firm.accent,
        ZoneInfo(firm.time_zone),
        sow_paper(session, sow),
        milestones_of(session, actor, sow_id),
        files_of(session, actor, sow_id),
    )


def milestones_of(session: Session, actor: Actor, sow_id: int) -> tuple[MilestoneRow, ...]:
    """A scope's milestones in order, once it is signed."""
    statement = (
        select(Milestone)
        .join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id))
        .join(Sow, col(Sow.id) == col(SowLine.sow_id))
        .where(SowLine.sow_id == sow_id, col(Sow.status).in_(("signed", "closed")), visible(actor, Milestone))
        .order_by(col(SowLine.position), col(Milestone.position))
    )
    return tuple(
        MilestoneRow(
            int(one.id or 0),
            one.title,
            one.criteria,
            one.status,
            one.value_minor,
            one.due_on,
            one.accepted_by,
            one.accepted_at,
        )
        for one in session.exec(statement)
    )
