"""Bank statements taken in, and what their lines pay: once each, and by a person's word when in doubt."""

from datetime import date

import pytest

from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.models import (
    Allocation,
    BankAccount,
    BankLine,
    BankStatement,
    Invoice,
    Outbox,
    Payment,
    PaymentFact,
)
from psa_app.queries.bank.matches import open_books
from psa_app.queries.invoices.credit import client_credit
from psa_app.rules.money import Money
from psa_app.services.bank.decide import (
    Booked,
    PartIn,
    book_certain,
    book_line,
    credit_line,
    ignore_line,
    link_line,
    take_back_by_line,
    undo_line,
)
from psa_app.services.bank.take import Asked, Taken, take_statements
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.payments.settle import open_amount
from tests.formats.statement_files import camt, detail, entry, statement
from tests.support.books import check_books
from tests.support.world import IBAN, MON, TUE, World, ask, do, past, row, rows

TODAY = date(2026, 11, 23)
NORTHWINDS = "DE89370400440532013000"


def issued(world: World, day: date = MON, client: str = "Northwind", task: str = "Build") -> Invoice:
    world.worked("Ann", task, day, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients[client], until=TODAY)
    return do(issue_invoice, world["Fred"], draft.id)


def take(world: World, data: bytes, **asked) -> Taken:
    if not data.startswith(b"<"):
        (ours,) = rows(BankAccount, iban=IBAN)
        asked = {"bank_account_id": ours.id} | asked
    return do(take_statements, world["Fred"], data, "november.xml", Asked(**asked))


def came(world: World, amount: str, text: str = "", **more) -> BankLine:
    """One line of money, taken in; the statement balances."""
    ref = f"B{len(rows(BankLine))}"
    line = entry(amount, detail(text, **more), ref=ref, day="2026-11-23")
    take(world, camt(statement([line], opening="0.00", closing=amount, iban=IBAN)))
    return rows(BankLine)[-1]


def part(invoice: Invoice, amount: int) -> PartIn:
    return PartIn(int(invoice.id or 0), Money(amount, invoice.currency))


def left(invoice: Invoice) -> int:
    return int(ask(open_amount, row(Invoice, invoice.id)))


def grade(line: BankLine) -> str:
    return str(ask(open_books, TODAY).match(row(BankLine, line.id)).grade)


def sure(world: World, *lines: BankLine) -> Booked:
    return do(book_certain, world["Fred"], line_ids=[line.id for line in lines])


def test_a_line_that_names_its_invoice_to_the_cent_is_booked_at_one_press(world):
    invoice = issued(world)
    line = came(world, "144.00", f"Invoice {invoice.number}", name="Northwind", iban=NORTHWINDS)
    assert grade(line) == "certain"
    assert sure(world, line) == Booked(1, 0)
    (payment,) = rows(Payment)
    assert (payment.amount_minor, payment.method, payment.received_on) == (14_400, "bank_transfer", TODAY)
    assert (left(invoice), row(BankLine, line.id).payment_id) == (0, payment.id)
    assert past("bank_line", line.id) == ["booked"]
    assert sure(world, line) == Booked(0, 1)
    assert len(rows(Payment)) == 1
    check_books()


def test_two_lines_that_name_the_same_invoice_pay_it_once(world):
    invoice = issued(world)
    lines = [came(world, "144.00", invoice.number), came(world, "144.00", invoice.number)]
    assert sure(world, *lines) == Booked(1, 1)
    assert (left(invoice), grade(lines[1])) == (0, "none")


def test_a_doubtful_line_is_not_booked_at_one_press(world):
    invoice = issued(world)
    line = came(world, "140.00", invoice.number)
    assert sure(world, line) == Booked(0, 1)
    assert left(invoice) == 14_400


def test_the_same_file_again_and_an_overlapping_one_bring_no_line_twice(world):
    first, second, third = (entry("5.00", detail(text), ref=text, day="2026-11-20") for text in "abc")
    one = camt(statement([first, second], opening="0.00", closing="10.00", iban=IBAN))
    assert (take(world, one).new, take(world, one).known) == (2, 2)
    assert len(rows(BankStatement)) == 1
    more = camt(statement([second, third], opening="5.00", closing="15.00", iban=IBAN, number="18"))
    taken = take(world, more)
    assert (taken.new, taken.known, len(rows(BankLine))) == (1, 1, 3)


