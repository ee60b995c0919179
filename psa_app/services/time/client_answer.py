"""The client's answer to time: approved, refused with a reason, or approved by silence."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, system
from psa_app.db import among
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Contact, Firm, Outbox, TimeEntry, TimeRequest, TimeRequestLine
from psa_app.queries.contracts.text import hash_of
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import fields
from psa_app.rules.client_time import silence_approves
from psa_app.rules.evidence import canonical
from psa_app.services import history
from psa_app.services.evidence import Deed, bind
from psa_app.services.retainers.write import redraw_tasks
from psa_app.services.time import deciding
from psa_app.services.time.client_lines import close_if_done, settle_lines
from psa_app.services.time.client_mail import mail_key, mail_refused
from psa_app.services.time.entries import KIND as ENTRY_KIND
from psa_app.services.time.reject import send_back

KIND = "time_request"


@act("time_requests", "approve", right="time.approve_for_client", hidden=True)
def approve_request(
    session: Session, actor: Actor, request_id: int, *, entry_ids: tuple[int, ...] | None = None
) -> TimeRequest:
    """The client's approver approves all that is open, or the entries named: they can be billed from now on.

    Raises `Forbidden` for a contact who may not approve, `Conflict` for what is answered already, `Invalid`
    when no entry is named: a second click on what is answered never means all the others.
    """
    request, lines = _open_lines(session, actor, request_id, entry_ids)
    _approve(session, actor, request, lines, "approved")
    _sign(request, actor)
    return request


@act("time_requests", "refuse", right="time.approve_for_client", hidden=True)
def refuse_request(
    session: Session,
    actor: Actor,
    request_id: int,
    *,
    reason: str,
    entry_ids: tuple[int, ...] | None = None,
) -> TimeRequest:
    """The client refuses all that is open, or the entries named: they go back to who logged them.

    They read the reason, and so do the leads. Errors as of `approve_request`, and `Invalid` without a reason.
    """
    why = fields.text(reason, "reason", max=500, multiline=True)
    request, lines = _open_lines(session, actor, request_id, entry_ids)
    ids = _ids(lines)
    settle_lines(session, ids, "refused", by=actor.name, reason=why)
    send_back(session, actor, deciding.locked_lines(session, ids), why)
    _bind(session, actor, request, lines, "declined", {"reason": why})
    _note(session, actor, request, "refused by the client", lines, why)
    close_if_done(session, request)
    _sign(request, actor)
    mail_refused(session, actor, request, ids, why)
    return request


def approve_by_silence(session: Session) -> int:
    """Approves what clients have let pass; returns how many entries."""
    zone = session.exec(select(Firm.time_zone)).one()
    requests = session.exec(
        select(TimeRequest.id).where(TimeRequest.status == "open").order_by(col(TimeRequest.id))
    ).all()
    return sum(_by_silence(session, int(one or 0), zone) for one in requests)


def note_accepted(session: Session) -> None:
    """Writes when the mail server took the first mail of each request: silence counts from then."""
    new = select(TimeRequest).where(TimeRequest.status == "open", col(TimeRequest.accepted_at).is_(None))
    for request in session.exec(new.order_by(col(TimeRequest.id))).all():
        request.accepted_at = _accepted_at(session, int(request.id or 0))


def _by_silence(session: Session, request_id: int, zone: str) -> int:
    request = session.get_one(TimeRequest, request_id)
    lines = _lines(session, request_id)
    due = [
        line for line in lines if silence_approves(request.accepted_at, line.silence_days, clock.now(), zone)
    ]
    if not due:
        return 0
    deciding.locked_lines(session, _ids(due))
    session.refresh(request, with_for_update=True)
    still = {line.entry_id for line in _lines(session, request_id)}
    due = [line for line in due if line.entry_id in still]
    if due:
        _approve(session, system("Silence"), request, due, "silent")
    return len(due)


def _accepted_at(session: Session, request_id: int) -> datetime | None:
    """When the mail server took the first of a request's mails."""
    taken = select(Outbox.done_at).where(
        col(Outbox.key).startswith(mail_key(request_id), autoescape=True),
        col(Outbox.done_at).is_not(None),
        Outbox.error == "",
    )
    return min((one for one in session.exec(taken).all() if one is not None), default=None)


