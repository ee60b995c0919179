"""What may go wrong, or be tried, with large imports: begun twice, done twice at once, read by others."""

from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Busy, Conflict, NotFound, PsaError
from psa_app.models import Account, ImportRun
from psa_app.queries.imports import past_imports
from psa_app.resources import RESOURCES
from psa_app.services.imports import begin_import, refused_file, runs
from psa_app.services.imports.runs import run_import
from psa_app.services.lowcode.fields import create_field
from tests.services.test_record_imports import bring, mapped
from tests.services.time_world import race
from tests.support.prepared import prepared
from tests.support.world import World, ask, do, make_world, row, rows

TEXT = "Name,City\n" + "".join(f"Client {number},Wien\n" for number in range(300))


firm = prepared(make_world, alone=True)


def begin(world: World, text: str = TEXT) -> int:
    resource, table, choices = mapped(world["Fred"], "accounts", text)
    how: dict[str, Any] = {"rows": len(table.rows), "agreed": 0, "name": "big.csv"}
    return int(do(begin_import, world["Fred"], resource, text.encode(), choices, **how).id)


def test_an_import_begun_twice_at_once_is_begun_once(firm: World) -> None:
    results = race(*[lambda: begin(firm)] * 4)
    assert sum(isinstance(one, int) for one in results) == 1
    assert sum(isinstance(one, Conflict) for one in results) == 3
    assert len(rows(ImportRun)) == 1


def test_an_import_that_two_workers_take_at_once_is_written_once(firm: World) -> None:
    run_id = begin(firm)

    def work() -> str:
        try:
            return run_import(run_id, RESOURCES["accounts"])
        except PsaError as error:
            return error.sentence

    results = race(work, work)
    assert min(str(one) for one in results) == "300 new, 0 changed, 0 refused"
    assert row(ImportRun, run_id).state == "done"
    assert len([one for one in rows(Account) if one.name.startswith("Client ")]) == 300


def test_waiting_for_others_counts_for_no_failed_try(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run_id = begin(world)

    def busy(*_: Any, **__: Any) -> None:
        raise Busy()

    with monkeypatch.context() as patched:
        patched.setattr(runs, "_write", busy)
        for _ in range(runs.MOST_TRIES + 1):
            run_import(run_id, RESOURCES["accounts"])
    assert row(ImportRun, run_id).state == "waiting"
    run_import(run_id, RESOURCES["accounts"])
    assert (row(ImportRun, run_id).state, row(ImportRun, run_id).added) == ("done", 300)


def test_refused_rows_with_what_a_field_hides_are_read_by_who_brought_them_only(world: World) -> None:
    """Fred may import clients, but not see the field that Olga filled."""
    do(create_field, world["Olga"], kind="accounts", label="Secret", type="text", seen_by=["owner"])
    text = "Name,E-mail,Secret\nFine,,\nWrong,nothing,Harbour-secret-7\n"
    bring(world["Olga"], "accounts", text, only_good=True)
    (run,) = rows(ImportRun)
    assert b"Harbour-secret-7" in ask(refused_file, world["Olga"], run.id)[1]
    with pytest.raises(NotFound):
        ask(refused_file, world["Fred"], run.id)
    assert [one.has_file for one in ask(past_imports, world["Fred"], "accounts")] == [False]
    assert [one.has_file for one in ask(past_imports, world["Olga"], "accounts")] == [True]
    with db.reading() as session:
        assert session.get_one(ImportRun, run.id).refused == 1
