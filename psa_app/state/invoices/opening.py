"""Opening balances: what a firm that moved in took over, and the two forms for more."""

from typing import Any

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.figures import Waiting
from psa_app.display.forms import Option
from psa_app.display.tables import Cell, Column, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.invoices.opening import Opening, Taken, opening_balances
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services.invoices.take_over import take_over_credit, take_over_invoice
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write

COLUMNS = [
    Column("client", "Client"),
    Column("day", "Day", width="140px"),
    Column("amount", "Amount", align="right", width="160px"),
]
ELSEWHERE = (
    (
        "time.import",
        "Unbilled work",
        "Time comes in from a file; what is approved is billed next.",
        routes.TIME_IMPORT,
    ),
    (
        "invoices.draft",
        "What is left of retainers",
        "Open the scope, then its retainer, and adjust it.",
        routes.SOWS,
    ),
    (
        "firm.change",
        "Last numbers",
        "Say which number comes next, so that each series goes on.",
        f"{routes.SETTINGS}?tab=series",
    ),
)
FIELDS = ("account_id", "currency", "amount", "received_on", "reference", "number", "issued_on", "due_on")


class OpeningState(rx.State):
    """Both lists; `dialog` is credit or invoice while its form is open."""

    invoices: list[Row] = []
    credits: list[Row] = []
    clients: list[Option] = []
    currency: str = ""
    today: str = ""
    elsewhere: list[Waiting] = []
    may_invoice: bool = False
    dialog: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False

    @rx.event
    @allow("payments.record")
    async def load(self) -> None:
        """Loads what was taken over."""
        await self._load()

    async def _load(self) -> None:
        found, firm = await read(_found)
        self.invoices = [_row(one) for one in found.invoices]
        self.credits = [_row(one) for one in found.credits]
        self.clients = [Option(str(key), name) for key, name in found.clients]
        self.currency = firm.base_currency
        self.today = clock.today(firm.time_zone).isoformat()
        self.elsewhere = [
            Waiting(title, title, sub, href) for right, title, sub, href in ELSEWHERE if may(actor(), right)
        ]
        self.may_invoice = may(actor(), "invoices.issue")
        self.is_ready = True

    @rx.event
    @allow("payments.record")
    def ask(self, dialog: str) -> None:
        """Opens a form; "" closes it."""
        self.dialog, self.errors = dialog if dialog in ("credit", "invoice") else "", {}
        self.form_key += 1

    @rx.event
    @allow("payments.record")
    async def save(self, data: dict[str, Any]) -> None:
        """Takes over what the open form says."""
        values, is_credit = form_values(data, FIELDS), self.dialog == "credit"
        try:
            if not values["account_id"].isdecimal():
                raise Invalid("Choose a client.", "account_id")
            of = int(values["account_id"])
            currency = values["currency"].strip().upper()
            amount = Money(money.parse_amount(values["amount"], currency, "amount"), currency)
            if is_credit:
                day = fields.iso_date(values["received_on"], "received_on")
                told = {"amount": amount, "received_on": day, "reference": values["reference"]}
                await write(lambda s, who: take_over_credit(s, who, account_id=of, **told))  # type: ignore[arg-type]
            else:
                days = {key: fields.iso_date(values[key], key) for key in ("issued_on", "due_on")}
                number = values["number"]
                await write(
                    lambda s, who: take_over_invoice(
                        s, who, account_id=of, number=number, amount=amount, **days
                    )
                )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog = ""
        await self._load()
        await say(self, f"{words.money(amount.amount, amount.currency)} taken over.")


def _found(session: Session, who: Actor) -> tuple[Opening, Firm]:
    return opening_balances(session, who), session.exec(select(Firm)).one()


def _row(one: Taken) -> Row:
    cells = [
        Cell(one.client, sub=one.number, kind="strong"),
        Cell(words.day(one.day) if one.day else "–"),
        Cell(words.money(one.amount, one.currency), align="right"),
    ]
    href = routes.invoice(one.invoice_id) if one.invoice_id else ""
    return Row(str(one.id), cells, href=href, name=f"{one.client} {one.number}")
