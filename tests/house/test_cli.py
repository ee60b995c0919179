"""The command line: each command explains itself, does what it says, and tells mistakes in a sentence."""

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlmodel import select

from psa_app import cli, db
from psa_app.cli import start
from psa_app.config import settings
from psa_app.errors import Busy, Invalid
from psa_app.models import ApiToken, Firm, JobRun, Person, Role, User
from tests.support.psa import INIT, Psa

PYTHON = sys.executable
FILE = Path(__file__).parents[1] / "data/time-exports/clockify_shared_report.csv"


def commands() -> list[tuple[str, ...]]:
    """The words of every command, such as ("user", "token")."""
    from psa_app.cli import billing, doctor, firm, records, run, safety, user  # noqa: F401

    found: list[tuple[str, ...]] = []

    def walk(command: Any, words: tuple[str, ...]) -> None:
        inner = getattr(command, "commands", None)
        if inner is None:
            found.append(words)
        for name, one in (inner or {}).items():
            walk(one, (*words, name))

    walk(typer.main.get_command(cli.app), ())
    return sorted(found)


COMMANDS = commands()


def test_the_commands_are_those_that_were_promised() -> None:
    promised = "serve worker migrate init demo user import export bill backup restore verify doctor"
    assert {words[0] for words in COMMANDS} == set(promised.split())
    assert {words[1] for words in COMMANDS if words[0] == "user"} == {
        "list",
        "invite",
        "password-link",
        "deactivate",
        "token",
    }


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_has_help_with_an_example_of_itself(psa: Psa, words: tuple[str, ...]) -> None:
    code, said = psa(*words, "--help")
    assert code == 0
    example = " ".join(said.split("Example:")[1].split())
    assert f"psa {' '.join(words)}" in example
    assert len(said.splitlines()) > 5


def test_every_command_stands_in_the_operating_guide() -> None:
    guide = (Path(__file__).parents[2] / "docs/operating.md").read_text()
    missing = [name for name in sorted({words[0] for words in COMMANDS}) if f"psa {name}" not in guide]
    assert missing == []


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['psa', '--help']\n"
        "from psa_app.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = ('sqlmodel', 'alembic', 'reflex', 'pydantic', 'rich')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_firm_is_set_up_and_its_owner_gets_a_link(psa: Psa) -> None:
    code, said = psa(*INIT)
    assert code == 0, said
    assert "http://localhost:8000/welcome?token=" in said
    with db.reading() as session:
        assert session.exec(select(Firm)).one().base_currency == "EUR"
        owner = session.exec(select(User)).one()
    assert (owner.email, owner.role, owner.password_hash) == ("mara@harbour.example", "owner", "")
    code, said = psa(*INIT)
    assert (code, "already set up" in said) == (1, True)


def test_what_is_wrong_is_told_in_a_sentence_and_nothing_is_made(psa: Psa) -> None:
    for option, value, sentence in (
        ("--currency", "XXL", "not a currency"),
        ("--country", "Atlantis", "two letters"),
        ("--time-zone", "Mars", "time zone"),
        ("--owner-email", "mara", "e-mail address"),
    ):
        code, said = psa(*INIT, option, value)
        assert code == 1
        assert sentence in said
        assert "Traceback" not in said
    with db.reading() as session:
        assert session.exec(select(Firm)).first() is None
        assert session.exec(select(User)).first() is None


def test_users_are_invited_listed_shut_out_and_get_tokens(psa: Psa) -> None:
    psa(*INIT)
    code, said = psa("user", "invite", "Ada@harbour.example", "--name", "Ada Lind", "--role", "finance")
    assert (code, "welcome?token=" in said) == (0, True)
    code, secret = psa(
        "user", "token", "ada@harbour.example", "--name", "nightly", "--read-only", "--days", "7"
    )
    assert (code, secret.startswith("psa_")) == (0, True)
    with db.reading() as session:
        token = session.exec(select(ApiToken)).one()
    assert (token.scopes, (token.expires_at - token.created_at).days) == ("read", 7)
    version = psa("user", "deactivate", "ada@harbour.example")
    assert version[0] == 0
    assert "shut out" in psa("user", "list")[1]
    assert "welcome?token=" in psa("user", "password-link", "mara@harbour.example")[1]
    assert psa("user", "token", "nobody@harbour.example", "--name", "x") == (
        1,
        "Nobody signs in with nobody@harbour.example. See: psa user list\n",
    )


def test_verify_backup_restore_and_doctor_work_together(psa: Psa, tmp_path: Path, monkeypatch: Any) -> None:
    psa(*INIT)
    assert psa("verify")[0] == 0
    code, said = psa("backup")
    assert code == 0
    file = said.split(": made")[0]
    assert "0 files, revision" in said
    code, said = psa("doctor")
    assert "ok   backup" in said
    assert "Traceback" not in said
    code, said = psa("restore", file)
    assert (code, "--replace" in said) == (1, True)
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setenv("PSA_DATA", str(elsewhere))
    db.use_engine(None)
    assert psa("restore", file)[0] == 0
    assert "Mara Lind" in psa("user", "list")[1]
    db.engine().dispose()
    assert psa("restore", file, "--replace", "--yes")[0] == 0


def test_verify_names_what_is_broken_and_ends_with_one(psa: Psa) -> None:
    psa(*INIT)
    with db.unit_of_work() as session:
        session.connection().exec_driver_sql("UPDATE history SET after = '{}' WHERE id = 1")
    code, said = psa("verify")
    assert code == 1
    assert "Line 1 of the history (firm 1) was changed." in said


