"""Asking for change orders to be drafted once the transaction that made them due is kept.

The drafting locks contracts; an approval holds people and entries, so it does not do both at once.
"""

from collections.abc import Iterable
from secrets import token_hex

from sqlmodel import Session

from psa_app.services.promises import promise

KIND = "propose_changes"


def propose_later(session: Session, sow_ids: Iterable[int]) -> None:
    """Promises the drafting for these scopes; to promise it twice drafts once."""
    found = sorted(set(sow_ids))
    if found:
        promise(session, KIND, f"{KIND}-{token_hex(8)}", {"sow_ids": found})
