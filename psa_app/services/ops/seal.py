"""Chaining the history: each row's seal covers the seal before it, so that no row is lost unseen.

seal = sha256(seal of the row before + digest of the row), in hex; the first row follows an empty
text. One sealer at a time, in order of id, only over rows that are committed for good.
"""

import hashlib
from typing import Any

from sqlalchemy import bindparam, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from psa_app.db import is_sqlite
from psa_app.errors import Busy
from psa_app.models import History

BATCH = 2000
_table: Any = History.__table__  # type: ignore[attr-defined]
_SEAL = update(_table).where(_table.c.id == bindparam("row_id")).values(seal=bindparam("new_seal"))


def seal_history(session: Session, most: int = BATCH) -> int:
    """Seals the oldest open rows, at most so many; returns how many it were."""
    _wait_for_writers(session)
    rows = session.exec(
        select(History.id, History.digest)
        .where(col(History.seal).is_(None))
        .order_by(col(History.id))
        .limit(most)
    ).all()
    seal, sealed = head(session), []
    for row_id, digest in rows:
        seal = next_seal(seal, digest)
        sealed.append({"row_id": row_id, "new_seal": seal})
    if sealed:
        session.connection().execute(_SEAL, sealed)
    return len(sealed)


def next_seal(before: str, digest: str) -> str:
    """The seal of a row that follows a row with the seal `before` ("" at the beginning)."""
    return hashlib.sha256((before + digest).encode()).hexdigest()


def head(session: Session) -> str:
    """The newest seal, "" before the first: whoever keeps it can prove what the history was."""
    seal = session.exec(
        select(History.seal).where(col(History.seal).is_not(None)).order_by(col(History.id).desc()).limit(1)
    ).first()
    return seal or ""


def _wait_for_writers(session: Session) -> None:
    """PostgreSQL commits in any order: with nobody writing, no lower id can still appear."""
    if is_sqlite(session):
        return
    session.connection().execute(text("SET LOCAL lock_timeout = '2s'"))
    try:
        session.connection().execute(text("LOCK TABLE history IN SHARE ROW EXCLUSIVE MODE"))
    except OperationalError as error:
        raise Busy("The history is being written; it is sealed a little later.") from error
