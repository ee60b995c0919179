"""An act on the chosen rows of a list: its form, its parts, and the bar that shows how far it is."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import Engine, func
from sqlmodel import col, select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import NotFound
from psa_app.models import Account, Opportunity, Stage
from psa_app.queries.bulk_runs import shown_bulk
from psa_app.resources import RESOURCES
from psa_app.services.lowcode import bulk, bulk_runs
from psa_app.services.records import create_record
from psa_app.state.lowcode import job as jobs
from psa_app.state.lowcode.act_words import rows_in_words, words_of
from psa_app.state.lowcode.bulk import BulkState
from psa_app.state.lowcode.job import JobState
from psa_app.state.lowcode.records import RecordsState
from tests.support.app_server import AppServer, Tab, app_server, name_of, toasts, until, var  # noqa: F401
from tests.support.logins import cookie, make_people, signed_in

pytestmark = pytest.mark.anyio
PAGE, DEALS = "/records/accounts", "/records/opportunities"
MANY = 7
Open = Callable[[str], Awaitable[Tab]]


@pytest.fixture
def people(sqlite_database: Engine, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(bulk_runs, "PART", 2)
    monkeypatch.setattr(jobs, "LOOK_EVERY", 0)
    found = make_people()
    owner: Actor = found["Olga"]
    with db.unit_of_work() as session:
        for number in range(MANY):
            create_record(session, owner, RESOURCES["accounts"], {"name": f"Client {number}"})
        session.add(Stage(id=91, name="First", position=1, outcome="open", percent=10))
        session.add(Stage(id=92, name="Lost", position=2, outcome="lost", percent=0))
        account = session.exec(select(Account)).first()
        assert account is not None
        for number in range(3):
            values = {"account_id": account.id, "title": f"Deal {number}", "stage_id": 91}
            create_record(session, owner, RESOURCES["opportunities"], values)
    return found


@pytest.fixture
async def opened(app_server: AppServer, people: Any) -> AsyncIterator[Open]:  # noqa: F811
    """`await opened(page)` gives Olga's tab with all rows of the list chosen."""
    tabs: list[Tab] = []

    async def make(page: str) -> Tab:
        tab = await Tab(app_server).open(cookie(signed_in(people["Olga"])))
        tabs.append(tab)
        await tab.send(RecordsState.load, page=page)
        await tab.send(RecordsState.choose_every, page=page)
        return tab

    yield make
    for tab in tabs:
        await tab.close()


def archived() -> int:
    with db.reading() as session:
        found = select(func.count()).select_from(Account).where(col(Account.is_archived))
        return session.exec(found).one()


async def begin(tab: Tab, handler: Any, payload: Any = None, *, page: str) -> None:
    """Sends an event without waiting for its end: it lasts as long as the worker is at work."""
    router = {"pathname": page, "asPath": page}
    await tab.throw(json.dumps({"name": name_of(handler), "payload": payload or {}, "router_data": router}))


async def worked(tab: Tab, parts: int = 99) -> None:
    """The worker does so many parts, while the tab looks on."""
    for _ in range(parts):
        for run_id in bulk_runs.open_bulks():
            await asyncio.to_thread(bulk_runs.next_part, run_id, RESOURCES)
    await until(lambda: bool(bulk_runs.open_bulks()) or not var(tab.received, "JobState", "is_working"))


async def test_many_rows_are_left_to_the_worker_and_the_bar_says_how_far_it_is(opened: Open) -> None:
    tab = await opened(PAGE)
    await tab.send(BulkState.ask, {"verb": "archive_rows"}, page=PAGE)
    await begin(tab, BulkState.perform, page=PAGE)
    await until(lambda: var(tab.received, "JobState", "is_working") is True)
    assert archived() == 2
    assert var(tab.received, "RecordsState", "chosen") == []
    await worked(tab, 1)
    await until(lambda: str(var(tab.received, "JobState", "words")).startswith("4 of "))
    await worked(tab)
    with db.reading() as session:
        total = session.exec(select(func.count()).select_from(Account)).one()
    assert archived() == total
    assert toasts(tab.received)[-1] == f"{total} archived."


