"""The mails about time that a client approves: to the approvers, and to the leads when it is refused."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from psa_app import routes
from psa_app.access import Actor
from psa_app.db import among
from psa_app.formats import words
from psa_app.models import Account, Contact, Firm, Person, Project, Sow, TimeRequest
from psa_app.queries.time.tables import ASKED, ENTRY
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import promise_mail

LIVES = timedelta(days=60)


def mail_key(request_id: int) -> str:
    """With what the keys of a request's mails begin."""
    return f"time-request-{request_id}-"


def mail_request(
    session: Session, request: TimeRequest, account: Account, contact: Contact, actor: Actor
) -> None:
    """To a contact who may approve: how much waits, with a link of their own."""
    request_id = int(request.id or 0)
    sow = session.get_one(Sow, request.sow_id)
    token = make_portal_link(
        session,
        contact_id=int(contact.id or 0),
        document="time_request",
        document_id=request_id,
        lives=LIVES,
    )
    values = {
        "firm": session.exec(select(Firm.name)).one(),
        "reader": contact.name,
        "scope": " ".join(filter(None, (sow.number, sow.title))),
        "time": f"{h_mm_seconds(request.seconds)} h",
        "days": words.day_range(request.first_day, request.last_day, account.locale),
        "silence": _silence(session, request_id),
    }
    key = f"{mail_key(request_id)}{contact.id}"
    path = routes.portal_link(token)
    promise_mail(session, key, "time_to_approve", [contact.email], path, values, reply_to=actor.email)


def mail_refused(
    session: Session, actor: Actor, request: TimeRequest, entry_ids: Sequence[int], reason: str
) -> None:
    """To the leads of the projects: what the client refuses, and why."""
    firm = session.exec(select(Firm.name)).one()
    account = session.get_one(Account, request.account_id)
    projects = select(ENTRY.c.project_id).where(among(session, ENTRY.c.id, entry_ids))
    leads = (
        select(Person, col(Project.id))
        .join(Project, col(Project.lead_id) == col(Person.id))
        .where(col(Project.id).in_(projects))
        .order_by(col(Project.id))
    )
    told = sorted(entry_ids)
    lines = select(ASKED.c.seconds).where(ASKED.c.request_id == request.id, ASKED.c.entry_id.in_(told))
    seconds = sum(session.connection().execute(lines).scalars())
    for lead, project_id in session.exec(leads).all():
        values = {
            "firm": firm,
            "reader": lead.name,
            "client": account.name,
            "refused_by": actor.name,
            "time": f"{h_mm_seconds(seconds)} h",
            "reason": reason,
        }
        key = f"time-refused-{request.id}-{told[0]}-{project_id}-{lead.id}"
        promise_mail(session, key, "time_refused", [lead.email], routes.project(int(project_id or 0)), values)


def _silence(session: Session, request_id: int) -> str:
    """In words, from when no answer counts as approval; "" where it never does for some of it."""
    days = set(
        session.connection()
        .execute(select(ASKED.c.silence_days).where(ASKED.c.request_id == request_id))
        .scalars()
    )
    if 0 in days:
        return ""
    least = min(days)
    return "1 day" if least == 1 else f"{least} days"
