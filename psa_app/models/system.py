"""What keeps the app honest: history, promises to the outside, and remembered answers."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from psa_app.models.base import Row


class History(Row, table=True):
    """Who did what to which record, with the fields before and after. Append-only.

    `digest` covers the row and a random `salt`; the sealer later chains committed rows by
    `seal`, so that a changed or missing row shows and an erased person does not break it.
    """

    __table_args__ = (Index("ix_history_record", "kind", "record_id", "id"),)
    at: datetime
    user_id: int | None = None
    actor: str  # a name, as it was
    via: str  # page | api | cli | job | portal
    kind: str  # the table's name
    record_id: int
    verb: str
    before: str = "{}"  # JSON of the fields that changed
    after: str = "{}"
    reason: str = ""
    salt: str = ""
    digest: str = ""
    seal: str | None = Field(default=None)


class Outbox(Row, table=True):
    """An effect promised in the same transaction as the act; a job delivers it at least once."""

    __table_args__ = (Index("ix_outbox_open", "done_at", "due_at"),)
    kind: str  # mail | stripe_expire | ...
    key: str = Field(unique=True)  # goes along with the effect, so that it happens once
    payload: str  # JSON
    created_at: datetime
    due_at: datetime
    tries: int = 0
    done_at: datetime | None = None
    error: str = ""


class RememberedAnswer(Row, table=True):
    """The answer to a POST with an `Idempotency-Key`, given again when the key comes again."""

    __tablename__ = "remembered_answer"
    __table_args__ = (UniqueConstraint("user_id", "key"),)
    user_id: int
    key: str
    request_hash: str
    status: int = 0  # 0 while the first request is under way
    body: str = ""
    created_at: datetime


class JobRun(Row, table=True):
    """When a background job last ran and what came of it."""

    __tablename__ = "job_run"
    name: str = Field(unique=True)
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = ""
