"""Governing agreements: taken back, and the files beside them. They are written from their declaration."""

from sqlalchemy import delete
from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, NotFound
from psa_app.models import Agreement, Attachment, Sow
from psa_app.services import history
from psa_app.services.contracts.files import keep_beside


@act("agreements", "delete", right="agreements.change")
def delete_agreement(session: Session, actor: Actor, agreement_id: int) -> None:
    """Deletes an agreement with its files. Raises `Conflict` when a scope stands under it."""
    agreement = fetch(session, actor, Agreement, agreement_id, lock=True)
    under = session.exec(select(Sow.number).where(Sow.agreement_id == agreement_id).order_by(Sow.number))
    first = under.first()
    if first is not None:
        raise Conflict(f"{first} stands under “{agreement.title}”. Archive the agreement instead.")
    beside = (col(Attachment.kind) == "agreement") & (col(Attachment.record_id) == agreement_id)
    session.connection().execute(delete(Attachment).where(beside))
    history.note(session, actor, "agreement", agreement_id, "deleted", history.values_of(agreement), {})
    session.delete(agreement)
    session.flush()


@act("agreements", "add_file", right="agreements.change", hidden=True)
def add_agreement_file(
    session: Session, actor: Actor, agreement_id: int, *, name: str, content: bytes
) -> Attachment:
    """Keeps a file beside an agreement, such as its signed PDF; the firm's own people see it.

    Raises `Invalid` for a type, size or name that is not taken.
    """
    fetch(session, actor, Agreement, agreement_id, lock=True)
    return keep_beside(session, actor, "agreement", agreement_id, name, content)


@act("agreements", "remove_file", right="agreements.change", hidden=True)
def remove_agreement_file(session: Session, actor: Actor, agreement_id: int, *, attachment_id: int) -> None:
    """Takes a file away from an agreement."""
    fetch(session, actor, Agreement, agreement_id, lock=True)
    file = fetch(session, actor, Attachment, attachment_id)
    if (file.kind, file.record_id) != ("agreement", agreement_id):
        raise NotFound()
    before = {"file": file.name, "sha256": file.sha256}
    history.note(session, actor, "agreement", agreement_id, "file removed", before, {})
    session.delete(file)
    session.flush()
