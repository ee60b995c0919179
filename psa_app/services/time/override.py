"""A price of its own for an entry, or none at all: who, why, and until when."""

from typing import Any

from sqlmodel import Session

from psa_app.access import Actor, act
from psa_app.errors import Conflict, Invalid
from psa_app.queries.approvers import approver
from psa_app.queries.time.tables import ENTRY
from psa_app.rules import fields
from psa_app.rules.money import Money
from psa_app.services.time import deciding
from psa_app.services.time.entries import change_values
from psa_app.services.time.pricing import reprice

HIGHEST = 10**9


@act("entries", "override_rate", right="time.override")
def override_rate(session: Session, actor: Actor, entry_id: int, *, rate: Money | None, reason: str) -> None:
    """Gives an entry a rate of its own, an hour; None takes it away again.

    Raises `Invalid` for another currency than the contract's, `Conflict` once the price is frozen.
    """
    facts = _open_line(session, actor, entry_id)
    why = fields.text(reason, "reason", max=500)
    amount = None
    if rate is not None:
        if rate.currency != facts.currency:
            raise Invalid(f"This contract is in {facts.currency}. Give the rate in {facts.currency}.", "rate")
        if not 0 <= rate.amount <= HIGHEST:
            raise Invalid("Give a rate of 0 or more.", "rate")
        amount = rate.amount
    values = {
        "override_minor": amount,
        "override_reason": why if amount is not None else "",
        "override_by": actor.user_id if amount is not None else None,
    }
    change_values(session, actor, facts.id, {"override_minor": facts.override_minor}, values, reason=why)
    reprice(session, actor, ENTRY.c.id == facts.id)


@act("entries", "set_no_charge", right="time.approve")
def set_no_charge(session: Session, actor: Actor, entry_id: int, *, reason: str) -> None:
    """Says that an entry of a billable task is not billed, and why; an empty reason bills it again.

    For who may decide on the line, until its price is frozen.
    """
    facts = _open_line(session, actor, entry_id)
    deciding.check_decisions(list(deciding.decisions(approver(session, actor), [facts])))
    why = fields.text(reason, "reason", max=200, required=False)
    before = {"no_charge_reason": facts.no_charge_reason}
    change_values(session, actor, facts.id, before, {"no_charge_reason": why}, reason=why)
    reprice(session, actor, ENTRY.c.id == facts.id)


def _open_line(session: Session, actor: Actor, entry_id: int) -> Any:
    """The entry's row of `ENTRY_FACTS`, locked; its price must not be frozen nor its day locked."""
    (facts,) = deciding.lines_of(session, actor, [entry_id])
    is_unpriced = facts.is_billable and facts.bill_rate_minor is None
    if facts.status == "invoiced" or (facts.status == "approved" and not is_unpriced):
        raise Conflict(
            "This time is approved and its price is fixed. Take the approval back first.", "entry_id"
        )
    deciding.check_days(session, actor, [facts], "")
    return facts
