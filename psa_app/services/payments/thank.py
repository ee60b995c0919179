"""The mail that says that money has come."""

from collections.abc import Sequence

from sqlmodel import Session, select

from psa_app import routes
from psa_app.formats import words
from psa_app.models import Account, Firm, Invoice, Payment
from psa_app.queries.invoices.parties import billing_contacts
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.mails import About, promise_mail
from psa_app.services.payments.settle import open_amount


def thank(session: Session, invoice: Invoice, payment: Payment, also: Sequence[Invoice] = ()) -> None:
    """Promises the billing contacts a short mail about a payment, once for each payment.

    `also` are further invoices that it paid: the mail names all, and what is open on them together.
    """
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, invoice.account_id)
    paid = [invoice, *also]
    rest = sum(max(open_amount(session, one), 0) for one in paid)
    for contact in billing_contacts(session, invoice.account_id):
        token = make_portal_link(
            session, contact_id=int(contact.id or 0), document="invoice", document_id=int(invoice.id or 0)
        )
        promise_mail(
            session,
            f"payment-{payment.id}-{contact.id}",
            "payment_received",
            [contact.email],
            routes.portal_link(token),
            {
                "reader": contact.name,
                "firm": firm.name,
                "number": ", ".join(one.number for one in paid),
                "amount": words.money(payment.amount_minor, payment.currency, account.locale),
                "received": words.day(payment.received_on, account.locale) if payment.received_on else "",
                "still_open": words.money(rest, payment.currency, account.locale) if rest > 0 else "",
                "test": payment.provider == "sandbox",
                "language": account.locale[:2],
            },
            about=About("payment", int(payment.id or 0), contact),
        )
