"""One client: who it is, to whom it belongs, its people, addresses and numbers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.models import Account, AccountTaxNumber, Address, Contact, Person, Project, TaxRate, User

MOST = 50


@dataclass(frozen=True, slots=True)
class Client:
    """An account with the names around it: (id, name) of parent, children and of what took its place."""

    account: Account
    owner: str
    tax: str
    parent: tuple[int, str] | None
    children: tuple[tuple[int, str], ...]
    merged_into: tuple[int, str] | None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact; `signs_in` tells of a user behind it, `is_invited` of one without a password yet."""

    id: int
    name: str
    email: str
    phone: str
    title: str
    is_approver: bool
    is_billing: bool
    is_technical: bool
    signs_in: bool
    is_invited: bool


def one_client(session: Session, actor: Actor, client_id: int) -> Client:
    """The client. `NotFound` outside the actor's sight."""
    require(actor, "accounts.read")
    account = fetch(session, actor, Account, client_id)
    tax = session.get(TaxRate, account.tax_rate_id) if account.tax_rate_id else None
    owner = session.get(Person, account.owner_id) if account.owner_id else None
    below = (
        select(Account.id, Account.name)
        .where(Account.parent_id == client_id, ~col(Account.is_archived), visible(actor, Account))
        .order_by(col(Account.name))
        .limit(MOST)
    )
    return Client(
        account,
        owner.name if owner else "",
        tax.name if tax else "",
        _named(session, actor, account.parent_id),
        tuple((int(row_id or 0), name) for row_id, name in session.exec(below)),
        _named(session, actor, account.merged_into_id),
    )


def _named(session: Session, actor: Actor, account_id: int | None) -> tuple[int, str] | None:
    if account_id is None:
        return None
    statement = select(Account.name).where(Account.id == account_id, visible(actor, Account))
    name = session.exec(statement).first()
    return (account_id, name) if name is not None else None


def contacts_of(session: Session, actor: Actor, client_id: int) -> tuple[ContactRow, ...]:
    """The people at a client who are still there, by name."""
    if not may(actor, "contacts.read"):
        return ()
    rows = session.exec(
        select(Contact, User)
        .outerjoin(User, and_(col(User.contact_id) == col(Contact.id), col(User.is_active)))
        .where(Contact.account_id == client_id, ~col(Contact.is_archived), visible(actor, Contact))
        .order_by(col(Contact.name), col(Contact.id))
    ).all()
    return tuple(
        ContactRow(
            int(one.id or 0),
            one.name,
            one.email,
            one.phone,
            one.title,
            one.is_approver,
            one.is_billing,
            one.is_technical,
            user is not None,
            user is not None and not user.password_hash,
        )
        for one, user in rows
    )


def addresses_of(session: Session, actor: Actor, client_id: int) -> list[Address]:
    """Its further addresses; the one of billing first."""
    return _parts(session, actor, Address, client_id, (col(Address.kind) != "billing", col(Address.label)))


def numbers_of(session: Session, actor: Actor, client_id: int) -> list[AccountTaxNumber]:
    """Its tax and register numbers beside the VAT number."""
    order = (col(AccountTaxNumber.kind), col(AccountTaxNumber.country))
    return _parts(session, actor, AccountTaxNumber, client_id, order)


def _parts(session: Session, actor: Actor, model: Any, client_id: int, order: tuple[Any, ...]) -> list[Any]:
    require(actor, "accounts.read")
    statement = select(model).where(model.account_id == client_id, visible(actor, model))
    return list(session.exec(statement.order_by(*order).limit(MOST)))


def account_owners(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """Who looks after clients now: (person id, name), by name."""
    require(actor, "accounts.read")
    owning = select(Account.owner_id).where(visible(actor, Account), col(Account.owner_id).is_not(None))
    statement = select(Person.id, Person.name).where(col(Person.id).in_(owning), visible(actor, Person))
    return [(int(row_id or 0), name) for row_id, name in session.exec(statement.order_by(Person.name))]


def client_choices(session: Session, actor: Actor, text: str, limit: int = 20) -> list[tuple[int, str, str]]:
    """Clients in use whose name holds every word: (id, name, city)."""
    require(actor, "accounts.read")
    words = [col(Account.name).icontains(word, autoescape=True) for word in text[:80].split()[:6]]
    statement = (
        select(Account.id, Account.name, Account.city)
        .where(~col(Account.is_archived), visible(actor, Account), *words)
        .order_by(col(Account.name))
        .limit(limit)
    )
    return [(int(row_id or 0), name, city) for row_id, name, city in session.exec(statement)]


def project_count(session: Session, actor: Actor, client_id: int) -> int:
    """How many of its projects run."""
    statement = select(Project.id).where(
        Project.account_id == client_id, Project.status == "active", visible(actor, Project)
    )
    return len(session.exec(statement).all())
