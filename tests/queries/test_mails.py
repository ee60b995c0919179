"""Who sees which mails, and what is told of those that wait or were refused."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import Actor
from psa_app.config import Settings, settings
from psa_app.errors import Forbidden
from psa_app.gateways.mail import Message, deliver, message_id
from psa_app.models import Outbox
from psa_app.queries.mails import kept_mails, promises
from psa_app.services.mails import promise_mail

OWNER, FINANCE, LEAD = (Actor("Someone", role, 1) for role in ("owner", "finance", "lead"))


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """Two mails are kept: one with an invoice's link, one that lets choose a password."""
    mine = replace(settings(), data=tmp_path)
    for key, link in (("invoice", "/open/abc"), ("reset", "/welcome?token=abc")):
        words = f"Open {mine.link(link)}"
        known = message_id(key, mine.mail_from)
        deliver(Message(["kim@x.example"], key, words, words, known), mine)
    return mine


def subjects(who: Actor, config: Settings) -> set[str]:
    return {mail.subject for mail in kept_mails(who, config)}


def test_only_the_owner_sees_mails_that_let_choose_a_password(config: Settings) -> None:
    assert subjects(OWNER, config) == {"invoice", "reset"}
    assert subjects(FINANCE, config) == {"invoice"}
    with pytest.raises(Forbidden):
        kept_mails(LEAD, config)


def test_no_mail_is_shown_in_production_or_when_they_are_really_sent(config: Settings) -> None:
    assert subjects(OWNER, replace(config, production=True)) == set()
    assert subjects(OWNER, replace(config, smtp_url="smtp://localhost:25")) == set()


def test_promises_tell_what_to_whom_and_what_came_of_it(database: Any, clock: Any) -> None:
    with db.unit_of_work() as session:
        for key in ("one", "two", "three"):
            promise_mail(session, key, "invoice_issued", [f"{key}@x.example"], "/open/x", {})
        rows = {row.key: row for row in session.exec(select(Outbox))}
        rows["two"].done_at, rows["two"].error = clock(), "Refused (550)."
        rows["three"].done_at = clock()
    with db.reading() as session:
        found = promises(session, FINANCE)
        with pytest.raises(Forbidden):
            promises(session, LEAD)
    told = [(one.what, one.to, one.done_at is None, one.error) for one in found]
    assert told == [
        ("Invoice", "one@x.example", True, ""),
        ("Invoice", "three@x.example", False, ""),
        ("Invoice", "two@x.example", False, "Refused (550)."),
    ]
