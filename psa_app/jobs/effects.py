"""What can be promised, and who does it: mails, papers, and pages to close at the payment service."""

from collections.abc import Mapping
from typing import Any

from psa_app.config import settings
from psa_app.errors import Invalid
from psa_app.formats import change_mail_texts, mail_texts, time_mail_texts
from psa_app.gateways import mail
from psa_app.jobs.outbox import effect

TEXTS = (mail_texts, change_mail_texts, time_mail_texts)
NAMES = {texts.__name__ for texts in TEXTS}


@effect("mail")
def send_mail(key: str, payload: dict[str, Any]) -> str:
    """Sends one mail; the remark names the addresses that the server did not take.

    payload: template, to, path, values, reply_to, attach (see `services/mails.py`).
    """
    config = settings()
    words = _words(payload["template"], payload["values"], config.link(payload["path"]))
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


@effect("invoice_pdf")
def make_invoice_pdf(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001 - every effect has the same form
    """Draws the paper of an invoice and keeps it. payload: invoice_id."""
    from psa_app.services.invoices.papers import keep_invoice_pdf

    keep_invoice_pdf(int(payload["invoice_id"]))
    return ""


@effect("propose_changes")
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


@effect("expire_checkout")
def expire_checkout(key: str, payload: dict[str, Any]) -> str:  # noqa: ARG001
    """Closes a payment page whose invoice can no longer be paid. payload: payment_id."""
    from psa_app.services.payments.pages import expire_page

    expire_page(int(payload["payment_id"]))
    return ""


def _words(template: str, values: Mapping[str, Any], link: str) -> mail_texts.MailText:
    found = (getattr(texts, template, None) for texts in TEXTS)
    words = next((one for one in found if getattr(one, "__module__", "") in NAMES), None)
    if template.startswith("_") or words is None:
        raise Invalid(f"There are no words for a mail {template!r}.", "template")
    try:
        text: mail_texts.MailText = words(**values, link=link)
    except TypeError as error:
        raise Invalid(f"The mail {template} lacks a word: {error}.", "values") from None
    return text


def _attachment(kind: str, record_id: int) -> mail.Attachment:
    if kind == "quote_pdf":
        from psa_app.services.quotes.papers import quote_pdf

        name, content = quote_pdf(record_id)
        return mail.Attachment(name, "application/pdf", content)
    if kind == "change_order_pdf":
        from psa_app.services.contracts.papers import change_order_pdf

        name, content = change_order_pdf(record_id)
        return mail.Attachment(name, "application/pdf", content)
    if kind != "invoice_pdf":
        raise Invalid(f"Nothing called {kind!r} can be attached.", "attach")
    from psa_app.services.invoices.papers import invoice_pdf

    name, content = invoice_pdf(record_id)
    return mail.Attachment(name, "application/pdf", content)
