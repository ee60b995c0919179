"""Deposits that wait for finance: agreed and not asked for yet, and what is left once a scope has ended."""

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.queries.invoices.deposits import deposits, due_deposits
from psa_app.queries.invoices.tables import INVOICE, INVOICE_LINE, SOW
from psa_app.queries.projects.tables import ACCOUNT
from psa_app.rules.deposits import ASKED

Found = tuple[str, int, str, str, date | None, str, int, str]


def deposits_waiting(session: Session, zone: ZoneInfo, limit: int) -> Iterable[Found]:
    """Kind, id, title, client, since, address, amount and currency of each; the caller has checked who asks.

    Kind: deposit (to be asked), deposit_left (paid, and its scope has ended).
    """
    due = due_deposits(session)[:limit]
    clients = select(ACCOUNT.c.id, ACCOUNT.c.name).where(ACCOUNT.c.id.in_([one.account_id for one in due]))
    names = {row.id: row.name for row in session.connection().execute(clients)}
    for one in due:
        title, client = f"{one.number} {one.title}", names.get(one.account_id, "")
        yield "deposit", one.sow_id, title, client, None, routes.sow(one.sow_id), one.amount, one.currency
    yield from _left(session, zone, limit)


def _left(session: Session, zone: ZoneInfo, limit: int) -> Iterable[Found]:
    today = clock.now().astimezone(zone).date()
    ended = (
        select(SOW.c.id, SOW.c.number, SOW.c.title, SOW.c.account_id, SOW.c.ends_on, ACCOUNT.c.name)
        .join(INVOICE, INVOICE.c.sow_id == SOW.c.id)
        .join(INVOICE_LINE, INVOICE_LINE.c.invoice_id == INVOICE.c.id)
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(INVOICE_LINE.c.kind == ASKED, or_(SOW.c.status == "closed", SOW.c.ends_on < today))
        .order_by(SOW.c.id)
        .distinct()
    )
    for row in session.connection().execute(ended).all()[:limit]:
        for one in deposits(session, row.account_id):
            if one.sow_id == row.id and one.open:
                href, title = routes.invoice(one.number), f"{row.number} {row.title}"
                yield (
                    "deposit_left",
                    one.line_id,
                    title,
                    row.name,
                    row.ends_on,
                    href,
                    one.open,
                    one.currency,
                )
