"""A firm's own fields: what may be made, changed, archived and put in order."""

from typing import Any

import pytest
from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.errors import Forbidden, Invalid, Problems, Stale
from psa_app.models import Account, Firm, History, Project
from psa_app.queries.own_fields import full
from psa_app.resources import RESOURCES
from psa_app.rules.own_fields import key_of
from psa_app.services.lowcode.fields import (
    archive_field,
    change_field,
    create_field,
    reorder_fields,
    restore_field,
)
from psa_app.services.records import change_record, create_record

OWNER = Actor("Olga", "owner", 1)
ACCOUNTS = RESOURCES["accounts"]
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def firm(session: Session) -> None:
    session.add(Firm(id=1, name="Harbour", instance="x", base_currency="EUR"))


def made(session: Session, label: str = "Region", **how: Any) -> Any:
    given = {"kind": "accounts", "type": "text"} | how
    return create_field(session, OWNER, label=label, **given)


def account(session: Session, **values: Any) -> Account:
    found: Account = create_record(session, OWNER, ACCOUNTS, {"name": "Northwind"} | values)
    return found


@pytest.mark.parametrize(
    ("label", "taken", "key"),
    [
        ("Region", (), "region"),
        ("Größe (m²)", (), "grosse_m2"),
        ("Region", ("region",), "region_2"),
        ("Region", ("region", "region_2"), "region_3"),
        ("2nd name", (), "field_2nd_name"),
        ("地域", (), "field"),
        ("=1+1", (), "field_1_1"),
    ],
)
def test_a_key_comes_from_the_label(label: str, taken: tuple[str, ...], key: str) -> None:
    assert key_of(label, taken) == key


def test_a_field_is_made_and_stands_in_history(session: Session) -> None:
    field = made(session, "Region", type="choice", choices=["North", " South ", "North", ""])
    assert (field.key, field.choices, field.position) == ("region", ["North", "South"], 1)
    assert made(session, "Notes", type="multiline").position == 2
    assert session.exec(select(History.verb).where(History.kind == "custom_field")).first() == "created"


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"kind": "invoices"}, "kind"),
        ({"label": "  "}, "label"),
        ({"label": "x" * 61}, "label"),
        ({"label": "seats"}, "label"),
        ({"type": "colour"}, "type"),
        ({"type": "choice"}, "choices"),
        ({"type": "choice", "choices": [f"c{one}" for one in range(201)]}, "choices"),
        ({"type": "choice", "choices": ["North"], "default": "South"}, "default"),
        ({"type": "link"}, "links_to"),
        ({"type": "person", "default": "1"}, "default"),
        ({"type": "number", "default": "many"}, "default"),
        ({"type": "date", "default": "soon"}, "default"),
        ({"type": "bool", "default": "perhaps"}, "default"),
        ({"seen_by": ["client"]}, "seen_by"),
    ],
)
def test_a_field_that_makes_no_sense_is_refused(session: Session, how: dict[str, Any], field: str) -> None:
    made(session, "Seats", type="number")
    with pytest.raises(Invalid) as refused:
        made(session, **({"label": "New"} | how))
    assert refused.value.field == field


def test_only_who_may_change_fields_makes_one(session: Session) -> None:
    with pytest.raises(Forbidden):
        create_field(session, Actor("Fin", "finance", 2), kind="accounts", label="X", type="text")


def test_a_default_goes_into_new_records_and_can_be_cleared(session: Session) -> None:
    made(session, "Seats", type="number", default="5")
    made(session, "Region", type="choice", choices=["North"], default="North")
    made(session, "Active", type="bool", default="yes")
    one = account(session)
    assert one.own == {"seats": 5, "region": "North", "active": True}
    change_record(session, OWNER, ACCOUNTS, int(one.id or 0), {"own_region": ""}, version=1)
    assert "region" not in one.own


def test_a_required_field_breaks_no_old_record_and_is_asked_at_the_next_save_of_its_form(
    session: Session,
) -> None:
    one = account(session)
    made(session, "Region", is_required=True)
    changed = change_record(session, OWNER, ACCOUNTS, int(one.id or 0), {"city": "Graz"}, version=1)
    assert changed.city == "Graz"
    with pytest.raises(Problems) as refused:
        change_record(
            session, OWNER, ACCOUNTS, int(one.id or 0), {"city": "Wien", "own_region": ""}, version=2
        )
    assert refused.value.fields == {"own_region": "Please fill this in."}
    with pytest.raises(Problems) as refused:
        account(session, name="Kestrel")
    assert set(refused.value.fields) == {"own_region"}


def changed(session: Session, field: Any, **how: Any) -> Any:
    given = {"version": field.version, "label": field.label, "type": field.type, "choices": field.choices}
    return change_field(session, OWNER, field.id, **(given | how))


def test_a_type_changes_only_while_nobody_used_the_field(session: Session) -> None:
    field = changed(session, made(session, "Seats"), type="number")
    account(session, own_seats="5")
    with pytest.raises(Invalid, match="Make a new field") as refused:
        changed(session, field, type="text")
    assert refused.value.field == "type"
    session.refresh(field)
    assert changed(session, field, label="Chairs").key == "seats"


def test_a_choice_that_records_hold_stays(session: Session) -> None:
    field = made(session, "Region", type="choice", choices=["North", "South"])
    account(session, own_region="North")
    assert changed(session, field, choices=["North", "West"]).choices == ["North", "West"]
    with pytest.raises(Invalid, match="“North”"):
        changed(session, field, choices=["West"])


def test_an_archived_field_is_gone_and_comes_back_with_its_values(session: Session) -> None:
    field = made(session, "Region")
    one = account(session, own_region="North")
    archive_field(session, OWNER, field.id, version=1)
    assert full(session, ACCOUNTS, OWNER) == ACCOUNTS
    other = made(session, "Region")
    assert other.key == "region_2"
    with pytest.raises(Invalid, match="already a field"):
        restore_field(session, OWNER, field.id, version=2)
    archive_field(session, OWNER, other.id, version=1)
    restore_field(session, OWNER, field.id, version=2)
    assert one.own == {"region": "North"}
    assert full(session, ACCOUNTS, OWNER).fields[-1].name == "own_region"
    with pytest.raises(Stale):
        archive_field(session, OWNER, field.id, version=1)


def test_fields_are_put_in_order(session: Session) -> None:
    first, second = made(session, "First"), made(session, "Second")
    reorder_fields(session, OWNER, kind="accounts", ids=[second.id, first.id])
    assert [one.label for one in full(session, ACCOUNTS).fields[-2:]] == ["Second", "First"]
    with pytest.raises(Invalid):
        reorder_fields(session, OWNER, kind="accounts", ids=[second.id])


def test_own_fields_of_a_record_that_acts_write_are_filled_in_and_nothing_else(session: Session) -> None:
    made(session, "Phase", kind="projects")
    project = Project(name="Portal")
    session.add(project)
    session.flush()
    resource = RESOURCES["projects"]
    change_record(session, OWNER, resource, int(project.id or 0), {"own_phase": "Build"}, version=1)
    assert project.own == {"phase": "Build"}
    with pytest.raises(Problems):
        change_record(session, OWNER, resource, int(project.id or 0), {"name": "X"}, version=2)
    with pytest.raises(Forbidden):
        change_record(session, Actor("M", "member", 9), resource, int(project.id or 0), {}, version=2)
