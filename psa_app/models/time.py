"""Time worked: entries, the weeks in which they are handed in, and the running timer."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Record, Row


class TimeEntry(Record, table=True):
    """Seconds worked by a person on a task on a working day.

    `seconds` is never changed by rounding. The price fields follow every change until
    approval, when they are frozen together with the rule that decided them.
    """

    __tablename__ = "time_entry"
    __table_args__ = (
        Index("ix_entry_person_day", "person_id", "work_date"),
        Index(
            "ix_entry_report",
            "month",
            "person_id",
            "bill_currency",
            "is_billable",
            "bill_rate_minor",
            "seconds",
        ),
        Index("ix_entry_billing", "project_id", "status", "work_date"),
        Index("ix_entry_project_day", "project_id", "work_date"),
        Index("ix_entry_status_day", "status", "work_date"),
        Index("ix_entry_day", "work_date"),
        Index(
            "ix_entry_sheet",
            "timesheet_id",
            sqlite_where=text("timesheet_id IS NOT NULL"),
            postgresql_where=text("timesheet_id IS NOT NULL"),
        ),
        Index(
            "ix_entry_unpriced",
            "work_date",
            sqlite_where=text("is_billable = 1 AND bill_rate_minor IS NULL"),
            postgresql_where=text("is_billable AND bill_rate_minor IS NULL"),
        ),
        Index(
            "ix_entry_out_of_scope",
            "project_id",
            sqlite_where=text("out_of_scope = 1"),
            postgresql_where=text("out_of_scope"),
        ),
        Index(
            "ix_entry_sent_back",
            "person_id",
            sqlite_where=text("reject_reason != ''"),
            postgresql_where=text("reject_reason <> ''"),
        ),
        {"sqlite_autoincrement": True},  # an id never comes back: history goes by it
    )
    person_id: int = Field(foreign_key="person.id")
    project_id: int = Field(foreign_key="project.id")
    task_id: int = Field(foreign_key="task.id", index=True)
    work_date: date
    week: int  # yyyyww, ISO
    month: int  # yyyymm
    time_zone: str
    seconds: int
    note: str = ""
    is_billable: bool = True
    no_charge_reason: str = ""  # why it is not billed although its task is: billed elsewhere, a present, ...
    status: str = "draft"  # draft | submitted | approved | invoiced
    started_at: datetime | None = None
    ended_at: datetime | None = None
    source: str = "grid"  # grid | timer | import | api
    import_key: str | None = Field(default=None, unique=True)
    timesheet_id: int | None = Field(default=None, foreign_key="timesheet.id")
    role_id: int | None = Field(default=None, foreign_key="role.id")  # the role that priced it, frozen
    override_minor: BigOrNone = None  # an approved price of its own
    override_reason: str = ""
    override_by: int | None = Field(default=None, foreign_key="user.id")
    bill_rate_minor: BigOrNone = None
    bill_currency: str = ""
    bill_level: str = ""  # the rule that decided; "" while it is unpriced
    bill_rate_id: int | None = None
    modifier_id: int | None = None  # of a `RateModifier`, none of which is ever deleted
    base_rate_minor: BigOrNone = None  # the rate before the modifier; None: no modifier counts
    cost_rate_minor: BigOrNone = None  # base currency
    decided_by: int | None = Field(default=None, foreign_key="user.id")
    decided_at: datetime | None = None
    self_approved: bool = False
    client_approved_at: datetime | None = None  # where its line asks for the client's approval too
    reject_reason: str = ""
    out_of_scope: bool = False  # not in the contract: not billed until a change order with it is signed
    change_order_id: int | None = Field(default=None, foreign_key="change_order.id")  # that order


class Timesheet(Record, table=True):
    """One handing-in of a person's week: number 0 is the week itself, later ones are supplements.

    Its state follows from its entries; `is_empty` marks a week handed in without any.
    """

    __table_args__ = (UniqueConstraint("person_id", "week", "number"),)
    person_id: int = Field(foreign_key="person.id", index=True)
    week: int = Field(index=True)
    number: int = 0
    is_empty: bool = False
    submitted_at: datetime
    recalled_at: datetime | None = None


class GridCell(Row, table=True):
    """How often a cell of the week grid was set: what comes late with an older number changes nothing."""

    __tablename__ = "grid_cell"
    __table_args__ = (UniqueConstraint("person_id", "task_id", "work_date"),)
    person_id: int = Field(foreign_key="person.id")
    task_id: int = Field(foreign_key="task.id", ondelete="CASCADE")
    work_date: date
    seq: Big


class Timer(Row, table=True):
    """The running timer of a person: one at a time."""

    person_id: int = Field(foreign_key="person.id", unique=True)
    task_id: int = Field(foreign_key="task.id")
    note: str = ""
    started_at: datetime
    time_zone: str
    modifier_id: int | None = None


class ImportRun(Record, table=True):
    """One import of a file. `state`: waiting | running | done | failed; only a large one waits and runs.

    `checked` counts the rows that are through the check; `agreed` are the refused ones that whoever began
    it saw and leaves out. `choices` is JSON. `only_check`: nothing is written, the file waits for a word.
    """

    __tablename__ = "import_run"
    name: str
    layout: str = ""
    digest: str = Field(default="", index=True)
    rows: int = 0
    added: int = 0
    known: int = 0
    seconds: int = 0
    by_user: int | None = Field(default=None, foreign_key="user.id")
    state: str = Field(default="done", index=True)
    checked: int = 0
    changed: int = 0
    refused: int = 0
    agreed: int = 0
    choices: str = ""
    problem: str = ""
    tries: int = 0
    only_check: bool = False
    ended_at: datetime | None = None


class ImportFile(Row, table=True):
    """The bytes of an import: `kind` is source (kept until it is written), refused, the rows left out as a
    file, or told, what came of them as JSON.
    """

    __tablename__ = "import_file"
    import_run_id: int = Field(foreign_key="import_run.id", index=True)
    kind: str
    content: bytes


class TimeRequest(Record, table=True):
    """What a client is asked to approve: time of one scope that its lead has approved, up to a day.

    `status` follows from its lines: open | approved | refused (some of it) | silent | withdrawn.
    """

    __tablename__ = "time_request"
    account_id: int = Field(foreign_key="account.id", index=True)
    sow_id: int = Field(foreign_key="sow.id", index=True)
    status: str = Field(default="open", index=True)
    first_day: date
    last_day: date
    seconds: Big
    asked_at: datetime
    asked_by: str
    accepted_at: datetime | None = None  # when the mail server took the first mail: silence counts from then
    text_hash: str  # sha-256 of the lines as they were asked
    decided_at: datetime | None = None
    decided_by: str = ""  # a name; "" for silence
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    address: str = ""


class TimeRequestLine(Row, table=True):
    """An entry that a client is asked to approve, as it was then. One is open for an entry at a time."""

    __tablename__ = "time_request_line"
    __table_args__ = (
        UniqueConstraint("request_id", "entry_id"),
        Index(
            "uq_time_request_line_open",
            "entry_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )
    request_id: int = Field(foreign_key="time_request.id")
    # Refused time may be deleted; what the client said of it stays.
    entry_id: int | None = Field(foreign_key="time_entry.id", index=True, ondelete="SET NULL")
    status: str = "open"  # open | approved | refused | silent | withdrawn
    silence_days: int = 0  # of its line of the scope; 0 = never
    work_date: date
    person: str
    project: str
    task: str
    note: str = ""
    seconds: int
    reason: str = ""  # why it is refused
    decided_at: datetime | None = None
    decided_by: str = ""
