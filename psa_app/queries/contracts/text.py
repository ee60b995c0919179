"""The exact text of a scope that both sides agree to, and its hash.

The text is canonical JSON and holds all that stands on the paper, files by their sha-256. What the
client reads, on the page and as PDF, is made from the very text that was sent (`terms.read_text`).
"""

import hashlib
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psa_app.models import (
    Account,
    Agreement,
    Attachment,
    Deliverable,
    FeePart,
    Firm,
    Milestone,
    Rate,
    Role,
    Signature,
    Sow,
    SowLine,
    TaxRate,
)
from psa_app.queries.contracts.cards import applying
from psa_app.queries.contracts.terms import FORM
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.rules import money, scopes
from psa_app.rules.evidence import canonical
from psa_app.rules.retainers import MONEY


def sow_text(session: Session, sow: Sow) -> str:
    """The scope as it stands now, as canonical JSON. Amounts are printed with their digits."""
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, sow.account_id)
    tax = session.get(TaxRate, sow.tax_rate_id) if sow.tax_rate_id else None
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    body = {
        "form": FORM,
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
        "rounding": _rounding(sow),
        "lines": [_line(session, sow, line) for line in lines],
        "deliverables": _deliverables(session, sow),
        "assumptions": sow.assumptions,
        "agreement": _agreement(session, sow),
        "renewal": {"how": sow.renewal, "on": _day(sow.renews_on), "notice_days": sow.notice_days},
        "files": _files(session, sow),
        **_deposit(sow),
    }
    if sow.receipt_above_minor is not None:
        body["receipts_above"] = money.plain(sow.receipt_above_minor, sow.currency)
    return canonical(body)


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


def _deliverables(session: Session, sow: Sow) -> list[dict[str, str]]:
    found = session.exec(
        select(Deliverable).where(Deliverable.sow_id == sow.id).order_by(col(Deliverable.position))
    )
    return [{"title": one.title, "criteria": one.criteria, "due": _day(one.due_on)} for one in found]


def _deposit(sow: Sow) -> dict[str, Any]:
    """What is asked at signature; a text without one does not say so."""
    if not sow.deposit_minor:
        return {}
    asked = {"amount": money.plain(sow.deposit_minor, sow.currency), "share_millionths": sow.deposit_ppm}
    return {"deposit": asked}


def _agreement(session: Session, sow: Sow) -> dict[str, str]:
    found = session.get(Agreement, sow.agreement_id) if sow.agreement_id else None
    return {"title": found.title, "signed": _day(found.signed_on)} if found else {}


def _files(session: Session, sow: Sow) -> list[dict[str, Any]]:
    """The files that the client gets with it; the firm's own are not part of what is agreed."""
    found = session.exec(
        select(Attachment)
        .where(Attachment.kind == "sow", Attachment.record_id == sow.id, col(Attachment.for_client))
        .order_by(col(Attachment.id))
    )
    return [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in found]


def _line(session: Session, sow: Sow, line: SowLine) -> dict[str, Any]:
    priced = line.model != scopes.TIME
    return {
        "title": line.title,
        "description": line.description,
        "model": line.model,
        "value": money.plain(line.value_minor, sow.currency) if priced else "",
        "cap": money.plain(line.cap_minor, sow.currency) if line.cap_minor is not None else "",
        "estimate_minutes": line.estimate_minutes,
        "period_minutes": line.period_minutes,
        "periods": line.periods,
        "rhythm": line.rhythm,
        "approval": line.approval,
        "silence_days": line.silence_days,
        "rounding": _rounding(line) if line.round_increment is not None else None,
        "milestones": _milestones(session, sow, line),
        "fees": _fees(session, sow, line),
        **_periods(line),
        **_held(line, sow.currency),
    } | _rates(session, sow, line)


def _periods(line: SowLine) -> dict[str, Any]:
    """How periods are counted and billed."""
    if line.model not in scopes.PERIODIC:
        return {}
    many = {"quantity": line.quantity} if line.quantity > 1 else {}
    return many | {
        "billed_in": line.billed_in,
        "counted_from": line.counted_from,
        "trial_days": line.trial_days,
    }


def _held(line: SowLine, currency: str) -> dict[str, Any]:
    """What a retainer's period holds, and what becomes of the rest and of work beyond."""
    if line.model != scopes.RETAINER:
        return {}
    return {
        "holds": line.holds,
        "period_value": money.plain(line.period_value_minor, currency) if line.holds == MONEY else "",
        "rollover": line.rollover,
        "rollover_cap": line.rollover_cap,
        "rollover_periods": line.rollover_periods,
        "deficit": line.deficit,
    }


def _rounding(terms: Sow | SowLine) -> dict[str, Any]:
    return {
        "minutes": terms.round_increment,
        "mode": terms.round_mode,
        "at_least": terms.round_minimum,
        "per": terms.round_per,
    }


def _rates(session: Session, sow: Sow, line: SowLine) -> dict[str, Any]:
    """The rates by role: those of the line, or those of a card as it stands now, which is then named."""
    if line.rate_card != "line":
        account = session.get_one(Account, sow.account_id)
        applies = applying(session, account, sow.currency, sow.starts_on, sow.ends_on)
        told = [_told(one.role, one.amount, sow.currency, one.since, one.until) for one in applies]
        return {"rate_card": line.rate_card, "rates": told}
    rows = session.exec(
        select(Rate, Role.name)
        .outerjoin(Role, col(Role.id) == col(Rate.role_id))
        .where(Rate.sow_line_id == line.id)
        .order_by(col(Rate.id))
    ).all()
    return {
        "rates": [
            _told(
                role or "",
                rate.amount_minor,
                rate.currency,
                rate.valid_from if rate.valid_from > sow.starts_on else None,
                rate.valid_to,
            )
            for rate, role in rows
        ]
    }


def _told(role: str, amount: int, currency: str, since: date | None, until: date | None) -> dict[str, str]:
    """A rate; its days stand there only where it does not count all along."""
    told = {"role": role, "an_hour": money.plain(amount, currency)}
    days = {"from": _day(since), "to": _day(until)}
    return told | {name: day for name, day in days.items() if day}


def _milestones(session: Session, sow: Sow, line: SowLine) -> list[dict[str, str]]:
    parts = session.exec(
        select(Milestone).where(Milestone.sow_line_id == line.id).order_by(col(Milestone.position))
    )
    return [
        {
            "title": part.title,
            "value": money.plain(part.value_minor, sow.currency),
            "criteria": part.criteria,
            "due": _day(part.due_on),
        }
        for part in parts
    ]


def _fees(session: Session, sow: Sow, line: SowLine) -> list[dict[str, Any]]:
    parts = session.exec(
        select(FeePart).where(FeePart.sow_line_id == line.id).order_by(col(FeePart.position))
    ).all()
    if not parts:
        return []
    amounts = scopes.fee_amounts(line.value_minor, [(part.value_minor, part.share_ppm) for part in parts])
    return [
        {
            "title": part.title,
            "due": _day(part.due_on),
            "value": money.plain(amount, sow.currency),
            "share_millionths": part.share_ppm,
        }
        for part, amount in zip(parts, amounts, strict=True)
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
