"""Writing down who did what. History is append-only; nothing here changes or deletes a row."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from itertools import repeat
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import Statement, insert_columns, ready_insert
from psa_app.models import History
from psa_app.prepared import Prepared

_SECRET = {"password_hash", "token_hash", "salt", "idempotency_key"}
_TABLE: Any = History.__table__  # type: ignore[attr-defined]
_INSERT = Prepared(insert(_TABLE), *(column.name for column in _TABLE.c if not column.primary_key))
_SALT_BYTES = 8
_REASON = "reason of history"  # in a session's info
_VARYING = ("record_id", "before", "after", "salt", "digest")


@contextmanager
def because(session: Session, reason: str) -> Iterator[None]:
    """Lines that are written meanwhile without a reason of their own give this one."""
    before = session.info.get(_REASON, "")
    session.info[_REASON] = reason
    try:
        yield
    finally:
        session.info[_REASON] = before


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
    text = _Texts()
    lines = [(record_id, text(old), text(new)) for record_id, old, new in rows]
    _write(session, actor, kind, verb, lines, reason)


def note_columns(
    session: Session,
    actor: Actor,
    kind: str,
    verb: str,
    record_ids: Iterable[int],
    after: Mapping[str, Iterable[Any]],
) -> None:
    """Adds a line per record, with what it is now given by column; `itertools.repeat` is for what is
    the same in all. The quickest for thousands: each distinct value is written out once.
    """
    shown = {name: _written(values) for name, values in after.items() if name not in _SECRET}
    pattern = f"{{{', '.join(f'{_ENCODE(name)}: %s' for name in shown)}}}"
    told = zip(record_ids, zip(*shown.values(), strict=False), strict=False)
    _write(session, actor, kind, verb, [(record_id, "{}", pattern % values) for record_id, values in told])


def _written(values: Iterable[Any]) -> Iterable[str]:
    """JSON of each value."""
    if isinstance(values, repeat):
        return repeat(_ENCODE(next(values)))
    many = list(values)
    known = {value: _ENCODE(value) for value in set(many)}
    return [known[value] for value in many]


def ready_notes(
    session: Session,
    actor: Actor,
    kind: str,
    verb: str,
    rows: Iterable[tuple[int, Mapping[str, Any], Mapping[str, Any]]],
    reason: str = "",
) -> Statement:
    """The lines of `note_many`, to be written by `db.execute_ready` in a later transaction."""
    text = _Texts()
    lines = [(record_id, text(old), text(new)) for record_id, old, new in rows]
    same, sealed = _sealed(session, actor, kind, verb, lines, reason)
    return ready_insert(session, _TABLE, _columns(same, sealed) if sealed else {})


def _write(
    session: Session,
    actor: Actor,
    kind: str,
    verb: str,
    lines: Sequence[tuple[int, str, str]],
    reason: str = "",
) -> None:
    """Adds a line per `(record_id, before, after)`, these two in JSON."""
    same, sealed = _sealed(session, actor, kind, verb, lines, reason)
    if len(sealed) == 1:
        _INSERT.all(session, same | dict(zip(_VARYING, sealed[0], strict=True)))
    elif sealed:
        insert_columns(session, _TABLE, _columns(same, sealed))


def _columns(same: Mapping[str, Any], sealed: Sequence[tuple[Any, ...]]) -> dict[str, Iterable[Any]]:
    columns = dict(zip(_VARYING, zip(*sealed, strict=True), strict=True))
    return {**{name: repeat(value) for name, value in same.items()}, **columns}


def _sealed(
    session: Session, actor: Actor, kind: str, verb: str, lines: Sequence[tuple[int, str, str]], reason: str
) -> tuple[dict[str, Any], list[tuple[Any, ...]]]:
    """What is the same in all lines, and what differs, with the digest of each."""
    at = clock.now()
    reason = reason or session.info.get(_REASON, "")
    same = {
        "at": at,
        "user_id": actor.user_id,
        "actor": actor.name,
        "via": actor.via,
        "kind": kind,
        "verb": verb,
        "reason": reason,
        "seal": None,
    }
    instant = at.isoformat()
    sealed = [
        (
            record_id,
            before,
            after,
            salt,
            _digest(salt, instant, actor.name, kind, record_id, verb, before, after, reason),
        )
        for (record_id, before, after), salt in zip(lines, _salts(len(lines)), strict=True)
    ]
    return same, sealed


def _salts(many: int) -> list[str]:
    """Random salts, asked for at once."""
    random = secrets.token_hex(_SALT_BYTES * many)
    return [random[start : start + 2 * _SALT_BYTES] for start in range(0, len(random), 2 * _SALT_BYTES)]


def _digest(*told: Any) -> str:
    """The digest of a line: its salt, then all that it tells."""
    return hashlib.sha256("\x1f".join(map(str, told)).encode()).hexdigest()


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
    return _digest(
        row.salt,
        row.at.isoformat(),
        row.actor,
        row.kind,
        row.record_id,
        row.verb,
        row.before,
        row.after,
        row.reason,
    )
