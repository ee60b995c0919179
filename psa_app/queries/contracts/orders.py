"""The change orders of a scope, and one of them, for the firm's people."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.errors import Invalid
from psa_app.models import (
    Account,
    ChangeOrder,
    ChangeQuestion,
    Milestone,
    Project,
    Role,
    Signature,
    Sow,
    SowLine,
)
from psa_app.queries.contracts.change_orders import agreed_order_text, contract_of, read_order
from psa_app.queries.contracts.effect import Effect, effect_of
from psa_app.queries.contracts.one import ContactRow, contacts_of
from psa_app.queries.contracts.order_paper import order_signatures
from psa_app.rules.change_orders import Contract, applied
from psa_app.rules.deltas import read_deltas


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One change order: `by` is what it adds to the contract's value (minor units), None if unknown."""

    id: int
    number: str
    title: str
    status: str
    source: str
    effective_on: date
    by: int | None
    asked: int  # questions that wait for an answer


@dataclass(frozen=True, slots=True)
class Changes:
    """A contract's value now is `signed` (the scope as it was signed) and all signed change orders."""

    rows: tuple[OrderRow, ...]
    currency: str
    signed: int
    value: int
    has_end: bool
    may_draft: bool


def changes_of(session: Session, actor: Actor, sow_id: int) -> Changes:
    """The change orders of a scope, the newest first; none for a scope that is not signed."""
    require(actor, "changes.read")
    sow = fetch(session, actor, Sow, sow_id)
    now = contract_of(session, sow)
    found = session.exec(
        select(ChangeOrder)
        .where(ChangeOrder.sow_id == sow_id, visible(actor, ChangeOrder))
        .order_by(col(ChangeOrder.position).desc())
    ).all()
    rows = tuple(_row(session, one, now) for one in found)
    added = sum(row.by or 0 for row in rows if row.status == "signed")
    drafts = sow.status == "signed" and may(actor, "changes.draft")
    return Changes(rows, sow.currency, now.worth() - added, now.worth(), now.has_end(), drafts)


def _row(session: Session, order: ChangeOrder, now: Contract) -> OrderRow:
    waiting = session.exec(
        select(ChangeQuestion.id).where(
            ChangeQuestion.change_order_id == order.id, col(ChangeQuestion.answered_at).is_(None)
        )
    ).all()
    return OrderRow(
        int(order.id or 0),
        order.number,
        order.title,
        order.status,
        order.source,
        order.effective_on,
        _by(session, order, now),
        len(waiting),
    )


def _by(session: Session, order: ChangeOrder, now: Contract) -> int | None:
    text = agreed_order_text(session, order)
    if text:
        terms = read_order(text)
        return terms.after.value - terms.before.value
    try:
        return applied(now, read_deltas(order.deltas), order.effective_on).worth() - now.worth()
    except Invalid:
        return None


@dataclass(frozen=True, slots=True)
class Choices:
    """What a change can name: lines (id, title, model), open milestones, roles; and the caps of today by
    line, minor units."""

    lines: tuple[tuple[int, str, str], ...]
    milestones: tuple[tuple[int, str], ...]
    roles: tuple[tuple[int, str], ...]
    caps: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class OneOrder:
    """All that the firm's people see of a change order. `problem` says why it cannot be applied now."""

    order: ChangeOrder
    sow: Sow
    account: Account
    contacts: tuple[ContactRow, ...]
    signatures: tuple[Signature, ...]
    questions: tuple[ChangeQuestion, ...]
    project_id: int | None
    project: str
    effect: Effect | None
    problem: str


def one_order(session: Session, actor: Actor, order_id: int) -> OneOrder:
    """The change order, or `NotFound` outside the actor's sight."""
    require(actor, "changes.draft")
    order = fetch(session, actor, ChangeOrder, order_id)
    sow = fetch(session, actor, Sow, order.sow_id)
    questions = session.exec(
        select(ChangeQuestion)
        .where(ChangeQuestion.change_order_id == order_id, visible(actor, ChangeQuestion))
        .order_by(col(ChangeQuestion.id))
    ).all()
    project = session.exec(select(Project).where(Project.sow_id == sow.id, visible(actor, Project))).first()
    effect, problem = None, ""
    if order.status in ("draft", "sent", "declined"):
        try:
            effect = effect_of(session, actor, sow, read_deltas(order.deltas), order.effective_on)
        except Invalid as error:
            problem = error.sentence
    return OneOrder(
        order,
        sow,
        fetch(session, actor, Account, sow.account_id),
        contacts_of(session, actor, sow.account_id),
        tuple(order_signatures(session, order)),
        tuple(questions),
        project.id if project else None,
        project.name if project else "",
        effect,
        problem,
    )


def new_order(session: Session, actor: Actor, sow_id: int) -> tuple[Sow, Account]:
    """The scope that a new change order would change. Raises `Invalid` when it is not signed."""
    require(actor, "changes.draft")
    sow = fetch(session, actor, Sow, sow_id)
    if sow.status != "signed":
        raise Invalid(f"{sow.number} is {sow.status}. A change order needs a signed scope.")
    return sow, fetch(session, actor, Account, sow.account_id)


def choices_of(session: Session, actor: Actor, sow_id: int) -> Choices:
    """What the editor offers."""
    require(actor, "changes.draft")
    sow = fetch(session, actor, Sow, sow_id)
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    parts = session.exec(
        select(Milestone)
        .where(col(Milestone.sow_line_id).in_([one.id for one in lines]), Milestone.status != "accepted")
        .order_by(col(Milestone.sow_line_id), col(Milestone.position))
    ).all()
    roles = session.exec(select(Role).order_by(Role.name)).all()
    return Choices(
        tuple((int(one.id or 0), one.title, one.model) for one in lines),
        tuple((int(one.id or 0), one.title) for one in parts),
        tuple((int(one.id or 0), one.name) for one in roles),
        tuple((int(one.id or 0), one.cap_minor) for one in lines if one.cap_minor is not None),
    )
