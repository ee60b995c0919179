"""The exact text of a scope that both sides agree to, and its hash.

The text is canonical JSON and holds all that stands on the paper. What the client reads, on the
page and as PDF, is made from the very text that was sent: `read_text` gives it as `Terms`.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psa_app.models import Account, Firm, Milestone, Rate, Role, Signature, Sow, SowLine, TaxRate
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.rules import money


@dataclass(frozen=True, slots=True)
class RateTerm:
    """What an hour costs, minor units; an empty role is everyone on the line."""

    role: str
    amount: int


@dataclass(frozen=True, slots=True)
class MilestoneTerm:
    """A part of a fixed price, minor units, due when accepted."""

    title: str
    value: int
    criteria: str
    due_on: date | None


@dataclass(frozen=True, slots=True)
class LineTerm:
    """One line; `value` is the price of a fixed line, `cap` the most that a line by time may cost."""

    title: str
    description: str
    model: str
    value: int
    cap: int | None
    estimate_minutes: int
    rates: tuple[RateTerm, ...]
    milestones: tuple[MilestoneTerm, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """All that stands on a scope. `firm` and `client` are blocks of lines: name, address, tax number."""

    number: str
    title: str
    firm: str
    client: str
    currency: str
    starts_on: date
    ends_on: date | None
    open_until: date | None
    summary: str
    terms: str
    purchase_order: str
    payment_days: int
    tax: str
    round_increment: int
    round_mode: str
    round_minimum: int
    round_per: str
    lines: tuple[LineTerm, ...]

    def value(self) -> tuple[int, bool]:
        """The most that all lines may cost, and whether that is so: a line without a cap has no end."""
        amounts = [line.value if line.model == "fixed" else line.cap for line in self.lines]
        return sum(amount or 0 for amount in amounts), all(amount is not None for amount in amounts)


def sow_text(session: Session, sow: Sow) -> str:
    """The scope as it stands now, as canonical JSON. Amounts are printed with their digits."""
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, sow.account_id)
    tax = session.get(TaxRate, sow.tax_rate_id) if sow.tax_rate_id else None
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    body = {
        "number": sow.number,
        "title": sow.title,
        "firm": seller_block(session, firm),
        "client": buyer_block(account),
        "currency": sow.currency,
        "from": sow.starts_on.isoformat(),
        "to": _day(sow.ends_on),
        "open_until": _day(sow.valid_until),
        "summary": sow.summary,
        "terms": sow.terms,
        "purchase_order": sow.purchase_order,
        "days_to_pay": sow.payment_days,
        "tax": tax.name if tax else "",
        "rounding": {
            "minutes": sow.round_increment,
            "mode": sow.round_mode,
            "at_least": sow.round_minimum,
            "per": sow.round_per,
        },
        "lines": [_line(session, sow, line) for line in lines],
    }
    return canonical(body)


def canonical(body: dict[str, Any]) -> str:
    """JSON with one spelling for the same content, so that its hash says whether it changed."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    """The sha-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def agreed_text(session: Session, sow: Sow) -> str:
    """The text that lies before the client: what the firm signed when it was sent; "" for a draft."""
    if not sow.text_hash:
        return ""
    kept = session.exec(
        select(Signature.text)
        .where(
            Signature.document == "sow",
            Signature.document_id == sow.id,
            Signature.side == "firm",
            Signature.text_hash == sow.text_hash,
        )
        .order_by(col(Signature.id).desc())
    ).first()
    return kept or ""


def milestone_text(sow: Sow, milestone: Milestone) -> str:
    """What is accepted with a milestone: its words and value, and the hash of the scope it belongs to."""
    return canonical(
        {
            "scope": sow.number,
            "scope_hash": sow.text_hash,
            "milestone": milestone.title,
            "criteria": milestone.criteria,
            "value": money.plain(milestone.value_minor, sow.currency),
            "currency": sow.currency,
        }
    )


def read_text(text: str) -> Terms:
    """The terms in a text made by `sow_text`."""
    body = json.loads(text)
    rounding = body["rounding"]
    return Terms(
        number=body["number"],
        title=body["title"],
        firm=body["firm"],
        client=body["client"],
        currency=body["currency"],
        starts_on=date.fromisoformat(body["from"]),
        ends_on=_date(body["to"]),
        open_until=_date(body["open_until"]),
        summary=body["summary"],
        terms=body["terms"],
        purchase_order=body["purchase_order"],
        payment_days=body["days_to_pay"],
        tax=body["tax"],
        round_increment=rounding["minutes"],
        round_mode=rounding["mode"],
        round_minimum=rounding["at_least"],
        round_per=rounding["per"],
        lines=tuple(_read_line(line, body["currency"]) for line in body["lines"]),
    )


def _line(session: Session, sow: Sow, line: SowLine) -> dict[str, Any]:
    rates = session.exec(
        select(Rate, Role.name)
        .outerjoin(Role, col(Role.id) == col(Rate.role_id))
        .where(Rate.sow_line_id == line.id)
        .order_by(col(Rate.id))
    ).all()
    milestones = session.exec(
        select(Milestone).where(Milestone.sow_line_id == line.id).order_by(col(Milestone.position))
    ).all()
    return {
        "title": line.title,
        "description": line.description,
        "model": line.model,
        "value": money.plain(line.value_minor, sow.currency) if line.model == "fixed" else "",
        "cap": money.plain(line.cap_minor, sow.currency) if line.cap_minor is not None else "",
        "estimate_minutes": line.estimate_minutes,
        "rates": [
            {"role": role or "", "an_hour": money.plain(rate.amount_minor, rate.currency)}
            for rate, role in rates
        ],
        "milestones": [
            {
                "title": part.title,
                "value": money.plain(part.value_minor, sow.currency),
                "criteria": part.criteria,
                "due": _day(part.due_on),
            }
            for part in milestones
        ],
    }


def _read_line(line: dict[str, Any], currency: str) -> LineTerm:
    def amount(text: str) -> int:
        return money.parse_amount(text, currency)

    return LineTerm(
        title=line["title"],
        description=line["description"],
        model=line["model"],
        value=amount(line["value"]) if line["value"] else 0,
        cap=amount(line["cap"]) if line["cap"] else None,
        estimate_minutes=line["estimate_minutes"],
        rates=tuple(RateTerm(rate["role"], amount(rate["an_hour"])) for rate in line["rates"]),
        milestones=tuple(
            MilestoneTerm(part["title"], amount(part["value"]), part["criteria"], _date(part["due"]))
            for part in line["milestones"]
        ),
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
