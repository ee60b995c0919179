"""What of a client's work was moved to a later invoice, in words."""

from collections import defaultdict
from dataclasses import dataclass
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
    """A thing that waits, or someone's time of a day: its rows, what it is, and until when."""

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
    grouped: dict[tuple[str, date], list[int]] = defaultdict(list)
    seconds: dict[tuple[str, date], int] = defaultdict(int)
    for row in rows:
        text, length = _named(session, row)
        grouped[text, row.not_before].append(int(row.id or 0))
        seconds[text, row.not_before] += length
    return [WaitingRow(tuple(ids), _told(key[0], seconds[key]), key[1]) for key, ids in grouped.items()]


def _told(text: str, seconds: int) -> str:
    return f"{words.hours(seconds // 60)} h, {text}" if seconds else text


def _named(session: Session, row: BillLater) -> tuple[str, int]:
    """What a row is about, and its seconds where it is time."""
    if row.kind == "time":
        entry = session.get_one(TimeEntry, row.record_id)
        person = session.get_one(Person, entry.person_id)
        return f"{person.name}, {words.day(entry.work_date)}", entry.seconds
    if row.kind == "expense":
        return session.get_one(Expense, row.record_id).description, 0
    if row.kind == "milestone":
        return session.get_one(Milestone, row.record_id).title, 0
    if row.kind == "fee":
        part = session.get_one(FeePart, row.record_id)
        line = session.get_one(SowLine, part.sow_line_id)
        return f"{line.title}, {part.title or words.day(part.due_on)}", 0
    return f"{session.get_one(SowLine, row.record_id).title}, period {row.number}", 0
