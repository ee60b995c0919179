"""What was moved to later of a draft's client, beside the draft: brought back in one press."""

import reflex as rx

from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.invoices.put_off import waiting_for
from psa_app.services.invoices.bring_back import bring_back_to
from psa_app.state.base import allow, field_errors, read, say, write
from psa_app.state.invoices.invoice import InvoiceState


class LaterWork(rx.State):
    """The rows of the card; a row's value holds the ids of what it stands for."""

    rows: list[Option] = []

    @rx.event
    @allow("invoices.draft")
    async def load(self) -> None:
        """Loads what waits, for the draft that is open; after `InvoiceState.load`."""
        await self._load()

    async def _load(self) -> None:
        page = await self.get_state(InvoiceState)
        invoice_id = page._invoice if page.is_draft else 0
        found = await read(lambda s, who: waiting_for(s, who, invoice_id)) if invoice_id else []
        self.rows = [
            Option(",".join(map(str, one.ids)), one.text, f"from {words.day(one.not_before)}")
            for one in found
        ]

    @rx.event
    @allow("invoices.draft")
    async def bring_back(self, ids: str) -> None:
        """Brings a row back onto the draft, or with "" all that fits."""
        chosen = tuple(int(one) for one in ids.split(",") if one.isdecimal() and len(one) < 16)
        page = await self.get_state(InvoiceState)
        invoice_id = page._invoice
        try:
            await write(lambda s, who: bring_back_to(s, who, invoice_id, later_ids=chosen))
        except PsaError as error:
            await say(self, next(iter(field_errors(error).values())), "bad")
            return
        await page._done("Back on this draft.")
        await self._load()
