"""Signing in: the same answer for whoever it is, slower for who guesses, never shut for good."""

import pytest
from sqlmodel import select

from psa_app.access import passwords
from psa_app.db import reading, unit_of_work
from psa_app.errors import Invalid, SlowDown
from psa_app.models import SignInAttempt, User
from psa_app.services.identity.pace import place_of, wait_seconds
from psa_app.services.identity.sessions import resolve_cookie
from psa_app.services.identity.sign_in import begin_sign_in, finish_sign_in
from tests.support.logins import PASSWORD, make_people, signed_in
from tests.support.prepared import prepared

HERE, THERE = "192.0.2.1", "198.51.100.7"


people = prepared(make_people)


def attempt(email, address=HERE):
    with unit_of_work() as session:
        return begin_sign_in(session, email, address)


def sign_in(email, password, address=HERE):
    """The token, or None when it was wrong."""
    tried = attempt(email, address)
    if not tried.proven_by(password):
        return None
    with unit_of_work() as session:
        return finish_sign_in(session, tried, "pytest")[0]


def fail(times, email="ann@harbour.example", address=HERE):
    for _ in range(times):
        tried = attempt(email, address)
        assert tried is not None


def test_the_right_password_opens_a_session(people):
    token = sign_in(" ANN@Harbour.example ", PASSWORD)
    with reading() as session:
        found = resolve_cookie(session, token)
    assert found is not None
    assert found.actor.name == "Ann Test"


def test_a_password_is_the_same_from_every_keyboard(people):
    with unit_of_work() as session:
        ann = session.get_one(User, people["Ann"].user_id)
        ann.password_hash = passwords.hash_password("Größe ﬁnden heute")
    assert sign_in("ann@harbour.example", "Größe finden heute")


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", "x" * 5000, "\x00"])
def test_a_wrong_password_opens_nothing(people, password):
    assert sign_in("ann@harbour.example", password) is None


def test_an_unknown_an_invited_and_a_closed_user_are_all_alike(people):
    with unit_of_work() as session:
        session.add(User(email="invited@harbour.example", name="Ivy", role="member"))
        session.get_one(User, people["Lea"].user_id).is_active = False
    for email in ("nobody@harbour.example", "invited@harbour.example", "lea@harbour.example"):
        tried = attempt(email)
        assert (tried.user_id, tried.password_hash) == (None, "")
        assert not tried.proven_by(PASSWORD)


def test_checking_costs_the_same_for_a_user_that_does_not_exist(people, monkeypatch):
    checked = []
    monkeypatch.setattr(passwords, "_hasher", _Counting(passwords._hasher, checked))
    attempt("ann@harbour.example").proven_by("wrong")
    attempt("nobody@harbour.example").proven_by("wrong")
    parameters = [kept.split("$")[1:4] for kept in checked]
    assert len(checked) == 2
    assert parameters[0] == parameters[1]


class _Counting:
    def __init__(self, hasher, checked):
        self._hasher, self._checked = hasher, checked

    def verify(self, kept, password):
        self._checked.append(kept)
        return self._hasher.verify(kept, password)

    def hash(self, password):
        return self._hasher.hash(password)


def test_someone_closed_between_the_two_steps_gets_no_session(people):
    tried = attempt("ann@harbour.example")
    assert tried.proven_by(PASSWORD)
    with unit_of_work() as session:
        session.get_one(User, people["Ann"].user_id).is_active = False
    with pytest.raises(Invalid), unit_of_work() as session:
        finish_sign_in(session, tried, "pytest")


def test_a_hash_of_old_parameters_is_renewed_at_the_next_sign_in(people):
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with unit_of_work() as session:
        session.get_one(User, people["Ann"].user_id).password_hash = weak
    tried = attempt("ann@harbour.example")
    assert tried.proven_by(PASSWORD)
    with unit_of_work() as session:
        finish_sign_in(session, tried, "pytest", new_hash=tried.renewed(PASSWORD))
    with reading() as session:
        kept = session.get_one(User, people["Ann"].user_id).password_hash
    assert kept != weak
    assert passwords.verify_password(kept, PASSWORD)
    assert attempt("ann@harbour.example").renewed(PASSWORD) == ""


def test_waits_grow_and_stop_growing():
    assert [wait_seconds(n, 5, 900) for n in (0, 4, 5, 6, 7, 10, 15, 500)] == [0, 0, 1, 2, 4, 32, 900, 900]


def test_five_mistakes_are_free_then_each_costs_more(people, clock):
    fail(5)
    with pytest.raises(SlowDown) as first:
        attempt("ann@harbour.example")
    clock.forward(seconds=1)
    fail(1)
    with pytest.raises(SlowDown) as second:
        attempt("ann@harbour.example")
    assert (first.value.seconds, second.value.seconds) == (1, 2)
    assert "1 second " in first.value.sentence


def test_a_hundred_guesses_in_a_minute_come_to_a_dozen(people, clock):
    taken = 0
    for _ in range(100):
        try:
            attempt("ann@harbour.example")
            taken += 1
        except SlowDown:
            pass
        clock.forward(seconds=0.6)
    assert taken <= 12


def test_one_guess_at_a_hundred_accounts_from_one_place_is_slowed_too(people, clock):
    taken = 0
    for n in range(100):
        try:
            attempt(f"user{n}@harbour.example")
            taken += 1
        except SlowDown:
            pass
        clock.forward(seconds=0.6)
    assert taken <= 27


def test_a_refused_attempt_does_not_lengthen_the_wait(people, clock):
    fail(5)
    for _ in range(50):
        with pytest.raises(SlowDown):
            attempt("ann@harbour.example")
    clock.forward(seconds=1)
    assert sign_in("ann@harbour.example", PASSWORD)


def test_guesses_from_everywhere_do_not_keep_the_owner_out_of_a_known_place(people, clock):
    signed_in(people["Ann"], HERE)
    for n in range(40):
        try:
            attempt("ann@harbour.example", f"203.0.113.{n}")
        except SlowDown:
            break
    with pytest.raises(SlowDown):
        attempt("ann@harbour.example", THERE)
    assert sign_in("ann@harbour.example", PASSWORD, HERE)


def test_a_sign_in_forgets_the_failures_of_that_place(people, clock):
    fail(4)
    assert sign_in("ann@harbour.example", PASSWORD)
    fail(5)
    with reading() as session:
        assert len(session.exec(select(SignInAttempt)).all()) == 5


def test_failures_of_yesterday_no_longer_count(people, clock):
    fail(5)
    clock.forward(hours=25)
    fail(5)


def test_the_address_typed_is_not_kept_in_the_clear(people):
    attempt("secret.person@harbour.example")
    with reading() as session:
        (kept,) = session.exec(select(SignInAttempt)).all()
    assert "secret" not in kept.email_hash
    assert len(kept.email_hash) == 64


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("not an address", "not an address"),
    ],
)
def test_an_ipv6_place_is_the_network_that_was_given_out(address, place):
    assert place_of(address) == place
