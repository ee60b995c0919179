"""The PDF of an invoice: drawn from its rows, kept as a file, and drawn again when the file is gone.

The same rows give the same bytes, so the digest on the row tells whether the file is still the paper.
"""

import errno
import hashlib
import os
import tempfile
from pathlib import Path

from sqlmodel import Session, select

from psa_app.access import Actor, fetch, require, system
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.errors import Busy, Conflict
from psa_app.gateways.pdf import render_invoice
from psa_app.models import Invoice
from psa_app.queries.invoices.paper import ISSUED, entries_on_paper, invoice_paper
from psa_app.rules.einvoices.codes import HYBRID
from psa_app.services import history
from psa_app.services.invoices.einvoices import xml_of

LONG_ANNEX = 400  # rows; drawing more than these would keep a reader waiting
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
BEING_MADE = "This PDF has many pages and is being made. Please try again in a minute."


def keep_invoice_pdf(invoice_id: int) -> None:
    """Draws an issued invoice and keeps the file; what the outbox's "invoice_pdf" does.

    Raises `Busy` when the disk is full: the old file stays, and the promise is tried again.
    """
    with reading() as session:
        paper = invoice_paper(session, session.get_one(Invoice, invoice_id), annex=True)
        inside = _xml_inside(session, invoice_id)
    content = render_invoice(paper, xml=inside)
    digest = hashlib.sha256(content).hexdigest()
    _write(file_of(invoice_id), content)
    with unit_of_work() as session:
        statement = select(Invoice).where(Invoice.id == invoice_id).with_for_update()
        invoice = session.exec(statement.execution_options(populate_existing=True)).one()
        if invoice.pdf_digest != digest:
            before, after = {"pdf_digest": invoice.pdf_digest}, {"pdf_digest": digest}
            invoice.pdf_digest = digest
            history.note(session, system(), "invoice", invoice_id, "paper kept", before, after)


def invoice_pdf(invoice_id: int) -> tuple[str, bytes]:
    """The file's name and bytes of an issued invoice, drawn and kept now if it is not yet; for mails."""
    with reading() as session:
        invoice = session.get_one(Invoice, invoice_id)
    content = _kept(invoice)
    if content is None:
        keep_invoice_pdf(invoice_id)
        content = file_of(invoice_id).read_bytes()
    return f"{invoice.number}.pdf", content


def read_pro_forma(actor: Actor, invoice_id: int) -> tuple[str, bytes]:
    """A draft as a pro forma: it has no number and says that it is no invoice. `Conflict` once issued."""
    require(actor, "invoices.draft")
    with reading() as session:
        invoice = fetch(session, actor, Invoice, invoice_id)
        if invoice.status != "draft":
            raise Conflict(f"{invoice.number} is issued: the invoice itself can be sent.")
        is_long = entries_on_paper(session, invoice) > LONG_ANNEX
        paper = invoice_paper(session, invoice, annex=not is_long, pro_forma=True)
    return f"pro-forma-{invoice.id}.pdf", render_invoice(paper)


def read_invoice_pdf(actor: Actor, invoice_id: int) -> tuple[str, bytes]:
    """The PDF for someone who may read the invoice; a draft is drawn anew each time.

    Raises `NotFound` outside the actor's scope, `Busy` while a long one is being made.
    """
    require(actor, "invoices.read")
    with reading() as session:
        invoice = fetch(session, actor, Invoice, invoice_id)
        is_long = entries_on_paper(session, invoice) > LONG_ANNEX
        content = _kept(invoice) if invoice.status in ISSUED else None
        if content is not None:
            return f"{invoice.number}.pdf", content
        if is_long and invoice.status in ISSUED:
            raise Busy(BEING_MADE)
        paper = invoice_paper(session, invoice, annex=not is_long)
        inside = _xml_inside(session, invoice_id)
    return _name(invoice), render_invoice(paper, xml=inside)


def file_of(invoice_id: int) -> Path:
    """Where the PDF of an invoice lies."""
    return settings().data / "files" / "invoices" / f"{invoice_id}.pdf"


def _xml_inside(session: Session, invoice_id: int) -> str:
    """The electronic invoice that lies inside the PDF, "" where there is none."""
    made = xml_of(session, invoice_id)
    return made.xml if made is not None and made.profile == HYBRID else ""


def _name(invoice: Invoice) -> str:
    return f"{invoice.number or f'draft-{invoice.id}'}.pdf"


def _kept(invoice: Invoice) -> bytes | None:
    """The file, if it is there and is what was kept."""
    try:
        content = file_of(invoice.id or 0).read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == invoice.pdf_digest else None


def _write(file: Path, content: bytes) -> None:
    """Writes the whole file or nothing, on the disk before it takes its name."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, fresh = tempfile.mkstemp(dir=file.parent, prefix=file.stem, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
            Path(fresh).replace(file)
        except OSError:
            Path(fresh).unlink(missing_ok=True)
            raise
    except OSError as error:
        if error.errno in _FULL:
            raise Busy(
                "The disk is full. The PDF was not written; make room, and it is tried again."
            ) from error
        raise
