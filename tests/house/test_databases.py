"""The fixtures that every database test stands on."""

from contextlib import suppress

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
