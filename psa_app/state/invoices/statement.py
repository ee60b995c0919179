"""A client's statement of account, for the firm and in the portal."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.figures import Fact
from psa_app.display.statements import StatementTable
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound, PsaError
from psa_app.formats import words
from psa_app.queries.books.statement import Statement, client_statement, what_words
from psa_app.rules import fields, statements
from psa_app.state.base import actor, allow, field_errors, form_values, read
from psa_app.state.invoices.deposits import open_facts


class StatementView(rx.State, mixin=True):
    """What both pages show."""

    title: str = "Statement of account"
    tables: list[StatementTable] = []
    deposits: list[Fact] = []
    first: str = ""
    last: str = ""
    pdf: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _is_portal: bool = False

    async def _show(self, account_id: int, first: str, last: str) -> None:
        try:
            days = [
                fields.iso_date(text, name) if text else None
                for text, name in ((first, "from"), (last, "to"))
            ]
            found = await read(lambda s, who: _found(s, who, account_id, days[0], days[1]))
        except NotFound:
            raise
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.errors = {}
        self.title = f"Statement: {found.client}"
        self.tables = [_table(one, found) for one in found.accounts]
        self.deposits = open_facts(found.deposits, portal=self._is_portal)
        self.first, self.last = found.first.isoformat(), found.last.isoformat()
        self.pdf = routes.statement_pdf(account_id, self.first, self.last)
        self.form_key += 1
        self.is_ready = True


class StatementState(StatementView, rx.State):
    """The firm's page of one client's statement."""

    client_href: str = ""

    @rx.event
    @allow("payments.record")
    async def load(self) -> None:
        """Loads the client and the period that the address names."""
        asked = self.router.url.query_parameters
        word = str(asked.get("client", ""))
        if not (word.isdecimal() and word.isascii() and len(word) < 10):
            raise NotFound()
        self.client_href = routes.client(int(word))
        await self._show(int(word), str(asked.get("from", "")), str(asked.get("to", "")))

    @rx.event
    @allow("payments.record")
    def choose(self, data: dict[str, Any]) -> Any:
        """Goes to another period."""
        values = form_values(data, ("from", "to"))
        client = str(self.router.url.query_parameters.get("client", ""))
        return rx.redirect(routes.with_query(routes.STATEMENT, client=client, **values), replace=True)


class PortalStatementState(StatementView, rx.State):
    """The client's own page."""

    _is_portal: bool = True

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the client's own statement."""
        asked = self.router.url.query_parameters
        who = actor()
        await self._show(who.account_id or 0, str(asked.get("from", "")), str(asked.get("to", "")))

    @rx.event
    @allow("portal.read")
    def choose(self, data: dict[str, Any]) -> Any:
        """Goes to another period."""
        values = form_values(data, ("from", "to"))
        return rx.redirect(routes.with_query(routes.PORTAL_STATEMENT, **values), replace=True)


def _found(session: Session, who: Actor, account_id: int, first: date | None, last: date | None) -> Statement:
    return client_statement(session, who, account_id, first, last)


def _table(one: statements.Account, found: Statement) -> StatementTable:
    said = what_words("en")

    def amount(minor: int) -> str:
        return words.money(minor, one.currency)

    rows = [_row("opening", found.first, "Opening balance", ("", "", amount(one.opening)))]
    for place, row in enumerate(one.rows):
        up, down = (amount(row.amount), "") if row.amount > 0 else ("", amount(-row.amount))
        rows.append(
            _row(
                str(place), row.on, f"{said[row.what]} {row.number}".strip(), (up, down, amount(row.balance))
            )
        )
    return StatementTable(one.currency, rows, amount(one.closing))


def _row(row_id: str, day: date, what: str, amounts: tuple[str, str, str]) -> Row:
    cells = [Cell(text or "–", align="right", kind="text" if text else "muted") for text in amounts]
    return Row(row_id, [Cell(words.day(day)), Cell(what), *cells], name=what)
