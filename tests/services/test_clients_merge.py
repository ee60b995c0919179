"""Two accounts become one, and nothing of either is lost."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, Problems
from psa_app.models import (
    Account,
    AccountTaxNumber,
    Activity,
    Address,
    Attachment,
    Contact,
    CustomField,
    History,
    Project,
    Rate,
    Signature,
    Sow,
    TimeEntry,
    User,
)
from psa_app.queries.clients.timeline import timeline
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.clients.activities import log_activity
from psa_app.services.clients.contacts import merge_contacts
from psa_app.services.clients.links import BY_HAND, ONE_EACH, STAYS, pointing_to, single_for
from psa_app.services.clients.merge import merge_accounts
from psa_app.services.contracts.inputs import Head, LineInput, RateInput
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import create_sow
from psa_app.services.rates import create_rate
from psa_app.services.records import change_record, create_record
from tests.support.world import TUE, World, ask, do, past, row, rows


def make(world: World, kind: str, /, **values: Any) -> Any:
    return do(create_record, world["Fred"], RESOURCES[kind], values)


def twin(world: World, **values: Any) -> int:
    """A second Northwind."""
    return int(make(world, "accounts", **{"name": "Northwind Ltd", "currency": "EUR"} | values).id)


def merge(world: World, kept: int, other: int, who: str = "Fred", /, **choices: str) -> Any:
    return do(merge_accounts, world[who], kept, other_id=other, choices=choices)


def left_behind(target: str, row_id: int) -> dict[str, int]:
    """What still points to a record, by column."""
    found = {}
    with db.reading() as session:
        for column in pointing_to(target):
            rows_ = session.execute(select(column.table.c.id).where(column == row_id)).all()
            if rows_:
                found[f"{column.table.name}.{column.name}"] = len(rows_)
    return found


def test_everything_of_the_other_account_moves_to_the_kept_one(world: World) -> None:
    other, kept = world.clients["Northwind"], twin(world)
    sows, projects = len(rows(Sow, account_id=other)), len(rows(Project, account_id=other))
    make(world, "addresses", account_id=other, label="Branch")
    make(world, "account_numbers", account_id=other, kind="tax", country="JP", number="1")
    do(log_activity, world["Lea"], account_id=other, kind="call", subject="Hello")
    merge(world, kept, other, vat_id="other")
    assert left_behind("account", other) == {}
    for model in (Sow, Project):
        assert len(rows(model, account_id=kept)) == {Sow: sows, Project: projects}[model]
    for model in (Address, AccountTaxNumber, Activity, Contact):
        assert len(rows(model, account_id=kept)) == 1
    gone, stays = row(Account, other), row(Account, kept)
    assert (gone.is_archived, gone.merged_into_id) == (True, kept)
    assert (stays.is_archived, stays.vat_id, stays.legal_name) == (False, "DE136695976", "Northwind GmbH")
    assert stays.city == "Hamburg"


def test_history_tells_of_it_on_both_and_the_story_goes_on_in_one(world: World) -> None:
    other, kept = world.clients["Northwind"], twin(world)
    before = len(rows(History))
    merge(world, kept, other)
    assert (past("account", kept)[-1], past("account", other)[-1]) == ("merged", "merged away")
    assert len(rows(History)) > before
    told = [(one.kind, one.verb) for one in ask(timeline, world["Olga"], kept, limit=100).events]
    assert ("sow", "signed") in told
    assert told.count(("account", "created")) == 2
    assert told[:2] == [("account", "merged away"), ("account", "merged")]


def test_each_field_is_chosen_and_an_empty_one_is_filled(world: World) -> None:
    other = world.clients["Northwind"]
    kept = twin(world, street="Gasse 1", city="Wien", country="AT", tier="b", email="a@twin.example")
    merge(world, kept, other, name="other", notes="keep", address="keep")
    now, gone = row(Account, kept), row(Account, other)
    assert (now.name, gone.name) == ("Northwind", "Northwind Ltd")
    assert (now.match_name, now.domain) == ("northwind", "twin.example")
    assert (now.street, now.city, now.country, now.postcode) == ("Gasse 1", "Wien", "AT", "")
    assert (now.notes, now.tier, now.email) == ("", "b", "a@twin.example")


def test_two_unlike_vat_numbers_want_a_choice(world: World) -> None:
    other, kept = world.clients["Northwind"], twin(world, vat_id="ATU62895905")
    with pytest.raises(Invalid, match="Choose which one is right") as caught:
        merge(world, kept, other)
    assert caught.value.field == "vat_id"
    assert row(Account, other).merged_into_id is None
    assert merge(world, kept, other, vat_id="keep").vat_id == "ATU62895905"


def test_a_choice_about_nothing_is_refused(world: World) -> None:
    with pytest.raises(Problems):
        merge(world, world.clients["Northwind"], twin(world), colour="keep")


def test_signed_papers_in_a_currency_of_their_own_stay_apart(world: World) -> None:
    with pytest.raises(Conflict, match="Kestrel has signed scopes or issued invoices in USD"):
        merge(world, world.clients["Northwind"], world.clients["Kestrel"], vat_id="keep")
    with pytest.raises(Conflict, match="Keep EUR"):
        merge(world, world.clients["Northwind"], twin(world, currency="USD"), currency="other")
    assert row(Account, world.clients["Kestrel"]).is_archived is False


def test_a_paper_that_is_out_for_signature_holds_the_merge_back(world: World) -> None:
    other = twin(world)
    make(world, "contacts", account_id=other, name="Z", email="z@z.example", is_approver=True)
    lines = (LineInput("Advice", "time_and_materials", rates=(RateInput(Money(1, "EUR")),)),)
    sow = do(create_sow, world["Olga"], account_id=other, head=Head("More", TUE), lines=lines)
    do(send_sow, world["Olga"], sow.id)
    with pytest.raises(Conflict, match="SOW-003 waits for an answer"):
        merge(world, world.clients["Northwind"], other)


def test_prices_that_would_clash_are_named_and_nothing_is_written(world: World) -> None:
    kept, other = world.clients["Northwind"], twin(world)
    for account_id in (kept, other):
        do(
            create_rate,
            world["Fred"],
            level="account",
            rate=Money(9000, "EUR"),
            account_id=account_id,
            valid_from=date(2026, 1, 1),
        )
    with pytest.raises(Conflict, match="price for the same work from 2026-01-01"):
        merge(world, kept, other)
    assert row(Account, other).merged_into_id is None
    assert {one.account_id for one in rows(Rate, level="account")} == {kept, other}


def test_unapproved_time_is_priced_by_what_the_kept_account_pays(world: World) -> None:
    entry = world.log("Ann", "Build", TUE, 60)
    project = row(Project, world.projects["Checkout"])
    kept = twin(world)
    before = row(TimeEntry, entry).bill_rate_minor
    merge(world, kept, world.clients["Northwind"], vat_id="other")
    assert row(Project, project.id).account_id == kept
    assert row(TimeEntry, entry).bill_rate_minor == before  # the scope's own price stands above


def test_the_merged_one_cannot_be_used_any_more(world: World) -> None:
    kept, other = world.clients["Northwind"], twin(world)
    merge(world, kept, other)
    with pytest.raises(Conflict, match="merged into another client already"):
        merge(world, other, kept)
    for kind, values in (
        ("contacts", {"name": "A", "email": "a@a.example"}),
        ("addresses", {"label": "A"}),
        ("account_numbers", {"kind": "tax", "country": "JP", "number": "1"}),
    ):
        with pytest.raises(Problems, match="merged into another one"):
            make(world, kind, account_id=other, **values)
    with pytest.raises(Conflict, match="merged into another one"):
        do(log_activity, world["Lea"], account_id=other, kind="note", subject="x")
    with pytest.raises(Conflict, match="Write the scope there"):
        do(create_sow, world["Olga"], account_id=other, head=Head("More", TUE))
    with pytest.raises(Invalid, match="Change that one"):
        do(change_record, world["Fred"], RESOURCES["accounts"], other, {"city": "X"}, version=None)


def test_contacts_with_one_address_become_one(world: World) -> None:
    kept, other = world.clients["Northwind"], twin(world)
    nina = row(Contact, world["Nina"].contact_id)
    same = make(
        world,
        "contacts",
        account_id=other,
        name="N. Client",
        email=nina.email,
        phone="123",
        is_technical=True,
    )
    free = make(world, "contacts", account_id=other, name="Zoe", email="zoe@z.example")
    merge(world, kept, other)
    assert row(Contact, free.id).account_id == kept
    gone, stays = row(Contact, same.id), row(Contact, nina.id)
    assert (gone.merged_into_id, gone.is_archived) == (nina.id, True)
    assert (stays.phone, stays.is_technical, stays.is_approver, stays.name) == ("123", True, True, nina.name)
    assert left_behind("account", other) == {"contact.account_id": 1}  # the archived twin


def test_a_number_that_both_have_stays_with_the_archived_one(world: World) -> None:
    kept, other = world.clients["Northwind"], twin(world)
    for account_id, number in ((kept, "1"), (other, "2")):
        make(world, "account_numbers", account_id=account_id, kind="tax", country="JP", number=number)
    make(world, "account_numbers", account_id=other, kind="tax", country="KR", number="3")
    merge(world, kept, other)
    assert {one.number for one in rows(AccountTaxNumber, account_id=kept)} == {"1", "3"}
    assert [one.number for one in rows(AccountTaxNumber, account_id=other)] == ["2"]


@pytest.mark.parametrize("stays", ["child", "parent"])
def test_a_family_is_led_without_a_circle(world: World, stays: str) -> None:
    top = twin(world, name="Top")
    middle = twin(world, name="Middle", parent_id=top)
    child = twin(world, name="Child", parent_id=middle)
    kept, other = (child, top) if stays == "child" else (top, child)
    merge(world, kept, other)
    parents = {one: row(Account, one).parent_id for one in (top, middle, child)}
    if stays == "child":
        assert parents == {child: None, middle: child, top: None}
    else:
        assert parents == {top: None, middle: top, child: None}


def test_what_was_merged_before_leads_to_the_last_one(world: World) -> None:
    first, second, third = twin(world, name="A"), twin(world, name="B"), twin(world, name="C")
    merge(world, second, first)
    merge(world, third, second)
    assert {row(Account, one).merged_into_id for one in (first, second)} == {third}


def test_files_and_the_firms_own_links_follow(world: World, clock: Any) -> None:
    kept, other = world.clients["Northwind"], twin(world)
    with db.unit_of_work() as session:
        session.add(
            CustomField(kind="accounts", key="own_ref", label="Referred by", type="link", links_to="accounts")
        )
        session.get_one(Account, world.clients["Kestrel"]).own = {"own_ref": other, "own_x": other}
        session.add(
            Attachment(
                kind="account",
                record_id=other,
                name="a.txt",
                media_type="text/plain",
                size=1,
                sha256="0",
                added_at=clock(),
            )
        )
    merge(world, kept, other)
    assert row(Account, world.clients["Kestrel"]).own == {"own_ref": kept, "own_x": other}
    assert [one.record_id for one in rows(Attachment)] == [kept]


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_only_owner_and_finance_merge(world: World, who: str) -> None:
    other = twin(world)
    with pytest.raises(Forbidden):
        merge(world, world.clients["Northwind"], other, who)
    with pytest.raises(Forbidden):
        do(merge_contacts, world[who], 1, other_id=2)


def test_an_account_is_not_merged_with_itself(world: World) -> None:
    with pytest.raises(Invalid, match="two different"):
        merge(world, world.clients["Northwind"], world.clients["Northwind"])


# Contacts


def test_a_merged_contacts_sign_in_and_links_lead_to_the_kept_one_and_signatures_stay(world: World) -> None:
    nina = world["Nina"].contact_id
    kept = make(
        world, "contacts", account_id=world.clients["Northwind"], name="N. Client", email="n@n.example"
    )
    do(merge_contacts, world["Fred"], kept.id, other_id=nina, choices={"email": "other", "name": "keep"})
    stays, gone = row(Contact, kept.id), row(Contact, nina)
    assert (stays.email, gone.email, stays.name) == ("nina@northwind.example", "n@n.example", "N. Client")
    assert (stays.is_approver, stays.is_billing) == (True, True)
    assert [one.email for one in rows(User, contact_id=kept.id)] == ["nina@northwind.example"]
    assert left_behind("contact", nina) == {"signature.contact_id": 1}
    assert [one.name for one in rows(Signature, contact_id=nina)] == ["Nina Client"]
    assert (past("contact", kept.id)[-1], past("contact", nina)[-1]) == ("merged", "merged away")
    with pytest.raises(Conflict, match="merged already"):
        do(merge_contacts, world["Fred"], nina, other_id=kept.id)


def test_two_who_sign_in_and_two_of_different_clients_stay_two(world: World) -> None:
    nina, karl = world["Nina"].contact_id, world["Karl"].contact_id
    with pytest.raises(Conflict, match="different clients"):
        do(merge_contacts, world["Fred"], nina, other_id=karl)
    second = make(world, "contacts", account_id=world.clients["Northwind"], name="B", email="b@n.example")
    with db.unit_of_work() as session:
        session.add(User(email="b@n.example", name="B", role="client", contact_id=second.id))
    with pytest.raises(Conflict, match="both sign in"):
        do(merge_contacts, world["Fred"], nina, other_id=second.id)


# No table is forgotten


def test_what_points_to_an_account_or_contact_and_may_be_there_once_has_a_rule() -> None:
    """A new table with a foreign key moves by itself; one with a unique key on it needs a rule first."""
    clashing = {
        (column.table.name, column.name)
        for target in ("account", "contact")
        for column in pointing_to(target)
        if single_for(column)
    }
    known = STAYS | BY_HAND | set(ONE_EACH)
    assert clashing <= known
    assert known <= {(c.table.name, c.name) for t in ("account", "contact") for c in pointing_to(t)}
    for (table, name), others in ONE_EACH.items():
        column = next(c for c in pointing_to("account") if (c.table.name, c.name) == (table, name))
        assert single_for(column) == [others]
