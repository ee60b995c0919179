"""Half a year of a retainer: hours go over and expire, run out and are billed beyond, are topped up and
adjusted; time comes late, invoices go wrong, and the client can read where each hour went."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from psa_app.access import system
from psa_app.errors import Conflict
from psa_app.models import InvoiceLine, RetainerDraw, RetainerPeriod
from psa_app.queries.retainers.statement import retainer_statement
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.retainers.acts import adjust_retainer, top_up_retainer
from psa_app.services.retainers.close import close_due
from psa_app.services.time.reject import unapprove_entries
from tests.services.retainer_world import CARE, HEAD, begun, worked
from tests.support.books import check_books
from tests.support.world import World, ask, do, rows

pytestmark = pytest.mark.journey
DECEMBER = date(2026, 12, 1)
TERMS = replace(
    CARE, period_minutes=20 * 60, rollover="capped", rollover_cap=5 * 60, billed_in="advance", periods=6
)


def test_half_a_year_of_a_retainer(world: World, clock: Any) -> None:
    at(clock, DECEMBER)
    line_id = begun(world, TERMS, replace(HEAD, starts_on=DECEMBER))
    assert bill(world, DECEMBER) == [("retainer", 400_000)]
    worked(world, date(2026, 12, 2), 12)
    late = world.log("Ben", "Care", date(2026, 12, 31), 120)
    january(world, clock, line_id, late)
    february(world, clock, line_id)
    march(world, clock, line_id)
    the_rest(world, clock, line_id)


def january(world: World, clock: Any, line_id: int, late: int) -> None:
    """December closes five days after its end, for two hours of it still wait: they count in January."""
    at(clock, date(2027, 1, 3))
    assert do(close_due, system(), line_id) == 0
    at(clock, date(2027, 1, 6))
    assert do(close_due, system(), line_id) == 1
    december = closed(line_id, 1)
    assert (december.used, december.left, december.expired) == (720, 300, 180)
    world.approve(late)
    (drawn,) = rows(RetainerDraw, entry_id=late)
    assert (drawn.number, drawn.units, drawn.outcome) == (2, 120, "drawn")
    worked(world, date(2027, 1, 7), 26)
    assert bill(world, date(2027, 1, 6)) == [("retainer", 400_000)]
    check_books()


def february(world: World, clock: Any, line_id: int) -> None:
    """January wanted 28 h of 25: three hours are billed beyond, with the fee of February."""
    at(clock, date(2027, 2, 3))
    assert do(close_due, system(), line_id) == 1
    assert closed(line_id, 2).overage == 180
    assert bill(world, date(2027, 2, 3)) == [("retainer", 400_000), ("time", 45_000)]
    taken = next(one.entry_id for one in rows(RetainerDraw) if one.number == 2)
    with pytest.raises(Conflict, match="counts in a closed period"):
        do(unapprove_entries, world["Olga"], entry_ids=(taken,))
    do(top_up_retainer, world["Fred"], line_id, units=600, price=Money(90_000, "EUR"), periods=2)
    worked(world, date(2027, 2, 10), 28)
    assert {one.outcome for one in rows(RetainerDraw) if one.number == 3} == {"drawn"}
    check_books()


def march(world: World, clock: Any, line_id: int) -> None:
    """What was topped up lasts until March; the invoice of both is voided and drawn up once more."""
    at(clock, date(2027, 3, 1))
    assert do(close_due, system(), line_id) == 1
    february = closed(line_id, 3)
    assert (february.added, february.used, february.left) == (600, 1_680, 120)
    until = date(2027, 3, 1)
    first = draft(world, until)
    assert lines(first.id) == [("retainer", 400_000), ("retainer", 90_000)]
    do(issue_invoice, world["Fred"], first.id)
    do(void_invoice, world["Fred"], first.id, reason="The order number was missing")
    assert bill(world, until) == [("retainer", 400_000), ("retainer", 90_000)]
    do(adjust_retainer, world["Fred"], line_id, units=-60, reason="Agreed on the phone")
    check_books()


def the_rest(world: World, clock: Any, line_id: int) -> None:
    """Nobody works in April; the retainer ends in May, and nothing is left over."""
    at(clock, date(2027, 5, 2))
    assert do(close_due, system(), line_id) == 2
    assert (closed(line_id, 4).taken_back, closed(line_id, 4).left) == (60, 300)
    assert bill(world, date(2027, 5, 2)) == [("retainer", 400_000), ("retainer", 400_000)]
    worked(world, date(2027, 5, 9), 30)
    at(clock, date(2027, 6, 1))
    assert do(close_due, system(), line_id) == 1
    last = closed(line_id, 6)
    assert (last.opening, last.used, last.overage, last.left) == (300, 1_500, 300, 0)
    assert bill(world, date(2027, 5, 31)) == [("time", 75_000)]
    seen = ask(retainer_statement, world["Nina"], line_id, 6)
    assert [one.is_closed for one in seen.periods] == [True] * 6
    assert sum(one.units for one in seen.draws) == 1_800
    check_books()


def at(clock: Any, day: date) -> None:
    clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))


def closed(line_id: int, number: int) -> RetainerPeriod:
    (found,) = rows(RetainerPeriod, sow_line_id=line_id, number=number)
    return found  # type: ignore[no-any-return]


def draft(world: World, until: date) -> Any:
    return do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until)


def lines(invoice_id: int) -> list[tuple[str, int]]:
    found = sorted(rows(InvoiceLine, invoice_id=invoice_id), key=lambda line: line.position)
    return [(line.kind, line.net_minor) for line in found]


def bill(world: World, until: date) -> list[tuple[str, int]]:
    """What stands on the invoice of all that is open up to a day."""
    made = draft(world, until)
    do(issue_invoice, world["Fred"], made.id)
    return lines(made.id)
