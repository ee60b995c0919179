"""Weeks handed in, recalled, approved, sent back; and what approval freezes."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError
from psa_app.models import (
    BilledTime,
    Deputy,
    Firm,
    Invoice,
    InvoiceLine,
    Outbox,
    Project,
    Rate,
    Timesheet,
    User,
)
from psa_app.rules.money import Money
from psa_app.services.rates import create_rate
from psa_app.services.time.approve import approve_entries, approve_timesheet
from psa_app.services.time.cells import set_cell
from psa_app.services.time.copy import copy_last_week
from psa_app.services.time.lock import lock_time
from psa_app.services.time.log import change_entry, delete_entry, log_time
from psa_app.services.time.override import override_rate, set_no_charge
from psa_app.services.time.pricing import reprice
from psa_app.services.time.reject import reject_entries, reject_timesheet, unapprove_entries
from psa_app.services.time.submit import Submitted, recall_week, submit_all, submit_week
from psa_app.services.time.timer import start_timer
from tests.services.time_world import (
    FRI,
    MON,
    SUN,
    TODAY,
    TUE,
    WED,
    WEEK,
    World,
    do,
    entries,
    entry,
    make_world,
    past,
)
from tests.support.prepared import prepared

HOUR = 3600


world = prepared(make_world)


def log(world: World, task: str = "Build", day: date = MON, who: str = "Ann", seconds: int = HOUR) -> int:
    return int(do(log_time, world[who], task_id=world.tasks[task], work_date=day, seconds=seconds).id)


def submit(world: World, who: str = "Ann", week: int = WEEK) -> Submitted:
    found: Submitted = do(submit_week, world[who], week=week)
    return found


def approve(world: World, *ids: int, by: str = "Lea") -> Any:
    return do(approve_entries, world[by], entry_ids=ids)


def statuses(**where: Any) -> list[str]:
    return [row.status for row in entries(**where)]


def test_a_week_is_handed_in_whole_and_approved_by_the_projects_lead(world: World) -> None:
    log(world), log(world, "Review", TUE)
    sheet = submit(world)
    assert (sheet.number, sheet.entries, sheet.seconds) == (0, 2, 2 * HOUR)
    approved = do(approve_timesheet, world["Lea"], sheet.timesheet_id)
    assert (len(approved.entry_ids), approved.unpriced, approved.left) == (2, 0, 0)
    row = entries()[0]
    assert (row.status, row.decided_by, row.bill_rate_minor) == ("approved", world["Lea"].user_id, 15000)
    assert (row.bill_level, row.cost_rate_minor, row.role_id) == ("sow_line", 5500, world.roles["Engineer"])
    assert past(row.id or 0) == ["logged", "submitted", "approved"]


def test_an_empty_week_is_handed_in_as_empty(world: World) -> None:
    sheet = submit(world)
    assert (sheet.entries, sheet.number) == (0, 0)
    with db.reading() as session:
        assert session.get_one(Timesheet, sheet.timesheet_id).is_empty
    with pytest.raises(Conflict, match="handed in already"):
        submit(world)


def test_a_running_timer_stops_the_handing_in(world: World) -> None:
    log(world, day=TODAY)
    do(start_timer, world["Ann"], task_id=world.tasks["Build"])
    with pytest.raises(Conflict, match="timer is running"):
        submit(world, week=202648)
    assert submit(world).entries == 0


def test_handed_in_time_is_recalled_before_it_changes(world: World) -> None:
    one = log(world)
    sheet = submit(world)
    ann = world["Ann"]
    for change in (
        lambda: do(change_entry, ann, one, version=entry(one).version, seconds=60),
        lambda: do(delete_entry, ann, one),
        lambda: do(set_cell, ann, task_id=world.tasks["Build"], day=MON, minutes=30, seq=1),
    ):
        with pytest.raises(PsaError, match=r"Recall|handed in"):
            change()
    assert do(recall_week, ann, sheet.timesheet_id) == 1
    do(set_cell, ann, task_id=world.tasks["Build"], day=MON, minutes=30, seq=2)
    again = submit(world)
    assert (again.timesheet_id, again.number, again.seconds) == (sheet.timesheet_id, 0, 1800)


def test_what_is_decided_cannot_be_recalled(world: World) -> None:
    one, two = log(world), log(world, day=TUE)
    sheet = submit(world)
    approve(world, one)
    assert do(recall_week, world["Ann"], sheet.timesheet_id) == 1
    assert [entry(one).status, entry(two).status] == ["approved", "draft"]
    with pytest.raises(Conflict, match="decided already"):
        do(recall_week, world["Ann"], sheet.timesheet_id)
    with pytest.raises(NotFound):
        do(recall_week, world["Ben"], sheet.timesheet_id)
    with pytest.raises(Forbidden):
        do(recall_week, world["Lea"], sheet.timesheet_id)


def test_late_time_is_a_supplement_of_its_own(world: World) -> None:
    first = log(world)
    sheet = submit(world)
    late = log(world, day=WED)
    supplement = submit(world)
    assert (supplement.number, supplement.entries) == (1, 1)
    assert [entry(first).timesheet_id, entry(late).timesheet_id] == [
        sheet.timesheet_id,
        supplement.timesheet_id,
    ]


def test_rejected_time_comes_back_with_its_reason_and_returns_to_its_sheet(world: World) -> None:
    good, bad = log(world), log(world, day=TUE)
    sheet = submit(world)
    approve(world, good)
    assert do(reject_entries, world["Lea"], entry_ids=(bad,), reason="This was Monday") == 1
    row = entry(bad)
    assert (row.status, row.reject_reason, row.timesheet_id) == (
        "draft",
        "This was Monday",
        sheet.timesheet_id,
    )
    do(change_entry, world["Ann"], bad, version=row.version, work_date=MON)
    late = log(world, day=WED)
    again = submit(world)
    assert again.timesheet_id == sheet.timesheet_id
    assert [entry(bad).reject_reason, entry(bad).status, entry(late).status] == ["", "submitted", "submitted"]
    do(approve_timesheet, world["Lea"], sheet.timesheet_id)
    assert set(statuses()) == {"approved"}


def test_a_rejection_needs_a_reason_and_tells_the_person_by_mail(world: World) -> None:
    one = log(world)
    sheet = submit(world)
    for nothing in ("", "  "):
        with pytest.raises(Invalid) as refused:
            do(reject_timesheet, world["Lea"], sheet.timesheet_id, reason=nothing)
        assert refused.value.field == "reason"
    do(reject_timesheet, world["Lea"], sheet.timesheet_id, reason="Wrong task")
    with db.reading() as session:
        (mail,) = session.exec(select(Outbox)).all()
    assert '"ann@example.com"' in mail.payload
    assert "Wrong task" in mail.payload
    assert past(one) == ["logged", "submitted", "rejected"]


def test_approval_freezes_the_price_and_a_later_rate_changes_only_the_rest(world: World) -> None:
    frozen, open_one = log(world), log(world, day=TUE)
    submit(world)
    approve(world, frozen)
    do(
        create_rate,
        world["Fred"],
        level="project_person",
        rate=Money(20000, "EUR"),
        valid_from=MON,
        project_id=world.projects["Checkout"],
        person_id=world.people["Ann"],
    )
    with db.unit_of_work() as session:
        rate = session.exec(
            select(Rate).where(Rate.level == "sow_line", Rate.role_id == world.roles["Engineer"])
        ).one()
        rate.amount_minor = 17500
        session.flush()
        reprice(session, world["Fred"])
    assert [entry(frozen).bill_rate_minor, entry(open_one).bill_rate_minor] == [15000, 17500]
    assert past(open_one) == ["logged", "submitted", "priced"]


def test_an_approved_hour_without_a_rate_gets_the_first_one_that_is_made(world: World) -> None:
    with db.unit_of_work() as session:
        for rate in session.exec(select(Rate).where(Rate.level == "account")).all():
            session.delete(rate)
    one = log(world, "Data")
    submit(world)
    approved = approve(world, one, by="Fred")
    assert approved.unpriced == 1
    do(
        create_rate,
        world["Fred"],
        level="account",
        rate=Money(9900, "USD"),
        valid_from=MON,
        account_id=world.accounts["Kestrel"],
    )
    assert (entry(one).status, entry(one).bill_rate_minor) == ("approved", 9900)


def test_who_decides_on_which_line(world: World) -> None:
    client, internal, no_lead = log(world), log(world, "Hiring", TUE), log(world, "Data", WED)
    submit(world)
    for not_hers in (internal, no_lead):
        with pytest.raises(NotFound):
            approve(world, not_hers)
    with pytest.raises(Forbidden):
        approve(world, client, by="Ben")
    approve(world, client)
    approve(world, internal, no_lead, by="Fred")
    assert set(statuses()) == {"approved"}


def test_nobody_approves_their_own_time(world: World) -> None:
    leads, books = log(world, who="Lea"), log(world, "Hiring", who="Fred")
    submit(world, "Lea"), submit(world, "Fred")
    for who, one in (("Lea", leads), ("Fred", books)):
        with pytest.raises(Forbidden, match="own time"):
            approve(world, one, by=who)
    approve(world, leads, by="Fred")
    approve(world, books, by="Olga")
    assert [row.self_approved for row in entries()] == [False, False]


def test_a_sole_approver_may_and_it_is_marked(world: World) -> None:
    one = log(world, "Hiring", who="Olga")
    submit(world, "Olga")
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).sole_approver = True
    with pytest.raises(Forbidden):
        approve(world, one, by="Olga")
    with db.unit_of_work() as session:
        session.get_one(User, world["Fred"].user_id).is_active = False
    approve(world, one, by="Olga")
    assert entry(one).self_approved


def test_a_deputy_decides_in_the_leads_place_while_named(world: World, clock: Any) -> None:
    with db.unit_of_work() as session:
        user = User(email="dana@example.com", name="Dana", role="lead")
        session.add(user)
        session.flush()
        session.add(Deputy(user_id=world["Lea"].user_id, deputy_id=user.id, starts_on=TODAY, ends_on=TODAY))
        dana = Actor("Dana", "lead", user.id)
    anns, leads = log(world), log(world, who="Lea")
    submit(world), submit(world, "Lea")
    do(approve_entries, dana, entry_ids=(anns,))
    with pytest.raises(Forbidden):
        do(approve_entries, dana, entry_ids=(leads,))
    do(unapprove_entries, dana, entry_ids=(anns,))
    clock.forward(days=1)
    with pytest.raises(NotFound):
        do(approve_entries, dana, entry_ids=(anns,))


def test_approving_is_all_or_none(world: World) -> None:
    one, two = log(world), log(world, day=TUE)
    submit(world)
    approve(world, one)
    with pytest.raises(Conflict, match="1 entry is no longer waiting"):
        approve(world, one, two)
    assert entry(two).status == "submitted"
    for nonsense in ((), (10**9,), (-1,)):
        with pytest.raises(PsaError):
            approve(world, *nonsense)


def test_an_approval_is_taken_back_until_the_time_is_billed(world: World) -> None:
    one, two = log(world), log(world, day=TUE)
    submit(world)
    approve(world, one, two)
    do(unapprove_entries, world["Lea"], entry_ids=(two,), reason="Too quick")
    assert (entry(two).status, entry(two).decided_at, past(two)[-1]) == (
        "submitted",
        None,
        "approval taken back",
    )
    put_on_invoice(world, one)
    with pytest.raises(Conflict, match="1 entry is on an invoice"):
        do(unapprove_entries, world["Fred"], entry_ids=(one,))
    assert entry(one).status == "approved"


def put_on_invoice(world: World, entry_id: int) -> None:
    with db.unit_of_work() as session:
        session.add(Invoice(id=5, account_id=world.accounts["Northwind"], currency="EUR", cutoff=FRI))
        session.flush()
        session.add(InvoiceLine(id=5, invoice_id=5, position=1, kind="time", description="Work", net_minor=0))
        session.flush()
        session.add(BilledTime(entry_id=entry_id, line_id=5, seconds=HOUR, minutes=60, amount_minor=1))


def test_a_locked_period_refuses_every_decision(world: World) -> None:
    one, two = log(world), log(world, day=TUE)
    sheet = submit(world)
    approve(world, two)
    log(world, day=WED)
    do(lock_time, world["Fred"], through=SUN)
    for act in (
        lambda: approve(world, one),
        lambda: do(reject_entries, world["Lea"], entry_ids=(one,), reason="No"),
        lambda: do(unapprove_entries, world["Lea"], entry_ids=(two,)),
        lambda: do(recall_week, world["Ann"], sheet.timesheet_id),
        lambda: submit(world),
        lambda: do(set_no_charge, world["Lea"], one, reason="Present"),
    ):
        with pytest.raises(Conflict, match="2026-11-22 is locked"):
            act()
    do(approve_entries, world["Fred"], entry_ids=(one,), past_lock_reason="Agreed with the client")
    assert entry(one).status == "approved"


def test_an_override_is_who_and_why_and_comes_first(world: World) -> None:
    one = log(world)
    submit(world)
    with pytest.raises(Invalid, match="contract is in EUR"):
        do(override_rate, world["Fred"], one, rate=Money(1, "USD"), reason="A favour")
    with pytest.raises(Forbidden):
        do(override_rate, world["Lea"], one, rate=Money(1, "EUR"), reason="A favour")
    do(override_rate, world["Fred"], one, rate=Money(5000, "EUR"), reason="A favour")
    row = entry(one)
    assert (row.bill_rate_minor, row.bill_level, row.override_by) == (5000, "override", world["Fred"].user_id)
    approve(world, one)
    with pytest.raises(Conflict, match="price is fixed"):
        do(override_rate, world["Fred"], one, rate=None, reason="Back")


def test_time_is_set_to_not_billable_with_a_reason_and_back(world: World) -> None:
    one = log(world)
    with pytest.raises(Forbidden):
        do(set_no_charge, world["Ann"], one, reason="Learning")
    do(set_no_charge, world["Lea"], one, reason="Learning")
    assert (entry(one).is_billable, entry(one).bill_rate_minor) == (False, None)
    with db.unit_of_work() as session:
        reprice(session, world["Lea"])
    assert not entry(one).is_billable
    do(set_no_charge, world["Lea"], one, reason="")
    assert (entry(one).is_billable, entry(one).bill_rate_minor) == (True, 15000)


def test_last_week_is_copied_into_empty_cells_up_to_today(world: World) -> None:
    log(world, seconds=2 * HOUR + 10), log(world, "Hiring", TUE)
    copied = do(copy_last_week, world["Ann"], week=202648)
    assert [(row.work_date, row.seconds) for row in entries(week=202648)] == [(TODAY, 2 * HOUR)]
    assert copied.seconds == 2 * HOUR
    assert do(copy_last_week, world["Ann"], week=202648).entry_ids == ()
    with pytest.raises(Conflict, match="no time in the week before"):
        do(copy_last_week, world["Ann"], week=202640)


def test_all_weeks_with_drafts_are_handed_in_at_once(world: World) -> None:
    log(world), log(world, day=date(2026, 10, 5)), log(world, day=TODAY)
    handed_in = do(submit_all, world["Ann"], until=WEEK)
    assert [one.entries for one in handed_in] == [1, 1]
    assert statuses() == ["submitted", "submitted", "draft"]


def test_a_project_without_its_lead_goes_to_finance(world: World) -> None:
    one = log(world)
    submit(world)
    with db.unit_of_work() as session:
        session.get_one(Project, world.projects["Checkout"]).lead_id = None
    with pytest.raises(NotFound):
        approve(world, one)
    approve(world, one, by="Fred")
