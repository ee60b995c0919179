"""What is not paid for, and recurring revenue: each figure with its rows, for owner and finance."""

from datetime import date
from typing import Any

import pytest

from psa_app.errors import Forbidden, Invalid
from psa_app.models import InvoiceLine
from psa_app.queries.leakage import leakage
from psa_app.queries.report_sheets import leakage_sheet, months_asked, mrr_sheet
from psa_app.queries.subscriptions.months import mrr_months
from psa_app.rules.leakage import Cause
from psa_app.rules.money import Money
from psa_app.services.invoices.amounts import set_discount, write_line
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from tests.services.retainer_world import begun
from tests.support.prepared import prepared
from tests.support.world import MON, TUE, World, ask, do, make_world, rows

TODAY = date(2026, 11, 23)
world = prepared(make_world, only_sqlite=True)


def draft(world: World) -> int:
    account_id = world.clients["Northwind"]
    return int(do(draft_invoice, world["Fred"], account_id=account_id, until=TODAY, grouping="person").id)


def lines(invoice_id: int) -> list[int]:
    return [int(one.id) for one in rows(InvoiceLine, invoice_id=invoice_id, kind="time")]


def lost(world: World, cause: Cause) -> list[tuple[Any, ...]]:
    found = ask(leakage, world["Fred"], from_month=202601, to_month=202611)
    return [(one.person, one.amount, one.seconds, one.reason) for one in found if one.cause is cause]


def test_what_an_issued_invoice_was_written_down_and_discounted_by_is_told_with_its_reason(
    world: World,
) -> None:
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Build", TUE, 120)
    made = draft(world)
    off: Any = {"line_id": lines(made)[0], "amount": Money(30_000, "EUR"), "reason": "Slower than said"}
    do(write_line, world["Fred"], made, **off)
    do(set_discount, world["Fred"], made, percent_ppm=100_000)
    assert lost(world, Cause.written_down) == []  # a draft
    do(issue_invoice, world["Fred"], made)
    assert sum(one[1] for one in lost(world, Cause.written_down)) == 6_000
    assert {one[3] for one in lost(world, Cause.written_down)} == {"Slower than said"}
    assert [one[1] for one in lost(world, Cause.discount)] == [3_000]


def test_hours_that_nobody_is_billed_are_told(world: World) -> None:
    world.worked("Ann", "Build", MON, 60)
    made = draft(world)
    do(issue_invoice, world["Fred"], made)
    credit = [CreditLine(line_id=lines(made)[0], release=False)]
    do(credit_invoice, world["Fred"], made, lines=credit, reason="Goodwill")
    world.worked("Ann", "Travel", TUE, 30)
    assert [one[1:] for one in lost(world, Cause.written_off)] == [(12_000, 3600, "Goodwill")]
    assert [one[1:3] for one in lost(world, Cause.not_billable)] == [(0, 1800)]


def test_recurring_revenue_is_new_once_and_then_moves(world: World) -> None:
    line_id = begun(world)
    found = ask(mrr_months, world["Fred"], 4)
    assert [(one.ends_on.month, one.bridge.new, one.bridge.closing) for one in found] == [
        (8, 0, 0),
        (9, 400_000, 400_000),
        (10, 0, 400_000),
        (11, 0, 400_000),
    ]
    assert [(one.line_id, one.before, one.after) for one in found[1].lines] == [(line_id, 0, 400_000)]


def test_reports_are_for_owner_and_finance_and_their_files_hold_the_rows(world: World) -> None:
    begun(world)
    for name in ("Lea", "Ann", "Nina"):
        for report in (leakage_sheet, mrr_sheet):
            with pytest.raises(Forbidden):
                ask(report, world[name], 3)
    assert [row[5] for row in ask(mrr_sheet, world["Olga"], 2).rows] == ["4000.00", "4000.00"]
    assert (months_asked(""), months_asked("24")) == (12, 24)
    for wrong in ("0", "37", "x", "٣"):
        with pytest.raises(Invalid, match="1 to 36"):
            months_asked(wrong)
