"""The pages before one is signed in, the profile, and the owner's list of users, as a browser drives them."""

import json

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import passwords
from psa_app.config import read
from psa_app.models import ApiToken, Firm, Outbox, SignInAttempt, User
from psa_app.services.identity.cookies import tried_value
from psa_app.services.identity.sessions import resolve_cookie
from psa_app.state.doors.auth import DoorState, ResetState, SignInState, WelcomeState
from psa_app.state.firm.profile import ProfileState
from psa_app.state.firm.users import UsersState
from psa_app.state.frame import FrameState
from psa_app.state.palette import PaletteState
from tests.support.app_server import AppServer, Tab, app_server, redirects, toasts, var  # noqa: F401
from tests.support.logins import PASSWORD, cookie, make_people, signed_in
from tests.support.prepared import prepared

pytestmark = pytest.mark.anyio
NEW = "eleven purple kettles"


people = prepared(make_people, alone=True, only_sqlite=True)


@pytest.fixture
async def tab_of(app_server: AppServer, people):  # noqa: F811
    """`await tab_of("Ann")` opens a tab of someone, `await tab_of(cookies="...")` one with these cookies."""
    opened = []

    async def make(name="", cookies=""):
        tab = await Tab(app_server).open(cookie(signed_in(people[name])) if name else cookies)
        opened.append(tab)
        return tab

    yield make
    for one in opened:
        await one.close()


def mails():
    with db.reading() as session:
        return [json.loads(one.payload) for one in session.exec(select(Outbox).order_by(Outbox.id)).all()]


def set_firm(**values):
    with db.unit_of_work() as session:
        firm = session.exec(select(Firm)).one()
        for name, value in values.items():
            setattr(firm, name, value)


async def test_the_sign_in_page_says_whose_it_is_and_no_more(tab_of):
    tab = await tab_of()
    updates = await tab.send(DoorState.load)
    assert var(updates, "DoorState", "firm") == "Harbour Studio"
    assert not var(updates, "DoorState", "demo")
    assert "harbour.example" not in str(tab.received)


async def test_the_demo_firm_shows_a_sign_in_for_each_role(tab_of):
    set_firm(is_demo=True)
    tab = await tab_of()
    shown = var(await tab.send(DoorState.load), "DoorState", "demo")
    assert [one["role"] for one in shown] == ["Owner", "Finance", "Lead", "Member", "Client"]


async def test_in_production_no_sign_in_is_shown_even_of_a_demo_firm(tab_of, monkeypatch):
    set_firm(is_demo=True)
    production = read(
        {"PSA_ENV": "production", "PSA_BASE_URL": "https://psa.example.com", "PSA_SECRET_KEY": "k" * 40}
    )
    monkeypatch.setattr("psa_app.state.doors.auth.settings", lambda: production)
    tab = await tab_of()
    assert not var(await tab.send(DoorState.load), "DoorState", "demo")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("problem=wrong", "do not fit together"),
        ("problem=wait&seconds=8", "wait 8 seconds"),
        ("problem=wait&seconds=600", "wait 10 minutes"),
        ("problem=wait&seconds=9e9", "wait 60 seconds"),
        ("problem=busy", "busy"),
    ],
)
async def test_a_failed_try_is_explained_and_the_address_kept(tab_of, query, words):
    tab = await tab_of(cookies=f"psa-tried={tried_value('ann@harbour.example')}")
    updates = await tab.send(SignInState.load, page=f"/sign-in?{query}")
    assert words in var(updates, "SignInState", "problem")
    assert var(updates, "SignInState", "email") == "ann@harbour.example"


async def test_a_problem_that_we_do_not_know_is_not_shown(tab_of):
    tab = await tab_of()
    updates = await tab.send(SignInState.load, page="/sign-in?problem=Call+0900+now&told=hello")
    assert not var(updates, "SignInState", "problem")
    assert not var(updates, "SignInState", "told")


@pytest.mark.parametrize(
    ("name", "query", "target"),
    [("Ann", "", "/"), ("Nina", "", "/portal"), ("Ann", "next=/time", "/time"), ("Ann", "next=//evil", "/")],
)
async def test_someone_with_a_session_is_led_on(tab_of, name, query, target):
    tab = await tab_of(name)
    assert redirects(await tab.send(SignInState.load, page=f"/sign-in?{query}")) == [target]


