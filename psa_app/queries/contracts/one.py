"""One scope for the firm's people: as it is written, who it went to, who agreed, and what came of it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.models import (
    Account,
    Agreement,
    Attachment,
    Contact,
    Deliverable,
    FeePart,
    Milestone,
    Project,
    Rate,
    Sow,
    SowLine,
)
from psa_app.queries.contracts.paper import signatures_of
from psa_app.queries.invoices.deposits import AskedDeposit, DepositRow, asked_deposit, scope_deposits
from psa_app.queries.invoices.open_work import billed_on_lines


@dataclass(frozen=True, slots=True)
class RateRow:
    """What an hour costs, minor units; `role_id` None is everyone on the line. No days: all along."""

    role_id: int | None
    amount: int
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A part of a fixed line; `accepted_by` and `accepted_at` once the client has agreed."""

    id: int
    title: str
    criteria: str
    value: int
    due_on: date | None
    status: str
    accepted_by: str
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line; `billed` is what is on invoices and drafts, None for who may not see invoices."""

    id: int
    title: str
    description: str
    model: str
    value: int
    cap: int | None
    estimate_minutes: int
    rates: tuple[RateRow, ...]
    milestones: tuple[MilestoneRow, ...]
    billed: int | None
    row: SowLine
    fees: tuple[FeePart, ...]


@dataclass(frozen=True, slots=True)
class ContactRow:
    """Who the scope can go to."""

    id: int
    name: str
    email: str
    title: str
    is_approver: bool


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """The evidence of one side."""

    side: str
    name: str
    title: str
    email: str
    at: datetime
    address: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Scope:
    """All that the firm's people see of a scope. `leads` tells whether the actor leads its project."""

    sow: Sow
    account: Account
    lines: tuple[LineRow, ...]
    contacts: tuple[ContactRow, ...]
    signatures: tuple[SignatureRow, ...]
    project_id: int | None
    project: str
    leads: bool
    deliverables: tuple[Deliverable, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    files: tuple[Attachment, ...] = ()
    renewed_from: Sow | None = None
    renewed_by: Sow | None = None
    deposit: AskedDeposit | None = None  # the invoice or draft that asks for the agreed one
    deposits: tuple[DepositRow, ...] = ()


def one_scope(session: Session, actor: Actor, sow_id: int) -> Scope:
    """The scope, or `NotFound` outside the actor's sight."""
    require(actor, "accounts.read")
    sow = fetch(session, actor, Sow, sow_id)
    account = fetch(session, actor, Account, sow.account_id)
    project = session.exec(select(Project).where(Project.sow_id == sow_id, visible(actor, Project))).first()
    return Scope(
        sow,
        account,
        _lines(session, actor, sow),
        contacts_of(session, actor, sow.account_id),
        tuple(
            SignatureRow(one.side, one.name, one.title, one.email, one.at, one.address, one.text_hash)
            for one in (signatures_of(session, sow) if sow.text_hash else ())
        ),
        project.id if project else None,
        project.name if project else "",
        bool(project and project.lead_id is not None and project.lead_id == actor.person_id),
        _deliverables(session, sow_id),
        agreements_for(session, actor, sow),
        files_of(session, actor, sow_id),
        session.get(Sow, sow.renewed_from_id) if sow.renewed_from_id else None,
        session.exec(select(Sow).where(Sow.renewed_from_id == sow_id, visible(actor, Sow))).first(),
        *_deposits(session, actor, sow_id),
    )


def _deposits(
    session: Session, actor: Actor, sow_id: int
) -> tuple[AskedDeposit | None, tuple[DepositRow, ...]]:
    """What was asked in advance, for who may see invoices."""
    if not may(actor, "invoices.read"):
        return None, ()
    return asked_deposit(session, actor, sow_id), tuple(scope_deposits(session, actor, sow_id))


def _deliverables(session: Session, sow_id: int) -> tuple[Deliverable, ...]:
    of_sow = select(Deliverable).where(Deliverable.sow_id == sow_id)
    return tuple(session.exec(of_sow.order_by(col(Deliverable.position))))


def agreements_for(session: Session, actor: Actor, sow: Sow) -> tuple[Agreement, ...]:
    """The client's governing agreements that are in use, and the scope's own, by title."""
    usable = ~col(Agreement.is_archived) | (col(Agreement.id) == sow.agreement_id)
    statement = select(Agreement).where(
        Agreement.account_id == sow.account_id, usable, visible(actor, Agreement)
    )
    return tuple(session.exec(statement.order_by(Agreement.title)))


def files_of(session: Session, actor: Actor, sow_id: int) -> tuple[Attachment, ...]:
    """The files beside a scope that the actor may see, the first one first."""
    return files_beside(session, actor, "sow", sow_id)


def files_beside(session: Session, actor: Actor, table: str, record_id: int) -> tuple[Attachment, ...]:
    """The same for a record of any table."""
    beside = select(Attachment).where(
        Attachment.kind == table, Attachment.record_id == record_id, visible(actor, Attachment)
    )
    return tuple(session.exec(beside.order_by(col(Attachment.id))))


def contacts_of(session: Session, actor: Actor, account_id: int) -> tuple[ContactRow, ...]:
    """A client's people, those who may sign first."""
    rows = session.exec(
        select(Contact)
        .where(Contact.account_id == account_id, ~col(Contact.is_archived), visible(actor, Contact))
        .order_by(col(Contact.is_approver).desc(), col(Contact.name))
    ).all()
    return tuple(ContactRow(int(c.id or 0), c.name, c.email, c.title, c.is_approver) for c in rows)


def _lines(session: Session, actor: Actor, sow: Sow) -> tuple[LineRow, ...]:
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    ids = [int(line.id or 0) for line in lines]
    rates, parts, fees = _rates(session, ids, sow.starts_on), _milestones(session, ids), _fees(session, ids)
    billed = billed_on_lines(session, ids) if ids and may(actor, "invoices.read") else None
    return tuple(
        LineRow(
            line_id,
            line.title,
            line.description,
            line.model,
            line.value_minor,
            line.cap_minor,
            line.estimate_minutes,
            tuple(rates[line_id]),
            tuple(parts[line_id]),
            None if billed is None else billed.get(line_id, 0),
            line,
            tuple(fees[line_id]),
        )
        for line_id, line in zip(ids, lines, strict=True)
    )


def _rates(session: Session, line_ids: list[int], starts_on: date) -> dict[int | None, list[RateRow]]:
    found: dict[int | None, list[RateRow]] = defaultdict(list)
    rows = session.exec(select(Rate).where(col(Rate.sow_line_id).in_(line_ids)).order_by(col(Rate.id)))
    for row in rows:
        since = row.valid_from if row.valid_from > starts_on else None
        found[row.sow_line_id].append(RateRow(row.role_id, row.amount_minor, since, row.valid_to))
    return found


def _fees(session: Session, line_ids: list[int]) -> dict[int, list[FeePart]]:
    found: dict[int, list[FeePart]] = defaultdict(list)
    statement = select(FeePart).where(col(FeePart.sow_line_id).in_(line_ids))
    for row in session.exec(statement.order_by(col(FeePart.position))):
        found[row.sow_line_id].append(row)
    return found


def _milestones(session: Session, line_ids: list[int]) -> dict[int, list[MilestoneRow]]:
    found: dict[int, list[MilestoneRow]] = defaultdict(list)
    statement = select(Milestone).where(col(Milestone.sow_line_id).in_(line_ids))
    for row in session.exec(statement.order_by(col(Milestone.position))):
        found[row.sow_line_id].append(
            MilestoneRow(
                int(row.id or 0),
                row.title,
                row.criteria,
                row.value_minor,
                row.due_on,
                row.status,
                row.accepted_by,
                row.accepted_at,
            )
        )
    return found
