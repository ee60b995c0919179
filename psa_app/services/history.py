"""Writing down who did what. History is append-only; nothing here changes or deletes a row."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import History

_SECRET = {"password_hash", "token_hash", "salt", "idempotency_key"}
_INSERT = insert(History.__table__)  # type: ignore[attr-defined]


def note(
    session: Session,
    actor: Actor,
    kind: str,
    record_id: int,
    verb: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Adds one line of history about record `record_id` of table `kind`."""
    note_many(session, actor, kind, verb, [(record_id, before or {}, after or {})], reason)


def note_many(
    session: Session,
    actor: Actor,
    kind: str,
    verb: str,
    rows: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]],
    reason: str = "",
) -> None:
    """Adds a line per `(record_id, before, after)`, in one statement."""
    at = clock.now()
    lines = [
        _sealed(at, actor, kind, record_id, verb, _text(before), _text(after), reason)
        for record_id, before, after in rows
    ]
    if lines:
        session.connection().execute(_INSERT, lines)


def _sealed(
    at: datetime, actor: Actor, kind: str, record_id: int, verb: str, before: str, after: str, reason: str
) -> dict[str, Any]:
    salt = secrets.token_hex(8)
    body = "\x1f".join((salt, at.isoformat(), actor.name, kind, str(record_id), verb, before, after, reason))
    return {
        "at": at, "user_id": actor.user_id, "actor": actor.name, "via": actor.via, "kind": kind,
        "record_id": record_id, "verb": verb, "before": before, "after": after, "reason": reason, "salt": salt,
        "digest": hashlib.sha256(body.encode()).hexdigest(), "seal": None,
    }  # fmt: skip


def _text(values: Mapping[str, Any]) -> str:
    if not values:
        return "{}"
    return json.dumps({k: _plain(v) for k, v in values.items() if k not in _SECRET}, ensure_ascii=False)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def values_of(record: SQLModel, names: Iterable[str] | None = None) -> dict[str, Any]:
    """A record's fields as plain values, for `before` and `after`."""
    return {name: getattr(record, name) for name in (names or type(record).model_fields)}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs, on both sides; `version` and `updated_at` do not count."""
    names = [n for n in after if before.get(n) != after[n] and n not in ("version", "updated_at")]
    return {n: before.get(n) for n in names}, {n: after[n] for n in names}


def digest_of(row: Any) -> str:
    """The digest that a history row must have; a different one means that it was changed."""
    body = "\x1f".join(
        (
            row.salt,
            row.at.isoformat(),
            row.actor,
            row.kind,
            str(row.record_id),
            row.verb,
            row.before,
            row.after,
            row.reason,
        )
    )
    return hashlib.sha256(body.encode()).hexdigest()
