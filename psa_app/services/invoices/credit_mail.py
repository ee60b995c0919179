"""The mail that brings a credit note to the client."""

from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor
from psa_app.formats import words
from psa_app.models import Account, Firm, Invoice
from psa_app.queries.invoices.parties import billing_contacts
from psa_app.services.identity.portal_links import make_portal_link
from psa_app.services.invoices.einvoices import attached
from psa_app.services.mails import About, promise_mail
from psa_app.services.payments.settle import open_amount


def mail_credit_note(
    session: Session,
    actor: Actor,
    note: Invoice,
    invoice: Invoice,
    account: Account,
    firm: Firm,
    again: int = 0,
) -> None:
    """Promises the client's billing contacts the credit note, its PDF with it."""
    note_id, rest = int(note.id or 0), open_amount(session, invoice)
    for contact in billing_contacts(session, int(account.id or 0)):
        token = make_portal_link(
            session, contact_id=int(contact.id or 0), document="invoice", document_id=note_id
        )
        promise_mail(
            session,
            f"credit-note-{note_id}-{contact.id}-{again}",
            "credit_note_issued",
            [contact.email],
            routes.portal_link(token),
            {
                "reader": contact.name,
                "firm": firm.name,
                "number": note.number,
                "invoice": invoice.number,
                "amount": words.money(note.total_minor, note.currency, account.locale),
                "still_open": words.money(rest, note.currency, account.locale) if rest > 0 else "",
                "reason": note.credit_reason,
                "test": note.is_sandbox,
                "language": account.locale[:2],
            },
            attach=attached(session, note),
            about=About("invoice", note_id, contact, actor.name),
        )
