import io
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from psa_app.errors import Invalid
from psa_app.gateways.pdf import (
    Acceptance,
    Fact,
    InvoiceLine,
    Party,
    Section,
    Total,
    render_invoice,
    render_sow,
    unprintable,
)
from tests.gateways.pdf_examples import STAMP, annex, invoice, sow

ATTACKS = (
    "#panic()",
    "$x^2$",
    "{{7*7}}",
    "{0.__class__}",
    "%(x)s",
    "${x}",
    "*bold*",
    "_em_",
    "`raw`",
    "C:\\x\\n",
    '#read("/etc/passwd")',
    "<label> @ref",
    "// comment",
    "= Heading",
    '"><img src=x onerror=alert(1)>',
)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0000003"
    "010100c9fe92ef0000000049454e44ae426082"
)


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def flat(pdf: bytes) -> str:
    return " ".join(" ".join(pages(pdf)).split())


def test_an_invoice_prints_its_parties_lines_totals_and_payment_on_one_page() -> None:
    pdf = render_invoice(invoice())
    text = flat(pdf)
    assert len(pages(pdf)) == 1
    for part in (
        "Invoice",
        "Harbour Studio",
        "Northwind GmbH",
        "Hafenstraße 12",
        "INV-2026-0142",
        "PO 88-310",
    ):
        assert part in text
    for part in ("Design, senior", "46:30 h", "€8,906.25", "Accepted 12 November", "Reverse charge, 0 %"):
        assert part in text
    for part in ("Due", "€20,329.05", "AT61 1904 3002 3457 3201", "BKAUATWW", "Scan to pay", "Page 1 / 1"):
        assert part in text


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert render_invoice(invoice()) == render_invoice(invoice())
    assert render_sow(sow()) == render_sow(sow())


def test_another_stamp_gives_other_bytes() -> None:
    assert render_invoice(invoice()) != render_invoice(invoice(stamp=STAMP + timedelta(seconds=1)))


def test_an_invoice_is_pdf_a_3b_with_title_and_its_own_date() -> None:
    reader = PdfReader(io.BytesIO(render_invoice(invoice())))
    xmp = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    assert reader.metadata is not None
    assert reader.metadata.title == "Invoice INV-2026-0142"
    assert reader.metadata.creation_date == STAMP


def test_only_inter_is_embedded() -> None:
    reader = PdfReader(io.BytesIO(render_invoice(invoice(annex=annex(60), test_mark=True))))
    names = {
        str(font["/BaseFont"])
        for page in reader.pages
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())
    }
    assert names
    assert all("Inter" in name for name in names)


def test_two_hundred_lines_repeat_the_table_head_and_count_the_pages() -> None:
    lines = tuple(InvoiceLine(f"Work number {n}", "1:00 h", "€1.00", "€1.00") for n in range(200))
    found = pages(render_invoice(invoice(lines=lines)))
    with_lines = [page for page in found if "Work number" in page]
    assert len(with_lines) > 4
    for page in with_lines:
        assert "October and milestone 2" in page
        assert "Quantity" in page
    for number, page in enumerate(found, 1):
        assert f"Page {number} / {len(found)}" in " ".join(page.split())
    assert "INV-2026-0142" in found[2]
    assert sum(page.count("Work number") for page in found) == 200


def test_the_hours_behind_an_invoice_follow_on_pages_of_their_own() -> None:
    found = pages(render_invoice(invoice(annex=annex(110))))
    assert "Hours, October 2026" not in found[0]
    assert "Hours, October 2026" in found[1]
    assert all("Person" in page and "Hours" in page for page in found[1:])
    assert "165:00" in found[-1]


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_any_text_is_printed_as_it_is(attack: str) -> None:
    pdf = render_invoice(
        invoice(
            title=attack,
            number=attack,
            seller=Party(attack, (attack,)),
            buyer=Party(attack, (attack,)),
            facts=(Fact(attack, attack),),
            footer=attack,
            lines=(InvoiceLine(attack, attack, attack, attack, attack),),
            totals=(Total(attack, attack, strong=True),),
            notes=(attack,),
            payment=None,
        )
    )
    assert "".join(flat(pdf).split()).count("".join(attack.split())) >= 13


