"""Remembered answers: a request that comes again with the same key gets the same answer.

answer = begin(session, actor, key, request_hash)      # its own transaction
if answer is None:
    ... do it ...; keep(session, actor, key, ...)      # in the transaction of the act
forget(session, actor, key)                            # its own transaction, when it failed
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.access.permissions import require_scope
from psa_app.db import insert_row
from psa_app.errors import Conflict, Invalid
from psa_app.models import RememberedAnswer

LIVES = timedelta(hours=24)
DEAD_AFTER = timedelta(minutes=2)  # a request that was under way longer than this died with its process
FIELD = "Idempotency-Key"
UNDER_WAY = "A request with this key is under way. Ask again in a moment."


def begin(session: Session, actor: Actor, key: str, request_hash: str) -> tuple[int, str] | None:
    """The status and body of the first answer, or None when this request is the first.

    Raises `Conflict` while the first is under way, `Invalid` when the key came with another request.
    """
    require_scope(actor, "write")
    now = clock.now()
    found = session.exec(select(RememberedAnswer).where(*_which(actor, key)).with_for_update()).first()
    if found is None:
        insert_row(
            session,
            RememberedAnswer,
            user_id=actor.user_id,
            key=key,
            request_hash=request_hash,
            status=0,
            body="",
            created_at=now,
        )
        return None
    if found.created_at < now - LIVES or (found.status == 0 and found.created_at < now - DEAD_AFTER):
        found.request_hash, found.status, found.body, found.created_at = request_hash, 0, "", now
        return None
    if found.request_hash != request_hash:
        raise Invalid("This key was used for another request. Take a new key for each.", FIELD)
    if found.status == 0:
        raise Conflict(UNDER_WAY, FIELD)
    return found.status, found.body


def keep(session: Session, actor: Actor, key: str, request_hash: str, status: int, body: str) -> None:
    """Keeps the answer together with what the request did. Raises `Conflict` if another took over."""
    require_scope(actor, "write")
    mine = (*_which(actor, key), col(RememberedAnswer.status) == 0)
    result: Any = session.connection().execute(
        update(RememberedAnswer)
        .where(*mine, col(RememberedAnswer.request_hash) == request_hash)
        .values(status=status, body=body)
    )
    if result.rowcount != 1:
        raise Conflict(UNDER_WAY, FIELD)


def forget(session: Session, actor: Actor, key: str) -> None:
    """Frees the key of a request that failed, so that it can be tried again."""
    require_scope(actor, "write")
    session.connection().execute(
        delete(RememberedAnswer).where(*_which(actor, key), col(RememberedAnswer.status) == 0)
    )


def _which(actor: Actor, key: str) -> tuple[Any, ...]:
    return col(RememberedAnswer.user_id) == actor.user_id, col(RememberedAnswer.key) == key
