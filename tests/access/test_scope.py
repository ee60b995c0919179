"""Statements that are kept are kept for one actor and one day."""

from datetime import UTC, datetime

import pytest

from psa_app import clock
from psa_app.access import Actor, once_each

ANN, BEN = Actor("Ann", "member", person_id=1), Actor("Ben", "member", person_id=2)


@pytest.fixture
def at():
    yield lambda day: clock.set_source(lambda: datetime(2026, 11, day, 12, tzinfo=UTC))
    clock.set_source(None)


def test_a_statement_is_built_once_for_each_actor_and_day(at):
    built = []
    statement = once_each(lambda who: built.append(who.name) or len(built))
    at(23)
    assert [statement(who) for who in (ANN, ANN, BEN, ANN)] == [1, 1, 2, 1]
    at(24)
    assert statement(ANN) == 3
    assert built == ["Ann", "Ben", "Ann"]


def test_who_changes_roles_sees_by_the_new_one():
    statement = once_each(lambda who: who.role)
    assert statement(ANN) == "member"
    assert statement(Actor("Ann", "lead", person_id=1)) == "lead"
