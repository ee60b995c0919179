"""A client's page, the list, and the page of duplicates, as a browser drives them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from psa_app import db, routes
from psa_app.models import Account, Activity, Apart, ChecklistItem, Contact, ContactApart
from psa_app.state.clients.client import ClientForm, ClientLog, ClientState
from psa_app.state.clients.client_twins import ContactTwins, TwinsState
from psa_app.state.clients.clients import ClientsLog, ClientsState
from psa_app.state.clients.contact_merge import ContactMerge
from psa_app.state.home.home import HomeState
from psa_app.state.home.home_todos import HomeTodos
from psa_app.state.time.client_timeline import ClientTimeline
from tests.support.app_server import AppServer, Tab, app_server, redirects, toasts, var  # noqa: F401
from tests.support.logins import cookie, make_people, signed_in
from tests.support.prepared import prepared

pytestmark = pytest.mark.anyio
NORTHWIND, KESTREL = 1, 2
PAGE = routes.client(NORTHWIND)


people = prepared(make_people, alone=True, only_sqlite=True)


@pytest.fixture
async def tab_of(app_server: AppServer, people):  # noqa: F811
    """`await tab_of("Fred")` opens a tab of someone."""
    opened = []

    async def make(name):
        tab = await Tab(app_server).open(cookie(signed_in(people[name])))
        opened.append(tab)
        return tab

    yield make
    for one in opened:
        await one.close()


def kept(model, **where):
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where).order_by(model.id)).all())


async def client_form(tab, **changes):
    """Opens the client's form; what it would send, with some values typed anew."""
    specs = var(await tab.send(ClientState.edit, page=PAGE), "ClientForm", "specs")
    return {one["name"]: one["value"] for one in specs} | changes


async def test_a_lead_sees_no_money_of_a_client_and_others_no_client_at_all(tab_of):
    owner, lead = await tab_of("Olga"), await tab_of("Lea")
    seen = await owner.send(ClientState.load, page=PAGE)
    assert var(seen, "ClientState", "client_name") == "Northwind"
    assert [one["key"] for one in var(seen, "ClientState", "tabs")][-1] == "money"
    assert "Open invoices" in [one["label"] for one in var(seen, "ClientState", "kpis")]
    seen = await lead.send(ClientState.load, page=f"{PAGE}?tab=money")
    assert "money" not in [one["key"] for one in var(seen, "ClientState", "tabs")]
    assert var(seen, "ClientState", "kpis")[0]["label"] == "Running projects"
    assert {one["key"] for one in var(seen, "ClientTimeline", "views")} >= {"", "activities", "changes"}
    assert not {"invoices", "payments"} & {one["key"] for one in var(seen, "ClientTimeline", "views")}
    for name in ("Ann", "Nina"):
        other = await tab_of(name)
        assert redirects(await other.send(ClientState.load, page=PAGE)) == ["/not-allowed"]


async def test_a_client_that_is_not_there_is_missing(tab_of):
    tab = await tab_of("Olga")
    for path in ("/clients/999", "/clients/x"):
        assert var(await tab.send(ClientState.load, page=path), "ClientState", "is_missing") is True


async def test_a_call_is_logged_with_its_next_step(tab_of, people):
    tab = await tab_of("Lea")
    await tab.send(ClientState.load, page=PAGE)
    opened = await tab.send(ClientState.log, {"kind": "call"}, PAGE)
    assert var(opened, "ClientLog", "form_title") == "Log a call"
    typed = {
        "subject": "Prices",
        "day": "2026-11-20",
        "time": "9.30",
        "next": "Send the offer",
        "next_on": "2026-11-25",
    }
    done = await tab.send(ClientLog.save, {"data": typed}, PAGE)
    assert toasts(done)[-1] == "Logged."
    call, todo = kept(Activity)
    assert (call.kind, call.subject, f"{call.at:%d %H:%M}") == ("call", "Prices", "20 08:30")  # UTC
    assert (todo.kind, todo.subject, todo.owner_id) == ("todo", "Send the offer", people["Lea"].user_id)
    lines = var(done, "ClientTimeline", "lines")
    assert {"Prices", "Send the offer"} <= {one["title"] for one in lines}
    assert [one["text"] for one in var(done, "ClientState", "todos")] == ["Send the offer"]


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        ("call", {"subject": ""}, "subject"),
        ("call", {"time": "half past"}, "time"),
        ("call", {"day": "2036-01-01"}, "day"),
        ("call", {"next_on": "2026-11-25"}, "next"),
        ("call", {"next": "Send it", "next_on": "soon"}, "next_on"),
        ("todo", {"due_on": "soon"}, "due_on"),
        ("todo", {"owner_id": "999"}, "owner_id"),
        ("note", {"contact_id": "2"}, "contact_id"),  # one of Kestrel's
    ],
)
async def test_what_is_wrong_stands_beside_its_field_and_nothing_is_logged(tab_of, kind, typed, field):
    tab = await tab_of("Lea")
    await tab.send(ClientState.load, page=PAGE)
    await tab.send(ClientState.log, {"kind": kind}, PAGE)
    right = {"subject": "Prices"} | ({"day": "2026-11-20", "time": "9:30"} if kind == "call" else {})
    answer = await tab.send(ClientLog.save, {"data": right | typed}, PAGE)
    assert list(var(answer, "ClientLog", "errors")) == [field]
    assert kept(Activity) == []


