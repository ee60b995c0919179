"""Leave: asked for, decided by someone else, and never twice on a day."""

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.access import ACTS, Actor
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError
from psa_app.models import Leave, Person, User
from psa_app.services.people.leave import approve_leave, reject_leave, request_leave, withdraw_leave
from tests.services.time_world import World, do, make_world, past
from tests.support.prepared import prepared

FIRST, LAST = date(2026, 12, 7), date(2026, 12, 11)


world = prepared(make_world)


def ask(world: World, who: str, **inputs: Any) -> int:
    given = {"starts_on": FIRST, "ends_on": LAST} | inputs
    return int(do(request_leave, world[who], **given).id)


def leaves() -> list[Leave]:
    with db.reading() as session:
        return list(session.exec(select(Leave).order_by(col(Leave.id))).all())


def test_leave_is_asked_for_and_approved_by_another(world: World, clock: Any) -> None:
    leave_id = ask(world, "Ann", note="Skiing")
    assert (leaves()[0].status, leaves()[0].note, leaves()[0].decided_by) == ("requested", "Skiing", None)
    do(approve_leave, world["Fred"], leave_id)
    assert (leaves()[0].status, leaves()[0].decided_by, leaves()[0].decided_at) == (
        "approved",
        world["Fred"].user_id,
        clock(),
    )
    assert past(leave_id, "leave") == ["requested", "approved"]


def test_no_is_said_with_a_reason_and_frees_the_days(world: World) -> None:
    leave_id = ask(world, "Ann")
    with pytest.raises(Invalid) as caught:
        do(reject_leave, world["Fred"], leave_id, reason=" ")
    assert caught.value.field == "reason"
    do(reject_leave, world["Fred"], leave_id, reason="The launch is that week")
    ask(world, "Ann")
    assert [leave.status for leave in leaves()] == ["rejected", "requested"]


def test_approved_leave_can_be_taken_back_by_who_decides(world: World) -> None:
    leave_id = ask(world, "Ann")
    do(approve_leave, world["Olga"], leave_id)
    with pytest.raises(Conflict, match="already approved"):
        do(withdraw_leave, world["Ann"], leave_id)
    do(reject_leave, world["Olga"], leave_id, reason="Cancelled by Ann")
    assert leaves()[0].status == "rejected"


def test_a_request_is_withdrawn_by_its_person_only(world: World) -> None:
    leave_id = ask(world, "Ann")
    with pytest.raises(NotFound):
        do(withdraw_leave, world["Ben"], leave_id)
    with pytest.raises(Forbidden):
        do(withdraw_leave, world["Olga"], leave_id)
    do(withdraw_leave, world["Ann"], leave_id)
    assert leaves() == []
    assert past(leave_id, "leave") == ["requested", "withdrawn"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 12, 1), FIRST),
        (LAST, date(2026, 12, 31)),
        (date(2026, 12, 9), date(2026, 12, 9)),
        (date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_two_leaves_never_lie_on_one_day(world: World, first: date, last: date) -> None:
    ask(world, "Ann")
    with pytest.raises(Conflict, match="7–11 Dec 2026"):
        ask(world, "Ann", starts_on=first, ends_on=last)
    ask(world, "Ann", starts_on=date(2026, 12, 12), ends_on=date(2026, 12, 12))
    ask(world, "Ben", starts_on=first, ends_on=last)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"ends_on": date(2026, 12, 6)}, "ends_on"),
        ({"ends_on": date(2028, 1, 1)}, "ends_on"),
        ({"starts_on": date(1, 1, 1)}, "starts_on"),
        ({"starts_on": date(2023, 12, 31), "ends_on": date(2024, 1, 5)}, "starts_on"),
        ({"minutes_per_day": 0}, "minutes_per_day"),
        ({"minutes_per_day": 1441}, "minutes_per_day"),
        ({"note": "x" * 401}, "note"),
    ],
)
def test_wrong_leave_is_refused_beside_its_field(world: World, inputs: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        ask(world, "Ann", **({"ends_on": LAST} | inputs))
    assert (caught.value.field, leaves()) == (field, [])


def test_nobody_takes_leave_after_their_last_day(world: World) -> None:
    with db.unit_of_work() as session:
        session.get_one(Person, world.people["Ann"]).left_on = date(2026, 12, 9)
    with pytest.raises(Invalid, match="until 9 Dec 2026"):
        ask(world, "Ann")
    ask(world, "Ann", ends_on=date(2026, 12, 9))


def test_nobody_decides_on_their_own_while_someone_else_may(world: World) -> None:
    leave_id = ask(world, "Olga")
    for attempt in (
        lambda: do(approve_leave, world["Olga"], leave_id),
        lambda: do(reject_leave, world["Olga"], leave_id, reason="no"),
    ):
        with pytest.raises(Forbidden, match="on their own leave"):
            attempt()
    do(approve_leave, world["Fred"], leave_id)
    assert leaves()[0].status == "approved"


def test_who_is_alone_decides_on_their_own(world: World) -> None:
    leave_id = ask(world, "Olga")
    with db.unit_of_work() as session:
        session.exec(select(User).where(User.role == "finance")).one().is_active = False
    do(approve_leave, world["Olga"], leave_id)
    assert leaves()[0].status == "approved"


def test_sick_leave_entered_for_another_counts_at_once(world: World) -> None:
    ask(world, "Fred", person_id=world.people["Ann"], kind="sick", minutes_per_day=240)
    assert (leaves()[0].status, leaves()[0].decided_by) == ("approved", world["Fred"].user_id)


@pytest.mark.parametrize("who", ["Ann", "Lea"])
def test_leave_is_not_asked_for_in_anothers_name(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        ask(world, who, person_id=world.people["Ben"])


def test_who_is_no_person_asks_for_no_leave(world: World) -> None:
    with pytest.raises(Forbidden):
        do(request_leave, Actor("Auditor", "finance"), starts_on=FIRST, ends_on=LAST)


@pytest.mark.parametrize("name", ["leaves.approve", "leaves.reject"])
@pytest.mark.parametrize("who", ["Ann", "Lea"])
def test_owner_and_finance_decide(world: World, name: str, who: str) -> None:
    leave_id = ask(world, "Ben")
    with pytest.raises(Forbidden):
        do(ACTS[name].function, world[who], leave_id, **({"reason": "no"} if "reject" in name else {}))


def test_a_client_knows_nothing_of_leave(world: World) -> None:
    client = Actor("Nora", "client", account_id=world.accounts["Northwind"], contact_id=1)
    for name in ("leaves.request", "leaves.approve", "leaves.reject", "leaves.withdraw"):
        with pytest.raises(Forbidden):
            ACTS[name].perform(None, client, 1, {})


own_world = prepared(make_world, alone=True)


def test_two_requests_at_once_leave_one(own_world: World) -> None:
    together, refused = Barrier(2), []

    def run() -> None:
        together.wait()
        try:
            ask(own_world, "Ann")
        except PsaError as error:
            refused.append(error)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(leaves()), len(refused)) == (1, 1)
