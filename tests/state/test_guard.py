"""Every event passes the guard: who may call what, whose tab it is, and what is let near a handler."""

import asyncio

import pytest
import reflex as rx
import socketio
from reflex.event import Event
from sqlmodel import select

from psa_app import db
from psa_app.models import LoginSession, User
from psa_app.services.identity import uploads
from psa_app.services.identity.sessions import sign_out, sign_out_everywhere
from psa_app.state.base import actor, allow, public, signed_in
from psa_app.state.declared import access_of, permits, roles_for
from psa_app.state.doors.auth import DoorState
from psa_app.state.firm.profile import ProfileState
from psa_app.state.firm.users import UsersState
from psa_app.state.frame import FrameState
from psa_app.state.guard import TabState
from psa_app.state.toasts import ToastState
from tests.support.app_server import AppServer, Tab, app_server, name_of, redirects, toasts, var  # noqa: F401
from tests.support.logins import cookie, make_people
from tests.support.logins import signed_in as session_of
from tests.support.prepared import prepared

pytestmark = pytest.mark.anyio
HYDRATE = "reflex___state____state.hydrate_and_load"


class ProbeState(rx.State):
    """A state of the tests' own, with handlers of every sort."""

    said: str = ""

    def undeclared(self) -> None:
        self.said = "undeclared"

    @rx.event
    def declared_by_reflex_only(self) -> None:
        self.said = "reflex only"

    @rx.event
    @public
    def open_to_all(self) -> None:
        self.said = "open"

    @rx.event
    @signed_in
    def name(self) -> None:
        self.said = actor().name

    @rx.event
    @allow("invoices.issue", "time.approve")
    def either(self) -> None:
        self.said = "either"

    @rx.event
    @signed_in
    def typed(self, number: int, word: str = "", data: dict[str, str] | None = None) -> None:
        self.said = f"{number!r} {word!r} {data!r}"

    @rx.event
    @signed_in
    def breaks(self) -> None:
        raise RuntimeError("the secret is 4711")

    @rx.event
    @signed_in
    def chains(self) -> object:
        return UsersState.load


people = prepared(make_people, alone=True, only_sqlite=True)


@pytest.fixture
async def tabs(app_server: AppServer, people):  # noqa: F811
    """`await tabs("Ann")` opens a tab of someone; `""` is nobody."""
    opened = []

    async def make(name="", tab="", token=""):
        token = token or (session_of(people[name]) if name else "")
        one = await Tab(app_server, tab).open(cookie(token) if token else "")
        opened.append(one)
        return one

    yield make
    for one in opened:
        await one.close()


def said(updates):
    return var(updates, "ProbeState", "said")


@pytest.mark.parametrize("handler", ["undeclared", "declared_by_reflex_only", "setvar"])
async def test_a_handler_without_a_declaration_is_refused(tabs, handler):
    tab = await tabs("Olga")
    name = name_of(ProbeState.event_handlers["open_to_all"]).replace("open_to_all", handler)
    updates = await tab.send(name, {"var_name": "said", "value": "set"} if handler == "setvar" else None)
    assert access_of(name) is None
    assert said(updates) is None


@pytest.mark.parametrize(
    "name",
    [
        "reflex___state____state.nothing",
        "nothing.at_all",
        "",
        "reflex___state____state._reset_client_storage",
        "reflex___state____state.reset",
        "__class__",
        "reflex___state____state.get_state",
    ],
)
async def test_a_handler_that_does_not_exist_does_nothing(tabs, name):
    tab = await tabs("Olga")
    assert said(await tab.send(name)) is None
    assert said(await tab.send(ProbeState.open_to_all)) == "open"


async def test_nobody_is_led_to_sign_in_and_back_to_where_they_were(tabs):
    tab = await tabs()
    updates = await tab.send(ProbeState.name, page="/invoices?status=open")
    assert said(updates) is None
    assert redirects(updates) == ["/sign-in?next=%2Finvoices%3Fstatus%3Dopen"]


async def test_a_role_without_the_right_is_told_so(tabs):
    ann, fred, lea = await tabs("Ann"), await tabs("Fred"), await tabs("Lea")
    assert redirects(await ann.send(ProbeState.either)) == ["/not-allowed"]
    assert said(await fred.send(ProbeState.either)) == "either"
    assert said(await lea.send(ProbeState.either)) == "either"


async def test_an_event_acts_for_who_sent_it(tabs):
    ann, lea = await tabs("Ann"), await tabs("Lea")
    answers = await asyncio.gather(*(tab.send(ProbeState.name) for tab in (ann, lea) * 3))
    assert [said(one) for one in answers[:2]] == ["Ann Test", "Lea Test"]


