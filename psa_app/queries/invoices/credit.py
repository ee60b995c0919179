"""Money of a client that settles nothing yet."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.models import Account
from psa_app.queries.invoices.tables import ALLOCATION, FACT, PAYMENT, USED
from psa_app.rules.money import Money


def client_credit(
    session: Session, actor: Actor, account_id: int, *, is_test: bool | None = None
) -> tuple[Money, ...]:
    """A client's credit on account by currency: what came in less what settles invoices.

    `is_test` takes only test money, or only real money.
    """
    require(actor, "payments.read")
    fetch(session, actor, Account, account_id)
    where = [PAYMENT.c.account_id == account_id]
    if is_test is not None:
        where.append(PAYMENT.c.livemode.is_(not is_test))
    came, used = _sums(session, where, FACT, FACT.c.amount_minor), _sums(session, where, ALLOCATION, USED)
    rest = {currency: amount - used.get(currency, 0) for currency, amount in came.items()}
    return tuple(Money(amount, currency) for currency, amount in sorted(rest.items()) if amount)


def _sums(session: Session, where: list[Any], table: Any, amount: Any) -> dict[str, int]:
    statement = (
        select(PAYMENT.c.currency, func.sum(amount))
        .join(PAYMENT, PAYMENT.c.id == table.c.payment_id)
        .where(*where)
        .group_by(PAYMENT.c.currency)
    )
    return {currency: int(amount) for currency, amount in session.connection().execute(statement)}