def test_the_doctor_says_what_to_do(psa: Psa, tmp_path: Path) -> None:
    (tmp_path / "data/psa.db").unlink()
    code, said = psa("doctor")
    assert (code, "Run: psa migrate" in said) == (1, True)
    assert "database at revision" in psa("migrate")[1]
    code, said = psa("doctor")
    assert (code, "psa init" in said) == (1, True)


def test_records_are_exported_as_csv_json_and_xlsx(psa: Psa, tmp_path: Path) -> None:
    psa(*INIT)
    with db.unit_of_work() as session:
        session.add(Role(name="Engineer", standard_cost_minor=6050))
    assert "Engineer,60.50,EUR,yes" in psa("export", "roles")[1]
    assert '"standard_cost": {' in psa("export", "roles", "--format", "json")[1]
    target = tmp_path / "roles.xlsx"
    psa("export", "roles", "--format", "xlsx", "--to", str(target))
    assert target.read_bytes()[:2] == b"PK"
    assert psa("export", "secrets") == (1, "There are no secrets. See: psa export kinds\n")
    assert "invoices" in psa("export", "kinds")[1]


def test_time_is_imported_once_and_only_when_told(psa: Psa) -> None:
    psa(*INIT)
    with db.unit_of_work() as session:
        session.add(Role(id=1, name="Engineer"))
        session.flush()
        hired = date(2010, 1, 1)
        session.add(Person(name="Yuki", email="yuki@harbour.example", role_id=1, hired_on=hired))
    code, said = psa("import", "time", str(FILE))
    assert (code, "--person" in said) == (1, True)
    words = ("import", "time", str(FILE), "--person", "yuki@harbour.example")
    code, said = psa(*words, "--dry-run")
    if "--date-order" in said:
        words = (*words, "--date-order", "mdy")
        code, said = psa(*words, "--dry-run")
    assert code == 0, said
    assert "99 entries" in said
    assert "279183 seconds" in said
    assert "Nothing was written" in said
    assert "99 entries written, 0 known before" in psa(*words, "--apply")[1]
    assert "0 entries written, 99 known before" in psa(*words, "--apply")[1]


def test_records_are_imported_when_told_and_refused_rows_go_to_a_file(psa: Psa, tmp_path: Path) -> None:
    psa(*INIT)
    crm, mend = tmp_path / "crm.csv", tmp_path / "mend.csv"
    crm.write_bytes("Kunde;Ort;E-Mail\nMüller;Köln;\nSchlecht;;keine\n".encode("latin-1"))
    words = ("import", "records", "accounts", str(crm), "--refused", str(mend))
    code, said = psa(*words)
    assert (code, "1 new, 0 changed, 0 same, 1 refused" in said, "Nothing was written" in said) == (
        1,
        True,
        True,
    )
    assert "Schlecht,,keine,3,E-Mail: Type an e-mail address" in mend.read_text("utf-8-sig")
    assert psa(*words, "--apply")[0] == 1
    code, said = psa(*words, "--apply", "--good")
    assert (code, "Written: 1 new, 0 changed." in said) == (0, True), said
    code, said = psa(*words, "--apply", "--good", "--map", "email=", "--map", "legal_name=E-Mail")
    assert "Written: 1 new, 0 changed." in said
    code, said = psa("import", "records", "payouts", str(crm))
    assert (code, "cannot be brought in from a file" in said) == (1, True)
    with crm.open("wb") as large:
        large.truncate(300_000_000)
    code, said = psa(*words)
    assert (code, "larger than 20 MB. Split it" in said) == (1, True)


def test_the_demo_is_refused_in_production_and_beside_a_firm(psa: Psa, monkeypatch: Any) -> None:
    psa(*INIT)
    assert "There is a firm in this database already" in psa("demo")[1]
    monkeypatch.setenv("PSA_ENV", "production")
    monkeypatch.setenv("PSA_SECRET_KEY", "k" * 40)
    code, said = psa("demo")
    assert (code, "not for production" in said) == (1, True)
    code, said = psa("serve", "--demo")
    assert (code, "PSA_DEMO must be 0 in production" in said) == (1, True)


def test_an_empty_or_unreachable_database_is_told_apart(tmp_path: Path, monkeypatch: Any) -> None:
    for url, facts in (
        (f"sqlite:///{tmp_path / 'new.db'}", ("", False, False)),
        ("postgresql://x@127.0.0.1:1/x", None),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        settings.cache_clear()
        if facts:
            assert start.database_facts(settings()) == facts
            assert not (tmp_path / "new.db").exists()
        else:
            with pytest.raises(Busy, match="DATABASE_URL"):
                start.database_facts(settings())
    monkeypatch.undo()
    settings.cache_clear()


def test_a_setting_that_cannot_be_right_stops_every_command(psa: Psa, monkeypatch: Any) -> None:
    monkeypatch.setenv("BACKUP_HOUR", "25")
    for words in (("doctor",), ("verify",), ("backup",), ("worker",)):
        code, said = psa(*words)
        assert (code, said.startswith("BACKUP_HOUR must be")) == (1, True), said
    with pytest.raises(Invalid):
        settings()


@pytest.mark.slow
def test_a_worker_works_until_it_is_told_to_end(own_url: str, tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": own_url, "PSA_DATA": str(tmp_path), "PSA_WORKER": "external"}
    worker = subprocess.Popen(
        [PYTHON, "-m", "psa_app.cli", "worker"], env=environment, stderr=subprocess.PIPE
    )
    engine = db.make_engine(own_url)
    db.use_engine(engine)
    try:
        end = time.monotonic() + 60
        while time.monotonic() < end and not at_work():
            time.sleep(0.05)
        assert at_work()
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
    finally:
        worker.kill()
        worker.wait()
        db.use_engine(None)
        engine.dispose()


def at_work() -> bool:
    with db.reading() as session:
        return session.exec(select(JobRun).where(JobRun.name == "worker")).first() is not None
