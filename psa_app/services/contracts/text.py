"""The exact text of a SOW that both sides agree to, and its hash."""

import hashlib
import json
from typing import Any

from sqlmodel import Session, col, select

from psa_app.models import Account, Firm, Milestone, Rate, Role, Sow, SowLine
from psa_app.rules.money import plain


def sow_text(session: Session, sow: Sow) -> str:
    """The SOW as canonical JSON: what is signed, byte for byte. Amounts are printed with their digits."""
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, sow.account_id)
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    body = {
        "number": sow.number,
        "title": sow.title,
        "between": firm.legal_name or firm.name,
        "and": account.legal_name or account.name,
        "from": sow.starts_on.isoformat(),
        "to": sow.ends_on.isoformat() if sow.ends_on else "",
        "currency": sow.currency,
        "summary": sow.summary,
        "terms": sow.terms,
        "days_to_pay": sow.payment_days,
        "rounding": {
            "minutes": sow.round_increment,
            "mode": sow.round_mode,
            "at_least": sow.round_minimum,
            "per": sow.round_per,
        },
        "lines": [_line(session, sow, line) for line in lines],
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def hash_of(text: str) -> str:
    """The sha-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _line(session: Session, sow: Sow, line: SowLine) -> dict[str, Any]:
    rates = session.exec(select(Rate).where(Rate.sow_line_id == line.id).order_by(col(Rate.id))).all()
    milestones = session.exec(
        select(Milestone).where(Milestone.sow_line_id == line.id).order_by(col(Milestone.position))
    ).all()
    return {
        "title": line.title,
        "description": line.description,
        "model": line.model,
        "value": plain(line.value_minor, sow.currency) if line.model == "fixed" else "",
        "cap": plain(line.cap_minor, sow.currency) if line.cap_minor is not None else "",
        "rates": [
            {"role": _role(session, rate.role_id), "an_hour": plain(rate.amount_minor, rate.currency)}
            for rate in rates
        ],
        "milestones": [
            {
                "title": part.title,
                "value": plain(part.value_minor, sow.currency),
                "criteria": part.criteria,
                "due": part.due_on.isoformat() if part.due_on else "",
            }
            for part in milestones
        ],
    }


def _role(session: Session, role_id: int | None) -> str:
    return "everyone" if role_id is None else session.get_one(Role, role_id).name
