"""The form of a refund: how much of a payment goes back, by which way, and why."""

from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.invoices.refunds import RefundOffer, refund_offer
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services.payments.refund import start_refund
from psa_app.state.base import allow, field_errors, form_values, read, say, write

FIELDS = ("amount", "reason", "by", "returned_on", "reference")


class RefundState(rx.State):
    """The dialog over a payment; `most` is what can be given back, as text and as typed."""

    open: bool = False
    client: str = ""
    most: str = ""
    most_plain: str = ""
    credit: str = ""  # of it that settles no invoice; "" for none
    currency: str = ""
    is_manual: bool = False
    by: str = "provider"  # or by bank
    today: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _payment: int = 0

    @rx.event
    @allow("payments.refund")
    async def begin(self, payment_id: int) -> None:
        """Opens the form for a payment."""
        offer, today = await read(lambda session, who: _offer(session, who, payment_id))
        self._payment, self.client, self.currency = payment_id, offer.client, offer.currency
        self.most, self.most_plain = (
            words.money(offer.most, offer.currency),
            money.plain(offer.most, offer.currency),
        )
        self.credit = words.money(offer.credit, offer.currency) if offer.credit else ""
        self.is_manual, self.today = offer.provider == "manual", today
        self.by = "bank" if self.is_manual else "provider"
        self.errors, self.open = {}, True
        self.form_key += 1

    @rx.event
    @allow("payments.refund")
    def choose(self, by: str) -> None:
        """Another way: a transfer asks for its day."""
        self.by = by if by in ("provider", "bank") else self.by

    @rx.event
    @allow("payments.refund")
    def close(self) -> None:
        """Closes the form."""
        self.open = False

    @rx.event
    @allow("payments.refund")
    async def save(self, data: dict[str, Any]) -> None:
        """Gives back what the form says."""
        values = form_values(data, FIELDS)
        by: Any = "bank" if self.is_manual or values["by"] == "bank" else "provider"
        try:
            amount = Money(money.parse_amount(values["amount"], self.currency, "amount"), self.currency)
            day = fields.iso_date(values["returned_on"], "returned_on") if values["returned_on"] else None
            await write(
                lambda session, who: start_refund(
                    session,
                    who,
                    self._payment,
                    amount=amount,
                    reason=values["reason"],
                    by=by,
                    returned_on=day if by == "bank" else None,
                    reference=values["reference"],
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.open = False
        text = words.money(amount.amount, amount.currency)
        await say(self, f"{text} recorded as given back." if by == "bank" else f"{text} is on its way back.")


def _offer(session: Session, who: Actor, payment_id: int) -> tuple[RefundOffer, str]:
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    return refund_offer(session, who, payment_id), today.isoformat()
