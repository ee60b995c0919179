"""What happens to retainers and subscriptions: a ledger of lots and draws; changes of a plan."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from psa_app.models.base import Big, BigOrNone, Json, Row


class RetainerLot(Row, table=True):
    """Minutes, or minor units of money, that a retainer's line gets (`rules/retainers.py`).

    A period's grant and what of it goes over are written anew while their period is open; a top-up has
    a price of its own, an adjustment its reason, and below 0 takes back what is unused.
    """

    __tablename__ = "retainer_lot"
    __table_args__ = (
        Index(
            "uq_retainer_lot_once",
            "sow_line_id",
            "source",
            "number",
            unique=True,
            sqlite_where=text("source IN ('grant', 'rollover')"),
            postgresql_where=text("source IN ('grant', 'rollover')"),
        ),
    )
    sow_line_id: int = Field(foreign_key="sow_line.id", index=True)
    source: str  # grant | rollover | top_up | adjustment
    number: int  # of the period that it comes from (`rules/periods.py`)
    units: Big
    last: int | None = None  # the last period in which it can be used; None: as long as the retainer runs
    price_minor: BigOrNone = None  # of a top-up
    reason: str = ""
    at: datetime
    by_id: int | None = Field(default=None, foreign_key="user.id")


class RetainerDraw(Row, table=True):
    """A part of an entry and what became of it: drawn from a lot, beyond them all, or at no cost.

    `number` is the period that it counts in. The parts of an entry follow each other from
    `offset_seconds` on.
    """

    __tablename__ = "retainer_draw"
    __table_args__ = (
        Index(
            "uq_retainer_draw_once",
            "entry_id",
            "offset_seconds",
            unique=True,
            sqlite_where=text("seconds > 0"),
            postgresql_where=text("seconds > 0"),
        ),
    )
    sow_line_id: int = Field(foreign_key="sow_line.id", index=True)
    entry_id: int = Field(foreign_key="time_entry.id")
    number: int
    offset_seconds: int = 0
    seconds: int
    minutes: int  # as they would be billed
    units: Big
    outcome: str  # drawn | overage | absorbed
    lot_id: int | None = Field(default=None, foreign_key="retainer_lot.id", index=True)


class RetainerPeriod(Row, table=True):
    """A closed period of a line: its statement (`rules/retainers.py`), and what stands after it."""

    __tablename__ = "retainer_period"
    __table_args__ = (UniqueConstraint("sow_line_id", "number"),)
    sow_line_id: int = Field(foreign_key="sow_line.id")
    number: int
    starts_on: date
    ends_on: date
    opening: Big
    granted: Big
    added: Big
    owed_before: Big
    wanted: Big
    used: Big
    overage: Big
    absorbed: Big
    carried: Big
    taken_back: Big
    expired: Big
    left: Big
    after: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    closed_at: datetime
    closed_by: int | None = Field(default=None, foreign_key="user.id")


class RetainerNotice(Row, table=True):
    """A period of a retainer whose work has reached 50, 80 or 100 per cent of what it has."""

    __tablename__ = "retainer_notice"
    __table_args__ = (UniqueConstraint("sow_line_id", "number", "level"),)
    sow_line_id: int = Field(foreign_key="sow_line.id")
    number: int
    level: int
    at: datetime


class SubscriptionChange(Row, table=True):
    """A change of a subscription from a day on: another plan, a pause, its end (`rules/subscriptions.py`)."""

    __tablename__ = "subscription_change"
    sow_line_id: int = Field(foreign_key="sow_line.id", index=True)
    kind: str  # plan | pause | resume | cancel
    effective_on: date
    price_minor: Big  # of a period, for one
    quantity: int = 1
    reason: str = ""
    at: datetime
    by_id: int | None = Field(default=None, foreign_key="user.id")
