"""Credit notes: what is given back, what becomes of the work, the money and the books."""

import json
from datetime import date

import pytest

from psa_app import db
from psa_app.access import ROLES, system
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import (
    Allocation,
    BilledMilestone,
    BilledTime,
    Firm,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    NumberSeries,
    Outbox,
    Payment,
    TimeEntry,
)
from psa_app.queries.conservation import conservation
from psa_app.queries.invoices.credit import client_credit
from psa_app.queries.invoices.credited import creditable
from psa_app.queries.invoices.listing import invoice_page
from psa_app.queries.invoices.one import one_invoice
from psa_app.queries.portal.invoice import portal_invoice, portal_invoices
from psa_app.rules.buckets import Bucket
from psa_app.rules.money import Money
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import add_line
from psa_app.services.invoices.issue import issue_invoice, mail_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.ops.verify import check_invoices, check_numbers, check_payments
from psa_app.services.payments.record import record_payment, reverse_payment, use_credit
from psa_app.services.payments.settle import open_amount
from tests.support.books import check_books
from tests.support.world import MON, TUE, World, ask, do, past, row, rows

TODAY = date(2026, 11, 23)


def issued(world: World, client: str = "Northwind") -> Invoice:
    invoice = do(draft_invoice, world["Fred"], account_id=world.clients[client], until=TODAY)
    return do(issue_invoice, world["Fred"], invoice.id)


def lines_of(invoice: Invoice) -> list[InvoiceLine]:
    return rows(InvoiceLine, invoice_id=invoice.id)


def whole(invoice: Invoice, *, release: bool = True) -> tuple[CreditLine, ...]:
    return tuple(CreditLine(line.id, release=release) for line in lines_of(invoice))


def credit(world: World, invoice: Invoice, *lines: CreditLine, **more) -> Invoice:
    values = {"lines": lines, "reason": "Agreed by phone"} | more
    return do(credit_invoice, world["Fred"], invoice.id, **values)


def paid(world: World, invoice: Invoice, amount: int) -> Payment:
    inputs = {"amount": Money(amount, invoice.currency), "received_on": TODAY}
    return do(record_payment, world["Fred"], invoice.id, **inputs)


def in_bucket(bucket: Bucket) -> int:
    return sum(line.buckets[bucket] for line in ask(conservation, system()))


def still_open(invoice: Invoice) -> int:
    return ask(open_amount, row(Invoice, invoice.id))


def test_a_full_credit_mirrors_the_invoice_and_its_work_is_billed_again(world):
    entry = world.worked("Ann", "Build", MON, 50)
    world.worked("Ben", "Design", MON, 20)
    world.accept("Prototype")
    first = issued(world)
    note = credit(world, first, *whole(first))
    assert (note.number, note.kind, note.credits_id) == ("CN-2026-0001", "credit_note", first.id)
    assert (note.net_minor, note.tax_minor, note.total_minor) == (
        first.net_minor,
        first.tax_minor,
        first.total_minor,
    )
    printed = [(one.kind, one.minutes, one.rate_minor, one.net_minor) for one in lines_of(first)]
    assert [(one.kind, one.minutes, one.rate_minor, one.net_minor) for one in lines_of(note)] == printed
    taxes = [
        [
            (one.rate_ppm, one.base_minor, one.tax_minor, one.name)
            for one in rows(InvoiceTax, invoice_id=of.id)
        ]
        for of in (first, note)
    ]
    assert taxes[0] == taxes[1]
    assert still_open(first) == 0
    assert row(TimeEntry, entry).status == "approved"
    assert past("time_entry", entry)[-2:] == ["invoiced", "freed"]
    second = issued(world)
    assert second.total_minor == first.total_minor
    check_books()


def test_what_is_written_off_is_never_billed_again(world):
    entry = world.worked("Ann", "Build", MON, 60)
    first = issued(world)
    credit(world, first, *whole(first, release=False))
    assert in_bucket(Bucket.written_off) == 3_600
    assert in_bucket(Bucket.invoiced) == 0
    assert row(TimeEntry, entry).status == "invoiced"
    with pytest.raises(Conflict):
        issued(world)
    check_books()


