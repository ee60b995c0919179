"""What did not change is not sent, whatever loads itself again."""

import pytest

from psa_app import db, routes
from psa_app.access import Actor
from psa_app.state.areas import frame_kinds
from psa_app.state.frame import FrameState
from psa_app.state.time.entries import EntriesState
from psa_app.state.warm_up import READS, ROLES, warm_up
from tests.support.app_server import AppServer, Tab, app_server, redirects, var  # noqa: F401
from tests.support.logins import cookie, make_people, signed_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def tab(app_server: AppServer, sqlite_database):  # noqa: F811
    one = await Tab(app_server).open(cookie(signed_in(make_people()["Olga"])))
    yield one
    await one.close()


async def test_a_frame_that_is_the_same_is_not_sent_again(tab):
    assert var(await tab.send(FrameState.refresh), "FrameState", "name") == "Olga Test"
    assert await tab.send(FrameState.refresh) == []


async def test_a_chosen_filter_brings_its_rows_before_the_address_follows(tab):
    await tab.send(EntriesState.load, page=routes.TIME_ENTRIES)
    sent = await tab.send(EntriesState.narrow, {"key": "status", "value": "draft"}, page=routes.TIME_ENTRIES)
    assert var(sent, "EntriesState", "status") == "draft"
    assert redirects(sent) == [f"{routes.TIME_ENTRIES}?status=draft"]
    assert var(sent[-1:], "EntriesState", "status") is None


@pytest.mark.parametrize(("role", "hears"), [("member", False), ("lead", True), ("owner", True)])
def test_the_frame_hears_of_hours_only_where_someone_decides_on_them(role, hears):
    kinds = frame_kinds(Actor("x", role))
    assert ("time_entry" in kinds) is hears
    assert "timer" in kinds


async def test_a_start_without_a_firm_is_no_error(sqlite_database):
    await warm_up()


def test_all_that_is_read_ahead_can_be_read_by_everyone_it_is_read_for(sqlite_database):
    person = make_people()["Ann"].person_id
    for role in ROLES:
        for query in READS:
            with db.reading() as session:
                query(session, Actor("x", role, person_id=person))
