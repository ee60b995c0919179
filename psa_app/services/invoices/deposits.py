"""Deposits and advances: asking for one, saying how much an invoice takes off, giving back the rest."""

from datetime import date

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.db import insert_row
from psa_app.errors import Conflict, Invalid
from psa_app.formats import words
from psa_app.formats.deposit_words import deposit_words
from psa_app.models import Account, BilledDeposit, Firm, Invoice, InvoiceLine, Sow
from psa_app.queries.invoices.deposits import DueDeposit, deposits, due_deposits
from psa_app.rules import fields, money
from psa_app.rules.deposits import ASKED, USED
from psa_app.rules.money import Money
from psa_app.rules.scopes import percent
from psa_app.services import history
from psa_app.services.invoices.credit import CreditLine, credit_invoice
from psa_app.services.invoices.draft import draft_head, locked_draft, usual_grouping
from psa_app.services.invoices.edit import MOST, changed_draft
from psa_app.services.invoices.taxes import TaxBook
from psa_app.services.invoices.totals import write_totals


@act("invoices", "ask_deposit", right="invoices.draft")
def ask_deposit(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    sow_id: int | None = None,
    amount: Money | None = None,
    text: str = "",
) -> Invoice:
    """Drafts an invoice for the deposit that a signed scope agreed, or for an advance of any `amount`.

    An advance without a scope is for all work of the client. Raises `Conflict` when the scope's deposit was
    asked for already or the scope is not signed, `Invalid` for an amount that makes no sense.
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    sow = fetch(session, actor, Sow, sow_id) if sow_id is not None else None
    if sow is not None and sow.account_id != account_id:
        raise Invalid("This scope belongs to another client.", "sow_id")
    if sow is not None and sow.status != "signed":
        raise Conflict(f"{sow.number} is {sow.status}. A deposit is asked for once it is signed.", "sow_id")
    if amount is None:
        return write_deposit(session, actor, account, _agreed(session, sow))
    _check_advance(amount, sow)
    said = fields.text(text, "text", max=200, required=False)
    told = deposit_words(account.locale)
    usual = told.advance_for.format(scope=f"{sow.number} {sow.title}") if sow else told.advance
    return _write(session, actor, account, sow, amount, said or usual, "")


def write_deposit(session: Session, actor: Actor, account: Account, one: DueDeposit) -> Invoice:
    """Drafts the deposit of a scope; the caller holds the client's row and has read it since."""
    sow = session.get_one(Sow, one.sow_id)
    told, share = deposit_words(account.locale), percent(one.share_ppm)
    invoice = _write(
        session,
        actor,
        account,
        sow,
        Money(one.amount, one.currency),
        told.deposit.format(scope=f"{sow.number} {sow.title}"),
        told.share_at_signature.format(share=share) if one.share_ppm else told.at_signature,
    )
    line = session.exec(select(InvoiceLine.id).where(InvoiceLine.invoice_id == invoice.id)).one()
    tie = {"sow_id": one.sow_id, "line_id": line, "amount_minor": one.amount}
    insert_row(session, BilledDeposit, released_at=None, **tie)
    return invoice


@act("invoices", "set_deposit", right="invoices.draft")
def set_deposit(session: Session, actor: Actor, invoice_id: int, *, amount: Money | None = None) -> Invoice:
    """Says how much a draft takes off for deposits: at most `amount`, or all that is open and fits.

    Raises `Invalid` for more than that.
    """
    invoice = locked_draft(session, actor, invoice_id)
    before = {"taken_off": _taken_off(session, invoice)}
    invoice.deposit_limit_minor = None
    write_totals(session, invoice)
    most = _taken_off(session, invoice)
    if amount is not None:
        if amount.currency != invoice.currency:
            raise Invalid(f"This invoice is in {invoice.currency}.", "amount")
        if amount.amount < 0:
            raise Invalid("Give an amount of zero or more.", "amount")
        if amount.amount > most:
            raise Invalid(f"At most {words.money(most, invoice.currency)} can be taken off here.", "amount")
        invoice.deposit_limit_minor = None if amount.amount == most else amount.amount
    changed_draft(session, actor, invoice, "deposit", before, {"limit": invoice.deposit_limit_minor})
    return invoice


@act("invoices", "give_back_deposit", right="invoices.credit")
def give_back_deposit(
    session: Session, actor: Actor, invoice_id: int, *, reason: str, issued_on: date | None = None
) -> Invoice:
    """Credits what no invoice takes off of a deposit; what was paid of it is then money on account.

    Raises `Conflict` when nothing of it is left, and as crediting does.
    """
    invoice = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, invoice.account_id, lock=True)
    left = [one for one in deposits(session, invoice.account_id) if one.invoice_id == invoice_id and one.rest]
    if not left:
        raise Conflict("Nothing of a deposit is left on this invoice.")
    lines = tuple(CreditLine(one.line_id, amount=Money(one.rest, one.currency)) for one in left)
    return credit_invoice(session, actor, invoice_id, lines=lines, reason=reason, issued_on=issued_on)


def _agreed(session: Session, sow: Sow | None) -> DueDeposit:
    if sow is None:
        raise Invalid("Give the amount of the advance, or choose the scope whose deposit is asked.", "amount")
    found = due_deposits(session, sow.account_id, sow.id)
    if found:
        return found[0]
    if sow.deposit_minor:
        raise Conflict(f"The deposit of {sow.number} was asked for already.", "sow_id")
    raise Invalid(f"{sow.number} agrees no deposit. Give the amount of an advance.", "amount")


def _check_advance(amount: Money, sow: Sow | None) -> None:
    money.exponent(amount.currency)
    if sow is not None and amount.currency != sow.currency:
        raise Invalid(f"{sow.number} is in {sow.currency}.", "amount")
    if not 0 < amount.amount <= MOST:
        raise Invalid("Give an amount above zero.", "amount")


def _write(
    session: Session,
    actor: Actor,
    account: Account,
    sow: Sow | None,
    amount: Money,
    text: str,
    detail: str,
) -> Invoice:
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    grouping = usual_grouping(session, int(account.id or 0), sow)
    invoice = draft_head(session, account, sow, today, amount.currency, grouping)
    insert_row(
        session,
        InvoiceLine,
        invoice_id=invoice.id,
        position=1,
        kind=ASKED,
        description=text[:200],
        detail=detail,
        minutes=None,
        quantity=1,
        rate_minor=amount.amount,
        net_minor=amount.amount,
        sow_line_id=None,
        **TaxBook(session, account).of_sow(sow.id if sow else None).columns(),
    )
    write_totals(session, invoice)
    after = {
        "account_id": invoice.account_id,
        "until": invoice.cutoff,
        "total_minor": invoice.total_minor,
        "deposit": amount.amount,
    }
    history.note(session, actor, "invoice", int(invoice.id or 0), "drafted", {}, after)
    return invoice


def _taken_off(session: Session, invoice: Invoice) -> int:
    lines = select(InvoiceLine.net_minor).where(
        InvoiceLine.invoice_id == invoice.id, InvoiceLine.kind == USED
    )
    return -sum(session.exec(lines).all())
