"""Mails to a client about collecting by itself: announced, failed, a card that expires."""

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, or_, select

from psa_app import clock, routes
from psa_app.formats import words
from psa_app.models import Account, Firm, Invoice, Payment, SavedMethod
from psa_app.queries.invoices.autopay import failures_of
from psa_app.queries.invoices.parties import billing_contacts
from psa_app.rules import dunning
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail

WARN_DAYS = 30


def announce(session: Session, invoice: Invoice, payment: Payment, method: SavedMethod) -> None:
    """Says ahead what will be debited, when and by which mandate, as SEPA wants it."""
    day = words.day(payment.charge_on, _locale(session, payment)) if payment.charge_on else ""
    more = {"day": day, "account": name_of(method), "mandate": method.mandate_ref}
    _mail(session, invoice, payment, "debit_announced", f"announced-{payment.id}", more)


def missed(session: Session, payment: Payment) -> None:
    """Says that a collection failed, and what happens next; asks for another way when tries are over."""
    if payment.method_id is None or payment.invoice_id is None:
        return
    invoice = session.get_one(Invoice, payment.invoice_id)
    session.flush()
    method = session.get_one(SavedMethod, payment.method_id)
    zone = session.exec(select(Firm.time_zone)).one()
    again = dunning.next_try(failures_of(session, payment.invoice_id, method, ZoneInfo(zone)))
    locale = _locale(session, payment)
    code = payment.failure
    more: dict[str, str | bool] = {
        "why": dunning.reason(code),
        "account": name_of(method),
        "again": words.day(again, locale) if again else "",
        "confirm": code == "authentication_required",
    }
    _mail(session, invoice, payment, "collection_failed", f"missed-{payment.id}", more)


def _mail(
    session: Session,
    invoice: Invoice,
    payment: Payment,
    template: str,
    key: str,
    more: Mapping[str, str | bool],
) -> None:
    firm = session.exec(select(Firm)).one()
    for contact in billing_contacts(session, invoice.account_id):
        token = make_portal_link(
            session, contact_id=int(contact.id or 0), document="invoice", document_id=int(invoice.id or 0)
        )
        values: dict[str, str | bool] = {
            "reader": contact.name,
            "firm": firm.name,
            "number": invoice.number,
            "amount": words.money(payment.amount_minor, payment.currency, _locale(session, payment)),
            "test": invoice.is_sandbox,
        }
        promise_mail(
            session,
            f"{key}-{contact.id}",
            template,
            [contact.email],
            routes.portal_link(token),
            values | dict(more),
            about=About("payment", int(payment.id or 0), contact),
        )


def warn_of_expiry(session: Session) -> int:
    """Tells clients of cards that expire within 30 days, once for each; returns how many."""
    firm = session.exec(select(Firm)).one()
    today = clock.today(firm.time_zone)
    cards = select(SavedMethod).where(
        SavedMethod.status == "active",
        SavedMethod.exp_year > 0,
        SavedMethod.exp_year <= (today + timedelta(days=WARN_DAYS)).year,
        or_(col(SavedMethod.warned_on).is_(None)),
    )
    told = 0
    for card in session.exec(cards.order_by(col(SavedMethod.id))).all():
        if last_day(card.exp_year, card.exp_month) - today > timedelta(days=WARN_DAYS):
            continue
        card.warned_on, told = today, told + 1
        for contact in billing_contacts(session, card.account_id):
            promise_mail(
                session,
                f"expires-{card.id}-{card.exp_year}-{card.exp_month}-{contact.id}",
                "method_expires",
                [contact.email],
                routes.PORTAL_PAYMENT,
                {
                    "reader": contact.name,
                    "firm": firm.name,
                    "account": name_of(card),
                    "until": f"{card.exp_month:02}/{card.exp_year}",
                    "test": not card.livemode,
                },
                about=About("saved_method", int(card.id or 0), contact),
            )
    return told


def last_day(year: int, month: int) -> date:
    """The last day on which a card that expires in a month can be charged."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def name_of(method: SavedMethod) -> str:
    """A saved way to pay as its owner knows it: "Visa ••4242"."""
    name = {"sepa_debit": "SEPA debit", "us_bank_account": method.brand.title() or "Bank account"}
    return f"{name.get(method.kind, method.brand.title() or 'Card')} ••{method.last4}"


def _locale(session: Session, payment: Payment) -> str:
    return session.get_one(Account, payment.account_id).locale
