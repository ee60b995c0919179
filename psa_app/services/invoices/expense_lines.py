"""Expenses on an invoice: their lines, what ties them to it, and what issue and release do to them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor
from psa_app.db import among, insert_row
from psa_app.formats import words
from psa_app.models import Account, BilledExpense, Invoice, InvoiceLine
from psa_app.queries.expenses.open import OpenExpense
from psa_app.queries.expenses.tables import BILLED_EXPENSE, EXPENSE
from psa_app.queries.invoices.tables import INVOICE_LINE
from psa_app.rules.moves import check_move
from psa_app.services import history
from psa_app.services.invoices.lines import next_position
from psa_app.services.invoices.taxes import TaxBook

KIND = "expense"
Group = tuple[Any, ...]


def write_expense_lines(
    session: Session,
    invoice: Invoice,
    account: Account,
    expenses: Sequence[OpenExpense],
    taxes: TaxBook,
    *,
    grouped: bool = False,
) -> None:
    """Adds a line for each expense, or with `grouped` for each category of a project."""
    groups: dict[Group, list[OpenExpense]] = {}
    for one in expenses:
        groups.setdefault(_key(one) if grouped else (one.id,), []).append(one)
    for position, found in enumerate(groups.values(), next_position(session, invoice)):
        _write(session, invoice, account, found, taxes, position)


def mark_expenses_invoiced(session: Session, actor: Actor, invoice: Invoice) -> None:
    """Moves the expenses on an invoice from approved to invoiced."""
    _move_all(session, actor, billed_expenses(session, invoice), "approved", "invoiced", invoice.number)


def free_expenses(session: Session, actor: Actor, expense_ids: Sequence[int], number: str) -> None:
    """Moves expenses that were released from invoiced back to approved."""
    _move_all(session, actor, expense_ids, "invoiced", "approved", number)


def billed_expenses(session: Session, invoice: Invoice) -> list[int]:
    """The ids of the expenses that an invoice bills, in their order."""
    return expenses_on(session, INVOICE_LINE.c.invoice_id == invoice.id)


def expenses_on(session: Session, where: Any) -> list[int]:
    """The ids of the expenses that some lines bill, by a condition on the line, in their order."""
    statement = (
        select(BILLED_EXPENSE.c.expense_id)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_EXPENSE.c.line_id)
        .where(where, BILLED_EXPENSE.c.released_at.is_(None))
        .order_by(BILLED_EXPENSE.c.expense_id)
    )
    return list(session.connection().execute(statement).scalars())


def _key(one: OpenExpense) -> Group:
    return one.project_id, one.category_id, one.sow_id, one.sow_line_id, one.tax_kind


def _write(
    session: Session,
    invoice: Invoice,
    account: Account,
    found: Sequence[OpenExpense],
    taxes: TaxBook,
    position: int,
) -> None:
    first, value = found[0], sum(one.value for one in found)
    day = words.day(first.spent_on, account.locale)
    alone = len(found) == 1
    line_id = insert_row(
        session,
        InvoiceLine,
        invoice_id=invoice.id,
        position=position,
        kind=KIND,
        description=first.description if alone else first.category,
        detail=f"{first.category}, {day}, {first.project}"
        if alone
        else f"{len(found)} expenses, {first.project}",
        minutes=None,
        quantity=1,
        rate_minor=value,
        net_minor=value,
        sow_line_id=first.sow_line_id,
        **taxes.of_expense(first.sow_id, first.tax_kind).columns(),
    )
    for one in found:
        insert_row(
            session,
            BilledExpense,
            expense_id=one.id,
            line_id=line_id,
            amount_minor=one.value,
            released_at=None,
        )


def _move_all(
    session: Session, actor: Actor, expense_ids: Sequence[int], old: str, new: str, number: str
) -> None:
    if not expense_ids:
        return
    check_move(KIND, old, new)
    session.connection().execute(
        update(EXPENSE)
        .where(among(session, EXPENSE.c.id, expense_ids), EXPENSE.c.status == old)
        .values(status=new, version=EXPENSE.c.version + 1, updated_at=clock.now())
    )
    before, after = {"status": old}, {"status": new, "invoice": number}
    verb = "invoiced" if new == "invoiced" else "freed"
    history.note_many(session, actor, KIND, verb, ((one, before, after) for one in expense_ids))
