"""Two tabs of one person, and two people at one shared view: one wins, and the other reads why."""

from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Invalid, NotFound, PsaError, Stale
from psa_app.models import ListColumns, SavedView
from psa_app.services.lowcode.saved_views import change_view, choose_columns, create_view, delete_view
from tests.services.time_world import do, race
from tests.support.logins import make_people

ONE, TWO = ["name", "city"], ["city", "name", "email"]


@pytest.fixture
def people(own_database: Any, clock: Any) -> dict[str, Actor]:
    return make_people()


def kept(model: Any) -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(model)).all())


def test_columns_that_two_tabs_choose_at_once_are_those_of_one_of_them(people: dict[str, Actor]) -> None:
    found = race(
        *[
            lambda names=names: do(choose_columns, people["Ann"], kind="tasks", columns=names)
            for names in (ONE, TWO)
        ]
    )
    assert found == [None, None]
    assert [one.names for one in kept(ListColumns)] in ([ONE], [TWO])


def test_two_tabs_that_save_a_view_of_one_name_at_once_make_one(people: dict[str, Actor]) -> None:
    found = race(*[lambda: do(create_view, people["Fred"], kind="accounts", name="Mine")] * 2)
    assert sum(isinstance(one, Invalid) for one in found) == 1
    assert [one.name for one in kept(SavedView)] == ["Mine"]


def test_a_shared_view_that_its_maker_changes_while_the_owner_deletes_it_ends_in_one_way(
    people: dict[str, Actor],
) -> None:
    view = do(create_view, people["Fred"], kind="accounts", name="Ours", is_shared=True, columns=ONE)
    changed, deleted = race(
        lambda: do(change_view, people["Fred"], view.id, version=1, columns=TWO),
        lambda: do(delete_view, people["Olga"], view.id),
    )
    assert not isinstance(deleted, PsaError)
    assert isinstance(changed, (SavedView, NotFound))
    assert kept(SavedView) == []


def test_of_two_who_change_a_shared_view_at_once_the_second_is_told(people: dict[str, Actor]) -> None:
    view = do(create_view, people["Fred"], kind="accounts", name="Ours", is_shared=True)
    found = race(
        lambda: do(change_view, people["Fred"], view.id, version=1, columns=ONE),
        lambda: do(change_view, people["Olga"], view.id, version=1, columns=TWO),
    )
    assert sum(isinstance(one, Stale) for one in found) == 1
    (left,) = kept(SavedView)
    assert left.query["columns"] == (TWO if isinstance(found[0], Stale) else ONE)
