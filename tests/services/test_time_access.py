"""Every act on time and rates × every role: who may, who may not, and what nobody outside ever sees."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import ACTS, Actor
from psa_app.errors import Forbidden, NotFound, PsaError
from psa_app.models import History
from psa_app.rules.money import Money
from tests.services.time_world import MON, TODAY, WEEK, World, do, entries, make_world
from tests.support.prepared import prepared

OWN = ("owner", "finance", "lead", "member")
DECIDE = ("owner", "finance", "lead")
BOOKS = ("owner", "finance")

# act: (roles that may, inputs)
TABLE: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "entries.create": (OWN, {"work_date": TODAY, "seconds": 60}),
    "entries.change": (OWN, {"version": 1}),
    "entries.delete": (OWN, {}),
    "entries.set_cell": (OWN, {"day": TODAY, "minutes": 5, "seq": 1}),
    "entries.set_note": (OWN, {"day": TODAY, "note": "x"}),
    "entries.approve": (DECIDE, {"entry_ids": (1,)}),
    "entries.reject": (DECIDE, {"entry_ids": (1,), "reason": "No"}),
    "entries.unapprove": (DECIDE, {"entry_ids": (1,)}),
    "entries.override_rate": (BOOKS, {"rate": Money(1, "EUR"), "reason": "x"}),
    "entries.set_no_charge": (DECIDE, {"reason": "x"}),
    "entries.mark_out_of_scope": (OWN, {"entry_ids": (1,)}),
    "timesheets.submit": (OWN, {"week": WEEK}),
    "timesheets.submit_all": (OWN, {"until": WEEK}),
    "timesheets.copy_last_week": (OWN, {"week": WEEK}),
    "timesheets.recall": (OWN, {}),
    "timesheets.approve": (DECIDE, {}),
    "timesheets.reject": (DECIDE, {"reason": "No"}),
    "timers.start": (OWN, {}),
    "timers.stop": (OWN, {}),
    "timers.change": (OWN, {}),
    "timers.discard": (OWN, {}),
    "firm.lock_time": (BOOKS, {"through": date(2024, 1, 1)}),
    "firm.unlock_time": (("owner",), {"reason": "x"}),
    "rates.create": (BOOKS, {"level": "firm_role", "rate": Money(1, "GBP"), "valid_from": MON}),
    "rates.change": (BOOKS, {"version": 1, "rate": Money(1, "EUR"), "valid_from": MON}),
    "rates.end": (BOOKS, {"version": 1, "last_day": MON}),
    "rates.replace": (BOOKS, {"version": 1, "rate": Money(1, "EUR"), "valid_from": MON}),
    "rates.delete": (BOOKS, {"version": 1}),
    "rates.set_many": (BOOKS, {"changes": (), "currency": "EUR", "valid_from": MON}),
    "rate_modifiers.create": (BOOKS, {"name": "Late", "factor_ppm": 1_500_000, "valid_from": MON}),
    "rate_modifiers.end": (BOOKS, {"version": 1, "last_day": MON}),
    "rates.set": (BOOKS, {"level": "firm_role", "rate": Money(1, "GBP"), "valid_from": MON}),
}
NEEDS_TASK = ("entries.create", "entries.set_cell", "entries.set_note", "timers.start")
PEOPLE = {"owner": "Olga", "finance": "Fred", "lead": "Lea", "member": "Ann"}


@pytest.fixture(scope="module", autouse=True)
def everything() -> None:
    """All acts of time and rates are declared once their modules are there."""
    import psa_app.services.rates
    import psa_app.services.rates_matrix
    import psa_app.services.rates_modifiers
    import psa_app.services.time.approve
    import psa_app.services.time.cells
    import psa_app.services.time.copy
    import psa_app.services.time.lock
    import psa_app.services.time.log
    import psa_app.services.time.out_of_scope
    import psa_app.services.time.override
    import psa_app.services.time.reject
    import psa_app.services.time.submit
    import psa_app.services.time.timer  # noqa: F401


world = prepared(make_world)


def actor(world: World, role: str) -> Actor:
    if role in PEOPLE:
        return world[PEOPLE[role]]
    return Actor("Client", "client", 999, account_id=world.accounts["Northwind"], contact_id=1)


def call(world: World, name: str, who: Actor) -> None:
    act, inputs = ACTS[name], dict(TABLE[name][1])
    if name in NEEDS_TASK:
        inputs["task_id"] = world.tasks["Hiring"]
    if name in ("rates.create", "rates.set"):
        inputs["role_id"] = world.roles["Junior"]
    arguments: list[Any] = [who, *([10**6] if act.needs_id else [])]
    do(act.function, *arguments, **inputs)


def test_the_table_holds_every_act_of_time_and_rates(everything: None) -> None:
    kinds = ("entries", "timesheets", "timers", "rates", "rate_modifiers")
    declared = {name for name, act in ACTS.items() if act.kind in kinds or "time" in act.verb}
    assert declared == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_each_act_is_done_by_its_roles_only(world: World, name: str) -> None:
    for role in ("owner", "finance", "lead", "member", "client", "nobody"):
        who = actor(world, role) if role != "nobody" else Actor("Nobody", "nobody")
        if role in TABLE[name][0]:
            try:
                call(world, name, who)
            except Forbidden:
                pytest.fail(f"{role} may {name}")
            except PsaError:
                pass
        else:
            with pytest.raises(Forbidden):
                call(world, name, who)


def test_a_token_that_only_reads_changes_nothing(world: World) -> None:
    reader = Actor("Ann", "member", 5, world.people["Ann"], via="api", scopes="read")
    with pytest.raises(Forbidden):
        call(world, "entries.create", reader)
    assert entries() == []


@pytest.mark.parametrize("wrong", [0, -1, 2**70, "1' OR '1'='1", None, True, 1.5e300])
def test_made_up_ids_are_not_found(world: World, wrong: Any) -> None:
    with pytest.raises(NotFound):
        do(ACTS["entries.delete"].function, world["Ann"], wrong)
    with pytest.raises(PsaError):
        do(ACTS["entries.approve"].function, world["Lea"], entry_ids=(wrong,))


def test_anothers_row_looks_like_one_that_is_not_there(world: World) -> None:
    create = ACTS["entries.create"].function
    logged = do(create, world["Ann"], task_id=world.tasks["Data"], work_date=MON, seconds=60)
    sheet = do(ACTS["timesheets.submit"].function, world["Ann"], week=WEEK)
    sentences = set()
    for who, name, row_id, inputs in (
        ("Ben", "entries.delete", logged.id, {}),
        ("Ben", "timesheets.recall", sheet.timesheet_id, {}),
        ("Lea", "entries.delete", logged.id, {}),
        ("Lea", "timesheets.approve", sheet.timesheet_id, {}),
        ("Lea", "timesheets.reject", sheet.timesheet_id, {"reason": "x"}),
        ("Lea", "timesheets.approve", 10**6, {}),
    ):
        with pytest.raises(NotFound) as refused:
            do(ACTS[name].function, world[who], row_id, **inputs)
        sentences.add(refused.value.sentence)
    assert len(sentences) == 1


def test_history_never_tells_what_an_hour_costs(world: World) -> None:
    do(ACTS["entries.create"].function, world["Ann"], task_id=world.tasks["Build"], work_date=MON, seconds=60)
    do(ACTS["timesheets.submit"].function, world["Ann"], week=WEEK)
    do(ACTS["entries.approve"].function, world["Lea"], entry_ids=tuple(row.id or 0 for row in entries()))
    with db.reading() as session:
        told = " ".join(row.before + row.after for row in session.exec(select(History)).all())
    assert "15000" in told
    assert "5500" not in told
    assert "cost" not in told
