"""What a draft asks for, changed on its page: written down or up, discounted, moved to later."""

from datetime import date
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.home.facts import firm_facts
from psa_app.queries.invoices.draft_line import DraftLineView, draft_line
from psa_app.queries.invoices.one import find_invoice
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services.invoices.amounts import set_discount, write_line
from psa_app.services.invoices.later import bill_later
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.invoices.invoice import InvoiceState


class DraftEditState(rx.State):
    """The open dialog (write | discount | later), and what it is about."""

    dialog: str = ""
    about: str = ""  # the line or entry in quotes, or the whole draft
    listed: str = ""
    amount: str = ""
    percent: str = ""
    discount: str = ""
    text: str = ""
    day: str = ""
    currency: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _invoice: int = 0
    _line: int = 0
    _entry: int = 0

    @rx.event
    @allow("invoices.draft")
    async def begin(self, dialog: str, line_id: int, entry_id: int = 0) -> None:
        """Opens a dialog about a line, an entry on the draft, or (0) the whole draft."""
        if dialog not in ("write", "discount", "later"):
            raise Invalid("There is no such dialog.")
        word = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        self._invoice = await read(lambda session, who: find_invoice(session, who, word))
        found = await read(lambda session, who: draft_line(session, who, self._invoice, line_id, entry_id))
        self._line, self._entry = found.line_id, entry_id
        self._fill(found)
        today = await read(lambda session, _: firm_facts(session).today)
        self.day = _next_month(today).isoformat()
        self.errors, self.dialog = {}, dialog
        self.form_key += 1

    def _fill(self, found: DraftLineView) -> None:
        self.about = f"“{found.label}”" if found.line_id and not self._entry else found.label
        self.currency = found.currency
        self.amount = money.plain(found.net, found.currency)
        was = words.money(found.listed, found.currency)
        self.listed = f"By its rate or price it came to {was}." if found.listed != found.net else ""
        self.percent = f"{found.discount_ppm / 10_000:g}" if found.discount_ppm else ""
        self.discount = money.plain(found.discount, found.currency) if found.discount else ""
        self.text = found.discount_text or "Discount"

    @rx.event
    @allow("invoices.draft")
    def close(self) -> None:
        """Closes the dialog."""
        self.dialog = ""

    @rx.event
    @allow("invoices.draft")
    async def write_amount(self, data: dict[str, Any]) -> Any:
        """Writes the line or entry down or up."""
        values = form_values(data, ("amount", "reason"))

        def save(session: Any, who: Any) -> Any:
            amount = Money(money.parse_amount(values["amount"], self.currency, "amount"), self.currency)
            how: dict[str, Any] = {"amount": amount, "reason": values["reason"]}
            return write_line(
                session, who, self._invoice, line_id=self._line, entry_id=self._entry or None, **how
            )

        return await self._save(save, "Written.")

    @rx.event
    @allow("invoices.draft")
    async def give_discount(self, data: dict[str, Any]) -> Any:
        """Gives the discount; with both fields empty there is none."""
        values = form_values(data, ("percent", "amount", "text"))

        def save(session: Any, who: Any) -> Any:
            typed = values["amount"]
            amount = (
                Money(money.parse_amount(typed, self.currency, "amount"), self.currency) if typed else None
            )
            how: dict[str, Any] = {"amount": amount, "text": values["text"] or "Discount"}
            ppm = fields.percent_ppm(values["percent"], "percent") if values["percent"] else 0
            line_id = self._line or None
            return set_discount(session, who, self._invoice, line_id=line_id, percent_ppm=ppm, **how)

        return await self._save(save, "Discount saved.")

    @rx.event
    @allow("invoices.draft")
    async def move_later(self, data: dict[str, Any]) -> Any:
        """Moves the line or entry to a later invoice."""
        text = form_values(data, ("not_before",))["not_before"]
        entries = (self._entry,) if self._entry else ()

        def save(session: Any, who: Any) -> Any:
            day = fields.iso_date(text, "not_before")
            return bill_later(
                session, who, self._invoice, line_id=self._line, not_before=day, entry_ids=entries
            )

        return await self._save(save, "Moved; it comes on an invoice from that day on.")

    async def _save(self, save: Any, sentence: str) -> Any:
        try:
            await write(save)
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.dialog = ""
        sheet = await self.get_state(InvoiceState)
        was, sheet.dialog = sheet.dialog, ""
        await sheet._load()
        await say(self, sentence)
        # The entries that were open are named by the address: it must not open them again.
        return rx.redirect(routes.invoice(self._invoice), replace=True) if was == "entries" else None


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