def test_part_of_a_line_takes_the_latest_work_and_cuts_the_entry_on_the_boundary(world):
    first_day = world.worked("Ann", "Build", MON, 60)
    second_day = world.worked("Ann", "Build", TUE, 30)
    invoice = issued(world)
    (line,) = lines_of(invoice)
    note = credit(world, invoice, CreditLine(line.id, minutes=45, release=True))
    assert (note.net_minor, lines_of(note)[0].minutes) == (9_000, 45)
    parts = [
        (one.entry_id, one.offset_seconds, one.seconds, one.minutes, one.released_at is not None)
        for one in rows(BilledTime)
    ]
    assert sorted(parts) == [
        (first_day, 0, 2_700, 45, False),
        (first_day, 2_700, 900, 15, True),
        (second_day, 0, 1_800, 30, True),
    ]
    assert [row(TimeEntry, one).status for one in (first_day, second_day)] == ["approved", "approved"]
    again = issued(world)
    assert again.net_minor == note.net_minor
    assert in_bucket(Bucket.invoiced) == 5_400
    check_books()


def test_credits_in_parts_sum_to_the_line_and_nothing_more_can_be_taken(world):
    world.worked("Ben", "Build", MON, 50)  # 50 min at 100.00 are 83.33
    invoice = issued(world)
    (line,) = lines_of(invoice)
    first = credit(world, invoice, CreditLine(line.id, minutes=25))
    second = credit(world, invoice, CreditLine(line.id))
    assert [first.net_minor, second.net_minor] == [4_167, 4_166]
    assert first.total_minor + second.total_minor == invoice.total_minor
    assert [second.number, still_open(invoice)] == ["CN-2026-0002", 0]
    with pytest.raises(Conflict, match="Nothing of this line is left"):
        credit(world, invoice, CreditLine(line.id))
    check_books()


