"""Credit notes: what an issued invoice gives back, line by line, with a number of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, require
from psa_app.db import insert_row
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, Firm, Invoice, InvoiceLine, InvoiceTax
from psa_app.queries.invoices.credited import lines_left
from psa_app.queries.invoices.parties import seller_block
from psa_app.queries.invoices.ready import electronic_lacks
from psa_app.rules import fields
from psa_app.rules.credits import Credited, Left, TaxBase, check_total, credit_taxes, credited
from psa_app.rules.deposits import USED
from psa_app.rules.money import Money
from psa_app.rules.taxes import TaxKind
from psa_app.services import history
from psa_app.services.books.lock import check_books_open, note_past_close
from psa_app.services.invoices.copies import check_ours
from psa_app.services.invoices.credit_mail import mail_credit_note
from psa_app.services.invoices.credit_work import give_back
from psa_app.services.invoices.einvoices import keep_einvoice
from psa_app.services.invoices.lacking import stop_if_lacking
from psa_app.services.numbers import take_number
from psa_app.services.payments.pages import close_pages
from psa_app.services.payments.settle import open_amount, settle_by_credit
from psa_app.services.promises import promise


@dataclass(frozen=True, slots=True)
class CreditLine:
    """What is given back of a line: all that is left, or `minutes` of its time, or an `amount` net of tax.

    With `release` the work behind it is open for billing again, without it is written off.
    """

    line_id: int
    minutes: int | None = None
    amount: Money | None = None
    release: bool = False


@dataclass(frozen=True, slots=True)
class _Taken:
    """A line of the invoice and what of it is credited now."""

    line: InvoiceLine
    left: Left
    now: Credited
    release: bool
    field: str


@act("invoices", "credit", right="invoices.credit")
def credit_invoice(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    lines: tuple[CreditLine, ...],
    reason: str,
    issued_on: date | None = None,
    past_lock_reason: str = "",
) -> Invoice:
    """Issues a credit note on an invoice and returns it; the invoice owes that much less.

    It bears the invoice's own taxes and exchange rate, and what was paid too much is credit on
    account. Raises `Conflict` when the invoice is not issued or nothing is left of a line, `Invalid`
    for more than is left, for a line twice or of another invoice, for a day that does not fit or lies in
    closed books (`past_lock_reason` with the right "books.override" passes them), and
    (or `Problems`) for what the client's kind of electronic invoice lacks.
    """
    seen = fetch(session, actor, Invoice, invoice_id)
    account = fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    why = fields.text(reason, "reason", max=400)
    firm = session.exec(select(Firm)).one()
    day = issued_on or clock.today(firm.time_zone)
    _check(invoice, firm, day)
    ledger_on = check_books_open(session, day, "issued_on", actor, past_lock_reason)
    taken, rest = _taken(session, invoice, lines)
    taxes = _taxes(invoice, taken, rest)
    net, tax = sum(one.now.net for one in taken), sum(row.tax_minor for row in taxes)
    check_total(net + tax, invoice.total_minor - _credited_so_far(session, invoice))
    note = _note(session, actor, invoice, firm, day, why)
    note.net_minor, note.tax_minor, note.total_minor = net, tax, net + tax
    note.ledger_on = ledger_on
    line_ids = _write_rows(session, note, taken, taxes)
    stop_if_lacking(list(electronic_lacks(session, note, account, day)))
    _give_number(session, note, day)
    for one, line_id in zip(taken, line_ids, strict=True):
        give_back(session, actor, one.line, line_id, one.now, one.release, one.field, note.number)
    keep_einvoice(session, note, account)
    freed = settle_by_credit(session, actor, note, invoice)
    close_pages(session, actor, invoice, "A credit note was written meanwhile.")
    _tell(session, actor, invoice, note, why, freed)
    note_past_close(session, actor, note.number, day, ledger_on, past_lock_reason)
    mail_credit_note(session, actor, note, invoice, account, firm)
    return note


@dataclass(frozen=True, slots=True)
class CreditPreview:
    """What a credit note would come to, in minor units: `open` is what the invoice owes after it."""

    net: int
    tax: int
    total: int
    open: int
    on_account: int


def preview_credit(
    session: Session, actor: Actor, invoice_id: int, *, lines: tuple[CreditLine, ...]
) -> CreditPreview:
    """What a credit note of these lines would give back; nothing is written. Errors as for the note."""
    require(actor, "invoices.credit")
    invoice = fetch(session, actor, Invoice, invoice_id)
    firm = session.exec(select(Firm)).one()
    _check(invoice, firm, clock.today(firm.time_zone))
    taken, rest = _taken(session, invoice, lines)
    net, tax = sum(one.now.net for one in taken), sum(row.tax_minor for row in _taxes(invoice, taken, rest))
    check_total(net + tax, invoice.total_minor - _credited_so_far(session, invoice))
    left = open_amount(session, invoice) - net - tax
    return CreditPreview(net, tax, net + tax, max(left, 0), max(-left, 0))


def _check(invoice: Invoice, firm: Firm, day: date) -> None:
    if invoice.kind == "credit_note":
        raise Conflict("This is a credit note. Only an invoice can be credited.")
    check_ours(invoice)
    if invoice.status == "draft":
        raise Conflict("This is a draft. Change it, or discard it.")
    if invoice.status == "void":
        raise Conflict(f"{invoice.number} is void: everything on it is given back already.")
    if invoice.status != "issued":
        raise Conflict(f"{invoice.number} is written off. Reopen it first.")
    if day > clock.today(firm.time_zone):
        raise Invalid("This day lies in the future. Choose today or an earlier day.", "issued_on")
    if invoice.issued_on and day < invoice.issued_on:
        issued = invoice.issued_on.isoformat()
        raise Invalid(f"{invoice.number} is of {issued}. Choose that day or a later one.", "issued_on")


def _taken(
    session: Session, invoice: Invoice, wanted: Sequence[CreditLine]
) -> tuple[list[_Taken], list[tuple[InvoiceLine, Left]]]:
    """What each line gives back, and the lines that give nothing; both in the invoice's order."""
    if not wanted:
        raise Invalid("Choose at least one line to credit.", "lines")
    of_invoice = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id)
    lines = session.exec(of_invoice.order_by(col(InvoiceLine.position))).all()
    left = lines_left(session, lines)
    asked: dict[int, tuple[int, CreditLine]] = {}
    for place, one in enumerate(wanted):
        if one.line_id not in left:
            raise Invalid("This line is not on the invoice.", f"lines.{place}")
        if one.line_id in asked:
            raise Invalid("Name each line once.", f"lines.{place}")
        if one.amount is not None and one.amount.currency != invoice.currency:
            raise Invalid(f"Give the amount in {invoice.currency}.", f"lines.{place}")
        asked[one.line_id] = (place, one)
    taken, rest = list[_Taken](), list[tuple[InvoiceLine, Left]]()
    for line in lines:
        mine = left[int(line.id or 0)]
        if int(line.id or 0) not in asked:
            rest.append((line, mine))
            continue
        place, one = asked[int(line.id or 0)]
        field = f"lines.{place}"
        now = credited(mine, one.minutes, one.amount.amount if one.amount else None, field)
        taken.append(_Taken(line, mine, now, one.release or line.kind == USED, field))
    return taken, rest