def _open_lines(
    session: Session, actor: Actor, request_id: int, entry_ids: Collection[int] | None
) -> tuple[TimeRequest, list[TimeRequestLine]]:
    """The locked request and its open lines that are answered. People and entries are locked first, as
    those do who take an approval back."""
    request = fetch(session, actor, TimeRequest, request_id)
    _check_contact(session, actor, request)
    chosen = None if entry_ids is None else {int(one) for one in entry_ids}
    deciding.locked_lines(session, _ids(_lines(session, request_id)))
    request = fetch(session, actor, TimeRequest, request_id, lock=True)
    lines = _lines(session, request_id)
    if not lines:
        raise Conflict("This is answered already. Reload to see how it stands.")
    if chosen is None:
        return request, lines
    if not chosen:
        raise Invalid("Tick the entries that you mean.")
    found = [line for line in lines if line.entry_id in chosen]
    if len(found) != len(chosen):
        raise Conflict("Some of these are answered already. Reload to see how they stand.")
    return request, found


def _check_contact(session: Session, actor: Actor, request: TimeRequest) -> None:
    contact = session.get(Contact, actor.contact_id) if actor.contact_id else None
    if contact is None or contact.account_id != request.account_id or contact.is_archived:
        raise NotFound()
    if not contact.is_approver:
        raise Forbidden("You may read this, but someone else at your company has to approve it.")


def _lines(session: Session, request_id: int) -> list[TimeRequestLine]:
    statement = (
        select(TimeRequestLine)
        .where(TimeRequestLine.request_id == request_id, TimeRequestLine.status == "open")
        .order_by(col(TimeRequestLine.work_date), col(TimeRequestLine.entry_id))
    )
    return list(session.exec(statement.execution_options(populate_existing=True)).all())


def _approve(
    session: Session, actor: Actor, request: TimeRequest, lines: Sequence[TimeRequestLine], status: str
) -> None:
    ids = _ids(lines)
    verb = "approved by silence" if status == "silent" else "approved by the client"
    session.connection().execute(
        update(ENTRY)
        .where(among(session, ENTRY.c.id, ids), ENTRY.c.status == "approved")
        .values(client_approved_at=clock.now(), version=ENTRY.c.version + 1, updated_at=clock.now())
    )
    history.note_many(session, actor, ENTRY_KIND, verb, ((one, {}, {}) for one in ids))
    redraw_tasks(session, session.exec(select(TimeEntry.task_id).where(col(TimeEntry.id).in_(ids))).all())
    _bind(session, actor, request, lines, "approved", {"silence": status == "silent"})
    settle_lines(session, ids, status, by="" if status == "silent" else actor.name)
    _note(session, actor, request, verb, lines)
    close_if_done(session, request)


def _bind(
    session: Session,
    actor: Actor,
    request: TimeRequest,
    lines: Sequence[TimeRequestLine],
    verb: str,
    told: dict[str, Any],
) -> None:
    said = [
        [one.entry_id, one.work_date.isoformat(), one.person, one.task, one.note, one.seconds]
        for one in lines
    ]
    facts = {
        "request_hash": request.text_hash,
        "lines": len(lines),
        "seconds": sum(line.seconds for line in lines),
        "text_hash": hash_of(canonical({"lines": said})),
    }
    bind(session, actor, [Deed(KIND, int(request.id or 0), verb, facts | told)])


def _note(
    session: Session,
    actor: Actor,
    request: TimeRequest,
    verb: str,
    lines: Sequence[TimeRequestLine],
    reason: str = "",
) -> None:
    after = {"lines": len(lines), "seconds": sum(line.seconds for line in lines)}
    history.note(session, actor, KIND, int(request.id or 0), verb, {}, after, reason=reason)


def _sign(request: TimeRequest, actor: Actor) -> None:
    request.decided_by, request.contact_id, request.address = actor.name, actor.contact_id, actor.address


def _ids(lines: Sequence[TimeRequestLine]) -> list[int]:
    return [line.entry_id for line in lines if line.entry_id is not None]
