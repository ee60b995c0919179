"""What of a client's work was moved to a later invoice, in words."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require
from psa_app.formats import words
from psa_app.models import (
    Account,
    BillLater,
    Expense,
    FeePart,
    Firm,
    Invoice,
    Milestone,
    Person,
    SowLine,
    TimeEntry,
)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A thing that waits, or someone's time: its rows, what it is, and until when."""

    ids: tuple[int, ...]
    text: str
    not_before: date


def waiting_for(session: Session, actor: Actor, invoice_id: int) -> list[WaitingRow]:
    """What was moved to later of the client of an invoice, by day; empty once the invoice is issued."""
    require(actor, "invoices.draft")
    invoice = fetch(session, actor, Invoice, invoice_id)
    return waiting(session, actor, invoice.account_id) if invoice.status == "draft" else []


def waiting(session: Session, actor: Actor, account_id: int) -> list[WaitingRow]:
    """What was moved to later of a client and still waits, the first first."""
    require(actor, "invoices.draft")
    fetch(session, actor, Account, account_id)
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    rows = session.exec(
        select(BillLater)
        .where(BillLater.account_id == account_id, BillLater.not_before > today)
        .order_by(col(BillLater.not_before), col(BillLater.id))
    ).all()
    groups: dict[tuple[str, str, date], _Group] = defaultdict(_Group)
    for row in rows:
        text, day, seconds = _named(session, row)
        group = groups[row.kind, text, row.not_before]
        group.ids.append(int(row.id or 0))
        group.seconds += seconds
        group.days += [day] if day else []
    return [WaitingRow(tuple(one.ids), one.told(key[1]), key[2]) for key, one in groups.items()]


@dataclass(slots=True)
class _Group:
    """Rows that are told as one: someone's time, or a single thing."""

    ids: list[int] = field(default_factory=list)
    seconds: int = 0
    days: list[date] = field(default_factory=list)

    def told(self, text: str) -> str:
        if not self.days:
            return text
        when = words.day_range(min(self.days), max(self.days))
        return f"{words.hours(self.seconds // 60)} h of {text}, {when}"


def _named(session: Session, row: BillLater) -> tuple[str, date | None, int]:
    """What a row is about; of time whose it is, its day and its seconds."""
    if row.kind == "time":
        entry = session.get_one(TimeEntry, row.record_id)
        person = session.get_one(Person, entry.person_id)
        return person.name, entry.work_date, entry.seconds
    if row.kind == "expense":
        return session.get_one(Expense, row.record_id).description, None, 0
    if row.kind == "milestone":
        return session.get_one(Milestone, row.record_id).title, None, 0
    if row.kind == "fee":
        part = session.get_one(FeePart, row.record_id)
        line = session.get_one(SowLine, part.sow_line_id)
        return f"{line.title}, {part.title or words.day(part.due_on)}", None, 0
    return f"{session.get_one(SowLine, row.record_id).title}, period {row.number}", None, 0
