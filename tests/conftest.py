"""Databases, a clock that stands still, and settings of the tests' own.

`database` puts the same empty schema into SQLite (a fresh file) and PostgreSQL (undone after the
test). `own_database` gives a database of its own, with a real pool, to tests whose threads or
processes commit.
"""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import Connection, Engine, text
from sqlmodel import Session

from tests.support import shared

gc.disable()  # until all tests are collected
# Nothing of the developer's own .env, mail server or Stripe account may reach a test.
SHARED, IS_FIRST = shared.of_this_run()
SCRATCH = Path(tempfile.mkdtemp(prefix="process-", dir=SHARED))
os.environ.update(PSA_ENV_FILE=os.devnull, PSA_DATA=str(SCRATCH), PSA_ENV="development", PORT="8000")
for name in (
    "DATABASE_URL",
    "SMTP_URL",
    "MAIL_FROM",
    "REDIS_URL",
    "STRIPE_API_KEY",
    "PSA_BASE_URL",
    "PSA_ORIGINS",
):
    os.environ.pop(name, None)

from psa_app import clock, db, models  # noqa: E402
from psa_app.migrations import run as migrations  # noqa: E402
from tests.support.postgres import Postgres  # noqa: E402

BOTH = [pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)]
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)

hypothesis_settings.register_profile(
    "psa", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("psa")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What tests set up together is set up by one worker: the program itself, and each module's own."""
    for item in items:
        if isinstance(item, pytest.Function) and not item.get_closest_marker("xdist_group"):
            found = item._fixtureinfo.name2fixturedefs
            if "app_server" in found:
                item.add_marker(pytest.mark.xdist_group("program"))
            elif any(one[-1].scope == "module" for one in found.values()):
                item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """The thousands of modules and tests stay until the end: the collector need not look at them again."""
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)  # a sixteenth of all time went into looking every 700 objects
    gc.enable()


def pytest_sessionfinish() -> None:
    shutil.rmtree(SCRATCH, ignore_errors=True)
    if IS_FIRST:
        if (server := Postgres(SHARED / "postgres")).is_there:
            server.stop()
        shutil.rmtree(SHARED, ignore_errors=True)


@pytest.fixture(autouse=True)
def nobody_watches_from_an_earlier_test() -> None:
    """A page that an earlier test left open would look into this test's database."""
    live = sys.modules.get("psa_app.state.live")
    if live is not None:
        live.HUB.somebody.clear()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """One server for all test processes."""
    server = Postgres(SHARED / "postgres")
    with shared.alone(SHARED, "postgres"):
        if not server.is_there:
            server.start()
    return server


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """A file with all tables, at the newest revision."""
    file = SHARED / "template.db"
    with shared.alone(SHARED, "sqlite"):
        if not file.exists():
            fill(f"sqlite:///{(new := SHARED / 'filling.db')}")
            for beside in ("-wal", "-shm"):
                new.with_name(new.name + beside).unlink(missing_ok=True)
            new.rename(file)
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    """Name of a database with all tables, at the newest revision."""
    with shared.alone(SHARED, "postgres"):
        if not (done := SHARED / "postgres.filled").exists():
            create_database(postgres, "template_psa")
            fill(postgres.url("template_psa"))
            done.touch()
    return "template_psa"


@pytest.fixture(scope="session")
def postgres_engine(postgres: Postgres, postgres_template: str) -> Iterator[Engine]:
    """The pool behind the tests that undo what they did."""
    name = f"shared_{uuid4().hex}"
    create_database(postgres, name, template=postgres_template)
    engine = db.make_engine(postgres.url(name))
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Address of a fresh SQLite database with all tables."""
    file = tmp_path / "psa.db"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_url(postgres: Postgres, postgres_template: str) -> Iterator[str]:
    """Address of a fresh PostgreSQL database with all tables (a quarter of a second)."""
    name = f"own_{uuid4().hex}"
    create_database(postgres, name, template=postgres_template)
    yield postgres.url(name)
    administer(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The app's database for this test, on both kinds: what `db.engine()` gives."""
    if request.param == "sqlite":
        with one_sqlite(request.getfixturevalue("sqlite_template")) as engine:
            yield engine
        return
    with undone(request.getfixturevalue("postgres_engine")) as connection:
        yield connection


@pytest.fixture(params=BOTH)
def own_url(request: pytest.FixtureRequest) -> str:
    """Address of a database of the test's own, on both kinds: for processes that it starts."""
    return cast("str", request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def own_database(own_url: str) -> Iterator[Engine]:
    """A database of the test's own, on both kinds: its threads commit for good."""
    yield from in_use(db.make_engine(own_url))


@pytest.fixture
def sqlite_database(sqlite_url: str) -> Iterator[Engine]:
    """SQLite only, for what has nothing to do with the kind of database."""
    yield from in_use(db.make_engine(sqlite_url))


@pytest.fixture
def session(database: Any) -> Iterator[Session]:
    """One open unit of work on `database`; what it writes is never committed."""
    with Session(database, expire_on_commit=False) as session:
        yield session


@pytest.fixture(name="clock")
def stopped_clock() -> Iterator["Clock"]:
    """The app's clock, stopped on Monday 23 November 2026, 9:00 UTC."""
    stopped = Clock(NOW)
    clock.set_source(stopped)
    yield stopped
    clock.set_source(None)


class Clock:
    """Stands still until told: `clock.forward(hours=2)`, `clock.set(instant)`."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def set(self, at: datetime) -> None:
        """Moves to an aware instant."""
        self.at = at.astimezone(UTC)

    def forward(self, **time: float) -> None:
        """Moves on by a `timedelta`'s words: days, hours, minutes, seconds."""
        self.at += timedelta(**time)


@contextmanager
def one_sqlite(content: Path) -> Iterator[Engine]:
    """A database with this content, each time in the same place: its engine keeps what it has compiled."""
    file = SCRATCH / "one.db"
    file.unlink(missing_ok=True)
    shutil.copyfile(content, file)
    engine = _the_one_engine()
    db.use_engine(engine)
    yield engine
    db.use_engine(None)
    engine.dispose()
    for beside in ("-wal", "-shm"):
        file.with_name(file.name + beside).unlink(missing_ok=True)


@contextmanager
def undone(pool: Engine) -> Iterator[Connection]:
    """One connection to PostgreSQL as the app's database; all that is done by it is undone."""
    with pool.connect() as connection:
        outer = connection.begin()
        connection.begin_nested()  # every session then commits into a savepoint
        db.use_engine(cast("Engine", connection))
        yield connection
        db.use_engine(None)
        outer.rollback()


@cache
def _the_one_engine() -> Engine:
    return db.make_engine(f"sqlite:///{SCRATCH / 'one.db'}")


def in_use(engine: Engine) -> Iterator[Engine]:
    db.use_engine(engine)
    yield engine
    db.use_engine(None)
    engine.dispose()


def fill(url: str) -> None:
    """All tables in one go; a test of its own compares them with what the revisions make."""
    engine = db.make_engine(url)
    models.metadata.create_all(engine)
    engine.dispose()
    migrations.stamp(url)


def create_database(server: Postgres, name: str, template: str = "template0") -> None:
    administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")


def administer(server: Postgres, statement: str) -> None:
    engine = db.make_engine(server.url()).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


from tests.support.prepared import shelf  # noqa: E402, F401 - it takes what stands above
