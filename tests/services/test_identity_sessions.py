"""Sessions end when they should, at once, and never turn into someone else's."""

from datetime import timedelta

import pytest

from psa_app.access.secrets import kept
from psa_app.db import reading, unit_of_work
from psa_app.errors import NotFound
from psa_app.models import Contact, LoginSession, User
from psa_app.services.identity.cookies import token_in, tried_address, tried_value
from psa_app.services.identity.sessions import (
    end_session,
    is_stale,
    mark_seen,
    open_session,
    resolve_cookie,
    sign_out,
    sign_out_everywhere,
)
from tests.support.logins import make_people, signed_in
from tests.support.prepared import prepared

people = prepared(make_people)


def who(token):
    with reading() as session:
        found = resolve_cookie(session, token)
    return found.actor.name if found else None


def sessions_of(actor):
    from sqlmodel import select

    with reading() as session:
        return session.exec(select(LoginSession).where(LoginSession.user_id == actor.user_id)).all()


def test_a_cookie_stands_for_its_user_with_role_and_client(people):
    with reading() as session:
        nina = resolve_cookie(session, signed_in(people["Nina"]), "192.0.2.9", "Firefox")
    assert nina is not None
    assert (nina.actor.role, nina.actor.account_id) == ("client", people["Nina"].account_id)
    assert (nina.actor.address, nina.actor.agent) == ("192.0.2.9", "Firefox")


def test_only_a_hash_of_the_token_is_kept(people):
    token = signed_in(people["Ann"])
    assert [one.token_hash for one in sessions_of(people["Ann"])] == [kept(token)]


@pytest.mark.parametrize("wrong", ["", "x" * 43, "ä" * 43, "x" * 5000, "a\x00b" * 15, None, 7])
def test_what_is_no_token_is_nobody(people, wrong):
    signed_in(people["Ann"])
    assert who(wrong) is None


def test_a_session_ends_after_twelve_quiet_hours(people, clock):
    token = signed_in(people["Ann"])
    clock.forward(hours=11, minutes=59)
    assert who(token) == "Ann Test"
    clock.forward(minutes=2)
    assert who(token) is None


def test_a_sign_of_life_keeps_a_session_but_never_beyond_a_week(people, clock):
    token = signed_in(people["Ann"])
    for _ in range(16):
        clock.forward(hours=10)
        with unit_of_work() as session:
            found = resolve_cookie(session, token)
            assert found is not None
            assert is_stale(found)
            mark_seen(session, found.session_id)
    clock.forward(hours=9)
    assert who(token) is None


def test_signing_out_ends_that_session_only(people):
    here, there = signed_in(people["Ann"]), signed_in(people["Ann"])
    with unit_of_work() as session:
        sign_out(session, here)
    assert (who(here), who(there)) == (None, "Ann Test")


def test_signing_out_everywhere_ends_them_all(people):
    here, there, other = signed_in(people["Ann"]), signed_in(people["Ann"]), signed_in(people["Lea"])
    with unit_of_work() as session:
        assert sign_out_everywhere(session, people["Ann"]) == 2
    assert (who(here), who(there), who(other)) == (None, None, "Lea Test")


def test_nobody_ends_the_session_of_another(people):
    token = signed_in(people["Lea"])
    session_id = sessions_of(people["Lea"])[0].id
    for name in ("Ann", "Olga"):  # an owner sees all sessions, but ends them by shutting the user out
        with pytest.raises(NotFound), unit_of_work() as session:
            end_session(session, people[name], session_id)
    assert who(token) == "Lea Test"


def test_a_new_session_in_the_same_browser_ends_the_former(people):
    old = signed_in(people["Ann"])
    with unit_of_work() as session:
        new = open_session(session, session.get_one(User, people["Lea"].user_id), "", "", old)
    assert (who(old), who(new)) == (None, "Lea Test")


@pytest.mark.parametrize("model", [User, Contact])
def test_who_is_shut_out_or_archived_is_nobody_at_once(people, model):
    token = signed_in(people["Nina"])
    with unit_of_work() as session:
        if model is User:
            session.get_one(User, people["Nina"].user_id).is_active = False
        else:
            session.get_one(Contact, people["Nina"].contact_id).is_archived = True
    assert who(token) is None


def test_a_role_taken_away_shows_at_the_next_look(people):
    token = signed_in(people["Lea"])
    with unit_of_work() as session:
        session.get_one(User, people["Lea"].user_id).role = "member"
    with reading() as session:
        found = resolve_cookie(session, token)
    assert found is not None
    assert found.actor.role == "member"


def test_two_cookies_that_disagree_count_as_none():
    good, other = "a" * 43, "b" * 43
    assert token_in(f"theme=dark; psa={good}") == good
    assert token_in(f"psa={good}; psa={good}") == good
    assert token_in(f"psa={good}; psa={other}") == ""
    assert token_in("x=" + "y" * 9000 + f"; psa={good}") == ""


@pytest.mark.parametrize("typed", ["mara@harbour.example", "mära <x>; path=/", "", "x" * 400])
def test_the_address_of_a_failed_try_comes_back_as_typed(typed):
    assert tried_address(f"psa-tried={tried_value(typed)}") == typed[:254]


@pytest.mark.parametrize("forged", ["%%%", "////", "8J+YgA", "a"])
def test_a_forged_address_cookie_is_harmless(forged):
    assert tried_address(f"psa-tried={forged}") in ("", "😀")


def test_a_session_that_was_ended_stays_ended_whatever_the_clock_says(people, clock):
    token = signed_in(people["Ann"])
    with unit_of_work() as session:
        sign_out(session, token)
    clock.set(clock.at - timedelta(hours=1))
    assert who(token) is None
