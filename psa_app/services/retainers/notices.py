"""Telling once that half, 80 % or all of a retainer's period is used."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.formats import words
from psa_app.models import Account, Firm, Outbox, Person, Project, RetainerNotice
from psa_app.queries.retainers.ledger import Ledger, OpenPeriod
from psa_app.queries.retainers.lines import Agreed
from psa_app.queries.retainers.words import amount
from psa_app.rules.retainers import WARN_AT
from psa_app.services.mails import promise_mail


def note_use(session: Session, of: Agreed, found: Ledger) -> None:
    """Keeps which levels each open period has reached; the highest new one is told to the project's lead
    by mail, each level once, also when use falls and rises again."""
    for one in found.periods:
        _note(session, of, one)
    session.flush()


def _note(session: Session, of: Agreed, one: OpenPeriod) -> None:
    reached = {level for level in WARN_AT if level <= one.statement.warning}
    number = one.period.number
    mine = (col(RetainerNotice.sow_line_id) == of.id, col(RetainerNotice.number) == number)
    kept = set(session.exec(select(RetainerNotice.level).where(*mine)).all())
    if kept - reached:
        gone = col(RetainerNotice.level).in_(kept - reached)
        session.connection().execute(delete(RetainerNotice).where(*mine, gone))
    for level in sorted(reached - kept):
        session.add(RetainerNotice(sow_line_id=of.id, number=number, level=level, at=clock.now()))
    if reached - kept:
        _tell(session, of, one, max(reached))


def _tell(session: Session, of: Agreed, one: OpenPeriod, level: int) -> None:
    key = f"retainer-{of.id}-{one.period.number}-{level}"
    lead = session.exec(
        select(Person)
        .join(Project, col(Project.lead_id) == col(Person.id))
        .where(Project.sow_id == of.sow.id)
    ).first()
    known = session.exec(select(Outbox.id).where(Outbox.key == key)).first()
    if lead is None or known is not None:
        return
    has = one.statement
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": lead.name,
        "client": session.get_one(Account, of.sow.account_id).name,
        "retainer": of.line.title,
        "days": words.day_range(one.period.starts_on, one.period.ends_on),
        "level": str(level),
        "used": amount(of, has.wanted),
        "available": amount(of, has.available),
    }
    promise_mail(session, key, "retainer_used", [lead.email], routes.retainer(of.id), values)
