"""Sending reminders: each once, and none any more when it is paid, disputed, on its way or promised."""

from sqlmodel import Session, select

from psa_app import clock, db, routes
from psa_app.access import Actor, act, fetch, system
from psa_app.db import insert_row
from psa_app.errors import Conflict
from psa_app.formats import words
from psa_app.models import Account, Contact, Firm, Invoice, Reminder, ReminderStep
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.parties import billing_contacts
from psa_app.queries.receivables.standing import Receivable, open_receivables
from psa_app.rules import money
from psa_app.rules.reminders import filled
from psa_app.services import history
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail


@act("invoices", "remind", right="payments.record")
def remind(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    """Sends the next reminder of an open invoice now, though it may not be due yet.

    Raises `Conflict` when the invoice is paid, disputed, promised or rests, or none is left in its plan.
    """
    invoice, found = _locked(session, actor, invoice_id)
    if found is None:
        raise Conflict("Nothing is open on this invoice, so there is nothing to remind of.")
    firm = session.exec(select(Firm)).one()
    today = clock.today(firm.time_zone)
    why, step = found.held(today), found.next(today)
    if why:
        raise Conflict(f"No reminder was sent. {words.with_days(why)}")
    if step is None:
        sentence = (
            "Its plan has no further reminder." if found.steps else "There is no plan of reminders yet."
        )
        raise Conflict(f"{sentence} Add one in Settings.")
    _send(session, actor, invoice, found, session.get_one(ReminderStep, step.id), firm)
    return invoice


def send_due() -> int:
    """Sends every reminder that is due, each in a transaction of its own; gives how many went out."""
    with db.reading() as session:
        firm = session.exec(select(Firm)).first()
        if firm is None:
            return 0
        today = clock.today(firm.time_zone)
        every = open_receivables(session, is_test=takes_test_money(firm))
        wanted = [one.id for one in every if one.due(today) and not one.held(today)]
    count = 0
    for invoice_id in wanted:
        with db.unit_of_work() as session:
            count += _send_if_due(session, invoice_id)
    return count


def still_open(session: Session, invoice_id: int) -> bool:
    """Whether a reminder that waited for the mail server still has a reason; the caller is the worker."""
    firm = session.exec(select(Firm)).one()
    invoice = session.get_one(Invoice, invoice_id)
    found = open_receivables(session, is_test=invoice.is_sandbox, invoice_id=invoice_id)
    return bool(found) and not found[0].held(clock.today(firm.time_zone))


def _send_if_due(session: Session, invoice_id: int) -> bool:
    invoice, found = _locked(session, system(), invoice_id)
    firm = session.exec(select(Firm)).one()
    today = clock.today(firm.time_zone)
    step = found.due(today) if found else None
    if found is None or step is None or found.held(today):
        return False
    _send(session, system(), invoice, found, session.get_one(ReminderStep, step.id), firm)
    return True


def _locked(session: Session, actor: Actor, invoice_id: int) -> tuple[Invoice, Receivable | None]:
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    found = open_receivables(session, is_test=invoice.is_sandbox, invoice_id=invoice_id)
    return invoice, found[0] if found else None


def _send(
    session: Session, actor: Actor, invoice: Invoice, found: Receivable, step: ReminderStep, firm: Firm
) -> None:
    account = session.get_one(Account, invoice.account_id)
    fee = _fee(step, invoice, firm)
    today = clock.today(firm.time_zone)
    values = {"invoice_id": invoice.id, "days": step.days, "fee_minor": fee, "currency": invoice.currency}
    insert_row(session, Reminder, at=clock.now(), sent_on=today, **values)
    readers = billing_contacts(session, invoice.account_id)
    for contact in readers:
        _mail(session, actor, invoice, account, firm, contact, step, found, fee)
    after = {"days": step.days, "mailed_to": len(readers)} | ({"fee_minor": fee} if fee else {})
    history.note(session, actor, "invoice", int(invoice.id or 0), "reminded", {}, after)


def _fee(step: ReminderStep, invoice: Invoice, firm: Firm) -> int:
    """The fee in the invoice's currency, at the rate that the invoice froze."""
    if not step.fee_minor or invoice.currency == firm.base_currency:
        return step.fee_minor
    one = 10 ** money.exponent(invoice.currency)
    in_base = money.convert(one, invoice.base_rate_nano, invoice.currency, firm.base_currency)
    return money.divide(step.fee_minor * one, in_base) if in_base else 0


def _mail(
    session: Session,
    actor: Actor,
    invoice: Invoice,
    account: Account,
    firm: Firm,
    contact: Contact,
    step: ReminderStep,
    found: Receivable,
    fee: int,
) -> None:
    invoice_id, contact_id = int(invoice.id or 0), int(contact.id or 0)
    told = {
        "reader": contact.name,
        "firm": firm.name,
        "client": account.name,
        "number": invoice.number,
        "open": words.money(found.rest, invoice.currency, account.locale),
        "due": words.day(found.due_on, account.locale),
        "days": str(found.days_over(clock.today(firm.time_zone))),
        "fee": words.money(fee, invoice.currency, account.locale) if fee else "",
    }
    token = make_portal_link(session, contact_id=contact_id, document="invoice", document_id=invoice_id)
    promise_mail(
        session,
        f"reminder-{invoice_id}-{step.days}-{contact_id}",
        "payment_reminder",
        [contact.email],
        routes.portal_link(token),
        {
            **{name: told[name] for name in ("reader", "firm", "number", "open", "due", "days", "fee")},
            "subject": filled(step.subject, told),
            "body": filled(step.body, told),
            "language": account.locale[:2],
            "test": invoice.is_sandbox,
        },
        attach={"invoice_pdf": invoice_id},
        about=About("invoice", invoice_id, contact, actor.name),
        only_while_open=invoice_id,
    )
