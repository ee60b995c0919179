"""Electronic invoices: asked for before a number is given, frozen with it, and read as they went out."""

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from psa_app import db
from psa_app.config import settings
from psa_app.errors import Forbidden, Invalid, NotFound, Problems
from psa_app.models import Account, EInvoice, Firm, Invoice, InvoiceLine, Outbox
from psa_app.rules.money import Money
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.deposits import ask_deposit, set_deposit
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import add_line
from psa_app.services.invoices.einvoices import einvoice_file, read_einvoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.papers import read_invoice_pdf
from psa_app.services.payments.record import record_payment
from tests.formats.official_rules import CII_RULES, UBL_RULES, against_schema, fatal
from tests.support.world import MON, TUE, World, do, row, rows

pytestmark = pytest.mark.xdist_group("einvoice")
TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PSA_DATA", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def change(model: type, row_id: int, **values: object) -> None:
    with db.unit_of_work() as session:
        record = session.get_one(model, row_id)
        for name, value in values.items():
            setattr(record, name, value)


def drafted(world: World, profile: str, **more: str) -> Invoice:
    """A draft for a client with a profile: 10 minutes at 120.00, and a line taken back."""
    change(Account, world.clients["Northwind"], einvoice=profile, **more)
    world.worked("Ann", "Build", MON, 10)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    do(add_line, world["Fred"], draft.id, description="Hosting", amount=Money(1500, "EUR"), quantity=2)
    do(add_line, world["Fred"], draft.id, description="Goodwill", amount=Money(-500, "EUR"))
    return draft


def credit(world: World, invoice: Invoice, *lines: CreditLine) -> Invoice:
    """A credit note on some lines, or on all."""
    every = tuple(CreditLine(one.id, release=True) for one in rows(InvoiceLine, invoice_id=invoice.id))
    return do(credit_invoice, world["Fred"], invoice.id, lines=lines or every, reason="Agreed")


@pytest.mark.parametrize(("profile", "rules"), [("ubl", UBL_RULES), ("cii", CII_RULES)])
def test_an_issued_invoice_is_one_that_breaks_no_rule(world, profile, rules):
    invoice = do(issue_invoice, world["Fred"], drafted(world, profile).id)
    name, xml = read_einvoice(world["Fred"], invoice.id)
    assert (name, against_schema(xml), fatal(rules, xml)) == (f"{invoice.number}.xml", "", [])
    assert f">{invoice.number}<".encode() in xml
    assert b'unitCode="MIN">10<' in xml


@pytest.mark.parametrize(("profile", "rules"), [("ubl", UBL_RULES), ("factur_x", CII_RULES)])
def test_a_deposit_and_the_invoices_that_take_it_off_break_no_rule(world, profile, rules):
    draft = drafted(world, profile)  # 45.00 net
    money = Money(5_000, "EUR")
    asked = do(ask_deposit, world["Fred"], account_id=world.clients["Northwind"], amount=money)
    deposit = do(issue_invoice, world["Fred"], asked.id)
    how = {"amount": Money(6_000, "EUR"), "received_on": TODAY, "method": "bank_transfer"}
    do(record_payment, world["Fred"], deposit.id, **how)
    do(set_deposit, world["Fred"], draft.id, amount=Money(2_000, "EUR"))
    part = do(issue_invoice, world["Fred"], draft.id)
    world.worked("Ann", "Build", TUE, 10)
    rest = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    covered = do(issue_invoice, world["Fred"], rest.id)
    assert [one.total_minor for one in (deposit, part, covered)] == [6_000, 3_000, 0]
    for invoice, code in ((deposit, 386), (part, 380), (covered, 380)):
        _, xml = read_einvoice(world["Fred"], invoice.id)
        assert (against_schema(xml), fatal(rules, xml)) == ("", [])
        assert f">{code}<".encode() in xml
        assert f">{deposit.number}<".encode() in xml  # its own, or that of what it takes off


def test_what_is_missing_is_asked_for_before_a_number_is_given(world):
    change(Firm, 1, phone="")
    draft = drafted(world, "xrechnung")
    with pytest.raises(Problems) as caught:
        do(issue_invoice, world["Fred"], draft.id)
    assert {"buyer_reference", "phone"} <= set(caught.value.fields)
    assert (row(Invoice, draft.id).number, rows(EInvoice)) == ("", [])


