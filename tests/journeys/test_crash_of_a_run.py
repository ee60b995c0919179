"""kill -9 again and again in a billing run and in its issue: nothing lost, nothing twice, no gap.

Two dozen clients in `make test`, five hundred in `make soak`.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from psa_app import db
from psa_app.models import (
    Account,
    BilledTime,
    BillingPart,
    BillingRun,
    Invoice,
    Outbox,
    Project,
    Task,
    TimeEntry,
)
from psa_app.services.invoices.run_work import next_run, work_run
from psa_app.services.invoices.runs import begin_issue, begin_run
from tests.conftest import in_use
from tests.support.books import check_books
from tests.support.crash import TODAY
from tests.support.world import MON, World, do, make_world, rows

ROOT = Path(__file__).resolve().parents[2]
SOAK = os.environ.get("PSA_SOAK") == "1"
CLIENTS = 500 if SOAK else 24
KILLS = 40 if SOAK else 2
pytestmark = [pytest.mark.journey, *([pytest.mark.soak] if SOAK else [])]


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path, clock: Any) -> Iterator[str]:
    file = tmp_path / "psa.db"
    shutil.copyfile(sqlite_template, file)
    for _ in in_use(db.make_engine(f"sqlite:///{file}")):
        yield f"sqlite:///{file}"


def clients_with_work(world: World) -> None:
    """Many clients with an hour of approved time each: copies of one, written at once."""
    entry_id = world.worked("Ann", "Build", MON, 60)
    with db.unit_of_work() as session:
        account = _copied(session.get_one(Account, world.clients["Northwind"]), "name")
        entry = _copied(session.get_one(TimeEntry, entry_id), "project_id", "task_id", "timesheet_id")
        for number in range(CLIENTS - 1):
            client = _kept(session, Account(name=f"Client {number:03}", **account))
            project_id = _kept(session, Project(name=f"Work {number:03}", account_id=client, currency="EUR"))
            task_id = _kept(session, Task(project_id=project_id, name="Build"))
            _kept(session, TimeEntry(project_id=project_id, task_id=task_id, **entry))


def _copied(row: Any, *but: str) -> dict[str, Any]:
    return row.model_dump(exclude={"id", *but})


def _kept(session: Any, row: Any) -> int:
    session.add(row)
    session.flush()
    return int(row.id)


def killed(url: str, run_id: int, points: random.Random) -> int:
    """Works through a run, killed again and again; how often it was killed before it ended."""
    for kill in range(KILLS):
        most = 1500 if SOAK else 300
        command = [
            sys.executable,
            "-m",
            "tests.support.crash_run",
            url,
            str(points.randrange(40, most)),
            str(run_id),
        ]
        died = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
        check_books()
        if died.returncode == 0:
            return kill
        assert died.returncode == -9, died.stderr
        assert next_run() == run_id
    work_run(run_id)
    return KILLS


def test_a_run_killed_again_and_again_bills_each_client_once(url: str) -> None:
    world = make_world()
    clients_with_work(world)
    points = random.Random(7)
    run = do(begin_run, world["Fred"], until=TODAY)
    assert killed(url, run.id, points) >= 1
    drafts = rows(Invoice)
    assert [one.net_minor for one in drafts] == [12_000] * CLIENTS
    assert len({one.account_id for one in drafts}) == CLIENTS == len(rows(BilledTime))
    assert {one.invoice_id for one in rows(BillingPart)} == {one.id for one in drafts}
    again = do(begin_run, world["Fred"], until=TODAY)
    work_run(again.id)
    assert len(rows(Invoice)) == CLIENTS
    chosen = tuple(int(one.id) for one in drafts[:200])
    issue = do(begin_issue, world["Fred"], invoice_ids=chosen)
    assert killed(url, issue.id, points) >= 1
    numbers = [one.number for one in rows(Invoice, status="issued")]
    assert numbers == [f"INV-2026-{number:04}" for number in range(1, len(chosen) + 1)]
    papers = [one.key for one in rows(Outbox, kind="invoice_pdf")]
    assert len(papers) == len(set(papers)) == len(chosen)
    assert {one.state for one in rows(BillingRun)} == {"done"}
    check_books()
