"""Invoices in the client's portal: the list, one with its hours, and paying it."""

from base64 import b64encode
from datetime import date

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.display.figures import Fact
from psa_app.display.paper import Paper, PaperLine
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.expenses.behind import ExpenseBehind
from psa_app.queries.invoices.deposits import client_deposits
from psa_app.queries.portal.invoice import PortalInvoice, PortalInvoiceRow, portal_invoice, portal_invoices
from psa_app.services.identity.sealed import unseal
from psa_app.services.invoices.seen import mark_seen
from psa_app.state.base import allow, read, write
from psa_app.state.contracts.sow import id_in
from psa_app.state.invoices.deposits import open_facts
from psa_app.state.invoices.invoice_words import sheet
from psa_app.state.invoices.invoices import state_of


class PortalInvoicesState(rx.State):
    """The list."""

    rows: list[Row] = []
    deposits: list[Fact] = []
    is_ready: bool = False

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the client's invoices."""
        found, today = await read(_invoices)
        self.rows = [_row(one, today) for one in found]
        left = await read(lambda session, who: client_deposits(session, who, who.account_id or 0))
        self.deposits = open_facts(left, portal=True)
        self.is_ready = True


class InvoiceForClient(rx.State, mixin=True):
    """One invoice as its client sees it; for the portal, and for a link in a mail."""

    number: str = ""
    badge: str = ""
    subtitle: str = ""
    paper: Paper = Paper()
    hours: list[Row] = []
    hours_sum: str = ""
    expenses: list[Row] = []
    expenses_sum: str = ""
    how_to_pay: list[Fact] = []
    qr: str = ""
    pdf: str = ""
    xml: str = ""  # "" where it went out as a PDF alone
    pay_address: str = ""
    token: str = ""  # of the mail's link, for those who are not signed in
    told: str = ""  # what the payment page could not do
    open_text: str = ""
    can_pay: bool = False
    on_its_way: bool = False
    is_paid: bool = False
    just_paid: bool = False  # back from the payment page, and the news is not here yet
    is_ready: bool = False
    is_missing: bool = False
    _invoice: int = 0

    async def _show(self, invoice_id: int, who: Actor | None = None) -> None:
        """Loads the invoice for the signed-in client, or for `who` a link stands for."""
        self._invoice = invoice_id
        await self._look(who)
        await write(lambda session, reader: mark_seen(session, reader, invoice_id), who)

    async def _look(self, who: Actor | None = None) -> None:
        """Loads what is shown once more."""
        invoice_id = self._invoice
        self._fill(await read(lambda session, reader: portal_invoice(session, reader, invoice_id), who))

    def _fill(self, found: PortalInvoice) -> None:
        asked = self.router.url.query_parameters
        self.number = found.number
        credited = found.credited
        self.badge = state_of(
            found.status, found.total, found.open, found.due_on, found.today, credited, found.mark
        )
        self.subtitle = (
            f"{words.money(found.open, found.currency)} · due {words.day(found.due_on)}"
            if (found.open > 0 and found.due_on)
            else ""
        )
        lines = [
            PaperLine(str(key), line.description, line.quantity, line.rate, line.amount, detail=line.sub)
            for key, line in zip(found.line_ids, found.paper.lines, strict=True)
        ]
        self.paper = sheet(found.paper, lines, found.firm_mark)
        self.hours = [
            Row(
                str(place),
                [
                    Cell(words.day(one.day)),
                    Cell(one.person, sub=one.task),
                    Cell(one.note or "–", kind="text" if one.note else "muted"),
                    Cell(words.hours(one.minutes), align="right"),
                ],
            )
            for place, one in enumerate(found.hours)
        ]
        self.hours_sum = f"{words.hours(sum(one.minutes for one in found.hours))} h" if found.hours else ""
        self._fill_expenses(found)
        pay = found.paper.payment
        self.open_text = words.money(found.open, found.currency)
        told = [Fact(one.label, one.value) for one in pay.facts] if pay and found.open > 0 else []
        self.how_to_pay = [*told, Fact("Amount", self.open_text)] if told else []
        self.qr = f"data:image/svg+xml;base64,{b64encode(found.qr.encode()).decode()}" if found.qr else ""
        self.pdf = routes.with_query(routes.invoice_pdf(found.id), token=self.token)
        xml = routes.with_query(routes.invoice_xml(found.id), token=self.token)
        self.xml = xml if found.has_xml else ""
        self.pay_address = routes.pay_invoice(found.id)
        self.told = unseal(asked.get("told", ""), self.pay_address)
        self.just_paid = bool(asked.get("paid")) and found.open > 0
        self.can_pay, self.on_its_way = found.can_pay and not self.just_paid, found.on_its_way
        self.is_paid = found.status == "issued" and found.open <= 0 and credited < found.total
        self.is_ready, self.is_missing = True, False

    def _fill_expenses(self, found: PortalInvoice) -> None:
        self.expenses = [
            Row(
                str(one.id),
                [
                    Cell(words.day(one.day)),
                    Cell(one.description, sub=one.category),
                    Cell(one.project),
                    self._receipt(one),
                    Cell(words.money(one.amount, found.currency), align="right"),
                ],
            )
            for one in found.expenses
        ]
        total = sum(one.amount for one in found.expenses)
        self.expenses_sum = words.money(total, found.currency) if found.expenses else ""

    def _receipt(self, one: ExpenseBehind) -> Cell:
        """The first receipt as a link, where the firm shows it."""
        if not one.receipts:
            return Cell("–", kind="muted")
        file = one.receipts[0]
        return Cell(file.name, href=routes.with_query(routes.attachment(file.id), token=self.token))


class PortalInvoiceState(InvoiceForClient, rx.State):
    """The page of a signed-in client."""

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the invoice that the address names."""
        try:
            await self._show(id_in(str(self.router.url.path)))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.number = True, "Invoice"


def _invoices(session: Session, who: Actor) -> tuple[list[PortalInvoiceRow], date]:
    return portal_invoices(session, who), clock.today(session.exec(select(Firm.time_zone)).one())


def _row(one: PortalInvoiceRow, today: date) -> Row:
    word = badge(state_of(one.status, one.total, one.open, one.due_on, today, one.credited, one.mark))
    cells = [
        Cell(one.number, kind="strong"),
        Cell(words.day(one.issued_on) if one.issued_on else "–"),
        Cell(words.day(one.due_on) if one.due_on else "–"),
        Cell(words.money(one.total, one.currency), align="right"),
        Cell(words.money(one.open, one.currency) if one.open > 0 else "–", align="right"),
        Cell(word.text, kind="badge", tone=word.tone),
    ]
    return Row(str(one.id), cells, href=routes.portal_invoice(one.id), name=one.number)
