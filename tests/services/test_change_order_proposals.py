"""Approved hours beyond a cap, or out of scope, have a change order drafted, once."""

import json
from datetime import date
from typing import Any

import pytest

from psa_app import db
from psa_app.access import system
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.jobs.effects import propose_changes
from psa_app.models import ChangeOrder, Invoice, Outbox, Sow, SowLine, TimeEntry
from psa_app.queries.contracts.extra_hours import scopes_to_look_at
from psa_app.services.contracts.change_orders import (
    accept_change_order,
    change_change_order,
    decline_change_order,
    send_change_order,
    withdraw_change_order,
)
from psa_app.services.contracts.propose import propose_change_orders
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.out_of_scope import mark_out_of_scope
from psa_app.services.time.reject import unapprove_entries
from tests.services.time_world import race
from tests.support.world import FRI, MON, THU, TUE, WED, World, ask, do, make_world, row, rows


def capped(world: World, cap: int) -> int:
    """Northwind's scope, where "Engineering" (120.00 an hour) may cost so much; its id."""
    with db.unit_of_work() as session:
        session.get_one(SowLine, world.lines["Engineering"]).cap_minor = cap
    return world.sows["Northwind"]


def propose(sow_id: int) -> list[int]:
    found: list[int] = do(propose_change_orders, system(), [sow_id])
    return found


def orders(**where: Any) -> list[ChangeOrder]:
    return rows(ChangeOrder, **where)


def sign(world: World, order_id: int) -> None:
    do(send_change_order, world["Olga"], order_id)
    text_hash = row(ChangeOrder, order_id).text_hash
    do(accept_change_order, world["Nina"], order_id, text_hash=text_hash, name="Nina", agrees=True)


def billed(world: World) -> int:
    made: Invoice = do(
        draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=date(2026, 11, 23)
    )
    return made.net_minor


def test_hours_over_the_cap_are_priced_and_drafted_once(world: World) -> None:
    sow_id = capped(world, 30_000)
    world.worked("Ann", "Build", MON, 120)
    assert ask(scopes_to_look_at) == []
    world.worked("Ben", "Design", TUE, 90)  # 240.00 and 150.00: 90.00 beyond the cap of 300.00
    assert ask(scopes_to_look_at) == [sow_id]
    promised = rows(Outbox, kind="propose_changes")[-1]
    propose_changes(promised.key, json.loads(promised.payload))
    (order,) = orders()
    assert (order.source, order.status, order.effective_on) == ("over_cap", "draft", TUE)
    assert order.deltas == [
        {"kind": "cap", "line_id": world.lines["Engineering"], "to": 39_000},
        {"kind": "hours", "line_id": world.lines["Engineering"], "to": 54},
    ]
    assert "0:54 h at €100.00 = €90.00." in order.reason
    assert propose(sow_id) == []
    assert len(orders()) == 1


def test_an_untouched_draft_follows_the_hours_and_a_changed_one_is_left_alone(world: World) -> None:
    sow_id = capped(world, 12_000)
    world.worked("Ann", "Build", MON, 90)
    (first,) = propose(sow_id)
    later = world.worked("Ann", "Build", TUE, 60)
    assert propose(sow_id) == [first]
    assert row(ChangeOrder, first).deltas[0]["to"] == 30_000
    order = row(ChangeOrder, first)
    values = {"title": "As we spoke", "effective_on": MON, "deltas": order.deltas}
    do(change_change_order, world["Olga"], first, version=order.version, **values)
    do(unapprove_entries, world["Olga"], entry_ids=(later,), reason="Not sure.")
    assert propose(sow_id) == []
    assert [(one.title, one.deltas[0]["to"]) for one in orders()] == [("As we spoke", 30_000)]


def test_a_draft_goes_when_its_hours_go_and_comes_back_with_them(world: World) -> None:
    sow_id = capped(world, 12_000)
    entry = world.worked("Ann", "Build", MON, 90)
    (first,) = propose(sow_id)
    do(unapprove_entries, world["Olga"], entry_ids=(entry,), reason="Not sure.")
    assert propose(sow_id) == []
    assert row(ChangeOrder, first).status == "withdrawn"
    do(approve_entries, world["Olga"], entry_ids=(entry,))
    (second,) = propose(sow_id)
    assert second != first


def test_once_signed_the_hours_are_billed_and_only_further_hours_ask_again(world: World) -> None:
    sow_id = capped(world, 12_000)
    world.worked("Ann", "Build", MON, 90)
    (first,) = propose(sow_id)
    sign(world, first)
    assert propose(sow_id) == []
    assert row(Sow, sow_id).text_hash
    world.worked("Ann", "Build", WED, 30)
    (second,) = propose(sow_id)
    assert row(ChangeOrder, second).deltas[0]["to"] == 24_000
    assert billed(world) == 18_000


