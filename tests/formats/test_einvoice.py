"""Electronic invoices against the official rules, in both syntaxes and every profile."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from psa_app.formats.einvoice import as_xml, cii, ubl
from tests.formats.einvoice_examples import BUYER, EXAMPLES, SELLER
from tests.formats.official_rules import CII_RULES, PEPPOL_RULES, UBL_RULES, against_schema, fatal

pytestmark = pytest.mark.xdist_group("einvoice")  # the rules take a second to read: one worker reads them


@pytest.mark.parametrize("name", EXAMPLES)
def test_ubl_breaks_no_rule_of_the_norm(name):
    for profile in ("ubl", "xrechnung"):
        xml = ubl(EXAMPLES[name], profile)
        assert (against_schema(xml), fatal(UBL_RULES, xml)) == ("", [])


@pytest.mark.parametrize("name", EXAMPLES)
def test_cii_breaks_no_rule_of_the_norm(name):
    xml = cii(EXAMPLES[name], "factur_x")
    assert (against_schema(xml), fatal(CII_RULES, xml)) == ("", [])


@pytest.mark.parametrize("name", EXAMPLES)
def test_peppol_takes_it(name):
    assert fatal(PEPPOL_RULES, as_xml(EXAMPLES[name], "peppol")) == []


def test_the_rules_of_the_norm_find_what_is_wrong():
    wrong = ubl(EXAMPLES["plain"]).replace(b">100.00<", b">90.00<", 1)
    assert any("BR-CO-1" in one for one in fatal(UBL_RULES, wrong))
    wrong = cii(replace(EXAMPLES["plain"], seller=replace(SELLER, vat_id="123")))
    assert any("BR-CO-09" in one for one in fatal(CII_RULES, wrong))


def test_the_rules_of_peppol_find_what_is_wrong():
    wrong = replace(EXAMPLES["plain"], buyer=replace(BUYER, endpoint=None))
    assert any("PEPPOL-EN16931-R010" in one for one in fatal(PEPPOL_RULES, as_xml(wrong, "peppol")))


def test_hostile_text_stays_text():
    name = 'Lamp <b>&amp; "x" ]]> \x00\x0b\ud800 <!DOCTYPE a>'
    line = replace(EXAMPLES["plain"].lines[0], name=name)
    for xml in (
        ubl(replace(EXAMPLES["plain"], lines=(line,))),
        cii(replace(EXAMPLES["plain"], lines=(line,))),
    ):
        assert against_schema(xml) == ""
        assert 'Lamp <b>&amp; "x" ]]>  <!DOCTYPE a>' in "".join(ElementTree.fromstring(xml).itertext())
