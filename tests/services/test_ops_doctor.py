"""The doctor says in words what is wrong and what to do."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import system
from psa_app.config import Settings, settings
from psa_app.models import Firm, Inbox, Outbox, User
from psa_app.services import history
from psa_app.services.ops import doctor
from psa_app.services.ops.doctor import Advice, look_at_database, look_at_machine, worst
from psa_app.services.ops.runs import FAILED, begin_run, end_run


@pytest.fixture
def config(database: Any, clock: Any, tmp_path: Path) -> Settings:
    """A firm at work: an owner, a worker that showed a sign of life."""
    with db.unit_of_work() as session:
        session.add(Firm(id=1, name="Harbour Studio", instance="x"))
        session.add(User(email="mara@harbour.example", name="Mara", role="owner"))
        begin_run(session, "worker")
        end_run(session, "worker")
    return replace(settings(), data=tmp_path)


def told(found: Iterator[Advice]) -> dict[str, tuple[str, str]]:
    return {one.about: (one.level, one.sentence) for one in found}


def of_database(config: Settings) -> dict[str, tuple[str, str]]:
    with db.reading() as session:
        return told(look_at_database(session, config))


def test_a_firm_at_work_is_well(config: Settings) -> None:
    found = of_database(config)
    assert {level for level, _ in found.values()} == {"good"}
    assert found["firm"] == ("good", "Harbour Studio, 1 owner")


def test_a_worker_that_fell_silent_is_told(config: Settings, clock: Any) -> None:
    clock.forward(minutes=3)
    level, sentence = of_database(config)["worker"]
    assert (level, "psa serve" in sentence) == ("look", True)
    level, sentence = of_database(replace(config, production=True, external_worker=True))["worker"]
    assert (level, "psa worker" in sentence) == ("bad", True)


def test_mails_that_wait_or_were_refused_are_told_with_the_reason(config: Settings, clock: Any) -> None:
    at = clock()
    late = {"kind": "mail", "payload": "{}", "created_at": at, "due_at": at}
    with db.unit_of_work() as session:
        session.add(Outbox(key="late", error="The mail server did not answer.", **late))
        session.add(Outbox(key="never", error="Refused (550).", done_at=at, **late))
    clock.forward(minutes=16)
    with db.reading() as session:
        said = " ".join(one.sentence for one in look_at_database(session, config) if one.about == "outbox")
    assert "1 mails or papers wait" in said
    assert "did not answer" in said
    assert "1 could not be delivered" in said


def test_a_clock_that_went_back_is_told(config: Settings, clock: Any) -> None:
    with db.unit_of_work() as session:
        history.note(session, system(), "firm", 1, "changed")
    clock.forward(hours=-1)
    level, sentence = of_database(config)["clock"]
    assert (level, "NTP" in sentence) == ("bad", True)


def test_a_failed_night_and_messages_that_wait_are_told(config: Settings, clock: Any) -> None:
    with db.unit_of_work() as session:
        end_run(session, "backup", FAILED + "The disk is full.")
        when = {"received_at": clock(), "due_at": clock()}
        session.add(Inbox(event_id="e", provider="stripe", kind="x", payload="{}", **when))
    clock.forward(minutes=16)
    found = of_database(config)
    assert "The disk is full." in found["backup"][1]
    assert "1 messages" in found["payments"][1]


def test_a_firm_without_owner_or_keys_is_told(config: Settings) -> None:
    with db.unit_of_work() as session:
        session.get_one(Firm, 1).payment_provider = "stripe"
        for user in session.exec(select(User)):
            user.is_active = False
    found = of_database(config)
    assert "psa user invite" in found["firm"][1]
    assert "STRIPE_API_KEY" in found["payments"][1]


def test_a_full_disk_and_missing_backups_are_told(tmp_path: Path, monkeypatch: Any) -> None:
    config = replace(settings(), data=tmp_path)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 5_000_000}))
    found = told(look_at_machine(config))
    assert found["disk"][0] == "bad"
    assert found["backup"] == ("look", "There is no backup yet. Make one: psa backup")
    found = told(look_at_machine(replace(config, production=True)))
    assert (found["backup"][0], found["mail"][0]) == ("bad", "bad")


def test_a_mail_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    found = told(look_at_machine(replace(settings(), data=tmp_path, smtp_url="smtp://127.0.0.1:1")))
    assert (found["mail"][0], "SMTP_URL" in found["mail"][1]) == ("bad", True)


def test_the_worst_decides() -> None:
    good, look, bad = (Advice(level, "x", "") for level in ("good", "look", "bad"))
    assert [worst([good]), worst([good, look]), worst([look, bad, good])] == ["good", "look", "bad"]


def test_an_old_backup_is_told(tmp_path: Path, clock: Any) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups/psa-20261120-030000.tar.gz").touch()
    clock.set(clock() + timedelta(days=3))
    level, sentence = told(look_at_machine(replace(settings(), data=tmp_path)))["backup"]
    assert (level, "hours old" in sentence) == ("bad", True)