def test_two_equal_transfers_of_one_day_are_two_lines_and_stay_two(world):
    data = b"Date,Amount,Text\n2026-11-20,5.00,a\n2026-11-20,5.00,a\n"
    assert (take(world, data).new, take(world, data).new, len(rows(BankLine))) == (2, 0, 2)


def test_a_line_that_another_kind_of_file_may_have_brought_is_never_certain(world):
    invoice = issued(world)
    came(world, "144.00", invoice.number)
    take(world, f"Date,Amount,Text\n2026-11-23,144.00,{invoice.number}\n".encode())
    known, again = rows(BankLine)
    assert (known.is_twin, again.is_twin) == (False, True)
    assert (grade(known), grade(again)) == ("certain", "doubtful")


def test_a_statement_that_does_not_balance_is_taken_only_with_a_reason(world):
    torn = camt(statement([entry("5.00")], opening="0.00", closing="7.00", iban=IBAN))
    with pytest.raises(Conflict, match=r"Statement 17 does not balance.*2\.00 is missing") as caught:
        take(world, torn)
    assert caught.value.field == "gap_reason"
    assert rows(BankLine) == []
    take(world, torn, gap_reason="The bank left a page out")
    (kept,) = rows(BankStatement)
    assert (kept.gap_minor, kept.gap_reason) == (200, "The bank left a page out")


@pytest.mark.parametrize(
    ("data", "asked", "field", "sentence"),
    [
        (camt(statement([], iban="AT483200000012345864")), {}, "bank_account_id", "none of the firm's"),
        (b"Date,Amount\n2026-11-20,5\n", {"bank_account_id": 999}, "bank_account_id", "Choose one"),
        (
            camt(statement([entry("0.00", day="2027-01-01")], iban=IBAN)),
            {},
            "file",
            "booked in the future",
        ),
        (b"Date,Amount (USD)\n2026-11-20,5\n", {}, "file", "not in EUR"),
    ],
)
def test_a_file_of_another_account_or_day_is_refused_whole(world, data, asked, field, sentence):
    with pytest.raises(Invalid, match=sentence) as caught:
        take(world, data, **asked)
    assert (caught.value.field, rows(BankLine)) == (field, [])


def test_money_out_is_kept_and_not_decided(world):
    issued(world)
    lines = [entry("9.00", detail("rent"), side="DBIT", day="2026-11-20")]
    taken = take(world, camt(statement(lines, opening="9.00", closing="0.00", iban=IBAN)))
    (line,) = rows(BankLine)
    assert (taken.outgoing, line.status, line.amount_minor) == (1, "outgoing", -900)
    with pytest.raises(Conflict, match="money that went out"):
        do(ignore_line, world["Fred"], line.id, reason="no")


def test_a_line_is_split_over_several_invoices_and_the_rest_is_credit(world):
    first, second = issued(world), issued(world, TUE)
    line = came(world, "300.00")
    do(book_line, world["Fred"], line.id, parts=[part(first, 14_400), part(second, 14_000)])
    assert (left(first), left(second)) == (0, 400)
    assert ask(client_credit, world["Fred"], world.clients["Northwind"]) == (Money(1_600, "EUR"),)
    assert [one.amount_minor for one in rows(Allocation)] == [14_400, 14_000]
    mails = [one.payload for one in rows(Outbox) if "payment_received" in str(one.payload)]
    assert len(mails) == 1
    assert f"{first.number}, {second.number}" in str(mails[0])
    check_books()


@pytest.mark.parametrize("kind", ["bank_charge", "discount", "withholding"])
def test_what_never_comes_settles_the_invoice_and_is_booked_as_what_it_is(world, kind):
    invoice = issued(world)
    line = came(world, "141.50", invoice.number)
    do(book_line, world["Fred"], line.id, parts=[part(invoice, 14_150)], short_kind=kind)
    assert left(invoice) == 0
    assert [(one.kind, one.amount_minor) for one in rows(PaymentFact)] == [("transfer", 14_150), (kind, 250)]
    assert (rows(Payment)[0].amount_minor, rows(Payment)[0].note[:8]) == (14_150, "2.50 EUR")
    do(undo_line, world["Fred"], line.id)
    assert left(invoice) == 14_400
    check_books()


def test_money_without_an_invoice_becomes_credit_on_account_and_can_be_undone(world):
    line = came(world, "50.00", "Deposit")
    do(credit_line, world["Fred"], line.id, account_id=world.clients["Northwind"])
    assert ask(client_credit, world["Fred"], world.clients["Northwind"]) == (Money(5_000, "EUR"),)
    do(undo_line, world["Fred"], line.id, reason="Wrong client")
    assert ask(client_credit, world["Fred"], world.clients["Northwind"]) == ()
    assert row(BankLine, line.id).status == "open"


