"""Somebody writes while a large file is between its check and its writing: nothing is lost or doubled."""

from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import Actor
from psa_app.models import Account, ImportRun
from psa_app.resources import RESOURCES
from psa_app.services.imports import begin_import, guessed, records, runs
from psa_app.services.imports.runs import run_import
from psa_app.services.imports.values import Choices
from psa_app.services.records import change_record, create_record
from tests.services.time_world import do
from tests.support.logins import make_people

ACCOUNTS = RESOURCES["accounts"]
TEXT = "Name,City\nOld,Graz\n" + "".join(f"New {number},Wien\n" for number in range(20))


@pytest.fixture
def olga(own_database: Any, clock: Any) -> Actor:
    found: Actor = make_people()["Olga"]
    do(create_record, found, ACCOUNTS, {"name": "Old", "city": "Linz", "postcode": "1"})
    return found


def begin(olga: Actor) -> int:
    with db.unit_of_work() as session:
        columns = guessed(session, olga, ACCOUNTS, ("Name", "City"))
        how: Any = {"rows": 21, "agreed": 0, "name": "crm.csv"}
        return int(begin_import(session, olga, ACCOUNTS, TEXT.encode(), Choices(columns), **how).id or 0)


def account(name: str) -> list[Account]:
    with db.reading() as session:
        return list(session.exec(select(Account).where(Account.name == name)))


def between(monkeypatch: pytest.MonkeyPatch, acts: list[Any]) -> None:
    """Each act happens after a check, before its writing."""
    real = runs._stop_if_worse

    def then(*given: Any) -> None:
        real(*given)
        if acts:
            acts.pop(0)()

    monkeypatch.setattr(runs, "_stop_if_worse", then)


def test_what_someone_wrote_after_the_check_is_seen_before_the_writing(
    olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (old,) = account("Old")
    between(
        monkeypatch,
        [
            lambda: do(create_record, olga, ACCOUNTS, {"name": "New 7", "city": "Graz"}),
            lambda: do(change_record, olga, ACCOUNTS, old.id, {"postcode": "2"}, version=None),
        ],
    )
    run_import(begin(olga), ACCOUNTS)
    assert [(one.city, one.postcode, one.version) for one in account("Old")] == [("Graz", "2", 3)]
    assert [one.city for one in account("New 7")] == ["Wien"]
    with db.reading() as session:
        run = session.exec(select(ImportRun)).one()
    assert (run.state, run.added, run.changed) == ("done", 19, 2)


def test_where_someone_writes_each_time_the_last_check_keeps_others_out(
    olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = (f"Between {number}" for number in range(9))
    acts: list[Any] = [lambda: do(create_record, olga, ACCOUNTS, {"name": next(names)})] * 9
    between(monkeypatch, acts)
    run_import(begin(olga), ACCOUNTS)
    assert len(acts) == 9 - runs.MOST_PLANS
    assert (len(account("New 7")), account("Old")[0].city) == (1, "Graz")


def test_what_others_write_elsewhere_does_not_make_it_check_again(
    olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[int] = []
    real = records.ready_records

    def counted(*given: Any, **how: Any) -> Any:
        planned.append(1)
        return real(*given, **how)

    monkeypatch.setattr(runs, "ready_records", counted)
    between(monkeypatch, [lambda: do(create_record, olga, RESOURCES["roles"], {"name": "Designer"})])
    run_import(begin(olga), ACCOUNTS)
    assert (planned, len(account("New 7"))) == ([1], 1)
