"""Large imports: begun by a person, done by the worker, whole or not at all, found again afterwards."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from psa_app import db
from psa_app.errors import Conflict, Forbidden
from psa_app.jobs import apart
from psa_app.jobs import imports as job
from psa_app.models import Account, ImportFile, ImportRun, User
from psa_app.queries.imports import one_import, own_check, past_imports
from psa_app.resources import RESOURCES
from psa_app.services.imports import (
    begin_check,
    begin_import,
    refused_file,
    retry_import,
    source_file,
    write_checked,
)
from psa_app.services.imports.runs import next_run, run_import
from psa_app.services.ops.rows import load_rows, write_rows
from tests.services.test_record_imports import mapped
from tests.support.world import World, ask, do, row, rows

MANY = "Name,City\n" + "".join(f"Client {number},Wien\n" for number in range(1200))


def begin(world: World, text: str = MANY, who: str = "Fred", agreed: int = 0) -> int:
    resource, table, choices = mapped(world[who], "accounts", text)
    how: dict[str, Any] = {"rows": len(table.rows), "agreed": agreed, "name": "big.csv"}
    return int(do(begin_import, world[who], resource, text.encode(), choices, **how).id)


def run(run_id: int) -> ImportRun:
    run_import(run_id, RESOURCES["accounts"])
    found: ImportRun = row(ImportRun, run_id)
    return found


def test_a_large_file_waits_for_the_worker_and_its_counts_stay(world: World) -> None:
    run_id = begin(world)
    assert (next_run(), row(ImportRun, run_id).state) == (run_id, "waiting")
    with pytest.raises(Conflict, match="is under way"):
        begin(world)
    done = run(run_id)
    assert (done.state, done.added, done.checked, done.name) == ("done", 1200, 1200, "big.csv")
    assert ([one.kind for one in rows(ImportFile)], next_run()) == (["told"], 0)
    assert len([one for one in rows(Account) if one.name.startswith("Client ")]) == 1200


def test_a_check_waits_for_a_word_and_is_written_without_what_it_refused(world: World) -> None:
    text = "Name,E-mail\nFine,\nWrong,nothing\n"
    resource, table, choices = mapped(world["Fred"], "accounts", text)
    before = len(rows(Account))
    given: dict[str, Any] = {"rows": len(table.rows), "name": "big.csv"}
    first = do(begin_check, world["Fred"], resource, text.encode(), choices, **given).id
    second = do(begin_check, world["Fred"], resource, text.encode(), choices, **given).id
    assert [(one.id, one.state) for one in rows(ImportRun)] == [(first, "failed"), (second, "waiting")]
    assert len(rows(ImportFile)) == 1
    with pytest.raises(Conflict, match="not here any more"):
        do(write_checked, world["Fred"], resource, second)
    checked = run(second)
    assert (checked.state, checked.added, checked.refused, len(rows(Account))) == ("done", 1, 1, before)
    assert ask(own_check, world["Fred"], "accounts") == second
    assert [one.id for one in ask(past_imports, world["Fred"], "accounts")] == []
    assert ask(one_import, world["Fred"], "accounts", second).told["refused"][0]["line"] == 3
    assert ask(source_file, world["Fred"], second) == (text.encode(), choices)
    do(write_checked, world["Fred"], resource, second)
    assert (run(second).added, len(rows(Account)), next_run()) == (1, before + 1, 0)
    assert ask(own_check, world["Fred"], "accounts") == 0


def test_refused_rows_that_were_agreed_to_stay_out_and_wait_in_a_file(world: World) -> None:
    done = run(begin(world, "Name,E-mail\nFine,\nWrong,nothing\n", agreed=1))
    assert (done.state, done.added, done.refused) == ("done", 1, 1)
    name, content = ask(refused_file, world["Fred"], done.id)
    assert (name, b"Wrong,nothing,3," in content) == ("accounts-refused.csv", True)
    with pytest.raises(Forbidden):
        ask(refused_file, world["Ann"], done.id)


def test_more_refused_rows_than_someone_agreed_to_stop_it_whole(world: World) -> None:
    before = len(rows(Account))
    done = run(begin(world, "Name,E-mail\nFine,\nWrong,nothing\n"))
    assert (done.state, len(rows(Account))) == ("failed", before)
    assert "1 row is refused" in done.problem


def test_one_that_died_on_the_way_is_done_again_and_writes_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, before = begin(world), len(rows(Account))
    from psa_app.services.imports import runs

    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runs, "keep_told", die)  # after all rows are written, before the commit
    with pytest.raises(KeyboardInterrupt):
        run(run_id)
    assert (len(rows(Account)), row(ImportRun, run_id).state, next_run()) == (before, "running", run_id)
    monkeypatch.undo()
    assert run(run_id).added == 1200
    with pytest.raises(Conflict, match="has ended already"):
        run(run_id)
    assert len(rows(Account)) == before + 1200


def test_who_lost_the_right_meanwhile_writes_nothing(world: World) -> None:
    run_id = begin(world)
    with db.unit_of_work() as session:
        session.get_one(User, world["Fred"].user_id).is_active = False
    assert (run(run_id).state, row(ImportRun, run_id).added) == ("failed", 0)


def test_a_file_that_failed_can_be_tried_again_as_it_was(world: World) -> None:
    run_id, accounts = begin(world), RESOURCES["accounts"]
    with db.unit_of_work() as session:
        session.get_one(User, world["Fred"].user_id).is_active = False
    failed = run(run_id)
    assert [(one.id, one.may_retry) for one in ask(past_imports, world["Olga"], "accounts")] == [
        (run_id, True)
    ]
    with pytest.raises(Forbidden):
        do(retry_import, world["Ann"], accounts, run_id)
    do(retry_import, world["Olga"], accounts, run_id)
    assert (failed.state, row(ImportRun, run_id).problem, next_run()) == ("failed", "", run_id)
    with pytest.raises(Conflict, match="Only a file that failed"):
        do(retry_import, world["Olga"], accounts, run_id)
    assert (run(run_id).added, [one.kind for one in rows(ImportFile)]) == (1200, ["told"])


def test_the_worker_runs_it_in_a_program_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = begin(world)

    class Program:
        def __init__(self, words: list[str]) -> None:
            self.words = words

        def wait(self, seconds: float) -> int:
            run(int(self.words[-1]))
            return 0

    monkeypatch.setattr(apart.subprocess, "Popen", Program)
    assert (job.import_next(lambda: True), job.import_next(lambda: True)) == (1, 0)
    assert row(ImportRun, run_id).state == "done"


def test_a_backup_keeps_the_bytes_of_a_file(tmp_path: Path) -> None:
    table: Any = ImportFile.__table__  # type: ignore[attr-defined]
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), {"import_run_id": 1, "kind": "source", "content": b"\x00Name\xff"})
        manifest = write_rows(connection, table, tmp_path / "rows")
        connection.execute(table.delete())
        load_rows(connection, "import_file", manifest["columns"], tmp_path / "rows")
        assert connection.execute(select(table.c.content)).scalar_one() == b"\x00Name\xff"
