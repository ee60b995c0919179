"""The named firm with something of every kind, and a client of the API for each of its people.

`from tests.api.rest_world import *` brings the fixtures `firm` and `api`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from psa_app import db
from psa_app.access import secrets
from psa_app.api.rest import routes
from psa_app.models import ApiToken
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.people.deputies import name_deputy
from psa_app.services.people.leave import request_leave
from psa_app.services.planning.book import create_booking
from psa_app.services.time.timer import start_timer
from tests.conftest import NOW
from tests.support.prepared import prepared
from tests.support.servers import serve
from tests.support.world import FRI, MON, THU, TUE, WED, World, do, make_world

__all__ = ["api", "filled", "firm", "rest_server"]
Filled = tuple[World, dict[str, str]]
BASE = "/api/v1"
WHO = {"owner": "Olga", "finance": "Fred", "lead": "Lea", "member": "Ann", "client": "Nina"}


@dataclass
class Api:
    """Requests as someone; `api("Ann").get("/entries")`."""

    client: httpx.Client
    tokens: dict[str, str]
    who: str = ""

    def __call__(self, who: str, scopes: str = "read write") -> "Api":
        key = who if scopes == "read write" else f"{who} {scopes}"
        return Api(self.client, self.tokens, key)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One request; header names with _ for -."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.who:
            given.setdefault("Authorization", f"Bearer {self.tokens[self.who]}")
        return self.client.request(method, BASE + path, json=body, headers=given)

    def get(self, path: str, **headers: str) -> Any:
        return self.send("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.send("PATCH", path, body, **headers)


def fill(world: World) -> None:
    """Time in every state, invoices of both clients, money, leave, a booking, a timer, a deputy."""
    for client, task in (("Northwind", "Build"), ("Kestrel", "Advise")):
        for day in (MON, TUE):
            world.worked("Ann", task, day, 120, f"Work for {client}")
        invoice = do(draft_invoice, world["Fred"], account_id=world.clients[client], until=FRI)
        issued = do(issue_invoice, world["Fred"], invoice.id)
        amount = Money(1000, issued.currency)
        do(record_payment, world["Fred"], issued.id, amount=amount, received_on=NOW.date(), reference=client)
        world.worked("Ben", task, WED, 60, "Later")
        do(draft_invoice, world["Fred"], account_id=world.clients[client], until=FRI)
    world.log("Ann", "Build", THU, 45, "A draft")
    do(request_leave, world["Ann"], starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 8))
    do(start_timer, world["Ben"], task_id=world.tasks["Build"])
    do(
        create_booking,
        world["Lea"],
        project_id=world.projects["Checkout"],
        person_id=world.people["Ann"],
        starts_on=date(2026, 11, 30),
        ends_on=date(2026, 12, 4),
        percent=50,
    )
    deputy = world["Olga"].user_id
    do(name_deputy, world["Lea"], deputy_id=deputy, starts_on=NOW.date(), ends_on=date(2026, 12, 24))


def make_tokens(world: World) -> dict[str, str]:
    """A token for each person, and one that may only read."""
    found = {}
    with db.unit_of_work() as session:
        for who, actor in world.actors.items():
            for scopes in ("read write", "read"):
                bearer = secrets.new_bearer()
                found[who if scopes == "read write" else f"{who} read"] = bearer
                session.add(
                    ApiToken(
                        token_hash=secrets.kept(bearer),
                        user_id=actor.user_id or 0,
                        name="test",
                        scopes=scopes,
                        created_at=NOW,
                        last_used_at=NOW,
                    )
                )
    return found


def filled_world() -> Filled:
    """The named firm with something of every kind, and the tokens of its people."""
    world = make_world()
    fill(world)
    return world, make_tokens(world)


filled = prepared(filled_world, only_sqlite=True)


@pytest.fixture
def firm(filled: Filled) -> World:
    """The filled firm, as new, on SQLite."""
    return filled[0]


@pytest.fixture(scope="session")
def rest_server() -> Iterator[str]:
    """The API alone over real HTTP; it uses whichever database a test has put in place."""
    with serve(Starlette(routes=routes)) as address:
        yield address


@pytest.fixture
def api(filled: Filled, rest_server: str) -> Iterator[Api]:
    """The API over the filled firm; nobody's until called with a name."""
    with httpx.Client(base_url=rest_server, timeout=30) as client:
        yield Api(client, filled[1])


def ids_of(kind: str) -> list[int]:
    """The ids of all records of a kind."""
    with db.reading() as session:
        model: Any = RESOURCES[kind].model
        return list(session.exec(select(model.id).order_by(model.id)).all())
