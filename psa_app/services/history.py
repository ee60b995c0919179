"""Writing down who did what. History is append-only; nothing here changes or deletes a row."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from itertools import repeat
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_columns
from psa_app.models import History

_SECRET = {"password_hash", "token_hash", "salt", "idempotency_key"}
_TABLE: Any = History.__table__  # type: ignore[attr-defined]
_INSERT = insert(_TABLE)
_VARYING = ("record_id", "before", "after", "salt", "digest")


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
    """Adds a line per `(record_id, before, after)`, all at once."""
    at, text = clock.now(), _Texts()
    told = at.isoformat(), actor.name, kind, verb, reason
    lines = [_sealed(told, record_id, text(before), text(after)) for record_id, before, after in rows]
    same = {
        "at": at, "user_id": actor.user_id, "actor": actor.name, "via": actor.via, "kind": kind, "verb": verb,
        "reason": reason, "seal": None,
    }  # fmt: skip
    if len(lines) == 1:
        session.connection().execute(_INSERT, same | dict(zip(_VARYING, lines[0], strict=True)))
    elif lines:
        columns = dict(zip(_VARYING, zip(*lines, strict=True), strict=True))
        insert_columns(session, _TABLE, {**{name: repeat(value) for name, value in same.items()}, **columns})


class _Texts:
    """JSON of mappings. The very same mapping, handed in for many rows, is written out once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Mapping[str, Any], str]] = {}

    def __call__(self, values: Mapping[str, Any]) -> str:
        if not values:
            return "{}"
        found = self._known.get(id(values))
        if found is None:
            found = self._known[id(values)] = (values, _text(values))
        return found[1]


def _sealed(
    told: tuple[str, str, str, str, str], record_id: int, before: str, after: str
) -> tuple[int, str, str, str, str]:
    at, actor, kind, verb, reason = told
    salt = secrets.token_hex(8)
    body = "\x1f".join((salt, at, actor, kind, str(record_id), verb, before, after, reason))
    return record_id, before, after, salt, hashlib.sha256(body.encode()).hexdigest()


def _text(values: Mapping[str, Any]) -> str:
    if _SECRET.isdisjoint(values):
        return _ENCODE(values)
    return _ENCODE({name: value for name, value in values.items() if name not in _SECRET})


def _plain(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in history")


_ENCODE = json.JSONEncoder(ensure_ascii=False, default=_plain).encode


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
