"""Fees of retainers and subscriptions come on the draft, each period once, and are freed by a void."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from psa_app import db
from psa_app.errors import Conflict, Invalid
from psa_app.models import BilledPeriod, Invoice, InvoiceLine, Sow
from psa_app.queries.contracts.paper import sow_paper
from psa_app.queries.invoices.preview import preview_draft
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from tests.support.books import check_books
from tests.support.world import MON, World, ask, do, rows, sign

HEAD = Head("Care of the shop", date(2026, 8, 31))
CARE = LineInput(
    "Care", "retainer", value=Money(240_000, "EUR"), period_minutes=1_200, approval="lead", periods=12
)
HOSTING = LineInput("Hosting", "subscription", value=Money(31_000, "EUR"))


def signed(world: World, *lines: LineInput, head: Head = HEAD) -> int:
    with db.unit_of_work() as session:
        return sign(session, world, "Northwind", "Nina", head, lines)


def draft(world: World, until: date, **given: Any) -> Invoice:
    return do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until, **given)


def printed(invoice: Invoice) -> list[tuple[str, str, str, int]]:
    found = sorted(rows(InvoiceLine, invoice_id=invoice.id), key=lambda line: line.position)
    return [(one.kind, one.description, one.detail, one.net_minor) for one in found]


def test_each_missed_period_is_billed_once_on_its_days(world):
    signed(world, CARE)
    first = draft(world, date(2026, 10, 30))
    assert printed(first) == [
        ("retainer", "Care", "31 Aug – 29 Sep 2026", 240_000),
        ("retainer", "Care", "30 Sep – 30 Oct 2026", 240_000),
    ]
    assert (first.service_from, first.service_to) == (date(2026, 8, 31), date(2026, 10, 30))
    with pytest.raises(Conflict, match="already on draft"):
        draft(world, date(2026, 10, 30))
    assert [detail for _, _, detail, _ in printed(draft(world, date(2026, 11, 29)))] == [
        "31 Oct – 29 Nov 2026"
    ]
    assert [one.number for one in rows(BilledPeriod)] == [1, 2, 3]
    check_books()


def test_in_arrears_a_period_is_billed_on_its_last_day(world):
    signed(world, replace(HOSTING, billed_in="arrears"), head=replace(HEAD, starts_on=date(2026, 9, 1)))
    with pytest.raises(Conflict, match="Nothing is open"):
        draft(world, date(2026, 9, 29))
    assert printed(draft(world, date(2026, 10, 30))) == [("subscription", "Hosting", "1–30 Sep 2026", 31_000)]


def test_counted_by_the_calendar_the_first_and_last_part_are_billed_by_days(world):
    line = replace(HOSTING, counted_from="calendar")
    signed(world, line, head=replace(HEAD, starts_on=date(2026, 8, 12), ends_on=date(2026, 10, 10)))
    assert printed(draft(world, date(2027, 3, 1))) == [
        ("subscription", "Hosting", "12–31 Aug 2026, 20 of 31 days", 20_000),
        ("subscription", "Hosting", "1–30 Sep 2026", 31_000),
        ("subscription", "Hosting", "1–10 Oct 2026, 10 of 31 days", 10_000),
    ]


def test_a_trial_costs_nothing_and_the_first_period_begins_after_it(world):
    signed(world, replace(HOSTING, trial_days=30), head=replace(HEAD, starts_on=date(2026, 9, 1)))
    with pytest.raises(Conflict, match="Nothing is open"):
        draft(world, date(2026, 9, 30))
    assert printed(draft(world, date(2026, 10, 1))) == [("subscription", "Hosting", "1–31 Oct 2026", 31_000)]


def test_fees_of_periods_stand_before_hours_and_can_be_left_out(world):
    signed(world, HOSTING)
    world.worked("Ann", "Build", MON, 60)
    assert [line[0] for line in printed(draft(world, MON, include=("time",)))] == ["time"]
    world.worked("Ann", "Build", MON, 30)
    seen = ask(preview_draft, world["Fred"], account_id=world.clients["Northwind"], until=date(2026, 9, 30))
    assert seen.lines == (
        "Hosting, 31 Aug – 29 Sep 2026: €310.00",
        "Hosting, 30 Sep – 30 Oct 2026: €310.00",
    )
    both = draft(world, date(2026, 11, 30))
    assert [line[0] for line in printed(both)] == ["subscription"] * 4 + ["time"]
    check_books()


def test_a_scope_that_is_not_signed_bills_nothing(world):
    sow_id = signed(world, HOSTING)
    turned(sow_id, status="sent")
    with pytest.raises(Conflict, match="Nothing is open"):
        draft(world, MON)


def test_a_closed_scope_bills_to_its_last_day_and_one_without_end_no_more(world):
    sow_id = signed(world, HOSTING)
    turned(sow_id, status="closed")
    with pytest.raises(Conflict, match="Nothing is open"):
        draft(world, date(2026, 12, 31))
    turned(sow_id, ends_on=date(2026, 9, 29))
    assert len(printed(draft(world, date(2026, 12, 31)))) == 1


def turned(sow_id: int, **changes: Any) -> None:
    with db.unit_of_work() as session:
        session.get_one(Sow, sow_id).sqlmodel_update(changes)


def test_discarding_and_voiding_free_the_periods(world):
    signed(world, CARE)
    thrown = draft(world, date(2026, 9, 29))
    do(discard_draft, world["Fred"], thrown.id)
    assert rows(BilledPeriod) == []
    invoice = draft(world, date(2026, 9, 29))
    do(issue_invoice, world["Fred"], invoice.id)
    do(void_invoice, world["Fred"], invoice.id, reason="Wrong address")
    assert [one.released_at is not None for one in rows(BilledPeriod)] == [True]
    again = draft(world, date(2026, 9, 29))
    assert printed(again) == printed(invoice)
    assert [one.released_at is not None for one in rows(BilledPeriod)] == [True, False]
    check_books()


def test_the_database_refuses_a_period_twice(world):
    signed(world, CARE)
    draft(world, date(2026, 9, 29))
    (one,) = rows(BilledPeriod)
    with pytest.raises(IntegrityError), db.unit_of_work() as session:
        session.add(BilledPeriod(**one.model_dump(exclude={"id"})))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"billed_in": "never"}, "billed_in"),
        ({"counted_from": "birth"}, "counted_from"),
        ({"trial_days": -1}, "trial_days"),
        ({"trial_days": 400}, "trial_days"),
    ],
)
def test_what_periods_cannot_be_is_said_beside_its_field(world, changes, field):
    with pytest.raises(Invalid) as error:
        signed(world, replace(HOSTING, **changes))
    assert error.value.field == f"lines.0.{field}"


def test_the_paper_says_when_a_period_is_billed(world):
    sow_id = signed(world, replace(HOSTING, billed_in="arrears", counted_from="calendar", trial_days=14))
    with db.reading() as session:
        paper = sow_paper(session, session.get_one(Sow, sow_id))
    told = str(paper)
    assert "Each month is billed when it is over." in told
    assert "A month is that of the calendar" in told
    assert "Nothing is due for the first 14 days." in told


def test_a_credit_frees_a_period_whole_and_one_written_off_stays_billed(world):
    signed(world, CARE)
    invoice = do(issue_invoice, world["Fred"], draft(world, date(2026, 10, 30)).id)
    september, october = rows(InvoiceLine, invoice_id=invoice.id)
    credit = {"reason": "Paused"}
    part = CreditLine(september.id, amount=Money(100, "EUR"), release=True)
    with pytest.raises(Invalid, match="only as a whole"):
        do(credit_invoice, world["Fred"], invoice.id, lines=(part,), **credit)
    lines = (CreditLine(september.id, release=True), CreditLine(october.id))
    do(credit_invoice, world["Fred"], invoice.id, lines=lines, **credit)
    assert [one.released_at is not None for one in rows(BilledPeriod)] == [True, False]
    assert printed(draft(world, date(2026, 10, 30))) == [
        ("retainer", "Care", "31 Aug – 29 Sep 2026", 240_000)
    ]
    check_books()
