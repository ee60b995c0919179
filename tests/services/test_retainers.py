"""The ledger of a retainer: granted, drawn by the day of the work, closed, gone over, billed beyond."""

import json
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session, select

from psa_app.access import system
from psa_app.errors import Conflict, Invalid
from psa_app.formats.written_mails import written
from psa_app.models import InvoiceLine, Outbox, RetainerDraw, RetainerLot, RetainerNotice, RetainerPeriod
from psa_app.queries.conservation import conservation
from psa_app.queries.home.waiting import waiting
from psa_app.rules.buckets import Bucket
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.retainers.acts import adjust_retainer, top_up_retainer
from psa_app.services.retainers.close import close_due, close_retainer_period
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.reject import unapprove_entries
from tests.services.retainer_world import CARE, SEP, begun, worked
from tests.support.books import check_books
from tests.support.world import World, ask, do, rows

pytestmark = pytest.mark.parametrize("world", ["sqlite"], indirect=True)
CARRIED = replace(CARE, rollover="unlimited", deficit="carry")


def close(world: World, line_id: int) -> RetainerPeriod:
    return do(close_retainer_period, world["Fred"], line_id)


def units(line_id: int) -> list[tuple[int, int, str]]:
    """Each draw: its period, its units, what became of it."""
    found = sorted(
        rows(RetainerDraw, sow_line_id=line_id), key=lambda one: (one.number, one.entry_id, one.id)
    )
    return [(one.number, one.units, one.outcome) for one in found]


def bucket(bucket: Bucket) -> int:
    """Hours of all clients in a bucket."""
    found = ask(conservation, system())
    return sum(line.buckets[bucket] for line in found) // 3600


def draft(world: World, until: date = date(2026, 11, 23)) -> list[tuple[str, str, int]]:
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=until)
    found = sorted(rows(InvoiceLine, invoice_id=made.id), key=lambda line: line.position)
    return [(line.kind, line.detail, line.net_minor) for line in found]


def test_forty_hours_a_month_with_the_deficit_carried(world):
    line_id = begun(world, CARRIED)
    worked(world, date(2026, 9, 1), 30)
    worked(world, date(2026, 10, 1), 60)
    september, october = close(world, line_id), close(world, line_id)
    assert (september.used, september.left) == (30 * 60, 10 * 60)
    assert (october.opening, october.granted, october.used, october.carried) == (600, 2400, 3000, 600)
    worked(world, date(2026, 11, 2), 1)
    drawn = [one.units for one in rows(RetainerDraw, sow_line_id=line_id) if one.number == 3]
    assert sum(drawn) == 11 * 60  # ten hours of October, then the one
    lots = {one.id: (one.source, one.number) for one in rows(RetainerLot)}
    assert set(lots.values()) >= {("rollover", 1), ("grant", 1), ("grant", 2), ("grant", 3)}
    assert [net for _, _, net in draft(world)] == [400_000] * 3
    assert (bucket(Bucket.retainer), bucket(Bucket.unbilled)) == (91, 0)
    check_books()


def test_hours_beyond_are_billed_at_their_rate_once_the_period_is_closed(world):
    line_id = begun(world)
    worked(world, date(2026, 9, 1), 43.5)
    assert units(line_id)[-1] == (1, 210, "overage")
    assert (bucket(Bucket.retainer), bucket(Bucket.unbilled)) == (40, 3)
    assert [kind for kind, _, _ in draft(world, date(2026, 9, 30))] == ["retainer"]
    close(world, line_id)
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=date(2026, 9, 30))
    (line,) = rows(InvoiceLine, invoice_id=made.id)
    assert (line.kind, line.minutes, line.rate_minor, line.net_minor) == ("time", 210, 15_000, 52_500)
    check_books()
    do(issue_invoice, world["Fred"], made.id)
    check_books()
    do(void_invoice, world["Fred"], made.id, reason="Wrong address")
    assert draft(world, date(2026, 9, 30)) == [("time", "Care", 52_500)]
    check_books()


def test_an_entry_is_split_at_the_boundary(world):
    line_id = begun(world, replace(CARE, period_minutes=100))
    entry_id = worked(world, SEP, 2.5)[0]
    parts = rows(RetainerDraw, entry_id=entry_id)
    assert [(one.units, one.outcome, one.offset_seconds, one.seconds) for one in parts] == [
        (100, "drawn", 0, 6_000),
        (50, "overage", 6_000, 3_000),
    ]
    close(world, line_id)
    assert draft(world, SEP + timedelta(days=29))[1] == ("time", "Care", 12_500)
    check_books()


def test_the_order_of_approval_changes_nothing(world):
    line_id = begun(world, replace(CARE, period_minutes=300))
    late = world.log("Ann", "Care", date(2026, 9, 10), 240)
    early = world.log("Ann", "Care", date(2026, 9, 2), 240)
    world.approve(late)
    assert [one.units for one in rows(RetainerDraw)] == [240]
    world.approve(early)
    found = {(one.entry_id, one.outcome): one.units for one in rows(RetainerDraw)}
    assert found == {(early, "drawn"): 240, (late, "drawn"): 60, (late, "overage"): 180}
    do(unapprove_entries, world["Olga"], entry_ids=(early,))
    assert [(one.entry_id, one.units) for one in rows(RetainerDraw)] == [(late, 240)]
    check_books()
    assert line_id


