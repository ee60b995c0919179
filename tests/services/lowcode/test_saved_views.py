"""Saved views: whose they are, who sees a shared one, and what they keep."""

from typing import Any

import pytest
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from psa_app.models import Firm, User
from psa_app.queries.saved_views import chosen_columns, views_of
from psa_app.resources import RESOURCES
from psa_app.services.lowcode.saved_views import (
    MOST_VIEWS,
    change_view,
    choose_columns,
    create_view,
    delete_view,
    rename_view,
    share_view,
    unshare_view,
)

ROLES = ("owner", "finance", "lead", "member")
OWNER, FINANCE, LEAD, MEMBER = (Actor(role.title(), role, number) for number, role in enumerate(ROLES, 1))
pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture(autouse=True)
def firm(session: Session) -> None:
    assert RESOURCES
    session.add(Firm(id=1, name="Harbour", instance="x", base_currency="EUR"))
    for number, role in enumerate(ROLES, 1):
        session.add(User(id=number, name=role, email=f"{role}@x.example", role=role))
    session.flush()


def made(session: Session, who: Actor = FINANCE, name: str = "Big ones", **how: Any) -> Any:
    return create_view(session, who, **{"kind": "accounts", "name": name, **how})


def seen(session: Session, who: Actor, kind: str = "accounts") -> list[str]:
    return [view.name for view in views_of(session, who, kind)]


def test_a_view_keeps_search_order_columns_and_filters(session: Session) -> None:
    view = made(
        session, q=" har ", sort="-name", columns=["name", "city", "name"], filters={"kind": "client"}
    )
    assert view.query == {
        "q": "har",
        "sort": "-name",
        "columns": ["name", "city"],
        "filters": {"kind": "client"},
    }
    change_view(session, FINANCE, view.id, version=1, filters={"kind": "partner"})
    assert view.query == {"q": "", "sort": "", "columns": [], "filters": {"kind": "partner"}}


def test_a_view_is_its_makers_until_it_is_shared(session: Session) -> None:
    view = made(session)
    assert (seen(session, FINANCE), seen(session, LEAD), seen(session, OWNER)) == (["Big ones"], [], [])
    with pytest.raises(NotFound):
        rename_view(session, LEAD, view.id, version=1, name="Mine")
    share_view(session, FINANCE, view.id, version=1)
    assert seen(session, LEAD) == seen(session, OWNER) == ["Big ones"]
    unshare_view(session, FINANCE, view.id, version=2)
    assert seen(session, LEAD) == []


def test_a_shared_view_reaches_only_those_who_may_open_its_list(session: Session) -> None:
    made(session, kind="accounts", is_shared=True)
    made(session, kind="invoices", is_shared=True)
    assert seen(session, MEMBER) == []
    assert seen(session, MEMBER, "invoices") == []
    assert seen(session, LEAD) == ["Big ones"]
    assert seen(session, LEAD, "invoices") == []


def test_another_persons_shared_view_is_changed_by_them_or_the_owner(session: Session) -> None:
    view = made(session, is_shared=True)
    with pytest.raises(Forbidden):
        rename_view(session, LEAD, view.id, version=1, name="Other")
    with pytest.raises(Forbidden):
        change_view(session, LEAD, view.id, version=1)
    with pytest.raises(Forbidden):
        delete_view(session, LEAD, view.id)
    rename_view(session, OWNER, view.id, version=1, name="Large")
    delete_view(session, OWNER, view.id)
    assert seen(session, FINANCE) == []


@pytest.mark.parametrize(
    ("how", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"kind": "nothing"}, "kind"),
        ({"q": "x" * 201}, "q"),
        ({"filters": {f"f{number}": "x" for number in range(21)}}, "filters"),
        ({"filters": {"kind": "a\0b"}}, "filters"),
        ({"columns": [f"c{number}" for number in range(61)]}, "columns"),
    ],
)
def test_what_a_view_cannot_keep_is_told_beside_its_field(
    session: Session, how: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        made(session, **how)
    assert told.value.field == field


def test_two_views_of_a_list_have_two_names_and_there_are_not_too_many(session: Session) -> None:
    view = made(session, name="One")
    with pytest.raises(Invalid, match="already"):
        made(session, name="one")
    assert made(session, who=LEAD, name="One").name == "One"
    for number in range(MOST_VIEWS - 1):
        made(session, name=f"View {number}")
    with pytest.raises(Conflict, match="Delete one"):
        made(session, name="One more")
    with pytest.raises(Invalid):
        rename_view(session, FINANCE, view.id, version=1, name="view 3")


def test_a_view_that_someone_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    view = made(session)
    rename_view(session, FINANCE, view.id, version=1, name="Large")
    with pytest.raises(Stale):
        change_view(session, FINANCE, view.id, version=1, q="x")


def test_nobody_keeps_a_view_of_a_list_that_is_not_theirs(session: Session) -> None:
    with pytest.raises(Forbidden):
        made(session, who=MEMBER)
    with pytest.raises(Forbidden):
        made(session, who=MEMBER, kind="tasks", is_shared=True)
    with pytest.raises(Forbidden):
        choose_columns(session, MEMBER, kind="invoices", columns=["number"])


def test_chosen_columns_are_each_persons_own(session: Session) -> None:
    choose_columns(session, FINANCE, kind="accounts", columns=["name", "city"])
    choose_columns(session, FINANCE, kind="accounts", columns=["name", "tier"])
    assert chosen_columns(session, FINANCE, "accounts") == ("name", "tier")
    assert chosen_columns(session, LEAD, "accounts") == ()
    choose_columns(session, FINANCE, kind="accounts")
    assert chosen_columns(session, FINANCE, "accounts") == ()
