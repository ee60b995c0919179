"""Alembic runs this file. It brings one database to a revision, whole or not at all."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations.batch import BatchOperationsImpl
from sqlalchemy import Connection, text
from sqlalchemy.types import TypeDecorator

from psa_app.db import make_engine
from psa_app.models import metadata

PATIENCE_MS = 120_000  # for another process that migrates the same database
ONE_AT_A_TIME = 72460001  # PostgreSQL's advisory lock; SQLite has BEGIN IMMEDIATE


class OneTableAtATime(SQLiteImpl):
    """SQLite recreates a table to change it. Alembic would read every table that it leads to as well."""

    __dialect__ = "sqlite"  # by this name Alembic finds it

    def requires_recreate_in_batch(self, batch_op: BatchOperationsImpl) -> bool:
        """As it is, but of the table's parents only the names are kept: two thirds of the time."""
        batch_op.reflect_kwargs["resolve_fks"] = False
        return super().requires_recreate_in_batch(batch_op)


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Writes the app's own column types as plain ones, so that a revision never imports the app."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run(connection: Connection) -> None:
    """Runs the revisions in one transaction on both databases."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        context.run_migrations()
        refuse_orphans(connection)


def refuse_orphans(connection: Connection) -> None:
    """Foreign keys are off while SQLite recreates tables: no row may have lost its parent."""
    if connection.dialect.name != "sqlite":
        return
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if orphans:
        tables = ", ".join(sorted({row[0] for row in orphans}))
        raise RuntimeError(f"The migration would leave {len(orphans)} rows without their parent: {tables}")


engine = make_engine(context.config.attributes["url"], migrating=True, busy_ms=PATIENCE_MS)
try:
    with engine.connect() as connection:
        run(connection)
finally:
    engine.dispose()
