"""Electronic invoices as XML: one document, written as UBL 2.1 or as CII D16B."""

from psa_app.formats.einvoice.cii import cii
from psa_app.formats.einvoice.ubl import ubl
from psa_app.rules.einvoices.codes import CII_PROFILES
from psa_app.rules.einvoices.document import Document

__all__ = ["as_xml", "cii", "ubl"]


def as_xml(document: Document, profile: str) -> bytes:
    """The document in the syntax that its profile asks for: CII inside a PDF, else UBL."""
    return cii(document, profile) if profile in CII_PROFILES else ubl(document, profile)
