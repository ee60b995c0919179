"""Who owes what: by client and age, invoice by invoice, what was said, and reminders."""

from datetime import date
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.receivables import Said
from psa_app.display.tables import Cell, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.queries.receivables.listing import Debtor, ReceivablesPage, receivables
from psa_app.queries.receivables.standing import Receivable
from psa_app.rules import fields
from psa_app.services.reminders.follow import follow_up
from psa_app.services.reminders.plans import start_reminders
from psa_app.services.reminders.send import remind
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write

FORM = ("promised_on", "is_disputed", "is_paused", "note")


class ReceivablesState(rx.State):
    """The two lists, and the form of what was said about an invoice."""

    clients: list[Row] = []
    sums: list[Cell] = []
    invoices: list[Row] = []
    client: str = ""
    statement: str = ""
    subtitle: str = ""
    has_plan: bool = True
    may_plan: bool = False
    about: int = 0
    said: Said = Said()
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _found: ReceivablesPage | None = None

    @rx.event
    @allow("payments.record")
    async def load(self) -> None:
        """Loads what is owed, by one client if the address names it."""
        await self._load()

    async def _load(self) -> None:
        word = str(self.router.url.query_parameters.get("client", ""))
        client_id = int(word) if word.isdecimal() and word.isascii() and len(word) < 10 else None
        found = await read(lambda session, who: receivables(session, who, client_id=client_id))
        self._found = found
        self.clients = [_client(one, found) for one in found.debtors]
        self.sums = [Cell("Total", kind="strong"), *_amounts(found.ages, found.currency)]
        self.invoices = [_invoice(one, found.today) for one in found.invoices]
        self.client = next((one.client for one in found.debtors if one.account_id == client_id), "")
        self.statement = routes.statement(client_id) if client_id else ""
        late = sum(found.ages[1:])
        owed = words.money(sum(found.ages), found.currency)
        self.subtitle = f"{owed} open, {words.money(late, found.currency)} of it over due"
        self.has_plan = found.has_plan or not found.invoices
        self.may_plan = may(actor(), "firm.money")
        self.is_ready = True

    @rx.event
    @allow("payments.record")
    def ask(self, invoice_id: int) -> None:
        """Opens the form for what a client said about an invoice."""
        rows = self._found.invoices if self._found else ()
        one = next((row for row in rows if row.id == invoice_id), None)
        if one is None:
            return
        day = one.standing.promised_on
        self.said = Said(
            one.number,
            day.isoformat() if day else "",
            one.standing.is_disputed,
            one.standing.is_paused,
            one.note,
        )
        self.about, self.errors = invoice_id, {}
        self.form_key += 1

    @rx.event
    @allow("payments.record")
    def close(self) -> None:
        """Closes the form."""
        self.about = 0

    @rx.event
    @allow("payments.record")
    async def save(self, data: dict[str, Any]) -> None:
        """Keeps what was said."""
        values, invoice_id = form_values(data, FORM), self.about
        try:
            promised = (
                fields.iso_date(values["promised_on"], "promised_on") if values["promised_on"] else None
            )
            said: dict[str, Any] = {
                "promised_on": promised,
                "is_disputed": values["is_disputed"] == "on",
                "is_paused": values["is_paused"] == "on",
                "note": values["note"],
            }
            await write(lambda session, who: follow_up(session, who, invoice_id, **said))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.about = 0
        await self._load()
        await say(self, "Noted.")

    @rx.event
    @allow("payments.record")
    async def remind(self, invoice_id: int) -> None:
        """Sends the next reminder now."""
        made = await write(lambda session, who: remind(session, who, invoice_id))
        await self._load()
        await say(self, f"The reminder of {made.number} is on its way.")

    @rx.event
    @allow("firm.money")
    async def start(self) -> None:
        """Makes the usual plan."""
        await write(start_reminders)
        await self._load()
        await say(self, "Clients are reminded from now on. Settings hold the days and words.")


def _client(one: Debtor, page: ReceivablesPage) -> Row:
    cells = [
        Cell(one.client, sub=f"first due {words.day(one.since)}", kind="strong"),
        *_amounts(one.ages, page.currency),
    ]
    href = routes.with_query(routes.RECEIVABLES, client=one.account_id)
    return Row(str(one.account_id), cells, href=href, name=one.client)


def _amounts(ages: tuple[int, ...], currency: str) -> list[Cell]:
    """Each age, and the sum."""

    def cell(amount: int, kind: str) -> Cell:
        text = words.money(amount, currency) if amount else "–"
        return Cell(text, align="right", kind=kind if amount else "muted")

    late = ["text", "warn", "warn", "bad", "bad"]
    cells = [cell(amount, kind) for amount, kind in zip(ages, late, strict=True)]
    return [*cells, cell(sum(ages), "strong")]


def _invoice(one: Receivable, today: date) -> Row:
    over = one.days_over(today)
    when = f"{over} {'day' if over == 1 else 'days'} over" if over else "not due"
    held = words.with_days(one.held(today))
    last = max(one.sent.values(), default=None)
    reminded = f"{len(one.sent)}, last {words.day(last, year=False)}" if last else "None yet"
    contact = words.day(one.last_contact.date(), year=False) if one.last_contact else "–"
    cells = [
        Cell(one.number, sub=one.client, kind="strong"),
        Cell(words.day(one.due_on), sub=when, kind="bad" if over > 30 else "warn" if over else "text"),
        Cell(words.money(one.rest, one.currency), align="right"),
        Cell(
            held or one.note or "–",
            sub=one.note if held else "",
            kind="text" if held or one.note else "muted",
        ),
        Cell(reminded, sub=_next(one, today), kind="text" if last else "muted"),
        Cell("Not delivered", kind="badge", tone="bad", icon="warning", tip=one.bounced)
        if one.bounced
        else Cell(contact, kind="text" if one.last_contact else "muted"),
    ]
    return Row(str(one.id), cells, href=routes.invoice(one.number), name=one.number)


def _next(one: Receivable, today: date) -> str:
    if one.held(today):
        return "none for now"
    step = one.next(today)
    if step is None:
        return "no further one" if one.steps else "no plan"
    side = "after" if step.days >= 0 else "before"
    return f"next {abs(step.days)} days {side} it is due"
