"""Two begin at once, two workers take the same rows: each row is done once."""

from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Conflict
from psa_app.jobs import bulk as job
from psa_app.models import Account, BulkRow, BulkRun, History
from psa_app.resources import RESOURCES
from psa_app.services.lowcode import bulk, bulk_runs
from psa_app.services.lowcode.bulk_runs import begin_bulk
from psa_app.services.records import create_record
from tests.services.time_world import do, race
from tests.support.logins import make_people

MANY = 12
ACCOUNTS = RESOURCES["accounts"]


@pytest.fixture
def olga(own_database: Any, clock: Any, monkeypatch: pytest.MonkeyPatch) -> Actor:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_runs, "PART", 2)
    monkeypatch.setattr(job, "REST", 0)
    found: Actor = make_people()["Olga"]
    with db.unit_of_work() as session:
        for number in range(MANY):
            create_record(session, found, ACCOUNTS, {"name": f"Many {number}"})
    return found


def begin(olga: Actor, city: str) -> int:
    with db.reading() as session:
        many = select(Account.id).where(col(Account.name).startswith("Many "))
        ids = [int(one or 0) for one in session.exec(many)]
    run, _ = do(begin_bulk, olga, ACCOUNTS, "change_field", "Change", ids, {"city": city})
    return int(run.id)


def times_changed() -> list[int]:
    """How often each account was changed."""
    with db.reading() as session:
        lines = session.exec(
            select(History).where(History.kind == "account", History.verb == "changed")
        ).all()
    ids = [one.record_id for one in lines]
    return sorted(ids.count(one) for one in set(ids))


def test_of_two_tabs_that_begin_at_once_one_does(olga: Actor) -> None:
    found = race(lambda: begin(olga, "Graz"), lambda: begin(olga, "Linz"))
    assert sum(isinstance(one, Conflict) for one in found) == 1
    with db.reading() as session:
        assert len(session.exec(select(BulkRun)).all()) == 1
    assert times_changed() == [1, 1]


def test_each_row_belongs_to_one_part_even_with_two_workers(olga: Actor) -> None:
    run_id = begin(olga, "Graz")
    race(*[lambda: job.work_bulks(RESOURCES)] * 2)
    assert times_changed() == [1] * MANY
    with db.reading() as session:
        run = session.get_one(BulkRun, run_id)
        marked = session.exec(select(BulkRow.outcome).where(col(BulkRow.bulk_run_id) == run_id)).all()
    assert (run.done, run.state, set(marked)) == (MANY, "done", {"done"})
