"""Drafting an invoice from a client's open work. Doing it twice bills nothing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import (
    Account,
    BankAccount,
    BilledMilestone,
    BilledTime,
    Firm,
    Invoice,
    InvoiceLine,
    Person,
    Project,
    Role,
    Sow,
    SowLine,
    Task,
    TaxRate,
)
from psa_app.rules.billing import TimePlan, plan_time_lines
from psa_app.services import history
from psa_app.services.invoices.totals import write_totals
from psa_app.services.invoices.work import OpenTime, open_milestones, open_time

Grouping = Literal["person", "task", "role", "day", "none"]


@dataclass(frozen=True, slots=True)
class Tax:
    """The tax a line is printed with."""

    kind: str
    ppm: int
    name: str


@act("invoices", "draft", right="invoices.draft")
def draft_invoice(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    until: date,
    sow_id: int | None = None,
    grouping: Grouping | None = None,
    include: tuple[Literal["time", "milestones"], ...] = ("time", "milestones"),
    currency: str | None = None,
) -> Invoice:
    """Makes a draft of everything that a client (or one SOW) can be billed up to a day.

    The client's row is locked, so two who press at once get one draft: the second finds nothing
    left. Raises `Conflict` for unpriced time, and when nothing is open (naming the draft that
    holds it already).
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    sow = fetch(session, actor, Sow, sow_id) if sow_id is not None else None
    if sow is not None and sow.account_id != account_id:
        raise Invalid("This scope belongs to another client.", "sow_id")
    money_in = currency or (sow.currency if sow else account.currency)
    time = open_time(session, account_id, until, money_in, sow_id) if "time" in include else OpenTime((), {})
    found = open_milestones(session, account_id, until, sow_id) if "milestones" in include else ()
    milestones = [row for row in found if row[2].currency == money_in]
    how = grouping or (sow.grouping if sow else _usual_grouping(session, account_id))
    plan = plan_time_lines(time.entries, time.terms, how)
    if not plan.lines and not milestones:
        raise Conflict(_nothing(session, account_id, until, plan), "until")
    invoice = _head(session, account, sow or _only_sow(session, milestones, time), until, money_in, how)
    tax = _tax_of(session, account, sow)
    _write_time(session, invoice, plan, time, tax, how)
    _write_milestones(session, invoice, milestones, tax)
    _set_period(invoice, time, milestones, plan)
    write_totals(session, invoice)
    history.note(
        session,
        actor,
        "invoice",
        int(invoice.id or 0),
        "drafted",
        {},
        {
            "account_id": account_id,
            "until": until,
            "total_minor": invoice.total_minor,
            "over_cap": len(plan.over_cap),
        },
    )
    return invoice


@act("invoices", "discard", right="invoices.draft")
def discard_draft(session: Session, actor: Actor, invoice_id: int) -> None:
    """Throws a draft away; its time and milestones are open again. Raises `Conflict` once issued."""
    invoice = locked_draft(session, actor, invoice_id)
    lines = select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice_id)
    connection = session.connection()
    connection.execute(delete(BilledTime).where(col(BilledTime.line_id).in_(lines)))
    connection.execute(delete(BilledMilestone).where(col(BilledMilestone.line_id).in_(lines)))
    connection.execute(delete(InvoiceLine).where(col(InvoiceLine.invoice_id) == invoice_id))
    before = {"account_id": invoice.account_id, "total_minor": invoice.total_minor}
    history.note(session, actor, "invoice", invoice_id, "discarded", before, {})
    session.delete(invoice)


