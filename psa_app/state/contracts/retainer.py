"""The statement of a retainer for staff: its periods, the work of one, top-ups, adjustments, closing."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact
from psa_app.display.tables import Row
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.formats import words
from psa_app.queries.retainers.lines import Agreed
from psa_app.queries.retainers.statement import RetainerStatement, retainer_statement
from psa_app.queries.retainers.words import amount
from psa_app.rules import fields, hours, money
from psa_app.rules.money import Money
from psa_app.services.retainers.acts import adjust_retainer, top_up_retainer
from psa_app.services.retainers.close import close_retainer_period
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.retainer_words import draw_rows, period_rows, statement_facts, statement_files
from psa_app.state.contracts.sow import id_in


class RetainerState(rx.State):
    """The retainer that the address names; `?period=3` shows the work of that period."""

    line_title: str = ""
    subtitle: str = ""
    sow: str = ""
    sow_href: str = ""
    periods: list[Row] = []
    work: list[Row] = []
    work_of: str = ""
    pdf: str = ""
    files: list[str] = []
    work_files: list[str] = []
    facts: list[Fact] = []
    to_close: str = ""
    of_money: bool = False
    currency: str = ""
    may_act: bool = False
    dialog: str = ""  # top_up | adjust | close
    errors: dict[str, str] = {}
    is_ready: bool = False
    is_missing: bool = False
    _line: int = 0
    _period: int = 0

    @rx.event
    @allow("sows.read")
    async def load(self) -> None:
        """Loads the statement."""
        wanted = str(self.router.url.query_parameters.get("period", ""))
        try:
            self._line = id_in(str(self.router.url.path))
            self._period = int(wanted) if wanted.isdecimal() and len(wanted) < 7 else 0
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.line_title = True, "Retainer"

    async def _load(self) -> None:
        line, period = self._line, self._period or None
        found = await read(lambda session, who: retainer_statement(session, who, line, period))
        self._show(found)
        self.may_act = may(actor(), "invoices.draft")
        self.is_ready, self.is_missing = True, False

    def _show(self, found: RetainerStatement) -> None:
        of = found.of
        self.line_title, self.subtitle = of.line.title, found.account.name
        self.sow, self.sow_href = f"{of.sow.number} {of.sow.title}", routes.sow(int(of.sow.id or 0))
        self.periods, self.work = period_rows(found, routes.retainer(of.id)), draw_rows(found)
        chosen, over = found.chosen, found.to_close
        self.pdf, self.files, self.work_files = statement_files(found)
        self.work_of = words.day_range(chosen.starts_on, chosen.ends_on) if chosen else ""
        self.to_close = words.day_range(over.starts_on, over.ends_on) if over else ""
        self.facts = [Fact("Agreed in", self.sow, self.sow_href), *statement_facts(found)]
        self.of_money, self.currency = of.of_money, of.sow.currency

    @rx.event
    @allow("invoices.draft")
    def ask(self, dialog: str) -> None:
        """Opens a dialog."""
        self.errors, self.dialog = {}, dialog if dialog in ("top_up", "adjust", "close") else ""

    @rx.event
    @allow("invoices.draft")
    def close(self) -> None:
        """Closes the open dialog."""
        self.dialog = ""

    @rx.event
    @allow("invoices.draft")
    async def top_up(self, data: dict[str, Any]) -> None:
        """Adds what the client bought besides."""
        typed = form_values(data, ("units", "price", "periods", "note"))

        def act(session: Session, who: Actor) -> str:
            of = retainer_statement(session, who, self._line).of
            units, currency = _units(of, typed["units"]), of.sow.currency
            price = Money(money.parse_amount(typed["price"] or "0", currency, "price"), currency)
            given = {"units": units, "price": price, "periods": _periods(typed["periods"])}
            top_up_retainer(session, who, of.id, note=typed["note"], **given)  # type: ignore[arg-type]
            return f"{amount(of, units)} added. The price comes on the next draft."

        await self._do(act)

    @rx.event
    @allow("invoices.draft")
    async def adjust(self, data: dict[str, Any]) -> None:
        """Corrects what the retainer holds."""
        typed = form_values(data, ("units", "periods", "reason"))

        def act(session: Session, who: Actor) -> str:
            of = retainer_statement(session, who, self._line).of
            text = typed["units"].replace("−", "-")
            units = -_units(of, text.removeprefix("-")) if text.startswith("-") else _units(of, text)
            periods = _periods(typed["periods"])
            adjust_retainer(session, who, of.id, units=units, reason=typed["reason"], periods=periods)
            return f"Adjusted by {amount(of, units)}."

        await self._do(act)

    @rx.event
    @allow("invoices.draft")
    async def close_period(self) -> None:
        """Closes the first open period."""
        line = self._line

        def act(session: Session, who: Actor) -> str:
            closed = close_retainer_period(session, who, line)
            return f"{words.day_range(closed.starts_on, closed.ends_on)} is closed."

        await self._do(act)

    async def _do(self, act: Any) -> None:
        try:
            told = await write(act)
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog, self.errors = "", {}
        await self._load()
        await say(self, told)


def _units(of: Agreed, text: str) -> int:
    """Minutes of "5:30", or minor units of an amount. Raises `Invalid` (field "units")."""
    if not text:
        raise Invalid("Say how much.", "units")
    if of.of_money:
        return money.parse_amount(text, of.sow.currency, "units")
    return hours.parse_duration(text, "units")


def _periods(text: str) -> int:
    return fields.optional_whole(text, "periods") or 0
