"""Calls, notes and to-dos with a client."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from psa_app.models import Activity, User
from psa_app.queries.clients.activities import due_todos, open_todos
from psa_app.services.clients.activities import (
    change_activity,
    complete_activity,
    delete_activity,
    log_activity,
    reopen_activity,
)
from tests.support.world import World, ask, do, past, row, rows

TODAY = date(2026, 11, 23)
HTML = "<img src=x onerror=alert(1)> & <b>bold</b>"


def log(world: World, who: str = "Lea", /, **given: Any) -> Any:
    values = {"account_id": world.clients["Northwind"], "kind": "note", "subject": "Talked"} | given
    return do(log_activity, world[who], **values)


def test_a_note_keeps_its_text_as_it_was_typed(world: World) -> None:
    made = log(world, subject=HTML, body=f"{HTML}\nsecond line")
    kept = row(Activity, made.id)
    assert (kept.subject, kept.body) == (HTML, f"{HTML}\nsecond line")
    assert (kept.made_by, kept.owner_id, kept.done_at) == (world["Lea"].user_id, None, None)
    assert past("activity", made.id) == ["logged"]


def test_a_to_do_is_ones_own_unless_it_is_given_to_someone(world: World) -> None:
    mine = log(world, kind="todo", due_on=TODAY)
    given = log(world, kind="todo", owner_id=world["Fred"].user_id)
    assert (mine.owner_id, given.owner_id) == (world["Lea"].user_id, world["Fred"].user_id)
    with pytest.raises(Invalid) as caught:
        log(world, kind="todo", owner_id=world["Nina"].user_id)  # a client
    assert caught.value.field == "owner_id"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "fax"}, "kind"),
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 201}, "subject"),
        ({"due_on": TODAY}, "due_on"),
        ({"at": datetime(2036, 1, 1, tzinfo=UTC)}, "at"),
        ({"contact_id": 999_999}, "contact_id"),
        ({"opportunity_id": 999_999}, "opportunity_id"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_written(
    world: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        log(world, **given)
    assert caught.value.field == field
    assert rows(Activity) == []


def test_a_contact_of_another_client_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="contact of this client"):
        log(world, contact_id=world["Karl"].contact_id)


def test_a_to_do_is_ticked_once_and_opened_again(world: World) -> None:
    made = log(world, kind="todo")
    assert do(complete_activity, world["Lea"], made.id).done_at is not None
    with pytest.raises(Conflict, match="done already"):
        do(complete_activity, world["Lea"], made.id)
    assert do(reopen_activity, world["Lea"], made.id).done_at is None
    with pytest.raises(Conflict, match="still open"):
        do(reopen_activity, world["Lea"], made.id)
    assert past("activity", made.id) == ["logged", "done", "reopened"]
    with pytest.raises(Conflict, match="Only a to-do"):
        do(complete_activity, world["Lea"], log(world).id)


def test_the_second_of_two_tabs_is_told_to_reload(world: World) -> None:
    made = log(world)
    do(change_activity, world["Lea"], made.id, version=1, subject="First")
    with pytest.raises(Stale):
        do(change_activity, world["Lea"], made.id, version=1, subject="Second")
    assert row(Activity, made.id).subject == "First"


def test_a_slip_can_be_taken_back_by_who_made_it_within_a_day(world: World, clock: Any) -> None:
    made, old = log(world), log(world)
    with pytest.raises(Conflict, match="Only who wrote this"):
        do(delete_activity, world["Olga"], made.id)
    do(delete_activity, world["Lea"], made.id)
    assert past("activity", made.id) == ["logged", "deleted"]
    clock.forward(hours=25)
    with pytest.raises(Conflict, match="older than a day"):
        do(delete_activity, world["Lea"], old.id)


@pytest.mark.parametrize("who", ["Ann", "Nina"])
def test_members_and_clients_write_and_read_none(world: World, who: str) -> None:
    made = log(world)
    with pytest.raises(Forbidden):
        log(world, who)
    for act in (complete_activity, reopen_activity, delete_activity):
        with pytest.raises(Forbidden):
            do(act, world[who], made.id)
    with pytest.raises(Forbidden):
        ask(open_todos, world[who], world.clients["Northwind"])


def test_nobody_reaches_an_activity_that_is_not_there(world: World) -> None:
    with pytest.raises(NotFound):
        do(complete_activity, world["Lea"], 999_999)


def test_home_shows_ones_own_to_dos_that_are_due(world: World) -> None:
    log(world, kind="todo", subject="Late", due_on=date(2026, 11, 20))
    log(world, kind="todo", subject="Today", due_on=TODAY)
    log(world, kind="todo", subject="Later", due_on=date(2026, 11, 24))
    log(world, kind="todo", subject="Someday")
    log(world, kind="todo", subject="Fred's", due_on=TODAY, owner_id=world["Fred"].user_id)
    done = log(world, kind="todo", subject="Done", due_on=TODAY)
    do(complete_activity, world["Lea"], done.id)
    assert [one.subject for one in ask(due_todos, world["Lea"], TODAY)] == ["Late", "Today"]
    ahead = ask(due_todos, world["Lea"], date(2026, 11, 30))
    assert [(one.subject, one.account, one.due_on) for one in ahead] == [
        ("Late", "Northwind", date(2026, 11, 20)),
        ("Today", "Northwind", TODAY),
        ("Later", "Northwind", date(2026, 11, 24)),
    ]
    assert [one.subject for one in ask(open_todos, world["Olga"], world.clients["Northwind"])] == [
        "Late",
        "Today",
        "Fred's",
        "Later",
        "Someday",
    ]


def test_someone_who_left_gets_no_to_do(world: World) -> None:
    with db.unit_of_work() as session:
        session.get_one(User, world["Fred"].user_id).is_active = False
    with pytest.raises(Invalid, match="someone of the firm"):
        log(world, kind="todo", owner_id=world["Fred"].user_id)
