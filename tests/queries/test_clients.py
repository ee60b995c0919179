"""Twins of a client, and its story in pages."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Account, Address, Apart, Contact, Invoice, Opportunity
from psa_app.models.base import metadata
from psa_app.queries.clients.compare import CALLED, QUIET, compare, keys_to
from psa_app.queries.clients.duplicates import pairs, twins, twins_of
from psa_app.queries.clients.figures import Owed, client_figures
from psa_app.queries.clients.listing import client_page
from psa_app.queries.clients.one import account_owners, client_choices, contacts_of, one_client
from psa_app.queries.clients.parts import (
    chances_of,
    invoices_of,
    payments_of,
    projects_of,
    quotes_of,
    sows_of,
)
from psa_app.queries.invoices.parties import buyer_block
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.clients.activities import log_activity
from psa_app.services.clients.apart import keep_apart, look_again
from psa_app.services.clients.merge import merge_accounts
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.quotes.inputs import QuoteHead
from psa_app.services.quotes.write import create_quote
from psa_app.services.records import create_record
from psa_app.services.sales.inputs import AmountInput
from psa_app.services.sales.shape import set_amounts
from tests.support.world import TUE, World, ask, do, past, row, rows

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def make(world: World, kind: str, /, **values: Any) -> int:
    return int(do(create_record, world["Fred"], RESOURCES[kind], values).id)


# Twins


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"name": "Northwind Ltd."}, [("Northwind", ("nearly the same name",))]),
        ({"name": "Northwind GmbH"}, [("Northwind", ("same name",))]),
        ({"name": "X", "vat_id": "DE136695976"}, [("Northwind", ("same VAT number",))]),
        (
            {"name": "X", "email": "nina@northwind.example"},
            [("Northwind", ("same contact nina@northwind.example",))],
        ),
        ({"name": "X", "email": "new@gmail.com"}, []),
        ({"name": ""}, []),
        ({"name": "Kes"}, []),
    ],
)
def test_what_is_typed_is_compared_with_what_there_is(world: World, typed: Any, found: Any) -> None:
    likely = ask(twins, world["Lea"], **typed)
    assert [(one.name, one.reasons) for one in likely] == found


def test_a_domain_tells_two_offices_of_one_company(world: World) -> None:
    one = make(world, "accounts", name="Hafen Nord", website="https://www.hafen.example/nord")
    other = make(world, "accounts", name="Hafen Süd", email="office@hafen.example")
    child = make(world, "accounts", name="Hafen West", email="west@hafen.example", parent_id=one)
    likely = ask(lambda s, a: twins_of(s, a, s.get_one(Account, one)), world["Lea"])
    assert [(one.id, one.reasons) for one in likely] == [(other, ("same domain",))]
    found = [(pair.one.id, pair.other.id) for pair in ask(pairs, world["Fred"])]
    assert found == [(one, other), (other, child)]


def test_the_list_of_twins_is_for_who_may_merge_and_leaves_out_the_archived(world: World) -> None:
    make(world, "accounts", name="Northwind Ltd")
    make(world, "accounts", name="Northwind Inc", is_archived=True)
    found = ask(pairs, world["Fred"])
    assert [(pair.one.name, pair.other.name) for pair in found] == [("Northwind", "Northwind Ltd")]
    for who in ("Lea", "Ann", "Nina"):
        with pytest.raises(Forbidden):
            ask(pairs, world[who])
    for who in ("Ann", "Nina"):
        with pytest.raises(Forbidden):
            ask(twins, world[who], name="Northwind Ltd")


@pytest.mark.parametrize("column", ["match_name", "domain", "vat_id"])
def test_twins_are_found_by_an_index(world: World, column: str) -> None:
    with db.reading() as session:
        connection = session.connection()
        explain = "EXPLAIN QUERY PLAN" if db.is_sqlite(session) else "EXPLAIN"
        if not db.is_sqlite(session):
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = connection.execute(text(f"{explain} SELECT id FROM account WHERE {column} = 'x'"))
        assert f"ix_account_{column}" in " ".join(str(line) for line in plan)


# The billing address


def test_a_billing_address_stands_on_papers_instead(world: World) -> None:
    northwind = world.clients["Northwind"]
    own = ask(lambda s: buyer_block(s.get_one(Account, northwind)))
    assert own.splitlines()[:2] == ["Northwind GmbH", "Hafenstraße 12, 20457 Hamburg"]
    make(world, "addresses", account_id=northwind, label="Branch", street="A 1", city="Bonn", country="DE")
    assert ask(lambda s: buyer_block(s.get_one(Account, northwind))) == own
    billing = {"label": "Accounts", "kind": "billing", "recipient": "Northwind Finance"}
    where = {"street": "Kai 1", "postcode": "10115", "city": "Berlin", "country": "DE"}
    make(world, "addresses", account_id=northwind, **billing, **where)
    paper = ask(lambda s: buyer_block(s.get_one(Account, northwind)))
    assert paper.splitlines() == ["Northwind Finance", "Kai 1, 10115 Berlin", "Germany", "VAT DE136695976"]
    assert [one.kind for one in rows(Address)] == ["other", "billing"]


def test_the_names_that_twins_are_found_by_follow_the_record(world: World) -> None:
    made = make(world, "accounts", name="Müller & Söhne GmbH", website="www.mueller.example")
    assert (row(Account, made).match_name, row(Account, made).domain) == ("muller sohne", "mueller.example")
    contact = make(world, "contacts", account_id=made, name="M", email="M@mueller.example", is_technical=True)
    assert (row(Contact, contact).email, row(Contact, contact).is_technical) == ("m@mueller.example", True)


# Not the same


def test_who_is_said_to_be_someone_else_is_not_asked_about_again(world: World) -> None:
    twin, northwind = make(world, "accounts", name="Northwind Ltd"), world.clients["Northwind"]
    assert len(ask(pairs, world["Fred"])) == 1
    do(keep_apart, world["Fred"], twin, other_id=northwind)
    do(keep_apart, world["Olga"], northwind, other_id=twin)  # said twice, it counts once
    assert ask(pairs, world["Fred"]) == []
    assert ask(lambda s, a: twins_of(s, a, s.get_one(Account, northwind)), world["Fred"]) == []
    assert [past("account", one)[-1] for one in (twin, northwind)] == ["kept apart", "kept apart"]
    assert len(rows(Apart)) == 1
    do(look_again, world["Fred"], northwind, other_id=twin)
    assert len(ask(pairs, world["Fred"])) == 1
    with pytest.raises(Conflict, match="Nobody has said"):
        do(look_again, world["Fred"], northwind, other_id=twin)


def test_only_who_may_merge_says_that_two_are_not_the_same(world: World) -> None:
    twin, northwind = make(world, "accounts", name="Northwind Ltd"), world.clients["Northwind"]
    for who in ("Lea", "Ann", "Nina"):
        for act in (keep_apart, look_again):
            with pytest.raises(Forbidden):
                do(act, world[who], twin, other_id=northwind)
    with pytest.raises(Invalid) as caught:
        do(keep_apart, world["Fred"], twin, other_id=twin)
    assert caught.value.field == "other_id"
    with pytest.raises(NotFound):
        do(keep_apart, world["Fred"], twin, other_id=999_999)


def test_what_was_said_of_a_merged_client_counts_for_the_one_that_is_left(world: World) -> None:
    northwind = world.clients["Northwind"]
    gone, third = (make(world, "accounts", name=f"Northwind {form}") for form in ("Ltd", "Inc"))
    do(keep_apart, world["Fred"], gone, other_id=third)
    do(keep_apart, world["Fred"], gone, other_id=northwind)
    do(merge_accounts, world["Fred"], northwind, other_id=gone)
    assert [(one.account_id, one.other_id) for one in rows(Apart)] == [(northwind, third)]
    assert ask(pairs, world["Fred"]) == []


# Side by side


def test_two_clients_are_compared_with_all_that_would_move(world: World) -> None:
    northwind = world.clients["Northwind"]
    twin = make(world, "accounts", name="Northwind Ltd", parent_id=world.clients["Kestrel"])
    make(world, "addresses", account_id=northwind, label="Branch")
    found = ask(compare, world["Fred"], twin, northwind)
    assert (found.one.record.name, found.other.record.name) == ("Northwind Ltd", "Northwind")
    assert found.reasons == ("nearly the same name",)
    assert found.one.hangs == ()
    assert dict(found.other.hangs) == {"contact": 1, "sow": 1, "project": 1, "address": 1, "mail": 2}
    assert dict(ask(compare, world["Fred"], twin, world.clients["Kestrel"]).other.hangs)["account"] == 1
    for who, error in (("Lea", Forbidden), ("Nina", Forbidden)):
        with pytest.raises(error):
            ask(compare, world[who], twin, northwind)


def test_a_client_that_was_merged_is_not_compared_again(world: World) -> None:
    twin = make(world, "accounts", name="Northwind Ltd")
    do(merge_accounts, world["Fred"], world.clients["Northwind"], other_id=twin)
    with pytest.raises(Conflict, match="Northwind Ltd was merged"):
        ask(compare, world["Fred"], world.clients["Northwind"], twin)


def test_nothing_hangs_on_a_client_that_the_comparison_has_no_word_for() -> None:
    hanging = {table.name for table in metadata.sorted_tables if keys_to(table, "account")}
    assert hanging == set(CALLED) | QUIET


# One client


def test_a_client_is_read_with_the_names_around_it(world: World) -> None:
    northwind, kestrel = world.clients["Northwind"], world.clients["Kestrel"]
    with db.unit_of_work() as session:
        account = session.get_one(Account, northwind)
        account.parent_id, account.owner_id = kestrel, world.people["Lea"]
    found = ask(one_client, world["Lea"], northwind)
    assert (found.owner, found.parent, found.children) == ("Lea Test", (kestrel, "Kestrel"), ())
    assert ask(one_client, world["Lea"], kestrel).children == ((northwind, "Northwind"),)
    assert ask(account_owners, world["Lea"]) == [(world.people["Lea"], "Lea Test")]
    assert [one[1] for one in ask(client_choices, world["Lea"], "north")] == ["Northwind"]
    for who in ("Ann", "Nina"):
        with pytest.raises(Forbidden):
            ask(one_client, world[who], northwind)


@pytest.mark.parametrize(
    "part", [contacts_of, chances_of, quotes_of, sows_of, projects_of, invoices_of, payments_of]
)
def test_each_tab_holds_one_clients_own_and_what_the_reader_may_see(world: World, part: Any) -> None:
    world.worked("Ann", "Build", TUE, 90)
    northwind, kestrel = world.clients["Northwind"], world.clients["Kestrel"]
    make(world, "opportunities", account_id=northwind, title="Next")
    do(create_quote, world["Olga"], account_id=northwind, head=QuoteHead(title="Offer"))
    invoice = do(draft_invoice, world["Fred"], account_id=northwind, until=date(2026, 11, 22))
    do(issue_invoice, world["Fred"], invoice.id)
    do(record_payment, world["Fred"], invoice.id, amount=Money(1000, "EUR"), received_on=date(2026, 11, 23))
    own = {one.id for one in ask(part, world["Olga"], northwind)}
    others = {one.id for one in ask(part, world["Olga"], kestrel)}
    assert own
    assert not own & others
    is_money = part in (invoices_of, payments_of)
    assert bool(ask(part, world["Lea"], northwind)) == (not is_money)


def test_the_figures_say_what_is_owed_what_may_come_and_when_one_last_spoke(world: World) -> None:
    world.worked("Ann", "Build", TUE, 90)
    northwind = world.clients["Northwind"]
    invoice = do(draft_invoice, world["Fred"], account_id=northwind, until=date(2026, 11, 22))
    do(issue_invoice, world["Fred"], invoice.id)
    chance = make(world, "opportunities", account_id=northwind, title="Next")
    given = (AmountInput("fixed", Money(10_000, "EUR")),)
    do(set_amounts, world["Fred"], chance, version=row(Opportunity, chance).version, amounts=given)
    do(log_activity, world["Lea"], account_id=northwind, kind="note", subject="Not a talk")
    do(log_activity, world["Lea"], account_id=northwind, kind="call", subject="Talk")
    found = ask(client_figures, world["Fred"], northwind, date(2026, 11, 23))
    net, total = row(Invoice, invoice.id).net_minor, row(Invoice, invoice.id).total_minor
    assert found.owed == (Owed("EUR", total, 0, net, 1),)
    assert found.pipeline == (("EUR", 10_000, 1_000),)
    assert (found.chances, found.projects, found.last_kind, found.last_by) == (1, 1, "call", "Lea Test")
    later = ask(client_figures, world["Fred"], northwind, date(2027, 12, 31))
    assert later.owed == (Owed("EUR", total, total, 0, 0),)
    assert ask(client_figures, world["Lea"], northwind, date(2026, 11, 23)).owed is None
    assert ask(client_figures, world["Fred"], world.clients["Kestrel"], date(2026, 11, 23)).owed == ()


def test_the_list_is_narrowed_by_tier_and_owner(world: World) -> None:
    northwind = world.clients["Northwind"]
    with db.unit_of_work() as session:
        account = session.get_one(Account, northwind)
        account.tier, account.owner_id = "a", world.people["Lea"]
    for narrowed in ({"tier": "a"}, {"owner_id": world.people["Lea"]}):
        found = ask(client_page, world["Lea"], **narrowed)
        assert [(one.name, one.tier, one.owner) for one in found.rows] == [("Northwind", "a", "Lea Test")]
    for sort in ("tier", "owner"):
        assert ask(client_page, world["Lea"], sort=sort).rows[0].name == "Northwind"
