"""Reading CSV files: what comes through unchanged, and what is refused in a sentence."""

import time
import tracemalloc

import pytest

from psa_app.errors import Invalid
from psa_app.formats.csv_files import Limits, read_table

TEXT = "Usuário,Note\nJoão,prüfen – 1\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("windows-1252"), "windows-1252"),
    ],
)
def test_the_encoding_is_found_and_the_text_is_the_same(data: bytes, encoding: str) -> None:
    table = read_table(data)
    assert table.encoding == encoding
    assert table.headers == ("Usuário", "Note")
    assert table.rows == (("João", "prüfen – 1"),)


def test_bytes_that_no_other_encoding_has_are_read_as_latin_1() -> None:
    table = read_table(b"Name\nJo\xe3o\x81\n")
    assert (table.encoding, table.rows) == ("latin-1", (("João\x81",),))


@pytest.mark.parametrize(("mark", "name"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_the_delimiter_is_found(mark: str, name: str) -> None:
    table = read_table(mark.join("abc").encode() + b"\r\n" + mark.join("123").encode())
    assert table.dialect.name == name
    assert (table.headers, table.rows) == (("a", "b", "c"), (("1", "2", "3"),))


def test_a_delimiter_inside_quotes_is_not_counted() -> None:
    assert read_table(b'"a, b, c";d\n1;2\n').headers == ("a, b, c", "d")


def test_a_hint_at_the_delimiter_is_no_header() -> None:
    table = read_table(b"sep=;\r\na;b\r\n1;2\r\n")
    assert (table.headers, table.rows, table.lines) == (("a", "b"), (("1", "2"),), (3,))


def test_quoted_line_ends_and_quotes_come_through_and_lines_are_counted_as_in_the_file() -> None:
    table = read_table(b'a,b\r\n"one\r\ntwo\nthree","say ""hi"""\r\n\r\nx,y\r\n')
    assert table.rows == (("one\r\ntwo\nthree", 'say "hi"'), ("x", "y"))
    assert table.lines == (2, 6)


def test_spaces_and_unusual_characters_in_cells_stay() -> None:
    text = "  two  \x0b\x85\u2028 spaces "
    assert read_table(f"a,b\n{text},c\n".encode()).rows == ((text, "c"),)


def test_a_short_row_is_filled_and_a_long_one_keeps_its_cells() -> None:
    assert read_table(b"a,b,c\n1\n1,2,3,4\n").rows == (("1", "", ""), ("1", "2", "3", "4"))


def test_rows_without_any_text_are_left_out() -> None:
    assert read_table(b"\n\na,b\n,\n\n1,2\n").lines == (6,)


def test_a_file_without_a_line_end_is_a_header_without_rows() -> None:
    table = read_table(b"a,b,c")
    assert (table.headers, table.rows) == (("a", "b", "c"), ())


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b" \r\n ", "The file is empty."),
        (b",,\n,\n", "The file is empty."),
        (b"PK\x03\x04rest", "This is a spreadsheet"),
        (b"\xd0\xcf\x11\xe0rest", "This is a spreadsheet"),
        (b"%PDF-1.7", "This is a PDF."),
        (b"a,b\n1,2\n\x003,4\n", "Line 3 holds a zero byte"),
        ("a,b\n1,\0\n".encode("utf-16"), "Line 2 holds a zero byte"),
        ("a,b\n1,2".encode("utf-16")[:-1], "The file breaks off"),
    ],
)
def test_what_is_no_csv_text_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_table(data)
    assert refused.value.field == "file"
    assert refused.value.sentence.startswith(sentence)


TOO_MUCH = {
    "one 50 MB cell": (lambda: b"a,b\n1," + b"x" * 50_000_000, "larger than 20 MB"),
    "a million rows": (lambda: b"a,b\n" + b"1,2\n" * 1_000_000, "more than 200,000 rows"),
    "ten thousand columns": (lambda: b",".join([b"a"] * 10_000) + b"\n", "more than 200 columns"),
    "ten million columns": (
        lambda: b"a," * 9_900_000,
        "Line 1 has more than 200 columns|more than 1,000,000",
    ),
    "no line end at all": (lambda: b"a" * 19_000_000, "A line end or a closing quotation mark is missing"),
    "a quote never closed": (
        lambda: b'a,b\n"' + b"x\n" * 9_000_000,
        "A cell on line 2 is longer than 100,000",
    ),
    "a row of quoted lines": (lambda: b"a,b\n" + b'"\n",' * 4_000_000, "The row on line 2 has more than"),
    "a cell of 100 kB": (lambda: b"a,b\n1," + b"x" * 100_001, "A cell on line 2 is longer than 100,000"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_beyond_the_limits_a_sentence_comes_quickly_and_little_memory_is_used(name: str) -> None:
    make, sentence = TOO_MUCH[name]
    data = make()
    began = time.thread_time()
    with pytest.raises(Invalid, match=sentence):
        read_table(data)
    assert time.thread_time() - began < 3


def test_a_refused_file_does_not_fill_the_memory() -> None:
    data = b'a,b\n"' + b"x,y\n" * 4_000_000
    tracemalloc.start()
    with pytest.raises(Invalid, match="longer than"):
        read_table(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000


def test_the_limits_themselves_are_allowed() -> None:
    limits = Limits(bytes=100, rows=2, columns=3, cell=5)
    assert len(read_table(b"a,b,c\n12345,1,1\n1,1,1\n", limits).rows) == 2
    with pytest.raises(Invalid, match="more than 2 rows"):
        read_table(b"a\n1\n1\n1\n", limits)
    with pytest.raises(Invalid, match="more than 3 columns"):
        read_table(b"a\n1,2,3,4\n", limits)