async def test_a_to_do_is_ticked_on_the_clients_page_and_on_home(tab_of):
    tab = await tab_of("Lea")
    await tab.send(ClientState.load, page=PAGE)
    for subject in ("First", "Second"):
        await tab.send(ClientState.log, {"kind": "todo"}, PAGE)
        await tab.send(ClientLog.save, {"data": {"subject": subject, "due_on": "2026-11-20"}}, PAGE)
    first, second = (one.id for one in kept(Activity))
    done = await tab.send(ClientState.tick, {"activity_id": first}, PAGE)
    assert [one["text"] for one in var(done, "ClientState", "todos")] == ["Second"]
    again = await tab.send(ClientState.untick, {"activity_id": first}, PAGE)
    assert len(var(again, "ClientState", "todos")) == 2
    home = var(await tab.send(HomeState.load), "HomeTodos", "todos")
    assert [(one["text"], one["sub"], one["late"]) for one in home] == [
        ("First", "Northwind", True),
        ("Second", "Northwind", True),
    ]
    left = await tab.send(HomeTodos.tick, {"kind": "activity", "line_id": second})
    assert [one["text"] for one in var(left, "HomeTodos", "todos")] == ["First"]
    own = await (await tab_of("Ann")).send(HomeState.load)
    assert not var(own, "HomeTodos", "todos")


async def test_an_item_of_a_checklist_is_done_from_the_home_of_whoever_it_is_for(tab_of, people):
    ids = {}
    with db.unit_of_work() as session:
        for who, day in (("Ann", 20), ("Ann", 28), ("Ann", 30), ("Lea", 25), ("Fred", 24)):
            due = date(2026, 12 if day == 30 else 11, day)
            owner = people[who].user_id
            item = ChecklistItem(account_id=NORTHWIND, title=f"{who} {day}", due_on=due, owner_id=owner)
            session.add(item)
            session.flush()
            ids[item.title] = item.id
    tab = await tab_of("Ann")
    own = var(await tab.send(HomeState.load), "HomeTodos", "todos")
    assert [(one["text"], one["sub"], one["href"], one["late"]) for one in own] == [
        ("Ann 20", "Northwind, onboarding", "", True),
        ("Ann 28", "Northwind, onboarding", "", False),
    ]
    left = await tab.send(HomeTodos.tick, {"kind": "item", "line_id": ids["Ann 20"]})
    assert [one["text"] for one in var(left, "HomeTodos", "todos")] == ["Ann 28"]
    back = await tab.send(HomeTodos.untick, {"kind": "item", "line_id": ids["Ann 20"]})
    assert len(var(back, "HomeTodos", "todos")) == 2
    await tab.send(HomeTodos.tick, {"kind": "item", "line_id": ids["Fred 24"]})
    assert [one.title for one in kept(ChecklistItem) if one.done_at] == []
    lead = var(await (await tab_of("Lea")).send(HomeState.load), "HomeTodos", "todos")
    assert [(one["text"], one["href"]) for one in lead] == [("Lea 25", routes.client(NORTHWIND))]


async def test_a_call_is_logged_from_the_palette_with_the_client_chosen(tab_of):
    tab = await tab_of("Fred")
    await tab.send(ClientsState.load, page=f"{routes.CLIENTS}?log=call")
    typed = {"subject": "Hello", "day": "2026-11-20", "time": "10:00"}
    nobody = await tab.send(ClientsLog.save, {"data": typed}, routes.CLIENTS)
    assert list(var(nobody, "ClientsLog", "errors")) == ["account_id"]
    found = await tab.send(ClientsLog.find_link, {"_name": "account_id", "text": "kes"}, routes.CLIENTS)
    assert [one["label"] for one in var(found, "ClientsLog", "found")] == ["Kestrel"]
    await tab.send(ClientsLog.save, {"data": typed | {"account_id": str(KESTREL)}}, routes.CLIENTS)
    assert [one.account_id for one in kept(Activity)] == [KESTREL]


