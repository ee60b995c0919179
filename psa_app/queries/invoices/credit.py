"""Money of a client that settles nothing yet."""

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.models import Account
from psa_app.queries.invoices.tables import ALLOCATION, FACT, PAYMENT
from psa_app.rules.money import Money


def client_credit(session: Session, actor: Actor, account_id: int) -> tuple[Money, ...]:
    """A client's credit on account by currency: what came in less what settles invoices."""
    require(actor, "payments.read")
    fetch(session, actor, Account, account_id)
    came = _sums(session, account_id, FACT)
    used = _sums(session, account_id, ALLOCATION)
    rest = {currency: amount - used.get(currency, 0) for currency, amount in came.items()}
    return tuple(Money(amount, currency) for currency, amount in sorted(rest.items()) if amount)


def _sums(session: Session, account_id: int, table: object) -> dict[str, int]:
    columns = table.c  # type: ignore[attr-defined]
    statement = (
        select(PAYMENT.c.currency, func.sum(columns.amount_minor))
        .join(PAYMENT, PAYMENT.c.id == columns.payment_id)
        .where(PAYMENT.c.account_id == account_id)
        .group_by(PAYMENT.c.currency)
    )
    return {currency: int(amount) for currency, amount in session.connection().execute(statement)}
