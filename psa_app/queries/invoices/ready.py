"""What stands between a draft and its issue, told all at once and before anyone presses the button."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require
from psa_app.models import (
    Account,
    Contact,
    DepositUse,
    ExchangeRate,
    Firm,
    Invoice,
    InvoiceLine,
    NumberSeries,
    TaxNumber,
)
from psa_app.queries.invoices.deposits import deposits_for
from psa_app.queries.invoices.einvoice import document_of
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.paper import invoice_paper, printed_lines, texts
from psa_app.queries.invoices.parties import billing_address
from psa_app.rules.codes import EU
from psa_app.rules.deposits import ASKED
from psa_app.rules.einvoices.missing import asks
from psa_app.rules.invoices import due_date

ONE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is missing: the field where it can be given, and a sentence that says what to do.

    What does not stop the issue is only a warning.
    """

    field: str
    sentence: str
    is_warning: bool = False


def before_issue(
    session: Session, actor: Actor, invoice_id: int, issued_on: date | None = None
) -> tuple[Lack, ...]:
    """What a draft lacks; empty when it can be issued as it is."""
    require(actor, "invoices.issue")
    invoice = fetch(session, actor, Invoice, invoice_id)
    return tuple(lacks(session, invoice, issued_on))


def lacks(
    session: Session, invoice: Invoice, issued_on: date | None = None, *, past_close: bool = False
) -> Iterator[Lack]:
    """What a draft lacks to be issued on a day (the firm's today when it is not given).

    `past_close`: who asks may book in closed books, and has said why.
    """
    firm = session.get_one(Firm, 1)
    account = session.get_one(Account, invoice.account_id)
    day = issued_on or clock.today(firm.time_zone)
    yield from _lines(session, invoice)
    yield from _day(session, firm, day, past_close=past_close)
    lines = printed_lines(session, invoice)
    yield from _head(invoice, account, bool(lines) and all(line.kind == ASKED for line in lines))
    yield from _tax(session, invoice, account)
    yield from _parties(session, invoice, account, firm)
    if invoice.currency != firm.base_currency and base_rate(session, invoice, firm, day) is None:
        sentence = f"There is no exchange rate from {invoice.currency} to {firm.base_currency} for {day}."
        yield Lack("currency", f"{sentence} Add one in Settings.")
    yield from _letters(session, invoice)
    yield from electronic_lacks(session, invoice, account, day)


def tax_hint(session: Session, invoice: Invoice) -> str:
    """What to look at before tax is asked of a business in another member state, else "".

    Its service is taxed where it is: Directive 2006/112/EC, articles 44 and 196.
    """
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, invoice.account_id)
    is_abroad = account.country != firm.country and {account.country, firm.country} <= EU
    if not (invoice.tax_minor and account.vat_id and is_abroad):
        return ""
    return (
        f"{account.name} is a business in {account.country}: that is reverse charge as a rule. "
        "If so, choose the tax on the client first."
    )


def base_rate(session: Session, invoice: Invoice, firm: Firm, day: date) -> int | None:
    """Units of the base currency per unit of the invoice's, × 10⁹: the last rate known on the day."""
    if invoice.currency == firm.base_currency:
        return ONE
    return session.exec(
        select(ExchangeRate.rate_nano)
        .where(ExchangeRate.currency == invoice.currency, ExchangeRate.day <= day)
        .order_by(col(ExchangeRate.day).desc())
    ).first()


def _lines(session: Session, invoice: Invoice) -> Iterator[Lack]:
    if not printed_lines(session, invoice):
        yield Lack("lines", "This draft has no line. Add one, or discard the draft.")
    elif invoice.total_minor < 0 or (not invoice.total_minor and not _taken_off(session, invoice)):
        yield Lack("lines", "The sum is not above zero, so there is nothing to pay. Change the lines.")
    yield from _deposits(session, invoice)


def _taken_off(session: Session, invoice: Invoice) -> dict[int, int]:
    """What a draft takes off for deposits, by their lines."""
    uses = (
        select(DepositUse)
        .join(InvoiceLine, col(InvoiceLine.id) == col(DepositUse.line_id))
        .where(InvoiceLine.invoice_id == invoice.id, col(DepositUse.released_at).is_(None))
    )
    return {use.deposit_line_id: use.amount_minor for use in session.exec(uses)}


