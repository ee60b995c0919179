"""A change order while it is a draft: what the editor begins with, its effect, and saving it.

Each press sends the whole form: what is typed stays when a row comes or goes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.display.change import DeltaDraft, EffectRow
from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import Invalid, PsaError, Stale
from psa_app.models import ChangeOrder, Firm, Sow
from psa_app.queries.contracts.effect import Effect, effect_of
from psa_app.queries.contracts.orders import Choices, OneOrder, choices_of, new_order, one_order
from psa_app.rules import fields
from psa_app.rules.deltas import Delta, write_deltas
from psa_app.services.contracts.change_orders import MOST_DELTAS, change_change_order, draft_change_order
from psa_app.services.problems import FieldProblems
from psa_app.state.base import allow, field_errors, read, write
from psa_app.state.contracts.change_order_form import (
    PREFIX,
    TITLES,
    Offered,
    Typed,
    begun,
    deltas_in,
    drafts,
    head_specs,
    read_typed,
    typed_of,
    with_part,
)
from psa_app.state.contracts.change_order_words import about_margin, about_plan, effect_rows


class ChangeEdit(rx.State):
    """The editor's fields; `form_key` changes only when other values shall stand in them."""

    head: list[FieldSpec] = []
    rows: list[DeltaDraft] = []
    kinds: list[Option] = []
    effect: list[EffectRow] = []
    about: str = ""
    plan: str = ""  # what its days do to bookings
    wrong: str = ""
    errors: dict[str, str] = {}
    focus: str = ""
    form_key: str = ""
    is_stale: bool = False
    _sow: int = 0
    _order: int = 0
    _version: int = 0
    _currency: str = "EUR"
    _offered: Choices = Choices((), (), ())
    _typed: list[Typed] = []
    _head: Typed = {}
    _turn: int = 0
    _press: str = "save"  # save | send | show | add | drop-N | more-N

    async def _begin(self, sow_id: int) -> Sow:
        """An empty change order of a scope."""
        sow, _ = await read(lambda session, who: new_order(session, who, sow_id))
        today = clock.today(await read(_zone))
        start = max(today, sow.starts_on)
        first = min(start, sow.ends_on) if sow.ends_on else start
        await self._open(sow, 0, 0)
        self._head = {"title": "", "effective_on": first.isoformat(), "reason": ""}
        self._typed = []
        self._draw()
        self._tell(None)
        return sow

    async def _show(self, one: OneOrder, anew: bool = False) -> None:
        """Shows a draft. What someone is typing is left alone: a newer version is only told."""
        order = one.order
        order_id = int(order.id or 0)
        if order_id == self._order and not anew and self.form_key:
            self.is_stale = order.version != self._version
            return
        await self._open(one.sow, order_id, order.version)
        self._head = {
            "title": order.title,
            "effective_on": order.effective_on.isoformat(),
            "reason": order.reason,
        }
        self._typed = typed_of(order.deltas, self._currency)
        self._draw()
        self._tell(one.effect, one.problem)

    async def _open(self, sow: Sow, order_id: int, version: int) -> None:
        sow_id = int(sow.id or 0)
        self._sow, self._order, self._version, self._currency = sow_id, order_id, version, sow.currency
        self._offered = await read(lambda session, who: choices_of(session, who, sow_id))
        self.is_stale, self.errors, self._press = False, {}, "save"
        self.kinds = [Option(kind, title) for kind, title in TITLES.items()]

    def _draw(self) -> None:
        """Draws the fields anew with what is known of them."""
        self._turn += 1
        self.head = head_specs(self._head["title"], self._head["effective_on"], self._head["reason"])
        self.rows = drafts(self._typed, Offered(self._offered, self._currency))
        self.form_key = f"change-{self._order}-{self._version}-{self._turn}"

    def _tell(self, effect: Effect | None, problem: str = "") -> None:
        self.effect = effect_rows(effect, "en") if effect else []
        self.about = about_margin(effect) if effect else ""
        self.plan = about_plan(effect) if effect else ""
        self.wrong = problem

    @rx.event
    @allow("changes.draft")
    def press(self, what: str) -> None:
        """Says what the next sending of the form is for: save, send, show, add, drop-N, more-N."""
        self._press = what[:20]

    @rx.event
    @allow("changes.draft")
    async def reload(self) -> None:
        """Shows what someone else saved, in place of what is typed here."""
        order_id = self._order
        await self._show(await read(lambda session, who: one_order(session, who, order_id)), anew=True)

    def _taken(self, data: Mapping[str, Any]) -> str:
        """What was pressed; what is typed is taken over."""
        pressed, self._press = self._press, "save"
        self._take(data)
        return pressed

    async def _change(self, pressed: str, kind: str) -> None:
        """Adds a row of this kind, drops one or gives it more fields, and works out the effect."""
        if pressed == "add":
            self._add(kind)
        elif pressed.startswith("drop-"):
            self._drop(pressed.removeprefix("drop-"))
        elif pressed.startswith("more-"):
            self._more(pressed.removeprefix("more-"))
        self.errors = {}
        await self._work_out(told=pressed == "show")

    def _take(self, data: Mapping[str, Any]) -> None:
        self._typed = read_typed(data, self._typed)
        for name in ("title", "effective_on", "reason"):
            value = data.get(name, "")
            self._head[name] = value.strip()[:5000] if isinstance(value, str) else ""

    def _add(self, kind: str) -> None:
        if kind not in TITLES:
            raise Invalid("Choose what changes from the list.")
        if len(self._typed) >= MOST_DELTAS:
            raise Invalid(f"A change order moves at most {MOST_DELTAS} things.")
        self._typed = [*self._typed, begun(kind, Offered(self._offered, self._currency))]
        self._draw()
        first = self.rows[-1].specs[0].name
        self.focus = f"{PREFIX}{first}#{self._turn}"

    def _drop(self, place: str) -> None:
        if place.isdecimal() and int(place) < len(self._typed):
            self._typed = [one for n, one in enumerate(self._typed) if n != int(place)]
            self._draw()

    def _more(self, place: str) -> None:
        row = int(place) if place.isdecimal() else len(self._typed)
        if row >= len(self._typed) or not self.rows[row].adds:
            return
        self._typed = [with_part(one) if n == row else one for n, one in enumerate(self._typed)]
        self._draw()
        self.focus = f"{PREFIX}{self.rows[row].specs[-2].name}#{self._turn}"

    async def _work_out(self, *, told: bool) -> None:
        """The effect of what is typed. What cannot be is told beside its field, when it was asked for."""
        if not self._typed:
            self._tell(None)
            return
        try:
            _, day, deltas = self._values()
            sow_id = self._sow
            self._tell(await read(lambda session, who: _effect(session, who, sow_id, deltas, day)))
        except PsaError as error:
            self._tell(None, "The effect stands here once every field is right.")
            if told:
                self._refuse(error)

    def _values(self) -> tuple[str, date, tuple[Delta, ...]]:
        found = FieldProblems()
        day = found.tried(
            lambda: fields.iso_date(self._head["effective_on"], "effective_on"), date(2000, 1, 1)
        )
        deltas = deltas_in(self._typed, self._currency, found)
        found.stop_if_any()
        return self._head["title"], day, tuple(deltas)

    async def _write(self) -> ChangeOrder:
        title, day, deltas = self._values()
        sow_id, order_id, version = self._sow, self._order, self._version
        values: dict[str, Any] = {
            "title": title,
            "reason": self._head["reason"],
            "effective_on": day,
            "deltas": write_deltas(deltas),
        }
        if order_id:
            return await write(
                lambda session, who: change_change_order(session, who, order_id, version=version, **values)
            )
        return await write(lambda session, who: draft_change_order(session, who, sow_id, **values))

    def _refuse(self, error: PsaError) -> None:
        self.is_stale = isinstance(error, Stale)
        self.errors = field_errors(error)
        first = next((name for name in self.errors if name not in ("form", "deltas")), "")
        if first:
            self._turn += 1
            place = next((row for row in self.rows if row.error_name == first), None)
            self.focus = f"{PREFIX}{place.specs[0].name if place else first}#{self._turn}"


def _effect(session: Session, who: Actor, sow_id: int, deltas: tuple[Delta, ...], day: date) -> Effect:
    sow, _ = new_order(session, who, sow_id)
    return effect_of(session, who, sow, deltas, day)


def _zone(session: Session, _: Actor) -> str:
    return session.exec(select(Firm.time_zone)).one()
