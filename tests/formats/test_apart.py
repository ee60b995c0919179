"""Files that are read in a program of their own."""

import io
import zipfile

import pytest

from psa_app.errors import Invalid
from psa_app.formats import apart
from psa_app.formats.apart import SMALL, read_apart
from psa_app.formats.csv_files import Limits, read_table
from psa_app.formats.tables_in import read_any

LONG = ("Name;Betrag\n" + "".join(f"Müller {n};1.234,{n % 100:02}\n" for n in range(20_000))).encode(
    "latin-1"
)


def test_a_file_reads_the_same_apart_as_at_once() -> None:
    assert len(LONG) > SMALL
    assert read_apart(LONG) == read_any(LONG)
    assert read_apart(LONG, way="csv") == read_table(LONG)


def test_a_refusal_comes_back_as_the_sentence_that_it_is() -> None:
    with pytest.raises(Invalid, match="more than 100 rows"):
        read_apart(LONG, Limits(rows=100))
    with pytest.raises(Invalid, match="larger than"):
        read_apart(LONG, Limits(bytes=100_000))


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_in_a_moment() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", "<workbook/>")
        parts.writestr("xl/worksheets/sheet1.xml", bytes(200_000_000))
    with pytest.raises(Invalid) as refused:
        read_apart(packed.getvalue())
    assert refused.value.field == "file"


def test_a_reader_that_is_stopped_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    with pytest.raises(Invalid, match="Save its first sheet as CSV"):
        read_apart(LONG)


def test_a_workbook_is_read_apart_too() -> None:
    book = io.BytesIO()
    from openpyxl import Workbook

    made = Workbook()
    for row in (["Name", "Betrag"], ["Müller", 12.5]):
        made.active.append(row)
    made.save(book)
    assert read_apart(book.getvalue()) == read_any(book.getvalue())