def test_more_than_is_left_is_refused_and_nothing_is_written(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    (line,) = lines_of(invoice)
    credit(world, invoice, CreditLine(line.id, minutes=40))
    with pytest.raises(Invalid, match="More time than is left") as refused:
        credit(world, invoice, CreditLine(line.id, minutes=21))
    assert refused.value.field == "lines.0"
    assert len(rows(Invoice, kind="credit_note")) == 1
    series = rows(NumberSeries, kind="credit_note", sandbox=False)
    assert series[0].next_number == 2
    check_books()


def test_a_milestone_is_released_whole_or_written_off_in_part(world):
    world.accept("Prototype")
    invoice = issued(world)
    (line,) = lines_of(invoice)
    part = Money(100_000, "EUR")
    with pytest.raises(Invalid, match="only as a whole"):
        credit(world, invoice, CreditLine(line.id, amount=part, release=True))
    credit(world, invoice, CreditLine(line.id, amount=part))
    assert [one.released_at for one in rows(BilledMilestone)] == [None]
    with pytest.raises(Invalid, match="only as a whole"):
        credit(world, invoice, CreditLine(line.id, release=True))
    (left,) = ask(creditable, world["Fred"], invoice.id)
    assert (left.left.net, left.can_release) == (200_000, False)
    credit(world, invoice, CreditLine(line.id))
    assert still_open(invoice) == 0
    check_books()


def test_a_released_milestone_can_be_billed_again(world):
    world.accept("Prototype")
    first = issued(world)
    assert [one.can_release for one in ask(creditable, world["Fred"], first.id)] == [True]
    credit(world, first, *whole(first))
    assert issued(world).total_minor == first.total_minor
    check_books()


def test_a_part_credit_lowers_what_is_open_and_a_payment_settles_the_rest(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)  # 120.00 and 20 % tax
    (line,) = lines_of(invoice)
    credit(world, invoice, CreditLine(line.id, minutes=15))
    assert still_open(invoice) == 10_800
    paid(world, invoice, 10_800)
    assert still_open(invoice) == 0
    assert ask(client_credit, world["Fred"], invoice.account_id) == ()
    check_books()


def test_what_was_paid_too_much_is_credit_on_account_and_pays_the_next_invoice(world):
    world.worked("Ann", "Build", MON, 60)
    first = issued(world)
    paid(world, first, 14_400)
    (line,) = lines_of(first)
    credit(world, first, CreditLine(line.id, minutes=30, release=True))
    assert still_open(first) == 0
    assert ask(client_credit, world["Fred"], first.account_id) == (Money(7_200, "EUR"),)
    second = issued(world)
    do(use_credit, world["Fred"], second.id)
    assert still_open(second) == 0
    assert ask(client_credit, world["Fred"], first.account_id) == ()
    check_books()


def test_a_payment_taken_back_after_a_credit_opens_only_the_rest(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    payment = paid(world, invoice, 14_400)
    (line,) = lines_of(invoice)
    credit(world, invoice, CreditLine(line.id, minutes=30))
    do(reverse_payment, world["Fred"], payment.id, reason="Bounced")
    assert still_open(invoice) == 7_200
    check_books()


def test_a_foreign_invoice_is_credited_at_its_own_rate(world):
    world.worked("Ann", "Advise", MON, 60)
    invoice = issued(world, "Kestrel")
    with db.unit_of_work() as session:
        from psa_app.models import ExchangeRate

        session.add(ExchangeRate(currency="USD", day=TODAY, rate_nano=700_000_000))
    note = credit(world, invoice, *whole(invoice))
    assert note.base_rate_nano == invoice.base_rate_nano == 900_000_000
    check_books()


def test_a_deduction_alone_is_no_credit_and_what_it_lowered_goes_with_it(world):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    inputs = {"description": "Rebate", "amount": Money(-2_000, "EUR")}
    do(add_line, world["Fred"], draft.id, **inputs)
    invoice = do(issue_invoice, world["Fred"], draft.id)
    time, rebate = lines_of(invoice)
    with pytest.raises(Invalid, match="less than nothing"):
        credit(world, invoice, CreditLine(rebate.id))
    with pytest.raises(Invalid, match="Credit its deductions as well"):
        credit(world, invoice, CreditLine(time.id))
    assert credit(world, invoice, *whole(invoice)).total_minor == invoice.total_minor
    check_books()


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ((), "at least one line"),
        ((0, 0), "each line once"),
        ((987_654,), "not on the invoice"),
    ],
)
def test_the_lines_of_a_credit_note_are_checked(world, lines, sentence):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    mine = lines_of(invoice)
    asked = [CreditLine(mine[key].id if key < len(mine) else key) for key in lines]
    with pytest.raises(Invalid, match=sentence):
        credit(world, invoice, *asked)


def test_a_credit_note_speaks_the_currency_of_its_invoice_and_gives_a_reason(world):
    world.accept("Prototype")
    invoice = issued(world)
    (line,) = lines_of(invoice)
    with pytest.raises(Invalid, match="in EUR"):
        credit(world, invoice, CreditLine(line.id, amount=Money(100, "USD")))
    with pytest.raises(Invalid) as refused:
        credit(world, invoice, CreditLine(line.id), reason=" ")
    assert refused.value.field == "reason"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 11, 24), "in the future"),
        (date(2026, 11, 21), "Choose that day or a later one"),
        (date(2026, 11, 22), "closed up to 2026-11-22"),
    ],
)
def test_the_day_of_a_credit_note_fits(world, day, sentence):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    invoice = do(issue_invoice, world["Fred"], draft.id, issued_on=date(2026, 11, 22))
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).books_closed_through = date(2026, 11, 22)
    with pytest.raises(Invalid, match=sentence) as refused:
        credit(world, invoice, *whole(invoice), issued_on=day)
    assert refused.value.field == "issued_on"
    assert credit(world, invoice, *whole(invoice)).issued_on == TODAY


