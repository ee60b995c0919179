"""The expenses on an invoice: what stands behind its lines, and how a draft lists them."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.queries.expenses.behind import ExpenseBehind, expenses_behind
from psa_app.services.invoices.group_expenses import group_expenses
from psa_app.state.base import allow, read, write
from psa_app.state.invoices.invoice import InvoiceState


class InvoiceExpenses(rx.State):
    """Beside the sheet, for the invoice that is open."""

    rows: list[Row] = []
    told: str = ""
    by_line: bool = False  # whether some line holds more than one

    @rx.event
    @allow("invoices.draft")
    async def load(self) -> None:
        """Loads what the invoice that the address names bills; after `InvoiceState.load`."""
        await self._load()

    async def _load(self) -> None:
        page = await self.get_state(InvoiceState)
        invoice_id, currency = page._invoice, page.currency
        found = await read(lambda s, who: expenses_behind(s, who, invoice_id)) if invoice_id else []
        self.rows = [_row(one, currency) for one in found]
        self.by_line = len({one.line_id for one in found}) < len(found)
        total = words.money(sum(one.amount for one in found), currency) if found else ""
        self.told = f"{len(found)}, {total}" if found else ""

    @rx.event
    @allow("invoices.draft")
    async def group(self, grouped: bool) -> Any:
        """Draws them up as one line for each category of a project, or as one each."""
        page = await self.get_state(InvoiceState)
        invoice_id = page._invoice
        await write(lambda s, who: group_expenses(s, who, invoice_id, grouped=grouped))
        await page._done("Expenses grouped." if grouped else "Expenses listed one by one.")
        await self._load()


def _row(one: ExpenseBehind, currency: str) -> Row:
    spent = words.money(one.cost, one.currency)
    return Row(
        str(one.id),
        [
            Cell(one.description, sub=one.category),
            Cell(words.day(one.day, year=False)),
            Cell(words.money(one.amount, currency), align="right", tip=f"{one.person} paid {spent}"),
        ],
        href=routes.record("expenses", one.id),
        name=f"{one.description}, {one.person}",
    )
