"""Projects, tasks and teams: made from a signed scope, changed without losing anything."""

from datetime import date

import pytest
from sqlmodel import Session, select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from psa_app.models import Booking, Milestone, Project, ProjectMember, Sow, SowLine, Task
from psa_app.rules.hours import Rounding
from psa_app.services.projects.make import (
    change_project,
    create_project,
    make_project_from_sow,
    set_project_status,
)
from psa_app.services.projects.tasks import change_task, create_task, delete_task, set_task_status
from psa_app.services.projects.team import add_member, remove_member
from psa_app.services.time.log import log_time
from psa_app.services.time.timer import start_timer
from tests.services.time_world import MON, World, do, entry, make_world, past
from tests.support.prepared import prepared

world = prepared(make_world)


def signed_sow(world: World, *titles: str, status: str = "signed") -> int:
    with db.unit_of_work() as session:
        sow = Sow(
            account_id=world.accounts["Kestrel"],
            number="SOW-009",
            title="Data platform",
            status=status,
            currency="USD",
            starts_on=date(2026, 11, 1),
            ends_on=date(2027, 3, 31),
        )
        session.add(sow)
        session.flush()
        for position, title in enumerate(titles, 1):
            session.add(_line(sow, position, title))
        session.flush()
        return int(sow.id or 0)


def _line(sow: Sow, position: int, title: str) -> SowLine:
    if position == 1:
        return SowLine(
            sow_id=int(sow.id or 0),
            position=1,
            title=title,
            model="time_and_materials",
            cap_minor=5_000_000,
            estimate_minutes=12_000,
        )
    return SowLine(
        sow_id=int(sow.id or 0),
        position=position,
        title=title,
        model="fixed",
        value_minor=2_000_000,
        estimate_minutes=3000,
    )


def tasks_of(project_id: int) -> list[Task]:
    with db.reading() as session:
        statement = select(Task).where(Task.project_id == project_id).order_by(Task.position)  # type: ignore[arg-type]
        return list(session.exec(statement).all())


def team_of(project_id: int) -> set[int]:
    with db.reading() as session:
        rows = session.exec(select(ProjectMember.person_id).where(ProjectMember.project_id == project_id))
        return set(rows.all())


def test_a_signed_scope_becomes_a_project_with_a_task_for_each_line(world):
    sow = signed_sow(world, "Engineering", "Migration")
    project = do(make_project_from_sow, world["Lea"], sow)
    assert (project.name, project.currency, project.lead_id) == ("Data platform", "USD", world.people["Lea"])
    assert (project.budget_minutes, project.budget_minor) == (15_000, 7_000_000)
    assert (project.starts_on, project.ends_on) == (date(2026, 11, 1), date(2027, 3, 31))
    assert [(t.name, t.budget_minutes, t.is_billable) for t in tasks_of(project.id)] == [
        ("Engineering", 12_000, True),
        ("Migration", 3000, True),
    ]
    assert team_of(project.id) == {world.people["Lea"]}


def test_lines_with_the_same_title_become_tasks_with_different_names(world):
    sow = signed_sow(world, "Work " * 40, "Work " * 40, "Design")
    project = do(make_project_from_sow, world["Lea"], sow)
    names = [task.name for task in tasks_of(project.id)]
    assert len(set(names)) == 3
    assert all(len(name) <= 120 for name in names)
    assert names[1].endswith("(2)")


def test_a_scope_becomes_one_project_only(world):
    sow = signed_sow(world, "Engineering")
    do(make_project_from_sow, world["Lea"], sow)
    with pytest.raises(Conflict, match="already has the project Data platform"):
        do(make_project_from_sow, world["Olga"], sow)


@pytest.mark.parametrize("status", ["draft", "sent", "declined"])
def test_a_scope_that_is_not_signed_becomes_no_project(world, status):
    sow = signed_sow(world, "Engineering", status=status)
    with pytest.raises(Conflict, match=f"is {status}"):
        do(make_project_from_sow, world["Lea"], sow)


def test_a_member_makes_no_project(world):
    with pytest.raises(Forbidden):
        do(create_project, world["Ann"], name="Mine")


