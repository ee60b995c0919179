"""REST: lists, single records, creating and changing them, files of lists."""

import io
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.models import Account, Project, RememberedAnswer, Role, TimeEntry
from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import Api
from tests.support.world import World, past, row, rows
from tests.support.world_fixtures import *  # noqa: F403

NEW = {"name": "Osprey", "country": "DK", "currency": "DKK"}


def test_a_list_has_its_data_and_a_cursor_to_the_next_page(api: Api) -> None:
    seen, path = [], "/entries?limit=2&sort=id"
    while True:
        answer = api("Olga").get(path)
        assert answer.status_code == 200
        page = answer.json()
        seen += [one["id"] for one in page["data"]]
        if page["next_cursor"] is None:
            break
        path = f"/entries?limit=2&sort=id&cursor={page['next_cursor']}"
    assert seen == sorted(set(seen))
    assert len(seen) == api("Olga").get("/entries?count=true&limit=1").json()["total"] == 7


def test_lists_are_filtered_searched_and_sorted(api: Api, firm: World) -> None:
    get = api("Olga").get
    assert [one["name"] for one in get("/accounts?sort=-name").json()["data"]] == ["Northwind", "Kestrel"]
    assert [one["name"] for one in get("/accounts?currency=USD").json()["data"]] == ["Kestrel"]
    assert [one["name"] for one in get("/accounts?q=north").json()["data"]] == ["Northwind"]
    found = get("/entries?work_date__from=2026-11-17&work_date__to=2026-11-17").json()["data"]
    assert {one["work_date"] for one in found} == {"2026-11-17"}
    assert len(get("/invoices?total__from=1").json()["data"]) == 4


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=ten", "limit"),
        ("count=perhaps", "count"),
        ("cursor=abc", "cursor"),
        ("sort=colour", "sort"),
        ("colour=red", "colour"),
        ("name=a&name=b", "name"),
        ("password_hash=x", "password_hash"),
        ("sort=--name", "sort"),
        ("q=%00", "q"),
        ("name=%00", "name"),
        ("payment_days=soon", "payment_days"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_with_its_field(api: Api, query: str, field: str) -> None:
    answer = api("Olga").get(f"/accounts?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["fields"]] == [field]


def test_money_is_an_amount_with_its_currency(api: Api, firm: World) -> None:
    invoices = {one["account_id"]: one for one in api("Fred").get("/invoices?status=issued").json()["data"]}
    kestrel = invoices[firm.clients["Kestrel"]]
    assert kestrel["net"] == {"amount": 80_000, "currency": "USD"}
    lines = api("Fred").get(f"/invoice_lines?invoice_id={kestrel['id']}").json()["data"]
    assert [(one["rate"], one["net"]) for one in lines] == [
        ({"amount": 20_000, "currency": "USD"}, {"amount": 80_000, "currency": "USD"})
    ]
    billed = api("Fred").get(f"/billed_time?line_id={lines[0]['id']}").json()["data"]
    assert [one["amount"] for one in billed] == [{"amount": 40_000, "currency": "USD"}] * 2
    milestones = api("Lea").get("/milestones?sort=id").json()["data"]
    assert milestones[0]["value"] == {"amount": 300_000, "currency": "EUR"}
    (role,) = api("Lea").get("/roles?name=Engineer").json()["data"]
    assert role["standard_cost"] == {"amount": 5000, "currency": "EUR"}


def test_a_record_is_made_read_and_changed(api: Api) -> None:
    made = api("Fred").post("/accounts", NEW | {"payment_days": 14})
    assert made.status_code == 201
    address = made.headers["location"].removeprefix("/api/v1")
    assert (made.headers["etag"], address) == ('"1"', f"/accounts/{made.json()['id']}")
    assert api("Fred").get(address).json() == made.json()
    changed = api("Fred").patch(address, {"city": "Aarhus", "payment_days": None}, If_Match='"1"')
    assert changed.status_code == 200
    assert (changed.json()["city"], changed.json()["payment_days"], changed.json()["version"]) == (
        "Aarhus",
        None,
        2,
    )
    assert past("account", made.json()["id"]) == ["created", "changed"]
    kept = row(Account, made.json()["id"])
    assert (kept.name, kept.country) == ("Osprey", "DK")


def test_history_says_that_it_came_through_the_api(api: Api) -> None:
    made = api("Fred").post("/accounts", NEW).json()
    (line,) = api("Fred").get(f"/history?kind=account&record_id={made['id']}").json()["data"]
    assert (line["via"], line["actor"], line["verb"]) == ("api", "Fred Test", "created")


def test_a_change_needs_the_version_that_was_read(api: Api, firm: World) -> None:
    address = f"/accounts/{firm.clients['Northwind']}"
    assert api("Fred").patch(address, {"city": "Kiel"}).status_code == 428
    assert api("Fred").patch(address, {"city": "Kiel"}, If_Match="soon").status_code == 400
    assert api("Fred").patch(address, {"city": "Kiel"}, If_Match='"9"').status_code == 412
    assert api("Fred").patch(address, {"city": "Kiel", "version": 9}).status_code == 409
    assert row(Account, firm.clients["Northwind"]).city == "Hamburg"
    version = api("Fred").get(address).json()["version"]
    assert api("Fred").patch(address, {"city": "Kiel", "version": version}).status_code == 200


def test_wrong_fields_are_all_named_with_a_sentence(api: Api) -> None:
    body = {"name": "", "kind": "enemy", "payment_days": "12", "purchase_order_needed": 1, "colour": "red"}
    answer = api("Fred").post("/accounts", body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["title"], problem["status"], problem["type"]) == (
        "Unprocessable Entity",
        422,
        "about:blank",
    )
    assert {one["field"] for one in problem["fields"]} == set(body)
    assert all(one["message"].endswith(".") for one in problem["fields"])
    assert len(rows(Account)) == 2


@pytest.mark.parametrize(
    "extra", [{"id": 99}, {"version": 7}, {"created_at": "2020-01-01"}, {"is_demo": True}, {"__class__": "x"}]
)
def test_what_is_not_for_the_caller_to_set_is_refused(api: Api, extra: dict[str, Any]) -> None:
    answer = api("Fred").post("/accounts", NEW | extra)
    assert (answer.status_code, [one["field"] for one in answer.json()["fields"]]) == (422, list(extra))


def test_a_role_cannot_be_given_by_the_way(api: Api, firm: World) -> None:
    """Mass assignment: neither a person's sign-in nor a price or a state comes in through another form."""
    person = {"name": "Eve", "email": "eve@harbour.example", "role_id": 1, "hired_on": "2026-01-01"}
    assert api("Olga").post("/people", person | {"role": "owner"}).status_code == 422
    entry = {"task_id": firm.tasks["Build"], "work_date": "2026-11-19", "seconds": 60}
    for extra in (
        {"status": "approved"},
        {"bill_rate_minor": 999},
        {"override_minor": 1},
        {"source": "import"},
    ):
        assert api("Ann").post("/entries", entry | extra).status_code == 422


def test_records_with_a_service_of_their_own_are_made_and_changed_by_it(api: Api, firm: World) -> None:
    made = api("Lea").post("/projects", {"name": "Inside work"})
    assert made.status_code == 201
    address = f"/projects/{made.json()['id']}"
    lead = {"lead_id": firm.people["Lea"], "starts_on": "2026-11-01"}
    assert api("Lea").patch(address, lead, If_Match=made.headers["etag"]).status_code == 200
    changed = api("Lea").patch(address, {"name": "Inside", "version": 2})
    assert changed.status_code == 200, changed.text
    kept = row(Project, made.json()["id"])
    assert (kept.name, kept.lead_id, str(kept.starts_on)) == ("Inside", firm.people["Lea"], "2026-11-01")


def test_time_is_logged_with_what_looks_wrong(api: Api, firm: World) -> None:
    body = {"task_id": firm.tasks["Build"], "work_date": "2026-11-19", "seconds": 17 * 3600, "note": "Long"}
    made = api("Ben").post("/entries", body)
    assert made.status_code == 201, made.text
    assert made.json()["seconds"] == 17 * 3600
    assert made.json()["warnings"]
    too_much = api("Ben").post("/entries", body | {"seconds": 8 * 3600})
    assert too_much.status_code in (409, 422)
    assert "24" in too_much.json()["detail"]
    assert len(rows(TimeEntry, work_date=row(TimeEntry, made.json()["id"]).work_date)) == 2


def test_files_of_lists_open_in_a_spreadsheet_and_run_nothing(api: Api, firm: World) -> None:
    from openpyxl import load_workbook

    api("Fred").post("/accounts", NEW | {"name": '=HYPERLINK("http://x.example")'})
    csv = api("Fred").get("/accounts.csv?sort=name")
    assert csv.headers["content-type"].startswith("text/csv")
    assert csv.headers["content-disposition"] == 'attachment; filename="accounts.csv"'
    text = csv.content.decode("utf-8-sig")
    assert text.splitlines()[0].startswith("Id,Name,Kind")
    assert '"\'=HYPERLINK(""http://x.example"")"' in text
    book = load_workbook(io.BytesIO(api("Fred").get("/invoices.xlsx?status=issued").content))
    header, *data = list(book.active.values)
    first = dict(zip(header, data[0], strict=True))
    assert (first["Net"], first["Net currency"], first["Client"]) == (800, "USD", "Kestrel")
    assert len(data) == 2


def test_a_page_can_fetch_a_file_with_its_cookie_and_nothing_else(api: Api, firm: World) -> None:
    from psa_app.models import User
    from psa_app.services.identity.sessions import open_session

    with db.unit_of_work() as session:
        fred = session.get_one(User, firm["Fred"].user_id)
        cookie = f"psa={open_session(session, fred, '', '')}"
    assert api.get("/accounts.csv", Cookie=cookie).status_code == 200
    for method, path in (("GET", "/accounts"), ("POST", "/accounts"), ("POST", "/invoices/1/void")):
        body = None if method == "GET" else NEW
        assert api.send(method, path, body, Cookie=cookie).status_code == 401
    assert len(rows(Account)) == 2


def test_nothing_is_remembered_without_a_key(api: Api) -> None:
    api("Olga").post("/roles", {"name": "Chef"})
    api("Olga").post("/roles", {"name": "Cook"})
    assert rows(RememberedAnswer) == []
    with db.reading() as session:
        names = set(session.exec(select(Role.name)).all())
    assert {"Chef", "Cook"} <= names
