"""The form of a credit note: what of each line is given back, and what becomes of its work."""

from datetime import date
from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.display.credit import CreditRow
from psa_app.display.figures import Fact
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Firm, Invoice
from psa_app.queries.invoices.credited import CreditableLine, creditable
from psa_app.queries.invoices.one import find_invoice
from psa_app.rules import fields, hours, money
from psa_app.rules.deposits import USED
from psa_app.rules.money import Money
from psa_app.services.invoices.credit import CreditLine, CreditPreview, credit_invoice, preview_credit
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.invoices.past_close import NAME as PAST_CLOSE

KEEP, RELEASE, WRITE_OFF = "keep", "release", "write_off"
OF_DEPOSIT = (Option(KEEP, "Leave as it is"), Option(RELEASE, "Credit, open on the deposit again"))
CHOICES = (
    Option(KEEP, "Leave as it is"),
    Option(RELEASE, "Credit, bill again later"),
    Option(WRITE_OFF, "Credit, write off"),
)


class CreditState(rx.State):
    """The dialog over an invoice; `rows` are the lines of which something is left."""

    open: bool = False
    rows: list[CreditRow] = []
    currency: str = ""
    today: str = ""
    errors: dict[str, str] = {}
    preview: list[Fact] = []
    total: str = ""  # what it gives back, with tax
    form_key: int = 0
    _invoice: int = 0
    _found: tuple[CreditableLine, ...] = ()
    _seen: tuple[CreditLine, ...] = ()
    _typed: dict[str, str] = {}

    @rx.event
    @allow("invoices.credit")
    async def begin(self) -> None:
        """Opens the form for the invoice that the address names."""
        word = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        self._invoice = await read(lambda session, who: find_invoice(session, who, word))
        found, self.currency, today = await read(lambda session, who: _view(session, who, self._invoice))
        self._found, self.today = found, today.isoformat()
        await self._choose(RELEASE if len(found) == 1 else KEEP)
        self.open = True

    @rx.event
    @allow("invoices.credit")
    async def choose(self, choice: str) -> None:
        """Sets all lines to one choice, with all that is left of each."""
        await self._choose(choice if choice in (RELEASE, WRITE_OFF) else KEEP)

    async def _choose(self, choice: str) -> None:
        self.rows = [_row(one, self.currency, choice) for one in self._found]
        self._typed = {f"choice-{row.id}": row.choice for row in self.rows}
        self._typed |= {f"value-{row.id}": row.value for row in self.rows}
        self.form_key += 1
        await self._total()

    @rx.event
    @allow("invoices.credit")
    async def look(self, name: str, typed: str) -> None:
        """Shows what the credit note comes to with what is chosen and typed now."""
        if name in self._typed:
            self._typed[name] = typed.strip()[:40]
            await self._total()

    async def _total(self) -> None:
        """The running total; what cannot be counted yet is told beside its field."""
        self.errors, self.preview, self._seen, self.total = {}, [], (), ""
        chosen = [row for row in self.rows if self._typed[f"choice-{row.id}"] in (RELEASE, WRITE_OFF)]
        if not chosen:
            return
        try:
            lines = tuple(_line(row, self._typed, self.currency) for row in chosen)
            found = await read(lambda s, who: preview_credit(s, who, self._invoice, lines=lines))
        except PsaError as error:
            self.errors = _placed(field_errors(error), chosen)
            return
        self._seen, self.preview = lines, _preview(found, self.currency)
        self.total = words.money(found.total, self.currency)

    @rx.event
    @allow("invoices.credit")
    def close(self) -> None:
        """Closes the form."""
        self.open = False

    @rx.event
    @allow("invoices.credit")
    async def save(self, data: dict[str, Any]) -> Any:
        """Shows what the credit note comes to; pressed again, it is issued and opened."""
        names = [f"{part}-{row.id}" for row in self.rows for part in ("choice", "value")]
        values = form_values(data, ("issued_on", "reason", PAST_CLOSE, *names))
        chosen = [row for row in self.rows if values[f"choice-{row.id}"] in (RELEASE, WRITE_OFF)]
        try:
            lines = tuple(_line(row, values, self.currency) for row in chosen)
            day = fields.iso_date(values["issued_on"], "issued_on") if values["issued_on"] else None
            if lines != self._seen:
                found = await read(lambda s, who: preview_credit(s, who, self._invoice, lines=lines))
                self.errors, self._seen = {}, lines
                self.preview = _preview(found, self.currency)
                return None
            asked: dict[str, Any] = {"lines": lines, "reason": values["reason"], "issued_on": day}
            asked[PAST_CLOSE] = values[PAST_CLOSE]
            made = await write(lambda session, who: credit_invoice(session, who, self._invoice, **asked))
        except PsaError as error:
            self.errors = _placed(field_errors(error), chosen)
            return None
        self.open = False
        await say(self, f"{made.number} is issued and on its way.")
        return rx.redirect(routes.invoice(made.number))


