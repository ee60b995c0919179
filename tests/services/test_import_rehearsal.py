"""Large files of what acts make, on SQLite: rehearsed on a copy, carried over while others wait shortly."""

from pathlib import Path
from typing import Any

import pytest

from psa_app import db
from psa_app.access import Actor
from psa_app.formats.tables_in import read_any
from psa_app.models import Account, History, ImportFile, ImportRun, Project, Role, Task
from psa_app.resources import RESOURCES
from psa_app.services.imports import at_once, begin_import, guessed, runs
from psa_app.services.imports.runs import run_import
from psa_app.services.imports.values import Choices
from psa_app.services.records import change_record, create_record
from tests.services.time_world import do
from tests.support.logins import make_people
from tests.support.prepared import prepared
from tests.support.world import row, rows

PROJECTS, TASKS = RESOURCES["projects"], RESOURCES["tasks"]


def make() -> Actor:
    found: Actor = make_people()["Olga"]
    return found


olga = prepared(make, alone=True, only_sqlite=True)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(at_once, "BIG", 2)


def begin(olga: Actor, text: str, kind: str = "projects", agreed: int = 0) -> int:
    data = text.encode()
    table = read_any(data)
    with db.unit_of_work() as session:
        choices = Choices(guessed(session, olga, RESOURCES[kind], table.headers))
        how: Any = {"rows": len(table.rows), "agreed": agreed, "name": "old tool.csv"}
        return int(begin_import(session, olga, RESOURCES[kind], data, choices, **how).id or 0)


def many(count: int) -> str:
    return "Name,Client\n" + "".join(f"Site {number},Northwind\n" for number in range(count))


def run(run_id: int, kind: str = "projects") -> ImportRun:
    run_import(run_id, RESOURCES[kind])
    found: ImportRun = row(ImportRun, run_id)
    return found


def files() -> list[str]:
    place = Path(str(db.engine().url.database))
    return sorted(one.name for one in place.parent.glob(f"{place.name}.import*"))


def between(monkeypatch: pytest.MonkeyPatch, acts: list[Any]) -> None:
    """Each act happens after the acts of the file were rehearsed, before they are carried over."""
    real = runs._done_on_copy

    def then(*given: Any) -> Any:
        found = real(*given)
        if acts:
            acts.pop(0)()
        return found

    monkeypatch.setattr(runs, "_done_on_copy", then)


def test_many_projects_come_in_whole_with_their_history_and_nothing_is_left_beside_the_database(
    olga: Actor,
) -> None:
    done = run(begin(olga, many(30)))
    assert (done.state, done.added, done.checked, done.problem) == ("done", 30, 30, "")
    made = [one for one in rows(Project) if one.name.startswith("Site ")]
    told = [one for one in rows(History) if one.kind == "project" and one.verb == "created"]
    assert {one.id for one in made} == {one.record_id for one in told}
    assert {one.reason for one in told} == {"Import of old tool.csv"}
    assert (len(made), [one.kind for one in rows(ImportFile)], files()) == (30, ["told"], [])


def test_who_waits_for_a_large_file_keeps_nobody_from_writing(
    olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, table = at_once.apply_records, read_any(many(30).encode())

    def meanwhile(*given: Any, **how: Any) -> Any:
        done = real(*given, **how)
        do(create_record, olga, RESOURCES["roles"], {"name": "Designer"})
        return done

    monkeypatch.setattr(at_once, "apply_records", meanwhile)
    with db.reading() as session:
        choices = Choices(guessed(session, olga, PROJECTS, table.headers))
    heard: list[int] = []
    done = at_once.import_at_once(olga, PROJECTS, table, choices, name="old tool.csv", tell=heard.append)
    (kept,) = rows(ImportRun)
    assert (done.count("new"), kept.added, kept.state, files()) == (30, 30, "done", [])
    assert len([one for one in rows(Project) if one.name.startswith("Site ")]) == 30
    assert {"Designer"} <= {one.name for one in rows(Role)}


def test_what_is_here_is_changed_and_new_tasks_join_their_projects(olga: Actor) -> None:
    run(begin(olga, many(3)))
    text = "Project,Task,Budget (minutes)\n" + "".join(f"Site 1,Part {n},60\n" for n in range(3))
    assert run(begin(olga, text, "tasks"), "tasks").added == 3
    changed = run(begin(olga, text.replace(",60", ",90"), "tasks"), "tasks")
    assert (changed.added, changed.changed) == (0, 3)
    assert {one.budget_minutes for one in rows(Task)} == {90}


def test_one_refused_row_keeps_all_of_them_out(olga: Actor) -> None:
    done = run(begin(olga, many(5) + "Lost,Nobody Ltd\n"))
    assert (done.state, done.refused) == ("failed", 0)
    assert "1 row is refused" in done.problem
    assert [one for one in rows(Project) if one.name.startswith("Site ")] == []


def test_what_others_log_meanwhile_stays_and_history_follows_it(
    olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    between(monkeypatch, [lambda: do(create_record, olga, RESOURCES["roles"], {"name": "Designer"})])
    done = run(begin(olga, many(4)))
    lines = [(one.kind, one.verb) for one in rows(History)]
    assert (done.state, done.tries, lines.count(("project", "created"))) == ("done", 1, 4)
    assert lines.count(("role", "created")) == 1


def test_what_others_change_of_what_was_read_is_seen_before_anything_is_written(
    olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (client,) = [one for one in rows(Account) if one.name == "Northwind"]
    renamed = {"name": "Southwind"}
    accounts = RESOURCES["accounts"]
    between(monkeypatch, [lambda: do(change_record, olga, accounts, client.id, renamed, version=None)])
    done = run(begin(olga, many(4)))
    assert (done.state, [one for one in rows(Project) if one.name.startswith("Site ")]) == ("failed", [])
    assert "4 rows are refused" in done.problem


def test_where_others_never_rest_the_file_says_so_and_can_be_tried_again(
    olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (f"Between {number}" for number in range(9))
    accounts = RESOURCES["accounts"]
    between(monkeypatch, [lambda: do(create_record, olga, accounts, {"name": next(names)})] * 9)
    done = run(begin(olga, many(4)))
    assert (done.state, done.problem) == ("failed", runs.TOO_BUSY)
    assert [one for one in rows(Project) if one.name.startswith("Site ")] == []
