"""How a client pays: saved cards and accounts, and whether invoices are collected by themselves."""

import asyncio
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.queries.portal.methods import MethodRow, ways_to_pay
from psa_app.services.identity.sealed import unseal
from psa_app.services.payments.methods import (
    make_default,
    remove_method,
    set_autopay,
    sync_saved,
)
from psa_app.state.base import actor, allow, read, say, write

KINDS = {"card": "Card", "sepa_debit": "SEPA direct debit", "us_bank_account": "Bank account (ACH)"}


class PortalPaymentState(rx.State):
    """The page of a signed-in client."""

    rows: list[Row] = []
    collects: str = "off"
    consent: str = ""
    told: str = ""
    is_offered: bool = False
    just_saved: bool = False
    removing: int = 0
    is_ready: bool = False
    _account: int = 0

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads what is saved; back from the provider's page, that is asked first."""
        asked = self.router.url.query_parameters
        self.told = unseal(asked.get("told", ""), routes.SAVE_METHOD)
        if asked.get("saved"):
            await asyncio.to_thread(sync_saved, actor())
        await self._load()
        self.just_saved = bool(asked.get("saved")) and not self.rows

    async def _load(self) -> None:
        found = await read(ways_to_pay)
        self.rows = [_row(one) for one in found.rows]
        self.collects, self.is_offered, self._account = found.collects, found.is_offered, found.account_id
        self.consent = found.consent
        self.is_ready = True

    @rx.event
    @allow("payments.autopay")
    async def choose(self, collects: str) -> None:
        """When invoices are collected by themselves."""
        account_id = self._account
        try:
            await write(
                lambda session, who: set_autopay(session, who, account_id=account_id, collects=collects)
            )
        except PsaError as error:
            await say(self, error.sentence, "bad")
        else:
            await say(self, "Saved.")
        await self._load()

    @rx.event
    @allow("payments.autopay")
    async def use(self, method_id: int) -> None:
        """Collects from this one from now on."""
        await write(lambda session, who: make_default(session, who, method_id))
        await self._load()

    @rx.event
    @allow("payments.autopay")
    def ask(self, method_id: int) -> None:
        """Asks before one is removed; 0 closes the question."""
        self.removing = method_id

    @rx.event
    @allow("payments.autopay")
    async def remove(self) -> None:
        """Removes it for good."""
        method_id, self.removing = self.removing, 0
        await write(lambda session, who: remove_method(session, who, method_id))
        await self._load()
        await say(self, "Removed.")


def _row(one: MethodRow) -> Row:
    name = f"{one.brand.title() or KINDS.get(one.kind, 'Account')} ••{one.last4}"
    until = f"until {one.exp_month:02}/{one.exp_year}" if one.exp_year else ""
    state: Any = ("Default", "ok") if one.is_default else ("", "")
    if one.other_mode:
        state = ("Cannot be used now", "warn")
    cells = [
        Cell(name, sub=KINDS.get(one.kind, one.kind.replace("_", " ").capitalize()), kind="strong"),
        Cell(until or "–", kind="text" if until else "muted"),
        Cell(state[0] or "–", kind="badge" if state[0] else "muted", tone=state[1]),
    ]
    return Row(str(one.id), cells, name=name)
