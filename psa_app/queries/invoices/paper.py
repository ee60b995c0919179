"""An invoice as it stands on paper. The page and the PDF are made from the same words."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app.formats import epc_qr, languages, words
from psa_app.formats.languages import Labels
from psa_app.gateways.pdf.papers import (
    Fact,
    InvoiceLine,
    InvoicePaper,
    Party,
    Payment,
    TimeAnnex,
    TimeRow,
    Total,
)
from psa_app.models import Account, Firm, Invoice, InvoiceTax, Person
from psa_app.models import InvoiceLine as LineRow
from psa_app.prepared import Prepared
from psa_app.queries.invoices.credited import work_of, work_on
from psa_app.queries.invoices.paper_expenses import expense_annex
from psa_app.queries.invoices.parties import bank_block, bank_facts, buyer_block, seller_block
from psa_app.queries.invoices.tables import BILLED_TIME, ENTRY, INVOICE_LINE, TASK
from psa_app.rules import money

ISSUED = ("issued", "void", "written_off")
US_LETTER = ("US", "CA", "MX")


def invoice_paper(
    session: Session, invoice: Invoice, *, annex: bool = False, pro_forma: bool = False
) -> InvoicePaper:
    """What is printed. An issued invoice prints what was frozen, a draft what the records say now.

    With `annex` the hours and expenses behind it follow on pages of their own; as a `pro_forma` a draft
    says that it is no invoice. The labels are in the client's language. The caller has checked who asks.
    """
    firm = session.get_one(Firm, 1)
    account = session.get_one(Account, invoice.account_id)
    is_frozen, locale = invoice.status in ISSUED, account.locale
    labels = languages.of(locale)
    lines = printed_lines(session, invoice)
    bank = invoice.bank if is_frozen else bank_block(session, invoice, firm)
    return InvoicePaper(
        title=_title(invoice, labels, pro_forma=pro_forma),
        number=invoice.number or labels.draft,
        seller=_party(invoice.seller if is_frozen else seller_block(session, firm, locale)),
        buyer=_party(invoice.buyer if is_frozen else buyer_block(account)),
        facts=_facts(session, invoice, locale, labels),
        stamp=invoice.issued_at or invoice.updated_at,
        footer=invoice.footer if is_frozen else firm.invoice_footer,
        marks=(labels.pro_forma,) if pro_forma else _marks(invoice, labels),
        test_mark=invoice.is_sandbox,
        accent=firm.accent,
        language=languages.code(locale),
        buyer_label=labels.to,
        page_label=labels.page,
        sheet="us-letter" if firm.country in US_LETTER else "a4",
        columns=labels.columns,
        lines=tuple(_line(line, invoice.currency, locale) for line in lines),
        totals=_totals(session, invoice, locale, labels),
        notes=((labels.no_invoice,) if pro_forma else ()) + _notes(session, invoice, firm, locale, labels),
        payment=_payment(invoice, bank, labels) if invoice.kind == "invoice" and not pro_forma else None,
        annex=_annex(session, invoice, locale, labels) if annex else None,
        expenses=expense_annex(session, invoice, locale) if annex else None,
    )


def _title(invoice: Invoice, labels: Labels, *, pro_forma: bool) -> str:
    if invoice.kind == "credit_note":
        return labels.credit_note
    return labels.pro_forma if pro_forma else labels.invoice


def printed_lines(session: Session, invoice: Invoice) -> list[LineRow]:
    """The lines in their printed order."""
    return list(session.exec(_LINES, params={"invoice_id": invoice.id}).all())


_OF_INVOICE: Any = bindparam("invoice_id")
_LINES = select(LineRow).where(LineRow.invoice_id == _OF_INVOICE).order_by(col(LineRow.position))
_TAX_ROWS = select(InvoiceTax).where(InvoiceTax.invoice_id == _OF_INVOICE).order_by(col(InvoiceTax.id))


def entries_on_paper(session: Session, invoice: Invoice) -> int:
    """How many rows the annex has."""
    statement = (
        select_columns(func.count())
        .select_from(BILLED_TIME)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == work_on(invoice))
        .where(INVOICE_LINE.c.invoice_id == invoice.id)
    )
    return int(session.connection().execute(statement).scalar() or 0)


def _party(block: str) -> Party:
    name, *rest = block.splitlines() or [""]
    return Party(name, tuple(rest))


def _facts(session: Session, invoice: Invoice, locale: str, labels: Labels) -> tuple[Fact, ...]:
    service, credited = "", ""
    if invoice.credits_id is not None:
        of = session.get_one(Invoice, invoice.credits_id)
        day = words.day(of.issued_on, locale) if of.issued_on else ""
        credited = labels.of.format(number=of.number, day=day) if day else of.number
    if invoice.service_from and invoice.service_to:
        service = words.day_range(invoice.service_from, invoice.service_to, locale)
    facts = (
        Fact(labels.number, invoice.number),
        Fact(labels.issued, words.day(invoice.issued_on, locale) if invoice.issued_on else ""),
        Fact(labels.invoice, credited),
        Fact(labels.due, words.day(invoice.due_on, locale) if invoice.due_on else ""),
        Fact(labels.service, service),
        Fact(labels.order, invoice.purchase_order),
    )
    return tuple(fact for fact in facts if fact.value)


def _marks(invoice: Invoice, labels: Labels) -> tuple[str, ...]:
    known = {"draft": (labels.draft,), "void": (labels.void,)}
    return known.get(invoice.status, ())


def _line(line: LineRow, currency: str, locale: str) -> InvoiceLine:
    quantity = (
        f"{words.hours(line.minutes)} h" if line.minutes is not None else words.number(line.quantity, locale)
    )
    return InvoiceLine(
        line.description,
        quantity,
        _price(line, currency, locale),
        words.money(line.net_minor, currency, locale),
        line.detail,
    )


def _price(line: LineRow, currency: str, locale: str) -> str:
    """The price of one; of time that was written down or up none: hours × rate would not be the amount."""
    if line.kind == "discount" or (line.list_minor is not None and line.minutes is not None):
        return ""
    return words.money(line.rate_minor, currency, locale)


def _totals(session: Session, invoice: Invoice, locale: str, labels: Labels) -> tuple[Total, ...]:
    def amount(minor: int) -> str:
        return words.money(minor, invoice.currency, locale)

    taxes = _taxes(session, invoice)
    rows = [
        Total(
            tax.name
            if len(taxes) == 1
            else labels.tax_on.format(tax=tax.name, amount=amount(tax.base_minor)),
            amount(tax.tax_minor),
        )
        for tax in taxes
    ]
    return (
        Total(labels.net, amount(invoice.net_minor)),
        *rows,
        Total(
            labels.to_pay if invoice.kind == "invoice" else labels.credited,
            amount(invoice.total_minor),
            strong=True,
        ),
    )


def _taxes(session: Session, invoice: Invoice) -> list[InvoiceTax]:
    return list(session.exec(_TAX_ROWS, params={"invoice_id": invoice.id}).all())


def _notes(session: Session, invoice: Invoice, firm: Firm, locale: str, labels: Labels) -> tuple[str, ...]:
    law = dict.fromkeys(tax.note for tax in _taxes(session, invoice) if tax.note)
    reason = labels.reason.format(reason=invoice.credit_reason) if invoice.credit_reason else ""
    notes = (*law, _tax_in_base(invoice, firm, locale, labels), invoice.note, reason)
    return tuple(note for note in notes if note)


def _tax_in_base(invoice: Invoice, firm: Firm, locale: str, labels: Labels) -> str:
    """Tax in another currency is also told in the firm's own (Directive 2006/112/EC, article 230)."""
    if not invoice.tax_minor or invoice.currency == firm.base_currency or invoice.status not in ISSUED:
        return ""
    tax = money.convert(invoice.tax_minor, invoice.base_rate_nano, invoice.currency, firm.base_currency)
    told = words.money(tax, firm.base_currency, locale)
    return labels.tax_in_base.format(amount=told, currency=firm.base_currency)


