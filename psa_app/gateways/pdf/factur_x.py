"""Says in a PDF's metadata that it carries an electronic invoice, as Factur-X asks.

Typst attaches the file and writes PDF/A-3, but knows no metadata of Factur-X. They are added as an
incremental update (ISO 32000-1, 7.5.6): the metadata object is written anew behind the file, so that
everything before stays as it was, and the same paper still gives the same bytes.
"""

import re

_NAMESPACE = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
# Name and what it means, in the words of the PDF/A extension schema; the values follow below.
_PROPERTIES = (
    ("DocumentFileName", "name of the embedded XML invoice file", "factur-x.xml"),
    ("DocumentType", "INVOICE", "INVOICE"),
    ("Version", "The actual version of the Factur-X XML schema", "1.0"),
    ("ConformanceLevel", "The conformance level of the embedded Factur-X data", "EN 16931"),
)
_METADATA = re.compile(
    rb"(\d+) 0 obj\s*<<[^>]*/Type\s*/Metadata[^>]*>>\s*stream\r?\n(.*?)\r?\nendstream", re.DOTALL
)
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s*(\d+)\s*%%EOF\s*$", re.DOTALL)
_BAG_END = "</rdf:Bag></pdfaExtension:schemas>"


def marked(pdf: bytes) -> bytes:
    """The same PDF with the metadata of Factur-X; raises `ValueError` for one that Typst did not write."""
    metadata, trailer = _METADATA.search(pdf), _TRAILER.search(pdf)
    if metadata is None or trailer is None:
        raise ValueError("the PDF has no metadata or no plain table of its objects")
    number = int(metadata[1])
    xmp = _with_invoice(metadata[2].decode()).encode()
    start = len(pdf) + 1
    head = b"%d 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n" % (number, len(xmp))
    written = head + xmp + b"\nendstream\nendobj\n"
    table = b"xref\n%d 1\n%010d 00000 n\r\n" % (number, start)
    end = b"trailer\n<<%s/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + b"\n" + written + table + end % (trailer[1], int(trailer[2]), start + len(written))


def _with_invoice(xmp: str) -> str:
    if xmp.count(_BAG_END) != 1 or xmp.count("</rdf:RDF>") != 1:
        raise ValueError("the metadata of the PDF are not as Typst writes them")
    values = "".join(f"<fx:{name}>{value}</fx:{name}>" for name, _, value in _PROPERTIES)
    of_invoice = f'<rdf:Description rdf:about="" xmlns:fx="{_NAMESPACE}">{values}</rdf:Description>'
    told = xmp.replace(_BAG_END, _schema() + _BAG_END)
    return told.replace("</rdf:RDF>", of_invoice + "</rdf:RDF>")


def _schema() -> str:
    """The description of the schema that PDF/A wants for properties of one's own."""
    rows = "".join(
        '<rdf:li rdf:parseType="Resource">'
        f"<pdfaProperty:name>{name}</pdfaProperty:name>"
        "<pdfaProperty:valueType>Text</pdfaProperty:valueType>"
        "<pdfaProperty:category>external</pdfaProperty:category>"
        f"<pdfaProperty:description>{meaning}</pdfaProperty:description>"
        "</rdf:li>"
        for name, meaning, _ in _PROPERTIES
    )
    return (
        '<rdf:li rdf:parseType="Resource">'
        "<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>"
        f"<pdfaSchema:namespaceURI>{_NAMESPACE}</pdfaSchema:namespaceURI>"
        "<pdfaSchema:prefix>fx</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{rows}</rdf:Seq></pdfaSchema:property>"
        "</rdf:li>"
    )
