"""Deposits beside an invoice: what a draft takes off, and what is left of one that was asked for."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.figures import Fact
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.invoices.deposits import DepositRow, DepositView, deposit_view
from psa_app.rules import money
from psa_app.rules.money import Money
from psa_app.services.invoices.deposits import give_back_deposit, set_deposit
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.invoices.invoice import InvoiceState


class InvoiceDeposits(rx.State):
    """The card and its two questions (use | give_back), for the invoice that is open."""

    facts: list[Fact] = []
    note: str = ""
    may_use: bool = False
    may_give_back: bool = False
    dialog: str = ""
    amount: str = ""
    currency: str = ""
    rest: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0

    @rx.event
    @allow("invoices.draft")
    async def load(self) -> None:
        """Loads the deposits of the invoice that the address names; after `InvoiceState.load`."""
        await self._load()

    async def _load(self) -> None:
        invoice_id = (await self.get_state(InvoiceState))._invoice
        if not invoice_id:
            self.facts = []
            return
        found = await read(lambda s, who: deposit_view(s, who, invoice_id))
        who, self.currency = actor(), found.currency
        self.facts = _offered(found) if found.offered else _own(found)
        self.may_use = bool(found.offered) and may(who, "invoices.draft")
        self.may_give_back = bool(found.rest) and may(who, "invoices.credit")
        self.amount = money.plain(found.taken_off, found.currency)
        self.rest = words.money(found.rest, found.currency)
        waits = [one for one in found.own if one.paid < one.asked]
        self.note = "What is paid of it is taken off later invoices." if waits else ""

    @rx.event
    @allow("invoices.draft")
    def ask(self, dialog: str) -> None:
        """Opens a question."""
        self.dialog = dialog if dialog in ("use", "give_back") else ""
        self.errors = {}
        self.form_key += 1

    @rx.event
    @allow("invoices.draft")
    def close(self) -> None:
        """Closes it."""
        self.dialog = ""

    @rx.event
    @allow("invoices.draft")
    async def use(self, data: dict[str, Any]) -> None:
        """Says how much the draft takes off; an empty field is all that is open and fits."""
        typed = form_values(data, ("amount",))["amount"]

        def save(session: Any, who: Any, invoice_id: int) -> Any:
            amount = Money(money.parse_amount(typed, self.currency, "amount"), self.currency)
            return set_deposit(session, who, invoice_id, amount=amount if typed else None)

        def all_of_it(session: Any, who: Any, invoice_id: int) -> Any:
            return set_deposit(session, who, invoice_id)

        await self._save(save if typed else all_of_it, "The draft is drawn anew.")

    @rx.event
    @allow("invoices.credit")
    async def give_back(self, data: dict[str, Any]) -> None:
        """Credits what no invoice takes off."""
        reason = form_values(data, ("reason",))["reason"]

        def save(session: Any, who: Any, invoice_id: int) -> Any:
            return give_back_deposit(session, who, invoice_id, reason=reason)

        await self._save(save, "A credit note is issued; what was paid is on account.")

    async def _save(self, save: Any, sentence: str) -> None:
        page = await self.get_state(InvoiceState)
        try:
            await write(lambda session, who: save(session, who, page._invoice))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog = ""
        await page._load()
        await self._load()
        await say(self, sentence)


def _offered(found: DepositView) -> list[Fact]:
    """What is open, and what this draft takes off of it."""
    rows = [
        Fact(f"Open of {one.number}", words.money(one.open, one.currency), routes.invoice(one.number))
        for one in found.offered
    ]
    return [*rows, Fact("This draft takes off", words.money(found.taken_off, found.currency), tone="strong")]


def _own(found: DepositView) -> list[Fact]:
    """What became of the deposits that it asks for."""
    if not found.own:
        return []
    asked, paid = sum(one.asked for one in found.own), sum(one.paid for one in found.own)
    facts = [Fact("Asked, net", _money(asked, found)), Fact("Paid of it", _money(paid, found))]
    facts += [
        Fact(f"Taken off {one.number or f'draft {one.invoice_id}'}", _money(one.amount, found))
        for one in found.uses
    ]
    return [*facts, Fact("Open", _money(sum(one.open for one in found.own), found), tone="strong")]


def _money(amount: int, found: DepositView) -> str:
    return words.money(amount, found.currency)


def open_facts(rows: Sequence[DepositRow], locale: str = "en", *, portal: bool = False) -> list[Fact]:
    """Deposits with what is open of each, for a client's page and for the portal."""
    return [_open_fact(one, locale, portal) for one in rows]


def _open_fact(one: DepositRow, locale: str, portal: bool) -> Fact:
    left = f"{words.money(one.open, one.currency, locale)} open" if one.paid else "not paid yet"
    if one.paid and one.open != one.asked:
        left += f" of {words.money(one.asked, one.currency, locale)}"
    href = routes.portal_invoice(one.invoice_id) if portal else routes.invoice(one.number)
    return Fact(f"{one.number}, {one.text}", left, href)
