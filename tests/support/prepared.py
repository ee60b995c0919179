"""What many tests begin with, made once for each test process and handed to each test as new.

world = prepared(make_world)               # a fixture, on both databases; what a test does is undone
world = prepared(make_world, alone=True)   # each test has a database of its own: its threads commit
world = prepared(make_world, invoice=bill)  # tests with a fixture `invoice` begin after bill(world)
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
What = tuple[
    Make, ...
]  # what makes a content, one after the other; each further one gets what the first gave
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
        self._kept: dict[tuple[str, What], Kept] = {}

    def file(self, what: What, get: Get) -> Kept:
        """On SQLite."""
        if ("sqlite", what) not in self._kept:
            base = self.file(what[:-1], get) if what[1:] else Kept(get("sqlite_template"), None)
            file = SCRATCH / f"{uuid4().hex}.db"
            shutil.copyfile(base.place, file)
            self._kept["sqlite", what] = Kept(str(file), _filled(f"sqlite:///{file}", what, base.made))
        return self._kept["sqlite", what]

    def database(self, what: What, get: Get) -> Kept:
        """On PostgreSQL; no connection to it stays open, so that others can be made after it."""
        if ("postgres", what) not in self._kept:
            base = self.database(what[:-1], get) if what[1:] else Kept(get("postgres_template"), None)
            server, name = get("postgres"), f"kept_{uuid4().hex}"
            create_database(server, name, template=base.place)
            self._kept["postgres", what] = Kept(name, _filled(server.url(name), what, base.made))
        return self._kept["postgres", what]

    def pool(self, what: What, get: Get) -> Engine:
        """On PostgreSQL, to a second database of the same content, for tests that undo what they did."""
        kept = self.database(what, get)
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


def prepared(make: Make, *, alone: bool = False, only_sqlite: bool = False, **more: Make) -> Any:
    """A fixture: what `make` puts into an empty database, the clock standing at NOW. It gives a copy of
    what `make` gave back; `make` gets the session of one unit of work if it asks for a `session`.
    `more` is done after it, for the tests that ask for a fixture of that name.
    """
    ways = (_sqlite_alone, _postgres_alone) if alone else (_sqlite, _postgres)
    way_of = dict(zip(("sqlite", "postgres"), ways, strict=True))

    @pytest.fixture(params=None if only_sqlite else BOTH)
    def content(request: pytest.FixtureRequest, clock: Any, shelf: Shelf) -> Iterator[Any]:
        what = (make, *(further for name, further in more.items() if name in request.fixturenames))
        yield from way_of[getattr(request, "param", "sqlite")](what, shelf, request.getfixturevalue)

    return content


def _sqlite(what: What, shelf: Shelf, get: Get) -> Iterator[Any]:
    kept = shelf.file(what, get)
    with one_sqlite(Path(kept.place)):
        yield deepcopy(kept.made)


def _sqlite_alone(what: What, shelf: Shelf, get: Get) -> Iterator[Any]:
    kept, file = shelf.file(what, get), get("tmp_path") / "psa.db"
    shutil.copyfile(kept.place, file)
    for _ in in_use(db.make_engine(f"sqlite:///{file}")):
        yield deepcopy(kept.made)


def _postgres(what: What, shelf: Shelf, get: Get) -> Iterator[Any]:
    with undone(shelf.pool(what, get)):
        yield deepcopy(shelf.database(what, get).made)


def _postgres_alone(what: What, shelf: Shelf, get: Get) -> Iterator[Any]:
    kept, server, name = shelf.database(what, get), get("postgres"), f"own_{uuid4().hex}"
    create_database(server, name, template=kept.place)
    for _ in in_use(db.make_engine(server.url(name))):
        yield deepcopy(kept.made)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def _filled(url: str, what: What, first: Any) -> Any:
    """Fills a database further and leaves it closed; gives what its first filling gave."""
    make = what[-1]
    stopped = app_clock._source  # the test that comes first has stopped the clock already
    app_clock.set_source(lambda: NOW)
    engine = db.make_engine(url)
    db.use_engine(engine)
    if what[1:]:
        made = deepcopy(first)
        make(made)
    elif "session" in inspect.signature(make).parameters:
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
