"""A backup holds one moment, made while others write; restored anywhere, it is the same to the letter."""

import io
import json
import tarfile
import threading
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlmodel import select

from psa_app import db
from psa_app.access import system
from psa_app.config import settings
from psa_app.errors import Conflict, Invalid
from psa_app.migrations import run as migrations
from psa_app.models import Account, Contact, Firm, Role, metadata
from psa_app.services import history
from psa_app.services.ops.backup import backups, make_backup, prune, read_manifest
from psa_app.services.ops.restore import is_empty, restore
from psa_app.services.ops.unpack import summary
from tests.conftest import in_use


@pytest.fixture(autouse=True)
def data_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("PSA_DATA", str(tmp_path / "data"))
    settings.cache_clear()
    yield tmp_path / "data"
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def firm(own_database, clock, data_folder):
    fill(clock, data_folder)
    return own_database


@pytest.fixture
def sqlite_firm(sqlite_database, clock, data_folder):
    fill(clock, data_folder)


def fill(clock, data_folder) -> None:
    with db.unit_of_work() as session:
        session.add(Firm(id=1, name="Harbour Studio – Wien", instance="x", locked_through=clock().date()))
        session.add(Account(id=7, name="Northwind \t\n“quoted”, 日本", payment_days=None))
        session.flush()
        session.add(Contact(account_id=7, name="Kim", email="kim@northwind.example", is_billing=True))
        history.note(session, system(), "account", 7, "created", {}, {"name": "Northwind"})
    papers = data_folder / "files" / "invoices"
    papers.mkdir(parents=True)
    (papers / "1.pdf").write_bytes(b"%PDF-1.7 \x00\xff")
    (papers / "half.part").write_bytes(b"not whole")


def digests(file: Path) -> dict[str, str]:
    return {name: entry["sha256"] for name, entry in read_manifest(file)["tables"].items()}


def another_backup(url: str, folder: Path) -> Path:
    for _ in in_use(db.make_engine(url)):
        return make_backup(folder)
    raise AssertionError


def other_url(kind: str, request) -> str:
    """An empty database of a kind, without tables."""
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path') / 'elsewhere.db'}"
    from tests.conftest import create_database

    server = request.getfixturevalue("postgres")
    name = f"elsewhere_{uuid4().hex}"
    create_database(server, name)
    return server.url(name)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_backup_restored_into_either_database_is_the_same(firm, kind, request, tmp_path, data_folder):
    file = make_backup(tmp_path / "backups")
    url = other_url(kind, request)
    assert is_empty(url)
    restore(file, url)
    assert digests(another_backup(url, tmp_path / "again")) == digests(file)
    assert migrations.current(url) == migrations.head()
    for engine in in_use(db.make_engine(url)):
        with db.unit_of_work() as session:
            session.add(Account(name="The next one"))
        with db.reading() as session:
            assert session.exec(select(Account.id).where(Account.name == "The next one")).one() > 7
        assert engine.dialect.name.startswith(kind)
    assert (data_folder / "files/invoices/1.pdf").read_bytes() == b"%PDF-1.7 \x00\xff"
    assert not (data_folder / "files/invoices/half.part").exists()


@pytest.mark.slow
def test_a_backup_sees_one_moment_while_others_write(firm, tmp_path):
    """Each transaction writes a role and its history: a backup never holds one without the other."""
    stop, written = threading.Event(), threading.Semaphore(0)

    def write() -> None:
        number = 0
        while not stop.is_set():
            with db.unit_of_work() as session:
                role = Role(name=f"Role {(number := number + 1)}")
                session.add(role)
                session.flush()
                history.note(session, system(), "role", role.id or 0, "created")
            written.release()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(4):
            for _ in range(5):
                assert written.acquire(timeout=10)
            tables = read_manifest(make_backup(tmp_path / str(number)))["tables"]
            assert tables["role"]["rows"] == tables["history"]["rows"] - 1
            counts.append(tables["role"]["rows"])
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(set(counts)), "the writer went on between the backups"


def test_a_database_with_a_firm_is_only_replaced_when_told(firm, own_url, tmp_path):
    file = make_backup(tmp_path)
    with pytest.raises(Conflict, match="--replace"):
        restore(file, own_url)