def locked_draft(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    """The draft, its client's row locked first. Raises `Conflict` when it is no draft any more."""
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    if invoice.status != "draft":
        raise Conflict(
            f"{invoice.number} is {invoice.status.replace('_', ' ')} and does not change any more."
        )
    return invoice


def _nothing(session: Session, account_id: int, until: date, plan: TimePlan) -> str:
    draft = session.exec(
        select(Invoice.id)
        .where(Invoice.account_id == account_id, Invoice.status == "draft")
        .order_by(col(Invoice.id).desc())
    ).first()
    if draft is not None:
        return f"Everything up to {until.isoformat()} is already on draft {draft}. Open it, or choose a later day."
    if plan.over_cap:
        return "The cap is used up: the open hours lie above it. Agree a change with the client first."
    return f"Nothing is open up to {until.isoformat()}: no approved time and no accepted milestone."


def _usual_grouping(session: Session, account_id: int) -> str:
    last = session.exec(
        select(Sow.grouping)
        .where(Sow.account_id == account_id, Sow.status == "signed")
        .order_by(col(Sow.id).desc())
    ).first()
    return last or "role"


def _only_sow(session: Session, milestones: Sequence[Any], time: OpenTime) -> Sow | None:
    """The SOW when all the work belongs to a single one."""
    line_ids = {key for key in time.terms if key > 0}
    found = set(session.exec(select(SowLine.sow_id).where(col(SowLine.id).in_(line_ids))).all())
    found |= {row[2].id for row in milestones}
    has_other = any(key < 0 for key in time.terms)
    return session.get(Sow, found.pop()) if len(found) == 1 and not has_other else None


def _head(
    session: Session, account: Account, sow: Sow | None, until: date, currency: str, grouping: str
) -> Invoice:
    firm = session.exec(select(Firm)).one()
    days = sow.payment_days if sow else account.payment_days
    invoice = Invoice(
        account_id=int(account.id or 0),
        sow_id=sow.id if sow else None,
        currency=currency,
        cutoff=until,
        grouping=grouping,
        payment_days=firm.payment_days if days is None else days,
        purchase_order=sow.purchase_order if sow else "",
        bank_account_id=_bank(session, currency),
        tax_rounding=firm.tax_rounding,
        is_sandbox=firm.payment_provider == "sandbox",
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(invoice)
    session.flush()
    return invoice


def _bank(session: Session, currency: str) -> int | None:
    accounts = session.exec(
        select(BankAccount).order_by(col(BankAccount.is_default).desc(), col(BankAccount.id))
    ).all()
    return next((a.id for a in accounts if a.currency == currency), accounts[0].id if accounts else None)


def _tax_of(session: Session, account: Account, sow: Sow | None) -> Tax:
    rate_id = (sow.tax_rate_id if sow else None) or account.tax_rate_id
    rate = session.get(TaxRate, rate_id) if rate_id else None
    rate = (
        rate or session.exec(select(TaxRate).where(col(TaxRate.is_default), col(TaxRate.is_active))).first()
    )
    return Tax(rate.kind, rate.rate_ppm, rate.name) if rate else Tax("zero", 0, "No tax")


def _write_time(
    session: Session, invoice: Invoice, plan: TimePlan, time: OpenTime, tax: Tax, grouping: str
) -> None:
    if not plan.lines:
        return
    names = _Names(session, plan, time, grouping)
    rows = [
        {
            "invoice_id": invoice.id,
            "position": position,
            "kind": "time",
            "description": names.title(line),
            "detail": names.detail(line),
            "minutes": line.minutes,
            "quantity": 1,
            "rate_minor": line.rate,
            "net_minor": line.amount,
            "sow_line_id": line.sow_line_id if line.sow_line_id > 0 else None,
            "tax_kind": tax.kind,
            "tax_ppm": tax.ppm,
            "tax_name": tax.name,
        }
        for position, line in enumerate(plan.lines, 1)
    ]
    connection = session.connection()
    statement = insert(InvoiceLine.__table__).returning(
        InvoiceLine.__table__.c.id, sort_by_parameter_order=True
    )  # type: ignore[attr-defined]
    ids = connection.execute(statement, rows).scalars().all()
    shares = [
        {
            "entry_id": share.entry_id,
            "line_id": line_id,
            "seconds": share.seconds,
            "minutes": share.minutes,
            "offset_seconds": share.offset_seconds,
            "amount_minor": share.amount,
            "released_at": None,
        }
        for line_id, line in zip(ids, plan.lines, strict=True)
        for share in line.shares
    ]
    connection.execute(insert(BilledTime.__table__), shares)  # type: ignore[attr-defined]


def _write_milestones(session: Session, invoice: Invoice, milestones: Sequence[Any], tax: Tax) -> None:
    position = session.exec(select(InvoiceLine.position).where(InvoiceLine.invoice_id == invoice.id)).all()
    for place, (milestone, line, _sow) in enumerate(milestones, max(position, default=0) + 1):
        accepted = milestone.accepted_at.date().isoformat() if milestone.accepted_at else ""
        row = InvoiceLine(
            invoice_id=int(invoice.id or 0),
            position=place,
            kind="milestone",
            description=milestone.title,
            detail=f"{line.title}, accepted {accepted}",
            rate_minor=milestone.value_minor,
            net_minor=milestone.value_minor,
            sow_line_id=line.id,
            tax_kind=tax.kind,
            tax_ppm=tax.ppm,
            tax_name=tax.name,
        )
        session.add(row)
        session.flush()
        session.add(
            BilledMilestone(
                milestone_id=milestone.id, line_id=int(row.id or 0), amount_minor=milestone.value_minor
            )
        )
    session.flush()


def _set_period(invoice: Invoice, time: OpenTime, milestones: Sequence[Any], plan: TimePlan) -> None:
    billed = {share.entry_id for line in plan.lines for share in line.shares}
    days = [entry.day for entry in time.entries if entry.id in billed]
    days += [row[0].accepted_at.date() for row in milestones if row[0].accepted_at]
    if days:
        invoice.service_from, invoice.service_to = min(days), max(days)


class _Names:
    """Words for printed lines, by how they are grouped."""

    def __init__(self, session: Session, plan: TimePlan, time: OpenTime, grouping: str) -> None:
        self.grouping = grouping
        self.entries = {entry.id: entry for entry in time.entries}
        self.people = self._names(session, Person, {e.person_id for e in time.entries})
        self.roles = self._names(session, Role, {e.role_id for e in time.entries})
        task_rows = session.exec(
            select(Task.id, Task.name, Project.name)
            .join(Project, col(Project.id) == col(Task.project_id))
            .where(col(Task.id).in_({e.task_id for e in time.entries}))
        ).all()
        self.tasks = {task_id: (task, project) for task_id, task, project in task_rows}
        keys = {line.sow_line_id for line in plan.lines}
        self.lines = dict(
            session.exec(select(SowLine.id, SowLine.title).where(col(SowLine.id).in_(keys))).all()
        )

    @staticmethod
    def _names(session: Session, model: Any, ids: set[int]) -> dict[int, str]:
        return dict(session.exec(select(model.id, model.name).where(col(model.id).in_(ids))).all())

    def title(self, line: Any) -> str:
        entry = self.entries[line.shares[0].entry_id]
        match self.grouping:
            case "person":
                return self.people[entry.person_id]
            case "role":
                return self.roles.get(entry.role_id, "Services")
            case "task":
                return self.tasks[entry.task_id][0]
            case "day":
                return entry.day.isoformat()
        return self.lines.get(line.sow_line_id) or self.tasks[entry.task_id][1]

    def detail(self, line: Any) -> str:
        if line.sow_line_id in self.lines and self.grouping != "none":
            return self.lines[line.sow_line_id]
        projects = sorted({self.tasks[self.entries[share.entry_id].task_id][1] for share in line.shares})
        return ", ".join(projects)[:200]
