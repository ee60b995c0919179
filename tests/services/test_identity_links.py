"""Invitations and resets: one link, one use, one hour, and it never says who exists."""

import json
import statistics
import time

import pytest
from sqlmodel import select

from psa_app import routes
from psa_app.access import passwords
from psa_app.db import reading, unit_of_work
from psa_app.errors import Invalid, NotFound, SlowDown
from psa_app.models import OneTimeLink, Outbox, User
from psa_app.services.identity.links import accept, link_holder, request_reset
from psa_app.services.identity.own_password import change_password, count_password_guess
from psa_app.services.identity.sessions import resolve_cookie
from psa_app.services.identity.tokens import make_token, resolve_bearer
from psa_app.services.identity.users import invite_again, invite_user
from tests.support.logins import PASSWORD, at, make_people, signed_in
from tests.support.prepared import prepared

NEW = "eleven purple kettles"


people = prepared(make_people)


def mails():
    with reading() as session:
        return [json.loads(one.payload) for one in session.exec(select(Outbox).order_by(Outbox.id)).all()]


def last_token():
    path = mails()[-1]["path"]
    assert path.startswith(routes.WELCOME + "?token=")
    return path.partition("=")[2]


def ask(email, address="192.0.2.1"):
    with unit_of_work() as session:
        request_reset(session, email, address)


def choose(token, password=NEW):
    with unit_of_work() as session:
        return accept(session, token, password, "192.0.2.1")


def fits(actor, password):
    with reading() as session:
        return passwords.verify_password(session.get_one(User, actor.user_id).password_hash, password)


def test_a_reset_link_sets_the_password_once(people):
    ask(" ANN@harbour.example")
    token = last_token()
    with reading() as session:
        assert link_holder(session, token) == "ann@harbour.example"
    choose(token)
    assert fits(people["Ann"], NEW)
    with pytest.raises(NotFound):
        choose(token, "another nice password")
    assert fits(people["Ann"], NEW)


def test_a_reset_link_is_dead_after_an_hour(people, clock):
    ask("ann@harbour.example")
    clock.forward(minutes=61)
    with pytest.raises(NotFound):
        choose(last_token())


def test_only_the_newest_link_works(people, clock):
    ask("ann@harbour.example")
    first = last_token()
    clock.forward(minutes=1)
    ask("ann@harbour.example")
    with pytest.raises(NotFound):
        choose(first)
    choose(last_token())


def test_a_reset_ends_every_session_and_token(people):
    session_token = signed_in(people["Fred"])
    with unit_of_work() as session:
        bearer = make_token(session, people["Fred"], name="Books").secret
    ask("fred@harbour.example")
    choose(last_token())
    with reading() as session:
        assert resolve_cookie(session, session_token) is None
        assert resolve_bearer(session, bearer) is None


def test_a_link_dies_when_the_password_changes_another_way(people):
    ask("ann@harbour.example")
    with unit_of_work() as session:
        change_password(session, people["Ann"], current=PASSWORD, new=NEW)
    with pytest.raises(NotFound):
        choose(last_token())


@pytest.mark.parametrize("email", ["nobody@harbour.example", "ann", "", "a" * 5000 + "@x.example"])
def test_asking_for_an_unknown_address_says_nothing_and_mails_nobody(people, email):
    ask(email)
    assert mails() == []


def test_a_closed_user_gets_no_mail(people):
    with unit_of_work() as session:
        session.get_one(User, people["Ann"].user_id).is_active = False
    ask("ann@harbour.example")
    assert mails() == []


def test_asking_again_and_again_is_slowed_for_known_and_unknown_alike(people):
    for email in ("ann@harbour.example", "nobody@harbour.example"):
        for _ in range(5):
            ask(email)
        with pytest.raises(SlowDown):
            ask(email)


def test_a_weak_password_is_refused_and_the_link_still_works(people):
    ask("ann@harbour.example")
    token = last_token()
    for weak in ("short", "password123", "ann@harbour.example", "aaaaaaaaaaaa"):
        with pytest.raises(Invalid):
            choose(token, weak)
    choose(token)


@pytest.mark.parametrize("forged", ["", "x" * 43, None, 7, ["a"], "ä" * 43, "a\x00" * 20])
def test_a_forged_link_opens_nothing(people, forged):
    ask("ann@harbour.example")
    with pytest.raises(NotFound):
        choose(forged)


def test_only_a_hash_of_a_link_is_kept(people):
    ask("ann@harbour.example")
    with reading() as session:
        (link,) = session.exec(select(OneTimeLink)).all()
    assert last_token() not in str(link.model_dump())


def test_an_invitation_lets_a_new_user_choose_a_password(people):
    with unit_of_work() as session:
        user = invite_user(session, people["Olga"], email="Ivy@new.example", name="Ivy", role="lead")
    mail = mails()[-1]
    assert (mail["template"], mail["to"]) == ("invitation", ["ivy@new.example"])
    assert mail["values"]["invited_by"] == "Olga Test"
    choose(last_token())
    with reading() as session:
        assert passwords.verify_password(session.get_one(User, user.id).password_hash, NEW)


def test_an_invitation_can_be_sent_again_and_the_first_dies(people):
    with unit_of_work() as session:
        user = invite_user(session, people["Olga"], email="ivy@new.example", name="Ivy", role="lead")
    first = last_token()
    with unit_of_work() as session:
        invite_again(session, people["Olga"], user.id)
    with pytest.raises(NotFound):
        choose(first)
    choose(last_token())


def test_the_present_password_is_asked_and_others_are_signed_out(people):
    here, there = signed_in(people["Ann"]), signed_in(people["Ann"])
    with reading() as session:
        this_one = resolve_cookie(session, here).session_id
    with pytest.raises(Invalid) as wrong, unit_of_work() as session:
        change_password(session, people["Ann"], current="guess", new=NEW)
    assert wrong.value.field == "current"
    with unit_of_work() as session:
        change_password(session, people["Ann"], current=PASSWORD, new=NEW, keep_session=this_one)
    assert fits(people["Ann"], NEW)
    with reading() as session:
        assert resolve_cookie(session, here) is not None
        assert resolve_cookie(session, there) is None


def test_a_weak_new_password_is_told_beside_its_field(people):
    with pytest.raises(Invalid) as weak, unit_of_work() as session:
        change_password(session, people["Ann"], current=PASSWORD, new="short")
    assert weak.value.field == "new"


def test_guessing_the_present_password_in_an_open_session_is_slowed(people):
    ann = at(people["Ann"], "192.0.2.1")
    for _ in range(5):
        with unit_of_work() as session:
            count_password_guess(session, ann)
    with pytest.raises(SlowDown), unit_of_work() as session:
        count_password_guess(session, ann)


def test_asking_for_a_known_and_an_unknown_address_takes_equally_long(people, clock):
    taken = {"ann@harbour.example": [], "who@harbour.example": []}
    for number in range(25):
        for email, times in taken.items():
            start = time.perf_counter()
            ask(email, f"10.0.{number}.1")
            clock.forward(minutes=2)
            times.append(time.perf_counter() - start)
    apart = [known - unknown for known, unknown in zip(*taken.values(), strict=True)]  # each pair at one time
    assert abs(statistics.median(apart)) < 0.05
