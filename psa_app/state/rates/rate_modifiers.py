"""Modifiers of rates: made for the firm, a client or a scope's line, and ended."""

from typing import Any

import reflex as rx

from psa_app import clock
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.rate_matrix import client_choices
from psa_app.queries.rate_modifiers import ModifierLine, draft_lines, modifiers_of
from psa_app.rules import fields, money
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.modifiers import factor_of
from psa_app.services.rates_modifiers import create_modifier, end_modifier, touched_after
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.rates.rate_words import entries_of

FIELDS = (
    "name",
    "factor_ppm",
    "plus_minor",
    "currency",
    "account_id",
    "sow_line_id",
    "valid_from",
    "valid_to",
)


class RateModifiersState(rx.State):
    """The list, the form for a new one, and the question for a last day."""

    rows: list[Row] = []
    may_change: bool = False
    is_ready: bool = False
    adding: bool = False
    ending: int = 0
    ending_name: str = ""
    effect: str = ""
    endable: list[str] = []
    lines: list[Option] = []
    clients: list[Option] = []
    answered: str = ""
    today: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _lines: dict[int, ModifierLine] = {}
    _seen: str = ""

    @rx.event
    @allow("rates.read")
    async def load(self) -> None:
        """Loads the list."""
        found = await read(modifiers_of)
        self._lines = {one.row.id: one for one in found}
        self.rows = [_row(one) for one in found]
        self.may_change = may(actor(), "rates.change")
        self.endable = [str(one.row.id) for one in found if not one.is_fixed]
        self.today = clock.now().date().isoformat()
        self.is_ready = True

    @rx.event
    @allow("rates.change")
    async def add(self) -> None:
        """Opens the form for a new modifier."""
        self._reset()
        found = await read(draft_lines)
        self.lines = [Option(str(key), name) for key, name in found]
        self.adding = True

    @rx.event
    @allow("rates.read")
    async def find(self, text: str) -> None:
        """Clients to choose from."""
        found = await read(lambda session, who: client_choices(session, who, text))
        self.clients = [Option(str(key), name) for key, name in found]
        self.answered = text

    @rx.event
    @allow("rates.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Makes a modifier."""
        values = form_values(data, FIELDS)
        try:
            inputs = _inputs(values)
            await write(lambda session, who: create_modifier(session, who, **inputs))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self._reset()
        await self.load()
        await say(self, "Modifier made. It can be chosen for time from now on.")

    @rx.event
    @allow("rates.change")
    def ask_end(self, row_id: int) -> None:
        """Asks for the last day of a modifier."""
        self._reset()
        if row_id in self._lines:
            self.ending, self.ending_name = row_id, self._lines[row_id].row.name

    @rx.event
    @allow("rates.change")
    async def end(self, data: dict[str, Any]) -> None:
        """Says which time loses the modifier, then ends it."""
        text = form_values(data, ("last_day",))["last_day"]
        try:
            day = fields.iso_date(text, "last_day")
            one = self._lines[self.ending]
            if self._seen != text:
                many, seconds = await read(lambda session, who: touched_after(session, who, one.row.id, day))
                self._seen, self.errors = text, {}
                if many:
                    self.effect = (
                        f"{entries_of(many)} not approved yet ({h_mm_seconds(seconds)}) after that day"
                        " will get the plain rate. Save again to confirm."
                    )
                    return
            await write(
                lambda session, who: end_modifier(session, who, one.row.id, version=one.version, last_day=day)
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self._reset()
        await self.load()
        await say(self, "The modifier ends on that day.")

    @rx.event
    @allow("rates.read")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self._reset()

    def _reset(self) -> None:
        self.adding, self.ending, self.effect, self._seen, self.errors = False, 0, "", "", {}
        self.form_key += 1


def _inputs(values: dict[str, str]) -> dict[str, Any]:
    currency = values["currency"].upper() if values["plus_minor"] else ""
    plus = (
        money.parse_amount(values["plus_minor"], currency or "EUR", "plus_minor")
        if values["plus_minor"]
        else 0
    )
    return {
        "name": values["name"],
        "factor_ppm": factor_of(values["factor_ppm"]),
        "plus_minor": plus,
        "currency": currency,
        "account_id": fields.optional_whole(values["account_id"], "account_id"),
        "sow_line_id": fields.optional_whole(values["sow_line_id"], "sow_line_id"),
        "valid_from": fields.iso_date(values["valid_from"], "valid_from"),
        "valid_to": fields.optional_date(values["valid_to"], "valid_to"),
    }


def _row(one: ModifierLine) -> Row:
    row = one.row
    days = f"from {words.day(row.valid_from)}"
    if row.valid_to:
        days = words.day_range(row.valid_from, row.valid_to)
    cells = [
        Cell(row.name, kind="strong"),
        Cell(words.modifier(row.factor_ppm, row.plus, row.currency, one.locale)),
        Cell(one.counts_for or "All work", kind="text" if one.counts_for else "muted"),
        Cell(days),
        Cell(f"{one.entries:,}", align="right"),
    ]
    return Row(str(row.id), cells, name=row.name)
