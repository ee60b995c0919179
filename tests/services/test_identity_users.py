"""Who may sign in: invited by the owner, shut out at once, and always one owner left."""

import pytest
from sqlmodel import select

from psa_app.access import Actor, system
from psa_app.db import reading, unit_of_work
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from psa_app.models import Contact, History, User
from psa_app.services.identity.sessions import resolve_cookie
from psa_app.services.identity.tokens import make_token, resolve_bearer
from psa_app.services.identity.users import (
    activate_user,
    add_user,
    change_role,
    deactivate_user,
    invite_again,
    invite_user,
)
from tests.support.logins import make_people, signed_in
from tests.support.prepared import prepared

people = prepared(make_people)


def do(function, *args, **inputs):
    with unit_of_work() as session:
        return function(session, *args, **inputs)


def invite(people, by="Olga", **changes):
    given = {"email": "new@x.example", "name": "New", "role": "member"} | changes
    return do(invite_user, people[by], **given)


@pytest.mark.parametrize("by", ["Fred", "Lea", "Ann", "Nina"])
def test_only_an_owner_decides_who_may_sign_in(people, by):
    with pytest.raises(Forbidden):
        invite(people, by)
    ann = people["Ann"].user_id
    for act, inputs in (
        (deactivate_user, {"version": 1}),
        (activate_user, {"version": 1}),
        (change_role, {"version": 1, "role": "owner"}),
        (invite_again, {}),
    ):
        with pytest.raises(Forbidden):
            do(act, people[by], ann, **inputs)


def test_an_address_belongs_to_one_user(people):
    with pytest.raises(Conflict) as taken:
        invite(people, email="ANN@harbour.example")
    assert taken.value.field == "email"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"role": "king"}, "role"),
        ({"role": "system"}, "role"),
        ({"role": "client"}, "contact_id"),
        ({"email": "no address"}, "email"),
        ({"email": "a@x.example\r\nBcc: b@y.example"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "x" * 500}, "name"),
    ],
)
def test_a_wrong_invitation_says_what_is_wrong(people, changes, field):
    with pytest.raises(Invalid) as wrong:
        invite(people, **changes)
    assert wrong.value.field == field


def test_a_contact_can_only_be_a_client(people):
    with reading() as session:
        contact_id = session.exec(select(Contact.id)).first()
    with pytest.raises(Invalid):
        invite(people, role="owner", contact_id=contact_id)


def test_a_person_or_contact_has_one_sign_in(people):
    for inputs in (
        {"person_id": people["Ann"].person_id},
        {"contact_id": people["Nina"].contact_id, "role": "client"},
    ):
        with pytest.raises(Conflict):
            invite(people, **inputs)


def test_shutting_out_ends_sessions_and_tokens_and_can_be_undone(people):
    cookie = signed_in(people["Fred"])
    bearer = do(make_token, people["Fred"], name="Books").secret
    user = do(deactivate_user, people["Olga"], people["Fred"].user_id, version=1)
    with reading() as session:
        assert resolve_cookie(session, cookie) is None
        assert resolve_bearer(session, bearer) is None
    do(activate_user, people["Olga"], people["Fred"].user_id, version=user.version)
    with reading() as session:
        assert session.get_one(User, people["Fred"].user_id).is_active
        assert resolve_cookie(session, cookie) is None


def test_nobody_shuts_themselves_out(people):
    with pytest.raises(Conflict):
        do(deactivate_user, people["Olga"], people["Olga"].user_id, version=1)


def test_the_last_owner_stays_owner(people):
    with pytest.raises(Conflict):
        do(change_role, people["Olga"], people["Olga"].user_id, version=1, role="lead")
    with pytest.raises(Conflict):
        do(deactivate_user, system(), people["Olga"].user_id, version=1)
    do(change_role, people["Olga"], people["Fred"].user_id, version=1, role="owner")
    do(change_role, people["Olga"], people["Olga"].user_id, version=1, role="lead")


def test_staff_cannot_become_clients_nor_clients_staff(people):
    with pytest.raises(Invalid):
        do(change_role, people["Olga"], people["Ann"].user_id, version=1, role="client")
    with pytest.raises(Invalid):
        do(change_role, people["Olga"], people["Nina"].user_id, version=1, role="owner")


def test_a_stale_change_is_refused(people):
    do(change_role, people["Olga"], people["Ann"].user_id, version=1, role="lead")
    with pytest.raises(Stale):
        do(change_role, people["Olga"], people["Ann"].user_id, version=1, role="finance")


def test_a_user_with_a_password_is_not_invited_again(people):
    with pytest.raises(Conflict):
        do(invite_again, people["Olga"], people["Ann"].user_id)


def test_a_user_that_does_not_exist_is_not_found(people):
    for wrong in (0, -1, 10**30, "1; DROP TABLE user", None, True):
        with pytest.raises(NotFound):
            do(deactivate_user, people["Olga"], wrong, version=1)


def test_a_password_is_set_for_someone_else_only_by_the_app_itself(people):
    given = {"email": "new@x.example", "name": "New", "role": "member", "password": "seven quiet harbours"}
    with pytest.raises(Forbidden):
        do(add_user, people["Olga"], **given)
    with pytest.raises(Invalid):
        do(add_user, system(), **(given | {"password": "admin"}))
    assert do(add_user, system(), **given).password_hash.startswith("$argon2id$")


def test_history_says_who_did_it_and_holds_no_secret(people):
    user = invite(people)
    do(change_role, people["Olga"], user.id, version=1, role="lead")
    with reading() as session:
        lines = session.exec(
            select(History).where(History.kind == "user", History.record_id == user.id)
        ).all()
    assert [(one.verb, one.actor) for one in lines] == [
        ("invited", "Olga Test"),
        ("role changed", "Olga Test"),
    ]
    assert "token" not in "".join(one.before + one.after for one in lines)


def test_a_system_actor_has_no_sign_in():
    assert isinstance(system(), Actor)
    assert system().user_id is None