def test_peppol_asks_for_both_peppol_ids(world):
    draft = drafted(world, "peppol", buyer_reference="Team 7")
    with pytest.raises((Invalid, Problems), match="Peppol ID of"):
        do(issue_invoice, world["Fred"], draft.id)


def test_it_stays_as_it_went_out(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world, "ubl").id)
    before = read_einvoice(world["Fred"], invoice.id)
    change(Account, world.clients["Northwind"], einvoice="cii", legal_name="Renamed AG")
    change(Firm, 1, street="Elsewhere 1")
    assert read_einvoice(world["Fred"], invoice.id) == before == einvoice_file(invoice.id)


def test_the_mail_takes_it_along(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world, "ubl").id)
    attached = [json.loads(one.payload).get("attach") for one in rows(Outbox, kind="mail")]
    assert {"invoice_pdf": invoice.id, "invoice_xml": invoice.id} in attached


def test_factur_x_lies_inside_the_pdf(world):
    from pypdf import PdfReader

    invoice = do(issue_invoice, world["Fred"], drafted(world, "factur_x").id)
    _, pdf = read_invoice_pdf(world["Fred"], invoice.id)
    (xml,) = PdfReader(BytesIO(pdf)).attachments["factur-x.xml"]
    assert xml == read_einvoice(world["Fred"], invoice.id)[1]
    assert fatal(CII_RULES, xml) == []
    attached = [json.loads(one.payload).get("attach") for one in rows(Outbox, kind="mail")]
    assert {"invoice_pdf": invoice.id} in attached


def test_an_invoice_that_went_out_as_a_pdf_has_none(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world, "").id)
    with pytest.raises(NotFound):
        read_einvoice(world["Fred"], invoice.id)


def test_only_its_readers_get_it(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world, "ubl").id)
    with pytest.raises((Forbidden, NotFound)):
        read_einvoice(world["Ann"], invoice.id)


@pytest.mark.parametrize(("profile", "rules"), [("xrechnung", UBL_RULES), ("cii", CII_RULES)])
def test_a_credit_note_keeps_its_own_and_names_the_invoice_it_credits(world, profile, rules):
    change(Firm, 1, phone="+43 1 2345678", email="accounts@hafen.example")
    invoice = do(issue_invoice, world["Fred"], drafted(world, profile, buyer_reference="Team 7").id)
    note = credit(world, invoice)
    name, xml = read_einvoice(world["Fred"], note.id)
    assert (name, against_schema(xml), fatal(rules, xml)) == (f"{note.number}.xml", "", [])
    assert f">{invoice.number}<".encode() in xml
    assert b">381<" in xml
    attached = [json.loads(one.payload).get("attach") for one in rows(Outbox, kind="mail")]
    assert {"invoice_pdf": note.id, "invoice_xml": note.id} in attached


def test_part_of_a_credited_line_is_one_that_breaks_no_rule(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world, "ubl").id)
    time, hosting, _ = rows(InvoiceLine, invoice_id=invoice.id)
    parts = (CreditLine(time.id, minutes=3), CreditLine(hosting.id, amount=Money(1001, "EUR")))
    note = credit(world, invoice, *parts)
    assert fatal(UBL_RULES, read_einvoice(world["Fred"], note.id)[1]) == []


def test_a_credit_note_asks_for_what_is_missing_and_takes_no_number(world):
    invoice = do(issue_invoice, world["Fred"], drafted(world, "").id)
    change(Account, world.clients["Northwind"], einvoice="peppol")
    with pytest.raises(Problems) as caught:
        credit(world, invoice)
    assert {"buyer_reference", "endpoint"} <= set(caught.value.fields)
    assert rows(Invoice, kind="credit_note") == []
    change(Account, world.clients["Northwind"], einvoice="")
    assert credit(world, invoice).number == "CN-2026-0001"


@pytest.mark.parametrize(
    ("locale", "due", "off"),
    [
        ("de", "Zahlbar bis 23. Dez. 2026", "Wird mit INV-2026-0001 verrechnet"),
        ("fr", "Payable au plus tard le 23 déc. 2026", "Imputé sur INV-2026-0001"),
    ],
)
def test_its_terms_are_in_the_language_of_the_document(world, locale, due, off):
    draft = drafted(world, "ubl", locale=locale)
    invoice = do(issue_invoice, world["Fred"], draft.id)
    assert f">{due}<" in read_einvoice(world["Fred"], invoice.id)[1].decode()
    note = credit(world, invoice)
    assert f">{off}<" in read_einvoice(world["Fred"], note.id)[1].decode()
