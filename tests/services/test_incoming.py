"""Projects, tasks, scopes and rates from files: rows that become records by the acts that make them."""

from dataclasses import replace
from typing import Any

import pytest

from psa_app.access import Actor
from psa_app.errors import Conflict, Forbidden
from psa_app.formats.csv_out import write_csv
from psa_app.models import FeePart, History, ImportRun, Milestone, Person, Project, Rate, Sow, SowLine, Task
from psa_app.queries.exports import export_table
from psa_app.queries.import_keys import importable
from psa_app.resources import RESOURCES
from tests.services.test_record_imports import bring, outcomes, plan, reasons
from tests.support.world import World, ask, past, rows


def project(name: str) -> Project:
    return next(one for one in rows(Project) if one.name == name)


def person(name: str) -> Person:
    return next(one for one in rows(Person) if one.name.startswith(name))


def test_projects_come_in_by_their_act_with_client_and_lead_by_name_or_address(world: World) -> None:
    ann = person("Ann")
    text = (
        "Name,Client,Lead,From,To,Budget (minutes),State\n"
        f"Rebuild,Northwind,{ann.email},2026-12-01,2027-03-31,6000,planned\n"
        "Inside,,,,,,\n"
    )
    assert outcomes(bring(world["Olga"], "projects", text)) == ["new", "new"]
    made = project("Rebuild")
    assert (made.account_id, made.lead_id, made.budget_minutes, made.status) == (
        world.clients["Northwind"],
        ann.id,
        6000,
        "planned",
    )
    assert past("project", int(made.id))[0] == "created"
    assert outcomes(plan(world["Olga"], "projects", text)) == ["same", "same"]
    done = bring(world["Olga"], "projects", "Name,Client,Budget (minutes)\nRebuild,Northwind,6600\n")
    assert outcomes(done) == ["changed"]
    assert (project("Rebuild").budget_minutes, project("Rebuild").lead_id) == (6600, ann.id)


def test_a_project_row_that_the_act_would_refuse_is_refused_before(world: World) -> None:
    text = (
        "Name,Client,Lead,From,To\nA,Nobody Ltd,,,\nB,Northwind,Ghost,,\nC,Northwind,,2026-12-02,2026-12-01\n"
    )
    before = len(rows(Project))
    found = plan(world["Olga"], "projects", text)
    assert reasons(found) == [
        "There is no client “Nobody Ltd” here. Add it first, or write the name as it stands.",
        "There is no lead “Ghost” here. Add it first, or write the name as it stands.",
        "The end lies before the start.",
    ]
    with pytest.raises(Conflict, match="Nothing was imported"):
        bring(world["Olga"], "projects", text + "D,Northwind,,,\n")
    assert len(rows(Project)) == before
    bring(world["Olga"], "projects", text + "D,Northwind,,,\n", only_good=True)
    assert len(rows(Project)) == before + 1


def test_tasks_find_their_project_and_a_twin_within_the_file_is_refused(world: World) -> None:
    bring(world["Olga"], "projects", "Name,Client\nRebuild,Northwind\n")
    text = "Project,Task,Budget (minutes),Billable,From,Due\nRebuild,Sketch,600,no,2026-12-01,2026-12-05\n"
    assert outcomes(bring(world["Olga"], "tasks", text)) == ["new"]
    task = next(one for one in rows(Task) if one.name == "Sketch")
    assert (task.project_id, task.budget_minutes, task.is_billable) == (project("Rebuild").id, 600, False)
    assert str(task.due_on) == "2026-12-05"
    assert outcomes(plan(world["Olga"], "tasks", text)) == ["same"]
    twice = plan(world["Olga"], "tasks", "Project,Task\nRebuild,New one\nRebuild,New one\n")
    assert outcomes(twice) == ["new", "refused"]
    done = bring(world["Olga"], "tasks", "Project,Task,State\nRebuild,Sketch,Done\n")
    assert outcomes(done) == ["changed"]
    assert next(one for one in rows(Task) if one.name == "Sketch").status == "done"


SCOPES = """Client,Title,From,To,Line,Billing,Value,Cap,Rate an hour,Role,Milestone,Milestone due
Northwind,Shop,2026-12-01,2027-02-28,Build,Time and materials,,20000,150,Engineer,,
Northwind,Shop,,,Build,,,,110,,,
Northwind,Shop,,,Go live,Milestones,4000,,,,Design accepted,2026-12-15
Northwind,Shop,,,Go live,,6000,,,,Live,2027-02-01
Northwind,Audit,2027-01-01,,Report,Fixed fee,5000,,,,,
"""


