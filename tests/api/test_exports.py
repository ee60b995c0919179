"""The pages' lists as files: for a session, with its rights, narrowed as the address says."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import httpx
import openpyxl
import pytest
from starlette.applications import Starlette

from psa_app import db, routes
from psa_app.api import exports
from psa_app.models import User
from psa_app.services.identity.cookies import cookie_name
from psa_app.services.identity.sessions import open_session
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from tests.support.servers import serve
from tests.support.world import MON, TUE, World, do, make_world

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def app() -> Iterator[str]:
    with serve(Starlette(routes=exports.routes)) as address:
        yield address


@pytest.fixture
def world(sqlite_database, clock) -> World:
    return make_world()


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
