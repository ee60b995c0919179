"""One act on many records: who may, what is done, what refuses and why."""

import json
from collections.abc import Iterator

import pytest
from sqlmodel import Session, select

from psa_app.access import Act, Actor
from psa_app.api.rest.operations import load_acts
from psa_app.errors import Forbidden, Invalid, NotFound, Problems
from psa_app.models import Account, Firm, History, Opportunity, Stage, User
from psa_app.models.resource import Resource
from psa_app.resources import RESOURCES
from psa_app.services.lowcode import bulk
from psa_app.services.lowcode.asked import asked_fields
from psa_app.services.lowcode.bulk import act_on_many, bulk_acts, change_many, matching, parts
from psa_app.services.lowcode.fields import create_field
from psa_app.services.records import create_record

OWNER, LEAD = Actor("Olga", "owner", 1), Actor("Lea", "lead", 3)
ACCOUNTS = RESOURCES["accounts"]
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def accounts(session: Session) -> list[int]:
    session.add(Firm(id=1, name="Harbour", instance="x", base_currency="EUR"))
    names = ("Atlas", "Birch", "Cobalt")
    return [int(create_record(session, OWNER, ACCOUNTS, {"name": name}).id) for name in names]


def test_a_field_is_changed_on_many_and_stands_in_each_history(session: Session, accounts: list[int]) -> None:
    create_field(session, OWNER, kind="accounts", label="Region", type="text")
    done = change_many(session, OWNER, ACCOUNTS, accounts[:2], {"tier": "a", "own_region": "North"})
    assert (done.ids, done.refused) == (tuple(accounts[:2]), ())
    assert [account.tier for account in session.exec(select(Account).order_by("id"))] == ["a", "a", ""]
    told = session.exec(select(History).where(History.verb == "changed")).all()
    assert [(one.record_id, json.loads(one.after)) for one in told] == [
        (number, {"tier": "a", "own_region": "North"}) for number in accounts[:2]
    ]


def test_what_refuses_says_why_and_stays_as_it_was(session: Session, accounts: list[int]) -> None:
    first, _second, third = accounts
    done = change_many(session, OWNER, ACCOUNTS, [first, third, 999], {"tier": "b", "parent_id": str(third)})
    assert done.ids == (first,)
    assert [(one.record_id, one.name) for one in done.refused] == [(third, "Cobalt"), (999, "Client 999")]
    assert "parent" in done.refused[0].why.lower() or "itself" in done.refused[0].why.lower()
    session.expire_all()
    kept = session.get_one(Account, third)
    assert (kept.tier, kept.parent_id, kept.version) == ("", None, 1)


def test_a_wrong_value_changes_nothing(session: Session, accounts: list[int]) -> None:
    done = change_many(session, OWNER, ACCOUNTS, accounts, {"kind": "friend"})
    assert not done.ids
    assert {one.why for one in done.refused} == {"Choose one from the list."}


def test_without_the_right_nothing_is_even_tried(session: Session, accounts: list[int]) -> None:
    with pytest.raises(Forbidden):
        change_many(session, LEAD, ACCOUNTS, accounts, {"tier": "a"})
    with pytest.raises(Forbidden):
        act_on_many(session, LEAD, RESOURCES["holidays"], "delete", [1])
    assert bulk_acts(LEAD, RESOURCES["holidays"]) == []


def test_only_acts_that_are_offered_are_done_to_many(session: Session, accounts: list[int]) -> None:
    load_acts()
    with pytest.raises(NotFound):
        act_on_many(session, OWNER, ACCOUNTS, "merge", accounts)
    assert [act.verb for act in bulk_acts(OWNER, RESOURCES["invoices"])] == [
        "issue",
        "mail",
        "discard",
        "void",
    ]


def test_an_act_is_done_to_each_record_with_the_version_that_it_has(
    session: Session, accounts: list[int]
) -> None:
    fields = [
        create_field(session, OWNER, kind="accounts", label=label, type="text") for label in ("One", "Two")
    ]
    kind = RESOURCES["custom_fields"]
    done = act_on_many(session, OWNER, kind, "archive", [int(field.id or 0) for field in fields])
    assert len(done.ids) == 2
    assert all(field.is_archived for field in fields)


def test_all_that_a_filtered_list_holds_are_found_within_sight(session: Session, accounts: list[int]) -> None:
    change_many(session, OWNER, ACCOUNTS, accounts[1:], {"city": "Graz"})
    assert matching(session, OWNER, ACCOUNTS, filters={"city": "Graz"}) == accounts[1:]
    assert matching(session, OWNER, ACCOUNTS, search="birch", filters={"city": "Graz"}) == accounts[1:2]
    assert (
        matching(
            session, Actor("Ann", "client", 9, account_id=accounts[0]), RESOURCES["invoices"], filters={}
        )
        == []
    )


