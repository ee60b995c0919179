"""The books as files: they balance, the same period gives the same bytes, and what is exported stays."""

import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from beancount import loader
from beancount.core.data import Transaction

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.models import ExchangeRate, History, Invoice, InvoiceLine, LedgerAccount, LedgerExport
from psa_app.queries.books.ledger import books
from psa_app.rules.money import Money
from psa_app.services.bank.decide import PartIn, book_line
from psa_app.services.books.export import export_ledger, read_export
from psa_app.services.books.lock import close_books
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.invoices.write_off import reopen_invoice, write_off_invoice
from psa_app.services.payments.record import record_payment, reverse_payment
from tests.queries.test_bank_recorded import line
from tests.services.expense_world import category, spent
from tests.support.world import MON, TUE, World, ask, do, row, rows

TODAY = date(2026, 11, 23)


def issued(world: World, client: str = "Northwind") -> Invoice:
    draft = do(draft_invoice, world["Fred"], account_id=world.clients[client], until=TODAY)
    return do(issue_invoice, world["Fred"], draft.id)


def pay(world: World, invoice: Invoice, amount: int):
    money = Money(amount, invoice.currency)
    return do(record_payment, world["Fred"], invoice.id, amount=money, received_on=TODAY)


def busy(world: World, clock) -> None:
    """A month with a credit, a short payment, one taken back, a loss, a void and an expense."""
    world.worked("Ann", "Build", MON, 60)
    spent(world, 10_000, category_id=category(markup_ppm=100_000), tax=Money(1_667, "EUR"))
    first = issued(world)
    time = rows(InvoiceLine, invoice_id=first.id)[0]
    credit = (CreditLine(time.id, minutes=15),)
    do(credit_invoice, world["Fred"], first.id, lines=credit, reason="Agreed")
    part = [PartIn(first.id, Money(10_000, "EUR"))]
    do(book_line, world["Fred"], line(10_000, "a"), parts=part, short_kind="bank_charge")
    world.worked("Ann", "Build", TUE, 30)
    second = issued(world)
    back = pay(world, second, 5_000)
    do(reverse_payment, world["Fred"], back.id, reason="Wrong client")
    do(write_off_invoice, world["Fred"], second.id, reason="Insolvent")
    do(reopen_invoice, world["Fred"], second.id)
    do(void_invoice, world["Fred"], second.id, reason="Never ordered")
    clock.forward(days=3)


def sums(entries) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for one in entries:
        assert one.balance == 0
        for part in one.postings:
            found[part.account] += part.amount
    return {account: amount for account, amount in found.items() if amount}


def test_the_books_balance_and_agree_with_what_is_owed(world, clock):
    busy(world, clock)
    found = sums(ask(books, MON, TODAY).entries)
    assert sum(found.values()) == 0
    assert "receivable" not in found  # all is paid, credited, written off or void
    assert found["bank"] == 10_000
    assert "unapplied" not in found
    assert found["charges"] > 0


def test_a_payment_at_another_rate_leaves_what_was_gained(world, clock):
    with db.unit_of_work() as session:
        session.add(ExchangeRate(currency="USD", day=date(2026, 11, 25), rate_nano=950_000_000))
    world.worked("Ben", "Advise", MON, 60)
    invoice = issued(world, "Kestrel")
    assert invoice.currency == "USD"
    clock.forward(days=3)
    money = Money(invoice.total_minor, "USD")
    do(record_payment, world["Fred"], invoice.id, amount=money, received_on=date(2026, 11, 25))
    found = sums(ask(books, MON, date(2026, 12, 31)).entries)
    rate = row(Invoice, invoice.id).base_rate_nano
    gained = invoice.total_minor * (950_000_000 - rate) // 1_000_000_000
    assert abs(-found.get("fx", 0) - gained) <= 1
    assert "receivable" not in found


def hledger_balances(text: str) -> int:
    """Reads a journal by its grammar; gives its transactions. Fails unless each sums to zero."""
    declared, count, total = set(), 0, Decimal(0)
    assert "commodity 1000.00 EUR" in text.splitlines()
    for row_ in text.splitlines():
        if row_.startswith("account "):
            declared.add(row_.removeprefix("account "))
        elif re.match(r"\d{4}-\d\d-\d\d ", row_):
            assert total == 0
            count += 1
        elif row_.startswith("    "):
            posting = re.fullmatch(r"    (\S.*?\S)  (-?\d+\.\d\d) EUR(  ; -?[\d.]+ [A-Z]{3})?", row_)
            assert posting, row_
            assert posting[1] in declared
            total += Decimal(posting[2])
        else:
            assert row_ == "" or row_.startswith((";", "commodity ")), row_
    assert total == 0
    return count


def beancount_finds(text: str) -> tuple[int, list[str]]:
    """The transactions that beancount itself reads in a ledger, and what it complains of."""
    entries, errors, _ = loader.load_string(text)
    return len([one for one in entries if isinstance(one, Transaction)]), [one.message for one in errors]