def _taxes(
    invoice: Invoice, taken: Sequence[_Taken], rest: Sequence[tuple[InvoiceLine, Left]]
) -> list[InvoiceTax]:
    """The tax rows of the credit note, not stored yet."""
    every = [(one.line, one.left, one.now.net) for one in taken] + [(line, left, 0) for line, left in rest]
    bases = [
        TaxBase(TaxKind(line.tax_kind), line.tax_ppm, line.net_minor - left.net, now)
        for line, left, now in every
    ]
    printed = {(line.tax_kind, line.tax_ppm): (line.tax_name, line.tax_note) for line, _, _ in every}
    rows = credit_taxes(bases, "line" if invoice.tax_rounding == "line" else "total")
    return [
        InvoiceTax(
            invoice_id=0,
            kind=row.kind.value,
            rate_ppm=row.rate_ppm,
            name=printed[row.kind, row.rate_ppm][0],
            note=printed[row.kind, row.rate_ppm][1],
            base_minor=row.base,
            tax_minor=row.tax,
        )
        for row in rows
    ]


def _credited_so_far(session: Session, invoice: Invoice) -> int:
    notes = session.exec(select(Invoice.total_minor).where(Invoice.credits_id == invoice.id)).all()
    return sum(notes)


_AS_BILLED = ("account_id", "sow_id", "currency", "is_sandbox", "cutoff", "service_from", "service_to")
_FROZEN = ("purchase_order", "tax_rounding", "base_rate_nano", "buyer", "footer")


