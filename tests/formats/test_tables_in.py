"""Files that people bring along: CSV and XLSX, and what must not get in."""

import io
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from openpyxl import Workbook

from psa_app.errors import Invalid
from psa_app.formats.csv_files import Limits
from psa_app.formats.tables_in import check_file, read_any

SMALL = Limits(bytes=200_000, rows=20, columns=10, cell=500, advice="Split it.")


def workbook(*rows: list[Any], sheets: int = 1) -> bytes:
    book = Workbook()
    for _ in range(sheets - 1):
        book.create_sheet("Empty", 0)
    page = book.worksheets[-1]
    for row in rows:
        page.append(row)
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with a part put in, or another in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return out.getvalue()


def refusal(data: bytes, limits: Limits = SMALL) -> str:
    with pytest.raises(Invalid) as caught:
        read_any(data, limits)
    assert caught.value.field == "file"
    return caught.value.sentence


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [
        ("utf-8", ","),
        ("utf-8-sig", ";"),
        ("windows-1252", ";"),
        ("latin-1", "\t"),
        ("utf-16", "\t"),
        ("utf-16-le", ","),
    ],
)
def test_letters_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    text = f"Name{delimiter}Ort\r\nMüller & Söhne{delimiter}Zürich\r\n"
    table = read_any(text.encode(encoding))
    assert (table.headers, table.rows) == (("Name", "Ort"), (("Müller & Söhne", "Zürich"),))


def test_cells_are_trimmed_and_our_own_apostrophe_is_taken_off() -> None:
    table = read_any(b"Name,Phone,Note\n '=1+1 ,'+43 1 234,'tis\n")
    assert table.rows == (("=1+1", "+43 1 234", "'tis"),)


def test_columns_without_header_or_text_are_dropped_and_wide_rows_kept_for_a_reason() -> None:
    table = read_any(b"Name,,Note,\nA,,n,\nB,,m,x,extra\n")
    assert table.headers == ("Name", "Note", "Column 4")
    assert table.rows == (("A", "n", ""), ("B", "m", "x", "extra"))


def test_a_workbook_gives_text_as_it_would_be_typed() -> None:
    row = ["Ä", 1234.5, 0.1 + 0.2, 1.234, 7, True, date(2026, 12, 31), datetime(2026, 1, 2, 14, 30)]  # noqa: DTZ001 (as Excel has it)
    table = read_any(workbook([f"H{place}" for place in range(9)], [*row, timedelta(minutes=90)], sheets=2))
    assert table.rows[0] == (
        "Ä",
        "1234.5",
        "0.3",
        "1.2340",
        "7",
        "yes",
        "2026-12-31",
        "2026-01-02 14:30:00",
        "1:30",
    )


def test_a_formula_in_a_workbook_is_never_run_and_empty_rows_are_left_out() -> None:
    table = read_any(workbook(["Name"], ["=1+1"], [None], ["B"]))
    assert (table.rows, table.lines) == ((("B",),), (4,))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"Name,Ort\n", "no rows below"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0old", "spreadsheet"),
        (b"PK\x03\x04 no zip", "damaged"),
        (b"Name\n" + b"x\n" * 21, "more than 20 rows"),
        (b"Name\n" + b"y" * 501, "longer than 500"),
        (b",".join(b"h" for _ in range(11)) + b"\n1", "more than 10 columns"),
        (b"a\n" + b"z" * 200_001, "larger than 0.2 MB"),
        (b"a,b\n1\0,2", "zero byte"),
    ],
)
def test_what_is_no_table_or_too_large_gets_a_sentence(data: bytes, told: str) -> None:
    assert told in refusal(data)


def test_a_workbook_keeps_to_the_same_limits() -> None:
    assert "more than 20 rows" in refusal(workbook(["a"], *([n] for n in range(21))))
    assert "more than 10 columns" in refusal(workbook(["h"] * 11, [1]))
    assert "longer than 500" in refusal(workbook(["a"], ["x" * 501]))
    assert "nothing on the sheets" in refusal(saved(Workbook()))


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert "no workbook" in refusal(out.getvalue())


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    bomb = with_part(workbook(["a"], ["b"]), "xl/media/zeros.bin", b"\0" * 151_000_000)
    assert len(bomb) < 200_000
    assert "unpacks to more" in refusal(bomb)


