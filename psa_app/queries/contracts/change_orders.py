"""What a contract is now, and the exact text of a change order that both sides agree to."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, func, or_, select

from psa_app.formats import words
from psa_app.models import (
    Account,
    ChangeOrder,
    Firm,
    Milestone,
    Rate,
    Role,
    Signature,
    Sow,
    SowLine,
    Task,
    TimeEntry,
)
from psa_app.queries.invoices.open_work import billed_on_lines
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.rules import money
from psa_app.rules.change_orders import Contract, Line, Part, applied
from psa_app.rules.change_words import DAY, MONEY, Names, Row, Value, rows
from psa_app.rules.deltas import Delta, read_deltas
from psa_app.rules.evidence import canonical


def contract_of(session: Session, sow: Sow) -> Contract:
    """The scope as its lines stand today: what was signed, with all signed change orders in it."""
    session.flush()
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    ids = [int(line.id or 0) for line in lines]
    billed = billed_on_lines(session, ids)
    locale = session.exec(select(Firm.locale)).one()
    parts = session.exec(
        select(Milestone).where(col(Milestone.sow_line_id).in_(ids)).order_by(col(Milestone.id))
    ).all()
    return Contract(
        sow.starts_on,
        sow.ends_on,
        tuple(
            Line(
                line_id,
                line.title,
                line.model,
                line.value_minor,
                line.cap_minor,
                line.estimate_minutes,
                billed.get(line_id, 0),
                line.periods,
            )
            for line_id, line in zip(ids, lines, strict=True)
        ),
        tuple(
            Part(int(one.id or 0), one.sow_line_id, one.title, one.value_minor, one.status, one.due_on)
            for one in parts
        ),
        sow.currency,
        _first_work(session, ids),
        lambda amount: words.money(amount, sow.currency, locale),
    )


def _first_work(session: Session, line_ids: list[int]) -> date | None:
    return session.exec(
        select(func.min(TimeEntry.work_date))
        .join(Task, col(Task.id) == col(TimeEntry.task_id))
        .where(col(Task.sow_line_id).in_(line_ids))
    ).one()


def names_on(session: Session, sow_id: int, day: date) -> Names:
    """The firm's roles, and what an hour on each line costs on a day."""
    roles = {int(one.id or 0): one.name for one in session.exec(select(Role)).all()}
    found = session.exec(
        select(Rate)
        .join(SowLine, col(SowLine.id) == col(Rate.sow_line_id))
        .where(
            SowLine.sow_id == sow_id,
            Rate.valid_from <= day,
            or_(col(Rate.valid_to).is_(None), col(Rate.valid_to) >= day),
        )
    ).all()
    return Names(roles, {(int(one.sow_line_id or 0), one.role_id): one.amount_minor for one in found})


def rows_of(
    session: Session, sow: Sow, before: Contract, deltas: tuple[Delta, ...], effective_on: date
) -> list[Row]:
    """What deltas change, row by row; they have been let pass by `applied`."""
    return list(rows(before, deltas, names_on(session, int(sow.id or 0), effective_on)))


def order_text(session: Session, order: ChangeOrder, sow: Sow) -> str:
    """The change order as canonical JSON: what moves from which day, and the contract before and after.

    It names the scope by its hash. Another order signed meanwhile gives another text.
    """
    before, deltas = contract_of(session, sow), read_deltas(order.deltas)
    after = applied(before, deltas, order.effective_on)
    firm = session.exec(select(Firm)).one()
    return canonical(
        {
            "number": order.number,
            "scope": sow.number,
            "scope_title": sow.title,
            "scope_hash": sow.text_hash,
            "firm": seller_block(session, firm),
            "client": buyer_block(session.get_one(Account, sow.account_id)),
            "title": order.title,
            "reason": order.reason,
            "effective_on": order.effective_on.isoformat(),
            "open_until": order.valid_until.isoformat() if order.valid_until else "",
            "currency": sow.currency,
            "lines": {str(line.id): line.title for line in before.lines},
            "milestones": {str(part.id): part.title for part in before.parts},
            "changes": order.deltas,
            "rows": [
                {
                    "what": row.what,
                    "kind": row.kind,
                    "before": _plain(row, row.before, sow.currency),
                    "after": _plain(row, row.after, sow.currency),
                }
                for row in rows_of(session, sow, before, deltas, order.effective_on)
            ],
            "before": _sums(before, sow.currency),
            "after": _sums(after, sow.currency),
        }
    )


def agreed_order_text(session: Session, order: ChangeOrder) -> str:
    """The text that the firm signed when it was sent; "" for a draft."""
    if not order.text_hash:
        return ""
    kept = session.exec(
        select(Signature.text)
        .where(
            Signature.document == "change_order",
            Signature.document_id == order.id,
            Signature.side == "firm",
            Signature.text_hash == order.text_hash,
        )
        .order_by(col(Signature.id).desc())
    ).first()
    return kept or ""


@dataclass(frozen=True, slots=True)
class Sums:
    """A contract in short: minor units, minutes, first and last day."""

    value: int
    has_end: bool
    minutes: int
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class OrderTerms:
    """All that stands on a change order. `firm` and `client` are blocks of lines."""

    number: str
    scope: str
    scope_title: str
    firm: str
    client: str
    title: str
    reason: str
    effective_on: date
    open_until: date | None
    currency: str
    rows: tuple[Row, ...]
    before: Sums
    after: Sums


def read_order(text: str) -> OrderTerms:
    """The terms in a text made by `order_text`."""
    body = json.loads(text)
    currency = body["currency"]
    return OrderTerms(
        body["number"],
        body["scope"],
        body["scope_title"],
        body["firm"],
        body["client"],
        body["title"],
        body["reason"],
        date.fromisoformat(body["effective_on"]),
        _day(body["open_until"]),
        currency,
        tuple(
            Row(
                one["what"],
                one["kind"],
                _value(one["kind"], one["before"], currency),
                _value(one["kind"], one["after"], currency),
            )
            for one in body["rows"]
        ),
        _read_sums(body["before"], currency),
        _read_sums(body["after"], currency),
    )


def sums_of(contract: Contract) -> Sums:
    """A contract in short."""
    return Sums(
        contract.worth(), contract.has_end(), contract.minutes(), contract.starts_on, contract.ends_on
    )


def _sums(contract: Contract, currency: str) -> dict[str, str | int | bool]:
    return {
        "value": money.plain(contract.worth(), currency),
        "has_end": contract.has_end(),
        "minutes": contract.minutes(),
        "from": contract.starts_on.isoformat(),
        "to": contract.ends_on.isoformat() if contract.ends_on else "",
    }


def _read_sums(body: dict[str, Any], currency: str) -> Sums:
    value = money.parse_amount(body["value"], currency)
    return Sums(value, body["has_end"], body["minutes"], _day(body["from"]), _day(body["to"]))


def _plain(row: Row, value: Value, currency: str) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return money.plain(value, currency) if row.kind == MONEY else str(value)


def _value(kind: str, text: str, currency: str) -> Value:
    if not text:
        return None
    if kind == DAY:
        return date.fromisoformat(text)
    return money.parse_amount(text, currency) if kind == MONEY else int(text)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
