"""kill -9 in the middle of drafting, issuing and paying: nothing is lost, nothing is done twice.

Five random points in `make test`, a hundred in `make soak`.
"""

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from psa_app import db
from psa_app.models import BilledTime, Invoice, Payment, TimeEntry
from psa_app.services.payments.settle import open_amount
from psa_app.services.payments.sweep import sweep_payments
from tests.support.books import check_books
from tests.support.crash import DAYS, Month, press_pay
from tests.support.till import Till, open_till, own_instance
from tests.support.world import World, ask, make_world, rows

ROOT = Path(__file__).resolve().parents[2]
SOAK = os.environ.get("PSA_SOAK") == "1"
POINTS = 100 if SOAK else 5
pytestmark = [pytest.mark.journey, *([pytest.mark.soak] if SOAK else [])]


@pytest.fixture(scope="module")
def till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    with open_till(tmp_path_factory.mktemp("till")) as opened:
        yield opened


@pytest.fixture(scope="module")
def ledger(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A firm with a week's approved work and a cap that cuts the last day."""
    from psa_app import clock
    from tests.conftest import NOW

    file = tmp_path_factory.mktemp("ledger") / "psa.db"
    shutil.copyfile(sqlite_template, file)
    clock.set_source(lambda: NOW)
    with_engine(file, lambda: work(make_world(cap=300_000, provider="sandbox")))
    clock.set_source(None)
    return file


def work(world: World) -> None:
    for day in DAYS:
        for who, task in (("Ann", "Build"), ("Ben", "Design")):
            world.worked(who, task, day, 437)
    world.accept("Prototype")


def with_engine(file: Path, act) -> None:
    engine = db.make_engine(f"sqlite:///{file}")
    db.use_engine(engine)
    act()
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    db.use_engine(None)
    engine.dispose()


def child(file: Path, kill_at: int, acks: Path, till: Till) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.support.crash", f"sqlite:///{file}", str(kill_at), str(acks)]
    return subprocess.run(
        [*command, till.address], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def unbroken(ledger: Path, till: Till, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, int]:
    """How many statements and commits the whole month has, and what it bills in all."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copyfile(ledger, folder / "psa.db")
    whole = child(folder / "psa.db", 0, folder / "acks", till)
    assert whole.returncode == 0, whole.stderr
    billed: list[int] = []
    with_engine(folder / "psa.db", lambda: billed.append(sum(one.net_minor for one in rows(Invoice))))
    return int(whole.stdout), billed[0]


@pytest.mark.parametrize("number", range(POINTS))
def test_killed_at_any_point_nothing_is_lost_and_nothing_done_twice(
    number: int, unbroken: tuple[int, int], ledger: Path, till: Till, tmp_path: Path, clock
) -> None:
    points, billed = unbroken
    file, acks = tmp_path / "psa.db", tmp_path / "acks"
    acks.touch()
    shutil.copyfile(ledger, file)
    kill_at = random.Random(number).randrange(1, points) if SOAK else points * (2 * number + 1) // 10
    engine = db.make_engine(f"sqlite:///{file}")
    db.use_engine(engine)
    own_instance()
    died = child(file, kill_at, acks, till)
    assert died.returncode == -9, died.stderr
    check_books()
    assert_kept(acks.read_text().splitlines())
    clock.forward(minutes=5)
    sweep_payments()
    Month(acks, press_pay(till.address)).run()
    sweep_payments()
    check_books()
    assert_whole(till, billed)
    db.use_engine(None)
    engine.dispose()


def assert_kept(told: list[str]) -> None:
    """What was told as done is there after the restart."""
    status = {invoice.id: invoice.status for invoice in rows(Invoice)}
    for line in told:
        verb, invoice_id, *_ = line.split()
        assert status[int(invoice_id)] in (("draft", "issued") if verb == "drafted" else ("issued",))
        if verb == "collected":
            assert any(one.status == "succeeded" for one in rows(Payment, invoice_id=int(invoice_id)))


def assert_whole(till: Till, billed: int) -> None:
    """The month is billed, issued and paid once, as if nothing had happened."""
    invoices = rows(Invoice)
    assert [one.status for one in invoices] == ["issued"] * len(invoices)
    assert all(ask(open_amount, one) == 0 for one in invoices)
    assert sum(one.net_minor for one in invoices) == billed > 250_000
    assert {entry.status for entry in rows(TimeEntry)} <= {"approved", "invoiced"}
    assert len({(part.entry_id, part.offset_seconds) for part in rows(BilledTime)}) == len(rows(BilledTime))
    instance = own_mark()
    charges = [one for one in till.objects("payment_intents", limit="100") if is_ours(one, instance)]
    assert len(charges) == sum(
        one.provider == "sandbox" and one.status == "succeeded" for one in rows(Payment)
    )


def own_mark() -> str:
    from psa_app.models import Firm

    return str(rows(Firm)[0].instance)


def is_ours(thing: dict, instance: str) -> bool:
    return bool(thing["metadata"].get("instance") == instance and thing["status"] == "succeeded")
