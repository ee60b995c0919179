"""A Factur-X file is PDF/A-3b: fonts, an output intent, the metadata and the XML lie inside."""

import io
import logging
from typing import Any
from xml.etree import ElementTree

import pytest
from facturx import get_facturx_xml_from_pdf
from pypdf import PdfReader

from psa_app.formats.einvoice import cii
from psa_app.gateways.pdf import factur_x, render_invoice
from tests.formats.einvoice_examples import EXAMPLES
from tests.formats.official_rules import CII_RULES, fatal
from tests.gateways.pdf_examples import invoice

XML = cii(EXAMPLES["hours in minutes"], "factur_x").decode()
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_invoice(invoice(), xml=XML)


@pytest.fixture
def root(pdf: bytes) -> Any:
    return PdfReader(io.BytesIO(pdf), strict=True).trailer["/Root"]


def test_the_xml_lies_in_the_file_as_its_alternative(root: Any) -> None:
    (file,) = (one.get_object() for one in root["/AF"])
    assert (file["/UF"], file["/AFRelationship"]) == ("factur-x.xml", "/Alternative")
    embedded = file["/EF"]["/F"].get_object()
    assert (embedded["/Subtype"], embedded.get_data().decode()) == ("/text/xml", XML)
    assert next(iter(root["/Names"]["/EmbeddedFiles"]["/Names"])) == "factur-x.xml"


def test_the_metadata_name_the_invoice_and_pdf_a_3b(root: Any) -> None:
    metadata = ElementTree.fromstring(root["/Metadata"].get_object().get_data())
    told = {one.tag: one.text for one in metadata.iter()}
    assert (told[f"{PDFA}part"], told[f"{PDFA}conformance"]) == ("3", "B")
    names = ("DocumentFileName", "DocumentType", "Version", "ConformanceLevel")
    assert [told[FX + name] for name in names] == ["factur-x.xml", "INVOICE", "1.0", "EN 16931"]
    described = [one.text for one in metadata.iter() if one.tag.endswith("property#}name")]
    assert set(names) <= set(described)


def test_colours_have_an_output_intent(root: Any) -> None:
    (intent,) = (one.get_object() for one in root["/OutputIntents"])
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object().get_data()[36:40] == b"acsp"  # an ICC profile


def test_every_font_is_inside(pdf: bytes) -> None:
    fonts = [
        font.get_object()
        for page in PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))


def test_other_software_finds_the_invoice(pdf: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    name, xml = get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert (name, xml.decode(), caplog.records) == ("factur-x.xml", XML, [])
    assert fatal(CII_RULES, xml) == []


def test_the_same_paper_and_xml_give_the_same_bytes(pdf: bytes) -> None:
    assert render_invoice(invoice(), xml=XML) == pdf
    assert "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages) == "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(render_invoice(invoice()))).pages
    )


def test_a_file_of_unknown_make_is_refused() -> None:
    with pytest.raises(ValueError, match="no metadata"):
        factur_x.marked(b"%PDF-1.7\n%%EOF")
