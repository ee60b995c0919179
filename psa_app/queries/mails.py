"""What was promised to the outside and what became of it; in development, the mails themselves."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from psa_app import routes
from psa_app.access import Actor, may, require, visible
from psa_app.config import Settings
from psa_app.gateways.mail import StoredMail, read_outbox
from psa_app.models import Outbox

MOST = 100
_WORDS = {
    "invoice_pdf": "PDF of an invoice",
    "expire_checkout": "Closing a payment page",
    "sow_to_accept": "Scope to accept",
    "sow_accepted": "Scope accepted",
    "invoice_issued": "Invoice",
    "credit_note_issued": "Credit note",
    "payment_received": "Payment received",
    "payment_reminder": "Reminder",
    "payment_refunded": "Refund",
    "debit_announced": "Debit announced",
    "collection_failed": "Collection failed",
    "method_expires": "Card expires",
    "detach_method": "Removing a way to pay",
    "payment_alert": "Money that needs you",
    "send_refund": "Ordering a refund",
    "manage_subscription": "Changing a subscription at the payment service",
    "invitation": "Invitation",
    "password_reset": "New password",
    "time_rejected": "Time to correct",
    "expense_rejected": "Expense to correct",
    "retainer_used": "Use of a retainer",
    "bookings_moved": "Plan moved",
}


@dataclass(frozen=True, slots=True)
class Promised:
    """One promise: `done_at` is None while it waits, until `due_at`. `error` says why it waits."""

    id: int
    what: str
    to: str
    promised_at: datetime
    due_at: datetime
    done_at: datetime | None
    tries: int
    error: str


def promises(session: Session, actor: Actor) -> list[Promised]:
    """What waits, the longest waiting first, then what was delivered or refused, the newest first."""
    require(actor, "mail.read")
    mine = select(Outbox).where(visible(actor, Outbox))
    waiting = mine.where(col(Outbox.done_at).is_(None)).order_by(col(Outbox.id)).limit(MOST)
    done = mine.where(col(Outbox.done_at).is_not(None)).order_by(col(Outbox.id).desc()).limit(MOST)
    return [_promised(row) for row in (*session.exec(waiting), *session.exec(done))]


def keeps_files(config: Settings) -> bool:
    """True when mails are files that a page may show: in development, without a mail server."""
    return not config.production and not config.smtp_url


def kept_mails(actor: Actor, config: Settings) -> list[StoredMail]:
    """The mails kept in development, the newest first; those with a password link for the owner only."""
    require(actor, "mail.read")
    if not keeps_files(config):
        return []
    return [mail for mail in read_outbox(config.data / "outbox", MOST) if _may_read(actor, mail, config)]


def _may_read(actor: Actor, mail: StoredMail, config: Settings) -> bool:
    """A link to choose a password makes its holder that user."""
    secret = any(link.startswith(config.link(routes.WELCOME)) for link in mail.links)
    return not secret or may(actor, "users.change")


def _promised(row: Outbox) -> Promised:
    payload: Mapping[str, Any] = json.loads(row.payload)
    what = str(payload.get("template", row.kind))
    return Promised(
        id=row.id or 0,
        what=_WORDS.get(what, what.replace("_", " ").capitalize()),
        to=", ".join(payload.get("to", ())),
        promised_at=row.created_at,
        due_at=row.due_at,
        done_at=row.done_at,
        tries=row.tries,
        error=row.error,
    )
