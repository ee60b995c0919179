"""A client in another country over half a year: no tax but its reason, each an XRechnung, in German."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest

from psa_app import db
from psa_app.access import system
from psa_app.errors import Invalid, Problems
from psa_app.models import Account, Firm, Invoice, InvoiceLine, InvoiceTax
from psa_app.queries.books.ledger import books
from psa_app.queries.books.statement import client_statement
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.books.statements import read_statement_pdf
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.einvoices import read_einvoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.papers import read_invoice_pdf
from psa_app.services.payments.record import record_payment
from psa_app.services.records import create_record
from tests.formats.official_rules import UBL_RULES, against_schema, fatal
from tests.support.books import check_books
from tests.support.world import MON, World, ask, do, row, rows

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("einvoice")]
TODAY = date(2026, 11, 23)
NOTE = "Steuerschuldnerschaft des Leistungsempfängers"


def foreign(world: World, **more: Any) -> None:
    """Northwind in Germany under reverse charge, reading German and asking for XRechnung."""
    with db.unit_of_work() as session:
        values = {"name": "Reverse charge", "kind": "reverse_charge", "rate_ppm": 0, "note": NOTE}
        tax = create_record(session, system("Set-up", via="cli"), RESOURCES["tax_rates"], values)
        firm, client = session.get_one(Firm, 1), session.get_one(Account, world.clients["Northwind"])
        firm.phone, firm.email = "+43 1 2345678", "accounts@harbour.example"
        client.tax_rate_id, client.locale, client.einvoice = tax.id, "de", "xrechnung"
        client.buyer_reference = "04011000-1234512345-06"
        client.sqlmodel_update(more)


def bill(world: World, until: date) -> Invoice:
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until)
    return do(issue_invoice, world["Fred"], draft.id)


def test_a_foreign_client_is_billed_without_tax_for_half_a_year(world: World, clock: Any) -> None:
    foreign(world, vat_id="")
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    with pytest.raises((Invalid, Problems), match="VAT number of Northwind"):
        do(issue_invoice, world["Fred"], draft.id)
    foreign_number(world)
    invoices = [do(issue_invoice, world["Fred"], draft.id)]
    for month in range(1, 6):
        clock.forward(days=30)
        day = TODAY + timedelta(30 * month)
        world.worked("Ann", "Build", day - timedelta(day.weekday()), 30 * month)
        invoices.append(bill(world, day))
        paid = invoices[month - 1]
        money = Money(paid.total_minor, "EUR")
        do(record_payment, world["Fred"], paid.id, amount=money, received_on=day)
    line = rows(InvoiceLine, invoice_id=invoices[-1].id)[0]
    credit = (CreditLine(line.id, minutes=30, release=True),)
    note = do(credit_invoice, world["Fred"], invoices[-1].id, lines=credit, reason="Nicht bestellt")
    for one in (*invoices, note):
        xml = read_einvoice(world["Fred"], one.id)[1]
        assert (against_schema(xml), fatal(UBL_RULES, xml)) == ("", [])
        assert b">AE<" in xml
    assert {(one.kind, one.tax_minor, one.note) for one in rows(InvoiceTax)} == {("reverse_charge", 0, NOTE)}
    the_papers_are_german(world, note)
    the_books_hold_no_tax(world, invoices[-1], note)
    check_books()


def foreign_number(world: World) -> None:
    with db.unit_of_work() as session:
        session.get_one(Account, world.clients["Northwind"]).vat_id = "DE136695976"


def the_papers_are_german(world: World, note: Invoice) -> None:
    from pypdf import PdfReader

    paper = " ".join(
        one.extract_text() for one in PdfReader(BytesIO(read_invoice_pdf(world["Fred"], note.id)[1])).pages
    )
    assert "Gutschrift" in paper
    assert "Nicht bestellt" in paper
    statement = read_statement_pdf(world["Nina"], world.clients["Northwind"])[1]
    assert "Endsaldo" in PdfReader(BytesIO(statement)).pages[-1].extract_text()


def the_books_hold_no_tax(world: World, last: Invoice, note: Invoice) -> None:
    entries = ask(books, date(2026, 1, 1), date(2027, 12, 31)).entries
    assert all(one.balance == 0 for one in entries)
    moved = {part.account for one in entries for part in one.postings}
    assert moved == {"receivable", "services", "bank", "unapplied"}
    (only,) = ask(client_statement, world["Nina"], world.clients["Northwind"]).accounts
    assert only.closing == row(Invoice, last.id).total_minor - note.total_minor