async def test_a_tab_with_an_ended_session_asks_again_once(tab_of):
    tab = await tab_of(cookies=cookie("x" * 43))
    updates = await tab.send(SignInState.load, page="/sign-in?next=/time")
    assert var(updates, "SignInState", "again") == "/auth/again?next=%2Ftime"
    fresh = await tab_of()
    assert not var(await fresh.send(SignInState.load, page="/sign-in"), "SignInState", "again")


async def test_asking_for_a_new_password_answers_alike_for_everyone(tab_of):
    tab = await tab_of()
    answers = [
        await tab.send(ResetState.ask, {"data": {"email": email}})
        for email in ("ann@harbour.example", "nobody@harbour.example")
    ]
    assert [var(one, "ResetState", "asked_for") for one in answers] == [
        "ann@harbour.example",
        "nobody@harbour.example",
    ]
    assert [one["to"] for one in mails()] == [["ann@harbour.example"]]
    wrong = await tab.send(ResetState.ask, {"data": {"email": "no address"}})
    assert "email" in var(wrong, "ResetState", "errors")


async def test_the_link_in_a_mail_begins_with_the_configured_address_whatever_the_host(tab_of):
    tab = await tab_of()
    await tab.send(ResetState.ask, {"data": {"email": "ann@harbour.example"}})
    assert mails()[0]["path"].startswith("/welcome?token=")
    assert "://" not in mails()[0]["path"]


async def test_a_link_lets_choose_a_password_once(tab_of, people):
    tab = await tab_of()
    await tab.send(ResetState.ask, {"data": {"email": "ann@harbour.example"}})
    page = mails()[0]["path"]
    assert var(await tab.send(WelcomeState.load, page=page), "WelcomeState", "email") == "ann@harbour.example"
    weak = await tab.send(WelcomeState.choose, {"data": {"password": "short"}}, page)
    assert "at least 10" in var(weak, "WelcomeState", "errors")["password"]
    done = await tab.send(WelcomeState.choose, {"data": {"password": NEW}}, page)
    assert redirects(done) == ["/sign-in?told=set"]
    again = await tab.send(WelcomeState.choose, {"data": {"password": "another nice password"}}, page)
    assert "has been used" in var(again, "WelcomeState", "gone")
    with db.reading() as session:
        ann = session.get_one(User, people["Ann"].user_id)
        assert passwords.verify_password(ann.password_hash, NEW)


async def test_a_link_that_is_gone_says_so(tab_of):
    tab = await tab_of()
    for query in ("", "token=", "token=" + "x" * 43, "token=%00"):
        updates = await tab.send(WelcomeState.load, page=f"/welcome?{query}")
        assert "older than an hour" in var(updates, "WelcomeState", "gone")


async def test_changing_the_password_keeps_this_session_only(tab_of, people):
    other = signed_in(people["Ann"])
    tab = await tab_of("Ann")
    await tab.send(ProfileState.load)
    wrong = await tab.send(ProfileState.change, {"data": {"current": "guess", "new": NEW}})
    assert "current" in var(wrong, "ProfileState", "password_errors")
    done = await tab.send(ProfileState.change, {"data": {"current": PASSWORD, "new": NEW}})
    assert toasts(done)
    with db.reading() as session:
        assert resolve_cookie(session, other) is None
        assert session.exec(select(SignInAttempt)).all() == []
    assert len(var(await tab.send(ProfileState.load), "ProfileState", "sessions") or [1]) == 1


async def test_guessing_the_present_password_is_slowed(tab_of):
    tab = await tab_of("Ann")
    for _ in range(5):
        await tab.send(ProfileState.change, {"data": {"current": "guess", "new": NEW}})
    slowed = await tab.send(ProfileState.change, {"data": {"current": PASSWORD, "new": NEW}})
    assert "Too many" in var(slowed, "ProfileState", "password_errors")["form"]


async def test_signing_out_everywhere_leads_to_the_door(tab_of):
    tab, twin = await tab_of("Ann"), await tab_of("Ann")
    assert redirects(await tab.send(ProfileState.end_all)) == ["/sign-in"]
    assert redirects(await twin.send(ProfileState.load)) == ["/sign-in"]


