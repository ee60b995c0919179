"""Time with a modifier: priced once after the base rate, frozen at approval, a line of its own."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Invalid, NotFound
from psa_app.formats.csv_files import read_table
from psa_app.formats.time_exports import read_entries, suggest_mapping
from psa_app.models import InvoiceLine, Sow, SowLine
from psa_app.queries.identity import frame
from psa_app.queries.rates import explain_entry
from psa_app.queries.time.modifiers import modifier_choices
from psa_app.queries.time.week import week_view
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.rates_modifiers import create_modifier, end_modifier, touched_after
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.cells import set_cell, set_note
from psa_app.services.time.copy import copy_last_week
from psa_app.services.time.imports import ImportChoices, apply_import, plan_import
from psa_app.services.time.log import change_entry, log_time
from psa_app.services.time.submit import submit_week
from psa_app.services.time.timer import change_timer, start_timer, stop_timer
from tests.services.time_world import FRI, MON, TODAY, TUE, WEEK, World, ask, do, entries, entry, make_world
from tests.support.prepared import prepared

HOUR = 3600
FIRST = date(2026, 1, 1)


world = prepared(make_world)


def make(world: World, **inputs: Any) -> Any:
    usual: dict[str, Any] = {"name": "After hours", "factor_ppm": 1_500_000, "valid_from": FIRST}
    return do(create_modifier, world["Fred"], **(usual | inputs))


def log(world: World, modifier: Any = None, task: str = "Build", day: date = MON, **inputs: Any) -> int:
    about = {"task_id": world.tasks[task], "work_date": day, "seconds": HOUR} | inputs
    return int(do(log_time, world["Ann"], modifier_id=modifier.id if modifier else None, **about).id)


def price(entry_id: int | None) -> tuple[int | None, int | None]:
    one = entry(entry_id or 0)
    return one.bill_rate_minor, one.base_rate_minor


def approve(world: World, *ids: int) -> None:
    do(submit_week, world["Ann"], week=WEEK)
    do(approve_entries, world["Fred"], entry_ids=ids)


def test_an_hour_with_a_modifier_costs_more_and_tells_how(world: World) -> None:
    both = make(world, plus_minor=2000, currency="EUR")
    one = log(world, both)
    assert price(one) == (24500, 15000)
    told = ask(explain_entry, world["Lea"], one)
    assert told.modifier == "After hours: 150.00 × 1.5 + 20.00 = 245.00 EUR."
    assert [step.amount for step in told.steps if step.won] == [15000]


def test_an_entry_keeps_takes_and_loses_its_modifier(world: World) -> None:
    after = make(world)
    one = log(world, after)
    do(change_entry, world["Ann"], one, version=1, seconds=2 * HOUR)
    assert price(one) == (22500, 15000)
    do(change_entry, world["Ann"], one, version=2, modifier_id=0)
    assert (price(one), entry(one).modifier_id) == ((15000, None), None)
    do(change_entry, world["Ann"], one, version=3, modifier_id=after.id)
    assert price(one) == (22500, 15000)


def test_hours_typed_in_the_grid_leave_the_modifier(world: World) -> None:
    after = make(world)
    about = {"task_id": world.tasks["Build"], "day": MON}
    cell = do(set_cell, world["Ann"], minutes=60, seq=1, **about)
    do(change_entry, world["Ann"], cell.entry_id, version=1, modifier_id=after.id)
    do(set_cell, world["Ann"], minutes=90, seq=2, **about)
    assert (entry(cell.entry_id).seconds, price(cell.entry_id)) == (5400, (22500, 15000))


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ({"account": "Kestrel"}, "for another client"),
        ({"valid_to": MON - timedelta(days=1)}, "does not count on 2026-11-16"),
        ({"plus_minor": 100, "currency": "USD"}, "in USD, the rate is in EUR"),
    ],
)
def test_a_modifier_that_does_not_count_there_is_refused(
    world: World, where: dict[str, Any], says: str
) -> None:
    given = dict(where)
    if "account" in given:
        given["account_id"] = world.accounts[given.pop("account")]
    wrong = make(world, **given)
    about = {"task_id": world.tasks["Build"], "work_date": MON, "seconds": HOUR, "modifier_id": wrong.id}
    with pytest.raises(Invalid, match=says) as refused:
        do(log_time, world["Fred"], person_id=world.people["Ann"], **about)
    assert refused.value.field == "modifier_id"
    with pytest.raises(NotFound if "account" in where else Invalid):
        do(log_time, world["Ann"], **about)
    with pytest.raises(NotFound):
        do(log_time, world["Ann"], **(about | {"modifier_id": 10**6}))
    assert entries() == []


def test_moved_to_a_day_on_which_it_does_not_count_the_entry_stays(world: World) -> None:
    one = log(world, make(world, valid_to=TUE))
    with pytest.raises(Invalid, match="does not count on"):
        do(change_entry, world["Ann"], one, version=1, work_date=FRI)
    assert entry(one).work_date == MON


def test_ending_a_modifier_reprices_what_is_not_approved_and_nothing_else(world: World) -> None:
    after = make(world)
    frozen, early, late = log(world, after, day=TUE), log(world, after), log(world, after, day=TODAY)
    approve(world, frozen)
    assert ask(touched_after, world["Fred"], after.id, MON) == (1, HOUR)
    do(end_modifier, world["Fred"], after.id, version=1, last_day=MON)
    assert [price(one) for one in (frozen, early, late)] == [(22500, 15000), (22500, 15000), (15000, None)]
    told = ask(explain_entry, world["Fred"], frozen)
    assert (told.is_frozen, told.modifier) == (True, "After hours: 150.00 × 1.5 = 225.00 EUR.")
    assert "does not count on" in ask(explain_entry, world["Fred"], late).modifier


def test_time_that_is_not_billed_is_not_made_dearer(world: World) -> None:
    assert price(log(world, make(world), "Travel")) == (None, None)


def test_the_invoice_has_a_line_of_its_own_for_the_other_rate(world: World) -> None:
    ids = [log(world), log(world, make(world)), log(world, day=TUE)]
    approve(world, *ids)
    invoice = do(draft_invoice, world["Fred"], account_id=world.accounts["Northwind"], until=TODAY)
    with db.reading() as session:
        lines = session.exec(select(InvoiceLine).order_by(InvoiceLine.position)).all()  # type: ignore[arg-type]
    printed = [(one.description, one.minutes, one.rate_minor, one.net_minor) for one in lines]
    assert printed == [("Engineer", 120, 15000, 30000), ("Engineer · After hours", 60, 22500, 22500)]
    assert invoice.net_minor == 52500


def test_a_file_names_the_modifier_of_each_row(world: World) -> None:
    make(world)
    text = "Person,Date,Client,Project,Task,Hours,Billable,Surcharge\n"
    row = "ann@example.com,2026-11-16,Northwind,Checkout,Build,1.5,Yes,{}\n"
    table = read_table((text + row.format("after  hours") + row.format("")).encode())
    reading = read_entries(table, suggest_mapping(table, "Europe/Vienna"))
    do(apply_import, world["Fred"], reading, ImportChoices())
    assert [price(one.id) for one in entries()] == [(22500, 15000), (15000, None)]
    wrong = read_table((text + row.format("At night").replace("1.5", "2")).encode())
    plan = ask(
        plan_import, world["Fred"], read_entries(wrong, suggest_mapping(wrong, "UTC")), ImportChoices()
    )
    assert "There is no modifier At night" in plan.problems[0].sentence


def test_a_member_chooses_by_name_among_what_counts_for_their_tasks(world: World) -> None:
    make(world, name="After hours")
    make(world, name="On site", account_id=world.accounts["Kestrel"])
    make(world, name="Ended", valid_to=date(2026, 2, 1))
    tasks = [world.tasks[name] for name in ("Build", "Data", "Hiring", "Travel")]
    found = ask(modifier_choices, world["Ann"], tasks, MON, FRI)
    names = {(one.task_id, one.name) for one in found}
    build, data = world.tasks["Build"], world.tasks["Data"]
    assert names == {(build, "After hours"), (data, "After hours"), (data, "On site")}
    assert {one.task_id for one in ask(modifier_choices, world["Ben"], tasks, MON, FRI)} == {build}


def test_a_scope_lines_modifier_counts_for_its_tasks_only(world: World) -> None:
    with db.unit_of_work() as session:
        line = session.exec(select(SowLine)).one()
        sow = session.get_one(Sow, line.sow_id)
        sow.status = "draft"
        line_id = int(line.id or 0)
    made = make(world, name="On site", sow_line_id=line_id)
    assert price(log(world, made)) == (22500, 15000)
    with pytest.raises(Invalid, match="another SOW line"):
        do(
            log_time,
            world["Fred"],
            person_id=world.people["Ann"],
            task_id=world.tasks["Data"],
            work_date=MON,
            seconds=HOUR,
            modifier_id=made.id,
        )


def test_a_token_sets_the_modifier_too(world: World) -> None:
    after = make(world)
    token = Actor("Ann", "member", 4, world.people["Ann"], via="api", scopes="read write")
    about = {"task_id": world.tasks["Build"], "work_date": MON, "seconds": HOUR}
    one = do(log_time, token, modifier_id=after.id, **about)
    assert (entry(one.id).source, price(one.id)) == ("api", (22500, 15000))


def set_parts(world: World, minutes: int, parts: dict[int, int] | None, seq: int) -> Any:
    about = {"task_id": world.tasks["Build"], "day": MON, "minutes": minutes, "seq": seq}
    return do(set_cell, world["Ann"], parts=parts, **about)


def held() -> list[tuple[int, int | None, int | None]]:
    return [(one.seconds // 60, one.modifier_id, one.bill_rate_minor) for one in entries()]


def test_a_cell_holds_time_with_and_without_a_modifier(world: World) -> None:
    late = make(world)
    cell = set_parts(world, 180, {late.id: 60}, 1)
    assert (cell.seconds, held()) == (3 * HOUR, [(120, None, 15000), (60, late.id, 22500)])
    set_parts(world, 240, None, 2)
    assert held() == [(180, None, 15000), (60, late.id, 22500)]
    do(set_note, world["Ann"], task_id=world.tasks["Build"], day=MON, note="Release")
    assert [one.note for one in entries()] == ["Release", "Release"]
    with pytest.raises(Invalid, match="1:00 of this cell has a modifier"):
        set_parts(world, 30, None, 3)
    set_parts(world, 240, {late.id: 0}, 4)
    assert held() == [(240, None, 15000)]
    set_parts(world, 0, None, 5)
    assert held() == []


def test_an_entry_that_only_gets_another_modifier_stays_the_same_entry(world: World) -> None:
    late, site = (
        make(world),
        make(world, name="On site", factor_ppm=1_000_000, plus_minor=2000, currency="EUR"),
    )
    first = set_parts(world, 60, {}, 1).entry_id
    assert set_parts(world, 60, {late.id: 60}, 2).entry_id == first
    assert set_parts(world, 90, {late.id: 0, site.id: 90}, 3).entry_id == first
    assert held() == [(90, site.id, 17000)]


@pytest.mark.parametrize(("is_known", "minutes"), [(False, 30), (True, 90), (True, -5), (True, True)])
def test_parts_that_make_no_sense_are_refused_whole(world: World, is_known: bool, minutes: int) -> None:
    late = make(world)
    for key in [late.id] if is_known else [0, 10**6]:
        with pytest.raises((Invalid, NotFound)):
            set_parts(world, 60, {key: minutes}, 1)
    assert entries() == []


def test_parts_stay_within_what_is_handed_in(world: World) -> None:
    late = make(world)
    set_parts(world, 60, {late.id: 60}, 1)
    do(submit_week, world["Ann"], week=WEEK)
    with pytest.raises(Invalid, match="handed in and stays"):
        set_parts(world, 120, {late.id: 30}, 2)
    set_parts(world, 120, {late.id: 90}, 3)
    assert held() == [(60, late.id, 22500), (30, None, 15000), (30, late.id, 22500)]


def test_the_week_shows_what_may_be_chosen_and_what_was(world: World) -> None:
    late, dollars = make(world, valid_to=TUE), make(world, name="Far", plus_minor=1, currency="USD")
    make(world, name="Theirs", account_id=world.accounts["Kestrel"])
    set_parts(world, 90, {late.id: 30}, 1)
    (row,) = ask(week_view, world["Ann"], WEEK).rows
    assert [(one.id, one.counts_on(TUE), one.counts_on(FRI)) for one in row.modifiers] == [
        (late.id, True, False)
    ]
    assert row.cells[0].parts == ((late.id, "After hours", HOUR // 2),)
    assert dollars.id not in [one.id for one in row.modifiers]


def test_last_weeks_hours_are_copied_with_their_modifier_while_it_counts(world: World) -> None:
    late, ends = make(world), make(world, name="Old", valid_to=FRI)
    set_parts(world, 120, {late.id: 60}, 1)
    log(world, ends, "Review")
    copied = do(copy_last_week, world["Ann"], week=WEEK + 1)
    new = [one for one in entries() if one.work_date > FRI]
    assert [(one.seconds, one.modifier_id, one.bill_rate_minor) for one in new] == [
        (HOUR, None, 15000),
        (HOUR, late.id, 22500),
    ]
    assert "Old does not count on" in copied.left_out[0]


def test_the_timer_gives_its_time_the_modifier(world: World, clock: Any) -> None:
    late = make(world)
    theirs = make(world, name="Theirs", account_id=world.accounts["Northwind"])
    do(start_timer, world["Ann"], task_id=world.tasks["Build"], modifier_id=late.id)
    facts = ask(frame, world["Ann"])
    assert facts is not None
    assert facts.timer_modifier == "After hours"
    clock.forward(minutes=60)
    do(stop_timer, world["Ann"])
    do(start_timer, world["Ann"], task_id=world.tasks["Build"])
    do(change_timer, world["Ann"], modifier_id=theirs.id)
    do(change_timer, world["Ann"], task_id=world.tasks["Hiring"])
    clock.forward(minutes=5)
    do(stop_timer, world["Ann"])
    assert held() == [(60, late.id, 22500), (5, None, None)]
    with pytest.raises(NotFound):
        do(start_timer, world["Ann"], task_id=world.tasks["Build"], modifier_id=10**6)
