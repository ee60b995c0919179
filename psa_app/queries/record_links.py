"""The names behind a record's links, and what can be chosen for one, within the actor's scope."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import String, cast
from sqlmodel import Session, SQLModel, col, select

from psa_app.access import Actor, visible
from psa_app.models.resource import FieldSpec

MOST = 500
MOST_WORDS = 6
_TITLES = ("name", "title", "label", "number")


def title_of(model: type[SQLModel]) -> str:
    """The field that names a row of this table."""
    return next((name for name in _TITLES if name in model.model_fields), "id")


def names(
    session: Session, actor: Actor, fields: Iterable[FieldSpec], rows: Iterable[Mapping[str, Any]]
) -> dict[str, dict[int, str]]:
    """By link field the names of the rows that `rows` point to, one query a field."""
    listed = list(rows)
    found: dict[str, dict[int, str]] = {}
    for field in fields:
        ids = {row[field.name] for row in listed if row.get(field.name)}
        if field.links_to is not None and ids:
            found[field.name] = dict(_pairs(session, actor, field.links_to, ids))
    return found


def choices(session: Session, actor: Actor, field: FieldSpec) -> list[tuple[int, str]]:
    """What can be chosen for a link: (id, name), by name, at most 500."""
    return sorted(_pairs(session, actor, field.links_to, None), key=lambda pair: pair[1].lower())


def _pairs(
    session: Session, actor: Actor, model: type[SQLModel] | None, ids: set[int] | None
) -> list[tuple[int, str]]:
    if model is None:
        return []
    identity: Any = col(model.id)  # type: ignore[attr-defined]
    statement = (
        select(identity, col(getattr(model, title_of(model)))).where(visible(actor, model)).limit(MOST)
    )
    if ids is not None:
        statement = statement.where(identity.in_(ids))
    return [(int(row_id), str(name)) for row_id, name in session.exec(statement).all()]


def found(
    session: Session, actor: Actor, field: FieldSpec, text: str, limit: int = 20
) -> list[tuple[int, str]]:
    """What can be chosen for a link and holds every word of `text`, by name."""
    if field.links_to is None:
        return []
    model: Any = field.links_to
    named = cast(col(getattr(model, title_of(model))), String)
    where = [named.icontains(word, autoescape=True) for word in text[:80].split()[:MOST_WORDS]]
    statement = select(col(model.id), named).where(visible(actor, model), *where).order_by(named).limit(limit)
    return [(int(row_id), str(name)) for row_id, name in session.exec(statement).all()]