async def test_it_stops_when_told_and_goes_on_where_it_was_also_from_a_page_that_was_loaded_anew(
    opened: Open,
) -> None:
    tab = await opened(PAGE)
    await tab.send(BulkState.ask, {"verb": "archive_rows"}, page=PAGE)
    await begin(tab, BulkState.perform, page=PAGE)
    await until(lambda: var(tab.received, "JobState", "is_working") is True)
    await tab.send(JobState.stop, page=PAGE)
    await worked(tab, 1)
    assert (archived(), var(tab.received, "JobState", "is_paused")) == (2, True)
    await tab.send(BulkState.perform, page=PAGE)
    assert archived() == 2  # one thing after the other
    again = await opened(PAGE)
    await again.send(JobState.look, page=PAGE)
    assert "2 archived" in str(var(again.received, "JobState", "words"))
    await begin(again, JobState.go_on, page=PAGE)
    await until(lambda: var(again.received, "JobState", "is_working") is True)
    await worked(again)
    with db.reading() as session:
        assert archived() == session.exec(select(func.count()).select_from(Account)).one()


async def test_an_act_asks_for_its_inputs_and_says_beside_them_what_is_wrong(opened: Open) -> None:
    tab = await opened(DEALS)
    await tab.send(BulkState.ask, {"verb": "move"}, page=DEALS)
    specs = var(tab.received, "BulkState", "specs")
    assert [(one["name"], one["kind"], one["required"]) for one in specs] == [
        ("stage_id", "picker", True),
        ("loss_reason", "text", False),
    ]
    await tab.send(BulkState.find_link, {"name": "stage_id", "text": "Lo"}, page=DEALS)
    assert [one["value"] for one in var(tab.received, "BulkState", "links")] == ["92"]
    for data, wrong in (
        ({"stage_id": ""}, {"stage_id": "Please fill this in."}),
        ({"stage_id": "92"}, {"loss_reason": ...}),
    ):
        await tab.send(BulkState.fill, {"data": data}, page=DEALS)
        errors = var(tab.received, "BulkState", "errors")
        assert errors.keys() == wrong.keys()
        assert all(words in (errors[name], ...) for name, words in wrong.items())
    data = {"stage_id": "92", "loss_reason": "Too dear"}
    await begin(tab, BulkState.fill, {"data": data}, page=DEALS)
    await until(lambda: var(tab.received, "JobState", "is_working") is True)
    await worked(tab)
    with db.reading() as session:
        assert {one.loss_reason for one in session.exec(select(Opportunity))} == {"Too dear"}
    assert toasts(tab.received)[-1] == "3 done."


def test_every_act_of_several_words_is_named_by_its_declaration() -> None:
    stiff = [
        f"{resource.kind}.{verb}"
        for resource in RESOURCES.values()
        for verb in resource.bulk
        if "_" in verb and verb not in {one.verb for one in resource.words}
    ]
    assert stiff == []
    unknown = [one for made in RESOURCES.values() for one in made.words if one.verb not in made.bulk]
    assert unknown == []


def test_the_question_before_an_act_counts_the_rows_in_words() -> None:
    time = RESOURCES["entries"]
    asked = words_of(time, "set_no_charge").question
    assert asked.format(rows=rows_in_words(time, 1)) == "Leave 1 entry off the bill?"
    assert asked.format(rows=rows_in_words(time, 3000)) == "Leave 3,000 entries off the bill?"
    assert words_of(time, "delete").question.format(rows="2 entries") == "Delete 2 entries?"


async def test_work_of_someone_else_is_neither_seen_nor_stopped(opened: Open, people: Any) -> None:
    tab = await opened(PAGE)
    await tab.send(BulkState.ask, {"verb": "archive_rows"}, page=PAGE)
    await begin(tab, BulkState.perform, page=PAGE)
    await until(lambda: bool(bulk_runs.open_bulks()))
    with db.reading() as session:
        assert shown_bulk(session, people["Fred"], "accounts") is None
    with pytest.raises(NotFound), db.unit_of_work() as session:
        bulk_runs.stop_bulk(session, people["Fred"], bulk_runs.open_bulks()[0])
    await tab.send(JobState.stop, page=PAGE)
    assert var(tab.received, "JobState", "is_paused") is True
