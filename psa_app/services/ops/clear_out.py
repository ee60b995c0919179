"""Clearing out what no longer counts. Records, history and money are never touched."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete
from sqlmodel import Session, SQLModel, col, select

from psa_app import clock
from psa_app.models import (
    BulkRow,
    BulkRun,
    ImportFile,
    ImportRun,
    Inbox,
    LoginSession,
    OneTimeLink,
    Outbox,
    PortalLink,
    RememberedAnswer,
    SignInAttempt,
)

DAY = timedelta(days=1)
SESSIONS = 90 * DAY  # a place stays known that long (services/identity/pace.py)
LINKS = 30 * DAY
ATTEMPTS = DAY
ANSWERS = DAY  # how long an Idempotency-Key is remembered
REFUSED = 90 * DAY  # rows that an import left out
CHECKED = DAY  # files that were checked, and waited to be written
DELIVERED = 90 * DAY  # mails that went out, messages that were worked through


def clear(session: Session) -> str:
    """Deletes what is past its term; returns how many rows of what, in words."""
    now = clock.now()
    past: dict[str, tuple[type[SQLModel], ColumnElement[bool]]] = {
        "sessions": (LoginSession, col(LoginSession.created_at) < now - SESSIONS),
        "invitations": (OneTimeLink, col(OneTimeLink.expires_at) < now - LINKS),
        "links": (PortalLink, col(PortalLink.expires_at) < now - LINKS),
        "sign-in attempts": (SignInAttempt, col(SignInAttempt.at) < now - ATTEMPTS),
        "remembered answers": (RememberedAnswer, col(RememberedAnswer.created_at) < now - ANSWERS),
        "refused rows": (ImportFile, _of_old_imports(now - REFUSED)),
        "checked files": (ImportFile, _of_old_checks(now - CHECKED)),
        "rows of bulk acts": (BulkRow, _of_old_bulks(now - REFUSED)),
        "mails": (Outbox, col(Outbox.done_at) < now - DELIVERED),
        "messages": (Inbox, col(Inbox.done_at) < now - DELIVERED),
    }
    cleared = {name: _delete(session, model, which) for name, (model, which) in past.items()}
    return ", ".join(f"{count} {name}" for name, count in cleared.items() if count) or "nothing to clear"


def _of_old_imports(before: datetime) -> ColumnElement[bool]:
    ended = select(ImportRun.id).where(col(ImportRun.ended_at) < before)
    return col(ImportFile.import_run_id).in_(ended)


def _of_old_checks(before: datetime) -> ColumnElement[bool]:
    checked = select(ImportRun.id).where(col(ImportRun.ended_at) < before, col(ImportRun.only_check))
    return col(ImportFile.import_run_id).in_(checked) & (col(ImportFile.kind) == "source")


def _of_old_bulks(before: datetime) -> ColumnElement[bool]:
    ended = select(BulkRun.id).where(col(BulkRun.ended_at) < before)
    return col(BulkRow.bulk_run_id).in_(ended)


def _delete(session: Session, model: type[SQLModel], which: ColumnElement[bool]) -> int:
    result: Any = session.connection().execute(delete(model).where(which))
    return int(result.rowcount)