def test_rows_of_one_scope_become_one_draft_with_its_lines_rates_and_milestones(world: World) -> None:
    done = bring(world["Olga"], "sows", SCOPES)
    assert (done.count("new"), outcomes(done)) == (2, ["new", "part", "part", "part", "new"])
    shop = next(one for one in rows(Sow) if one.title == "Shop")
    assert (shop.status, shop.currency, shop.account_id) == ("draft", "EUR", world.clients["Northwind"])
    build, live = sorted(rows(SowLine, sow_id=shop.id), key=lambda one: one.position)
    assert (build.model, build.cap_minor, live.model, live.value_minor) == (
        "time_and_materials",
        2_000_000,
        "milestone",
        1_000_000,
    )
    assert sorted(one.amount_minor for one in rows(Rate, sow_line_id=build.id)) == [11000, 15000]
    assert [one.title for one in rows(Milestone, sow_line_id=live.id)] == ["Design accepted", "Live"]
    assert len(rows(FeePart)) >= 1
    again = plan(world["Olga"], "sows", SCOPES)
    assert (again.count("new"), again.count("same"), again.refused) == (0, 2, ())
    other = plan(world["Olga"], "sows", SCOPES.replace("20000", "30000"))
    assert "is here already and says it otherwise" in reasons(other)[0]


def test_one_wrong_line_refuses_its_scope_and_no_other(world: World) -> None:
    wrong = SCOPES.replace("150,Engineer", "-1,Engineer").replace("Fixed fee,5000", "Fixed fee,")
    before = len(rows(Sow))
    found = plan(world["Olga"], "sows", wrong + "Kestrel,Fine,2027-01-01,,Care,Subscription,900,,,,,\n")
    assert outcomes(found) == ["refused"] * 5 + ["new"]
    assert "Line 2 belongs to it and is refused: mend that first." in reasons(found)
    assert "Give the fee." in reasons(found)
    assert len(rows(Sow)) == before


def test_rates_come_in_and_an_overlap_is_refused_also_within_the_file(world: World) -> None:
    text = "Level,Client,Currency,An hour,From\nClient,Kestrel,USD,140,2031-01-01\n"
    assert outcomes(bring(world["Olga"], "rates", text)) == ["new"]
    assert outcomes(plan(world["Olga"], "rates", text)) == ["same"]
    more = text + "Client,Kestrel,USD,150,2031-06-01\nClient,,USD,150,2031-06-01\n"
    found = plan(world["Olga"], "rates", more)
    assert outcomes(found) == ["same", "refused", "refused"]
    assert reasons(found) == [
        "A rate of 140.00 USD counts from 2031-01-01 on already. End it first.",
        "Choose a client.",
    ]


def test_what_only_the_act_refuses_stays_out_alone_where_good_rows_are_wanted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RESOURCES["projects"]
    way = real.incoming
    assert way is not None

    def moody(session: Any, actor: Actor, record: Any, given: Any) -> int:
        made = way.write(session, actor, record, given)
        if given[0]["name"] == "Second":
            raise Conflict("Not on a Monday.")
        return made

    monkeypatch.setitem(RESOURCES, "projects", replace(real, incoming=replace(way, write=moody)))
    text, before = "Name,Client\nFirst,Northwind\nSecond,Northwind\n", len(rows(Project))
    with pytest.raises(Conflict, match="Line 3: Not on a Monday"):
        bring(world["Olga"], "projects", text)
    assert len(rows(Project)) == before
    done = bring(world["Olga"], "projects", text, only_good=True)
    assert (outcomes(done), done.late, reasons(done)) == (["new", "refused"], 1, ["Not on a Monday."])
    assert len(rows(Project)) == before + 1
    why = {one.reason for one in rows(History, kind="project", record_id=project("First").id)}
    assert why == {"Import of crm.csv"}
    kept = rows(ImportRun)[-1]
    assert (kept.added, kept.refused) == (1, 1)


def test_who_may_not_do_the_act_may_not_import_its_records(world: World) -> None:
    for kind in ("projects", "tasks", "sows", "rates"):
        with pytest.raises(Forbidden):
            plan(world["Ann"], kind, "Name\nX\n")


def test_every_kind_that_can_come_in_comes_back_from_its_own_file_without_a_change(world: World) -> None:
    bring(world["Olga"], "sows", SCOPES)
    bring(world["Olga"], "exchange_rates", "Currency,Day,Rate\nCHF,2026-11-02,1.095\n")
    olga: Actor = world["Olga"]
    seen, before = set(), len(rows(History))
    for kind, resource in RESOURCES.items():
        out: Any = ask(export_table, olga, resource)
        if importable(resource) and out.rows:
            text = write_csv(out.headers, out.rows).decode("utf-8-sig")
            found = plan(olga, kind, text)
            assert set(outcomes(found)) <= {"same", "part"}, (kind, reasons(found)[:3], outcomes(found)[:5])
            seen.add(kind)
    assert {"projects", "tasks", "sows", "rates", "accounts", "people", "tax_rates", "exchange_rates"} <= seen
    assert len(rows(History)) == before
