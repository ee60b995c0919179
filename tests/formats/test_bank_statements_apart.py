"""Large bank statements are read in a program of their own: the same result, and nothing that does harm."""

import pytest

from psa_app.errors import Invalid
from psa_app.formats import apart
from psa_app.formats.apart import SMALL
from psa_app.formats.bank_statements import CsvChoices, csv_headers, read_statements
from psa_app.formats.bank_statements.apart import headers_apart, statements_apart
from tests.formats.statement_files import camt, detail, entry, statement

EUR = CsvChoices("EUR")
PAID = entry("1.00", detail("Invoice INV-2026-0001", name="Müller und Söhne"), ref="B1")
LARGE = camt(statement([PAID] * 700, closing="1700.00"))
CSV = ("Datum;Betrag;Name\n" + f"20.11.2026;1.234,50;{'Müller ' * 30}\n" * 1_000).encode()


def refused(data: bytes, choices: CsvChoices = EUR) -> tuple[str, str]:
    with pytest.raises(Invalid) as told:
        statements_apart(data, choices)
    return told.value.sentence, told.value.field


def test_a_statement_reads_the_same_apart_as_at_once():
    assert min(len(LARGE), len(CSV)) > SMALL
    assert statements_apart(LARGE, EUR) == read_statements(LARGE, EUR)
    assert statements_apart(CSV, EUR) == read_statements(CSV, EUR)
    assert headers_apart(CSV) == csv_headers(CSV)


def test_what_could_do_harm_is_refused_with_a_sentence():
    many = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE Document [<!ENTITY l0 "lol">{many}]><Document>&l9;</Document>'
    sentence, field = refused(bomb.encode() + b" " * SMALL)
    assert (sentence.startswith("This file declares its own document type"), field) == (True, "file")
    deep = b"<Document>" * 30_000 + b"</Document>" * 30_000
    assert refused(deep) == ("This file is too large or too deep for a bank statement.", "file")
    assert refused(b"<" * 300_000_000)[0].startswith("The file is larger than 20 MB.")


def test_a_question_comes_back_with_its_field():
    sentence, field = refused(b"A;B\n" + b"someone;something\n" * 18_000)
    assert (sentence.startswith("Say which column"), field) == (True, "columns")


def test_a_reader_that_is_stopped_says_what_to_do(monkeypatch):
    monkeypatch.setattr(apart, "PATIENCE", 0.01)
    assert refused(LARGE) == (
        "This file takes too much memory or time to be read. Export fewer days at a time.",
        "file",
    )