def test_only_an_issued_invoice_is_credited_and_a_credited_one_is_not_void(world):
    world.worked("Ann", "Build", MON, 60)
    draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    with pytest.raises(Conflict, match="is a draft"):
        credit(world, draft, *whole(draft))
    invoice = do(issue_invoice, world["Fred"], draft.id)
    note = credit(world, invoice, CreditLine(lines_of(invoice)[0].id, minutes=10))
    with pytest.raises(Conflict, match=r"credited.*Write a credit note instead"):
        do(void_invoice, world["Fred"], invoice.id, reason="x")
    with pytest.raises(Conflict, match="credit note cannot be void"):
        do(void_invoice, world["Fred"], note.id, reason="x")
    with pytest.raises(Conflict, match="Only an invoice can be credited"):
        credit(world, note, *whole(note))
    with pytest.raises(Conflict, match="not paid"):
        paid(world, note, 100)


def test_a_void_invoice_has_nothing_left_to_credit(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    do(void_invoice, world["Fred"], invoice.id, reason="x")
    with pytest.raises(Conflict, match="given back already"):
        credit(world, invoice, *whole(invoice))


def test_the_client_gets_the_credit_note_by_mail_and_reads_it_in_the_portal(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    note = credit(world, invoice, *whole(invoice))
    (mail,) = [json.loads(x.payload) for x in rows(Outbox, kind="mail") if "credit_note_issued" in x.payload]
    assert (mail["to"], mail["attach"]) == (["nina@northwind.example"], {"invoice_pdf": note.id})
    assert (mail["values"]["number"], mail["values"]["amount"]) == (note.number, "€144.00")
    do(mail_invoice, world["Fred"], note.id)
    again = [one for one in rows(Outbox, kind="mail") if "credit_note_issued" in one.payload]
    assert len(again) == 2
    shown = ask(portal_invoice, world["Nina"], note.id)
    assert (shown.paper.title, shown.open, shown.can_pay) == ("Credit note", 0, False)
    assert [(one.number, one.total) for one in ask(portal_invoices, world["Nina"])] == [
        (note.number, -14_400),
        (invoice.number, 14_400),
    ]
    assert [one.minutes for one in shown.hours] == [60]
    with pytest.raises(NotFound):
        ask(portal_invoice, world["Karl"], note.id)


def test_the_page_of_each_tells_of_the_other(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    note = credit(world, invoice, CreditLine(lines_of(invoice)[0].id, minutes=15, release=True))
    shown = ask(one_invoice, world["Fred"], invoice.id)
    assert ([one.number for one in shown.notes], shown.open) == ([note.number], 10_800)
    of_note = ask(one_invoice, world["Fred"], note.id)
    assert of_note.credits is not None
    assert (of_note.credits.number, of_note.open, of_note.billed_minutes) == (invoice.number, 0, 15)
    page = ask(invoice_page, world["Fred"], today=TODAY)
    assert [(one.number, one.total, one.credited) for one in page.rows] == [
        (note.number, -3_600, 0),
        (invoice.number, 14_400, 3_600),
    ]
    assert (page.totals, page.open) == ({"EUR": 10_800}, {"EUR": 10_800})
    assert page.counts["credit"] == 1


@pytest.mark.parametrize("role", ROLES)
def test_who_may_credit(world, role):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    who = {"owner": "Olga", "finance": "Fred", "lead": "Lea", "member": "Ann", "client": "Nina"}[role]
    inputs = {"lines": whole(invoice), "reason": "x"}
    if role in ("owner", "finance"):
        assert do(credit_invoice, world[who], invoice.id, **inputs).number == "CN-2026-0001"
        return
    with pytest.raises(Forbidden):
        do(credit_invoice, world[who], invoice.id, **inputs)


def test_credited_books_verify_and_stand_in_both_histories(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    note = credit(world, invoice, CreditLine(lines_of(invoice)[0].id, minutes=7, release=True))
    for check in (check_invoices, check_payments, check_numbers):
        assert ask(check) >= 0
    assert past("invoice", invoice.id)[-1] == "credited"
    assert past("invoice", note.id) == ["issued"]
    (tie,) = rows(Allocation, credit_id=note.id)
    assert (tie.invoice_id, tie.amount_minor, tie.payment_id) == (invoice.id, note.total_minor, None)
