"""The chain of evidence: each signature, acceptance and approval is bound to all that came before it.

A link is added in the transaction of the act itself; `rules/evidence.py` says how it is made and
how an exported pack is checked without this program's database.
"""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import insert_columns, is_sqlite
from psa_app.models import Evidence, Signature
from psa_app.prepared import Prepared
from psa_app.rules.evidence import canonical, digest_of, seal_of

_TABLE: Any = Evidence.__table__  # type: ignore[attr-defined]
LOCK = 72460003  # PostgreSQL's advisory lock of the chain's end
_ACTS = {"milestone": "accepted", "quote": "accepted"}  # of a signature; all else is signed


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did to a document. `told` are further facts, such as the hash of the text."""

    kind: str
    document_id: int
    act: str
    told: Mapping[str, Any] = field(default_factory=dict)
    signature_id: int | None = None


def bind(session: Session, actor: Actor, deeds: Iterable[Deed]) -> str:
    """Adds a link for each deed of the actor, now; returns the seal of the last link."""
    by = {"by": actor.name, "email": actor.email, "address": actor.address, "agent": actor.agent[:200]}
    return _bind(session, [(deed, by | dict(deed.told)) for deed in deeds])


def bind_signature(session: Session, signature: Signature) -> str:
    """Adds the link of a signature that was just kept."""
    return _bind(session, [_of_signature(signature)])


def bind_older(session: Session) -> int:
    """Binds signatures from before there was a chain, in the order in which they were given."""
    linked = select(Evidence.signature_id).where(col(Evidence.signature_id).is_not(None))
    older = session.exec(
        select(Signature).where(col(Signature.id).not_in(linked)).order_by(col(Signature.id))
    ).all()
    _bind(session, [_of_signature(one) for one in older])
    return len(older)


def head(session: Session) -> str:
    """The seal of the last link, "" before the first: whoever keeps it can prove what the chain was."""
    return _last(session)[1]


def _of_signature(one: Signature) -> tuple[Deed, dict[str, Any]]:
    told = {
        "side": one.side,
        "by": one.name,
        "title": one.title,
        "email": one.email,
        "address": one.address,
        "agent": one.agent,
        "given_at": one.at.isoformat(),
        "text_hash": one.text_hash,
    }
    return Deed(one.document, one.document_id, _ACTS.get(one.document, "signed"), {}, one.id), told


def _bind(session: Session, deeds: list[tuple[Deed, dict[str, Any]]]) -> str:
    if not deeds:
        return head(session)
    if not is_sqlite(session):  # SQLite has one writer anyway
        session.connection().execute(select(func.pg_advisory_xact_lock(LOCK)))
    position, seal = _last(session)
    at = clock.now()
    instant = at.isoformat()
    made = []
    salts = secrets.token_hex(16 * len(deeds))  # asked for at once
    for place, (deed, told) in enumerate(deeds):
        fixed = {"kind": deed.kind, "document_id": deed.document_id, "act": deed.act, "at": instant}
        content, salt = canonical(told | fixed), salts[32 * place : 32 * place + 32]
        before, digest = seal, digest_of(salt, content)
        seal = seal_of(before, digest)
        made.append((content, salt, digest, before, seal))
    _insert(session, position, at, [deed for deed, _ in deeds], made)
    return seal


def _insert(
    session: Session, last: int, at: datetime, deeds: list[Deed], made: list[tuple[str, str, str, str, str]]
) -> None:
    """Writes the links that follow position `last`; `made` are content, salt, digest, before and seal."""
    columns = dict(zip(("content", "salt", "digest", "before", "seal"), zip(*made, strict=True), strict=True))
    given = {
        "position": range(last + 1, last + 1 + len(deeds)),
        "kind": [deed.kind for deed in deeds],
        "document_id": [deed.document_id for deed in deeds],
        "act": [deed.act for deed in deeds],
        "at": repeat(at),
        "signature_id": [deed.signature_id for deed in deeds],
    }
    insert_columns(session, _TABLE, {**given, **columns})


def _last(session: Session) -> tuple[int, str]:
    found = _END.first(session, {})
    return (found.position, found.seal) if found else (0, "")


_END = Prepared(select_columns(_TABLE.c.position, _TABLE.c.seal).order_by(_TABLE.c.position.desc()).limit(1))
