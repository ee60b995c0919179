"""What a contract is now, and the exact text of a change order that both sides agree to."""

from sqlmodel import Session, col, select

from psa_app.models import ChangeOrder, Milestone, Signature, Sow, SowLine
from psa_app.queries.contracts.text import canonical
from psa_app.queries.invoices.open_work import billed_on_lines
from psa_app.rules import money
from psa_app.rules.change_orders import Contract, Line, Part, applied, read_deltas


def contract_of(session: Session, sow: Sow) -> Contract:
    """The scope as its lines stand today: what was signed, with all signed change orders in it."""
    session.flush()
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position))
    ).all()
    ids = [int(line.id or 0) for line in lines]
    billed = billed_on_lines(session, ids)
    parts = session.exec(
        select(Milestone).where(col(Milestone.sow_line_id).in_(ids)).order_by(col(Milestone.id))
    ).all()
    return Contract(
        sow.starts_on,
        sow.ends_on,
        tuple(
            Line(line_id, line.title, line.model, line.value_minor, line.cap_minor,
                 line.estimate_minutes, billed.get(line_id, 0), line.periods)
            for line_id, line in zip(ids, lines, strict=True)
        ),
        tuple(
            Part(int(one.id or 0), one.sow_line_id, one.title, one.value_minor, one.status) for one in parts
        ),
    )  # fmt: skip


def order_text(session: Session, order: ChangeOrder, sow: Sow) -> str:
    """The change order as canonical JSON: what moves from which day, and the contract before and after.

    It names the scope by its hash. Another order signed meanwhile gives another text.
    """
    before = contract_of(session, sow)
    after = applied(before, read_deltas(order.deltas), order.effective_on)
    return canonical(
        {
            "number": order.number,
            "scope": sow.number,
            "scope_hash": sow.text_hash,
            "title": order.title,
            "reason": order.reason,
            "effective_on": order.effective_on.isoformat(),
            "open_until": order.valid_until.isoformat() if order.valid_until else "",
            "currency": sow.currency,
            "lines": {str(line.id): line.title for line in before.lines},
            "milestones": {str(part.id): part.title for part in before.parts},
            "changes": order.deltas,
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


def _sums(contract: Contract, currency: str) -> dict[str, str | int]:
    ends = contract.ends_on.isoformat() if contract.ends_on else ""
    return {"value": money.plain(contract.worth(), currency), "minutes": contract.minutes(), "to": ends}
