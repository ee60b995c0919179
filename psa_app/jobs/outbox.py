"""Delivering what was promised: claim one row, do it with no transaction open, tick it off.

A worker that dies leaves its row claimed; the row comes due again when its lease ends. Each effect
carries its key, so that doing it a second time is not seen outside.
"""

import json
import logging
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, SQLModel, col, select

from psa_app import clock, db
from psa_app.access import system
from psa_app.errors import Invalid, PsaError
from psa_app.jobs.effects import EFFECTS
from psa_app.models import Mail, Outbox
from psa_app.services import history

log = logging.getLogger("psa_app.jobs")
LEASE = timedelta(minutes=2)
LONGEST_WAIT = 3600  # seconds between two tries


def deliver_due(most: int = 50, wanted: Callable[[], bool] = lambda: True) -> int:
    """Delivers what is due, one row after the other, while `wanted()`; returns how many rows were tried."""
    tried = 0
    while tried < most and wanted() and anything_due(Outbox):
        with db.unit_of_work() as session:
            rows = db.claim(session, Outbox, limit=1, lease=LEASE)
        if not rows:
            break
        deliver(rows[0])
        tried += 1
    return tried


def anything_due(model: type[SQLModel]) -> bool:
    """True if a queue table has a row to work on. It takes no write lock, so asking often costs nothing."""
    table: Any = model
    with db.reading() as session:
        due = select(table.id).where(col(table.done_at).is_(None), table.due_at <= clock.now()).limit(1)
        return session.exec(due).first() is not None


def deliver(row: Any) -> None:
    """Does what one claimed row promises, and writes down what came of it."""
    try:
        remark = _do(row.kind, row.key, json.loads(row.payload))
    except Invalid as error:
        log.warning("%s cannot be delivered: %s", row.key, error.sentence)
        _finish(row, error.sentence)
    except PsaError as error:
        _wait(row, error.sentence)
    except Exception as error:
        log.warning("%s failed", row.key, exc_info=error)
        _wait(row, f"{type(error).__name__}: {error}")
    else:
        _finish(row, remark)


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many failures: 2, 4, 8, … seconds, an hour at most, give or take a fifth."""
    seconds = min(LONGEST_WAIT, 2 ** min(tries, 12))
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))  # noqa: S311 - so that not all come at once


def _do(kind: str, key: str, payload: dict[str, Any]) -> str:
    if kind not in EFFECTS:
        raise LookupError(f"Nobody delivers {kind!r}.")
    return EFFECTS[kind](key, payload)


def _finish(row: Any, remark: str) -> None:
    _settle(row, done_at=clock.now(), error=remark[:400], payload=_without_secrets(row.payload))


def _wait(row: Any, error: str) -> None:
    _settle(row, due_at=clock.now() + wait_after(row.tries + 1), error=error[:400])


def _settle(row: Any, **values: Any) -> None:
    """What became of a mail stands at the kept mail too, which outlives the promise."""
    told: dict[str, Any] = {name: values[name] for name in ("done_at", "error") if name in values}
    with db.unit_of_work() as session:
        session.connection().execute(update(Outbox).where(col(Outbox.id) == row.id).values(**values))
        if row.kind == "mail":
            session.connection().execute(update(Mail).where(col(Mail.key) == row.key).values(**told))
            _tell(session, row.key, told)


def _tell(session: Session, key: str, told: Mapping[str, Any]) -> None:
    """Writes it into history, by which open pages hear that a mail has left."""
    mail = session.exec(select(Mail).where(Mail.key == key)).first()
    if mail is not None and "done_at" in told:
        history.note(session, system(), "mail", int(mail.id or 0), "not sent" if told["error"] else "sent")


def _without_secrets(payload: str) -> str:
    """A delivered mail's row keeps no link: whoever reads the database could open it."""
    values: Mapping[str, Any] = json.loads(payload)
    return json.dumps({**values, "path": ""}) if "path" in values else payload