def test_what_is_approved_for_a_closed_period_draws_from_the_first_open_one(world):
    line_id = begun(world)
    worked(world, SEP, 8)
    late = world.log("Ann", "Care", date(2026, 9, 3), 60)
    close(world, line_id)
    world.approve(late)
    (draw,) = rows(RetainerDraw, entry_id=late)
    assert (draw.number, draw.outcome) == (2, "drawn")
    check_books()


def test_time_of_a_closed_period_is_not_taken_back(world):
    line_id = begun(world, CARRIED)
    entry_ids = worked(world, SEP, 48)
    close(world, line_id)
    for entry_id in (entry_ids[0], entry_ids[-1]):  # drawn, and carried into October
        with pytest.raises(Conflict, match="counts in a closed period"):
            do(unapprove_entries, world["Olga"], entry_ids=(entry_id,))


def test_a_rest_goes_over_up_to_its_cap_and_does_not_roll_again(world):
    line_id = begun(world, replace(CARE, rollover="capped", rollover_cap=300))
    one, two = close(world, line_id), close(world, line_id)
    assert (one.left, one.expired) == (300, 2_100)
    assert (two.opening, two.left, two.expired) == (300, 300, 2_400)


def test_work_beyond_at_no_cost_is_covered_by_the_fee(world):
    line_id = begun(world, replace(CARE, deficit="absorb"))
    worked(world, SEP, 44)
    close(world, line_id)
    assert (bucket(Bucket.retainer), bucket(Bucket.fee), bucket(Bucket.unbilled)) == (40, 4, 0)
    assert [kind for kind, _, _ in draft(world, date(2026, 9, 30))] == ["retainer"]
    check_books()


def test_a_retainer_of_money_draws_the_value_of_the_work(world):
    line = replace(CARE, holds="money", period_minutes=0, period_value=Money(100_000, "EUR"))
    line_id = begun(world, line)
    worked(world, SEP, 8)  # 1,200.00 at 150.00
    assert units(line_id) == [(1, 100_000, "drawn"), (1, 20_000, "overage")]
    close(world, line_id)
    assert draft(world, date(2026, 9, 30)) == [
        ("retainer", "1–30 Sep 2026", 400_000),
        ("time", "Care", 20_000),
    ]
    check_books()


def test_a_top_up_holds_more_and_is_billed_once(world):
    line_id = begun(world)
    given = {"units": 300, "price": Money(60_000, "EUR")}
    do(top_up_retainer, world["Fred"], line_id, **given, note="Christmas")
    lines = draft(world)
    assert lines[-1] == ("retainer", "Top-up of 5:00 h, 23 Nov 2026", 60_000)
    with pytest.raises(Conflict, match="already on draft"):
        draft(world)
    worked(world, date(2026, 11, 2), 42)
    assert {one.outcome for one in rows(RetainerDraw)} == {"drawn"}
    check_books()


def test_an_adjustment_adds_or_takes_back_with_a_reason(world):
    line_id = begun(world)
    with pytest.raises(Invalid) as error:
        do(adjust_retainer, world["Fred"], line_id, units=60, reason=" ")
    assert error.value.field == "reason"
    do(adjust_retainer, world["Fred"], line_id, units=600, reason="Left over in the program before")
    do(adjust_retainer, world["Fred"], line_id, units=-60, reason="Agreed by phone")
    worked(world, date(2026, 11, 2), 48)
    assert sum(one.units for one in rows(RetainerDraw) if one.outcome == "drawn") == 48 * 60
    assert draft(world, date(2026, 11, 23))[-1][2] == 400_000


def test_a_period_is_closed_by_itself_when_nothing_of_it_waits(world, clock):
    line_id = begun(world)
    clock.set(datetime.fromisoformat("2026-10-02T09:00:00+00:00"))
    world.log("Ann", "Care", date(2026, 9, 3), 60)
    assert do(close_due, system(), line_id) == 0
    clock.set(datetime.fromisoformat("2026-10-07T09:00:00+00:00"))
    assert [do(close_due, system(), line_id) for _ in range(2)] == [1, 0]
    with pytest.raises(Conflict, match="runs until 31 Oct 2026"):
        close(world, line_id)


def test_half_eighty_and_all_are_told_once_each(world, clock):
    line_id = begun(world, replace(CARE, period_minutes=600))
    clock.set(datetime.fromisoformat("2026-09-10T09:00:00+00:00"))
    told = lambda: [one.key for one in rows(Outbox) if one.key.startswith("retainer-")]  # noqa: E731
    worked(world, SEP, 4)
    assert told() == []
    worked(world, date(2026, 9, 2), 1)
    more = worked(world, date(2026, 9, 3), 3)
    assert told() == [f"retainer-{line_id}-1-50", f"retainer-{line_id}-1-80"]
    home = [one.title for one in ask(waiting, world["Lea"], "Europe/Vienna") if one.kind == "retainer"]
    assert home == ["Care, 80 % used"]
    do(unapprove_entries, world["Olga"], entry_ids=tuple(more))
    assert [one.level for one in rows(RetainerNotice)] == [50]
    do(approve_entries, world["Olga"], entry_ids=tuple(more))
    assert len(told()) == 2
    assert "80 %" in ask(written_mail, told()[-1])


def written_mail(session: Session, key: str) -> str:
    """The words of a promised mail."""
    payload = json.loads(session.exec(select(Outbox.payload).where(Outbox.key == key)).one())
    return written(payload["template"], payload["values"], "https://psa.example").text
