"""What an opportunity would bring, whom it would need, and who looks after it."""

from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch, may
from psa_app.errors import Invalid, Stale
from psa_app.models import Opportunity, OpportunityAmount, OpportunityRole, Role, Stage, User, touch
from psa_app.rules.pipeline import MODELS, WON
from psa_app.services import history
from psa_app.services.sales.inputs import AmountInput, RoleInput

MOST_MINUTES = 10**7
MOST = 10**15
MOST_ROLES = 40


@act("opportunities", "set_amounts", right="opportunities.change")
def set_amounts(
    session: Session, actor: Actor, opportunity_id: int, *, version: int, amounts: tuple[AmountInput, ...]
) -> Opportunity:
    """Replaces the amounts; the opportunity's own is their sum. An amount of zero is left out.

    Raises `Invalid` for an unknown or repeated billing model, another currency, or an amount below zero,
    `Stale` when someone saved in the meantime.
    """
    opportunity = _locked(session, actor, opportunity_id, version)
    wanted = _amounts(amounts, opportunity.currency)
    if sum(wanted.values()) == 0 and session.get_one(Stage, opportunity.stage_id).outcome == WON:
        raise Invalid("What is won brings something: give an amount above zero.", "amounts")
    rows = session.exec(
        select(OpportunityAmount).where(OpportunityAmount.opportunity_id == opportunity_id)
    ).all()
    before = {row.model: row.amount_minor for row in rows}
    if before == wanted:
        return opportunity
    for row in rows:
        session.delete(row)
    session.flush()
    session.add_all(
        OpportunityAmount(opportunity_id=opportunity_id, model=model, amount_minor=amount)
        for model, amount in wanted.items()
    )
    told = {"amount_minor": opportunity.amount_minor, **before}
    opportunity.amount_minor = sum(wanted.values())
    touch(opportunity)
    after = {"amount_minor": opportunity.amount_minor, **wanted}
    history.note(session, actor, "opportunity", opportunity_id, "amounts changed", told, after)
    return opportunity


@act("opportunities", "set_roles", right="opportunities.change")
def set_roles(
    session: Session, actor: Actor, opportunity_id: int, *, version: int, roles: tuple[RoleInput, ...]
) -> Opportunity:
    """Replaces the roles and hours that the work would need: tentative demand in the planner.

    Raises `Invalid` for days in the wrong order, hours of zero or an unknown role, `Stale` when someone
    saved in the meantime.
    """
    opportunity = _locked(session, actor, opportunity_id, version)
    if len(roles) > MOST_ROLES:
        raise Invalid(f"At most {MOST_ROLES} lines fit here.", "roles")
    for place, wanted in enumerate(roles):
        _check_role(session, wanted, f"roles.{place}")
    statement = select(OpportunityRole).where(OpportunityRole.opportunity_id == opportunity_id)
    rows = session.exec(statement.order_by(col(OpportunityRole.id))).all()
    before = [_needs(row) for row in rows]
    if before == [_needs(one) for one in roles]:
        return opportunity
    for row in rows:
        session.delete(row)
    session.add_all(OpportunityRole(opportunity_id=opportunity_id, **_needs(one)) for one in roles)
    touch(opportunity)
    told = ({"roles": before}, {"roles": [_needs(one) for one in roles]})
    history.note(session, actor, "opportunity", opportunity_id, "roles changed", *told)
    session.flush()
    return opportunity


@act("opportunities", "assign", right="opportunities.change")
def assign_owner(
    session: Session, actor: Actor, opportunity_id: int, *, owner_id: int | None = None
) -> Opportunity:
    """Gives an opportunity to somebody who may work on it; without one it is nobody's."""
    opportunity = fetch(session, actor, Opportunity, opportunity_id, lock=True)
    owner = session.get(User, owner_id) if owner_id is not None else None
    if owner_id is not None and not (owner and owner.is_active and _sells(owner)):
        raise Invalid("Choose somebody who works on the pipeline.", "owner_id")
    if opportunity.owner_id == owner_id:
        return opportunity
    before = session.get(User, opportunity.owner_id) if opportunity.owner_id else None
    opportunity.owner_id = owner_id
    touch(opportunity)
    names = ({"owner": before.name if before else ""}, {"owner": owner.name if owner else ""})
    history.note(session, actor, "opportunity", opportunity_id, "assigned", *names)
    session.flush()
    return opportunity


def _sells(user: User) -> bool:
    return may(Actor(name=user.name, role=user.role), "opportunities.change")


def _locked(session: Session, actor: Actor, opportunity_id: int, version: int) -> Opportunity:
    opportunity = fetch(session, actor, Opportunity, opportunity_id, lock=True)
    if opportunity.version != version:
        raise Stale()
    return opportunity


def _amounts(amounts: tuple[AmountInput, ...], currency: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, one in enumerate(amounts):
        where = f"amounts.{place}"
        if one.model not in MODELS:
            raise Invalid(f"Choose one of {', '.join(MODELS)}.", where)
        if one.model in found:
            raise Invalid("This billing model stands here twice. Put them together.", where)
        if one.amount.currency != currency:
            raise Invalid(f"This amount must be in {currency}.", where)
        if not 0 <= one.amount.amount <= MOST:
            raise Invalid("Give an amount that is not negative and has at most 15 digits.", where)
        found[one.model] = one.amount.amount
    return {model: amount for model, amount in sorted(found.items()) if amount}


def _check_role(session: Session, wanted: RoleInput, where: str) -> None:
    role = session.get(Role, wanted.role_id)
    if role is None:
        raise Invalid("Choose a role from the list.", where)
    if not 0 < wanted.minutes <= MOST_MINUTES:
        raise Invalid(f"Give the hours of {role.name}, such as 40:00.", where)
    if wanted.starts_on and wanted.ends_on and wanted.ends_on < wanted.starts_on:
        raise Invalid(f"{role.name}: the last day lies before the first.", where)


def _needs(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("role_id", "minutes", "starts_on", "ends_on")}