@pytest.mark.parametrize("form", ["hledger", "beancount", "quickbooks", "xero"])
def test_the_same_period_gives_the_same_bytes(world, clock, form):
    busy(world, clock)
    asked = {"first_on": MON, "last_on": TODAY, "format": form}
    made = do(export_ledger, world["Fred"], **asked)
    again = do(export_ledger, world["Fred"], **asked)
    first, second = read_export(world["Fred"], made.id), read_export(world["Olga"], again.id)
    assert (first, made.id) == (second, again.id)
    if form == "hledger":
        assert hledger_balances(first[1].decode()) == made.lines
    elif form == "beancount":
        assert beancount_finds(first[1].decode()) == (made.lines, [])
    else:
        assert len(first[1].splitlines()) > made.lines


def test_the_files_of_two_periods_are_one_ledger(world, clock, tmp_path):
    busy(world, clock)
    issued(world)
    clock.forward(days=1)
    lines = 0
    for name, first, last in (("a", MON, TODAY), ("b", TODAY + timedelta(days=1), TODAY + timedelta(days=3))):
        made = do(export_ledger, world["Fred"], first_on=first, last_on=last, format="beancount")
        (tmp_path / f"{name}.beancount").write_bytes(read_export(world["Fred"], made.id)[1])
        lines += made.lines
    whole = 'plugin "beancount.plugins.auto_accounts"\n' + "".join(
        f'include "{tmp_path}/{name}.beancount"\n' for name in "ab"
    )
    assert beancount_finds(whole) == (lines, [])


def test_what_was_exported_does_not_become_void(world, clock):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    clock.forward(days=1)
    do(export_ledger, world["Fred"], first_on=MON, last_on=TODAY, format="hledger")
    with pytest.raises(Conflict, match="handed to the books"):
        do(void_invoice, world["Fred"], invoice.id, reason="Wrong")


def test_a_change_in_an_exported_period_is_told_and_codes_are_the_firms_own(world, clock):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    with db.unit_of_work() as session:
        session.add(LedgerAccount(key="receivable", code="2000", name="Forderungen"))
    clock.forward(days=1)
    made = do(export_ledger, world["Fred"], first_on=MON, last_on=TODAY, format="hledger")
    assert b"assets:2000 Forderungen" in read_export(world["Fred"], made.id)[1]
    pay(world, invoice, 100)
    with pytest.raises(Conflict, match="has changed"):
        read_export(world["Fred"], made.id)


def test_an_export_asks_for_a_period_that_is_over_and_for_the_right(world):
    with pytest.raises(Invalid, match="is over"):
        do(export_ledger, world["Fred"], first_on=MON, last_on=TODAY, format="hledger")
    with pytest.raises(Invalid, match="before it begins"):
        do(export_ledger, world["Fred"], first_on=TODAY, last_on=MON, format="hledger")
    with pytest.raises(Conflict, match="Nothing happened"):
        do(export_ledger, world["Fred"], first_on=date(2020, 1, 1), last_on=date(2020, 1, 31), format="xero")
    with pytest.raises(Forbidden):
        do(export_ledger, world["Lea"], first_on=MON, last_on=MON, format="hledger")
    assert rows(LedgerExport) == []


def test_what_the_owner_books_after_the_close_leaves_the_closed_period_as_it_was(world, clock):
    """Its document keeps its day; the ledger carries it on the first open one, and says of which it is."""
    world.worked("Ann", "Build", MON, 60)
    first = issued(world)
    clock.forward(days=8)
    period = {"first_on": date(2026, 11, 1), "last_on": date(2026, 11, 30), "format": "hledger"}
    made = do(export_ledger, world["Fred"], **period)
    before = read_export(world["Fred"], made.id)
    do(close_books, world["Fred"], through=date(2026, 11, 30))
    late = {"amount": Money(1_000, "EUR"), "received_on": date(2026, 11, 25)}
    with pytest.raises(Invalid, match=r"closed up to 2026-11-30. Choose a later day.$"):
        do(record_payment, world["Fred"], first.id, **late, past_lock_reason="The bank was late")
    with pytest.raises(Invalid, match="Give a reason"):
        do(record_payment, world["Olga"], first.id, **late)
    paid = do(record_payment, world["Olga"], first.id, **late, past_lock_reason="The bank was late")
    line_id = rows(InvoiceLine, invoice_id=first.id)[0].id
    given = {"lines": (CreditLine(line_id, minutes=15),), "reason": "Late"}
    day = date(2026, 11, 28)
    why = "Agreed before the close"
    note = do(credit_invoice, world["Olga"], first.id, issued_on=day, past_lock_reason=why, **given)
    world.worked("Ann", "Build", TUE, 30)
    draft = do(draft_invoice, world["Olga"], account_id=world.clients["Northwind"], until=TUE)
    second = do(issue_invoice, world["Olga"], draft.id, issued_on=day, past_lock_reason="Forgotten")
    assert (note.issued_on, second.issued_on, paid.received_on) == (day, day, date(2026, 11, 25))
    assert read_export(world["Fred"], made.id) == before
    assert do(export_ledger, world["Fred"], **period).digest == made.digest
    texts = [one.text for one in ask(books, date(2026, 12, 1), date(2026, 12, 1)).entries]
    assert {"Credit note of 2026-11-28", "Invoice of 2026-11-28", "Transfer of 2026-11-25"} <= set(texts)
    kept = [one for one in rows(History, kind="firm") if one.verb == "booked after the close"]
    assert [one.reason for one in kept] == ["The bank was late", why, "Forgotten"]