def test_what_the_client_declined_or_the_firm_withdrew_is_not_drafted_again(world: World) -> None:
    sow_id = capped(world, 12_000)
    world.worked("Ann", "Build", MON, 90)
    (order,) = propose(sow_id)
    do(send_change_order, world["Olga"], order)
    do(decline_change_order, world["Nina"], order, reason="Not agreed.")
    world.worked("Ann", "Build", TUE, 90)
    assert propose(sow_id) == []
    entry = world.worked("Ann", "Build", THU, 60)
    do(mark_out_of_scope, world["Lea"], entry_ids=(entry,))
    (extra,) = propose(sow_id)
    do(withdraw_change_order, world["Olga"], extra)
    assert propose(sow_id) == []
    assert len(orders()) == 2


def test_time_out_of_scope_waits_for_a_signature_and_is_billed_then(world: World) -> None:
    sow_id = capped(world, 1_000_000)
    inside, outside = world.worked("Ann", "Build", MON, 60), world.worked("Ann", "Build", TUE, 30)
    assert do(mark_out_of_scope, world["Lea"], entry_ids=(outside,)) == 1
    assert billed(world) == 12_000
    (order,) = propose(sow_id)
    assert row(TimeEntry, outside).change_order_id == order
    assert row(ChangeOrder, order).deltas == [
        {"kind": "cap", "line_id": world.lines["Engineering"], "to": 1_006_000},
        {"kind": "hours", "line_id": world.lines["Engineering"], "to": 30},
    ]
    assert propose(sow_id) == []
    sign(world, order)
    assert [row(TimeEntry, one).out_of_scope for one in (inside, outside)] == [False, False]
    assert billed(world) == 6_000


def test_time_out_of_scope_on_a_fixed_line_becomes_a_milestone_of_its_own(world: World) -> None:
    sow_id = world.sows["Northwind"]
    entry = world.log("Ann", "Fixed", FRI, 90)
    do(mark_out_of_scope, world["Ann"], entry_ids=(entry,))
    assert propose(sow_id) == []  # not approved yet
    with db.unit_of_work() as session:
        from psa_app.models import Rate

        session.add(
            Rate(
                level="firm_role",
                role_id=world.roles["Engineer"],
                currency="EUR",
                amount_minor=10_000,
                valid_from=date(2026, 1, 1),
            )
        )
    world.approve(entry)
    (order,) = propose(sow_id)
    assert [one["kind"] for one in row(ChangeOrder, order).deltas] == ["add_milestone", "hours"]
    sign(world, order)
    assert row(SowLine, world.lines["Launch"]).value_minor == 515_000


def test_who_may_mark_and_what_cannot_be_marked(world: World) -> None:
    approved, own = world.worked("Ben", "Design", MON, 60), world.log("Ann", "Build", TUE, 60)
    with pytest.raises(Forbidden, match="handed in"):
        do(mark_out_of_scope, world["Ben"], entry_ids=(approved,))
    travel = world.log("Ann", "Travel", TUE, 30)
    with pytest.raises(Invalid, match="not billed anyway"):
        do(mark_out_of_scope, world["Ann"], entry_ids=(own, travel))
    assert not row(TimeEntry, own).out_of_scope
    do(mark_out_of_scope, world["Ann"], entry_ids=(own,))
    do(mark_out_of_scope, world["Ann"], entry_ids=(own,), is_out=False)
    assert not row(TimeEntry, own).out_of_scope
    billed(world)
    with pytest.raises(Conflict, match="on an invoice"):
        do(mark_out_of_scope, world["Lea"], entry_ids=(approved,))


def test_marked_time_on_a_sent_order_stays_marked(world: World) -> None:
    sow_id = capped(world, 1_000_000)
    entry = world.worked("Ann", "Build", TUE, 30)
    do(mark_out_of_scope, world["Lea"], entry_ids=(entry,))
    (order,) = propose(sow_id)
    do(send_change_order, world["Olga"], order)
    with pytest.raises(Conflict, match="before the client"):
        do(mark_out_of_scope, world["Lea"], entry_ids=(entry,), is_out=False)


@pytest.mark.usefixtures("own_database")
def test_drafted_by_two_at_once_it_is_drafted_once(clock: Any) -> None:
    world = make_world(cap=12_000)
    world.worked("Ann", "Build", MON, 90)
    sow_id = world.sows["Northwind"]
    race(*(lambda: propose(sow_id) for _ in range(4)))
    assert len(orders()) == 1
