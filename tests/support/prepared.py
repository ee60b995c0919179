"""What many tests begin with, made once for each test process and handed to each test as new.

world = prepared(make_world)               # a fixture, on both databases; what a test does is undone
world = prepared(make_world, alone=True)   # each test has a database of its own: its threads commit
"""

import inspect
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from psa_app import clock as app_clock
from psa_app import db
from tests.conftest import BOTH, NOW, SCRATCH, administer, create_database, in_use, one_sqlite, undone

Make = Callable[..., Any]
Get = Callable[[str], Any]  # a fixture by its name


@dataclass
class Kept:
    """A database that no test touches, and what `make` gave back when it filled it."""

    place: str  # SQLite's file, or the name of PostgreSQL's database
    made: Any
    pool: Engine | None = None


class Shelf:
    """The contents that this process has made so far, by what made them and the kind of database."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._kept: dict[tuple[str, Make], Kept] = {}

    def file(self, make: Make, get: Get) -> Kept:
        """On SQLite."""
        if ("sqlite", make) not in self._kept:
            file = SCRATCH / f"{uuid4().hex}.db"
            shutil.copyfile(get("sqlite_template"), file)
            self._kept["sqlite", make] = Kept(str(file), _filled(f"sqlite:///{file}", make))
        return self._kept["sqlite", make]

    def database(self, make: Make, get: Get) -> Kept:
        """On PostgreSQL; no connection to it stays open, so that others can be made after it."""
        if ("postgres", make) not in self._kept:
            server, name = get("postgres"), f"kept_{uuid4().hex}"
            create_database(server, name, template=get("postgres_template"))
            self._kept["postgres", make] = Kept(name, _filled(server.url(name), make))
        return self._kept["postgres", make]

    def pool(self, make: Make, get: Get) -> Engine:
        """On PostgreSQL, to a second database of the same content, for tests that undo what they did."""
        kept = self.database(make, get)
        if kept.pool is None:
            server, name = get("postgres"), f"shared_{uuid4().hex}"
            create_database(server, name, template=kept.place)
            kept.pool = db.make_engine(server.url(name))
            self._stack.callback(kept.pool.dispose)
        return kept.pool


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf]:
    """One for each test process."""
    with ExitStack() as stack:
        yield Shelf(stack)


def prepared(make: Make, *, alone: bool = False, only_sqlite: bool = False) -> Any:
    """A fixture: what `make` puts into an empty database, the clock standing at NOW. It gives a copy of
    what `make` gave back; `make` gets the session of one unit of work if it asks for a `session`.
    """
    ways = (_sqlite_alone, _postgres_alone) if alone else (_sqlite, _postgres)
    way_of = dict(zip(("sqlite", "postgres"), ways, strict=True))

    @pytest.fixture(params=None if only_sqlite else BOTH)
    def content(request: pytest.FixtureRequest, clock: Any, shelf: Shelf) -> Iterator[Any]:
        yield from way_of[getattr(request, "param", "sqlite")](make, shelf, request.getfixturevalue)

    return content


def _sqlite(make: Make, shelf: Shelf, get: Get) -> Iterator[Any]:
    kept = shelf.file(make, get)
    with one_sqlite(Path(kept.place)):
        yield deepcopy(kept.made)


def _sqlite_alone(make: Make, shelf: Shelf, get: Get) -> Iterator[Any]:
    kept, file = shelf.file(make, get), get("tmp_path") / "psa.db"
    shutil.copyfile(kept.place, file)
    for _ in in_use(db.make_engine(f"sqlite:///{file}")):
        yield deepcopy(kept.made)


def _postgres(make: Make, shelf: Shelf, get: Get) -> Iterator[Any]:
    with undone(shelf.pool(make, get)):
        yield deepcopy(shelf.database(make, get).made)


def _postgres_alone(make: Make, shelf: Shelf, get: Get) -> Iterator[Any]:
    kept, server, name = shelf.database(make, get), get("postgres"), f"own_{uuid4().hex}"
    create_database(server, name, template=kept.place)
    for _ in in_use(db.make_engine(server.url(name))):
        yield deepcopy(kept.made)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _filled(url: str, make: Make) -> Any:
    """Fills a database and leaves it closed."""
    stopped = app_clock._source  # the test that comes first has stopped the clock already
    app_clock.set_source(lambda: NOW)
    engine = db.make_engine(url)
    db.use_engine(engine)
    if "session" in inspect.signature(make).parameters:
        with db.unit_of_work() as session:
            made = make(session)
    else:
        made = make()
    db.use_engine(None)
    app_clock.set_source(stopped)
    if url.startswith("sqlite"):
        with engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return made
