"""Whether something changed that a plan was made from, between the plan and the writing of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from psa_app.models import Contact, CustomField, Firm, History, User
from psa_app.models.resource import Resource

_WINDOW = 1_000  # ids of history that may become visible out of order on PostgreSQL


class Moved(Exception):
    """What a plan was made from is not as it was: plan again."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The newest line of history that was seen, and those shortly before it."""

    newest: int
    recent: frozenset[int]


def moment(session: Session) -> Moment:
    """The state of the history as this transaction sees it."""
    newest = session.exec(select(func.max(History.id))).one() or 0
    recent = session.exec(select(History.id).where(col(History.id) > newest - _WINDOW))
    return Moment(newest, frozenset(int(one or 0) for one in recent))


def moved_since(session: Session, before: Moment, tables: Iterable[str]) -> bool:
    """Whether a record of these tables was written since, by whoever."""
    new = select(History.id).where(
        col(History.id) > before.newest - _WINDOW, col(History.kind).in_(sorted(tables))
    )
    return any(one not in before.recent for one in session.exec(new))


def tables_of(resource: Resource) -> set[str]:
    """The tables that a plan is made from: the kind itself, what it links to, who may see what of it."""
    models = [resource.model, CustomField, Firm, User, Contact]
    models += [field.links_to for field in resource.fields if field.links_to is not None]
    return {str(model.__table__.name) for model in models}  # type: ignore[attr-defined]