async def test_a_chained_event_passes_the_guard_too(tabs):
    ann = await tabs("Ann")
    updates = await ann.send(ProbeState.chains)
    assert redirects(updates) == ["/not-allowed"]
    assert var(updates, "UsersState", "rows") is None


async def test_signing_out_counts_for_a_socket_that_is_still_open(tabs, people):
    token = session_of(people["Ann"])
    tab = await tabs(token=token)
    assert said(await tab.send(ProbeState.name)) == "Ann Test"
    with db.unit_of_work() as session:
        sign_out(session, token)
    updates = await tab.send(ProbeState.name)
    assert said(updates) in (None, "")
    assert redirects(updates) == ["/sign-in"]


async def test_signing_out_everywhere_reaches_every_socket(tabs, people):
    first, second = await tabs("Ann"), await tabs("Ann")
    with db.unit_of_work() as session:
        sign_out_everywhere(session, people["Ann"])
    for tab in (first, second):
        assert redirects(await tab.send(ProbeState.name)) == ["/sign-in"]


async def test_a_right_taken_away_counts_at_the_next_event(tabs, people):
    lea = await tabs("Lea")
    assert said(await lea.send(ProbeState.either)) == "either"
    with db.unit_of_work() as session:
        session.get_one(User, people["Lea"].user_id).role = "member"
    assert redirects(await lea.send(ProbeState.either)) == ["/not-allowed"]


async def test_who_is_shut_out_is_out_at_the_next_event(tabs, people):
    lea = await tabs("Lea")
    with db.unit_of_work() as session:
        session.get_one(User, people["Lea"].user_id).is_active = False
    assert redirects(await lea.send(ProbeState.name)) == ["/sign-in"]


async def test_an_expired_session_is_over_on_an_open_socket(tabs, people):
    lea = await tabs("Lea")
    with db.unit_of_work() as session:
        for one in session.exec(select(LoginSession)):
            one.expires_at = one.created_at
    assert redirects(await lea.send(ProbeState.name)) == ["/sign-in"]


async def test_the_next_person_in_the_same_tab_sees_nothing_of_the_former(tabs, people):
    tab = await tabs("Olga", tab="the-tab")
    assert var(await tab.send(UsersState.load), "UsersState", "rows")
    await tab.close()
    other = await tabs("Ann", tab="the-tab")
    updates = await other.send(HYDRATE)
    assert var(updates, "UsersState", "rows") in (None, [])
    assert "harbour.example" not in str(updates).replace("ann@harbour.example", "")
    assert said(await other.send(ProbeState.name)) == "Ann Test"


async def test_a_tab_taken_over_after_sign_out_is_empty(tabs, people):
    token = session_of(people["Olga"])
    tab = await tabs(token=token, tab="left-open")
    assert var(await tab.send(UsersState.load), "UsersState", "rows")
    with db.unit_of_work() as session:
        sign_out(session, token)
    await tab.send(UsersState.load)
    updates = await tab.send(HYDRATE)
    assert var(updates, "UsersState", "rows") in (None, [])


async def test_the_token_of_another_tab_gives_nothing_of_it(tabs, people):
    victim = await tabs("Olga", tab="victim")
    assert var(await victim.send(UsersState.load), "UsersState", "rows")
    twin = await tabs("Ann", tab="victim")
    assert twin.name != "victim"
    assert var(await twin.send(HYDRATE), "UsersState", "rows") in (None, [])
    await victim.close()
    thief = await tabs("Ann", tab="victim")
    updates = await thief.send(ProbeState.name)
    assert updates == [] or said(updates) is None
    nobody = await tabs(tab="victim")
    assert "harbour.example" not in str(await nobody.send(HYDRATE))


async def test_an_event_in_the_name_of_another_tab_stays_in_its_own(tabs, people):
    olga, ann = await tabs("Olga", tab="olgas"), await tabs("Ann", tab="anns")
    seen = len(olga.received)
    body = {"name": name_of(ProbeState.name), "payload": {}, "token": "olgas", "client_token": "olgas"}
    router = {"pathname": "/", "token": "olgas", "headers": {"cookie": cookie(session_of(people["Olga"]))}}
    await ann.emit(body | {"router_data": router})
    assert said(ann.received) == "Ann Test"
    assert len(olga.received) == seen


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost:8001"])
async def test_a_socket_from_another_site_is_refused(app_server, people, origin):  # noqa: F811
    tab = Tab(app_server)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await tab.open(cookie(session_of(people["Olga"])), origin)


