"""One invoice: the sheet, its acts, the time behind a line, payments."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.figures import Fact, Happening
from psa_app.display.forms import Option
from psa_app.display.paper import Paper
from psa_app.display.states import Badge, badge
from psa_app.display.tables import Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.invoices.one import InvoiceView, entries_behind, find_invoice, one_invoice
from psa_app.queries.invoices.parties import billing_contacts
from psa_app.rules import fields, money
from psa_app.rules.billing import Grouping
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import discard_draft
from psa_app.services.invoices.edit import add_line, change_draft, change_line, regroup_draft, remove_line
from psa_app.services.invoices.issue import issue_invoice, mail_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments.record import reverse_payment, use_credit
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.invoices import invoice_words
from psa_app.state.invoices.invoice_head import read_head
from psa_app.state.invoices.invoices import state_of
from psa_app.state.invoices.past_close import NAME as PAST_CLOSE

HEAD = ("purchase_order", "service_from", "service_to", "payment_days", "bank_account_id", "note")


class InvoiceState(rx.State):
    """What the page shows of the invoice that the address names; `dialog` is the open one."""

    number: str = ""
    client: str = ""
    client_href: str = ""
    badge: Badge = Badge("")
    status: str = ""
    paper: Paper = Paper()
    behind: list[Fact] = []
    payments: list[Row] = []
    refundable: list[str] = []  # the payments of which something can be given back
    happened: list[Happening] = []
    lacks: list[str] = []
    warnings: list[str] = []
    lost: list[str] = []
    credit: str = ""
    pdf: str = ""
    pro_forma: str = ""
    xml: str = ""
    currency: str = ""
    open_text: str = ""
    open_plain: str = ""
    is_draft: bool = False
    is_issued: bool = False
    is_open: bool = False
    may_draft: bool = False
    may_issue: bool = False
    may_void: bool = False
    may_credit: bool = False
    is_note: bool = False
    is_written_off: bool = False
    credits: list[Fact] = []
    notes: list[Fact] = []
    may_record: bool = False
    head: dict[str, str] = {}
    banks: list[Option] = []
    today: str = ""
    line_title: str = ""
    line_text: str = ""
    line_detail: str = ""
    entries: list[Row] = []
    entries_sum: str = ""
    lines: list[Option] = []
    dialog: str = ""  # head | line | add | issue | void | pay | discard | reverse | entries
    about: int = 0
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _invoice: int = 0
    _version: int = 0

    @rx.event
    @allow("invoices.draft")
    async def load(self) -> None:
        """Loads the invoice by id or number; `?line=` opens the time behind a line."""
        word = str(self.router.url.path).rstrip("/").rsplit("/", 1)[-1]
        self._invoice = await read(lambda session, who: find_invoice(session, who, word))
        await self._load()
        line = str(self.router.url.query_parameters.get("line", ""))
        if line == "all":
            await self._show_entries(None)
        elif line.isdecimal() and len(line) < 10:
            await self._show_entries(int(line))

    async def _load(self) -> None:
        found, firm = await read(lambda session, who: _view(session, who, self._invoice))
        self._fill(found, firm, actor())

    def _fill(self, found: InvoiceView, firm: Firm, who: Actor) -> None:
        invoice = found.invoice
        zone = ZoneInfo(firm.time_zone)
        today = clock.today(firm.time_zone)
        address = routes.invoice(int(invoice.id or 0))
        behind = {line_id: f"{address}?line={line_id}" for line_id in found.entries_by_line}
        self.number = invoice.number or "Draft"
        self.client, self.client_href = found.client, routes.client(invoice.account_id)
        self.status, self.badge = invoice.status, standing(found, today)
        self.is_note = invoice.kind == "credit_note"
        self.credits, self.notes = invoice_words.credited_facts(found), invoice_words.note_facts(found)
        self.may_credit = may(who, "invoices.credit") and invoice_words.is_left(found)
        self.paper = invoice_words.paper_of(found, firm.name[:1].upper(), behind)
        self.behind = invoice_words.behind_facts(found)
        self.payments = invoice_words.payment_rows(found)
        self.refundable = invoice_words.refundable(found) if may(who, "payments.refund") else []
        self.happened = invoice_words.happenings(found.events, invoice.currency, zone)
        self.lacks = [lack.sentence for lack in found.lacks if not lack.is_warning]
        warned = [lack.sentence for lack in found.lacks if lack.is_warning]
        self.warnings = [*warned, *([found.tax_hint] if found.tax_hint else [])]
        self.lost = invoice_words.freed(found)
        self.credit = words.money(found.credit, invoice.currency) if found.credit and found.open > 0 else ""
        self.pdf = routes.invoice_pdf(int(invoice.id or 0))
        self.pro_forma = routes.pro_forma_pdf(int(invoice.id or 0))
        self.is_written_off = invoice.status == "written_off"
        has_xml = found.einvoice and invoice.status != "draft"
        self.xml = routes.invoice_xml(int(invoice.id or 0)) if has_xml else ""
        self.open_text = words.money(found.open, invoice.currency)
        self.open_plain = money.plain(found.open, invoice.currency)
        self.currency, self.is_open = invoice.currency, found.open > 0
        self.is_draft, self.is_issued = invoice.status == "draft", invoice.status == "issued"
        self.may_draft, self.may_issue = may(who, "invoices.draft"), may(who, "invoices.issue")
        self.may_void, self.may_record = may(who, "invoices.void"), may(who, "payments.record")
        self.banks = [Option(str(key), label) for key, label in found.banks]
        self.lines = invoice_words.line_options(found)
        self.today = today.isoformat()
        self.head = {
            "purchase_order": invoice.purchase_order,
            "service_from": invoice.service_from.isoformat() if invoice.service_from else "",
            "service_to": invoice.service_to.isoformat() if invoice.service_to else "",
            "payment_days": str(invoice.payment_days),
            "bank_account_id": str(invoice.bank_account_id or ""),
            "note": invoice.note,
            "grouping": invoice.grouping,
        }
        self._version = invoice.version
        self.is_ready = True

    async def _show_entries(self, line_id: int | None) -> None:
        found = await read(lambda session, who: entries_behind(session, who, self._invoice, line_id))
        self.entries = invoice_words.entry_rows(found, self.currency)
        named = (one.label for one in self.lines if one.value == str(line_id))
        self.line_title = next(named, "Time behind this invoice")
        minutes = sum(one.minutes for one in found)
        amount = words.money(sum(one.amount for one in found), self.currency)
        self.entries_sum = f"{len(found)} entries, {words.hours(minutes)} h billed, {amount}"
        self.dialog = "entries"

    @rx.event
    @allow("invoices.draft")
    def open_dialog(self, name: str, about: int = 0) -> None:
        """Opens one of the dialogs; `about` is the line or payment it is about."""
        self.errors, self.about, self.dialog = {}, about, name
        if name == "line":
            line = next((one for one in self.lines if one.value == str(about)), None)
            self.line_text, self.line_detail = (line.label, line.sub) if line else ("", "")
        self.form_key += 1

    @rx.event
    @allow("invoices.draft")
    def close(self) -> Any:
        """Closes the open dialog."""
        was, self.dialog = self.dialog, ""
        if was == "entries":
            return rx.redirect(routes.invoice(self._invoice), replace=True)
        return None

    @rx.event
    @allow("invoices.draft")
    async def save_head(self, data: dict[str, Any]) -> None:
        """Saves a draft's head."""
        values = form_values(data, HEAD)
        try:
            await self._save_head(values)
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._done("Draft saved.")

    @rx.event
    @allow("invoices.draft")
    async def set_fact(self, name: str, text: str) -> None:
        """What was typed over a fact on the sheet; it is saved when it differs."""
        if name not in HEAD or text.strip() == self.head[name]:
            return
        await self._in_place(lambda: self._save_head({**self.head, name: text.strip()}))

    @rx.event
    @allow("invoices.draft")
    async def set_text(self, line_id: str, text: str) -> None:
        """What was typed over a line's text on the sheet."""
        line = next((one for one in self.lines if one.value == line_id), None)
        if line is None or text.strip() == line.label:
            return
        await self._in_place(lambda: self._save_line(int(line_id), text, line.sub))

    async def _in_place(self, save: Any) -> None:
        """Saves; what is refused is told and the sheet shows again what is kept."""
        try:
            await save()
        except PsaError as error:
            await say(self, next(iter(field_errors(error).values())), "bad")
        await self._load()
        self.paper = replace(self.paper, version=f"{self.paper.version}-{self.form_key}")
        self.form_key += 1

    async def _save_head(self, values: dict[str, str]) -> None:
        given = read_head(values)
        await write(
            lambda session, who: change_draft(session, who, self._invoice, version=self._version, **given)
        )

    async def _save_line(self, line_id: int, text: str, detail: str) -> None:
        words_of: dict[str, Any] = {"line_id": line_id, "description": text, "detail": detail}
        await write(lambda session, who: change_line(session, who, self._invoice, **words_of))

    @rx.event
    @allow("invoices.draft")
    async def regroup(self, grouping: Grouping) -> None:
        """Draws the same work up anew, grouped differently."""
        await write(lambda session, who: regroup_draft(session, who, self._invoice, grouping=grouping))
        await self._done("Grouped anew.")

    @rx.event
    @allow("invoices.draft")
    async def save_line(self, data: dict[str, Any]) -> None:
        """Changes the words of a line."""
        values = form_values(data, ("description", "detail"))
        try:
            await self._save_line(self.about, values["description"], values["detail"])
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._done("Line saved.")

    @rx.event
    @allow("invoices.draft")
    async def take_off(self, line_id: int) -> None:
        """Takes a line off; its work is open for a later invoice."""
        await write(lambda session, who: remove_line(session, who, self._invoice, line_id=line_id))
        await self._done("Taken off; it can be billed later.")

    @rx.event
    @allow("invoices.draft")
    async def save_new_line(self, data: dict[str, Any]) -> None:
        """Adds a line by hand."""
        values = form_values(data, ("description", "detail", "amount", "quantity"))
        try:
            amount = Money(money.parse_amount(values["amount"], self.currency, "amount"), self.currency)
            quantity = fields.whole(values["quantity"] or "1", "quantity", 1, 100_000)
            await write(
                lambda session, who: add_line(
                    session,
                    who,
                    self._invoice,
                    description=values["description"],
                    detail=values["detail"],
                    amount=amount,
                    quantity=quantity,
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._done("Line added.")

    @rx.event
    @allow("invoices.issue")
    async def issue(self, data: dict[str, Any]) -> None:
        """Issues the draft: number, PDF, mail."""
        given = form_values(data, ("issued_on", PAST_CLOSE))
        text = given["issued_on"]
        try:
            asked = {PAST_CLOSE: given[PAST_CLOSE]}
            day = fields.iso_date(text, "issued_on") if text else None
            made = await write(lambda s, who: issue_invoice(s, who, self._invoice, issued_on=day, **asked))
        except PsaError as error:
            self.errors = {"form": error.sentence} | field_errors(error)
            return
        readers = await read(lambda session, _: len(billing_contacts(session, made.account_id)))
        way = "on its way" if readers else "waits to be sent: nobody there gets invoices by mail"
        await self._done(f"{made.number} is issued and {way}.")

    @rx.event
    @allow("invoices.issue")
    async def mail_again(self) -> None:
        """Mails the invoice once more."""
        await write(lambda session, who: mail_invoice(session, who, self._invoice))
        await self._done("It is on its way again.")

    @rx.event
    @allow("invoices.void")
    async def void(self, data: dict[str, Any]) -> None:
        """Voids the invoice; everything it billed is free."""
        reason = form_values(data, ("reason",))["reason"]
        try:
            await write(lambda session, who: void_invoice(session, who, self._invoice, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._done("Voided. Its hours and milestones can be billed again.")

    @rx.event
    @allow("invoices.draft")
    async def discard(self) -> Any:
        """Throws the draft away."""
        await write(lambda session, who: discard_draft(session, who, self._invoice))
        await say(self, "Draft discarded; its work is open again.")
        self.dialog = ""
        return rx.redirect(routes.INVOICES)

    @rx.event
    @allow("payments.record")
    async def use_credit(self) -> None:
        """Pays the invoice from the client's credit on account."""
        await write(lambda session, who: use_credit(session, who, self._invoice))
        await self._done("Paid from the credit on account.")

    @rx.event
    @allow("payments.record")
    async def reverse(self, data: dict[str, Any]) -> None:
        """Takes a recorded payment back, with a reason."""
        reason = form_values(data, ("reason",))["reason"]
        try:
            await write(lambda session, who: reverse_payment(session, who, self.about, reason=reason))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        await self._done("Taken back; the invoice is open again.")

    async def _done(self, sentence: str) -> None:
        self.dialog, self.errors = "", {}
        await self._load()
        await say(self, sentence)


def standing(found: InvoiceView, today: date) -> Badge:
    """How an invoice stands, with the day to pay while something is open."""
    invoice, open_ = found.invoice, found.open
    status = invoice.kind if invoice.kind == "credit_note" else invoice.status
    credited = sum(one.total for one in found.notes)
    known = badge(state_of(status, invoice.total_minor, open_, invoice.due_on, today, credited, found.mark))
    if invoice.due_on is None or open_ <= 0:
        return known
    due = words.day(invoice.due_on, year=invoice.due_on.year != today.year)
    return Badge(f"{known.text} · due {due}", known.tone, known.icon)


def _view(session: Session, who: Actor, invoice_id: int) -> tuple[InvoiceView, Firm]:
    return one_invoice(session, who, invoice_id), session.exec(select(Firm)).one()
