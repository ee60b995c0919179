"""Two who act at once: one draft, gapless numbers, one void, no money twice. Real threads, both databases."""

from datetime import date

from psa_app import db
from psa_app.errors import Conflict, PsaError
from psa_app.models import (
    Allocation,
    BilledTime,
    DepositUse,
    Invoice,
    InvoiceLine,
    Payment,
    Sow,
    TimeEntry,
)
from psa_app.rules.money import Money
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.deposits import ask_deposit, give_back_deposit
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments.record import record_payment, use_credit
from psa_app.services.payments.settle import open_amount
from psa_app.services.time.reject import unapprove_entries
from tests.support.books import check_books
from tests.support.prepared import prepared
from tests.support.till import many
from tests.support.world import FRI, MON, THU, TUE, WED, World, ask, do, make_world, row, rows

TODAY = date(2026, 11, 23)


world = prepared(make_world, alone=True)


def draft(world: World, client: str = "Northwind") -> Invoice:
    return do(draft_invoice, world["Fred"], account_id=world.clients[client], until=TODAY)


def errors(answers: list) -> list:
    return [one for one in answers if isinstance(one, Exception)]


def test_two_drafts_at_once_are_one_invoice(world):
    for day in (MON, TUE, WED):
        world.worked("Ann", "Build", day, 60)
    answers = many(4, lambda: draft(world))
    assert [type(one) for one in errors(answers)] == [Conflict] * 3
    assert len(rows(Invoice)) == 1
    assert len(rows(BilledTime)) == 3


def test_invoices_issued_at_once_are_numbered_without_a_gap(world):
    drafts = []
    for day in (MON, TUE, WED, THU, FRI):
        world.worked("Ann", "Advise", day, 60)
        drafts.append(draft(world, "Kestrel").id)
    waiting = iter(drafts)
    answers = many(5, lambda: do(issue_invoice, world["Fred"], next(waiting)))
    assert errors(answers) == []
    assert sorted(one.number for one in rows(Invoice)) == [f"INV-2026-{n:04}" for n in range(1, 6)]


