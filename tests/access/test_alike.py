"""One statement serves all who see alike, and shows each of them only their own."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from psa_app import clock, db
from psa_app.access import Actor, once_alike, visible
from psa_app.models import LoginSession, User
from psa_app.prepared import Prepared
from tests.support.logins import make_people, signed_in
from tests.support.prepared import prepared

ANN, BEN = Actor("Ann", "member", person_id=1), Actor("Ben", "member", person_id=2)
USER, OPEN = User.__table__, LoginSession.__table__

people = prepared(make_people)


@pytest.fixture
def at():
    yield lambda day: clock.set_source(lambda: datetime(2026, 11, day, 12, tzinfo=UTC))
    clock.set_source(None)


def names(of, actor):
    with db.reading() as session:
        return [row.name for row in of(actor).all(session, {})]


def test_a_statement_is_built_once_for_all_who_see_alike(at):
    built = []

    @once_alike
    def users(actor):
        built.append(actor.role)
        return Prepared(select(USER.c.id).where(visible(actor, User)))

    at(23)
    for who in (
        ANN,
        BEN,
        replace(ANN, email="ann@x.example", address="192.0.2.7"),
        replace(ANN, role="lead"),
    ):
        users(who)
    assert built == ["member", "lead"]
    users(replace(ANN, person_id=None))
    users(replace(ANN, document=("invoice", 7)))
    at(24)
    users(BEN)
    assert built == ["member", "lead", "member", "member", "member"]


def test_each_sees_their_own_by_the_shared_statement(people):
    of = once_alike(lambda actor: Prepared(select(USER.c.name).where(visible(actor, User))))
    for name in ("Ann", "Lea", "Fred", "Nina", "Karl", "Ann"):
        assert names(of, people[name]) == [people[name].name]
    assert len(names(of, people["Olga"])) == len(people)
    assert names(of, replace(people["Ann"], user_id=None)) == []


def test_each_sees_their_own_where_sqlalchemy_writes_a_list_into_it_each_time(people):
    for name in ("Ann", "Nina", "Karl"):
        signed_in(people[name])
    of = once_alike(
        lambda actor: Prepared(
            select(USER.c.name).where(
                USER.c.role.in_(("member", "client")),
                USER.c.id.in_(select(OPEN.c.user_id).where(visible(actor, LoginSession))),
            )
        )
    )
    for name in ("Nina", "Karl", "Ann"):
        assert names(of, people[name]) == [people[name].name]


def test_what_is_asked_for_beside_the_actor_makes_a_statement_of_its_own(people):
    @once_alike
    def of(actor, column):
        return Prepared(select(USER.c[column].label("name")).where(visible(actor, User)))

    with db.reading() as session:
        assert of(people["Ann"], "role").first(session, {}).name == "member"
        assert of(people["Ann"], "email").first(session, {}).name == people["Ann"].email


def test_a_statement_may_not_reckon_with_an_id_that_only_stands_for_another(people):
    of = once_alike(lambda actor: Prepared(select(USER.c.name).where(USER.c.id != actor.user_id - 1)))
    with pytest.raises(LookupError):
        names(of, people["Ann"])
