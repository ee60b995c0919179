"""Promising an effect on the outside world in the same transaction as the act."""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app import clock
from psa_app.db import insert_row
from psa_app.models import Outbox


def promise(session: Session, kind: str, key: str, payload: Mapping[str, Any]) -> None:
    """Adds an outbox row: `kind` names who delivers it, `key` makes it happen once."""
    now = clock.now()
    insert_row(
        session,
        Outbox,
        kind=kind,
        key=key,
        payload=json.dumps(payload),
        created_at=now,
        due_at=now,
        tries=0,
        done_at=None,
        error="",
    )
