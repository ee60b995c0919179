"""What a client said about an open invoice: a day they promised, a dispute, or that reminders rest."""

from datetime import date

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Firm, FollowUp, Invoice
from psa_app.models.base import touch
from psa_app.rules import fields
from psa_app.services import history

_FIELDS = ("promised_on", "is_disputed", "is_paused", "note")


@act("invoices", "follow_up", right="payments.record")
def follow_up(
    session: Session,
    actor: Actor,
    invoice_id: int,
    *,
    promised_on: date | None = None,
    is_disputed: bool = False,
    is_paused: bool = False,
    note: str = "",
) -> Invoice:
    """Keeps what was said about an issued invoice; while it holds, no reminder goes out.

    What is not given any more does not hold any more. Raises `Invalid` for a promise in the past.
    """
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    if invoice.status != "issued" or invoice.kind != "invoice":
        raise Conflict("Only an issued invoice is followed up.")
    kept = session.exec(select(FollowUp).where(FollowUp.invoice_id == invoice_id)).first()
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    if promised_on is not None and promised_on < today and (kept is None or kept.promised_on != promised_on):
        raise Invalid("This day is over. Choose today or a later day.", "promised_on")
    said = {
        "promised_on": promised_on,
        "is_disputed": is_disputed,
        "is_paused": is_paused,
        "note": fields.text(note, "note", max=1000, required=False),
    }
    if kept is None:
        kept = FollowUp(invoice_id=invoice_id)
        session.add(kept)
    before = {name: getattr(kept, name) for name in _FIELDS}
    changed = {name: value for name, value in said.items() if before[name] != value}
    if changed:
        kept.sqlmodel_update(changed)
        touch(kept)
        session.flush()
        was = {name: before[name] for name in changed}
        history.note(session, actor, "invoice", invoice_id, "followed up", was, changed)
    return invoice