def test_a_project_takes_its_clients_currency(world):
    assert (
        do(create_project, world["Lea"], name="New", account_id=world.accounts["Kestrel"]).currency == "USD"
    )
    assert do(create_project, world["Lea"], name="Own").currency == "EUR"


def test_a_project_in_a_currency_that_does_not_exist_is_refused(world):
    with pytest.raises(Invalid, match="not a currency") as refused:
        do(create_project, world["Lea"], name="New", currency="XYZ")
    assert refused.value.field == "currency"


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "A", "starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"name": "A", "budget_minutes": -1}, "budget_minutes"),
        ({"name": "A", "budget_minutes": 10**9}, "budget_minutes"),
    ],
)
def test_what_does_not_fit_a_project_is_refused_beside_its_field(world, inputs, field):
    with pytest.raises(Invalid) as refused:
        do(create_project, world["Lea"], **inputs)
    assert refused.value.field == field


def test_who_has_left_leads_no_new_project(world):
    with db.unit_of_work() as session:
        _leave(session, world.people["Ben"], date(2026, 10, 31))
    with pytest.raises(Invalid, match="Ben Test left on 2026-10-31") as refused:
        do(create_project, world["Lea"], name="A", lead_id=world.people["Ben"])
    assert refused.value.field == "lead_id"


def _leave(session: Session, person_id: int, day: date) -> None:
    from psa_app.models import Person

    session.get_one(Person, person_id).left_on = day


def test_a_new_lead_joins_the_team(world):
    project = do(create_project, world["Lea"], name="Portal", lead_id=world.people["Lea"])
    do(
        change_project,
        world["Olga"],
        project.id,
        version=project.version,
        name="Portal",
        lead_id=world.people["Ben"],
    )
    assert team_of(project.id) == {world.people["Lea"], world.people["Ben"]}
    assert past(project.id, "project") == ["created", "member added", "member added", "changed"]


def test_a_second_save_of_the_same_project_is_refused(world):
    project = do(create_project, world["Lea"], name="Portal")
    do(change_project, world["Lea"], project.id, version=project.version, name="Portal 2")
    with pytest.raises(Stale):
        do(change_project, world["Olga"], project.id, version=project.version, name="Portal 3")


def test_a_project_without_a_scope_has_its_own_rounding(world):
    project = do(create_project, world["Lea"], name="Portal")
    do(
        change_project,
        world["Lea"],
        project.id,
        version=project.version,
        name="Portal",
        rounding=Rounding(15, "nearest", 30, "day_task"),
    )
    with db.reading() as session:
        kept = session.get_one(Project, project.id)
    assert (kept.round_increment, kept.round_mode, kept.round_minimum, kept.round_per) == (
        15,
        "nearest",
        30,
        "day_task",
    )


def test_the_signed_scope_says_how_its_project_rounds(world):
    project = do(make_project_from_sow, world["Lea"], signed_sow(world, "Build"))
    with pytest.raises(Invalid, match="The signed scope says") as refused:
        do(
            change_project,
            world["Lea"],
            project.id,
            version=project.version,
            name="Build",
            rounding=Rounding(15),
        )
    assert refused.value.field == "rounding"


def test_a_closed_project_takes_no_time_until_it_is_opened_again(world):
    do(set_project_status, world["Lea"], world.projects["Checkout"], status="closed")
    with pytest.raises(Conflict, match="closed"):
        do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=MON, seconds=3600)
    do(set_project_status, world["Lea"], world.projects["Checkout"], status="active")
    do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=MON, seconds=3600)


def test_neither_project_nor_task_closes_while_a_timer_runs_on_it(world):
    do(start_timer, world["Ann"], task_id=world.tasks["Build"])
    with pytest.raises(Conflict, match="timer of Ann Test"):
        do(set_project_status, world["Lea"], world.projects["Checkout"], status="closed")
    with pytest.raises(Conflict, match="timer of Ann Test"):
        do(set_task_status, world["Lea"], world.tasks["Build"], status="done")
    do(set_task_status, world["Lea"], world.tasks["Review"], status="done")


