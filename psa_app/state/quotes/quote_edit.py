"""A quote while it is a draft: what the editor begins with, its sums while one types, and saving it."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, may
from psa_app.display.forms import FieldSpec
from psa_app.display.quote import CatalogueItem, QuoteLineDraft, QuoteSums
from psa_app.display.scope import RoleChoice
from psa_app.errors import Invalid, PsaError, Stale
from psa_app.queries.contracts.prices import role_prices
from psa_app.queries.quotes.one import OneQuote, choices, one_quote, role_costs
from psa_app.rules.money import CURRENCIES
from psa_app.services.problems import FieldProblems
from psa_app.services.quotes.write import change_quote
from psa_app.state.base import allow, field_errors, read, write
from psa_app.state.contracts.scope_drafts import role_choices
from psa_app.state.contracts.sow_edit import element_of
from psa_app.state.quotes.quote_form import (
    catalogue,
    drafts_of,
    foot_specs,
    head_specs,
    read_head,
    read_lines,
    sums_of,
)

PREFIX = "scope-"


class QuoteEdit(rx.State):
    """The editor's fields; `form_key` changes only when other values shall stand in them."""

    head: list[FieldSpec] = []
    foot: list[FieldSpec] = []
    lines: list[QuoteLineDraft] = []
    roles: list[RoleChoice] = []
    items: list[CatalogueItem] = []
    currency: str = "EUR"
    sums: QuoteSums = QuoteSums()
    errors: dict[str, str] = {}
    focus: str = ""
    form_key: str = ""
    is_stale: bool = False
    _quote: int = 0
    _version: int = 0
    _account: int = 0
    _usual_tax: int = 0
    _focused: int = 0

    async def _show(self, one: OneQuote, anew: bool = False) -> None:
        """Shows a draft. What someone is typing is left alone: a newer version is only told."""
        quote = one.quote
        quote_id = int(quote.id or 0)
        if quote_id == self._quote and not anew and self.form_key:
            self.is_stale = quote.version != self._version
            return
        self._quote, self._version, self._account = quote_id, quote.version, quote.account_id
        self._usual_tax = one.account.tax_rate_id or 0
        self.currency, self.is_stale, self.errors = quote.currency, False, {}
        offered = await read(lambda session, who: choices(session, who, quote.account_id))
        self.head, self.foot = head_specs(one, offered), foot_specs(quote, offered)
        self.lines, self.items = drafts_of(one.lines, quote.currency), catalogue(offered.items)
        self.sums = QuoteSums()
        self.form_key = f"quote-{quote_id}-{quote.version}"
        await self._price(quote.currency)

    async def _price(self, currency: str) -> None:
        account, today = self._account, clock.now().date()

        def ask(session: Session, who: Actor) -> list[RoleChoice]:
            return role_choices(role_prices(session, who, account, currency, today), currency)

        self.roles = await read(ask)

    @rx.event
    @allow("quotes.change")
    async def figure(self, draft: str) -> None:
        """Adds up what is typed, with tax and margin; nothing is saved."""
        account, usual, currency = self._account, self._usual_tax, self.currency

        def ask(session: Session, who: Actor) -> QuoteSums:
            offered = choices(session, who, account)
            costs = None
            if may(who, "projects.margin"):
                costs = role_costs(session, who, _currency_in(draft, currency), clock.now().date())
            return sums_of(draft, currency, offered, usual, costs)

        try:
            self.sums = await read(ask)
        except Invalid as error:
            self.sums = QuoteSums(wrong=error.sentence)
            return
        chosen = _currency_in(draft, currency)
        if chosen != currency:
            self.currency = chosen
            await self._price(chosen)

    @rx.event
    @allow("quotes.change")
    async def reload(self) -> None:
        """Shows what someone else saved, in place of what is typed here."""
        await self._again()

    async def _again(self) -> None:
        quote_id = self._quote
        await self._show(await read(lambda session, who: one_quote(session, who, quote_id)), anew=True)

    async def _save(self, data: dict[str, Any]) -> None:
        found = FieldProblems()
        head = read_head(data, found)
        currency = head.currency if head.currency in CURRENCIES else self.currency
        lines = read_lines(str(data.get("lines", "")), currency, found)
        found.stop_if_any()
        quote_id, version = self._quote, self._version
        await write(
            lambda session, who: change_quote(session, who, quote_id, version=version, head=head, lines=lines)
        )

    def _refuse(self, error: PsaError) -> None:
        self.is_stale = isinstance(error, Stale)
        self.errors = field_errors(error)
        first = next((name for name in self.errors if name != "form"), "")
        if first:
            self._focused += 1
            self.focus = f"{element_of(first)}#{self._focused}"


def _currency_in(draft: str, otherwise: str) -> str:
    """The currency that a draft is in; a code that is none leaves it as it is."""
    found = draft.rpartition('"currency":"')[2][:3]
    return found if found in CURRENCIES else otherwise
