"""Finding a record by a few letters of its name: what the palette asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app import routes
from psa_app.access import Actor, may, require, visible
from psa_app.models import Account, Invoice, Person, Project, Sow

EACH = 5  # hits of a kind


@dataclass(frozen=True, slots=True)
class Found:
    """A record that fits: `kind` is clients, projects, scopes, invoices or people."""

    kind: str
    id: int
    name: str
    beside: str
    href: str


def search(session: Session, actor: Actor, text: str) -> list[Found]:
    """Records whose name or number holds the text, at most five of a kind, of those the actor may open."""
    require(actor, "search.use")
    wanted = text.strip()[:80]
    if len(wanted) < 2:
        return []
    found: list[Found] = []
    for kind, right, look in _KINDS:
        if may(actor, right):
            rows = session.connection().execute(look(actor, wanted).limit(EACH))
            found += [Found(kind, row[0], row[1], row[2] or "", _HREF[kind](row[0])) for row in rows]
    return found


def _holds(column: Any, text: str) -> Any:
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return func.lower(column).like(f"%{escaped}%", escape="\\")


def _clients(actor: Actor, text: str) -> Any:
    return (
        select(Account.id, Account.name, Account.city)
        .where(visible(actor, Account), _holds(Account.name, text))
        .order_by(col(Account.is_archived), Account.name)
    )


def _projects(actor: Actor, text: str) -> Any:
    return (
        select(Project.id, Project.name, Account.name)
        .outerjoin(Account, col(Account.id) == col(Project.account_id))
        .where(visible(actor, Project), _holds(Project.name, text))
        .order_by(col(Project.status), Project.name)
    )


def _scopes(actor: Actor, text: str) -> Any:
    return (
        select(Sow.id, Sow.title, Sow.number)
        .where(visible(actor, Sow), _holds(Sow.title, text) | _holds(Sow.number, text))
        .order_by(col(Sow.id).desc())
    )


def _invoices(actor: Actor, text: str) -> Any:
    return (
        select(Invoice.id, Invoice.number, Account.name)
        .join(Account, col(Account.id) == col(Invoice.account_id))
        .where(visible(actor, Invoice), Invoice.number != "", _holds(Invoice.number, text))
        .order_by(col(Invoice.id).desc())
    )


def _people(actor: Actor, text: str) -> Any:
    return (
        select(Person.id, Person.name, Person.email)
        .where(visible(actor, Person), _holds(Person.name, text))
        .order_by(Person.name)
    )


_KINDS: tuple[tuple[str, str, Callable[[Actor, str], Any]], ...] = (
    ("clients", "accounts.read", _clients),
    ("projects", "tasks.read", _projects),
    ("scopes", "accounts.read", _scopes),
    ("invoices", "invoices.read", _invoices),
    ("people", "people.read", _people),
)
_HREF: dict[str, Callable[[int], str]] = {
    "clients": routes.client,
    "projects": routes.project,
    "scopes": routes.sow,
    "invoices": routes.invoice,
    "people": routes.person,
}
