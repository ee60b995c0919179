"""People with passwords and open sessions, without a browser."""

from dataclasses import replace
from datetime import date
from functools import cache

from psa_app import db
from psa_app.access import Actor
from psa_app.access.passwords import hash_password
from psa_app.models import Account, Contact, Firm, Person, Role, User
from psa_app.services.identity.sessions import open_session

PASSWORD = "seven quiet harbours"
STAFF = {"Olga": "owner", "Fred": "finance", "Lea": "lead", "Ann": "member"}


@cache
def known_hash() -> str:
    return hash_password(PASSWORD)


def make_people() -> dict[str, Actor]:
    """A firm with Olga (owner), Fred (finance), Lea (lead), Ann (member), and Nina and Karl, each at a
    client of their own. Everyone's password is PASSWORD."""
    actors = {}
    with db.unit_of_work() as session:
        session.add(Firm(name="Harbour Studio", instance="test"))
        role = Role(name="Engineer")
        session.add(role)
        session.flush()
        for name, word in STAFF.items():
            email = f"{name.lower()}@harbour.example"
            person = Person(name=f"{name} Test", email=email, role_id=role.id or 0, hired_on=date(2026, 1, 1))
            session.add(person)
            session.flush()
            user = User(
                email=email, name=person.name, role=word, person_id=person.id, password_hash=known_hash()
            )
            session.add(user)
            session.flush()
            actors[name] = Actor(user.name, word, user.id, person.id, email=email)
        for name, client in (("Nina", "Northwind"), ("Karl", "Kestrel")):
            account = Account(name=client)
            session.add(account)
            session.flush()
            email = f"{name.lower()}@{client.lower()}.example"
            contact = Contact(account_id=account.id or 0, name=f"{name} Client", email=email)
            session.add(contact)
            session.flush()
            user = User(
                email=email,
                name=contact.name,
                role="client",
                contact_id=contact.id,
                password_hash=known_hash(),
            )
            session.add(user)
            session.flush()
            actors[name] = Actor(user.name, "client", user.id, None, account.id, contact.id, email)
    return actors


def signed_in(actor: Actor, address: str = "192.0.2.1") -> str:
    """Opens a session of a user; returns the cookie's token."""
    with db.unit_of_work() as session:
        return open_session(session, session.get_one(User, actor.user_id), address, "pytest")


def cookie(token: str) -> str:
    """The `Cookie` header that a browser sends for a token over http."""
    return f"psa={token}"


def at(actor: Actor, address: str) -> Actor:
    """The same actor at another network address."""
    return replace(actor, address=address)
