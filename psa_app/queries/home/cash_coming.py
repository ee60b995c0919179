"""Cash that scopes bring by themselves: fees of periods, deposits, and what these take off later bills."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlmodel import Session

from psa_app import routes
from psa_app.queries.exchange import Exchange
from psa_app.queries.home.cash_items import PPM, CashItem, Terms
from psa_app.queries.invoices.deposits import due_deposits, held_deposits
from psa_app.queries.invoices.open_parts import coming_periods
from psa_app.queries.projects.tables import ACCOUNT, SOW
from psa_app.rules import money
from psa_app.rules.deposits import left_to_pay

WORK = ("ready", "milestone", "period", "plan")  # of these kinds of cash deposits come off


def coming(session: Session, fx: Exchange, terms: Terms, today: date, end: date) -> list[CashItem]:
    """Fees of retainers and subscriptions that fall due after today and before `end`."""
    found = coming_periods(session, today, end)
    clients = _clients(session, {one.sow_id for one, _ in found})
    items = []
    for one, is_billed_here in found:
        account_id, account = clients[one.sow_id]
        amount = terms.gross(fx.to_base(one.value, one.currency, today), account_id, one.sow_id)
        day = terms.paid_on(account_id, one.accepted_on) if is_billed_here else one.accepted_on
        why = f"due {one.accepted_on.isoformat()}, {terms.why(account_id)}"
        if not is_billed_here:
            why = "collected by the payment service as it falls due"
        of = account_id, one.sow_id
        items.append(CashItem("period", day, amount, one.title, account, why, routes.sow(one.sow_id), of))
    return items


def asked_at_signature(session: Session, fx: Exchange, terms: Terms, today: date) -> list[CashItem]:
    """Deposits of signed scopes that no invoice asks for yet."""
    items = []
    found = due_deposits(session)
    clients = _clients(session, {one.sow_id for one in found})
    for one in found:
        amount = terms.gross(fx.to_base(one.amount, one.currency, today), one.account_id, one.sow_id)
        day, why = terms.paid_on(one.account_id, today), f"asked today, {terms.why(one.account_id)}"
        label, of = f"{one.number} {one.title}", (one.account_id, one.sow_id)
        account = clients[one.sow_id][1]
        items.append(CashItem("deposit", day, amount, label, account, why, routes.sow(one.sow_id), of))
    return items


def less_deposits(session: Session, fx: Exchange, today: date, items: Iterable[CashItem]) -> list[CashItem]:
    """The same without what deposits, also those still to be asked, will take off coming invoices."""
    every = sorted(items, key=lambda one: one.day)
    held: dict[tuple[int, int | None], int] = defaultdict(int)
    for one in held_deposits(session):
        base = fx.to_base(one.net, one.currency, today)
        held[one.account_id, one.sow_id] += base + money.divide(base * one.tax_ppm, PPM)
    for item in every:
        if item.kind == "deposit":
            held[item.of] += item.amount
    if not held:
        return every
    work = [one for one in every if one.kind in WORK]
    left = dict(zip(map(id, work), left_to_pay([(*one.of, one.amount) for one in work], held), strict=True))
    return [_less(one, left.get(id(one), one.amount)) for one in every]


def _less(one: CashItem, left: int) -> CashItem:
    return one if left == one.amount else replace(one, amount=left, why=f"{one.why}, less deposits")


def _clients(session: Session, sow_ids: Sequence[int] | set[int]) -> dict[int, tuple[int, str]]:
    statement = (
        select(SOW.c.id, ACCOUNT.c.id.label("account_id"), ACCOUNT.c.name)
        .join(ACCOUNT, ACCOUNT.c.id == SOW.c.account_id)
        .where(SOW.c.id.in_(sorted(sow_ids)))
    )
    rows = session.connection().execute(statement).all() if sow_ids else []
    return {row.id: (row.account_id, row.name) for row in rows}
