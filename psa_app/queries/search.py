"""Finding a record by a few letters of its name or number: what the palette asks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may, require, visible
from psa_app.models import Account, Contact, Invoice, Person, Project, Sow
from psa_app.queries.projects.tables import ACCOUNT, CONTACT, INVOICE, PERSON, PROJECT, ROLE, SOW

EACH = 8  # hits of a kind
WORDS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """A record that fits: `kind` is clients, contacts, projects, scopes, invoices or people."""

    kind: str
    id: int
    name: str
    beside: str
    href: str


def search(session: Session, actor: Actor, text: str) -> list[Found]:
    """Records that hold every word of the text, at most eight of a kind, of those the actor may open.

    What begins with the text comes first, then what is in use, then by name.
    """
    require(actor, "search.use")
    words = text.lower()[:80].split()[:WORDS]
    if len("".join(words)) < 2:
        return []
    found: list[Found] = []
    for kind, right, look in _KINDS:
        if may(actor, right):
            rows = session.connection().execute(look(actor, words).limit(EACH))
            found += [Found(kind, row.id, row.name, row.beside or "", _href(kind, row)) for row in rows]
    return found


def _holds(words: list[str], *columns: Any) -> Any:
    """Each word stands in one of the columns; signs such as % stand for themselves."""
    lowered = [func.lower(func.coalesce(column, "")) for column in columns]
    return and_(*(or_(*(column.contains(word, autoescape=True) for column in lowered)) for word in words))


def _begins(words: list[str], column: Any) -> Any:
    return case((func.lower(column).startswith(" ".join(words), autoescape=True), 0), else_=1)


def _clients(actor: Actor, words: list[str]) -> Select[Any]:
    name = ACCOUNT.c.name
    return (
        select(ACCOUNT.c.id, name, ACCOUNT.c.city.label("beside"))
        .where(visible(actor, Account), _holds(words, name, ACCOUNT.c.legal_name))
        .order_by(ACCOUNT.c.is_archived, _begins(words, name), name)
    )


def _contacts(actor: Actor, words: list[str]) -> Select[Any]:
    name = CONTACT.c.name
    return (
        select(CONTACT.c.id, name, ACCOUNT.c.name.label("beside"), CONTACT.c.account_id)
        .join(ACCOUNT, ACCOUNT.c.id == CONTACT.c.account_id)
        .where(visible(actor, Contact), ~CONTACT.c.is_archived, _holds(words, name, CONTACT.c.email))
        .order_by(_begins(words, name), name, CONTACT.c.id)
    )


def _projects(actor: Actor, words: list[str]) -> Select[Any]:
    name = PROJECT.c.name
    return (
        select(PROJECT.c.id, name, ACCOUNT.c.name.label("beside"))
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(visible(actor, Project), _holds(words, name, ACCOUNT.c.name))
        .order_by(case((PROJECT.c.status == "closed", 1), else_=0), _begins(words, name), name, PROJECT.c.id)
    )


def _scopes(actor: Actor, words: list[str]) -> Select[Any]:
    beside = SOW.c.number + " · " + ACCOUNT.c.name
    return (
        select(SOW.c.id, SOW.c.title.label("name"), beside.label("beside"))
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(visible(actor, Sow), _holds(words, SOW.c.title, SOW.c.number, ACCOUNT.c.name))
        .order_by(_begins(words, SOW.c.number), _begins(words, SOW.c.title), SOW.c.id.desc())
    )


def _invoices(actor: Actor, words: list[str]) -> Select[Any]:
    number = INVOICE.c.number
    return (
        select(INVOICE.c.id, number.label("name"), ACCOUNT.c.name.label("beside"))
        .join(ACCOUNT, ACCOUNT.c.id == INVOICE.c.account_id)
        .where(visible(actor, Invoice), number != "", _holds(words, number, ACCOUNT.c.name))
        .order_by(_begins(words, number), INVOICE.c.id.desc())
    )


def _people(actor: Actor, words: list[str]) -> Select[Any]:
    name = PERSON.c.name
    return (
        select(PERSON.c.id, name, ROLE.c.name.label("beside"))
        .join(ROLE, ROLE.c.id == PERSON.c.role_id)
        .where(visible(actor, Person), _holds(words, name, PERSON.c.email))
        .order_by(PERSON.c.left_on.is_not(None), _begins(words, name), name, PERSON.c.id)
    )


_KINDS: tuple[tuple[str, str, Callable[[Actor, list[str]], Select[Any]]], ...] = (
    ("clients", "accounts.read", _clients),
    ("projects", "tasks.read", _projects),
    ("people", "people.read", _people),
    ("scopes", "accounts.read", _scopes),
    ("invoices", "invoices.read", _invoices),
    ("contacts", "contacts.read", _contacts),
)
_LINKS: dict[str, Callable[[int], str]] = {
    "clients": routes.client,
    "contacts": routes.client,
    "projects": routes.project,
    "scopes": routes.sow,
    "invoices": routes.invoice,
    "people": routes.person,
}


def _href(kind: str, row: Any) -> str:
    """Where a record opens; a contact on the page of the client."""
    return _LINKS[kind](row.account_id if kind == "contacts" else row.id)
