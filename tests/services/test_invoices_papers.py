"""The PDF of an invoice: kept whole or not at all, drawn again when it is gone, and only for its readers."""

import errno
import hashlib
import os
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from psa_app.config import settings
from psa_app.errors import Busy, Forbidden, NotFound
from psa_app.models import Invoice
from psa_app.services.invoices import papers
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.papers import file_of, invoice_pdf, keep_invoice_pdf, read_invoice_pdf
from psa_app.services.invoices.seen import mark_seen
from psa_app.services.invoices.void import void_invoice
from tests.support.prepared import prepared
from tests.support.world import MON, World, do, make_world, past, row, rows

TODAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PSA_DATA", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def bill(world: World) -> None:
    world.worked("Ann", "Build", MON, 90, "Checkout form")
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    do(issue_invoice, world["Fred"], draft.id)


world = prepared(make_world, invoice=bill)


@pytest.fixture
def invoice(world: World) -> Invoice:
    return rows(Invoice)[0]


def words(content: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_paper_says_what_the_rows_say(world, invoice):
    keep_invoice_pdf(invoice.id)
    text = words(file_of(invoice.id).read_bytes())
    for word in (
        "INV-2026-0001",
        "Northwind GmbH",
        "1:30 h",
        "€180.00",
        "VAT 20 %",
        "€216.00",
        "Checkout form",
    ):
        assert word in text
    for secret in ("Pays late", "55.55"):
        assert secret not in text


def test_the_file_is_the_one_whose_digest_is_kept(world, invoice):
    keep_invoice_pdf(invoice.id)
    content = file_of(invoice.id).read_bytes()
    assert row(Invoice, invoice.id).pdf_digest == hashlib.sha256(content).hexdigest()
    keep_invoice_pdf(invoice.id)
    assert file_of(invoice.id).read_bytes() == content
    assert past("invoice", invoice.id).count("paper kept") == 1


def test_a_file_that_is_gone_or_damaged_is_drawn_again(world, invoice):
    name, content = invoice_pdf(invoice.id)
    assert name == "INV-2026-0001.pdf"
    for damage in (lambda file: file.unlink(), lambda file: file.write_bytes(b"other")):
        damage(file_of(invoice.id))
        assert invoice_pdf(invoice.id)[1] == content
        assert file_of(invoice.id).read_bytes() == content


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EFBIG])
def test_a_full_disk_is_told_and_leaves_the_old_file(world, invoice, monkeypatch, error):
    keep_invoice_pdf(invoice.id)
    content = file_of(invoice.id).read_bytes()

    def full(_handle: int) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(papers.os, "fsync", full)
    with pytest.raises(Busy, match="disk is full"):
        keep_invoice_pdf(invoice.id)
    assert [one.name for one in file_of(invoice.id).parent.iterdir()] == [f"{invoice.id}.pdf"]
    assert file_of(invoice.id).read_bytes() == content


def test_a_void_invoice_is_marked(world, invoice):
    before = invoice_pdf(invoice.id)[1]
    do(void_invoice, world["Fred"], invoice.id, reason="Wrong")
    keep_invoice_pdf(invoice.id)
    assert "Void" in words(invoice_pdf(invoice.id)[1])
    assert "Void" not in words(before)


def test_a_draft_is_drawn_as_it_stands(world):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    name, content = read_invoice_pdf(world["Fred"], draft.id)
    assert name == f"draft-{draft.id}.pdf"
    assert "Draft" in words(content)
    assert not file_of(draft.id).exists()


def test_a_long_annex_is_left_to_the_job(world, invoice, monkeypatch):
    monkeypatch.setattr(papers, "LONG_ANNEX", 0)
    with pytest.raises(Busy, match="being made"):
        read_invoice_pdf(world["Nina"], invoice.id)
    keep_invoice_pdf(invoice.id)
    assert read_invoice_pdf(world["Nina"], invoice.id)[0] == "INV-2026-0001.pdf"


def test_only_its_readers_get_the_paper(world, invoice):
    assert read_invoice_pdf(world["Nina"], invoice.id)
    with pytest.raises(NotFound):
        read_invoice_pdf(world["Karl"], invoice.id)
    for who in ("Lea", "Ann"):
        with pytest.raises(Forbidden):
            read_invoice_pdf(world[who], invoice.id)


def test_a_client_never_gets_a_draft(world):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    with pytest.raises(NotFound):
        read_invoice_pdf(world["Nina"], draft.id)


def test_when_the_client_first_saw_it_is_kept(world, invoice, clock):
    assert do(mark_seen, world["Fred"], invoice.id) is False
    first = clock.at
    assert do(mark_seen, world["Nina"], invoice.id) is True
    clock.forward(hours=1)
    assert do(mark_seen, world["Nina"], invoice.id) is False
    assert row(Invoice, invoice.id).seen_at == first
    assert past("invoice", invoice.id)[-1] == "seen"
