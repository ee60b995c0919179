"""Bank statements from files: what each line says, whether it adds up, and what is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.formats.bank_statements import CsvChoices, Statement, csv_headers, read_statements
from tests.formats.statement_files import camt, detail, entry, statement

EUR = CsvChoices("EUR")
DAY = date(2026, 11, 20)


def one(data: bytes, choices: CsvChoices = EUR) -> Statement:
    (found,) = read_statements(data, choices)
    return found


@pytest.mark.parametrize(("version", "deep", "state"), [(2, False, "BOOK"), (8, True, "<Cd>BOOK</Cd>")])
def test_versions_two_and_eight_of_camt_say_the_same(version, deep, state):
    paid = detail(
        "Invoice INV-2026-0001", name="Northwind GmbH", iban="DE89 3704 0044 0532 0130 00", deep=deep
    )
    line = entry("144.00", paid, ref="B1", state=f"<Sts>{state}</Sts>")
    found = one(camt(statement([line], closing="1144.00"), version=version))
    (booked,) = found.entries
    assert (booked.amount, booked.currency, booked.booked_on) == (14_400, "EUR", DAY)
    assert (booked.payer, booked.iban) == ("Northwind GmbH", "DE89370400440532013000")
    assert (booked.text, booked.bank_ref) == ("Invoice INV-2026-0001", "B1")
    assert (found.account, found.number, found.gap) == ("AT611904300234573201", "17", 0)


def test_several_statements_of_one_file_come_apart():
    first = statement([entry("1.00")], closing="1001.00", number="1")
    second = statement(
        [entry("2.00", side="DBIT")], closing="998.00", number="2", iban="AT483200000012345864"
    )
    found = read_statements(camt(first, second), EUR)
    assert [(one.number, one.entries[0].amount, one.gap) for one in found] == [("1", 100, 0), ("2", -200, 0)]


def test_a_batch_is_split_into_its_payments():
    batch = entry(
        "300.00",
        detail("INV-2026-0001", amount="100.00", name="A"),
        detail("INV-2026-0002", amount="200.00", name="B"),
        ref="B7",
    )
    found = one(camt(statement([batch], closing="1300.00")))
    assert [(e.amount, e.payer, e.bank_ref) for e in found.entries] == [
        (10_000, "A", "B7"),
        (20_000, "B", "B7"),
    ]


def test_a_batch_whose_parts_do_not_make_it_up_stays_one_line():
    batch = entry("300.00", detail("first", amount="100.00"), detail("second", amount="150.00"))
    (line,) = one(camt(statement([batch], closing="1300.00"))).entries
    assert (line.amount, line.text) == (30_000, "first second")


def test_what_is_not_booked_yet_is_left_out_and_counted():
    lines = [entry("5.00"), entry("7.00", state="<Sts>PDNG</Sts>")]
    found = one(camt(statement(lines, closing="1005.00")))
    assert ([e.amount for e in found.entries], found.waiting, found.gap) == ([500], 1, 0)


def test_a_statement_that_does_not_balance_says_by_how_much():
    assert one(camt(statement([entry("5.00")], closing="1004.00"))).gap == -100
    assert one(camt(statement([entry("5.00")], opening="-3.00", closing="2.00"))).gap == 0


def test_a_reversal_a_reference_and_what_a_bank_took_off_are_read():
    charge = '<Chrgs><Rcrd><Amt Ccy="EUR">2.50</Amt></Rcrd></Chrgs>'
    sent = '<AmtDtls><InstdAmt><Amt Ccy="USD">110.00</Amt></InstdAmt></AmtDtls>'
    came = entry("97.50", detail(structured="RF18539007547034", end_to_end="E2E-9", extra=sent + charge))
    gone = entry("97.50", side="DBIT", extra="<RvslInd>true</RvslInd>")
    first, second = one(camt(statement([came, gone]))).entries
    assert (first.reference, first.text) == ("RF18539007547034", "E2E-9")
    assert (first.charges, first.told) == (250, "110.00 USD")
    assert (second.amount, second.is_reversal) == (-9_750, True)


BOMB = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><Document>&b;</Document>'
OUTSIDE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (BOMB, "own document type"),
        (OUTSIDE, "own document type"),
        (b"<Document>&undefined;</Document>", "cannot be read as XML"),
        (b"<Document><BkToCstmrStmt>", "cannot be read as XML"),
        (b"<a>" * 100, "too large or too deep"),
        (b"<Document><BkToCstmrAcctRpt/></Document>", "camt.052"),
        (b"<Document><Other/></Document>", "no bank statement"),
        (b"<Document><BkToCstmrStmt/></Document>", "holds no statement"),
        (b"PK\x03\x04rest", "Unpack it"),
        (b"  ", "is empty"),
        (camt(statement([entry("1.005")])), "more decimals"),
        (camt(statement([entry("NaN")])), "is no amount"),
        (camt(statement([entry("1", currency="USD")])), "another currency"),
        (camt(statement([entry("1", day="2026-13-45")])), "is no day"),
    ],
)
def test_what_cannot_be_trusted_is_refused_with_a_sentence(data, sentence):
    with pytest.raises(Invalid, match=sentence) as caught:
        read_statements(data, EUR)
    assert caught.value.field == "file"


SPARKASSE = (
    '"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";'
    '"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"Betrag";"Währung"\r\n'
    '"AT61";"20.11.26";"20.11.26";"GUTSCHRIFT";"Rechnung INV-2026-0001";"Müller & Söhne";'
    '"DE89370400440532013000";"1.234,56";"EUR"\r\n'
    '"AT61";"19.11.26";"19.11.26";"ENTGELT";"Kontoführung";"Bank";"";"-4,90";"EUR"\r\n'
)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_a_german_file_is_read_in_whatever_encoding(encoding):
    found = one(SPARKASSE.encode(encoding))
    assert [(e.booked_on.day, e.amount) for e in found.entries] == [(19, -490), (20, 123_456)]
    assert (found.entries[1].payer, found.entries[1].text) == ("Müller & Söhne", "Rechnung INV-2026-0001")
    assert not found.is_checked


def test_a_header_below_what_the_bank_says_of_itself_is_found():
    data = (
        "Girokonto;DE12\n\nBuchungsdatum;Wertstellung;Zahlungspflichtige*r;Verwendungszweck;Betrag (EUR)\n"
        "20.11.2026;20.11.2026;Northwind;INV 7;99,00\n"
    )
    (line,) = one(data.encode()).entries
    assert (line.amount, line.payer, line.text) == (9_900, "Northwind", "INV 7")


def test_columns_for_money_in_and_out_and_a_running_balance_are_held_against_each_other():
    head = "Date,Description,Paid in,Paid out,Balance\n"
    good = head + "20/11/2026,A,10.00,,110.00\n21/11/2026,B,,30.00,80.00\n"
    found = one(good.encode())
    assert [e.amount for e in found.entries] == [1_000, -3_000]
    assert (found.opening, found.closing, found.gap) == (10_000, 8_000, 0)
    torn = one(good.replace("80.00", "85.00").encode())
    assert torn.gap == 500


def test_a_mark_of_in_or_out_gives_the_sign():
    data = "Buchung;Betrag;Soll/Haben\n20.11.2026;5,00;S\n21.11.2026;7,00;H\n"
    assert [e.amount for e in one(data.encode()).entries] == [-500, 700]


@pytest.mark.parametrize(
    ("text", "field", "sentence"),
    [
        ("When,How much\n2026-11-20,5\n", "columns", "which column holds the day"),
        ("Date,Amount\n01/02/2026,5.00\n", "order", "two ways"),
        ("Date,Amount\n2026-11-20,1.234\n", "mark", "decimal mark"),
        ("Date,Amount,Currency\n2026-11-20,5.00,USD\n", "file", "Line 2: it is in USD"),
        ("Date,Amount\n2026-11-20,five\n", "file", "Line 2: “five” is no number"),
        ("Date,Amount (USD)\n2026-11-20,5.00\n", "file", "not in EUR"),
        ("Date,Amount\n,5.00\n", "file", "day of booking is missing"),
        ("Date,Amount\n2026-11-20,\n", "file", "no bookings"),
    ],
)
def test_what_a_csv_file_leaves_open_is_asked_for_by_name(text, field, sentence):
    with pytest.raises(Invalid, match=sentence) as caught:
        one(text.encode())
    assert caught.value.field == field


def test_what_a_person_chose_settles_what_was_open():
    data = b"When,How much\n01/02/2026,1.234\n"
    assert csv_headers(data) == ("When", "How much")
    columns = {"booked_on": "When", "amount": "How much"}
    (line,) = one(data, CsvChoices("EUR", columns, "dmy", ",")).entries
    assert (line.booked_on, line.amount) == (date(2026, 2, 1), 123_400)


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20), st.integers(-(10**9), 10**9))
def test_any_statement_that_adds_up_has_no_gap_and_any_other_its_own(amounts, off):
    lines = [entry(f"{abs(a) // 100}.{abs(a) % 100:02}", side="CRDT" if a >= 0 else "DBIT") for a in amounts]
    closing = sum(amounts) + off
    text = f"{'-' if closing < 0 else ''}{abs(closing) // 100}.{abs(closing) % 100:02}"
    found = one(camt(statement(lines, opening="0.00", closing=text)))
    assert found.gap == off
    assert sum(e.amount for e in found.entries) + found.gap == closing
