"""What no longer counts is cleared out; what still does stays."""

from datetime import timedelta

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.models import (
    Account,
    Contact,
    Inbox,
    LoginSession,
    OneTimeLink,
    Outbox,
    PortalLink,
    RememberedAnswer,
    SignInAttempt,
    User,
)
from psa_app.services.ops.clear_out import clear

TABLES = (LoginSession, OneTimeLink, PortalLink, SignInAttempt, RememberedAnswer, Outbox, Inbox)


@pytest.fixture
def aged(database, clock):
    """`aged(days)` adds one row of each table that came to its end so many days ago."""
    with db.unit_of_work() as session:
        session.add(User(id=1, email="mara@harbour.example", name="Mara", role="owner"))
        session.add(Account(id=1, name="Northwind"))
        session.flush()
        session.add(Contact(id=1, account_id=1, name="Kim", email="kim@northwind.example"))

    def add(days: float) -> None:
        at, name = clock() - timedelta(days=days), f"{days}"
        one_time = {"token_hash": name, "user_id": 1, "created_at": at, "expires_at": at}
        portal = {"token_hash": name, "contact_id": 1, "document": "invoice", "document_id": 1}
        with db.unit_of_work() as session:
            session.add_all(
                [
                    LoginSession(**one_time, last_seen_at=at),
                    OneTimeLink(**one_time, purpose="reset"),
                    PortalLink(**portal, created_at=at, expires_at=at),
                    SignInAttempt(email_hash=name, address="", at=at),
                    RememberedAnswer(user_id=1, key=name, request_hash="", created_at=at),
                    Outbox(kind="mail", key=name, payload="{}", created_at=at, due_at=at, done_at=at),
                    Inbox(
                        event_id=name,
                        provider="stripe",
                        kind="x",
                        payload="{}",
                        received_at=at,
                        due_at=at,
                        done_at=at,
                    ),
                ]
            )

    return add


def counts() -> list[int]:
    with db.reading() as session:
        return [len(session.exec(select(table)).all()) for table in TABLES]


def cleared() -> str:
    with db.unit_of_work() as session:
        return clear(session)


def test_everything_past_its_term_goes(aged):
    aged(91)
    assert cleared() == (
        "1 sessions, 1 invitations, 1 links, 1 sign-in attempts, 1 remembered answers, 1 mails, 1 messages"
    )
    assert counts() == [0] * len(TABLES)


def test_everything_fresh_stays(aged):
    aged(0.5)
    assert cleared() == "nothing to clear"
    assert counts() == [1] * len(TABLES)


def test_what_is_still_to_be_delivered_never_goes(database, clock):
    with db.unit_of_work() as session:
        long_ago = clock() - timedelta(days=400)
        session.add(Outbox(kind="mail", key="k", payload="{}", created_at=long_ago, due_at=long_ago))
    cleared()
    with db.reading() as session:
        assert session.exec(select(Outbox)).one().key == "k"
