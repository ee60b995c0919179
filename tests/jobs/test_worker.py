"""One worker at a time, beside the pages or in a process of its own."""

import threading
import time
from collections.abc import Callable

import pytest

from psa_app.config import settings
from psa_app.gateways.mail import read_outbox
from psa_app.jobs.lock import FileLock, ServerLock
from psa_app.jobs.worker import Loop, Worker
from tests.jobs.promised import LONG_AGO, promise_reset, row


def until(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def lock(own_database, setting, tmp_path) -> Callable[[], FileLock | ServerLock]:
    if own_database.dialect.name == "sqlite":
        return lambda: FileLock(tmp_path / "worker.lock")
    return ServerLock


def test_a_lock_is_held_by_one_and_free_when_given_back(lock):
    first, second = lock(), lock()
    assert first.take()
    assert first.holds()
    assert not second.take()
    assert not second.holds()
    first.release()
    assert second.take()
    second.release()


def test_a_lost_connection_loses_the_lock(postgres_url, monkeypatch):
    from sqlalchemy import text

    from psa_app import db
    from tests.conftest import in_use

    for engine in in_use(db.make_engine(postgres_url)):
        lock = ServerLock()
        assert lock.take()
        with engine.connect() as other:
            other.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                    " AND datname = current_database()"
                )
            )
        assert not lock.holds()
        lock.release()


@pytest.mark.slow
def test_a_worker_sends_what_is_promised_while_it_runs_and_stops_quickly(
    own_database, own_url, setting, clock, monkeypatch
):
    """The timetable goes by the real minute; what it begins is not waited for here."""
    monkeypatch.setattr("huey.consumer.Scheduler.enqueue_periodic_tasks", lambda *_: None)
    setting(DATABASE_URL=own_url)
    before = {one.name for one in threading.enumerate()}
    worker = Worker()
    worker.start()
    try:
        assert worker.at_work.wait(10)
        clock.set(LONG_AGO)
        promise_reset()
        assert until(lambda: row().done_at is not None)
        assert len(read_outbox(settings().data / "outbox")) == 1
    finally:
        began = time.monotonic()
        worker.stop()
    assert time.monotonic() - began < 2
    left = {one.name for one in threading.enumerate()} - before
    assert not [name for name in left if name.startswith("psa-")]


@pytest.mark.slow
def test_a_second_worker_stands_by_and_takes_over(own_database, own_url, setting, monkeypatch):
    monkeypatch.setattr("psa_app.jobs.worker.STAND_BY", 0.1)
    setting(DATABASE_URL=own_url)
    first, second = Worker(), Worker()
    first.start()
    assert first.at_work.wait(10)
    second.start()
    assert not second.at_work.wait(1)
    first.stop()
    assert second.at_work.wait(10)
    second.stop()


def test_a_loop_goes_on_after_an_error_and_says_it_once(caplog):
    import threading

    ended, calls = threading.Event(), []

    def work() -> int:
        calls.append(1)
        if len(calls) == 5:
            ended.set()
        raise ZeroDivisionError("again and again")

    loop = Loop("test", work, ended)
    loop.ended.wait = lambda _: ended.is_set()  # type: ignore[method-assign]
    loop.start()
    loop.join(5)
    assert len(calls) == 5
    assert [record.getMessage() for record in caplog.records] == [
        "psa-test: ZeroDivisionError: again and again"
    ]
