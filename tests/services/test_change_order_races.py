"""Two answer change orders at once, or plan while one is signed: it moves once, and no change is lost."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.errors import NotFound, Stale
from psa_app.models import Booking, ChangeOrder, History, Person
from psa_app.services.contracts.change_orders import withdraw_change_order
from psa_app.services.planning.book import change_booking, create_booking, delete_booking
from psa_app.services.projects.make import make_project_from_sow
from tests.services.contract_world import Firm, a_signed, make_firm, signatures
from tests.services.test_change_orders import accept, lines, order_of, sent
from tests.services.test_contracts_races import at_once
from tests.services.time_world import do, race


@pytest.fixture
def firm(own_database: Any, clock: Any) -> Firm:
    with db.unit_of_work() as session:
        return make_firm(session)


def test_of_two_orders_signed_at_once_the_second_is_asked_for_anew(firm: Firm) -> None:
    sow_id = a_signed(firm)
    line = lines(sow_id)[0].id
    both = [sent(firm, sow_id, {"kind": "cap", "line_id": line, "to": to}) for to in (7_000_000, 8_000_000)]
    refused = at_once(lambda: accept(firm, "Nora", both[0]), lambda: accept(firm, "Nora", both[1]))
    assert len(refused) == 1
    assert "has changed" in refused[0]
    won = [order_of(one).status for one in both].index("signed")
    assert lines(sow_id)[0].cap_minor == (7_000_000, 8_000_000)[won]


def test_an_order_signed_while_it_is_withdrawn_has_one_winner(firm: Firm) -> None:
    sow_id = a_signed(firm)
    order_id = sent(firm, sow_id)
    refused = at_once(
        lambda: accept(firm, "Nora", order_id), lambda: do(withdraw_change_order, firm["Olga"], order_id)
    )
    assert len(refused) == 1
    signed = len(signatures("change_order", order_id)) == 2
    assert order_of(order_id).status == ("signed" if signed else "withdrawn")
    assert lines(sow_id)[0].cap_minor == (7_000_000 if signed else 6_000_000)


END = date(2027, 2, 26)  # a Friday
FIRST, LAST = date(2027, 2, 22), date(2027, 3, 5)


def planned(firm: Firm) -> tuple[int, int, int]:
    """A booking of two weeks, of which an order that waits for its signature cuts the second; its project."""
    sow_id = a_signed(firm)
    project_id = int(do(make_project_from_sow, firm["Olga"], sow_id).id)
    with db.reading() as session:
        person_id = session.exec(select(Person.id)).first()
    days: Any = {"starts_on": FIRST, "ends_on": LAST}
    made = do(create_booking, firm["Olga"], project_id=project_id, person_id=person_id, **days)
    return sent(firm, sow_id, {"kind": "end", "to": END.isoformat()}), int(made.id), project_id


def booking(booking_id: int) -> Booking | None:
    with db.reading() as session:
        return session.get(Booking, booking_id)


def told(booking_id: int) -> list[str]:
    with db.reading() as session:
        lines = select(History).where(History.kind == "booking", History.record_id == booking_id)
        return [one.verb for one in session.exec(lines.order_by(col(History.id)))]


def test_a_booking_that_is_stretched_while_the_order_is_signed_keeps_the_order_s_end(firm: Firm) -> None:
    order_id, booking_id, _ = planned(firm)
    given: Any = {"version": 1, "ends_on": date(2027, 3, 12), "percent": 50}
    signed, changed = race(
        lambda: accept(firm, "Nora", order_id),
        lambda: do(change_booking, firm["Olga"], booking_id, **given),
    )
    assert isinstance(signed, ChangeOrder)
    found = booking(booking_id)
    assert found is not None
    late = isinstance(changed, Stale)
    assert (found.ends_on, found.percent) == (END, 100 if late else 50)
    assert told(booking_id) == ["created", "changed"] if late else ["created", "changed", "changed"]


def test_a_booking_that_is_deleted_while_the_order_is_signed_is_gone_and_told_once(firm: Firm) -> None:
    order_id, booking_id, _ = planned(firm)
    signed, gone = race(
        lambda: accept(firm, "Nora", order_id), lambda: do(delete_booking, firm["Olga"], booking_id)
    )
    assert (isinstance(signed, ChangeOrder), gone, booking(booking_id)) == (True, None, None)
    assert told(booking_id)[-1] == "deleted"
    assert told(booking_id).count("deleted") == 1


def test_a_booking_that_falls_away_whole_while_it_is_edited_is_not_written_back(firm: Firm) -> None:
    order_id, booking_id, project_id = planned(firm)
    days: Any = {"starts_on": date(2027, 3, 1), "ends_on": LAST}
    do(change_booking, firm["Olga"], booking_id, version=1, **days)
    signed, changed = race(
        lambda: accept(firm, "Nora", order_id),
        lambda: do(change_booking, firm["Olga"], booking_id, version=2, note="Later"),
    )
    assert (isinstance(signed, ChangeOrder), booking(booking_id)) == (True, None)
    assert isinstance(changed, (Booking, NotFound))
    assert told(booking_id)[-1] == "deleted"
    assert project_id