def _deposits(session: Session, invoice: Invoice) -> Iterator[Lack]:
    """A payment may have been taken back, or the deposit credited, since the draft was made."""
    used = _taken_off(session, invoice)
    known = {one.line_id: one for one in deposits_for(session, invoice)} if used else {}
    if any(line_id not in known or amount > known[line_id].open for line_id, amount in used.items()):
        sentence = "Less of the deposit is open than this draft takes off. Say anew how much it takes off."
        yield Lack("deposit", sentence)


def _day(session: Session, firm: Firm, day: date, *, past_close: bool) -> Iterator[Lack]:
    if day > clock.today(firm.time_zone):
        yield Lack("issued_on", "An invoice cannot be issued in the future. Choose today or an earlier day.")
    if firm.books_closed_through and day <= firm.books_closed_through and not past_close:
        locked = firm.books_closed_through.isoformat()
        yield Lack("issued_on", f"The books are closed up to {locked}. Choose a later day.")
    series = session.exec(
        select(NumberSeries).where(
            NumberSeries.kind == "invoice", NumberSeries.sandbox == takes_test_money(firm)
        )
    ).first()
    if series and series.last_date and day < series.last_date:
        last = series.last_date.isoformat()
        sentence = f"The last invoice was issued on {last}. Choose that day or a later one."
        yield Lack("issued_on", sentence)


def _head(invoice: Invoice, account: Account, is_advance: bool) -> Iterator[Lack]:
    if account.purchase_order_needed and not invoice.purchase_order:
        yield Lack("purchase_order", f"{account.name} needs a purchase order number on each invoice.")
    if (not invoice.service_from or not invoice.service_to) and not is_advance:
        yield Lack("service_from", "Give the service period: from when to when the work was done.")


def _tax(session: Session, invoice: Invoice, account: Account) -> Iterator[Lack]:
    if invoice.tax_minor and not session.exec(select(TaxNumber).where(TaxNumber.kind == "vat")).first():
        yield Lack("tax", "An invoice with tax needs the firm's VAT number. Add it in Settings.")
    kinds = {line.tax_kind for line in printed_lines(session, invoice)}
    if "reverse_charge" in kinds and not account.vat_id:
        sentence = f"Reverse charge needs the VAT number of {account.name}. Add it to the client."
        yield Lack("tax", sentence)


def _parties(session: Session, invoice: Invoice, account: Account, firm: Firm) -> Iterator[Lack]:
    if not (firm.street and firm.city):
        yield Lack("seller", "The firm's address is missing. Add it in Settings.")
    at = billing_address(account)
    if not (at.street and at.city):
        yield Lack("buyer", f"The address of {account.name} is missing. Add it to the client.")
    if invoice.bank_account_id is None:
        sentence = (
            "No bank account stands on this invoice. Choose one, so that the client knows where to pay."
        )
        yield Lack("bank_account_id", sentence, is_warning=firm.payment_provider != "manual")
    reader = select(Contact.id).where(
        Contact.account_id == account.id, col(Contact.is_billing), ~col(Contact.is_archived)
    )
    if session.exec(reader).first() is None:
        sentence = f"Nobody at {account.name} gets invoices by mail. Mark a contact as billing contact."
        yield Lack("contact", sentence, is_warning=True)


def _letters(session: Session, invoice: Invoice) -> Iterator[Lack]:
    from psa_app.gateways.pdf import unprintable

    missing = unprintable(texts(invoice_paper(session, invoice, annex=True)))
    if missing:
        sentence = f"The PDF has no letters for “{missing}”. Write the text in letters that can be printed."
        yield Lack("letters", sentence)


def electronic_lacks(session: Session, invoice: Invoice, account: Account, day: date) -> Iterator[Lack]:
    """What the client's kind of electronic invoice needs beyond what any invoice or credit note does."""
    if not account.einvoice or not printed_lines(session, invoice):
        return
    due_on = None if invoice.kind == "credit_note" else due_date(day, invoice.payment_days)
    document = document_of(session, invoice, account.einvoice, day, due_on)
    for ask in asks(document, account.einvoice):
        yield Lack(ask.field, ask.sentence)