def test_two_credits_of_the_same_line_at_once_take_it_once(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = do(issue_invoice, world["Fred"], draft(world).id)
    lines = tuple(CreditLine(one.id, release=True) for one in rows(InvoiceLine, invoice_id=invoice.id))
    asked = {"lines": lines, "reason": "Agreed"}
    answers = many(3, lambda: do(credit_invoice, world["Fred"], invoice.id, **asked))
    assert [type(one) for one in errors(answers)] == [Conflict] * 2
    assert [one.number for one in rows(Invoice, kind="credit_note")] == ["CN-2026-0001"]


def test_one_draft_issued_twice_at_once_gets_one_number(world):
    world.worked("Ann", "Build", MON, 60)
    made = draft(world)
    answers = many(3, lambda: do(issue_invoice, world["Fred"], made.id))
    assert [type(one) for one in errors(answers)] == [Conflict] * 2
    assert row(Invoice, made.id).number == "INV-2026-0001"


def test_time_is_never_both_on_a_draft_and_unapproved(world):
    """Whoever comes first wins; the other is told."""
    entries = [world.worked("Ann", "Build", day, 60) for day in (MON, TUE, WED, THU, FRI)]
    acts = iter(
        (
            lambda: draft(world),
            lambda: do(unapprove_entries, world["Olga"], entry_ids=tuple(entries)),
        )
    )
    answers = many(2, lambda: next(acts)())
    assert len(errors(answers)) == 1
    assert isinstance(errors(answers)[0], PsaError)
    on_draft = {one.entry_id for one in rows(BilledTime)}
    approved = {one.id for one in rows(TimeEntry, status="approved")}
    assert on_draft in (set(), set(entries))
    assert on_draft == approved


def test_a_draft_discarded_and_issued_at_once_ends_as_one_of_them(world):
    world.worked("Ann", "Build", MON, 60)
    made = draft(world)
    acts = iter(
        (
            lambda: do(issue_invoice, world["Fred"], made.id),
            lambda: do(discard_draft, world["Olga"], made.id),
        )
    )
    answers = many(2, lambda: next(acts)())
    assert len(errors(answers)) == 1
    left = rows(Invoice)
    assert len(left) == len(rows(BilledTime)) == (1 if left else 0)


def test_the_same_transfer_recorded_twice_at_once_is_booked_once(world):
    world.worked("Ann", "Build", MON, 60)
    made = do(issue_invoice, world["Fred"], draft(world).id)
    money = {"amount": Money(5_000, "EUR"), "received_on": TODAY, "reference": "R"}
    answers = many(4, lambda: do(record_payment, world["Fred"], made.id, **money))
    assert [type(one) for one in errors(answers)] == [Conflict] * 3
    assert ask(open_amount, row(Invoice, made.id)) == 9_400


def test_payments_at_once_never_settle_more_than_the_invoice(world):
    world.worked("Ann", "Build", MON, 60)
    made = do(issue_invoice, world["Fred"], draft(world).id)
    marks = iter("ABCD")
    answers = many(
        4,
        lambda: do(
            record_payment,
            world["Fred"],
            made.id,
            amount=Money(5_000, "EUR"),
            received_on=TODAY,
            reference=next(marks),
            even_if_known=True,
        ),
    )
    assert errors(answers) == []
    assert len(rows(Payment)) == 4
    assert sum(one.amount_minor for one in rows(Allocation)) == 14_400


def test_an_invoice_voided_and_paid_at_once_is_one_of_them(world):
    world.worked("Ann", "Build", MON, 60)
    made = do(issue_invoice, world["Fred"], draft(world).id)
    acts = iter(
        (
            lambda: do(void_invoice, world["Olga"], made.id, reason="Wrong"),
            lambda: do(record_payment, world["Fred"], made.id, amount=Money(1, "EUR"), received_on=TODAY),
        )
    )
    answers = many(2, lambda: next(acts)())
    assert len(errors(answers)) == 1
    assert (row(Invoice, made.id).status == "void") == (rows(Allocation) == [])


def test_credit_used_twice_at_once_is_used_once(world):
    world.worked("Ann", "Build", MON, 60)
    first = do(issue_invoice, world["Fred"], draft(world).id)
    do(record_payment, world["Fred"], first.id, amount=Money(24_400, "EUR"), received_on=TODAY)
    world.worked("Ann", "Build", TUE, 60)
    second = do(issue_invoice, world["Fred"], draft(world).id)
    answers = many(3, lambda: do(use_credit, world["Fred"], second.id))
    assert len(errors(answers)) == 2
    assert ask(open_amount, row(Invoice, second.id)) == 4_400


def test_a_deposit_is_asked_once_and_either_taken_off_or_given_back(world):
    with db.unit_of_work() as session:
        session.get_one(Sow, world.sows["Northwind"]).deposit_minor = 12_000
    asked = {"account_id": world.clients["Northwind"], "sow_id": world.sows["Northwind"]}
    answers = many(3, lambda: do(ask_deposit, world["Fred"], **asked))
    assert [type(one) for one in errors(answers)] == [Conflict] * 2
    (deposit,) = rows(Invoice)
    do(issue_invoice, world["Fred"], deposit.id)
    how = {"received_on": TODAY, "method": "bank_transfer"}
    do(record_payment, world["Fred"], deposit.id, amount=Money(14_400, "EUR"), **how)
    world.worked("Ann", "Build", MON, 60)
    works = iter(
        (
            lambda: draft(world),
            lambda: do(give_back_deposit, world["Fred"], deposit.id, reason="Not needed"),
        )
    )
    many(2, lambda: next(works)())
    used = sum(one.amount_minor for one in rows(DepositUse))
    credited = sum(one.net_minor for one in rows(Invoice, kind="credit_note"))
    assert sorted((used, credited)) == [0, 12_000]
    check_books()
