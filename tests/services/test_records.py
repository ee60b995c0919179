"""Plain records are made and changed from their declaration: typed, checked, within rights and scope."""

from dataclasses import replace
from typing import Any

import pytest

from psa_app.access import Actor
from psa_app.errors import Forbidden, NotFound, Problems, Stale
from psa_app.models import Account, Contact, Role
from psa_app.queries.records import read_record
from psa_app.resources import RESOURCES
from psa_app.services.records import change_record, create_record
from tests.support.world import MON, World, do, past, row, rows


def make(who: Actor, kind: str, /, **values: Any) -> Any:
    return do(create_record, who, RESOURCES[kind], values)


def change(who: Actor, kind: str, record_id: int, /, version: int | None = None, **values: Any) -> Any:
    return do(change_record, who, RESOURCES[kind], record_id, values, version=version)


def problems(kind: str, who: Actor, /, **values: Any) -> dict[str, str]:
    with pytest.raises(Problems) as caught:
        make(who, kind, **values)
    return caught.value.fields


def test_a_record_gets_its_defaults_and_a_line_of_history(world: World) -> None:
    made = make(world["Fred"], "accounts", name="  Osprey  ", email="Info@Osprey.example")
    kept = row(Account, made.id)
    assert (kept.name, kept.email, kept.currency, kept.version) == ("Osprey", "info@osprey.example", "EUR", 1)
    assert past("account", made.id) == ["created"]


def test_every_wrong_field_is_named_at_once_and_nothing_is_written(world: World) -> None:
    before = len(rows(Account))
    found = problems(
        "accounts",
        world["Fred"],
        name="",
        kind="enemy",
        country="Atlantis",
        payment_days="soon",
        purchase_order_needed="perhaps",
        tax_rate_id=999,
        colour="red",
    )
    assert found == {
        "name": "Please fill this in.",
        "kind": "Choose one from the list.",
        "country": "Choose a country by its two letters, such as AT.",
        "payment_days": "Type a whole number.",
        "purchase_order_needed": "Please say yes or no.",
        "tax_rate_id": "Choose one from the list.",
        "colour": "There is no such field here.",
    }
    assert len(rows(Account)) == before


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", 7), ("version", 9), ("created_at", "2020-01-01"), ("standard_cost", 1), ("__class__", "User")],
)
def test_what_is_not_a_field_of_the_form_is_refused(world: World, name: str, value: Any) -> None:
    assert problems("roles", world["Olga"], name="Chef", **{name: value}) == {
        name: "There is no such field here."
    }


@pytest.mark.parametrize("amount", [-1, 10**15 + 1, 1.5, True, "1,2,3", "", None, [], {"amount": 1}])
def test_an_amount_must_be_one(world: World, amount: Any) -> None:
    found = problems("cost_rates", world["Olga"], person_id=1, valid_from="2026-05-01", amount_minor=amount)
    assert set(found) == {"amount_minor"}


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 10**15])
def test_a_number_must_fit_its_column(world: World, number: int) -> None:
    assert problems("accounts", world["Olga"], name="Osprey", payment_days=number) == {
        "payment_days": "This number is too large."
    }


def test_money_may_be_text_or_an_amount_with_its_currency(world: World) -> None:
    for given, kept in (("1,234.56", 123456), (77, 77), ({"amount": 88, "currency": "EUR"}, 88)):
        made = make(world["Olga"], "roles", name=f"Role {kept}", standard_cost_minor=given)
        assert row(Role, made.id).standard_cost_minor == kept
    wrong = {"amount": 88, "currency": "USD"}
    assert problems("roles", world["Olga"], name="X", standard_cost_minor=wrong) == {
        "standard_cost_minor": "This amount must be in EUR."
    }


def test_a_change_grows_the_version_and_tells_what_changed(world: World) -> None:
    account_id = world.clients["Northwind"]
    version = row(Account, account_id).version
    change(world["Fred"], "accounts", account_id, version=version, city="Bremen")
    kept = row(Account, account_id)
    assert (kept.city, kept.version) == ("Bremen", version + 1)
    assert past("account", account_id)[-1] == "changed"


def test_a_change_that_changes_nothing_leaves_no_trace(world: World) -> None:
    account_id = world.clients["Northwind"]
    before, lines = row(Account, account_id).version, past("account", account_id)
    change(world["Fred"], "accounts", account_id, version=before, city="Hamburg")
    assert (row(Account, account_id).version, past("account", account_id)) == (before, lines)


def test_of_two_tabs_the_second_is_told(world: World) -> None:
    account_id = world.clients["Northwind"]
    version = row(Account, account_id).version
    change(world["Fred"], "accounts", account_id, version=version, city="Bremen")
    with pytest.raises(Stale):
        change(world["Olga"], "accounts", account_id, version=version, city="Kiel")
    assert row(Account, account_id).city == "Bremen"


def test_what_is_fixed_at_creation_cannot_be_changed(world: World) -> None:
    (contact,) = rows(Contact, account_id=world.clients["Northwind"])
    with pytest.raises(Problems) as caught:
        change(world["Fred"], "contacts", contact.id, account_id=world.clients["Kestrel"])
    assert caught.value.fields == {"account_id": "This cannot be changed any more."}
    change(world["Fred"], "contacts", contact.id, account_id=contact.account_id, phone="+43 1 23")
    assert row(Contact, contact.id).phone == "+43 1 23"


def test_a_link_outside_the_actors_scope_looks_like_none(world: World) -> None:
    """A client may not even write, so this is a member's token that was given the right in vain."""
    with pytest.raises(Forbidden):
        make(world["Ann"], "contacts", account_id=world.clients["Kestrel"], name="X", email="x@x.example")
    assert problems("contacts", world["Fred"], account_id=10**9, name="X", email="x@x.example") == {
        "account_id": "Choose one from the list."
    }


def test_kinds_that_services_write_cannot_be_written_plainly(world: World) -> None:
    for kind in ("invoices", "entries", "sows", "payments", "users", "history"):
        with pytest.raises(NotFound):
            make(world["Olga"], kind, name="x")


def test_a_read_only_token_writes_nothing(world: World) -> None:
    reader = replace(world["Olga"], via="api", scopes="read")
    with pytest.raises(Forbidden, match="may not write"):
        make(reader, "roles", name="Chef")


def test_a_field_with_a_right_of_its_own_is_not_there_without_it(world: World) -> None:
    role_id = world.roles["Engineer"]
    with_right = do(read_record, world["Lea"], RESOURCES["roles"], role_id)
    assert with_right["standard_cost_minor"] == 5000
    entry = world.log("Ann", "Build", MON, 60)
    for who, seen in (("Olga", True), ("Fred", True), ("Lea", False), ("Ann", False)):
        assert ("cost_rate_minor" in do(read_record, world[who], RESOURCES["entries"], entry)) is seen
