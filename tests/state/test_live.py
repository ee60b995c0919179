"""What one person changes shows on the pages of others within two seconds; no watcher stays behind."""

import asyncio
import threading
import time
from contextlib import suppress
from datetime import date

import pytest
from reflex_base.event.context import EventContext
from sqlalchemy import insert
from sqlmodel import Session

from psa_app import clock, db
from psa_app.access import system
from psa_app.models import History, Leave, Project, Task
from psa_app.services.history import note
from psa_app.services.identity.sessions import sign_out
from psa_app.services.identity.users import change_role
from psa_app.state import live
from psa_app.state.firm.users import UsersState
from psa_app.state.frame import FrameState
from psa_app.state.live import ANYTHING, SOMEONE, Hub, Live, Looker, newest, owned
from psa_app.state.planning.planner import PlannerState
from psa_app.state.time.week import WeekState
from tests.support.app_server import AppServer, Tab, app_server, redirects, until, var  # noqa: F401
from tests.support.logins import cookie, make_people, signed_in

pytestmark = pytest.mark.anyio
PAGE = "/settings/users"


def write_down(kind, session=None):
    if session is not None:
        note(session, system(), kind, 1, "changed")
        return
    with db.unit_of_work() as own:
        note(own, system(), kind, 1, "changed")


def test_a_look_tells_which_kinds_changed_since_the_last(own_database):
    looker = Looker()
    write_down("firm")
    assert looker.changed_kinds() == frozenset()
    assert looker.changed_kinds() == frozenset()
    write_down("invoice")
    write_down("payment")
    assert looker.changed_kinds() == {"invoice", "payment"}
    assert looker.changed_kinds() == frozenset()
    looker.close()


def test_what_commits_late_with_an_older_id_is_seen(own_database):
    """On PostgreSQL an id is taken before the commit; another transaction may be through earlier."""
    if own_database.dialect.name == "sqlite":
        late_id, looker = 1, Looker()
        with db.unit_of_work() as session:
            session.connection().execute(insert(History), [_row(5, "firm")])
        looker.changed_kinds()
        with db.unit_of_work() as session:
            session.connection().execute(insert(History), [_row(late_id, "invoice")])
        assert looker.changed_kinds() == {"invoice"}
        looker.close()
        return
    looker = Looker()
    with Session(own_database) as slow:
        write_down("invoice", slow)
        slow.flush()
        write_down("payment")
        looker.changed_kinds()
        slow.commit()
    write_down("firm")
    assert looker.changed_kinds() == {"invoice", "firm"}
    looker.close()


def _row(row_id, kind):
    from psa_app import clock

    return {
        "id": row_id,
        "at": clock.now(),
        "actor": "x",
        "via": "job",
        "kind": kind,
        "record_id": 1,
        "verb": "x",
        "before": "{}",
        "after": "{}",
        "reason": "",
        "salt": "",
        "digest": "",
    }


def test_a_change_that_is_rolled_back_is_no_change(own_database):
    looker = Looker()
    looker.changed_kinds()
    with suppress(ValueError), db.unit_of_work() as session:
        write_down("invoice", session)
        raise ValueError
    assert looker.changed_kinds() == frozenset()
    looker.close()


def test_very_many_changes_at_once_count_as_anything(sqlite_database):
    looker = Looker()
    looker.changed_kinds()
    with db.unit_of_work() as session:
        session.connection().execute(insert(History), [_row(n, "time_entry") for n in range(1, 5200)])
    assert looker.changed_kinds() == ANYTHING
    looker.close()


def test_another_database_counts_as_anything(sqlite_database):
    looker = Looker()
    looker.changed_kinds()
    db.use_engine(db.make_engine(str(sqlite_database.url)))
    assert looker.changed_kinds() == ANYTHING
    assert looker.changed_kinds() == frozenset()
    looker.close()


def test_a_quiet_file_is_not_even_read(sqlite_database, monkeypatch):
    looker = Looker()
    looker.changed_kinds()
    monkeypatch.setattr(db, "reading", None)
    assert looker.changed_kinds() == frozenset()
    looker.close()


def test_a_change_of_time_tells_whose_it_is(own_database):
    people = make_people()
    with db.unit_of_work() as session:
        leave = Leave(
            person_id=people["Ann"].person_id, starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 2)
        )
        session.add(leave)
        session.flush()
        leave_id = leave.id
    looker = Looker()
    looker.changed_kinds()
    with db.unit_of_work() as session:
        note(session, system(), "leave", leave_id, "changed")
    assert looker.changed_kinds() == {"leave", owned("leave", people["Ann"].person_id)}
    with db.unit_of_work() as session:
        note(session, system(), "time_entry", 99, "deleted")
    assert looker.changed_kinds() == {"time_entry", owned("time_entry", SOMEONE)}
    looker.close()