async def test_a_token_is_shown_once(tab_of):
    tab = await tab_of("Fred")
    await tab.send(ProfileState.ask_token)
    made = await tab.send(ProfileState.make, {"data": {"name": "Books", "scopes": "read", "term": "30"}})
    assert var(made, "ProfileState", "secret").startswith("psa_")
    await tab.send(ProfileState.close_token)
    shown = await tab.send("reflex___state____state.hydrate_and_load")
    assert var(shown, "ProfileState", "secret") == ""
    with db.reading() as session:
        token = session.exec(select(ApiToken)).one()
    await tab.send(ProfileState.revoke, {"row_id": str(token.id)})
    with db.reading() as session:
        assert session.exec(select(ApiToken.revoked_at)).one() is not None


async def test_the_owner_invites_changes_roles_and_shuts_out(tab_of, people):
    tab = await tab_of("Olga")
    await tab.send(UsersState.load)
    await tab.send(UsersState.ask_invite)
    bad = await tab.send(UsersState.invite, {"data": {"name": "Ivy", "email": "ivy", "role": "lead"}})
    assert "email" in var(bad, "UsersState", "errors")
    form = {"who": "", "name": "Ivy", "email": "ivy@new.example", "role": "lead", "is_active": "on"}
    good = await tab.send(UsersState.invite, {"data": form})
    assert "Ivy gets a mail" in toasts(good)[0]
    ann = str(people["Ann"].user_id)
    await tab.send(UsersState.ask_role, {"row_id": ann})
    await tab.send(UsersState.set_role, {"data": {"role": "lead"}})
    await tab.send(UsersState.ask_shut, {"row_id": ann})
    await tab.send(UsersState.shut_out)
    with db.reading() as session:
        user = session.get_one(User, people["Ann"].user_id)
        assert (user.role, user.is_active) == ("lead", False)


async def test_two_owners_who_change_the_same_user_do_not_overwrite_each_other(tab_of, people):
    first, second = await tab_of("Olga"), await tab_of("Olga")
    ann = str(people["Ann"].user_id)
    for tab in (first, second):
        await tab.send(UsersState.load)
        await tab.send(UsersState.ask_role, {"row_id": ann})
    await first.send(UsersState.set_role, {"data": {"role": "lead"}})
    late = await second.send(UsersState.set_role, {"data": {"role": "finance"}})
    assert "Someone else changed this" in var(late, "UsersState", "errors")["form"]


async def test_extra_fields_of_a_form_change_nothing(tab_of):
    tab = await tab_of("Olga")
    form = {"name": "Ivy", "email": "ivy@new.example", "role": "member", "password_hash": "x", "id": "1"}
    await tab.send(UsersState.invite, {"data": form})
    with db.reading() as session:
        ivy = session.exec(select(User).where(User.email == "ivy@new.example")).one()
    assert (ivy.password_hash, ivy.role) == ("", "member")


async def test_the_palette_finds_what_its_role_may_open(tab_of):
    olga, ann, nina = await tab_of("Olga"), await tab_of("Ann"), await tab_of("Nina")
    found = var(await olga.send(PaletteState.search, {"text": "north"}), "PaletteState", "results")
    assert found[0]["label"] == "Northwind"
    assert not var(await ann.send(PaletteState.search, {"text": "north"}), "PaletteState", "results")
    assert redirects(await nina.send(PaletteState.search, {"text": "kestrel"})) == ["/portal"]
    for text in ("%", "__", "' OR 1=1--", "\\", "n"):
        assert not var(await olga.send(PaletteState.search, {"text": text}), "PaletteState", "results")


async def test_a_page_turns_away_who_may_not_open_it(tab_of):
    ann, nina, nobody = await tab_of("Ann"), await tab_of("Nina"), await tab_of()
    users = {"route": "/settings/users"}
    assert redirects(await ann.send(FrameState.load, users)) == ["/not-allowed"]
    assert redirects(await nobody.send(FrameState.load, users)) == ["/sign-in?next=%2Fsettings%2Fusers"]
    assert redirects(await nina.send(FrameState.load, {"route": "/profile"})) == []


async def test_the_timer_starts_and_stops_from_anywhere(tab_of):
    tab = await tab_of("Ann")
    assert redirects(await tab.send(FrameState.toggle_timer)) == ["/time"]
