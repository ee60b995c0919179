"""What every table shares: names of constraints, identity, version, and how a document moves."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, Dialect, MetaData, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from psa_app import clock
from psa_app.rules.moves import check_move

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING


class Whole(TypeDecorator[int]):
    """A whole number of 64 bits. PostgreSQL's sum of such a column comes as a whole number too."""

    impl = BigInteger
    cache_ok = True

    def result_processor(self, dialect: Dialect, _: object) -> Any:
        """SQLite hands out whole numbers by itself; PostgreSQL adds up into a decimal."""
        return None if dialect.name == "sqlite" else _whole


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


Big = Annotated[int, Field(sa_type=Whole)]
BigOrNone = Annotated[int | None, Field(sa_type=Whole)]


Json = JSON().with_variant(JSONB, "postgresql")  # for `sa_type`: lists and objects


class Row(SQLModel):
    """A table row with a whole-number identity."""

    id: int | None = Field(default=None, primary_key=True)

    @staticmethod
    def follow(row: Any) -> None:
        """Sets the columns that follow from others; of most tables there are none."""


class Record(Row):
    """A row that people edit: its `version` grows at every change, so a stale save is refused."""

    version: int = 1
    created_at: datetime = Field(default_factory=clock.now)
    updated_at: datetime = Field(default_factory=clock.now)


class Own(SQLModel):
    """A record that carries the firm's own fields: values by the key of their `CustomField`.

    A value is text, a whole number (money in minor units), a bool, an ISO date or an id; a field that
    nobody filled in has no key.
    """

    own: dict[str, Any] = Field(default_factory=dict, sa_type=Json)


def move(document: Any, kind: str, to: str) -> str:
    """Moves a document to status `to` if the table of moves allows it; returns the old status.

    Raises `Invalid` with a sentence otherwise. Nothing else assigns `status`.
    """
    old = str(document.status)
    check_move(kind, old, to)
    document.status = str(to)
    touch(document)
    return old


def touch(document: Any) -> None:
    """Marks a record as changed: a new version and the time of the change."""
    if hasattr(document, "version"):
        document.version += 1
    if hasattr(document, "updated_at"):
        document.updated_at = clock.now()
