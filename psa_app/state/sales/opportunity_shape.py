"""The forms of what an opportunity may bring and whom it would need."""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import PsaError
from psa_app.models import Role
from psa_app.queries.sales.one import OneOpportunity, one_opportunity
from psa_app.resources.sales import MODELS
from psa_app.rules import fields, hours, money
from psa_app.rules.money import Money
from psa_app.services.problems import FieldProblems
from psa_app.services.sales.inputs import AmountInput, RoleInput
from psa_app.services.sales.shape import set_amounts, set_roles
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.sales.opportunity import OpportunityState

SPARE = 3  # empty lines below the roles that are there
PARTS = ("role", "hours", "from", "to")


class AmountForm(rx.State):
    """An amount for each billing model."""

    is_open: bool = False
    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    _id: int = 0
    _version: int = 0
    _currency: str = ""

    @rx.event
    @allow("opportunities.change")
    async def edit(self) -> None:
        """Opens the form with what there is."""
        self._id = (await self.get_state(OpportunityState))._id
        found = await read(lambda s, who: one_opportunity(s, who, self._id))
        self._version, self._currency = found.chance.version, found.chance.currency
        known = dict(found.amounts)
        self.specs = [
            FieldSpec(
                model,
                label,
                "money",
                unit=self._currency,
                value=money.plain(known[model], self._currency) if model in known else "",
            )
            for model, label in MODELS
        ]
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow("opportunities.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Replaces the amounts."""
        try:
            amounts = typed_amounts(form_values(data, [model for model, _ in MODELS]), self._currency)
            await write(lambda s, who: set_amounts(s, who, self._id, version=self._version, amounts=amounts))
        except PsaError as error:
            self.errors = _by_model(field_errors(error))
            return
        self.is_open = False
        await (await self.get_state(OpportunityState))._load()
        await say(self, "Amounts saved.")

    @rx.event
    @allow("opportunities.change")
    def close(self) -> None:
        """Closes the form."""
        self.is_open = False


class NeedForm(rx.State):
    """A line for each role: hours, first and last day."""

    is_open: bool = False
    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    _id: int = 0
    _version: int = 0
    _lines: int = 0

    @rx.event
    @allow("opportunities.change")
    async def edit(self) -> None:
        """Opens the form with what there is, and some empty lines."""
        self._id = (await self.get_state(OpportunityState))._id
        found, roles = await read(lambda s, who: _with_roles(s, who, self._id))
        self._version = found.chance.version
        self._lines = len(found.needs) + SPARE
        self.specs = need_specs(found, roles, self._lines)
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow("opportunities.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Replaces the roles; a line without a role is left out."""
        names = [f"{part}-{place}" for place in range(self._lines) for part in PARTS]
        places: list[int] = []
        try:
            roles, places = typed_needs(form_values(data, names), self._lines)
            await write(lambda s, who: set_roles(s, who, self._id, version=self._version, roles=roles))
        except PsaError as error:
            self.errors = _by_line(field_errors(error), places)
            return
        self.is_open = False
        await (await self.get_state(OpportunityState))._load()
        await say(self, "Roles saved.")

    @rx.event
    @allow("opportunities.change")
    def close(self) -> None:
        """Closes the form."""
        self.is_open = False


def typed_amounts(values: dict[str, str], currency: str) -> tuple[AmountInput, ...]:
    """What was typed for each model, in the order of the form; an empty field is zero."""
    found = FieldProblems()
    amounts = []
    for model, text in values.items():
        amount = (
            found.tried(lambda text=text, name=model: money.parse_amount(text, currency, name), 0)
            if text
            else 0
        )
        amounts.append(AmountInput(model, Money(amount, currency)))
    found.stop_if_any()
    return tuple(amounts)


def typed_needs(values: dict[str, str], lines: int) -> tuple[tuple[RoleInput, ...], list[int]]:
    """The roles that were typed, and in which line each stands. Raises `Problems` by field."""
    found, roles, places = FieldProblems(), [], []
    for place in range(lines):
        role, amount, first, last = (values[f"{part}-{place}"] for part in PARTS)
        if not role and not amount:
            continue
        if not role:
            found.say(f"role-{place}", "Choose a role.")
            continue
        name = f"hours-{place}"
        minutes = found.tried(lambda a=amount, n=name: hours.parse_duration(a, n), 0)
        days = [
            found.tried(lambda d=day, n=f"{part}-{place}": fields.iso_date(d, n), None) if day else None
            for part, day in (("from", first), ("to", last))
        ]
        roles.append(RoleInput(fields.whole(role, f"role-{place}"), minutes, days[0], days[1]))
        places.append(place)
    found.stop_if_any()
    return tuple(roles), places


def need_specs(found: OneOpportunity, roles: list[Option], lines: int) -> list[FieldSpec]:
    """Four fields a line."""
    specs: list[FieldSpec] = []
    for place in range(lines):
        one = found.needs[place] if place < len(found.needs) else None
        values = (
            (str(one.role_id), hours.h_mm(one.minutes), _iso(one.starts_on), _iso(one.ends_on))
            if one
            else ("", "", "", "")
        )
        kinds = (("Role", "choice"), ("Hours", "hours"), ("From", "date"), ("Until", "date"))
        for part, (label, kind), value in zip(PARTS, kinds, values, strict=True):
            options = [Option("", "–"), *roles] if kind == "choice" else []
            specs.append(FieldSpec(f"{part}-{place}", label, kind, value=value, options=options))
    return specs


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""


def _with_roles(session: Session, who: Actor, opportunity_id: int) -> tuple[OneOpportunity, list[Option]]:
    require(who, "roles.read")
    found = one_opportunity(session, who, opportunity_id)
    used = {one.role_id for one in found.needs}
    roles = session.exec(select(Role).where(visible(who, Role)).order_by(col(Role.name))).all()
    return found, [Option(str(one.id), one.name) for one in roles if one.is_active or one.id in used]


def _by_model(errors: dict[str, str]) -> dict[str, str]:
    """The service counts the amounts; the form has them by model."""
    models = [model for model, _ in MODELS]
    return {_named(name, "amounts.", models) or name: sentence for name, sentence in errors.items()} | (
        {"form": errors["amounts"]} if "amounts" in errors else {}
    )


def _by_line(errors: dict[str, str], places: list[int]) -> dict[str, str]:
    """The service counts the roles; the form has them by line."""
    lines = [f"hours-{place}" for place in places]
    return {_named(name, "roles.", lines) or name: sentence for name, sentence in errors.items()} | (
        {"form": errors["roles"]} if "roles" in errors else {}
    )


def _named(name: str, prefix: str, names: list[str]) -> str:
    place = name.removeprefix(prefix)
    known = name.startswith(prefix) and place.isdecimal() and int(place) < len(names)
    return names[int(place)] if known else ""