def _preview(found: CreditPreview, currency: str) -> list[Fact]:
    def amount(minor: int) -> str:
        return words.money(minor, currency)

    facts = [
        Fact("Net", amount(found.net)),
        Fact("Tax", amount(found.tax)),
        Fact("The credit note gives back", amount(found.total), tone="strong"),
        Fact("Still open on the invoice", amount(found.open)),
    ]
    return (
        [*facts, Fact("Becomes credit on account", amount(found.on_account))] if found.on_account else facts
    )


def _view(session: Session, who: Actor, invoice_id: int) -> tuple[tuple[CreditableLine, ...], str, date]:
    zone = session.exec(select(Firm.time_zone)).one()
    currency = session.get_one(Invoice, invoice_id).currency
    return creditable(session, who, invoice_id), currency, clock.today(zone)


def _row(one: CreditableLine, currency: str, choice: str) -> CreditRow:
    """What cannot be billed again is written off instead."""
    choices = [option for option in CHOICES if option.value != RELEASE or one.can_release]
    is_use = one.kind == USED
    choices = list(OF_DEPOSIT) if is_use else choices
    minutes = one.left.minutes
    amount = words.money(one.left.most, currency)
    choice = choice if one.can_release or choice != RELEASE else WRITE_OFF
    return CreditRow(
        id=str(one.id),
        text=one.description,
        sub=one.detail,
        left=amount if minutes is None else f"{hours.h_mm(minutes)} h, {amount}",
        value=money.plain(one.left.most, currency) if minutes is None else hours.h_mm(minutes),
        is_time=minutes is not None,
        choice=RELEASE if is_use and choice != KEEP else choice,
        choices=choices,
    )


def _line(row: CreditRow, values: dict[str, str], currency: str) -> CreditLine:
    """What was typed; all that is left when that stands there, or nothing does."""
    typed, field = values[f"value-{row.id}"], f"value-{row.id}"
    release = values[f"choice-{row.id}"] == RELEASE
    if typed in ("", row.value):
        return CreditLine(int(row.id), release=release)
    if row.is_time:
        return CreditLine(int(row.id), minutes=hours.parse_duration(typed, field), release=release)
    amount = Money(money.parse_amount(typed, currency, field), currency)
    return CreditLine(int(row.id), amount=amount, release=release)


def _placed(errors: dict[str, str], chosen: list[CreditRow]) -> dict[str, str]:
    """The service names lines by their place, the form by their id; what has no field stands at the foot."""
    places = {f"lines.{place}": f"value-{row.id}" for place, row in enumerate(chosen)}
    own = {name: name for name in ("reason", "issued_on", *places.values())}
    placed: dict[str, str] = {}
    for name, sentence in errors.items():
        field = places.get(name) or own.get(name, "form")
        placed[field] = " ".join(filter(None, (placed.get(field), sentence)))
    return placed
