"""What a firm adds to its tables without code: own fields, saved views, files beside a record."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Json, Record, Row


class CustomField(Record, table=True):
    """A field that the firm added to a kind of record. Its values lie in the record's `own`."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("kind", "key"),)
    kind: str  # accounts | contacts | opportunities | sows | projects | tasks | people | tickets
    key: str  # own_ and lower-case letters; never changes
    label: str
    type: str  # text | multiline | number | money | date | choice | person | link | bool
    choices: list[str] = Field(default_factory=list, sa_type=Json)
    links_to: str = ""  # kind of record that a link leads to
    help: str = ""
    is_required: bool = False
    default: str = ""  # as it would be typed
    seen_by: str = ""  # roles with commas; "" = every role that sees the record, clients never
    position: int = 1
    is_archived: bool = False


class SavedView(Record, table=True):
    """A list as someone likes it: search, filters, order and columns; shared with everyone or their own."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_kind", "kind", "user_id"),)
    kind: str
    name: str
    user_id: int = Field(foreign_key="user.id")
    is_shared: bool = False
    query: dict[str, Any] = Field(default_factory=dict, sa_type=Json)  # q, sort, columns, filters


class ListColumns(Row, table=True):
    """The columns that someone left a list with: it opens with them again."""

    __tablename__ = "list_columns"
    __table_args__ = (UniqueConstraint("user_id", "kind"),)
    user_id: int = Field(foreign_key="user.id")
    kind: str
    names: list[str] = Field(default_factory=list, sa_type=Json)


class Attachment(Row, table=True):
    """A file beside a record; the bytes lie in the data folder under their sha-256."""

    __table_args__ = (Index("ix_attachment_record", "kind", "record_id"),)
    kind: str  # the record's table
    record_id: int
    name: str
    media_type: str
    size: int
    sha256: str
    for_client: bool = False
    added_by: int | None = Field(default=None, foreign_key="user.id")
    added_at: datetime


class BulkRun(Record, table=True):
    """One act on many records, which the worker carries out part by part as whoever began it.

    `state`: waiting | running | stopped (may go on) | left (the rest stays as it is) | done. `problem` says
    why it stopped by itself. `is_told`: whoever began it has seen what came of it.
    """

    __tablename__ = "bulk_run"
    kind: str
    verb: str
    label: str
    many: str
    raw: dict[str, Any] = Field(default_factory=dict, sa_type=Json)  # the act's inputs, as they were typed
    by_user: int = Field(foreign_key="user.id", index=True)
    state: str = Field(default="waiting", index=True)
    total: int = 0
    done: int = 0
    refused: int = 0
    tries: int = 0  # how often a part was begun and not ended
    problem: str = ""
    is_told: bool = False
    ended_at: datetime | None = None


class BulkRow(Row, table=True):
    """A record of a `BulkRun`: `outcome` is "" until it is done or refused (`why`)."""

    __tablename__ = "bulk_row"
    __table_args__ = (Index("ix_bulk_row_next", "bulk_run_id", "outcome", "id"),)
    bulk_run_id: int = Field(foreign_key="bulk_run.id")
    record_id: int
    outcome: str = ""
    name: str = ""
    why: str = ""
