"""What a new scope begins with: the roles, and what an hour of each is sold for to this client."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, require
from psa_app.models import Account, Firm, Role, TaxRate
from psa_app.queries.rates import ladder
from psa_app.rules.rates import Work


@dataclass(frozen=True, slots=True)
class RolePrice:
    """A role with its usual price, minor units an hour; None where the price list has none."""

    role_id: int
    name: str
    amount: int | None


@dataclass(frozen=True, slots=True)
class Usual:
    """What the head of a scope for a client takes when it is left empty."""

    account_id: int
    account: str
    currency: str
    payment_days: int
    tax_rate_id: int | None
    purchase_order_needed: bool
    round_increment: int
    round_mode: str
    round_minimum: int
    round_per: str
    taxes: tuple[tuple[int, str], ...]


def role_prices(session: Session, actor: Actor, account_id: int, currency: str, day: date) -> list[RolePrice]:
    """Every role in use with its price by the ladder, client's card before the firm's, by name."""
    require(actor, "rates.read")
    account = fetch(session, actor, Account, account_id)
    rates = ladder(session)
    roles = session.exec(select(Role).where(col(Role.is_active)).order_by(Role.name)).all()
    found = []
    for role in roles:
        role_id = int(role.id or 0)
        hit = rates.pick(Work(None, None, account.id, None, role_id, day, currency))
        found.append(RolePrice(role_id, role.name, hit.amount if hit else None))
    return found


def usual_terms(session: Session, actor: Actor, account_id: int) -> Usual:
    """The client's terms, the firm's where the client has none of their own."""
    require(actor, "sows.change")
    account = fetch(session, actor, Account, account_id)
    firm = session.exec(select(Firm)).one()
    taxes = session.exec(select(TaxRate).where(col(TaxRate.is_active)).order_by(TaxRate.name)).all()
    return Usual(
        account_id,
        account.name,
        account.currency,
        firm.payment_days if account.payment_days is None else account.payment_days,
        account.tax_rate_id,
        account.purchase_order_needed,
        firm.round_increment,
        firm.round_mode,
        firm.round_minimum,
        firm.round_per,
        tuple((int(tax.id or 0), tax.name) for tax in taxes),
    )