async def test_a_members_tab_hears_of_their_own_time_and_of_what_nobody_can_place():
    page = Live((), frozenset({"time_entry", "project"}))
    hub = Hub()
    ann, lea = hub.join("a", page.of(7).kinds), hub.join("b", page.of(None).kinds)
    hub.tell(frozenset({"time_entry", owned("time_entry", 8)}))
    assert await ann.next(0.01) == set()
    assert await lea.next(0.01) == {"time_entry"}
    hub.tell(frozenset({"time_entry", owned("time_entry", 7)}))
    assert await ann.next(0.01) == {owned("time_entry", 7)}
    hub.tell(frozenset({"time_entry", owned("time_entry", SOMEONE), "project"}))
    assert await ann.next(0.01) == {owned("time_entry", SOMEONE), "project"}


async def test_what_happens_between_two_looks_melts_into_one():
    hub = Hub()
    watcher = hub.join("tab", frozenset({"invoice", "payment"}))
    for kind in ("invoice", "payment", "invoice", "task"):
        hub.tell(frozenset({kind}))
    assert await watcher.next(1) == {"invoice", "payment"}
    assert await watcher.next(0.01) == set()


async def test_a_tab_hears_only_of_its_kinds_unless_anything_changed():
    hub = Hub()
    some, every = hub.join("a", frozenset({"invoice"})), hub.join("b", frozenset({"*", "user"}))
    hub.tell(frozenset({"task"}))
    assert (await some.next(0.01), await every.next(0.01)) == (set(), {"task"})
    hub.tell(ANYTHING)
    assert (await some.next(0.01), await every.next(0.01)) == ({"*"}, {"*"})


async def test_a_tab_is_not_told_of_what_its_page_shows_already():
    hub, kinds = Hub(), frozenset({"time_entry", "user"})
    own = hub.join("a", kinds, "/time", page_only=frozenset({"time_entry"}))
    other = hub.join("b", kinds, "/time", page_only=frozenset({"time_entry"}))
    own.has_shown(7)
    hub.tell(kinds, {"time_entry": 7, "user": 7})
    assert (await own.next(0.01), await other.next(0.01)) == ({"user"}, {"time_entry", "user"})
    hub.tell(frozenset({"time_entry"}), {"time_entry": 8})
    assert await own.next(0.01) == {"time_entry"}
    own.has_shown(9)
    hub.tell(ANYTHING, {"time_entry": 9})
    assert await own.next(0.01) == {"*"}


def test_the_last_line_of_history_is_told_with_its_kind(own_database):
    looker = Looker()
    looker.changed_kinds()
    write_down("invoice")
    with db.unit_of_work() as session:
        write_down("time_entry", session)
        write_down("invoice", session)
    assert looker.changed_kinds() == {"invoice", "time_entry", owned("time_entry", SOMEONE)}
    assert looker.newest == {"invoice": 3, "time_entry": 2, owned("time_entry", SOMEONE): 2}
    with db.reading() as session:
        assert newest(session) == (3 if own_database.dialect.name == "sqlite" else 0)
    looker.close()


async def test_a_tab_has_one_watcher_and_the_former_ends():
    hub = Hub()
    first = hub.join("tab", frozenset({"invoice"}))
    second = hub.join("tab", frozenset({"invoice"}))
    assert (first.is_replaced, second.is_replaced) == (True, False)
    assert await first.next(1) == set()
    hub.leave(first)
    assert hub.watchers == {"tab": second}
    hub.leave(second)
    assert not hub.somebody.is_set()


@pytest.fixture
def people(sqlite_database):
    return make_people()


@pytest.fixture
async def watching(app_server: AppServer, people):  # noqa: F811
    """`await watching("Olga")` opens a tab that watches the users' page."""
    opened = []

    async def make(name, token=""):
        tab = await Tab(app_server).open(cookie(token or signed_in(people[name])))
        opened.append(tab)
        await tab.send(UsersState.load, page=PAGE)
        await tab.send(FrameState.watch, {"route": PAGE}, page=PAGE)
        await until(lambda: app_server.watchers(tab.name) == 1)
        return tab

    yield make
    for one in opened:
        await one.close()


def make_lead(people, who="Ann", by="Olga"):
    with db.unit_of_work() as session:
        change_role(session, people[by], people[who].user_id, version=1, role="lead")


async def test_the_change_of_another_shows_within_two_seconds(watching, people):
    tab = await watching("Olga")
    seen, start = len(tab.received), time.monotonic()
    await asyncio.to_thread(make_lead, people)
    await until(lambda: "Lead" in str(var(tab.received[seen:], "UsersState", "rows")))
    assert time.monotonic() - start < 2


