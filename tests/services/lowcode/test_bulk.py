"""One act on many records: who may, what is done, what refuses and why."""

import json

import pytest
from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.api.rest.operations import load_acts
from psa_app.errors import Forbidden, Invalid, NotFound
from psa_app.models import Account, Firm, History
from psa_app.resources import RESOURCES
from psa_app.services.lowcode import bulk
from psa_app.services.lowcode.bulk import act_on_many, bulk_acts, change_many, matching
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
    with pytest.raises(NotFound):
        act_on_many(session, OWNER, ACCOUNTS, "merge", accounts)
    assert [act.verb for act in bulk_acts(OWNER, RESOURCES["invoices"])] == ["issue", "mail", "discard"]


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
    with pytest.raises(Invalid, match="Narrow the list"):
        change_many(session, OWNER, ACCOUNTS, accounts, {"tier": "a"})
    with pytest.raises(Invalid, match="Narrow the list"):
        matching(session, OWNER, ACCOUNTS, filters={})


def test_every_act_that_is_offered_for_many_asks_for_nothing_else() -> None:
    load_acts()
    for resource in RESOURCES.values():
        for act in bulk_acts(Actor("The app", "system"), resource):
            asked = {name for name, one in act.inputs.model_fields.items() if one.is_required()}
            assert act.needs_id
            assert asked <= {"version"}, act.name
        assert len(bulk_acts(Actor("The app", "system"), resource)) == len(resource.bulk), resource.kind
