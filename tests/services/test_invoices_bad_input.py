"""Odd currencies, huge and zero amounts, tax that does not fit, and a locked database when issuing."""

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Busy, Invalid, Problems
from psa_app.models import ExchangeRate, Invoice, InvoiceLine
from psa_app.rules.money import Money
from psa_app.services.invoices.amounts import set_discount
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import MOST, add_line, change_draft
from psa_app.services.invoices.issue import issue_invoice
from tests.support.books import check_books
from tests.support.world import World, do, make_world, row, rows

TODAY = date(2026, 11, 23)


@pytest.fixture
def world(sqlite_database: Any, clock: Any) -> World:
    return make_world()


def empty_draft(world: World, currency: str = "EUR") -> int:
    given: dict[str, Any] = {"until": TODAY, "include": (), "currency": currency}
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], **given)
    version, bank = made.version, made.bank_account_id
    days: dict[str, Any] = {"service_from": TODAY, "service_to": TODAY, "bank_account_id": bank}
    do(change_draft, world["Fred"], made.id, version=version, **days)
    return int(made.id)


@pytest.mark.parametrize("currency", ["KWD", "JPY", "ISK"])
def test_a_currency_with_three_digits_or_none_is_billed_and_credited_whole(
    world: World, currency: str
) -> None:
    made, fred = empty_draft(world, currency), world["Fred"]
    line = do(add_line, fred, made, description="Advice", amount=Money(1_235, currency), quantity=3)
    do(set_discount, fred, made, line_id=line.id, percent_ppm=100_000)
    with pytest.raises((Invalid, Problems), match=f"no exchange rate from {currency}"):
        do(issue_invoice, fred, made)
    with db.unit_of_work() as session:
        session.add(ExchangeRate(currency=currency, day=TODAY, rate_nano=6_123_456))
    do(issue_invoice, fred, made)
    invoice = row(Invoice, made)
    assert (invoice.net_minor, invoice.total_minor) == (3_334, 4_001)
    whole = tuple(CreditLine(line_id=one.id) for one in rows(InvoiceLine, invoice_id=made))
    note = do(credit_invoice, fred, made, lines=whole, reason="Too early")
    assert note.total_minor == 4_001
    check_books()


def test_huge_and_zero_amounts_are_told_and_never_issued(world: World) -> None:
    made, fred = empty_draft(world), world["Fred"]
    for amount, quantity in ((0, 1), (MOST + 1, 1), (MOST, 2), (1, 0), (1, 100_001)):
        with pytest.raises(Invalid):
            do(add_line, fred, made, description="x", amount=Money(amount, "EUR"), quantity=quantity)
    do(add_line, fred, made, description="All there is", amount=Money(MOST, "EUR"))
    do(set_discount, fred, made, percent_ppm=1_000_000)
    with pytest.raises(Invalid, match="not above zero"):
        do(issue_invoice, fred, made)
    do(set_discount, fred, made)
    assert do(issue_invoice, fred, made).net_minor == MOST
    check_books()


def test_a_locked_database_is_told_and_the_number_stays_free(
    world: World, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, fred = empty_draft(world), world["Fred"]
    do(add_line, fred, made, description="Advice", amount=Money(100, "EUR"))
    engine = db.make_engine(sqlite_url, busy_ms=50)
    db.use_engine(engine)
    other = sqlite3.connect(Path(sqlite_url.removeprefix("sqlite:///")), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="busy"):
        do(issue_invoice, fred, made)
    other.execute("ROLLBACK")
    other.close()
    assert do(issue_invoice, fred, made).number == "INV-2026-0001"
    assert [one.status for one in rows(Invoice)] == ["issued"]
    engine.dispose()
