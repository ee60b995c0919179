"""The electronic invoice: written once when the invoice is issued, and read from then on as it went out."""

from datetime import date

from sqlalchemy import bindparam
from sqlmodel import Session, select

from psa_app.access import Actor, fetch, require
from psa_app.db import insert_row, reading
from psa_app.errors import NotFound
from psa_app.formats.einvoice import as_xml
from psa_app.models import Account, EInvoice, Invoice
from psa_app.queries.invoices.einvoice import document_of
from psa_app.rules.einvoices.codes import HYBRID


def keep_einvoice(session: Session, invoice: Invoice, account: Account) -> str:
    """Writes the XML of an invoice that has just got its number; gives the profile, "" where none is asked.

    What a profile needs was asked for before (`queries.invoices.ready`).
    """
    if not account.einvoice:
        return ""
    issued_on = invoice.issued_on or date.min
    document = document_of(session, invoice, account.einvoice, issued_on, invoice.due_on)
    xml = as_xml(document, account.einvoice).decode()
    insert_row(session, EInvoice, invoice_id=invoice.id, profile=account.einvoice, xml=xml)
    return account.einvoice


def xml_of(session: Session, invoice_id: int) -> EInvoice | None:
    """The electronic invoice of an invoice, if it has one; the caller has checked who asks."""
    return session.exec(_OF_INVOICE, params={"invoice_id": invoice_id}).first()


_OF_INVOICE = select(EInvoice).where(EInvoice.invoice_id == bindparam("invoice_id"))


def attached(session: Session, invoice: Invoice) -> dict[str, int]:
    """What a mail takes along: the paper, and the electronic invoice where it is a file of its own."""
    invoice_id = int(invoice.id or 0)
    made = xml_of(session, invoice_id)
    if made is None or made.profile == HYBRID:
        return {"invoice_pdf": invoice_id}
    return {"invoice_pdf": invoice_id, "invoice_xml": invoice_id}


def read_einvoice(actor: Actor, invoice_id: int) -> tuple[str, bytes]:
    """The file's name and bytes for someone who may read the invoice.

    Raises `NotFound` outside the actor's scope and for an invoice that went out as a PDF alone.
    """
    require(actor, "invoices.read")
    with reading() as session:
        invoice = fetch(session, actor, Invoice, invoice_id)
        made = xml_of(session, invoice_id)
    if made is None:
        raise NotFound()
    return f"{invoice.number}.xml", made.xml.encode()


def einvoice_file(invoice_id: int) -> tuple[str, bytes]:
    """The file's name and bytes; for mails."""
    with reading() as session:
        invoice, made = session.get_one(Invoice, invoice_id), xml_of(session, invoice_id)
    if made is None:
        raise NotFound()
    return f"{invoice.number}.xml", made.xml.encode()