def test_a_line_undone_can_be_booked_again(world):
    invoice = issued(world)
    line = came(world, "144.00", invoice.number)
    sure(world, line)
    do(undo_line, world["Fred"], line.id)
    assert (left(invoice), grade(line)) == (14_400, "certain")
    sure(world, line)
    assert left(invoice) == 0
    assert past("bank_line", line.id) == ["booked", "opened again", "booked"]
    check_books()


def test_a_line_that_someone_recorded_by_hand_is_linked_and_not_booked_again(world):
    invoice = issued(world)
    paid = do(record_payment, world["Fred"], invoice.id, amount=Money(14_400, "EUR"), received_on=TODAY)
    line = came(world, "144.00", invoice.number)
    do(link_line, world["Fred"], line.id, payment_id=paid.id)
    assert (len(rows(Payment)), row(BankLine, line.id).status) == (1, "booked")
    other = came(world, "144.00", invoice.number)
    with pytest.raises(Conflict, match="already"):
        do(link_line, world["Fred"], other.id, payment_id=paid.id)
    do(undo_line, world["Fred"], line.id)
    assert left(invoice) == 0


def test_what_the_bank_takes_back_opens_the_invoice_again(world):
    invoice = issued(world)
    line = came(world, "144.00", invoice.number)
    sure(world, line)
    gone = entry("144.00", side="DBIT", day="2026-11-23", ref="R1", extra="<RvslInd>true</RvslInd>")
    take(world, camt(statement([gone], opening="144.00", closing="0.00", iban=IBAN)))
    back = rows(BankLine)[-1]
    assert (back.status, grade(back)) == ("open", "none")
    do(take_back_by_line, world["Fred"], back.id, payment_id=rows(Payment)[0].id)
    assert left(invoice) == 14_400
    check_books()


def test_what_does_not_fit_is_refused_and_nothing_is_written(world):
    mine, theirs = issued(world), issued(world, TUE, "Kestrel", "Advise")
    line = came(world, "100.00")

    def refused(sentence: str, parts: list[PartIn], **more) -> None:
        with pytest.raises((Invalid, Conflict), match=sentence):
            do(book_line, world["Fred"], line.id, parts=parts, **more)

    refused("Say which invoice", [])
    refused("once", [part(mine, 10), part(mine, 10)])
    refused("above zero", [part(mine, 0)])
    refused("up to what is open", [part(mine, 14_401)])
    refused("more than what came", [part(mine, 14_400)])
    refused("several clients", [part(mine, 10), part(theirs, 10)])
    refused("is in USD", [PartIn(theirs.id, Money(10, "EUR"))])
    refused("use up the money", [part(mine, 9_000)], short_kind="discount")
    assert rows(Payment) == []
    assert row(BankLine, line.id).status == "open"


def test_an_ignored_line_keeps_its_reason_and_is_not_booked(world):
    invoice = issued(world)
    line = came(world, "144.00", invoice.number)
    do(ignore_line, world["Fred"], line.id, reason="Our own transfer")
    assert sure(world, line) == Booked(0, 1)
    with pytest.raises(Conflict, match="decided about this line"):
        do(book_line, world["Fred"], line.id, parts=[part(invoice, 14_400)])
    assert row(BankLine, line.id).reason == "Our own transfer"


def test_the_account_that_a_client_paid_from_is_known_the_next_time(world):
    first = issued(world)
    sure(world, came(world, "144.00", first.number, name="N. Holding", iban=NORTHWINDS))
    second = issued(world, TUE)
    line = came(world, "144.00", "November", name="N. Holding", iban=NORTHWINDS)
    found = ask(open_books, TODAY).match(line)
    assert (found.grade, found.candidates[0].parts) == ("likely", ((second.id, 14_400),))
    assert "came from an account that this client paid from before" in found.candidates[0].reasons


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_those_who_record_payments_touch_the_bank(world, who):
    line = came(world, "5.00")
    with pytest.raises(Forbidden):
        do(take_statements, world[who], b"Date,Amount\n", "a.csv", Asked())
    with pytest.raises(Forbidden):
        do(credit_line, world[who], line.id, account_id=world.clients["Northwind"])
    with pytest.raises(Forbidden):
        do(book_certain, world[who], line_ids=[line.id])
