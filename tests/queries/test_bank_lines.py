"""What the bank page shows: the surest lines first, and what one line may pay."""

import pytest

from psa_app.errors import Forbidden, NotFound
from psa_app.queries.bank.lines import bank_page, line_to_decide
from psa_app.services.bank.decide import book_certain, ignore_line
from tests.services.test_bank import came, issued
from tests.support.world import TUE, World, ask, do


def grades(world: World) -> list[str]:
    return [one.match.grade for one in ask(bank_page, world["Fred"]).rows]


def test_open_lines_come_the_surest_first_and_certain_ones_are_named(world):
    first, second = issued(world), issued(world, TUE)
    came(world, "7.00", "Lottery")
    short = came(world, "140.00", first.number)
    sure = came(world, "144.00", second.number, name="Northwind")
    page = ask(bank_page, world["Fred"])
    assert [one.match.grade for one in page.rows] == ["certain", "likely", "none"]
    assert (page.certain, page.counts["open"]) == ((sure.id,), 3)
    assert (page.rows[0].client, page.rows[0].invoice) == ("Northwind", second.number)
    found = ask(bank_page, world["Fred"], search="lottery")
    assert [one.line.text for one in found.rows] == ["Lottery"]
    one = ask(line_to_decide, world["Fred"], short.id)
    assert one.match.candidates[0].short == 400
    assert {invoice.number for invoice in one.invoices} == {first.number, second.number}


def test_decided_lines_stand_in_views_of_their_own(world):
    invoice = issued(world)
    sure, other = came(world, "144.00", invoice.number), came(world, "5.00")
    do(book_certain, world["Fred"], line_ids=[sure.id])
    do(ignore_line, world["Fred"], other.id, reason="A gift")
    (booked,) = ask(bank_page, world["Fred"], view="booked").rows
    assert (booked.client, booked.invoice) == ("Northwind", invoice.number)
    (ignored,) = ask(bank_page, world["Fred"], view="ignored").rows
    assert ignored.line.reason == "A gift"
    assert grades(world) == []


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_those_who_record_payments_see_the_bank(world, who):
    line = came(world, "5.00")
    with pytest.raises(Forbidden):
        ask(bank_page, world[who])
    with pytest.raises((Forbidden, NotFound)):
        ask(line_to_decide, world[who], line.id)