def test_too_many_at_once_are_refused_before_anything_is_done(
    session: Session, accounts: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST", 2)
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    with pytest.raises(Invalid, match="Narrow the list"):
        change_many(session, OWNER, ACCOUNTS, accounts, {"tier": "a"})
    with pytest.raises(Invalid, match="Narrow the list"):
        matching(session, OWNER, ACCOUNTS, filters={})
    with pytest.raises(Invalid, match="Narrow the list"):
        parts(accounts)


def test_many_go_in_parts_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    assert list(parts([5, 3, 5, 9])) == [[5, 3], [9]]
    assert list(parts([])) == []


def test_doing_it_again_changes_nothing_more(session: Session, accounts: list[int]) -> None:
    change_many(session, OWNER, ACCOUNTS, accounts[:2], {"tier": "a"})
    again = change_many(session, OWNER, ACCOUNTS, accounts, {"tier": "a"})
    assert again.ids == tuple(accounts)
    assert len(session.exec(select(History).where(History.verb == "changed")).all()) == 3


def offered() -> Iterator[tuple[Resource, Act]]:
    load_acts()
    for resource in RESOURCES.values():
        for act in bulk_acts(Actor("The app", "system"), resource):
            yield resource, act


def test_every_act_for_many_is_there_and_each_of_its_inputs_has_a_field() -> None:
    for resource, act in offered():
        assert act.needs_id
        assert act.inputs.model_fields.keys() >= {one.name for one in asked_fields(resource, act)}, act.name
    for resource in RESOURCES.values():
        assert len(bulk_acts(Actor("The app", "system"), resource)) == len(resource.bulk), resource.kind


def test_what_is_asked_for_more_belongs_to_an_act_that_is_offered() -> None:
    used = {(resource.kind, one.name) for resource, act in offered() for one in asked_fields(resource, act)}
    assert {(one.kind, field.name) for one in RESOURCES.values() for field in one.asks} <= used


def test_an_input_looks_as_its_type_and_its_table_say() -> None:
    found = {
        act.name: [(one.name, one.label, one.kind, one.required) for one in asked_fields(resource, act)]
        for resource, act in offered()
    }
    assert found["invoices.issue"] == [("issued_on", "Date on the invoice", "date", False)]
    assert found["timesheets.reject"] == [("reason", "Reason", "multiline", True)]
    assert found["opportunities.move"] == [
        ("stage_id", "Stage", "link", True),
        ("loss_reason", "Lost because", "text", False),
    ]
    assert found["rates.end"] == [("last_day", "Last day", "date", True)]
    assert found["tasks.set_status"] == [("status", "State", "choice", True)]
    assert found["rates.delete"] == []


@pytest.fixture
def chances(session: Session, accounts: list[int]) -> list[int]:
    for number, outcome in ((1, "open"), (2, "lost")):
        session.add(
            Stage(id=90 + number, name=f"Stage {number}", position=number, outcome=outcome, percent=0)
        )
    session.add(User(id=1, name="Olga", email="o@x.example", role="owner"))
    session.flush()
    made = [
        create_record(
            session,
            OWNER,
            RESOURCES["opportunities"],
            {"account_id": accounts[0], "title": f"Deal {number}", "stage_id": 91},
        )
        for number in range(3)
    ]
    return [int(one.id) for one in made]


def test_an_act_with_inputs_is_done_to_each_and_those_that_refuse_say_why(
    session: Session, chances: list[int]
) -> None:
    kind = RESOURCES["opportunities"]
    given = {"stage_id": "92", "loss_reason": "Too dear"}
    done = act_on_many(session, OWNER, kind, "move", [*chances[:2], 999], given)
    assert (done.ids, [one.record_id for one in done.refused]) == (tuple(chances[:2]), [999])
    deals = [session.get_one(Opportunity, one) for one in chances]
    assert [(one.stage_id, one.loss_reason) for one in deals[:2]] == [(92, "Too dear")] * 2
    act_on_many(session, OWNER, kind, "assign", chances, {"owner_id": "1"})
    assert {one.owner_id for one in deals} == {1}
    act_on_many(session, OWNER, kind, "assign", chances[:1], {"owner_id": ""})
    assert deals[0].owner_id is None


def test_a_refusal_names_the_input_that_it_is_because_of(session: Session, chances: list[int]) -> None:
    done = act_on_many(session, OWNER, RESOURCES["opportunities"], "move", chances, {"stage_id": "92"})
    assert not done.ids
    assert {one.field for one in done.refused} == {"loss_reason"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "stage_id"),
        ({"stage_id": "x"}, "stage_id"),
        ({"stage_id": "999"}, "stage_id"),
        ({"stage_id": "92", "loss_reason": "x" * 500}, "loss_reason"),
        ({"stage_id": "92", "from_stage_id": "91"}, "from_stage_id"),
    ],
)
def test_wrong_inputs_stand_beside_their_field_before_anything_is_done(
    session: Session, chances: list[int], given: dict[str, str], field: str
) -> None:
    with pytest.raises((Invalid, Problems)) as error:
        act_on_many(session, OWNER, RESOURCES["opportunities"], "move", chances, given)
    assert field in (getattr(error.value, "fields", None) or {getattr(error.value, "field", ""): ""})
    assert {session.get_one(Opportunity, one).stage_id for one in chances} == {91}