@pytest.mark.parametrize("attack", ATTACKS)
def test_markup_in_a_sow_is_printed_as_it_is(attack: str) -> None:
    paper = sow(
        sections=(Section(attack, (attack,)),),
        acceptance=Acceptance(attack, (Fact(attack, attack),), (attack,), attack),
    )
    assert "".join(flat(render_sow(paper)).split()).count("".join(attack.split())) >= 7


def test_a_sow_prints_scope_prices_rates_and_who_accepted_it() -> None:
    text = flat(render_sow(sow()))
    for part in ("Statement of work SOW-018", "Checkout redesign", "Purpose", "€60,000.00", "Engineering"):
        assert part in text
    for part in ("Jonas Reuter, Northwind GmbH", "203.0.113.7"):
        assert part in text
    assert "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" in text


def test_a_sow_to_sign_on_paper_has_a_line_for_each_side() -> None:
    text = flat(
        render_sow(sow(acceptance=Acceptance("Signatures", signers=("Harbour Studio", "Northwind GmbH"))))
    )
    assert "Signatures Harbour Studio Northwind GmbH" in text


def test_a_sandbox_paper_says_test_on_every_page() -> None:
    found = pages(render_invoice(invoice(test_mark=True, annex=annex(110))))
    assert all("TEST – sandbox" in page for page in found)
    assert "TEST" not in flat(render_invoice(invoice()))


def test_a_draft_says_so() -> None:
    assert "Draft" in flat(render_invoice(invoice(marks=("Draft",))))


@pytest.mark.parametrize(("sheet", "width", "height"), [("a4", 595, 842), ("us-letter", 612, 792)])
def test_the_sheet_is_a4_or_letter(sheet: str, width: int, height: int) -> None:
    box = PdfReader(io.BytesIO(render_invoice(invoice(sheet=sheet)))).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (width, height)


def test_an_endless_word_breaks_and_stays_whole_when_copied() -> None:
    word = "Donaudampfschifffahrtsgesellschaft" * 6
    pdf = render_invoice(invoice(buyer=Party(word), lines=(InvoiceLine(word, "1", "€1.00", "€1.00"),)))
    assert "".join(flat(pdf).split()).count(word) == 2
    assert "\u200b" not in flat(pdf)


def test_latin_greek_cyrillic_and_vietnamese_letters_print() -> None:
    name = "Zażółć gęślą jaźń Ελλάδα Київ Đặng Nguyễn Þór €₺ − ½"
    assert unprintable(name) == ""
    assert name in flat(render_invoice(invoice(buyer=Party(name))))


def test_a_decomposed_accent_prints_as_one_letter() -> None:
    assert "José" in flat(render_invoice(invoice(buyer=Party("Jose\u0301"))))


def test_letters_without_a_glyph_are_refused_by_name() -> None:
    with pytest.raises(Invalid, match="no letters for “日本שלום”"):
        render_invoice(invoice(buyer=Party("Nippon 日本 日"), notes=("שלום",)))
    assert unprintable("Nippon 日本 😀 日") == "日本😀"


def test_control_signs_and_turned_text_leave_no_trace() -> None:
    text = flat(render_invoice(invoice(buyer=Party("A\x00B\x07C\u202eDEF\ud800"))))
    assert "ABCDEF" in text


def test_a_png_logo_replaces_the_letter() -> None:
    resources = PdfReader(io.BytesIO(render_invoice(invoice(logo=PNG)))).pages[0]
    assert len(resources.images) == 1


@pytest.mark.parametrize("logo", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b"<html>"])
def test_a_logo_of_another_kind_is_refused(logo: bytes) -> None:
    with pytest.raises(Invalid, match="PNG or JPEG"):
        render_invoice(invoice(logo=logo))


def test_a_colour_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="six digits"):
        render_invoice(invoice(accent="red; x"))


def test_an_unknown_font_folder_changes_nothing(tmp_path: Path) -> None:
    assert render_invoice(invoice(), tmp_path) == render_invoice(invoice())


def test_an_invoice_without_lines_or_names_still_prints() -> None:
    pdf = render_invoice(
        invoice(lines=(), totals=(), facts=(), notes=(), payment=None, seller=Party(""), buyer=Party(""))
    )
    assert len(pages(pdf)) == 1
