"""The books: a period handed to accounting, what was handed out before, and how far they are closed."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, may, require, scoped
from psa_app.display.forms import Option
from psa_app.display.tables import Cell, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.formats.ledger import FORMATS
from psa_app.models import Firm, LedgerExport
from psa_app.rules import fields
from psa_app.services.books.export import Format, export_ledger
from psa_app.services.books.lock import close_books, open_books_again
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write

KNOWN: dict[str, Format] = {
    "hledger": "hledger",
    "beancount": "beancount",
    "quickbooks": "quickbooks",
    "xero": "xero",
}
MOST = 50


class BooksState(rx.State):
    """Exports, the form for the next one, and the lock."""

    rows: list[Row] = []
    formats: list[Option] = [Option(key, label) for key, label in FORMATS]
    first: str = ""
    last: str = ""
    closed: str = ""
    may_open: bool = False
    opening: bool = False
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False

    @rx.event
    @allow("books.export")
    async def load(self) -> None:
        """Loads what was exported; the form proposes last month."""
        await self._load()

    async def _load(self) -> None:
        found, firm = await read(_found)
        zone = ZoneInfo(firm.time_zone)
        labels = dict(FORMATS)
        self.rows = [
            Row(
                str(one.id),
                [
                    Cell(words.day_range(one.first_on, one.last_on), kind="strong"),
                    Cell(labels.get(one.format, one.format)),
                    Cell(words.number(one.lines), align="right"),
                    Cell(words.moment(one.at, zone)),
                ],
                href=routes.ledger_file(int(one.id or 0)),
                name=f"export of {words.day_range(one.first_on, one.last_on)}",
            )
            for one in found
        ]
        month = clock.today(firm.time_zone).replace(day=1)
        last = month.fromordinal(month.toordinal() - 1)
        self.first, self.last = last.replace(day=1).isoformat(), last.isoformat()
        self.closed = words.day(firm.books_closed_through) if firm.books_closed_through else ""
        self.may_open = may(actor(), "books.open")
        self.errors = {}
        self.form_key += 1
        self.is_ready = True

    @rx.event
    @allow("books.export")
    async def export(self, data: dict[str, Any]) -> Any:
        """Hands the period out and saves its file."""
        values = form_values(data, ("first_on", "last_on", "format"))
        try:
            days = {name: fields.iso_date(values[name], name) for name in ("first_on", "last_on")}
            form = KNOWN.get(values["format"])
            if form is None:
                raise Invalid("Choose a format.", "format")
            made = await write(lambda s, who: export_ledger(s, who, format=form, **days))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        export_id = int(made.id or 0)
        await self._load()
        return rx.download(url=routes.ledger_file(export_id))

    @rx.event
    @allow("books.close")
    async def close(self, data: dict[str, Any]) -> None:
        """Closes the books up to a day."""
        text = form_values(data, ("through",))["through"]
        try:
            if not text:
                raise Invalid("Choose the last day to close.", "through")
            day = fields.iso_date(text, "through")
            await write(lambda session, who: close_books(session, who, through=day))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._load()
        await say(self, f"The books are closed up to {words.day(day)}.")

    @rx.event
    @allow("books.open")
    def ask_open(self, open: bool = True) -> None:  # noqa: A002 - as in HTML
        """Opens or closes the question before the books are opened again."""
        self.opening, self.errors = open, {}

    @rx.event
    @allow("books.open")
    async def open_again(self, data: dict[str, Any]) -> None:
        """Opens closed books again, with a reason."""
        values = form_values(data, ("reason", "back_to"))
        try:
            back = fields.iso_date(values["back_to"], "back_to") if values["back_to"] else None
            reason = values["reason"]
            await write(lambda s, who: open_books_again(s, who, reason=reason, through=back))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.opening = False
        await self._load()
        await say(self, "The books are open again.")


def _found(session: Session, who: Actor) -> tuple[list[LedgerExport], Firm]:
    require(who, "books.export")
    latest = scoped(who, LedgerExport).order_by(col(LedgerExport.id).desc()).limit(MOST)
    return list(session.scalars(latest)), session.exec(select(Firm)).one()
