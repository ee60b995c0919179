"""The revisions make exactly the tables that the models declare, on both databases, and can be undone."""

import re
import subprocess
import sys
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text

from psa_app.db import make_engine
from psa_app.migrations import run
from psa_app.models import metadata
from psa_app.models.base import Whole
from tests.conftest import administer, create_database

LEFT_OVER = "alembic_version"


@pytest.fixture(params=[pytest.param("sqlite"), pytest.param("postgres", marks=pytest.mark.postgres)])
def empty_url(request, tmp_path):
    """Address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = request.getfixturevalue("postgres")
    name = f"empty_{uuid4().hex}"
    create_database(server, name)
    yield server.url(name)
    administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def shape(url: str) -> set[str]:
    """Every table, index and constraint as the database itself writes it down."""
    engine = create_engine(url)
    sqlite = """
        SELECT name || ' ' || sql FROM sqlite_master
         WHERE sql IS NOT NULL AND name <> :left_over AND name NOT LIKE 'sqlite_%'"""
    postgres = """
        SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> :left_over
        UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> :left_over
        UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
          FROM pg_constraint WHERE connamespace = 'public'::regnamespace
           AND conrelid::regclass::text <> :left_over"""
    with engine.connect() as connection:
        query = text(sqlite if engine.dialect.name == "sqlite" else postgres)
        rows = connection.execute(query, {"left_over": LEFT_OVER}).scalars().all()
    engine.dispose()
    return {one for row in rows for one in pieces(row)}


def pieces(row: str) -> set[str]:
    """A table's parts one by one: a revision may name them in another order than the model."""
    plain = re.sub(r"\s+", " ", row.replace('"', ""))
    head, bracket, body = plain.partition(" (")
    if not (bracket and "CREATE TABLE" in head):
        return {plain}
    return {f"{head}: {part.strip()}" for part in re.split(r",\s(?![^(]*\))", body.strip().removesuffix(")"))}


def test_the_revisions_make_what_the_models_declare(empty_url, request):
    declared = request.getfixturevalue("sqlite_url" if "sqlite" in empty_url else "postgres_url")
    run.upgrade(empty_url)
    assert shape(empty_url) == shape(declared)


def test_alembic_finds_nothing_to_add(empty_url):
    run.upgrade(empty_url)
    assert run.current(empty_url) == run.head()
    assert run.check(empty_url) == ""


def test_the_revisions_can_be_undone_and_done_again(empty_url):
    run.upgrade(empty_url)
    run.downgrade(empty_url, "base")
    assert run.current(empty_url) == ""
    assert shape(empty_url) == set()
    run.upgrade(empty_url)
    assert run.current(empty_url) == run.head()


def test_a_revision_that_would_orphan_rows_is_refused_whole(tmp_path):
    url = f"sqlite:///{tmp_path}/orphan.db"
    engine = make_engine(url, migrating=True)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql(
            "CREATE TABLE child (id INTEGER, parent_id INTEGER REFERENCES parent (id))"
        )
        connection.exec_driver_sql("INSERT INTO child VALUES (1, 7)")
    engine.dispose()
    with pytest.raises(RuntimeError, match="without their parent: child"):
        run.upgrade(url)
    assert run.current(url) == ""
    assert not any("CREATE TABLE invoice" in part for part in shape(url))


@pytest.mark.slow
def test_two_processes_that_start_at_once_migrate_once(empty_url):
    code = f"from psa_app.migrations.run import upgrade; upgrade({empty_url!r})"
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE) for _ in range(2)]
    ends = [(process.communicate()[1].decode()[-500:], process.returncode) for process in both]
    assert [code for _, code in ends] == [0, 0], ends
    assert run.current(empty_url) == run.head()


def test_every_amount_is_64_bits_wide():
    narrow = [
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(("_minor", "_nano")) and not isinstance(column.type, Whole)
    ]
    assert narrow == []
