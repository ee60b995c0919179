"""What an opportunity needs when it is made or changed; the low-code layer calls these."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import Account, Contact, Opportunity, OpportunityAmount, Stage, StageChange
from psa_app.queries.exchange import exchange
from psa_app.queries.many import once
from psa_app.rules import money
from psa_app.rules.pipeline import OPEN, check_move, check_percent, percent_in

WHOLE = "fixed"  # what an amount counts as that nobody has split by billing model yet


def check_opportunity(
    session: Session, values: Mapping[str, Any], record: Opportunity | None
) -> dict[str, Any]:
    """Refuses what the fields alone cannot tell; gives the values that follow from the stage and client."""
    account_id = values["account_id"] if record is None else record.account_id
    account = once(session, (Account, account_id), lambda: session.get_one(Account, account_id))
    _check_contact(session, values.get("contact_id"), account)
    if values.get("percent") is not None:
        check_percent(values["percent"])
    partner = _partner(session, values, record)
    if record is None:
        return _beginning(session, values, account) | partner
    return _probability(session, values, record) | partner


def opportunity_saved(session: Session, actor: Actor, record: Opportunity) -> None:
    """A new opportunity leaves its first trace in the stages, and an amount that counts as a fixed price."""
    if record.version > 1:
        return
    session.add(
        StageChange(
            opportunity_id=int(record.id or 0),
            to_stage_id=record.stage_id,
            at=record.stage_since,
            user_id=actor.user_id,
            amount_minor=record.amount_minor,
        )
    )
    if record.amount_minor:
        session.add(
            OpportunityAmount(
                opportunity_id=int(record.id or 0), model=WHOLE, amount_minor=record.amount_minor
            )
        )


def last_position(session: Session, stage_id: int) -> int:
    """The place below the last card of a stage."""

    def there() -> int:
        statement = select(func.max(Opportunity.position)).where(Opportunity.stage_id == stage_id)
        top = session.exec(statement).one()
        return 0 if top is None else int(top) + 1

    return next(once(session, ("last place", stage_id), lambda: count(there())))


def _check_contact(session: Session, contact_id: int | None, account: Account) -> None:
    if contact_id is None:
        return
    contact = once(session, (Contact, contact_id), lambda: session.get_one(Contact, contact_id))
    if contact.account_id != account.id:
        raise Invalid(
            f"{contact.name} is not at {account.name}. Choose a contact of this client.", "contact_id"
        )


def _partner(session: Session, values: Mapping[str, Any], record: Opportunity | None) -> dict[str, Any]:
    """A partner goes with the source “Partner”, which it brings along when no source was given."""
    partner_id = values.get("partner_id", record.partner_id if record else None)
    source = values.get("source", record.source if record else "")
    if partner_id is None:
        return {}
    if "partner_id" in values and session.get_one(Account, partner_id).kind != "partner":
        raise Invalid("Choose a partner. A client's page says who is one.", "partner_id")
    if source not in ("", "partner"):
        raise Invalid("Take the partner out, or choose Partner as the source.", "partner_id")
    return {"source": "partner"}


def _beginning(session: Session, values: Mapping[str, Any], account: Account) -> dict[str, Any]:
    if account.is_archived:
        raise Invalid(f"{account.name} is archived. Take the client back first.", "account_id")
    stage = _first_stage(session, values.get("stage_id"))
    amount = values.get("amount_minor") or 0
    check_move(
        stage.outcome,
        amount=amount,
        account=account.name,
        account_is_archived=account.is_archived,
        is_archived=stage.is_archived,
        reason=values.get("loss_reason") or "",
    )
    own, now = values.get("percent"), clock.now()
    is_own = own is not None and own != stage.percent and stage.outcome == OPEN
    return {
        "stage_id": stage.id,
        "position": last_position(session, int(stage.id or 0)) if stage.outcome == OPEN else 0,
        "percent": percent_in(stage.percent, stage.outcome, own),
        "percent_is_own": is_own,
        "currency": _currency(session, values, account, amount),
        "amount_minor": amount,
        "loss_reason": (values.get("loss_reason") or "") if stage.outcome == "lost" else "",
        "stage_since": now,
        "closed_at": None if stage.outcome == OPEN else now,
    }


def _first_stage(session: Session, stage_id: int | None) -> Stage:
    if stage_id is not None:
        return once(session, (Stage, stage_id), lambda: session.get_one(Stage, stage_id))
    in_use = select(Stage).where(Stage.outcome == OPEN, ~col(Stage.is_archived))
    ordered = in_use.order_by(col(Stage.position), col(Stage.id))
    stage = once(session, "first stage", lambda: session.exec(ordered).first())
    if stage is None:
        raise Invalid("There is no stage to begin in. Make one in Settings, Stages.", "stage_id")
    return stage


def _currency(session: Session, values: Mapping[str, Any], account: Account, amount: int) -> str:
    """The one that was given, else the client's; an amount was read in the firm's until then."""
    given = values.get("currency") or ""
    if given:
        return str(given)
    base = once(session, "exchange", lambda: exchange(session)).base
    if amount and money.exponent(base) != money.exponent(account.currency):
        raise Invalid("Say in which currency the amount is.", "currency")
    return account.currency


def _probability(session: Session, values: Mapping[str, Any], record: Opportunity) -> dict[str, Any]:
    """Set by hand it stays; taken out, the stage's counts again. What is decided keeps its own."""
    if "percent" not in values or values["percent"] == record.percent:
        return {}
    stage = session.get_one(Stage, record.stage_id)
    if stage.outcome != OPEN:
        raise Invalid("What is decided has no probability any more.", "percent")
    own = values["percent"]
    return {"percent": percent_in(stage.percent, stage.outcome, own), "percent_is_own": own is not None}