def test_a_project_has_each_task_name_once(world):
    with pytest.raises(Invalid, match="already has a task Build") as refused:
        do(create_task, world["Lea"], project_id=world.projects["Checkout"], name="Build")
    assert refused.value.field == "name"
    do(create_task, world["Lea"], project_id=world.projects["Platform"], name="Build")


def test_a_task_bills_to_its_own_projects_scope_only(world):
    line = tasks_of(world.projects["Checkout"])[0].sow_line_id
    with pytest.raises(Invalid, match="line of this project") as refused:
        do(create_task, world["Lea"], project_id=world.projects["Platform"], name="X", sow_line_id=line)
    assert refused.value.field == "sow_line_id"


def test_a_task_of_the_firms_own_project_is_never_billable(world):
    task = do(create_task, world["Lea"], project_id=world.projects["Internal"], name="Training")
    assert not task.is_billable


def test_time_that_is_not_approved_follows_the_task_to_not_billable(world):
    entry_id = do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=MON, seconds=3600).id
    assert entry(entry_id).bill_rate_minor == 15000
    task = next(t for t in tasks_of(world.projects["Checkout"]) if t.name == "Build")
    do(
        change_task,
        world["Lea"],
        task.id,
        version=task.version,
        name="Build",
        sow_line_id=task.sow_line_id,
        is_billable=False,
    )
    assert (entry(entry_id).is_billable, entry(entry_id).bill_rate_minor) == (False, None)


def test_another_role_on_the_project_prices_unapproved_time_anew(world):
    entry_id = do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=MON, seconds=3600).id
    do(
        add_member,
        world["Lea"],
        world.projects["Checkout"],
        person_id=world.people["Ann"],
        role_id=world.roles["Junior"],
    )
    assert entry(entry_id).bill_rate_minor == 9000


def test_who_is_taken_off_a_project_keeps_their_time_but_logs_no_more(world):
    do(log_time, world["Ben"], task_id=world.tasks["Build"], work_date=MON, seconds=3600)
    do(remove_member, world["Lea"], world.projects["Checkout"], person_id=world.people["Ben"])
    with pytest.raises((Conflict, NotFound)):
        do(log_time, world["Ben"], task_id=world.tasks["Build"], work_date=MON, seconds=3600)
    with pytest.raises(Conflict, match="not on the project"):
        do(remove_member, world["Lea"], world.projects["Checkout"], person_id=world.people["Ben"])


def test_neither_the_lead_nor_who_is_booked_leaves_the_team(world):
    checkout = world.projects["Checkout"]
    with pytest.raises(Conflict, match="leads this project"):
        do(remove_member, world["Olga"], checkout, person_id=world.people["Lea"])
    with db.unit_of_work() as session:
        session.add(
            Booking(
                person_id=world.people["Ben"], project_id=checkout, starts_on=MON, ends_on=date(2026, 12, 18)
            )
        )
    with pytest.raises(Conflict, match="booked here until 2026-12-18"):
        do(remove_member, world["Lea"], checkout, person_id=world.people["Ben"])


def test_a_task_with_time_or_bookings_is_closed_and_not_deleted(world):
    do(log_time, world["Ann"], task_id=world.tasks["Build"], work_date=MON, seconds=3600)
    with pytest.raises(Conflict, match="time on this task"):
        do(delete_task, world["Lea"], world.tasks["Build"])
    with db.unit_of_work() as session:
        session.add(
            Booking(
                person_id=world.people["Ben"],
                project_id=world.projects["Checkout"],
                task_id=world.tasks["Review"],
                starts_on=MON,
                ends_on=MON,
            )
        )
    with pytest.raises(Conflict, match="booked on this task"):
        do(delete_task, world["Lea"], world.tasks["Review"])
    do(delete_task, world["Lea"], world.tasks["Travel"])
    assert world.tasks["Travel"] not in {task.id for task in tasks_of(world.projects["Checkout"])}


def test_a_member_reaches_no_project_that_they_are_not_on(world):
    with db.reading() as session:
        from psa_app.access import scoped

        names = {project.name for project in session.exec(scoped(world["Ben"], Project))}
        assert names == {"Checkout", "Internal"}
        assert not session.exec(scoped(world["Ben"], Milestone)).all()
