"""Clients with people who may sign and people who may not, and scopes in any state.

Northwind: Nora may sign, Rolf may only read. Kestrel: Kim may sign. The two never see each other.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psa_app import db
from psa_app.access import Actor
from psa_app.models import Contact, Milestone, NumberSeries, Outbox, Signature, Sow, SowLine
from psa_app.rules.money import Money
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.inputs import FeePartInput, Head, LineInput, MilestoneInput, RateInput
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import create_sow
from tests.services.time_world import World, do, make_world

HEAD = Head(title="Checkout redesign", starts_on=date(2026, 12, 1), ends_on=date(2027, 3, 31))


@dataclass
class Firm:
    """The world of `time_world`, with the clients' people: `contacts` ids, `clients` actors by name."""

    world: World
    contacts: dict[str, int]
    clients: dict[str, Actor]

    def __getitem__(self, name: str) -> Actor:
        return self.clients[name] if name in self.clients else self.world[name]

    @property
    def northwind(self) -> int:
        return self.world.accounts["Northwind"]

    def role(self, name: str) -> int:
        return self.world.roles[name]


def make_firm(session: Session) -> Firm:
    """The firm with its clients' contacts."""
    world = make_world(session)
    session.add(NumberSeries(kind="sow", pattern="SOW-{n:03}"))
    people = (("Nora", "Northwind", True), ("Rolf", "Northwind", False), ("Kim", "Kestrel", True))
    contacts, clients = {}, {}
    for name, client, signs in people:
        contact = Contact(
            account_id=world.accounts[client],
            name=f"{name} Client",
            email=f"{name.lower()}@{client.lower()}.example",
            is_approver=signs,
        )
        session.add(contact)
        session.flush()
        contacts[name] = int(contact.id or 0)
        clients[name] = client_actor(contact)
    return Firm(world, contacts, clients)


def client_actor(contact: Contact) -> Actor:
    """Who signs in as this contact."""
    return Actor(
        contact.name,
        "client",
        account_id=contact.account_id,
        contact_id=contact.id,
        email=contact.email,
        address="198.51.100.23",
        agent="Firefox",
    )


def by_time(firm: Firm, **changes: Any) -> LineInput:
    """A line billed by time: engineers at 150.00, juniors at 90.00, at most 60,000.00."""
    rates = (
        RateInput(Money(15000, "EUR"), firm.role("Engineer")),
        RateInput(Money(9000, "EUR"), firm.role("Junior")),
    )
    values: dict[str, Any] = {"title": "Engineering", "cap": Money(6_000_000, "EUR"), "rates": rates}
    return LineInput(model="time_and_materials", estimate_minutes=24_000, **(values | changes))


def fixed(**changes: Any) -> LineInput:
    """A fixed line of 9,000.00 in two milestones."""
    parts = (
        MilestoneInput("Prototype", Money(450_000, "EUR"), "Shown to five customers.", date(2027, 1, 15)),
        MilestoneInput("Launch", Money(450_000, "EUR")),
    )
    return LineInput(**({"title": "Prototype", "model": "fixed", "milestones": parts} | changes))


def a_draft(firm: Firm, **inputs: Any) -> int:
    """A draft for Northwind with a line by time and a fixed one; its id."""
    given = {"account_id": firm.northwind, "head": HEAD, "lines": (by_time(firm), fixed())} | inputs
    return int(do(create_sow, firm["Olga"], **given).id)


def a_sent(firm: Firm, **inputs: Any) -> int:
    """A scope that lies before Nora."""
    sow_id = a_draft(firm)
    do(send_sow, firm["Olga"], sow_id, **inputs)
    return sow_id


def a_signed(firm: Firm) -> int:
    """A scope that Nora has signed."""
    sow_id = a_sent(firm)
    accept(firm, "Nora", sow_id)
    return sow_id


def accept(firm: Firm, who: str, sow_id: int, **inputs: Any) -> Any:
    """Accepts a scope as someone who has read what lies before them."""
    given = {"text_hash": sow(sow_id).text_hash, "name": "Nora Client", "agrees": True} | inputs
    return do(accept_sow, firm[who], sow_id, **given)


def sow(sow_id: int) -> Sow:
    """The scope as it stands."""
    with db.reading() as session:
        return session.get_one(Sow, sow_id)


def milestones(sow_id: int) -> list[Milestone]:
    """A scope's milestones in order."""
    with db.reading() as session:
        lines = select(SowLine.id).where(SowLine.sow_id == sow_id)
        statement = select(Milestone).where(col(Milestone.sow_line_id).in_(lines))
        return list(session.exec(statement.order_by(col(Milestone.id))).all())


def signatures(document: str, document_id: int) -> list[Signature]:
    """The evidence on a document, oldest first."""
    with db.reading() as session:
        return list(
            session.exec(
                select(Signature)
                .where(Signature.document == document, Signature.document_id == document_id)
                .order_by(col(Signature.id))
            ).all()
        )


def mails(template: str = "") -> list[dict[str, Any]]:
    """What has been promised by mail, oldest first."""
    import json

    with db.reading() as session:
        rows = session.exec(select(Outbox).where(Outbox.kind == "mail").order_by(col(Outbox.id))).all()
    found = [json.loads(row.payload) for row in rows]
    return [one for one in found if template in ("", one["template"])]


def eur(units: int) -> Money:
    """Whole euros."""
    return Money(units * 100, "EUR")


def by_dates(**changes: Any) -> LineInput:
    """A fee of 10,000.00: 30 % on 15 December, 70 % on 31 March."""
    parts = (
        FeePartInput(date(2026, 12, 15), "At the start", share_ppm=300_000),
        FeePartInput(date(2027, 3, 31), share_ppm=700_000),
    )
    given: dict[str, Any] = {"title": "Concept", "value": eur(10_000), "fee_parts": parts}
    return LineInput(model="fixed", **(given | changes))


def retainer(firm: Firm, **changes: Any) -> LineInput:
    """20 h a month for 2,400.00, four months; hours beyond at 130.00."""
    rates = (RateInput(eur(130), firm.role("Engineer")),)
    given: dict[str, Any] = {"title": "Care", "value": eur(2_400), "period_minutes": 1_200, "periods": 4}
    return LineInput(model="retainer", **(given | {"rates": rates} | changes))


def subscription(**changes: Any) -> LineInput:
    """Hosting at 90.00 a quarter until the scope ends."""
    given: dict[str, Any] = {"title": "Hosting", "value": eur(90), "rhythm": "quarterly"}
    return LineInput(model="subscription", **(given | changes))


def of_all_models(firm: Firm) -> tuple[LineInput, ...]:
    """One line of each billing model."""
    by_milestones = fixed(model="milestone", title="Shop")
    return (by_time(firm), by_dates(), by_milestones, retainer(firm), subscription())