@pytest.mark.slow
def test_replacing_brings_back_what_was_and_keeps_the_old_beside(firm, own_url, tmp_path, data_folder):
    file = make_backup(tmp_path / "backups")
    with db.unit_of_work() as session:
        session.connection().execute(text("DELETE FROM contact"))
        session.add(Account(name="Made later"))
    before = digests(file)
    firm.dispose()
    restore(file, own_url, replace=True)
    assert digests(another_backup(own_url, tmp_path / "again")) == before
    assert len(list(data_folder.glob("files-before-*"))) == 1
    if own_url.startswith("sqlite"):
        assert len(list(tmp_path.glob("psa-before-*.db"))) == 1


@pytest.mark.slow
def test_a_running_program_is_not_overwritten(firm, own_url, tmp_path):
    file = make_backup(tmp_path / "backups")
    before = digests(file)
    with firm.connect() as held:
        held.execute(text("SELECT name FROM firm")).all()
        with pytest.raises(Conflict, match="is running"):
            restore(file, own_url, replace=True)
    assert digests(make_backup(tmp_path / "again")) == before


@pytest.mark.slow
def test_an_id_given_out_once_never_comes_back_after_a_restore(
    own_database, own_url, tmp_path, request, clock
):
    if own_database.dialect.name == "sqlite":
        counter = "INSERT INTO sqlite_sequence (name, seq) VALUES ('time_entry', 4711)"
    else:
        counter = "SELECT setval(pg_get_serial_sequence('time_entry', 'id'), 4711)"
    with own_database.begin() as connection:
        connection.execute(text(counter))
    file = make_backup(tmp_path / "backups")
    for kind in ("sqlite", "postgres"):
        url = other_url(kind, request)
        restore(file, url)
        assert read_manifest(another_backup(url, tmp_path / kind))["counters"]["time_entry"] == 4711


def damaged(file: Path, target: Path, change) -> Path:
    """The same backup with one member's bytes passed through `change` (None drops it)."""
    with tarfile.open(file) as source, tarfile.open(target, "w:gz") as out:
        for member in source:
            content = source.extractfile(member).read()
            content = change(member.name, content)
            if content is not None:
                member.size = len(content)
                out.addfile(member, io.BytesIO(content))
    return target


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("changed", lambda n, c: c.replace(b"Kim", b"Tim"), "is damaged at contact.jsonl"),
        ("cut", lambda n, c: c[:-1] if n == "tables/firm.jsonl" else c, "is damaged at tables/firm.jsonl"),
        ("missing", lambda n, c: None if n == "tables/account.jsonl" else c, "account.jsonl is missing"),
        ("newer", lambda n, c: c.replace(b'"revision": "0', b'"revision": "9'), "newer program"),
        ("outside", lambda n, c: c.replace(b'"invoices/1.pdf"', b'"../../../1.pdf"'), "outside its folder"),
        ("other", lambda n, c: c.replace(b'"format": 1', b'"format": 2'), "another version"),
    ],
)
def test_a_damaged_backup_is_refused_before_anything_happens(
    sqlite_firm, tmp_path, data_folder, name, change, sentence
):
    good = make_backup(tmp_path / "good")
    bad = damaged(good, tmp_path / "bad.tar.gz", change)
    target = tmp_path / "target.db"
    with pytest.raises(Invalid, match=sentence):
        restore(bad, f"sqlite:///{target}")
    assert not target.exists()
    assert not list(tmp_path.glob("*.restoring"))


def test_a_cut_off_or_foreign_file_is_refused(sqlite_firm, tmp_path):
    good = make_backup(tmp_path / "good").read_bytes()
    for name, content in (("cut.tar.gz", good[:-2000]), ("text.tar.gz", b"hello"), ("empty.tar.gz", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Invalid, match=name):
            restore(tmp_path / name, f"sqlite:///{tmp_path / 'target.db'}")


def test_only_the_newest_backups_are_kept(sqlite_firm, tmp_path, clock):
    made = []
    for _ in range(4):
        made.append(make_backup(tmp_path / "backups"))
        clock.forward(days=1)
    assert prune(tmp_path / "backups", 2) == [made[1], made[0]]
    assert backups(tmp_path / "backups") == [made[3], made[2]]


def test_a_backup_is_for_its_owner_only_and_names_what_it_holds(sqlite_firm, tmp_path):
    file = make_backup(tmp_path / "backups")
    assert file.stat().st_mode & 0o077 == 0
    manifest = read_manifest(file)
    assert set(manifest["tables"]) == set(metadata.tables)
    assert summary(manifest) == (f"made 2026-11-23 09:00 UTC: 4 rows, 1 files, revision {migrations.head()}")
    assert json.dumps(manifest).count("secret") == 0
    assert [one.name for one in file.parent.iterdir()] == [file.name]
