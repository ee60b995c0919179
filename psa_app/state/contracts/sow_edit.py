"""A scope while it is a draft: what the editor begins with, and saving it. Nothing typed is lost."""

from dataclasses import replace
from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor, fetch, may
from psa_app.display.forms import FieldSpec
from psa_app.display.scope import CardChoice, DeliverableDraft, LineDraft, RoleChoice
from psa_app.errors import PsaError, Stale
from psa_app.models import Account, Agreement, Sow
from psa_app.queries.contracts.cards import applying, card_rates
from psa_app.queries.contracts.one import Scope, agreements_for, one_scope
from psa_app.queries.contracts.prices import role_prices, usual_terms
from psa_app.rules.money import CURRENCIES
from psa_app.services.contracts.write import change_sow, refused_of
from psa_app.services.problems import FieldProblems
from psa_app.state.base import actor, allow, field_errors, read, write
from psa_app.state.contracts.scope_drafts import (
    card_choices,
    deliverable_drafts,
    drafts_of,
    read_deliverables,
    read_lines,
    role_choices,
    said_too,
)
from psa_app.state.contracts.scope_form import (
    agreement_specs,
    billing_specs,
    deposit_specs,
    head_specs,
    read_head,
    term_specs,
)

PREFIX = "scope-"


class SowEdit(rx.State):
    """The editor's fields; `form_key` changes only when other values shall stand in them."""

    head: list[FieldSpec] = []
    billing: list[FieldSpec] = []
    term: list[FieldSpec] = []
    deposit: list[FieldSpec] = []
    agreement: list[FieldSpec] = []
    agreement_key: str = ""  # changes when another agreement is chosen for the person, not by them
    may_agree: bool = False
    client: str = ""
    cards: list[CardChoice] = []
    deliverables: list[DeliverableDraft] = []
    lines: list[LineDraft] = []
    roles: list[RoleChoice] = []
    currency: str = "EUR"
    errors: dict[str, str] = {}
    focus: str = ""
    form_key: str = ""
    is_stale: bool = False
    _sow: int = 0
    _version: int = 0
    _account: int = 0
    _focused: int = 0

    async def _show(self, scope: Scope, anew: bool = False) -> None:
        """Shows a draft. What someone is typing is left alone: a newer version is only told."""
        sow = scope.sow
        sow_id = int(sow.id or 0)
        if sow_id == self._sow and not anew and self.form_key:
            self.is_stale = sow.version != self._version
            return
        self._sow, self._version, self._account = sow_id, sow.version, sow.account_id
        self.currency, self.is_stale, self.errors = sow.currency, False, {}
        usual = await read(lambda session, who: usual_terms(session, who, sow.account_id))
        self.head, self.billing = head_specs(sow, usual), billing_specs(sow, usual)
        self.term, self.client = term_specs(sow), scope.account.name
        self.deposit = deposit_specs(sow)
        self._agreements(sow.agreement_id, scope.agreements)
        self.lines = drafts_of(scope.lines, sow.currency)
        self.deliverables = deliverable_drafts(scope.deliverables)
        self.form_key = f"sow-{sow_id}-{sow.version}"
        await self._price(sow.currency)

    def _agreements(self, chosen: int | None, known: tuple[Agreement, ...]) -> None:
        self.agreement, self.may_agree = agreement_specs(chosen, known), may(actor(), "agreements.change")
        self.agreement_key = f"agreement-{self._sow}-{self._version}-{chosen}"

    async def _choose_agreement(self, agreement_id: int) -> None:
        """Offers an agreement that was just made, and chooses it; all else that is typed stays."""
        known = await read(
            lambda session, who: agreements_for(session, who, fetch(session, who, Sow, self._sow))
        )
        self._agreements(agreement_id, known)

    async def _price(self, currency: str) -> None:
        given = {spec.name: spec.value for spec in self.head}
        starts_on = date.fromisoformat(given["starts_on"])
        ends_on = date.fromisoformat(given["ends_on"]) if given.get("ends_on") else None

        def ask(session: Session, who: Actor) -> tuple[list[RoleChoice], list[CardChoice]]:
            roles = role_prices(session, who, self._account, currency, starts_on)
            account = fetch(session, who, Account, self._account)
            known = card_rates(session, account, currency, starts_on)
            applies = applying(session, account, currency, starts_on, ends_on)
            return role_choices(roles, currency), card_choices(known, applies, currency)

        self.roles, self.cards = await read(ask)

    @rx.event
    @allow("sows.change")
    async def choose_currency(self, currency: str) -> None:
        """Shows the price list of another currency; what is typed stays."""
        if currency in CURRENCIES:
            self.currency = currency
            self.deposit = [replace(one, unit=currency) if one.unit else one for one in self.deposit]
            await self._price(currency)

    @rx.event
    @allow("sows.change")
    async def reload(self) -> None:
        """Shows what someone else saved, in place of what is typed here."""
        await self._again()

    async def _again(self) -> None:
        scope = await read(lambda session, who: one_scope(session, who, self._sow))
        await self._show(scope, anew=True)

    async def _save(self, data: dict[str, Any]) -> None:
        found = FieldProblems()
        head = read_head(data, found)
        lines = read_lines(str(data.get("lines", "")), head.currency or self.currency, found)
        deliverables = read_deliverables(str(data.get("deliverables", "")), found)
        sow_id, version = self._sow, self._version
        given: dict[str, Any] = {"head": head, "lines": lines, "deliverables": deliverables}
        if found.fields:
            also = await read(lambda session, who: refused_of(session, who, sow_id, **given))
            for field, sentence in said_too(also, found.fields).items():
                found.say(field, sentence)
            found.stop_if_any()
        await write(lambda session, who: change_sow(session, who, sow_id, version=version, **given))

    def _refuse(self, error: PsaError) -> None:
        self.is_stale = isinstance(error, Stale)
        self.errors = field_errors(error)
        first = next((name for name in self.errors if name != "form"), "")
        if first:
            self._focused += 1
            self.focus = f"{element_of(first)}#{self._focused}"


def element_of(field: str) -> str:
    """The id of the input of a field: "lines.0.rates.1" is the input "lines-0-rates-1"."""
    if field.startswith("deliverables"):
        return field.replace(".", "-").removesuffix("-title") if "." in field else "deliverables-add"
    if not field.startswith("lines"):
        return PREFIX + field
    if field == "lines":
        return "lines-add"
    return (
        field.replace(".", "-").removesuffix("-title")
        if ".milestones." in field or ".fee_parts." in field
        else field.replace(".", "-")
    )
