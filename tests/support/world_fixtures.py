"""The named firm of `world.py` on both databases, made once for each test process.

A folder's conftest takes them in: `from tests.support.world_fixtures import *`.
"""

import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from psa_app import clock as app_clock
from psa_app import db
from tests.conftest import BOTH, NOW, SCRATCH, create_database, one_sqlite
from tests.support.world import World, make_world

__all__ = ["world", "world_file", "world_on_postgres"]


@pytest.fixture(scope="session")
def world_file(sqlite_template: Path) -> tuple[Path, World]:
    """A SQLite file that holds the firm."""
    file = SCRATCH / "world.db"
    shutil.copyfile(sqlite_template, file)
    return file, _filled(db.make_engine(f"sqlite:///{file}"), close=True)


@pytest.fixture(scope="session")
def world_on_postgres(postgres: Any, postgres_template: str) -> Iterator[tuple[Engine, World]]:
    """A PostgreSQL database that holds the firm; tests undo what they did."""
    name = f"world_{uuid4().hex}"  # each folder that takes the fixture in has its own
    create_database(postgres, name, template=postgres_template)
    engine = db.make_engine(postgres.url(name))
    yield engine, _filled(engine)
    engine.dispose()


@pytest.fixture(params=BOTH)
def world(request: pytest.FixtureRequest, clock: Any) -> Iterator[World]:
    """The firm as new, on both databases, on Monday 23 November 2026."""
    if request.param == "sqlite":
        file, made = request.getfixturevalue("world_file")
        with one_sqlite(file):
            yield deepcopy(made)
        return
    engine, made = request.getfixturevalue("world_on_postgres")
    with engine.connect() as connection:
        outer = connection.begin()
        connection.begin_nested()  # every session then commits into a savepoint
        db.use_engine(cast("Engine", connection))
        yield deepcopy(made)
        db.use_engine(None)
        outer.rollback()


def _filled(engine: Engine, *, close: bool = False) -> World:
    stopped = app_clock._source  # the test that comes first has stopped the clock already
    app_clock.set_source(lambda: NOW)
    db.use_engine(engine)
    made = make_world()
    db.use_engine(None)
    app_clock.set_source(stopped)
    if close:
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
    return made