def _payment(invoice: Invoice, block: str, labels: Labels) -> Payment | None:
    if not block:
        return None
    bank = bank_facts(block)
    named = {"Payee": labels.payee, "Account": labels.account, "Bank": labels.bank}
    facts = [Fact(named.get(label, label), value) for label, value in bank.items()]
    if invoice.number:
        facts.append(Fact(labels.reference, invoice.number))
    code = qr_code(invoice, block, invoice.total_minor)
    caption = labels.scan if code else ""
    return Payment(labels.how_to_pay, tuple(facts), code, caption)


def qr_code(invoice: Invoice, block: str, amount: int) -> str:
    """The EPC code of a transfer in euro for an issued invoice as an SVG text, "" where there is none."""
    bank = bank_facts(block)
    iban = bank.get("IBAN", "")
    payable = invoice.status == "issued" and invoice.currency == "EUR" and not invoice.is_sandbox
    if not (payable and 1 <= amount <= epc_qr.MOST_CENTS and epc_qr.is_iban("".join(iban.split()).upper())):
        return ""
    return epc_qr.svg(bank.get("Payee", ""), iban, amount, invoice.number, bank.get("BIC", ""))


def _annex(session: Session, invoice: Invoice, locale: str, labels: Labels) -> TimeAnnex | None:
    rows = _whole(_hours(invoice.kind).all(session, {"invoice_id": invoice.id}))
    if not rows:
        return None
    return TimeAnnex(
        heading=labels.hours,
        columns=labels.time_columns,
        rows=tuple(
            TimeRow(words.day(row.work_date, locale), row.person, row.task, row.note, words.hours(minutes))
            for row, minutes in rows
        ),
        total=Total(labels.total, words.hours(sum(minutes for _, minutes in rows)), strong=True),
    )


