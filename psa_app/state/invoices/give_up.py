"""Writing an invoice off, and opening it again: the question over its page."""

from typing import Any

import reflex as rx

from psa_app.errors import PsaError
from psa_app.queries.invoices.one import find_invoice
from psa_app.services.invoices.write_off import reopen_invoice, write_off_invoice
from psa_app.state.base import allow, field_errors, form_values, read, say, write


class GiveUpState(rx.State):
    """Which question is open: `write_off`, `reopen` or none."""

    dialog: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0

    @rx.event
    @allow("invoices.credit")
    def ask(self, dialog: str) -> None:
        """Opens the question."""
        self.dialog = dialog if dialog in ("write_off", "reopen") else ""
        self.errors = {}
        self.form_key += 1

    @rx.event
    @allow("invoices.credit")
    def close(self) -> None:
        """Closes it."""
        self.dialog = ""

    @rx.event
    @allow("invoices.credit")
    async def save(self, data: dict[str, Any]) -> None:
        """Writes off what is open, or opens what was written off; the page hears of it by itself."""
        reason, is_back = form_values(data, ("reason",))["reason"], self.dialog == "reopen"
        change = reopen_invoice if is_back else write_off_invoice
        word = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        try:
            found = await read(lambda session, who: find_invoice(session, who, word))
            await write(lambda session, who: change(session, who, found, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog = ""
        await say(self, "Open again." if is_back else "Written off; it stands in the books as a loss.")