def _note(session: Session, actor: Actor, invoice: Invoice, firm: Firm, day: date, reason: str) -> Invoice:
    """The credit note's own row, still without a number; the parties are printed as on the invoice."""
    kept = {name: getattr(invoice, name) for name in (*_AS_BILLED, *_FROZEN)}
    note = Invoice(
        kind="credit_note",
        credits_id=invoice.id,
        status="issued",
        issued_on=day,
        issued_at=clock.now(),
        issued_by=actor.user_id,
        seller=invoice.seller or seller_block(session, firm),
        credit_reason=reason,
        **kept,
    )
    session.add(note)
    session.flush()
    return note


def _give_number(session: Session, note: Invoice, day: date) -> None:
    number = take_number(session, "credit_note", day, sandbox=note.is_sandbox)
    if session.exec(select(Invoice.id).where(Invoice.number == number)).first() is not None:
        raise Conflict(f"The number {number} is taken. Set the series' next number in Settings.")
    note.number = number
    session.flush()


def _write_rows(
    session: Session, note: Invoice, taken: Sequence[_Taken], taxes: Sequence[InvoiceTax]
) -> list[int]:
    """What is printed: the taxes, and the lines, whose ids it gives."""
    session.flush()
    for row in taxes:
        row.invoice_id = int(note.id or 0)
        session.add(row)
    return [_write_line(session, note, position, one) for position, one in enumerate(taken, 1)]


def _write_line(session: Session, note: Invoice, position: int, one: _Taken) -> int:
    """A line of the credit note; part of a line that counts pieces is printed as one amount."""
    line, now = one.line, one.now
    is_whole = now.net == line.net_minor
    return insert_row(
        session,
        InvoiceLine,
        invoice_id=note.id,
        position=position,
        kind=line.kind,
        description=line.description,
        detail=line.detail,
        minutes=now.minutes,
        quantity=line.quantity if is_whole else 1,
        rate_minor=line.rate_minor if is_whole or now.minutes is not None else now.net,
        net_minor=now.net,
        sow_line_id=line.sow_line_id,
        tax_kind=line.tax_kind,
        tax_ppm=line.tax_ppm,
        tax_name=line.tax_name,
        tax_note=line.tax_note,
        credits_line_id=line.id,
        release=one.release,
    )


def _tell(session: Session, actor: Actor, invoice: Invoice, note: Invoice, reason: str, freed: int) -> None:
    after = {
        "number": note.number,
        "amount_minor": note.total_minor,
        "currency": note.currency,
        "open_minor": open_amount(session, invoice),
        "on_account_minor": freed,
    }
    history.note(session, actor, "invoice", int(invoice.id or 0), "credited", {}, after, reason)
    issued = {"number": note.number, "issued_on": note.issued_on, "credits": invoice.number}
    total = {"total_minor": note.total_minor, "currency": note.currency}
    history.note(session, actor, "invoice", int(note.id or 0), "issued", {}, issued | total, reason)
    promise(session, "invoice_pdf", f"invoice-pdf-{note.id}", {"invoice_id": note.id})
