"""The fixtures that every database test stands on."""

from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from threading import Event

import pytest
from sqlalchemy import inspect
from sqlmodel import select

from psa_app import db
from psa_app.models import Role, metadata


def names() -> list[str]:
    with db.reading() as session:
        return [role.name for role in session.exec(select(Role))]


@pytest.mark.parametrize("time", ["first", "second"])
def test_each_test_finds_an_empty_database(database, time):
    assert names() == []
    with db.unit_of_work() as session:
        session.add(Role(name=time))
    assert names() == [time]


def test_a_failed_unit_of_work_leaves_nothing(database):
    with suppress(ZeroDivisionError), db.unit_of_work() as session:
        session.add(Role(name="Developer"))
        session.flush()
        raise ZeroDivisionError
    assert names() == []


def test_an_own_database_has_every_table_and_a_pool(own_database):
    assert set(metadata.tables) <= set(inspect(own_database).get_table_names())
    with db.unit_of_work() as session:
        session.add(Role(name="Developer"))
    assert names() == ["Developer"]


def test_the_clock_moves_only_when_told(clock):
    from psa_app.clock import now

    before = now()
    clock.forward(hours=1)
    assert (now() - before).total_seconds() == 3600


def test_writers_of_one_process_wait_their_turn_and_are_not_refused(sqlite_url):
    engine = db.make_engine(sqlite_url, busy_ms=0)  # the database itself refuses a second writer at once
    db.use_engine(engine)
    inside, go_on = Event(), Event()

    def first() -> None:
        with db.unit_of_work() as session:
            session.add(Role(name="First"))
            session.flush()
            inside.set()
            assert go_on.wait(5)

    def second() -> None:
        with db.unit_of_work() as session:
            session.add(Role(name="Second"))

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(first)
        assert inside.wait(5)
        other = threads.submit(second)
        assert not wait([other], timeout=0.2).done  # it would be refused by now
        go_on.set()
        assert (one.result(), other.result()) == (None, None)
    assert names() == ["First", "Second"]
    db.use_engine(None)
    engine.dispose()
