"""What may be used once is used once, and what is counted is counted, also by many at the same moment."""

import json
from itertools import count

import pytest

from psa_app.access import passwords
from psa_app.access.secrets import kept
from psa_app.db import reading, unit_of_work
from psa_app.errors import NotFound, SlowDown
from psa_app.models import OneTimeLink, Outbox, User
from psa_app.services.identity.links import accept, request_reset
from psa_app.services.identity.pace import HERE, PLACE
from psa_app.services.identity.portal_links import make_portal_link, open_portal_link, revoke_portal_links
from psa_app.services.identity.sign_in import begin_sign_in
from psa_app.services.identity.users import invite_user
from tests.support.logins import make_people
from tests.support.prepared import prepared
from tests.support.till import many
from tests.support.world import rows

TRIES = 8


people = prepared(make_people, alone=True)


def last_token() -> str:
    newest = max(rows(Outbox), key=lambda one: one.id)
    return str(json.loads(newest.payload)["path"]).partition("=")[2]


def reset_asked() -> str:
    with unit_of_work() as session:
        request_reset(session, "ann@harbour.example", "192.0.2.1")
    return last_token()


def invited(people) -> str:
    with unit_of_work() as session:
        invite_user(session, people["Olga"], email="new@harbour.example", name="New Person", role="finance")
    return last_token()


@pytest.mark.parametrize("purpose", ["reset", "invitation"])
def test_a_link_used_by_many_at_once_sets_one_password(people, purpose):
    token = reset_asked() if purpose == "reset" else invited(people)
    numbers = count()

    def choose() -> str:
        password = f"{next(numbers)} purple kettles sing"
        with unit_of_work() as session:
            accept(session, token, password, "192.0.2.1")
        return password

    answers = many(4, choose)
    chosen = [one for one in answers if isinstance(one, str)]
    assert len(chosen) == 1
    assert [type(one) for one in answers if not isinstance(one, str)] == [NotFound] * 3
    email = "ann@harbour.example" if purpose == "reset" else "new@harbour.example"
    (user,) = [one for one in rows(User) if one.email == email]
    assert passwords.verify_password(user.password_hash, chosen[0])


def test_of_many_who_ask_at_once_one_link_holds(people):
    many(4, reset_asked)
    links = rows(OneTimeLink)
    assert len(links) == 4
    assert len([one for one in links if one.used_at is None]) == 1


def test_a_password_and_a_second_link_are_not_had_from_one_link(people):
    """Using a link and asking for another at the same moment: what was used is dead in any case."""
    token = reset_asked()
    acts = iter([lambda: _use(token), reset_asked])
    answers = many(2, lambda: next(acts)())
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, NotFound)]
    (first,) = [one for one in rows(OneTimeLink) if one.token_hash == kept(token)]
    assert first.used_at is not None
    with pytest.raises(NotFound):
        _use(token)


def _use(token: str) -> None:
    with unit_of_work() as session:
        accept(session, token, "eleven purple kettles", "192.0.2.1")


def guess(email: str) -> None:
    with unit_of_work() as session:
        begin_sign_in(session, email, "192.0.2.1")


def test_guesses_at_one_account_at_the_same_moment_are_all_counted(people):
    answers = many(HERE[0] + TRIES, lambda: guess("ann@harbour.example"))
    assert [type(one) for one in answers if one is not None] == [SlowDown] * TRIES


def test_guesses_at_many_accounts_at_the_same_moment_are_all_counted(people):
    numbers = count()
    answers = many(PLACE[0] + TRIES, lambda: guess(f"{next(numbers)}@harbour.example"))
    assert [type(one) for one in answers if one is not None] == [SlowDown] * TRIES


def test_resets_asked_for_at_the_same_moment_are_slowed(people):
    def ask() -> None:
        with unit_of_work() as session:
            request_reset(session, "nobody@harbour.example", "192.0.2.1")

    answers = many(HERE[0] + TRIES, ask)
    assert [type(one) for one in answers if one is not None] == [SlowDown] * TRIES


def test_a_link_to_a_document_opens_nothing_once_it_is_withdrawn_or_late(people, clock):
    nina = people["Nina"]
    with unit_of_work() as session:
        first, second = (
            make_portal_link(session, contact_id=nina.contact_id, document="invoice", document_id=number)
            for number in (1, 2)
        )
    with unit_of_work() as session:
        assert revoke_portal_links(session, "invoice", 1) == 1
    assert opens(second)
    assert not opens(first)
    clock.forward(days=30)
    assert not opens(second)


def opens(token: str) -> bool:
    with reading() as session:
        try:
            return open_portal_link(session, token).actor.role == "client"
        except NotFound:
            return False
