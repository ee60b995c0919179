"""An act on the chosen rows of a list: its form, its parts, and the bar that shows how far it is."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from reflex.istate.manager.token import BaseStateToken
from sqlalchemy import Engine, func
from sqlmodel import col, select

from psa_app import clock, db
from psa_app.access import Actor
from psa_app.models import Account, Opportunity, Stage
from psa_app.resources import RESOURCES
from psa_app.services.lowcode import bulk
from psa_app.services.records import create_record
from psa_app.state.lowcode import job as jobs
from psa_app.state.lowcode.act_words import rows_in_words, words_of
from psa_app.state.lowcode.bulk import BulkState
from psa_app.state.lowcode.job import Job, JobState
from psa_app.state.lowcode.records import RecordsState
from tests.support.app_server import AppServer, Tab, app_server, toasts, until, var  # noqa: F401
from tests.support.logins import cookie, make_people, signed_in

pytestmark = pytest.mark.anyio
PAGE, DEALS = "/records/accounts", "/records/opportunities"
MANY = 7
Open = Callable[[str], Awaitable[Tab]]


@pytest.fixture
def people(sqlite_database: Engine, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
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


async def test_many_rows_are_done_part_by_part_and_the_bar_says_how_far_it_is(opened: Open) -> None:
    tab = await opened(PAGE)
    await tab.send(BulkState.ask, {"verb": "archive_rows"}, page=PAGE)
    before, seen = archived(), len(tab.received)
    await tab.send(BulkState.perform, page=PAGE)
    shown = [var([update], "JobState", "words") for update in tab.received[seen:]]
    count = len([one for one in shown if one])
    assert count >= 3
    assert var(tab.received, "JobState", "is_working") is False
    assert before == 0
    with db.reading() as session:
        total = session.exec(select(func.count()).select_from(Account)).one()
    assert archived() == total
    assert toasts(tab.received)[-1] == f"{total} archived."
    assert var(tab.received, "RecordsState", "chosen") == []


async def test_it_stops_when_told_and_goes_on_where_it_was(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = jobs.do_part
    tab = await opened(PAGE)
    await tab.send(BulkState.ask, {"verb": "archive_rows"}, page=PAGE)
    fails = {"left": 1}

    def interrupted(session: Any, who: Any, job: Job, ids: Any) -> Any:
        if job.tried == 4 and fails["left"]:
            fails["left"] = 0
            raise RuntimeError("the machine stumbles")
        return real(session, who, job, ids)

    monkeypatch.setattr(jobs, "do_part", interrupted)
    await tab.send(BulkState.perform, page=PAGE)
    assert archived() == 4
    assert var(tab.received, "JobState", "is_paused") is True
    await tab.send(BulkState.perform, page=PAGE)
    assert archived() == 4  # one thing after the other
    await tab.send(JobState.go_on, page=PAGE)
    assert archived() > 4
    assert var(tab.received, "JobState", "is_paused") is False
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
    await tab.send(BulkState.fill, {"data": {"stage_id": "92", "loss_reason": "Too dear"}}, page=DEALS)
    await until(lambda: var(tab.received, "JobState", "is_working") is False)
    with db.reading() as session:
        assert {one.loss_reason for one in session.exec(select(Opportunity))} == {"Too dear"}
    assert toasts(tab.received)[-1] == "3 done."


def test_work_that_nobody_does_any_more_is_said_to_be_interrupted() -> None:
    state = JobState(_reflex_internal_init=True)  # type: ignore[call-arg]
    state._job = Job("accounts", "clients", "archive_rows", "Archive", tuple(range(9)), tried=4, done=4)
    state._wait()
    state._show_progress()
    state._sign = clock.now() - jobs.SILENT * 2
    JobState.look.fn(state)  # type: ignore[attr-defined]
    assert (state.is_working, state.is_paused) == (False, True)
    assert state.words == "It was interrupted. 4 of 9"


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


async def test_work_of_someone_who_is_gone_leaves_nothing_in_the_tab_of_the_next(
    opened: Open,
    people: Any,
    app_server: AppServer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tab is another person's while a part is under way: no bar, no names, nothing to go on with."""
    tab = await opened(PAGE)
    await tab.send(BulkState.ask, {"verb": "archive_rows", "label": "Archive"}, page=PAGE)
    real, kept = jobs._part, {}

    async def handed_over(job: Job) -> Any:
        done = await real(job)
        async with app_server.app.modify_state(kept["token"]) as root:
            state = await root.get_state(JobState)
            state.reset()
        return done

    kept["token"] = BaseStateToken(ident=tab.name, cls=JobState.get_root_state())
    monkeypatch.setattr(jobs, "_part", handed_over)
    await tab.send(BulkState.perform, page=PAGE)
    async with app_server.app.modify_state(kept["token"]) as root:
        state = await root.get_state(JobState)
        assert (state.words, state._job, state.is_paused) == ("", None, False)
