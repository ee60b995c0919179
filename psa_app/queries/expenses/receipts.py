"""The receipts beside expenses."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from psa_app.db import among
from psa_app.models import Attachment

SHOWN = ("image/png", "image/jpeg")  # what a browser shows without running anything


@dataclass(frozen=True, slots=True)
class Receipt:
    """A file beside an expense; a photo can be shown on the page."""

    id: int
    name: str
    size: int
    is_photo: bool


def receipts_of(session: Session, expense_ids: Sequence[int]) -> dict[int, tuple[Receipt, ...]]:
    """By expense, in the order in which they came. The caller has checked who may see the expenses."""
    if not expense_ids:
        return {}
    rows = session.exec(
        select(Attachment)
        .where(Attachment.kind == "expense", among(session, col(Attachment.record_id), list(expense_ids)))
        .order_by(col(Attachment.id))
    )
    found: dict[int, list[Receipt]] = defaultdict(list)
    for one in rows:
        is_photo = one.media_type in SHOWN
        found[one.record_id].append(Receipt(int(one.id or 0), one.name, one.size, is_photo))
    return {expense_id: tuple(files) for expense_id, files in found.items()}
