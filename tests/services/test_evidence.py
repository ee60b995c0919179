"""The chain of evidence: every act a link, a pack for one client tells of nobody else, tampering shows."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Forbidden, Invalid, NotFound
from psa_app.models import Evidence, Signature
from psa_app.queries.evidence import evidence_pack, link_of
from psa_app.rules.evidence import check_pack, first_broken
from psa_app.services.evidence import bind_older, head
from psa_app.services.ops.verify import verify
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.submit import submit_week
from tests.services.time_world import race
from tests.support.prepared import prepared
from tests.support.world import MON, TUE, World, ask, do, make_world

world = prepared(make_world)


def links() -> list[Evidence]:
    with db.reading() as session:
        return list(session.exec(select(Evidence).order_by(col(Evidence.position))).all())


def acts() -> list[tuple[str, str]]:
    return [(one.kind, one.act) for one in links()]


def broken() -> list[str]:
    with db.reading() as session:
        return [one.broken for one in verify(session) if one.broken]


def pack(world: World, who: str = "Olga", client: str = "") -> str:
    found: str = ask(evidence_pack, world[who], world.clients[client] if client else None)
    return found


def test_each_act_is_a_link_of_one_chain(world: World) -> None:
    world.worked("Ann", "Build", MON, 60)
    world.accept("Prototype")
    assert acts()[:4] == [("sow", "signed")] * 4  # both sides of two scopes
    assert acts()[4:] == [("time", "approved"), ("milestone", "accepted")]
    assert first_broken(map(link_of, links())) == ""
    with db.reading() as session:
        assert head(session) == links()[-1].seal
    assert broken() == []


def test_an_approval_is_bound_for_each_project_with_what_was_approved(world: World) -> None:
    before = len(links())
    world.log("Ann", "Build", MON, 60)
    world.log("Ann", "Advise", TUE, 30)
    do(submit_week, world["Ann"], week=_week(MON))
    with db.reading() as session:
        ids = tuple(session.connection().execute(text("SELECT id FROM time_entry")).scalars())
    do(approve_entries, world["Olga"], entry_ids=ids)
    told = [json.loads(one.content) for one in links()[before:]]
    assert sorted((one["document_id"], one["lines"], one["seconds"]) for one in told) == sorted(
        [(world.projects["Checkout"], 1, 3600), (world.projects["Data"], 1, 1800)]
    )


def _week(day: date) -> int:
    year, week, _ = day.isocalendar()
    return year * 100 + week


def test_a_pack_of_the_firm_is_checked_without_the_database(world: World) -> None:
    world.accept("Prototype")
    checked = check_pack(pack(world))
    assert (checked.links, checked.told) == (5, 5)
    assert checked.texts == 3


def test_a_clients_pack_tells_of_nobody_else(world: World) -> None:
    content = pack(world, client="Northwind")
    checked = check_pack(content)
    assert (checked.links, checked.told, checked.texts) == (4, 2, 1)
    for word in ("Kestrel", "Karl", "karl@"):
        assert word not in content


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_take_it_out(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        pack(world, who)


def test_an_account_that_is_not_there_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        ask(evidence_pack, world["Olga"], 999)


@pytest.mark.parametrize(
    ("tampering", "words"),
    [
        ("UPDATE evidence SET content = '{}' WHERE position = 2", "Link 2"),
        ("DELETE FROM evidence WHERE position = 1", "Link 1 is missing"),
        ("UPDATE evidence SET seal = 'x' WHERE position = 3", "Link 3"),
        ("UPDATE evidence SET signature_id = NULL WHERE position = 4", "is in no link"),
    ],
)
def test_tampering_in_the_database_is_found(world: World, tampering: str, words: str) -> None:
    with db.unit_of_work() as session:
        session.connection().execute(text(tampering))
    assert any(words in one for one in broken())


def test_signatures_from_before_the_chain_are_bound_once(world: World) -> None:
    with db.unit_of_work() as session:
        session.connection().execute(text("DELETE FROM evidence"))
    with db.unit_of_work() as session:
        assert bind_older(session) == 4
    with db.unit_of_work() as session:
        assert bind_older(session) == 0
    assert broken() == []


def test_an_erased_person_leaves_the_chain_whole(world: World) -> None:
    with db.unit_of_work() as session:
        session.connection().execute(text("UPDATE evidence SET content = '', salt = '' WHERE position = 2"))
    assert first_broken(map(link_of, links())) == ""


def test_two_approvals_at_once_stand_one_after_the_other(own_database: Any, clock: Any) -> None:
    world = make_world()
    for who in ("Ann", "Ben"):
        world.log(who, "Build", MON, 60)
        do(submit_week, world[who], week=_week(MON))
    with db.reading() as session:
        ids = list(session.connection().execute(text("SELECT id FROM time_entry")).scalars())
    before = len(links())
    results = race(*(_approving(world["Olga"], one) for one in ids))
    assert not any(isinstance(one, Exception) for one in results)
    assert len(links()) == before + 2
    assert first_broken(map(link_of, links())) == ""


def _approving(who: Actor, entry_id: int) -> Any:
    return lambda: do(approve_entries, replace(who), entry_ids=(entry_id,))


def test_a_pack_with_a_changed_signature_is_refused(world: World) -> None:
    with db.reading() as session:
        signed = session.exec(select(Signature).where(Signature.side == "client")).first()
    assert signed is not None
    with pytest.raises(Invalid, match=r"Link \d|text"):
        check_pack(pack(world).replace(signed.email, "someone@else.example"))
