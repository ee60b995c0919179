"""Sums below a list: of the whole filtered list, each currency for itself."""

from typing import Any

import pytest
from sqlalchemy import inspect, text
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Forbidden, Invalid
from psa_app.models import Account, ExchangeRate, Firm, Invoice, InvoiceLine, Opportunity, Stage
from psa_app.queries.totals import totals
from psa_app.resources import RESOURCES
from psa_app.services.lowcode.fields import create_field
from tests.conftest import NOW

OWNER = Actor("Olga", "owner", 1)
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def firm(session: Session) -> None:
    session.add(Firm(id=1, name="Harbour", instance="x", base_currency="EUR"))
    session.flush()


@pytest.fixture
def deals(session: Session) -> None:
    session.add_all([Account(id=1, name="Atlas"), Stage(id=90, name="First", position=9)])
    session.flush()
    for number, (amount, currency) in enumerate([(100, "EUR"), (250, "CHF"), (700, "EUR"), (0, "EUR")]):
        one: dict[str, Any] = {
            "account_id": 1,
            "stage_id": 90,
            "stage_since": NOW,
            "percent": 10,
            "source": "web",
        }
        session.add(Opportunity(title=f"Deal {number}", amount_minor=amount, currency=currency, **one))
    session.flush()


def sums(session: Session, kind: str, who: Actor = OWNER, **how: Any) -> dict[str, Any]:
    found = totals(session, who, RESOURCES[kind], **how)
    return {"count": found.count, **{one.field.name: dict(one.sums) for one in found.fields}}


@pytest.mark.usefixtures("deals")
@pytest.mark.parametrize("rates", [(), ("CHF", "USD")], ids=["unknown currency", "known currencies"])
def test_amounts_are_summed_for_each_currency(session: Session, rates: tuple[str, ...]) -> None:
    session.add_all(ExchangeRate(currency=code, day=NOW.date(), rate_nano=10**9) for code in rates)
    assert sums(session, "opportunities") == {"count": 4, "amount_minor": {"EUR": 800, "CHF": 250}}
    assert sums(session, "opportunities", search="deal 2") == {"count": 1, "amount_minor": {"EUR": 700}}
    assert sums(session, "opportunities", only=["title"]) == {"count": 4}
    assert sums(session, "opportunities", search="nobody") == {"count": 0}


def test_a_firms_own_numbers_and_amounts_are_summed_too(session: Session) -> None:
    for label, kind in (("Seats", "number"), ("Budget", "money"), ("Note", "text")):
        create_field(session, OWNER, kind="accounts", label=label, type=kind)  # type: ignore[arg-type]
    given: list[dict[str, Any]] = [{"seats": 3, "budget": 500}, {"seats": 4}, {}]
    for number, own in enumerate(given):
        session.add(Account(name=f"Client {number}", currency="EUR" if number else "CHF", own=own))
    session.flush()
    assert sums(session, "accounts") == {"count": 3, "own_seats": {"": 7}, "own_budget": {"CHF": 500}}


def test_the_currency_of_a_line_is_its_invoices(session: Session) -> None:
    session.add(Account(id=1, name="Atlas"))
    session.flush()
    for number, currency in enumerate(("EUR", "CHF"), start=1):
        session.add(
            Invoice(
                id=number,
                account_id=1,
                status="draft",
                currency=currency,
                is_sandbox=False,
                cutoff=NOW.date(),
            )
        )
        session.flush()
        session.add(
            InvoiceLine(
                invoice_id=number, position=1, kind="text", description="x", net_minor=100, minutes=30
            )
        )
    session.flush()
    found = sums(session, "invoice_lines")
    assert (found["net_minor"], found["minutes"]) == ({"EUR": 100, "CHF": 100}, {"": 60})
    assert "rate_minor" not in found


def test_totals_are_refused_as_their_list_is(session: Session) -> None:
    with pytest.raises(Forbidden):
        sums(session, "opportunities", who=Actor("Max", "member", 4))
    with pytest.raises(Invalid):
        sums(session, "opportunities", filters={"nothing": "1"})


@pytest.mark.parametrize("known", [True, False], ids=["told apart", "grouped"])
def test_a_sum_beyond_64_bits_is_right_to_the_last_digit(session: Session, known: bool) -> None:
    create_field(session, OWNER, kind="accounts", label="Budget", type="money")
    create_field(session, OWNER, kind="accounts", label="Seats", type="number")
    most, many = 10**15 - 1, 9_300
    session.add(Account(name="Client", own={"budget": most, "seats": -3}))
    session.add(Account(name="Swiss", currency="EUR" if known else "CHF", own={"budget": 7}))
    session.flush()
    others = ", ".join(one.name for one in inspect(Account).c if one.name not in ("id", "name"))
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < {many})"
    copies = f"{numbers} SELECT 'Client ' || i, {others} FROM n, account WHERE name = 'Client'"
    session.connection().execute(text(f"INSERT INTO account (name, {others}) {copies}"))
    budget = {"EUR": most * many + 7} if known else {"EUR": most * many, "CHF": 7}
    assert sums(session, "accounts") == {
        "count": many + 1,
        "own_seats": {"": -3 * many},
        "own_budget": budget,
    }
