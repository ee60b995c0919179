"""A promised mail, and what became of it."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlmodel import select

from psa_app import db
from psa_app.models import Outbox
from psa_app.services.mails import promise_mail

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def promise_reset(key: str = "reset-1", *, to: str = "ines@harbour.example", **values: Any) -> None:
    """Promises a mail with a link to choose a password."""
    words = {"firm": "Harbour Studio", "reader": "Ines", "valid_for": "60 minutes"} | values
    with db.unit_of_work() as session:
        promise_mail(session, key, "password_reset", [to], "/welcome?token=secret", words)


def row(key: str = "reset-1") -> Outbox:
    with db.reading() as session:
        return session.exec(select(Outbox).where(Outbox.key == key)).one()


def path_of(one: Outbox) -> str:
    return str(json.loads(one.payload)["path"])
