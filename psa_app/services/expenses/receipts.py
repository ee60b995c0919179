"""Receipts: files beside an expense. They go with a draft and stay once it is decided on."""

from sqlalchemy import delete
from sqlmodel import Session, col

from psa_app.access import Actor, act, fetch, require
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Attachment, Expense
from psa_app.services import history
from psa_app.services.contracts.files import checked_type, keep_beside, keep_content, place_of

KIND = "expense"
TYPES = (".pdf", ".png", ".jpg", ".jpeg")
TAKEN = "PDF, PNG or JPEG"
OPEN = ("draft", "submitted")  # a receipt may still come while it waits


@act("expenses", "add_receipt", right="expenses.log", hidden=True)
def add_receipt(session: Session, actor: Actor, expense_id: int, *, name: str, content: bytes) -> Attachment:
    """Keeps a receipt beside one's expense. Raises `Invalid` for a file that is not taken, `Conflict`
    once the expense is approved.
    """
    expense = _open(session, actor, expense_id)
    _check_taken(name)
    return keep_beside(session, actor, KIND, int(expense.id or 0), name, content)


@act("expenses", "remove_receipt", right="expenses.log", hidden=True)
def remove_receipt(session: Session, actor: Actor, attachment_id: int) -> None:
    """Takes a receipt away from an expense that is a draft or waits."""
    file = fetch(session, actor, Attachment, attachment_id)
    if file.kind != KIND:
        raise NotFound()
    _open(session, actor, file.record_id)
    before = {"file": file.name, "sha256": file.sha256}
    history.note(session, actor, KIND, file.record_id, "file removed", before, {})
    session.delete(file)
    session.flush()


def drop_receipts(session: Session, expense_id: int) -> None:
    """Takes all receipts of an expense away."""
    beside = (col(Attachment.kind) == KIND) & (col(Attachment.record_id) == expense_id)
    session.connection().execute(delete(Attachment).where(beside))


def hold_receipt(session: Session, actor: Actor, *, name: str, content: bytes) -> str:  # noqa: ARG001
    """Keeps the content of a receipt for an expense that is still being written; the key to it.

    It belongs to nobody until `add_held_receipt`. Raises `Invalid` as `add_receipt`.
    """
    require(actor, "expenses.log")
    _check_taken(name)
    checked_type(name, content)
    return keep_content(content)


def add_held_receipt(session: Session, actor: Actor, expense_id: int, *, name: str, held: str) -> Attachment:
    """Puts a held receipt beside one's expense. `held` must come from `hold_receipt`, never from outside."""
    return add_receipt(session, actor, expense_id, name=name, content=place_of(held).read_bytes())


def _check_taken(name: str) -> None:
    if not name.lower().endswith(TYPES):
        raise Invalid(f"A receipt is a {TAKEN}: take a photo of it, or save it so.", "file")


def _open(session: Session, actor: Actor, expense_id: int) -> Expense:
    expense = fetch(session, actor, Expense, expense_id, lock=True)
    if expense.person_id != actor.person_id:
        raise Forbidden("Only the person who spent the money changes its receipts.")
    if expense.status not in OPEN:
        raise Conflict("This expense is approved: its receipts stay as they are.")
    return expense
