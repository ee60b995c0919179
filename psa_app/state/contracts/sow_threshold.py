"""When a scope's work is billed before its period ends: the question over the scope's page."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.errors import PsaError
from psa_app.models import Sow
from psa_app.rules import hours, money
from psa_app.rules.money import Money
from psa_app.services.contracts.thresholds import set_threshold
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.sow import SowState


class SowThreshold(rx.State):
    """The dialog."""

    open: bool = False
    minutes: str = ""
    value: str = ""
    currency: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _version: int = 0

    @rx.event
    @allow("invoices.draft")
    async def begin(self) -> None:
        """Opens it with what is set."""
        page = await self.get_state(SowState)
        sow = await read(lambda session, who: _sow(session, who, page._sow))
        self.minutes = hours.h_mm(sow.bill_at_minutes) if sow.bill_at_minutes else ""
        self.value = money.plain(sow.bill_at_minor, sow.currency) if sow.bill_at_minor else ""
        self.currency, self._version = sow.currency, sow.version
        self.errors, self.open = {}, True
        self.form_key += 1

    @rx.event
    @allow("invoices.draft")
    def close(self) -> None:
        """Closes it."""
        self.open = False

    @rx.event
    @allow("invoices.draft")
    async def save(self, data: dict[str, Any]) -> None:
        """Sets it."""
        typed = form_values(data, ("minutes", "value"))
        page = await self.get_state(SowState)
        try:
            length = hours.parse_duration(typed["minutes"], "bill_at_minutes") if typed["minutes"] else None
            amount = (
                Money(money.parse_amount(typed["value"], self.currency, "bill_at"), self.currency)
                if typed["value"]
                else None
            )
            given: dict[str, Any] = {"version": self._version, "minutes": length, "value": amount}
            await write(lambda session, who: set_threshold(session, who, page._sow, **given))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.open = False
        await page._load(page.tab)
        await say(self, "Saved.")


def _sow(session: Session, who: Actor, sow_id: int) -> Sow:
    require(who, "invoices.draft")
    return fetch(session, who, Sow, sow_id)