def test_a_table_of_texts_beyond_its_limit_is_refused() -> None:
    bomb = with_part(workbook(["a"], ["b"]), "xl/sharedStrings.xml", b"<sst>" + b" " * 41_000_000)
    assert "unpacks to more" in refusal(bomb)


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>',
        b"<?xml version='1.0'?>" + b" " * 65_520 + b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><worksheet/>'.encode("utf-16"),
    ],
)
def test_a_workbook_with_entities_is_refused(content: bytes) -> None:
    assert "declares things" in refusal(
        with_part(workbook(["a"], ["b"]), "xl/worksheets/sheet1.xml", content)
    )


def test_a_broken_sheet_is_refused() -> None:
    broken = with_part(workbook(["a"], ["b"]), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row>")
    assert "breaks off" in refusal(broken)


NAMES = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
ROWS = b'<sheetData><row><c t="inlineStr"><is><t>a</t></is></c></row><row><c><v>1</v></c></row></sheetData>'
SHEET, STYLES, TEXTS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"


@pytest.mark.parametrize(
    ("part", "content"),
    [
        (STYLES, b"<styleSheet %s><cellXfs>" % NAMES + b"<xf/>" * 130_000 + b"</cellXfs></styleSheet>"),
        (STYLES, b"<styleSheet %s>" % NAMES + b" " * 4_000_000 + b"</styleSheet>"),
        ("xl/workbook.xml", b"<workbook %s>" % NAMES + b"<x/>" * 130_000 + b"</workbook>"),
        (SHEET, b"<worksheet %s>" % NAMES + b"<x/>" * 70_000 + ROWS + b"</worksheet>"),
        (SHEET, b"<worksheet %s>" % NAMES + b"<x>" * 70 + b"</x>" * 70 + ROWS + b"</worksheet>"),
        (SHEET, b"<worksheet %s>" % NAMES + b" " * 2_100_000 + ROWS + b"</worksheet>"),
        (
            SHEET,
            b"<worksheet %s><sheetData><row>" % NAMES + b"<c/>" * 17_000 + b"</row></sheetData></worksheet>",
        ),
    ],
    ids=["styles", "blanks", "workbook", "beside rows", "depth", "a gap", "cells"],
)
def test_a_few_kilobytes_that_become_millions_of_elements_are_refused(part: str, content: bytes) -> None:
    bomb = with_part(workbook(["a"], ["b"]), part, content)
    assert len(bomb) < 30_000
    assert "unpacks to more" in refusal(bomb)


def test_a_table_of_texts_of_many_elements_is_refused() -> None:
    book = with_part(workbook(["a"], ["b"]), TEXTS, b"<sst %s>" % NAMES + b"<x/>" * 70_000 + b"</sst>")
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        listed = parts.read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    told = listed.replace("</Types>", f'<Override PartName="/{TEXTS}" ContentType="{kind}"/></Types>')
    assert "unpacks to more" in refusal(with_part(book, "[Content_Types].xml", told.encode()))


def test_entities_are_refused_whatever_their_part_is_called() -> None:
    hidden = with_part(
        workbook(["a"], ["b"]), "xl/media/sheet.png", b"\n" + b'<!DOCTYPE x [<!ENTITY a "a">]><x/>'
    )
    assert "declares things" in refusal(hidden)


def test_text_in_pieces_and_rows_that_repeat_themselves_are_read_once() -> None:
    cell = b'<c t="inlineStr"><is><r><t>No</t></r><r><t>rth</t></r><rPh><t>x</t></rPh></is></c>'
    rows = b'<row r="1"><c t="inlineStr"><is><t>Name</t></is></c></row><row r="4">%s</row><row r="4">%s</row>'
    content = b"<worksheet %s><sheetData>" % NAMES + rows % (cell, cell) + b"</sheetData><x/></worksheet>"
    table = read_any(with_part(workbook(["a"], ["b"]), SHEET, content))
    assert (table.headers, table.rows, table.lines) == (("Name",), (("North",),), (4,))


@pytest.mark.parametrize(
    ("name", "size", "told"),
    [
        ("big.csv", 300_000_000, "The file is larger than 20 MB. Split it"),
        ("old.xls", 10, "old Excel file"),
        ("list.pdf", 10, "Choose a CSV or an Excel file"),
        ("empty.csv", 0, "empty"),
    ],
)
def test_a_file_is_refused_by_name_and_size_before_it_is_read(name: str, size: int, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        check_file(name, size)


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "a.tsv", "a.txt", "a.xlsx", "noending"])
def test_files_with_the_usual_names_are_let_in(name: str) -> None:
    check_file(name, 20_000_000)
