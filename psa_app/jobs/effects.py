"""What can be promised, and who does it: mails, papers, and pages to close at the payment service."""

from collections.abc import Callable
from typing import Any

from psa_app.config import settings
from psa_app.errors import Invalid
from psa_app.formats.written_mails import written
from psa_app.gateways import mail

Effect = Callable[[str, dict[str, Any]], str]


def send_mail(key: str, payload: dict[str, Any]) -> str:
    """Sends one mail; the remark names the addresses that the server did not take.

    payload: template, to, path, values, reply_to, attach, only_while_open (see `services/mails.py`).
    """
    config = settings()
    if not _is_wanted(int(payload.get("only_while_open", 0))):
        return "Not sent: the invoice was paid, disputed or promised meanwhile."
    words = written(payload["template"], payload["values"], config.link(payload["path"]))
    message = mail.Message(
        to=payload["to"],
        subject=words.subject,
        text=words.text,
        html=words.html,
        message_id=mail.message_id(key, config.mail_from),
        attachments=[_attachment(kind, record_id) for kind, record_id in payload["attach"].items()],
        reply_to=payload["reply_to"],
    )
    refused = mail.deliver(message, config)
    return f"The mail server did not take {', '.join(refused)}. Check the address." if refused else ""


def _is_wanted(invoice_id: int) -> bool:
    if not invoice_id:
        return True
    from psa_app.db import reading
    from psa_app.services.reminders.send import still_open

    with reading() as session:
        return still_open(session, invoice_id)


def make_invoice_pdf(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001 - every effect has the same form
    """Draws the paper of an invoice and keeps it. payload: invoice_id."""
    from psa_app.services.invoices.papers import keep_invoice_pdf

    keep_invoice_pdf(int(payload["invoice_id"]))
    return ""


def propose_changes(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001
    """Drafts change orders for hours beyond a cap or out of scope. payload: sow_ids."""
    from psa_app.access import system
    from psa_app.db import reading, unit_of_work
    from psa_app.queries.contracts.extra_hours import scopes_to_look_at
    from psa_app.services.contracts.propose import propose_change_orders

    with reading() as session:
        due = scopes_to_look_at(session, [int(one) for one in payload["sow_ids"]])
    if due:
        with unit_of_work() as session:
            propose_change_orders(session, system(), due)
    return ""


def expire_checkout(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001
    """Closes a payment page whose invoice can no longer be paid. payload: payment_id."""
    from psa_app.services.payments.pages import expire_page

    expire_page(int(payload["payment_id"]))
    return ""


def send_refund(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001
    """Orders a refund at the payment service, once. payload: refund_id."""
    from psa_app.services.payments.refund import send_refund as send

    send(int(payload["refund_id"]))
    return ""


def detach_method(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001
    """Takes a removed way to pay away at the payment service. payload: method_id."""
    from psa_app.services.payments.methods import detach_method as detach

    detach(int(payload["method_id"]))
    return ""


def prefer_method(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001
    """Tells the payment service which way to pay a client is collected from. payload: method_id."""
    from psa_app.services.payments.preferred import prefer_method as prefer

    prefer(int(payload["method_id"]))
    return ""


def manage_subscription(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001
    """Makes or changes a subscription at the payment service. payload: managed_id."""
    from psa_app.services.subscriptions.managed_sync import manage

    manage(int(payload["managed_id"]))
    return ""


def _attachment(kind: str, record_id: int) -> mail.Attachment:
    if kind == "quote_pdf":
        from psa_app.services.quotes.papers import quote_pdf

        name, content = quote_pdf(record_id)
        return mail.Attachment(name, "application/pdf", content)
    if kind == "change_order_pdf":
        from psa_app.services.contracts.papers import change_order_pdf

        name, content = change_order_pdf(record_id)
        return mail.Attachment(name, "application/pdf", content)
    if kind == "invoice_xml":
        from psa_app.services.invoices.einvoices import einvoice_file

        name, content = einvoice_file(record_id)
        return mail.Attachment(name, "application/xml", content)
    if kind != "invoice_pdf":
        raise Invalid(f"Nothing called {kind!r} can be attached.", "attach")
    from psa_app.services.invoices.papers import invoice_pdf

    name, content = invoice_pdf(record_id)
    return mail.Attachment(name, "application/pdf", content)


# Who delivers rows of a kind: `fn(key, payload)` returns a remark, "" when all went well. It raises
# `Invalid` for what can never be done; any other error means: try again later.
EFFECTS: dict[str, Effect] = {
    "mail": send_mail,
    "invoice_pdf": make_invoice_pdf,
    "propose_changes": propose_changes,
    "expire_checkout": expire_checkout,
    "send_refund": send_refund,
    "detach_method": detach_method,
    "prefer_method": prefer_method,
    "manage_subscription": manage_subscription,
}
