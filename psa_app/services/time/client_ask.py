"""Asking the client to approve time: one request for each scope, of what is approved and not yet asked."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, system, visible
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Contact, Sow, SowLine, TimeEntry, TimeRequest
from psa_app.queries.contracts.text import hash_of
from psa_app.queries.time.tables import ASKED, ENTRY, LINE, PERSON, PROJECT, TASK
from psa_app.queries.time.with_client import IS_ASKED, waiting_entries
from psa_app.rules.evidence import canonical
from psa_app.services import history
from psa_app.services.contracts.send import approvers
from psa_app.services.time.client_mail import mail_request

KIND = "time_request"


@act("time_requests", "ask", right="time.approve")
def ask_client(session: Session, actor: Actor, *, account_id: int) -> list[TimeRequest]:
    """Asks a client now for all approved time that waits for them and is not yet asked.

    A lead asks for the time of own projects. Raises `Conflict` when there is none, `Invalid` when
    nobody there may approve it.
    """
    account = fetch(session, actor, Account, account_id)
    contacts = approvers(session, account_id)
    if not contacts:
        sentence = f"Nobody at {account.name} may approve time. Mark a contact as approver first."
        raise Invalid(sentence, "account_id")
    asked = _ask(session, actor, account, contacts)
    if not asked:
        raise Conflict("Nothing new waits for this client. What they were asked lies before them.")
    return asked


def ask_all(session: Session) -> int:
    """Asks every client for what is not yet asked, where somebody may approve it; returns how many requests.

    Runs once a day, so that a contact gets at most one mail for a scope and day.
    """
    waiting = waiting_entries(PROJECT.c.account_id).where(~IS_ASKED).distinct()
    accounts = sorted(session.connection().execute(waiting).scalars())
    return sum(
        len(_ask(session, system(), session.get_one(Account, one), contacts))
        for one in accounts
        if (contacts := approvers(session, one))
    )


def _ask(session: Session, actor: Actor, account: Account, contacts: Sequence[Contact]) -> list[TimeRequest]:
    scopes = select(Sow.id).join(SowLine).where(Sow.account_id == account.id, SowLine.approval == "client")
    # One asks after the other: the second finds nothing left.
    locked = select(Sow.id).where(col(Sow.id).in_(scopes)).order_by(col(Sow.id))
    session.connection().execute(locked.with_for_update(key_share=True))
    by_scope: dict[int, list[Any]] = defaultdict(list)
    for row in session.connection().execute(_not_asked(actor, account)):
        by_scope[row.sow_id].append(row)
    requests = []
    for sow_id, rows in sorted(by_scope.items()):
        request = _request(session, actor, account, sow_id, rows)
        for contact in contacts:
            mail_request(session, request, account, contact, actor)
        requests.append(request)
    return requests


def _not_asked(actor: Actor, account: Account) -> Any:
    columns = (
        ENTRY.c.id,
        ENTRY.c.work_date,
        ENTRY.c.seconds,
        ENTRY.c.note,
        PERSON.c.name.label("person"),
        PROJECT.c.name.label("project"),
        TASK.c.name.label("task"),
        LINE.c.sow_id,
        LINE.c.silence_days,
    )
    return (
        waiting_entries(*columns)
        .join(PERSON, PERSON.c.id == ENTRY.c.person_id)
        .where(PROJECT.c.account_id == account.id, ~IS_ASKED, visible(actor, TimeEntry))
        .order_by(ENTRY.c.work_date, ENTRY.c.id)
        .with_for_update(of=ENTRY)
    )


def _request(
    session: Session, actor: Actor, account: Account, sow_id: int, rows: Sequence[Any]
) -> TimeRequest:
    told = [[row.id, row.work_date.isoformat(), row.person, row.task, row.note, row.seconds] for row in rows]
    request = TimeRequest(
        account_id=int(account.id or 0),
        sow_id=sow_id,
        first_day=rows[0].work_date,
        last_day=rows[-1].work_date,
        seconds=sum(row.seconds for row in rows),
        asked_at=clock.now(),
        asked_by=actor.name,
        text_hash=hash_of(canonical({"lines": told})),
    )
    session.add(request)
    session.flush()
    names = ("work_date", "person", "project", "task", "note", "seconds", "silence_days")
    lines = [
        {name: getattr(row, name) for name in names}
        | {"request_id": request.id, "entry_id": row.id, "status": "open", "reason": "", "decided_by": ""}
        for row in rows
    ]
    session.connection().execute(insert(ASKED), lines)
    after = {"status": "open", "lines": len(lines), "seconds": request.seconds}
    history.note(session, actor, KIND, int(request.id or 0), "asked", {}, after)
    return request
