"""What was promised is delivered: later if it must be, and once."""

import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.config import settings
from psa_app.gateways.mail import read_outbox
from psa_app.jobs import outbox
from psa_app.models import Account, Contact, History, Mail
from psa_app.services.mails import About, promise_mail
from psa_app.services.promises import promise
from tests.jobs.promised import LONG_AGO, path_of, promise_reset, row
from tests.support.smtp import mail_server


def unused_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_a_promised_mail_goes_out_once_with_a_full_link(database, setting, clock):
    promise_reset()
    assert outbox.deliver_due() == 1
    assert outbox.deliver_due() == 0
    (mail,) = read_outbox(settings().data / "outbox")
    assert (mail.to, mail.links) == ("ines@harbour.example", ("http://localhost:8000/welcome?token=secret",))
    assert row().done_at is not None


def test_a_delivered_mail_leaves_no_link_in_the_database(database, setting, clock):
    promise_reset()
    assert path_of(row()) == "/welcome?token=secret"
    outbox.deliver_due()
    assert path_of(row()) == ""


def test_a_mail_waits_while_the_server_is_down_and_is_then_sent_once(database, setting, clock):
    setting(SMTP_URL=f"smtp://127.0.0.1:{unused_port()}", MAIL_FROM="Studio <billing@harbour.example>")
    promise_reset()
    outbox.deliver_due()
    waiting = row()
    assert (waiting.done_at, waiting.tries, "did not answer" in waiting.error) == (None, 1, True)
    assert outbox.deliver_due() == 0, "it is not tried again before its wait is over"
    with mail_server() as server:
        setting(SMTP_URL=f"smtp://127.0.0.1:{server.port}")
        for _ in range(3):
            clock.forward(hours=2)
            outbox.deliver_due()
        assert len(server.mails) == 1
    assert (row().error, row().done_at is None) == ("", False)


def test_what_became_of_a_clients_mail_is_kept_with_it(database, setting, clock):
    with db.unit_of_work() as session:
        session.add(account := Account(name="Northwind"))
        session.flush()
        session.add(nina := Contact(account_id=account.id, name="Nina", email="nina@northwind.example"))
        session.flush()
        words = {"firm": "Harbour Studio", "reader": "Nina", "invited_by": "Olga", "valid_for": "60 minutes"}
        about = About("contact", nina.id, nina, "Olga")
        promise_mail(session, "invite", "invitation", [nina.email], "/welcome?token=x", words, about=about)
    setting(SMTP_URL=f"smtp://127.0.0.1:{unused_port()}", MAIL_FROM="Studio <billing@harbour.example>")
    outbox.deliver_due()
    assert "did not answer" in kept_mail().error
    assert kept_mail().done_at is None
    with mail_server() as server:
        setting(SMTP_URL=f"smtp://127.0.0.1:{server.port}")
        clock.forward(hours=2)
        outbox.deliver_due()
    assert (kept_mail().error, kept_mail().done_at is None) == ("", False)
    with db.reading() as session:  # open pages hear it from history
        told = session.exec(select(History).where(History.kind == "mail")).all()
    assert [(one.record_id, one.verb) for one in told] == [(kept_mail().id, "sent")]


def kept_mail():
    with db.reading() as session:
        return session.exec(select(Mail)).one()


def test_a_refused_address_is_final_and_says_so(database, setting, clock):
    with mail_server(RCPT="550 nobody here") as server:
        setting(SMTP_URL=f"smtp://127.0.0.1:{server.port}", MAIL_FROM="billing@harbour.example")
        promise_reset()
        outbox.deliver_due()
        clock.forward(days=1)
        assert outbox.deliver_due() == 0
    assert row().done_at is not None
    assert "refused" in row().error
    assert "550" in row().error


def test_a_mail_that_the_program_cannot_word_is_final(database, setting, clock):
    promise_reset(unknown_word="x")
    outbox.deliver_due()
    assert row().done_at is not None
    assert "lacks a word" in row().error


def test_one_broken_row_does_not_hold_up_the_others(database, setting, clock):
    with db.unit_of_work() as session:
        promise(session, "pigeon", "first", {})
    promise_reset("second")
    assert outbox.deliver_due() == 2
    assert "Nobody delivers 'pigeon'" in row("first").error
    assert row("first").done_at is None
    assert row("second").done_at is not None


def test_waits_grow_to_an_hour():
    waits = [outbox.wait_after(tries) for tries in (1, 4, 8, 40)]
    assert waits == sorted(waits)
    assert timedelta(seconds=1) < waits[0] < timedelta(seconds=3)
    assert timedelta(minutes=45) < waits[-1] < timedelta(minutes=75)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_killed_in_the_middle_loses_nothing_and_sends_nothing_twice(
    own_database, own_url, setting, clock, moment
):
    clock.set(LONG_AGO)  # the process that dies has the real clock
    promise_reset()
    environment = os.environ | {"DATABASE_URL": own_url}
    died = subprocess.run(
        [sys.executable, "-m", "tests.jobs.crash", moment], env=environment, check=False, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    held = row()
    assert (held.done_at, held.tries) == (None, 1)
    clock.set(held.due_at + timedelta(seconds=1))
    assert outbox.deliver_due() == 1
    assert row().done_at is not None
    assert len(read_outbox(settings().data / "outbox")) == 1