async def test_an_uploads_event_acts_for_who_uploads(tabs, people, app_server):  # noqa: F811
    """The event of an upload carries no cookie; it must not borrow the tab's."""
    token = session_of(people["Olga"])
    tab = await tabs(tab="uploading", token=token)
    await tab.send(ProbeState.open_to_all)
    before = len(tab.received)
    await upload_event(app_server, tab)
    with uploads.uploading("uploading", cookie(session_of(people["Ann"]))):
        await upload_event(app_server, tab)
    assert said(tab.received[before:]) is None
    with uploads.uploading("uploading", cookie(token)):
        await upload_event(app_server, tab)
    assert said(tab.received[before:]) == "Olga Test"


async def upload_event(app_server, tab):  # noqa: F811
    """Queues an event as the upload address does, and waits until it is through."""
    processor = app_server.app.event_processor
    event = Event(name=name_of(ProbeState.name), payload={})
    asyncio.run_coroutine_threadsafe(
        processor.enqueue(tab.name, event), processor._queue_task.get_loop()
    ).result(10)
    await tab.done()


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"number": 5}, "5 '' None"),
        ({"number": "5", "word": "a"}, "5 'a' None"),
        ({"number": 5, "data": {"a": "b"}}, "5 '' {'a': 'b'}"),
    ],
)
async def test_arguments_arrive_with_the_types_that_the_handler_names(tabs, payload, expected):
    tab = await tabs("Ann")
    assert said(await tab.send(ProbeState.typed, payload)) == expected


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"number": "five"},
        {"number": [1]},
        {"number": None},
        {"number": 1, "word": {"a": 1}},
        {"number": 1.5},
        {"number": 1, "extra": 1},
        {"number": 10**15},
        {"number": float("nan")},
        {"number": 1, "word": "x" * 200_000},
        {"number": 1, "word": "a\x00b"},
        {"number": 1, "word": "\ud800"},
        {"number": 1, "data": {"a": {"b": "c"}}},
        {"number": 1, "data": {"x": float("inf")}},
        {"number": 1, "data": {str(n): "x" for n in range(60_000)}},
    ],
)
async def test_arguments_that_do_not_fit_are_refused_and_the_tab_goes_on(tabs, payload):
    tab = await tabs("Ann")
    updates = await tab.send(ProbeState.typed, payload)
    assert said(updates) is None
    assert len(toasts(updates)) == 1
    assert said(await tab.send(ProbeState.name)) == "Ann Test"


async def test_an_error_shows_a_neutral_sentence_and_no_detail(tabs):
    tab = await tabs("Ann")
    updates = await tab.send(ProbeState.breaks)
    assert toasts(updates) == ["Something went wrong on our side. Nothing was saved; please try again."]
    assert "4711" not in str(updates)


async def test_a_public_handler_answers_nobody(tabs):
    tab = await tabs()
    assert var(await tab.send(DoorState.load), "DoorState", "firm") == "Harbour Studio"


async def test_the_frame_tells_who_is_signed_in(tabs):
    tab = await tabs("Fred")
    updates = await tab.send(FrameState.refresh)
    assert var(updates, "FrameState", "role") == "finance"
    assert "users" not in [item["key"] for item in var(updates, "FrameState", "nav")]


async def test_the_cookie_never_comes_back(tabs, people):
    token = session_of(people["Ann"])
    tab = await tabs(token=token)
    await tab.send(HYDRATE)
    await tab.send(ProfileState.load)
    assert token not in str(tab.received)


async def test_undo_is_an_act_of_its_own_and_passes_the_guard(tabs, people):
    olga = await tabs("Olga")
    await olga.send(UsersState.load)
    await olga.send(UsersState.ask_shut, {"row_id": str(people["Ann"].user_id)})
    shown = var(await olga.send(UsersState.shut_out), "ToastState", "toasts")[-1]
    assert shown["undo"] == "Undo"
    await olga.send(ToastState.undo, {"toast_id": shown["id"]})
    with db.reading() as session:
        assert session.get_one(User, people["Ann"].user_id).is_active


def test_a_right_that_nobody_has_cannot_be_declared():
    with pytest.raises(LookupError):
        allow("invoices.isue")
    with pytest.raises(LookupError):
        allow()


def test_access_is_refused_unless_it_is_declared(people):
    assert not permits(None, people["Olga"])
    assert permits((), None)
    assert not permits(("invoices.issue",), None)
    assert roles_for(("invoices.issue",)) == {"owner", "finance"}
    assert roles_for(()) == {"owner", "finance", "lead", "member", "client"}
    assert TabState.event_handlers.keys() == {"setvar"}
