"""Billing runs: drafts for many clients, or the issue of many drafts, part by part."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from psa_app.models.base import Big, Json, Record, Row


class BillingRun(Record, table=True):
    """Drafts for many clients, or many drafts issued. `state`: waiting | running | stopped | done | failed.

    `until` is the last day of the work that is billed; of an issue the date on the invoices. A dry run
    writes down what it would do and nothing else.
    """

    __tablename__ = "billing_run"
    kind: str = "draft"  # draft | issue
    state: str = Field(default="waiting", index=True)
    is_dry: bool = False
    until: date
    source: str = "hand"  # hand | command | itself
    by_user: int | None = Field(default=None, foreign_key="user.id")
    by_name: str = ""
    account_id: int | None = Field(default=None, foreign_key="account.id")  # of one client only
    began_at: datetime | None = None
    sign_at: datetime | None = None  # when its last part was done
    ended_at: datetime | None = None
    tries: int = 0  # beginnings since the last part that was done
    problem: str = ""


class BillingPart(Row, table=True):
    """What a run does for a client in a currency, or to a draft, and why something is missing.

    `state`: waiting | would | drafted | nothing | issued | refused. `reasons` are objects with `code`,
    `sentence` and `href`. `cause` names what made the app draft by itself; of each there is one.
    """

    __tablename__ = "billing_part"
    __table_args__ = (
        Index("ix_billing_part_run", "run_id", "state", "id"),
        Index(
            "uq_billing_part_cause",
            "cause",
            unique=True,
            sqlite_where=text("cause <> ''"),
            postgresql_where=text("cause <> ''"),
        ),
    )
    run_id: int = Field(foreign_key="billing_run.id")
    account_id: int = Field(foreign_key="account.id", index=True)
    sow_id: int | None = Field(default=None, foreign_key="sow.id")  # of one scope only
    include: str = ""  # kinds of work, by commas; "" for all
    state: str = "waiting"
    currency: str = ""
    net_minor: Big = 0
    invoice_id: int | None = Field(default=None, index=True)  # no foreign key: a draft may be discarded
    number: str = ""  # of the invoice, once issued
    reasons: list[dict[str, Any]] = Field(default_factory=list, sa_type=Json)
    cause: str = ""
    why: str = ""  # in words, where a threshold was reached
    done_at: datetime | None = None
