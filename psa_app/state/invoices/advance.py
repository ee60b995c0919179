"""Asking for money in advance over a client's or a scope's page: what a scope agreed, or any amount."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.queries.invoices.advance import AdvanceFor, advance_for
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services.invoices.deposits import ask_deposit
from psa_app.state.base import allow, field_errors, form_values, read, say, write


class AdvanceState(rx.State):
    """The dialog; `scopes` are the client's signed ones, where it is asked of the client."""

    open: bool = False
    client: str = ""
    currency: str = ""
    scopes: list[Option] = []
    scope: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _account: int = 0
    _found: AdvanceFor | None = None

    @rx.event
    @allow("invoices.draft")
    async def begin(self, account_id: int, sow_id: int = 0) -> None:
        """Opens the dialog for a client, or for one of its scopes."""
        found = await read(lambda session, who: advance_for(session, who, account_id))
        self._account, self._found = account_id, found
        self.client, self.scope = found.client, str(sow_id or "")
        self.scopes = [Option(str(one.id), one.name) for one in found.scopes]
        self.currency = found.currency_of(sow_id)
        self.errors, self.open = {}, True
        self.form_key += 1

    @rx.event
    @allow("invoices.draft")
    def choose(self, scope: str) -> None:
        """Shows the currency of a scope, or the client's own."""
        if self._found is not None:
            self.scope = scope
            self.currency = self._found.currency_of(int(scope) if scope.isdecimal() else 0)

    @rx.event
    @allow("invoices.draft")
    def close(self) -> None:
        """Closes the dialog."""
        self.open = False

    @rx.event
    @allow("invoices.draft")
    async def save(self, data: dict[str, Any]) -> Any:
        """Drafts the invoice and opens it."""
        values = form_values(data, ("sow_id", "amount", "text"))
        try:
            sow_id = fields.optional_whole(values["sow_id"], "sow_id")
            currency = self._found.currency_of(sow_id or 0) if self._found else self.currency
            amount = Money(money.parse_amount(values["amount"], currency, "amount"), currency)
            given: dict[str, Any] = {"sow_id": sow_id, "amount": amount, "text": values["text"]}
            made = await write(
                lambda session, who: ask_deposit(session, who, account_id=self._account, **given)
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.open = False
        await say(self, "Drafted; it is asked for once you issue it.")
        return rx.redirect(routes.invoice(int(made.id or 0)))

    @rx.event
    @allow("invoices.draft")
    async def ask_agreed(self, account_id: int, sow_id: int) -> Any:
        """Drafts the deposit that a scope agreed, and opens the draft."""
        made = await write(
            lambda session, who: ask_deposit(session, who, account_id=account_id, sow_id=sow_id)
        )
        await say(self, "Drafted; it is asked for once you issue it.")
        return rx.redirect(routes.invoice(int(made.id or 0)))
