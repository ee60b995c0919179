"""Rate cards side by side: typed, looked at for what they change, then saved together."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.forms import Option
from psa_app.display.rates import MatrixCard, MatrixLine, Rung
from psa_app.display.tables import Row
from psa_app.errors import Invalid, Problems, PsaError
from psa_app.formats import words
from psa_app.queries.rate_explain import RateExplanation, explain_rate
from psa_app.queries.rate_matrix import (
    CellPast,
    Matrix,
    cell_past,
    client_choices,
    rate_matrix,
    rates_in_cell,
)
from psa_app.rules import fields, money
from psa_app.rules.rate_matrix import level_of
from psa_app.services.rates_matrix import CellChange, MatrixPreview, preview_rates, set_rates
from psa_app.state.base import actor, allow, read, say, show, write
from psa_app.state.rates import rate_words

KEYS = ("of", "client", "currency", "day", "until")
OWNERS = {"account": "account_id", "project": "project_id", "sow_line": "sow_line_id"}
MOST_TYPED = 500


class RateMatrixState(rx.State):
    """The cards that the address names, what was typed over them, and the past of one cell."""

    of: str = "roles"
    client: str = ""
    currency: str = ""
    day: str = ""
    until: str = ""
    client_name: str = ""
    clients: list[Option] = []
    answered: str = ""
    currencies: list[Option] = []
    cards: list[MatrixCard] = []
    rows: list[MatrixLine] = []
    files: list[str] = []
    may_change: bool = False
    is_ready: bool = False
    count: int = 0  # cells that were typed over
    wrong: int = 0
    refused: dict[str, str] = {}
    effect: str = ""
    touched: list[Row] = []
    touched_more: str = ""
    showing: bool = False
    seen: int = 0  # grows with what is shown of the changes: only what was seen is saved
    saved: int = 0
    open_cell: str = ""
    cell_title: str = ""
    cell_verdict: str = ""
    past: list[Row] = []
    rungs: list[Rung] = []
    _typed: dict[str, str] = {}
    _zone: str = "UTC"

    @rx.event
    @allow("rates.read")
    async def load(self) -> Any:
        """Loads the cards of the address; the form for a new rate has moved to the list."""
        query = self.router.url.query_parameters
        if query.get("new"):
            return rx.redirect(routes.with_query(routes.RATE_LIST, **dict(query)), replace=True)
        await self._load({key: str(query.get(key, ""))[:20] for key in KEYS})
        return None

    async def _load(self, asked: Mapping[str, str]) -> None:
        of = "people" if asked["of"] == "people" else "roles"
        client = fields.optional_whole(asked["client"], "client")
        day = fields.optional_date(asked["day"], "day") or clock.now().date()
        currency = asked["currency"].upper()
        if currency:
            money.exponent(currency)
        found = await read(
            lambda session, who: rate_matrix(
                session, who, day=day, of=of, client_id=client, currency=currency
            )
        )
        self._show(found, of, asked)

    def _show(self, found: Matrix, of: str, asked: Mapping[str, str]) -> None:
        self._zone = found.zone
        show(
            self,
            of=of,
            client=asked["client"],
            currency=found.currency,
            day=found.day.isoformat(),
            until=asked["until"],
            client_name=found.client,
            currencies=[Option(code, code) for code in found.currencies],
            cards=rate_words.matrix_cards(found),
            rows=rate_words.matrix_lines(found),
            files=routes.rate_files(of, asked["client"], found.day.isoformat()),
            may_change=may(actor(), "rates.change"),
            is_ready=True,
        )

    def _asked(self) -> dict[str, str]:
        return {
            "of": self.of,
            "client": self.client,
            "currency": self.currency,
            "day": self.day,
            "until": self.until,
        }

    @rx.event
    @allow("rates.read")
    async def narrow(self, key: str, value: str) -> Any:
        """Another client, currency or day. Days move what was typed with them; the rest keeps it first."""
        if key not in KEYS:
            raise Invalid("There is no such choice.")
        if self._typed and key not in ("day", "until"):
            raise Invalid("Save or discard the typed rates first.")
        asked = self._asked() | {key: value[:20]}
        if key == "client":
            asked["currency"] = ""
        await self._load(asked)
        if self._typed:
            await self._look()
        return rx.redirect(routes.with_query(routes.RATES, **self._asked()), replace=True)

    @rx.event
    @allow("rates.read")
    async def find(self, text: str) -> None:
        """Clients to choose from."""
        found = await read(lambda session, who: client_choices(session, who, text))
        self.clients = [Option(str(key), name) for key, name in found]
        self.answered = text

    @rx.event
    @allow("rates.change")
    async def draft(self, text: str) -> None:
        """What stands typed in the cells: says what it would change, and what is wrong."""
        self._typed = _read(text)
        await self._look()

    async def _look(self) -> None:
        self.seen += 1
        typed = dict(self._typed)
        self.count, self.showing = len(typed), self.showing and bool(typed)
        if not typed:
            self._clear()
            return
        try:
            changes, wrong = self._changes(typed)
            first, last = self._days()
            found = await read(
                lambda session, who: preview_rates(
                    session, who, changes=changes, currency=self.currency, valid_from=first, valid_to=last
                )
            )
        except PsaError as error:
            self.refused, self.wrong, self.effect, self.touched = {}, 1, error.sentence, []
            return
        self._show_effect(found, wrong)

    def _show_effect(self, found: MatrixPreview, wrong: dict[str, str]) -> None:
        self.refused = wrong | {cell: words.with_days(why) for cell, why in found.problems.items()}
        self.wrong = len(self.refused)
        sums = found.sums
        self.effect = rate_words.effect_of(sums, "")
        if not sums.entries:
            self.effect = "" if self.wrong == self.count else rate_words.NOTHING
        self.touched = rate_words.touched_rows(found.entries)
        more = sums.entries - len(found.entries)
        self.touched_more = f"And {more:,} more." if more > 0 else ""

    def _days(self) -> tuple[date, date | None]:
        first = fields.iso_date(self.day, "day")
        return first, fields.optional_date(self.until, "until")

    def _changes(self, typed: Mapping[str, str]) -> tuple[tuple[CellChange, ...], dict[str, str]]:
        """The changes that can be read, and a sentence for each cell that cannot."""
        changes: list[CellChange] = []
        wrong: dict[str, str] = {}
        for cell, text in typed.items():
            try:
                amount = money.parse_amount(text, self.currency, "rate") if text.strip() else None
                keys = _keys(cell, self.of)
                level = keys.pop("level")
                changes.append(CellChange(cell, level, amount, **keys))
            except PsaError as error:
                wrong[cell] = error.sentence
        return tuple(changes), wrong

    @rx.event
    @allow("rates.change")
    async def save(self, seen: int) -> None:
        """Saves all cells, or none; only what was shown when the button was pressed."""
        if seen != self.seen or not self._typed:
            return
        changes, wrong = self._changes(self._typed)
        if wrong:
            self.refused, self.wrong = wrong, len(wrong)
            return
        try:
            first, last = self._days()
            await write(
                lambda session, who: set_rates(
                    session, who, changes=changes, currency=self.currency, valid_from=first, valid_to=last
                )
            )
        except Problems as error:
            self.refused, self.wrong = error.fields, len(error.fields)
            return
        many = "Rate saved." if len(changes) == 1 else f"{len(changes)} rates saved."
        await self._reset()
        await say(self, many)

    @rx.event
    @allow("rates.change")
    async def discard(self) -> None:
        """Takes back what was typed."""
        await self._reset()

    async def _reset(self) -> None:
        self._typed = {}
        self.saved += 1
        self._clear()
        await self._load(self._asked())

    def _clear(self) -> None:
        self.count, self.wrong, self.refused, self.effect = 0, 0, {}, ""
        self.touched, self.touched_more, self.showing = [], "", False

    @rx.event
    @allow("rates.change")
    def show_touched(self) -> None:
        """Opens the entries that the changes reprice."""
        self.showing = True

    @rx.event
    @allow("rates.read")
    async def open(self, cell: str) -> None:
        """The past of a cell, and the ladder of its day."""
        of, day, currency = self.of, fields.iso_date(self.day, "day"), self.currency
        keys = _keys(cell, of)
        past, told = await read(lambda session, who: _cell(session, who, keys, day, currency))
        self.past = rate_words.past_rows(past, ZoneInfo(self._zone))
        self.rungs = rate_words.rungs(told.steps, told.currency)
        price = words.money(told.amount, told.currency) if told.amount is not None else "No rate"
        self.cell_title = ", ".join(value for _, value in told.about) or "Everyone"
        when = words.day(told.day)
        self.cell_verdict = (
            f"{price} an hour on {when}." if told.amount is not None else f"No rate on {when}."
        )
        self.open_cell = cell

    @rx.event
    @allow("rates.read")
    def close(self) -> None:
        """Closes whichever dialog is open."""
        self.open_cell, self.showing = "", False


def _cell(
    session: Session, who: Actor, keys: Mapping[str, Any], day: date, currency: str
) -> tuple[list[CellPast], RateExplanation]:
    level, ids = keys["level"], {name: value for name, value in keys.items() if name != "level"}
    blank = dict.fromkeys(("sow_line_id", "project_id", "account_id", "person_id", "role_id"))
    rows = rates_in_cell(session, who, level, currency, **(blank | ids))
    told = explain_rate(session, who, day=day, currency=currency, **ids)
    return cell_past(session, who, rows), told


def _read(text: str) -> dict[str, str]:
    """What was typed, by cell; whatever a browser may send."""
    try:
        found = json.loads(text[:200_000])
    except ValueError:
        found = None
    if not isinstance(found, dict) or len(found) > MOST_TYPED:
        raise Invalid("The page is out of step. Reload it.")
    return {str(cell)[:60]: str(typed)[:40] for cell, typed in found.items()}


def _keys(cell: str, of: str) -> dict[str, Any]:
    """The level and ids of a cell such as "account-3|7"."""
    card, _, row = cell.partition("|")
    kind, _, owner = card.partition("-")
    row_id = fields.whole(row or "0", "cell")
    level = level_of(kind, of, row_id)
    if level is None:
        raise Invalid("No rate belongs here.")
    keys: dict[str, Any] = {"level": level.value}
    if kind in OWNERS:
        keys[OWNERS[kind]] = fields.whole(owner or "0", "cell")
    if row_id:
        keys["role_id" if of == "roles" else "person_id"] = row_id
    return keys
