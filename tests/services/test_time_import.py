"""Time from other tools: planned, then written whole or not at all."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, update
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid
from psa_app.formats.csv_files import read_table
from psa_app.formats.time_exports import ImportedEntry, Problem, Reading, read_entries, suggest_mapping
from psa_app.models import Account, CostRate, History, ImportRun, Project, ProjectMember, Task, TimeEntry
from psa_app.rules.money import Money
from psa_app.services.rates import create_rate
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.imports import ImportChoices, apply_import, plan_import
from psa_app.services.time.lock import lock_time
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_all
from tests.services.time_world import FRI, MON, TODAY, TUE, World, ask, do, entries, make_world, past
from tests.support.prepared import prepared

FILE = Path("tests/data/time-exports/clockify_shared_report.csv")
HOUR = 3600
CHOICES = ImportChoices()


world = prepared(make_world)


def row(number: int = 1, **changes: Any) -> ImportedEntry:
    usual = ImportedEntry(
        line=number + 1,
        person="Ann Test",
        email="",
        client="Northwind",
        project="Checkout",
        task="Build",
        note="",
        billable=True,
        day=MON,
        seconds=HOUR,
        started_at=None,
        ended_at=None,
        tags=(),
        already_invoiced=False,
        key=f"key-{number}",
    )
    return usual._replace(**changes)


def reading(*rows: ImportedEntry) -> Reading:
    return Reading(entries=rows, rows=len(rows))


def real_file(person: str = "ann@example.com") -> Reading:
    table = read_table(FILE.read_bytes())
    return read_entries(table, suggest_mapping(table, "Europe/Vienna"), person=person)


def apply(world: World, *rows: ImportedEntry, by: str = "Fred", choices: ImportChoices = CHOICES) -> Any:
    return do(apply_import, world[by], reading(*rows), choices)


def counted(model: Any) -> int:
    with db.reading() as session:
        return int(session.exec(select(func.count()).select_from(model)).one())


def test_the_real_export_comes_in_to_the_second_and_only_once(world: World) -> None:
    plan = ask(plan_import, world["Fred"], real_file(), CHOICES)
    assert (plan.entries, plan.seconds, plan.ready, plan.known) == (99, 279_183, True, 0)
    assert {one.project: one.seconds for one in plan.projects} == {
        "Project A": 64_967,
        "Project B": 115_990,
        "Project C": 66_463,
        "Project D": 31_763,
    }
    assert (plan.new_clients, len(plan.new_projects), plan.new_members) == (("Company",), 4, 4)
    assert counted(TimeEntry) == 0
    done = do(apply_import, world["Fred"], real_file(), CHOICES, name=FILE.name, layout="clockify_shared")
    assert (done.added, done.seconds, done.unpriced) == (99, 279_183, 99)
    again = do(apply_import, world["Fred"], real_file(), CHOICES)
    assert (again.added, again.known, counted(TimeEntry), counted(ImportRun)) == (0, 99, 99, 2)


def test_the_real_export_is_priced_handed_in_and_approved_by_someone_else(world: World) -> None:
    done = do(apply_import, world["Fred"], real_file(), CHOICES)
    with db.reading() as session:
        account = session.exec(select(Account).where(Account.name == "Company")).one()
    do(
        create_rate,
        world["Fred"],
        level="account",
        rate=Money(12000, "EUR"),
        valid_from=date(2024, 1, 1),
        account_id=account.id,
    )
    sheets = do(submit_all, world["Fred"], until=done.weeks[-1], person_id=world.people["Ann"])
    assert sum(sheet.entries for sheet in sheets) == 99
    ids = tuple(one.id or 0 for one in entries())
    approved = do(approve_entries, world["Olga"], entry_ids=ids)
    assert (approved.seconds, approved.unpriced) == (279_183, 0)
    assert {one.bill_rate_minor for one in entries()} == {12000}


def test_what_is_missing_is_made_and_what_is_there_is_found_by_name(world: World) -> None:
    apply(
        world,
        row(1),
        row(2, client=" northwind", project="CHECKOUT", task="build"),
        row(3, client="Acme", project="Site", task="", day=TUE),
        row(4, client="Acme", project="Site", task="Design", billable=False, day=TUE),
        row(5, client="", project="Internal", task="Hiring", day=FRI),
    )
    with db.reading() as session:
        acme = session.exec(select(Account).where(Account.name == "Acme")).one()
        site = session.exec(select(Project).where(Project.name == "Site")).one()
        tasks = {one.name: one for one in session.exec(select(Task).where(Task.project_id == site.id)).all()}
        on_site = session.exec(
            select(ProjectMember.person_id).where(ProjectMember.project_id == site.id)
        ).all()
    assert (site.account_id, site.currency, site.status) == (acme.id, "EUR", "active")
    assert {name: task.is_billable for name, task in tasks.items()} == {"General": True, "Design": False}
    assert list(on_site) == [world.people["Ann"]]
    tasks_used = [one.task_id for one in entries()]
    build, hiring = world.tasks["Build"], world.tasks["Hiring"]
    assert tasks_used == [build, build, tasks["General"].id, tasks["Design"].id, hiring]
    assert counted(Account) == 3


def test_imported_time_is_a_priced_draft_with_a_line_of_history_each(world: World) -> None:
    start = datetime(2026, 11, 16, 8, 0, tzinfo=UTC)
    apply(world, row(1, note=" As it was \n", started_at=start, ended_at=start.replace(hour=9)))
    (one,) = entries()
    assert (one.status, one.source, one.note, one.seconds) == ("draft", "import", " As it was \n", HOUR)
    assert (one.bill_rate_minor, one.bill_level, one.cost_rate_minor) == (15000, "sow_line", 5500)
    assert (one.started_at, one.import_key) == (start, "key-1")
    assert past(one.id or 0) == ["imported"]


def test_each_day_has_the_prices_of_its_own_time_also_among_many(world: World) -> None:
    with db.unit_of_work() as session:
        session.add(CostRate(person_id=world.people["Ann"], valid_from=FRI, amount_minor=6100))
    do(
        create_rate,
        world["Fred"],
        level="project_person",
        rate=Money(25000, "USD"),
        valid_from=TUE,
        project_id=world.projects["Platform"],
        person_id=world.people["Ann"],
    )
    where = {"client": "Kestrel", "project": "Platform", "task": "Data"}
    apply(world, *(row(number, day=day, **where) for number, day in enumerate((FRI, MON, TUE))))
    own = [(25000, 6100), (20000, 5500), (25000, 5500)]
    assert [(one.bill_rate_minor, one.cost_rate_minor) for one in entries()] == own
    with db.unit_of_work() as session:
        session.connection().execute(update(TimeEntry).values(bill_rate_minor=1, cost_rate_minor=1))
    do(submit_all, world["Ann"], until=202648)
    do(approve_entries, world["Olga"], entry_ids=tuple(one.id or 0 for one in entries()))
    assert [(one.bill_rate_minor, one.cost_rate_minor) for one in entries()] == own


def test_what_was_billed_elsewhere_never_becomes_billable_again(world: World) -> None:
    plan = ask(plan_import, world["Fred"], reading(row(1, already_invoiced=True)), CHOICES)
    assert plan.billed_elsewhere == 1
    apply(world, row(1, already_invoiced=True), row(2, billable=False), row(3, task="Travel", billable=False))
    assert [(one.is_billable, one.no_charge_reason) for one in entries()] == [
        (False, "Billed in another system before the import"),
        (False, "Not billable in the imported file"),
        (False, ""),
    ]
    assert all(one.bill_rate_minor is None for one in entries())


def test_equal_rows_are_two_entries_and_known_ones_are_left_out(world: World) -> None:
    apply(world, row(1), row(2))
    done = apply(world, row(1), row(2), row(3, day=TUE))
    assert (done.added, done.known, len(entries())) == (1, 2, 3)


def test_people_are_matched_by_address_then_by_name(world: World) -> None:
    apply(
        world,
        row(1, person="", email="BEN@example.com"),
        row(2, person="ann  test"),
        row(3, person="Whoever", email="ann@example.com"),
    )
    ann, ben = world.people["Ann"], world.people["Ben"]
    assert [one.person_id for one in entries()] == [ben, ann, ann]


def test_an_unknown_person_is_asked_for_and_can_be_chosen(world: World) -> None:
    plan = ask(plan_import, world["Fred"], reading(row(1, person="A. Test")), CHOICES)
    assert [(one.line, one.column) for one in plan.problems] == [(2, "person")]
    assert "A. Test is nobody here" in plan.problems[0].sentence
    choices = ImportChoices(people={"A. Test": world.people["Ann"]})
    assert apply(world, row(1, person="A. Test"), choices=choices).added == 1


def test_rows_go_to_the_project_and_client_that_were_chosen(world: World) -> None:
    choices = ImportChoices(
        projects={("Northwind Ltd", "Shop"): world.projects["Checkout"]},
        clients={"Kestrel Foods": world.accounts["Kestrel"]},
    )
    new_one = row(2, client="Kestrel Foods", project="New", day=TUE)
    apply(world, row(1, client="Northwind Ltd", project="Shop"), new_one, choices=choices)
    with db.reading() as session:
        new = session.exec(select(Project).where(Project.name == "New")).one()
    assert (new.account_id, new.currency) == (world.accounts["Kestrel"], "USD")
    assert [one.project_id for one in entries()] == [world.projects["Checkout"], new.id]
    assert [one.bill_currency for one in entries()] == ["EUR", "USD"]


def test_a_project_without_a_client_is_the_firms_own_work_and_says_so(world: World) -> None:
    rows = reading(row(1, client="", project="Side project"))
    plan = ask(plan_import, world["Fred"], rows, CHOICES)
    assert any("Side project has no client" in sentence for sentence in plan.warnings)
    do(apply_import, world["Fred"], rows, CHOICES)
    assert not entries()[0].is_billable


WRONG = [
    ({"day": date(2023, 5, 5)}, "starts on 2024-01-01"),
    ({"day": date(2026, 10, 30)}, "2026-10-31 is locked"),
    ({"seconds": 22 * HOUR}, "24:00"),
    ({"seconds": 90_000}, "at most 24 hours"),
    ({"person": "Nobody"}, "nobody here"),
    ({"project": ""}, "names no project"),
    ({"note": "x" * 20_000}, "longer than"),
    ({"note": "\0"}, "no text"),
    ({"task": "a\nb"}, "characters"),
    ({"client": "x" * 300}, "200 is the most"),
    ({"day": date(2031, 1, 1)}, "year ahead"),
    ({"project": "Platform", "client": "Kestrel"}, "Platform is closed"),
    ({"task": "Review"}, "Review is done"),
]


@pytest.mark.parametrize(("wrong", "sentence"), WRONG)
def test_one_wrong_row_is_told_with_its_line_and_nothing_is_imported(
    world: World, wrong: dict[str, Any], sentence: str
) -> None:
    with db.unit_of_work() as session:
        session.get_one(Project, world.projects["Platform"]).status = "closed"
        session.get_one(Task, world.tasks["Review"]).status = "done"
    do(lock_time, world["Fred"], through=date(2026, 10, 31))
    do(log_time, world["Ann"], task_id=world.tasks["Hiring"], work_date=MON, seconds=3 * HOUR)
    rows = (row(1, day=TUE), row(2, **wrong), row(3, client="Fresh", project="Fresh", day=FRI))
    before = [counted(model) for model in (Account, Project, Task, TimeEntry, History, ProjectMember)]
    plan = ask(plan_import, world["Fred"], reading(*rows), CHOICES)
    assert (plan.ready, plan.problems[0].line) == (False, 3)
    assert sentence in plan.problems[0].sentence
    with pytest.raises(Conflict, match=r"Nothing was imported\. Line 3"):
        apply(world, *rows)
    assert [counted(model) for model in (Account, Project, Task, TimeEntry, History, ProjectMember)] == before


def test_two_running_projects_of_one_name_are_asked_about(world: World) -> None:
    with db.unit_of_work() as session:
        session.add(Project(name="checkout", account_id=world.accounts["Northwind"]))
    plan = ask(plan_import, world["Fred"], reading(row(1)), CHOICES)
    assert "Several projects are called Checkout" in plan.problems[0].sentence


def test_a_file_that_cannot_be_read_yet_is_not_planned(world: World) -> None:
    broken = Reading(problems=(Problem(2, "Date", "Not a day."),), problem_count=1)
    with pytest.raises(Invalid):
        ask(plan_import, world["Fred"], broken, CHOICES)


@pytest.mark.parametrize("who", ["Lea", "Ann"])
def test_only_owner_and_finance_import(world: World, who: str) -> None:
    for function in (plan_import, apply_import):
        with pytest.raises(Forbidden):
            do(function, world[who], reading(row(1)), CHOICES)


def test_problems_are_counted_beyond_those_that_are_shown(world: World) -> None:
    rows = [row(number, day=date(2020, 1, 1), seconds=60) for number in range(150)]
    plan = ask(plan_import, world["Fred"], reading(*rows), CHOICES)
    assert (plan.problem_count, len(plan.problems)) == (150, 100)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Ann Test", "Ben Test"]),
            st.sampled_from(["A", "a ", "B", ""]),
            st.sampled_from(["P", "Q"]),
            st.integers(1, 4000),
            st.integers(0, 4),
        ),
        max_size=30,
    )
)
def test_no_second_is_lost_or_doubled_whatever_the_rows(
    sqlite_database: Any, found: list[tuple[str, str, str, int, int]]
) -> None:
    with db.unit_of_work() as session:
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in reversed(TimeEntry.metadata.sorted_tables):
            session.connection().execute(table.delete())
    world = do(make_world)
    rows = [
        row(number, person=who, client=client, project=project, seconds=seconds, day=date(2026, 11, 16 + day))
        for number, (who, client, project, seconds, day) in enumerate(found)
    ]
    plan = ask(plan_import, world["Fred"], reading(*rows), CHOICES)
    assert plan.seconds == sum(one.seconds for one in rows) == sum(one.seconds for one in plan.projects)
    done = apply(world, *rows)
    wanted: Counter[tuple[int, date]] = Counter()
    for one in rows:
        wanted[world.people[one.person.split()[0]], one.day] += one.seconds
    there: Counter[tuple[int, date]] = Counter()
    for stored in entries():
        there[stored.person_id, stored.work_date] += stored.seconds
    assert there == wanted
    assert apply(world, *rows).added == 0
    assert done.added == len(rows)


def test_a_choice_that_is_not_there_is_as_no_choice(world: World) -> None:
    choices = replace(CHOICES, people={"Ann Test": 10**6}, clients={"Northwind": 10**6})
    assert apply(world, row(1, day=TODAY), choices=choices).added == 1