@cache
def _hours(kind: str) -> Prepared:
    """What stands behind an invoice, or behind a credit note."""
    return Prepared(
        select_columns(
            ENTRY.c.id,
            ENTRY.c.work_date,
            col(Person.name).label("person"),
            TASK.c.name.label("task"),
            ENTRY.c.note,
            BILLED_TIME.c.offset_seconds,
            BILLED_TIME.c.seconds,
            BILLED_TIME.c.minutes,
        )
        .join(ENTRY, ENTRY.c.id == BILLED_TIME.c.entry_id)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == work_of(kind))
        .join(Person, col(Person.id) == ENTRY.c.person_id)
        .join(TASK, TASK.c.id == ENTRY.c.task_id)
        .where(INVOICE_LINE.c.invoice_id == _OF_INVOICE)
        .order_by(ENTRY.c.work_date, ENTRY.c.id, BILLED_TIME.c.offset_seconds)
    )


def _whole(rows: Sequence[Any]) -> list[tuple[Any, int]]:
    """Rows with their minutes; what a credit has cut in two since is one row, as when it was issued."""
    found: list[tuple[Any, int]] = []
    end = (0, 0)
    for row in rows:
        if (row.id, row.offset_seconds) == end:
            first, minutes = found[-1]
            found[-1] = (first, minutes + row.minutes)
        else:
            found.append((row, row.minutes))
        end = (row.id, row.offset_seconds + row.seconds)
    return found


def texts(paper: InvoicePaper) -> str:
    """Everything on a paper that a person wrote, to be checked for letters that no font has."""
    parts = [paper.seller.name, *paper.seller.lines, paper.buyer.name, *paper.buyer.lines, paper.footer]
    parts += [fact.value for fact in paper.facts] + [*paper.notes]
    for line in paper.lines:
        parts += [line.description, line.sub, line.amount]
    if paper.payment:
        parts += [fact.value for fact in paper.payment.facts]
    for row in paper.annex.rows if paper.annex else ():
        parts += [row.person, row.task, row.note]
    for spent in paper.expenses.rows if paper.expenses else ():
        parts += [spent.category, spent.project, spent.description]
    return "\n".join(parts)
