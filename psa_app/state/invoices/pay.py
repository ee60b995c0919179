"""The form of a payment that came: how much, in which currency, and what it settles."""

from typing import Any

import reflex as rx

from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.invoices.one import find_invoice
from psa_app.queries.invoices.paying import PayOffer, pay_offer
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services.payments.record import record_payment
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.invoices.invoice_words import METHODS
from psa_app.state.invoices.past_close import NAME as PAST_CLOSE

FIELDS = ("amount", "settles", "received_on", "method", "reference", "note", "even_if_known", PAST_CLOSE)


class PayState(rx.State):
    """The dialog over the invoice that the address names; `came_in` is the currency of the money."""

    open: bool = False
    currency: str = ""
    came_in: str = ""
    currencies: list[Option] = []
    amount: str = ""
    today: str = ""
    is_exchanged: bool = False
    told: str = ""  # what is open, in the money's currency, and by which rates
    errors: dict[str, str] = {}
    form_key: int = 0
    _invoice: int = 0
    _offer: PayOffer | None = None

    @rx.event
    @allow("payments.record")
    async def begin(self) -> None:
        """Opens the form with all that is open."""
        word = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        invoice_id = await read(lambda session, who: find_invoice(session, who, word))
        offer = await read(lambda session, who: pay_offer(session, who, invoice_id))
        self._invoice, self._offer = invoice_id, offer
        self.currency, self.today = offer.currency, offer.today.isoformat()
        self.currencies = [Option(one, one) for one in (offer.currency, *offer.worth)]
        self._choose(offer.currency)
        self.open = True

    @rx.event
    @allow("payments.record")
    def choose(self, currency: str) -> None:
        """Another currency: the form says what is open in it."""
        if self._offer is not None and currency in (self.currency, *self._offer.worth):
            self._choose(currency)

    def _choose(self, currency: str) -> None:
        offer = self._offer
        if offer is None:
            return
        self.came_in, self.errors = currency, {}
        self.is_exchanged = currency != offer.currency
        left = offer.worth[currency] if self.is_exchanged else offer.open
        self.amount = money.plain(left, currency)
        owed, now = words.money(offer.open, offer.currency), words.money(left, currency)
        self.told = f"At today’s rates {owed} are {now}, rounded half up." if self.is_exchanged else ""
        self.form_key += 1

    @rx.event
    @allow("payments.record")
    def close(self) -> None:
        """Closes the form."""
        self.open = False

    @rx.event
    @allow("payments.record")
    async def save(self, data: dict[str, Any]) -> None:
        """Records the payment, whole or in part."""
        values = form_values(data, FIELDS)
        try:
            amount = Money(money.parse_amount(values["amount"], self.came_in, "amount"), self.came_in)
            settles = None
            if self.is_exchanged and values["settles"]:
                settles = Money(
                    money.parse_amount(values["settles"], self.currency, "settles"), self.currency
                )
            day = fields.iso_date(values["received_on"], "received_on")
            method: Any = values["method"] if values["method"] in METHODS else "bank_transfer"
            await write(
                lambda session, who: record_payment(
                    session,
                    who,
                    self._invoice,
                    amount=amount,
                    received_on=day,
                    method=method,
                    reference=values["reference"],
                    note=values["note"],
                    even_if_known=values["even_if_known"] == "on",
                    settles=settles,
                    past_lock_reason=values[PAST_CLOSE],
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.open = False
        await say(self, f"{words.money(amount.amount, amount.currency)} recorded.")
