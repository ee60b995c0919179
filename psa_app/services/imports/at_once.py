"""An import by whoever waits for its end: everything slow first, then one short transaction."""

import os
from contextlib import suppress
from functools import partial

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Conflict
from psa_app.formats.csv_files import Table
from psa_app.models.resource import Resource
from psa_app.services.imports.begin import BIG
from psa_app.services.imports.moved import Moved
from psa_app.services.imports.records import Tell, apply_records, ready_records
from psa_app.services.imports.rehearsal import carry, rehearsed
from psa_app.services.imports.values import Choices, RecordPlan
from psa_app.services.imports.write import is_packable

MOST_PLANS = 3
TOO_BUSY = (
    "Others kept changing what this file is checked against, and nothing was written. "
    "Try again when fewer people are at work."
)


def import_at_once(
    actor: Actor,
    resource: Resource,
    table: Table,
    choices: Choices,
    *,
    only_good: bool = False,
    name: str = "",
    tell: Tell,
) -> RecordPlan:
    """Checks and writes a table of any size as `apply_records` does, in transactions of its own.

    Others write meanwhile, except for the moment in which the result is put down. `tell` hears how many
    rows are through. Raises what `apply_records` raises, and `Conflict` where others changed each time
    what the plan was made from; nothing is written then.
    """
    done = _on_a_copy if needs_copy(resource, table) else _ready_first
    return done(actor, resource, table, choices, only_good, name, tell)


def needs_copy(resource: Resource, table: Table) -> bool:
    """Whether acts would write these rows for so long that nobody else could write on SQLite meanwhile."""
    return len(table.rows) > BIG and not is_packable(resource) and db.engine().dialect.name == "sqlite"


def _ready_first(
    actor: Actor,
    resource: Resource,
    table: Table,
    choices: Choices,
    only_good: bool,
    name: str,
    tell: Tell,
) -> RecordPlan:
    """The last plan is made while it is written, and keeps the others out so long."""
    for left in reversed(range(MOST_PLANS)):
        with db.reading() as session:
            ready = ready_records(session, actor, resource, table, choices, name=name, tell=tell)
        with suppress(Moved), db.unit_of_work() as session:
            write = partial(apply_records, session, actor, resource, table, choices)
            return write(only_good=only_good, name=name, ready=ready if left else None, tell=tell)
    raise AssertionError


def _on_a_copy(
    actor: Actor,
    resource: Resource,
    table: Table,
    choices: Choices,
    only_good: bool,
    name: str,
    tell: Tell,
) -> RecordPlan:
    for _ in range(MOST_PLANS):
        with rehearsed(f"import-of-{os.getpid()}") as copy:
            with copy.session() as session:
                ready = ready_records(session, actor, resource, table, choices, name=name, tell=tell)
                write = partial(apply_records, session, actor, resource, table, choices)
                plan = write(only_good=only_good, name=name, ready=ready, tell=tell)
            try:
                with suppress(Moved), db.unit_of_work() as session:
                    carry(session, copy)
                    return plan
            finally:
                db.engine().dispose()
    raise Conflict(TOO_BUSY)