async def test_the_same_client_saved_from_two_tabs_says_what_the_other_saved(tab_of):
    one, other = await tab_of("Olga"), await tab_of("Fred")
    for tab in (one, other):
        await tab.send(ClientState.load, page=PAGE)
    mine, theirs = await client_form(one, city="Bremen"), await client_form(other, city="Kiel")
    assert toasts(await other.send(ClientForm.save, {"data": theirs}, PAGE))[-1] == "Client saved."
    refused = await one.send(ClientForm.save, {"data": mine}, PAGE)
    assert "form" in var(refused, "ClientForm", "errors")
    assert [(fact["label"], fact["value"]) for fact in var(refused, "ClientForm", "theirs")] == [
        ("City", "Kiel")
    ]
    assert kept(Account)[0].city == "Kiel"


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"parent_id": str(KESTREL)}, "parent_id", "already belongs to this client"),
        ({"parent_id": str(NORTHWIND)}, "parent_id", "its own parent"),
        ({"vat_id": "ATU1"}, "vat_id", ""),
        ({"name": ""}, "name", "fill this in"),
    ],
)
async def test_a_circle_of_parents_and_a_wrong_number_are_said_beside_their_fields(
    tab_of, typed, field, words
):
    with db.unit_of_work() as session:
        session.get_one(Account, KESTREL).parent_id = NORTHWIND
    tab = await tab_of("Fred")
    await tab.send(ClientState.load, page=PAGE)
    refused = await tab.send(ClientForm.save, {"data": await client_form(tab, **typed)}, PAGE)
    errors = var(refused, "ClientForm", "errors")
    assert list(errors) == [field]
    assert words in errors[field]
    assert kept(Account)[0].version == 1


async def test_an_address_is_added_and_removed_after_a_question(tab_of):
    tab = await tab_of("Fred")
    await tab.send(ClientState.load, page=PAGE)
    await tab.send(ClientState.add, {"kind": "addresses"}, PAGE)
    typed = {"label": "Branch", "kind": "other", "street": "Kai 1", "city": "Bonn", "country": "DE"}
    added = await tab.send(ClientForm.save, {"data": typed}, PAGE)
    (part,) = var(added, "ClientState", "addresses")
    assert (part["name"], part["sub"]) == ("Branch", "Kai 1, Bonn, DE")
    await tab.send(
        ClientState.ask_remove, {"kind": "addresses", "row_id": part["id"], "name": "Branch"}, PAGE
    )
    gone = await tab.send(ClientState.remove, page=PAGE)
    assert var(gone, "ClientState", "addresses") == []
    await tab.send(ClientState.ask_remove, {"kind": "contacts", "row_id": 1, "name": "Nina"}, PAGE)
    assert var(await tab.send(ClientState.remove, page=PAGE), "ClientState", "contacts") is None


async def test_a_new_client_that_looks_like_another_is_asked_about_once(tab_of):
    tab = await tab_of("Fred")
    await tab.send(ClientsState.load, page=routes.CLIENTS)
    specs = var(await tab.send(ClientsState.add, page=routes.CLIENTS), "ClientsState", "specs")
    typed = {one["name"]: one["value"] for one in specs} | {"name": "Northwind GmbH"}
    asked = await tab.send(ClientsState.save, {"data": typed}, routes.CLIENTS)
    assert "looks like Northwind" in var(asked, "ClientsState", "errors")["form"]
    made = await tab.send(ClientsState.save, {"data": typed}, routes.CLIENTS)
    assert redirects(made) == [routes.client(3)]


async def test_two_clients_become_one_by_choice_or_are_remembered_as_two(tab_of):
    with db.unit_of_work() as session:
        northwind, site = session.get_one(Account, NORTHWIND), "northwind.example"
        northwind.vat_id, northwind.website = "DE136695976", site
        session.add(Account(name="Northwind Ltd", vat_id="ATU62895905", city="Wien", website=site))
    tab = await tab_of("Fred")
    page = routes.CLIENT_TWINS
    (pair,) = var(await tab.send(TwinsState.load, page=page), "TwinsState", "pairs")
    both = {"one_id": pair["one"], "other_id": pair["other"]}
    left = await tab.send(TwinsState.not_the_same, both, page)
    assert var(left, "TwinsState", "pairs") == []
    await tab.send(TwinsState.ask_again, both, page)
    assert kept(Apart) == []
    seen = await tab.send(TwinsState.load, page=routes.compare_clients(NORTHWIND, 3))
    assert var(seen, "TwinsState", "moves").startswith("Nothing hangs on Northwind Ltd.")
    assert var(seen, "TwinsState", "keep") == "one"  # more hangs on it
    turned = await tab.send(TwinsState.choose, {"side": "other"}, page)
    assert "1 contact moves from Northwind to Northwind Ltd" in var(turned, "TwinsState", "moves")
    await tab.send(TwinsState.choose, {"side": "one"}, page)
    refused = await tab.send(TwinsState.merge, {"data": {"keep": "one"}}, page)
    assert list(var(refused, "TwinsState", "errors")) == ["vat_id"]
    merged = await tab.send(TwinsState.merge, {"data": {"vat_id": "other", "city": "other"}}, page)
    assert redirects(merged) == [routes.client(NORTHWIND)]
    now, _, gone = kept(Account)
    assert (now.vat_id, gone.merged_into_id, gone.is_archived) == ("ATU62895905", NORTHWIND, True)
    told = await tab.send(ClientState.load, page=routes.client(3))
    assert var(told, "ClientState", "merged_into") == "Northwind"
    assert var(told, "ClientState", "may_log") is not True


