"""Bank statements from files: CAMT.053 and CSV become the same plain values."""

from psa_app.errors import Invalid
from psa_app.formats.bank_statements.camt import read_camt
from psa_app.formats.bank_statements.csv_lines import CsvChoices, csv_headers, read_csv
from psa_app.formats.bank_statements.values import FIELDS, Entry, Statement

MOST_BYTES = 20_000_000
__all__ = ["FIELDS", "CsvChoices", "Entry", "Statement", "csv_headers", "is_xml", "read_statements"]


def read_statements(data: bytes, choices: CsvChoices) -> tuple[Statement, ...]:
    """The statements in a file, by what it holds and not by its name. Raises `Invalid` ("file", ...)."""
    if len(data) > MOST_BYTES:
        raise Invalid("The file is larger than 20 MB. Export fewer days at a time.", "file")
    if not data.strip():
        raise Invalid("The file is empty. Export it again and choose the new one.", "file")
    if data.startswith(b"PK\x03\x04"):
        raise Invalid(
            "This is a packed folder or a workbook. Unpack it, and choose the XML or CSV in it.", "file"
        )
    return read_camt(data) if is_xml(data) else (read_csv(data, choices),)


def is_xml(data: bytes) -> bool:
    """Whether a file begins as XML does, in whatever encoding of Unicode."""
    start = data[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")
    return start.startswith(b"<")
