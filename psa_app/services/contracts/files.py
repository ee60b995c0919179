"""Files beside a scope or an agreement. A scope's for the client are agreed: their hash is in its text."""

import hashlib
import os
from pathlib import Path, PurePath

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act, fetch, require
from psa_app.config import settings
from psa_app.db import reading
from psa_app.errors import Conflict, Invalid, NotFound
from psa_app.models import Agreement, Attachment, Expense, Sow
from psa_app.models.base import Record
from psa_app.rules import fields
from psa_app.services import history

MEGABYTE = 1_000_000
LARGEST = 10 * MEGABYTE
MOST = 20  # beside one record
_BESIDE: dict[str, tuple[str, type[Record]]] = {
    "sow": ("sows.read", Sow),
    "agreement": ("agreements.read", Agreement),
    "expense": ("expenses.read", Expense),
}
_ZIP = b"PK\x03\x04"
_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: dict[str, tuple[str, bytes]] = {  # by the name's ending: the media type, and how such a file begins
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".docx": (f"{_OFFICE}wordprocessingml.document", _ZIP),
    ".xlsx": (f"{_OFFICE}spreadsheetml.sheet", _ZIP),
    ".pptx": (f"{_OFFICE}presentationml.presentation", _ZIP),
    ".txt": ("text/plain", b""),
    ".csv": ("text/csv", b""),
}
KINDS = "PDF, PNG, JPEG, Word, Excel, PowerPoint, text or CSV"


@act("attachments", "add", right="attachments.change", hidden=True)
def add_file(
    session: Session, actor: Actor, sow_id: int, *, name: str, content: bytes, for_client: bool = True
) -> Attachment:
    """Keeps a file beside a scope: for the client only while it is a draft, the firm's own at any time.

    Raises `Invalid` for a type, size or name that is not taken, `Conflict` once the scope was sent.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if for_client:
        require(actor, "sows.change")
        _check_draft(sow)
    return keep_beside(session, actor, "sow", sow_id, name, content, for_client=for_client)


def keep_beside(
    session: Session,
    actor: Actor,
    kind: str,
    record_id: int,
    name: str,
    content: bytes,
    *,
    for_client: bool = False,
) -> Attachment:
    """Keeps a file beside a record that the caller has locked. Raises `Invalid` as `add_file`."""
    known = session.exec(select(Attachment).where(Attachment.kind == kind, Attachment.record_id == record_id))
    beside = known.all()
    if len(beside) >= MOST:
        raise Invalid(f"There are {MOST} files already. Remove one first.", "file")
    shown = fields.text(PurePath(name.replace("\\", "/")).name, "file", max=120)
    if any(one.name == shown for one in beside):
        raise Invalid(
            f"There is a file “{shown}” already. Remove it first, or name this one otherwise.", "file"
        )
    media_type = checked_type(shown, content)
    digest = keep_content(content)
    file = Attachment(
        kind=kind,
        record_id=record_id,
        name=shown,
        media_type=media_type,
        size=len(content),
        sha256=digest,
        for_client=for_client,
        added_by=actor.user_id,
        added_at=clock.now(),
    )
    session.add(file)
    session.flush()
    history.note(session, actor, kind, record_id, "file added", {}, {"file": shown, "sha256": digest})
    return file


@act("attachments", "remove", right="attachments.change", hidden=True)
def remove_file(session: Session, actor: Actor, attachment_id: int) -> None:
    """Takes a file away; one for the client only from a draft. Its content is kept for earlier versions."""
    file = fetch(session, actor, Attachment, attachment_id)
    if file.kind != "sow":
        raise NotFound()
    sow = fetch(session, actor, Sow, file.record_id, lock=True)
    if file.for_client:
        require(actor, "sows.change")
        _check_draft(sow)
    before = {"file": file.name, "sha256": file.sha256}
    history.note(session, actor, "sow", file.record_id, "file removed", before, {})
    session.delete(file)
    session.flush()


def read_file(actor: Actor, attachment_id: int) -> tuple[str, str, bytes]:
    """Name, media type and bytes for someone who may see what it lies beside, else `NotFound`.

    Raises `Conflict` when the stored bytes are not those that were added.
    """
    with reading() as session:
        file = fetch(session, actor, Attachment, attachment_id)
        if file.kind not in _BESIDE:
            raise NotFound()
        right, model = _BESIDE[file.kind]
        require(actor, right)
        fetch(session, actor, model, file.record_id)
    try:
        content = place_of(file.sha256).read_bytes()
    except FileNotFoundError:
        raise NotFound() from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise Conflict(f"“{file.name}” is not the file that was added. Bring it back from a backup.")
    return file.name, file.media_type, content


def place_of(digest: str) -> Path:
    """Where the content with this sha-256 lies."""
    return settings().data / "files" / "attachments" / digest[:2] / digest


def keep_content(content: bytes) -> str:
    """Writes the content under its hash, whole or not at all, and gives the hash."""
    digest = hashlib.sha256(content).hexdigest()
    target = place_of(digest)
    if target.exists():
        return digest
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    part.write_bytes(content)
    part.chmod(0o600)
    part.replace(target)
    return digest


def checked_type(name: str, content: bytes) -> str:
    """The media type of a file by its name, if its content is of that type. Raises `Invalid`."""
    known = TYPES.get(PurePath(name).suffix.lower())
    if known is None:
        raise Invalid(f"Choose a file of the type {KINDS}.", "file")
    media_type, begins = known
    if not content:
        raise Invalid(f"“{name}” is empty.", "file")
    if len(content) > LARGEST:
        raise Invalid(
            f"“{name}” is larger than {LARGEST // MEGABYTE} MB. Make it smaller or split it.", "file"
        )
    if not content.startswith(begins):
        raise Invalid(f"“{name}” is not what its name says. Save it again in its own program.", "file")
    if not begins and b"\x00" in content:
        raise Invalid(f"“{name}” is no text file. Save it as text or PDF.", "file")
    return media_type


def _check_draft(sow: Sow) -> None:
    if sow.status != "draft":
        raise Conflict(f"{sow.number} was sent with its files as they are. Take it back to change them.")