async def test_two_contacts_are_compared_told_apart_and_made_one(tab_of):
    with db.unit_of_work() as session:
        session.add(
            Contact(account_id=NORTHWIND, name="N. Client", email="n@northwind.example", phone="01 2345")
        )
    tab = await tab_of("Fred")
    page = f"{routes.CLIENT_TWINS}?tab=contacts"
    (pair,) = var(await tab.send(TwinsState.load, page=page), "ContactTwins", "pairs")
    both = {"one_id": pair["one"], "other_id": pair["other"]}
    left = await tab.send(ContactTwins.not_the_same, both, page)
    assert var(left, "ContactTwins", "pairs") == []
    await tab.send(ContactTwins.ask_again, both, page)
    assert kept(ContactApart) == []
    seen = await tab.send(ClientState.load, page=f"{PAGE}?tab=contacts")
    assert "look like one person" in var(seen, "ClientState", "people_twin")
    await tab.send(TwinsState.load, page=routes.compare_contacts(pair["one"], pair["other"]))
    merged = await tab.send(ContactTwins.merge, {"data": {"name": "other"}}, page)
    assert redirects(merged) == [routes.client_tab(NORTHWIND, "contacts")]
    now, gone = (one for one in kept(Contact) if one.account_id == NORTHWIND)
    assert (now.name, now.phone, gone.merged_into_id) == ("N. Client", "01 2345", now.id)


async def test_any_two_contacts_of_a_client_are_chosen_and_made_one(tab_of):
    with db.unit_of_work() as session:
        session.add(Contact(account_id=NORTHWIND, name="Zoe Unlike", email="zoe@elsewhere.example"))
    first, second = (one.id for one in kept(Contact, account_id=NORTHWIND))
    tab = await tab_of("Fred")
    page = f"{PAGE}?tab=contacts"
    asked = await tab.send(ContactMerge.ask, {"contact_id": first}, page)
    assert [one["value"] for one in var(asked, "ContactMerge", "others")] == [str(second)]
    refused = await tab.send(ContactMerge.choose, {"data": {"other": ""}}, page)
    assert list(var(refused, "ContactMerge", "errors")) == ["other"]
    assert var(refused, "ContactTwins", "comparing") is not True
    await tab.send(ContactMerge.choose, {"data": {"other": str(second)}}, page)
    await tab.send(ContactTwins.merge, {"data": {"name": "one", "email": "one"}}, page)
    now, gone = kept(Contact, account_id=NORTHWIND)
    assert (gone.merged_into_id, gone.name) == (now.id, "Zoe Unlike")
    lead = await tab_of("Lea")
    assert redirects(await lead.send(ContactMerge.ask, {"contact_id": first}, page)) == ["/not-allowed"]


async def test_older_lines_are_appended_page_by_page(tab_of):
    tab = await tab_of("Lea")
    with db.unit_of_work() as session:
        for number in range(70):
            at = datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=number)
            session.add(Activity(account_id=NORTHWIND, kind="note", subject=f"Note {number}", at=at))
    first = await tab.send(ClientState.load, page=f"{PAGE}?tab=timeline&show=activities")
    assert len(var(first, "ClientTimeline", "lines")) == 30
    await tab.send(ClientTimeline.show_more, page=PAGE)
    last = await tab.send(ClientTimeline.show_more, page=PAGE)
    lines = var(last, "ClientTimeline", "lines")
    assert [one["title"] for one in lines] == [f"Note {number}" for number in range(69, -1, -1)]
    assert var(last, "ClientTimeline", "more") is False
    headings = [one["heading"] for one in lines if one["heading"]]
    assert len(headings) == len(set(headings)) > 1