@pytest.fixture
def told(monkeypatch):
    """The tabs that were told to load their page again, the looks so far, and a word to hold them back."""
    tabs, looks, held, look, refresh = [], [], threading.Event(), live._look, live._refresh

    async def noted(page, frame, news):
        tabs.append(EventContext.get().token)
        await refresh(page, frame, news)

    def looked(looker):
        if held.is_set():
            return frozenset()
        looks.append(look(looker))
        return looks[-1]

    monkeypatch.setattr(live, "_refresh", noted)
    monkeypatch.setattr(live, "_look", looked)
    return tabs, looks, held


async def test_a_tab_in_which_hours_are_typed_is_not_told_of_them_but_others_are(people, app_server, told):  # noqa: F811
    with db.unit_of_work() as session:
        project = Project(name="Own")
        session.add(project)
        session.flush()
        task = Task(project_id=project.id, name="Build")
        session.add(task)
    typing, other = [await Tab(app_server).open(cookie(signed_in(people["Ann"]))) for _ in range(2)]
    for tab in (typing, other):
        await tab.send(WeekState.load, page="/time")
        await tab.send(FrameState.watch, {"route": "/time"}, page="/time")
    await until(lambda: app_server.watchers(typing.name) == app_server.watchers(other.name) == 1)
    tabs, looks, held = told
    await until(lambda: looks and not looks[-1])  # the first look at another database counts as anything
    await until(lambda: not any(one.news or one.woken.is_set() for one in live.HUB.watchers.values()))
    held.set()
    tabs.clear()
    typed = {"row": str(task.id), "day": clock.today("UTC").isoformat(), "minutes": 30, "seq": 1}
    shown = await typing.send(WeekState.commit, {"change": typed}, page="/time")
    assert "Build" in str(var(shown, "WeekState", "rows"))
    held.clear()
    await until(lambda: "Build" in str(var(other.received, "WeekState", "rows")))
    assert set(tabs) == {other.name}
    for tab in (typing, other):
        await tab.close()


async def test_a_form_that_the_address_opened_is_not_begun_anew_by_a_change(people, app_server):  # noqa: F811
    """The tab's address asks for the form until the browser has heard that it is open."""
    asking = "/planner?new=1&weeks=4"
    tab = await Tab(app_server).open(cookie(signed_in(people["Olga"])))
    await tab.send(PlannerState.load, page=asking)
    await tab.send(FrameState.watch, {"route": "/planner"}, page=asking)
    await until(lambda: app_server.watchers(tab.name) == 1)
    assert redirects(tab.received) == ["/planner?weeks=4"]
    assert var(tab.received, "BookingForm", "is_open")
    seen = len(tab.received)
    await asyncio.to_thread(write_down, "booking")
    await until(lambda: var(tab.received[seen:], "PlannerState", "columns"))
    await tab.settled()
    assert var(tab.received[seen:], "BookingForm", "form_key") is None
    assert not redirects(tab.received[seen:])
    await tab.close()


async def test_a_watcher_goes_when_its_tab_goes(watching, app_server):  # noqa: F811
    tabs = [await watching("Olga") for _ in range(4)]
    for tab in tabs:
        await tab.close()
    await until(lambda: sum(app_server.watchers(tab.name) for tab in tabs) == 0)


async def test_asking_again_leaves_one_watcher(watching, app_server):  # noqa: F811
    tab = await watching("Olga")
    for _ in range(5):
        await tab.send(FrameState.watch, {"route": PAGE}, page=PAGE)
    await until(lambda: app_server.watchers(tab.name) == 1)


async def test_a_session_that_ended_is_pushed_nothing(watching, people):
    token = signed_in(people["Olga"])
    tab = await watching("Olga", token)
    with db.unit_of_work() as session:
        sign_out(session, token)
    await tab.done()  # what was under way when the session ended may still arrive
    seen = len(tab.received)
    await asyncio.to_thread(make_lead, people, by="Olga")
    await until(lambda: redirects(tab.received[seen:]))
    assert redirects(tab.received[seen:])[0].startswith("/sign-in")
    assert not var(tab.received[seen:], "UsersState", "rows")


async def test_watching_a_page_gives_no_right_to_it(watching, people, app_server):  # noqa: F811
    tab = await Tab(app_server).open(cookie(signed_in(people["Ann"])))
    await tab.send(FrameState.watch, {"route": PAGE}, page=PAGE)
    seen = len(tab.received)
    write_down("user")
    await until(lambda: "/not-allowed" in redirects(tab.received[seen:]))
    assert var(tab.received, "UsersState", "rows") is None
    await tab.close()


async def test_an_unknown_page_can_be_watched_in_vain(watching, people, app_server):  # noqa: F811
    tab = await Tab(app_server).open(cookie(signed_in(people["Ann"])))
    await tab.send(FrameState.watch, {"route": "/no/such/page"}, page="/")
    await until(lambda: app_server.watchers(tab.name) == 1)
    await tab.close()
    await until(lambda: app_server.watchers(tab.name) == 0)
