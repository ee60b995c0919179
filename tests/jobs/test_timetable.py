"""What runs by the clock, and what is made up for when the machine was off."""

from datetime import UTC, datetime, timedelta

import pytest

from psa_app import db
from psa_app.jobs import timetable
from psa_app.models import JobRun
from psa_app.services.ops.runs import FAILED, begin_run, end_run, last_run

NIGHT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


def ran(started: datetime, outcome: str = "", *, ended: bool = True) -> JobRun:
    return JobRun(name="backup", started_at=started, finished_at=started if ended else None, outcome=outcome)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, NIGHT + timedelta(hours=6), True),
        (ran(NIGHT), NIGHT + timedelta(hours=6), False),
        (ran(NIGHT), NIGHT + timedelta(hours=23, minutes=59), False),
        (ran(NIGHT), NIGHT + timedelta(hours=24), True),
        (ran(NIGHT - timedelta(days=3)), NIGHT - timedelta(hours=1), True),
        (ran(NIGHT - timedelta(hours=20)), NIGHT - timedelta(hours=1), False),
        (ran(NIGHT, FAILED + "disk full"), NIGHT + timedelta(minutes=59), False),
        (ran(NIGHT, FAILED + "disk full"), NIGHT + timedelta(minutes=60), True),
        (ran(NIGHT, ended=False), NIGHT + timedelta(minutes=60), True),
    ],
)
def test_a_nightly_job_runs_once_a_night_or_when_the_machine_is_on_again(last, now, due):
    assert timetable.is_due(last, now, 3) is due


@pytest.fixture
def nights(monkeypatch):
    done: list[str] = []
    jobs = tuple((name, lambda name=name: done.append(name) or "fine") for name in ("backup", "checks"))
    monkeypatch.setattr(timetable, "NIGHTLY", jobs)
    return done


def test_a_night_writes_down_what_came_of_each_job(sqlite_database, setting, clock, nights):
    assert [timetable.nightly() for _ in range(3)] == ["backup", "checks", ""]
    with db.reading() as session:
        run = last_run(session, "checks")
    assert (run.outcome, run.finished_at) == ("fine", clock())
    clock.forward(days=1)
    assert [timetable.nightly() for _ in range(3)] == ["backup", "checks", ""]
    assert nights == ["backup", "checks"] * 2


def test_no_backup_is_made_when_it_is_off(sqlite_database, setting, clock, nights):
    setting(BACKUP_HOUR="off")
    assert [timetable.nightly() for _ in range(2)] == ["checks", ""]


def test_a_job_that_breaks_says_so_and_the_next_one_runs(sqlite_database, setting, clock, monkeypatch):
    def broken() -> str:
        raise ZeroDivisionError("nothing to divide by")

    monkeypatch.setattr(timetable, "NIGHTLY", (("backup", broken), ("checks", lambda: "fine")))
    assert [timetable.nightly() for _ in range(2)] == ["backup", "checks"]
    with db.reading() as session:
        assert last_run(session, "backup").outcome == FAILED + "ZeroDivisionError: nothing to divide by"
        assert last_run(session, "checks").outcome == "fine"


def test_a_run_is_one_row_however_often_it_runs(database, clock):
    for outcome in ("one", "two"):
        with db.unit_of_work() as session:
            begin_run(session, "seal")
            assert last_run(session, "seal").finished_at is None
            end_run(session, "seal", outcome)
    with db.reading() as session:
        assert last_run(session, "seal").outcome == "two"
        assert len(session.exec(db_rows()).all()) == 1


def db_rows():
    from sqlmodel import select

    return select(JobRun).where(JobRun.name == "seal")


def test_the_timetable_names_each_job_once(setting, tmp_path):
    queue = timetable.make_queue(tmp_path)
    names = {name.rsplit(".", 1)[-1] for name in queue._registry._registry}
    assert names == {"sweep", "collect", "seal", "nightly", "silence", "reminders", "drafts"}
