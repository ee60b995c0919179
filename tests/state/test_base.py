"""What every handler uses: forms, errors beside fields, and the two doors to the database."""

import asyncio

import pytest
from sqlalchemy import text
from sqlmodel import select

from psa_app import db
from psa_app.errors import Busy, Conflict, Invalid, NotFound, Problems, SignInNeeded
from psa_app.models import Account, User
from psa_app.queries.identity import FrameFacts
from psa_app.state.areas import areas, new_items, phone_areas
from psa_app.state.arguments import BadArguments, measure, settle
from psa_app.state.base import NOBODY, actor, field_errors, form_values, read, write
from psa_app.state.firm.profile import device
from psa_app.state.frame import initials, running
from tests.support.logins import make_people
from tests.support.prepared import prepared

pytestmark = pytest.mark.anyio


people = prepared(make_people)


def test_a_form_gives_only_the_fields_that_were_asked_for():
    sent = {"name": "  Anna ", "role": "owner", "age": 5, "gone": None}
    assert form_values(sent, ("name", "age", "gone", "missing")) == {
        "name": "Anna",
        "age": "5",
        "gone": "",
        "missing": "",
    }


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Invalid("Too long.", "name"), {"name": "Too long."}),
        (Invalid("Nothing fits."), {"form": "Nothing fits."}),
        (Conflict("Taken.", "email"), {"email": "Taken."}),
        (Problems("Some.", {"a": "A.", "": "All."}), {"a": "A.", "form": "All."}),
        (Problems("Some."), {"form": "Some."}),
        (NotFound("Gone."), {"form": "Gone."}),
    ],
)
def test_an_error_stands_beside_its_field_or_over_the_form(error, expected):
    assert field_errors(error) == expected


def test_nobody_acts_without_a_session():
    with pytest.raises(SignInNeeded):
        actor()


async def test_a_write_that_fails_leaves_nothing(people):
    def half(session, who):
        session.add(Account(name="Half"))
        session.flush()
        raise Invalid("No.")

    with pytest.raises(Invalid):
        await write(half, people["Olga"])
    names = await read(lambda session, _: session.exec(select(Account.name)).all(), people["Olga"])
    assert "Half" not in names


async def test_a_clash_in_the_database_becomes_a_sentence(people):
    def twice(session, who):
        session.add(Account(name="Northwind"))

    with pytest.raises(Conflict):
        await write(twice, people["Olga"])


async def test_a_broken_statement_is_not_hidden(people):
    with pytest.raises(Exception, match="no_such_table"):
        await read(
            lambda session, _: session.connection().execute(text("SELECT * FROM no_such_table")), NOBODY
        )


async def test_a_locked_database_says_so_and_the_loop_goes_on(sqlite_url):
    engine = db.make_engine(sqlite_url, busy_ms=200)
    db.use_engine(engine)
    ticks = 0

    async def tick():
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    ticking = asyncio.create_task(tick())
    with engine.connect() as holder, holder.begin(), pytest.raises(Busy):
        await write(lambda session, _: session.add(Account(name="Late")), NOBODY)
    ticking.cancel()
    assert ticks >= 3
    db.use_engine(None)
    engine.dispose()


@pytest.mark.parametrize("door", [db.reading, db.unit_of_work])
def test_an_error_that_somebody_keeps_holds_no_connection_in_the_past(sqlite_database, door):
    """Its traceback keeps a cursor open: sessions that ended would go on for whoever reads next."""
    make_people()
    kept = []
    try:
        with door() as session:
            rows = iter(
                session.connection().execute(text("SELECT id FROM user UNION SELECT 9 UNION SELECT 8"))
            )
            next(rows)
            raise Invalid("Half read.")
    except Invalid as error:
        kept.append(error)
    other = db.make_engine(str(sqlite_database.url))
    with other.begin() as connection:
        connection.execute(text("UPDATE user SET name = 'Seen'"))
    other.dispose()
    with db.reading() as session:
        assert set(session.exec(select(User.name)).all()) == {"Seen"}
    with db.unit_of_work() as session:
        session.add(Account(name="Written"))
    assert kept


def test_measure_lets_an_honest_form_pass():
    measure({"data": {"name": "Größe 漢字 🙂", "lines": [{"minutes": 90}, {"minutes": -1.5}], "on": True}})


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("-inf"),
        10**15,
        -(10**15),
        "x" * 100_001,
        "\x00",
        "\udfff",
        [0] * 50_001,
        {"\x00": 1},
    ],
)
def test_measure_stops_what_no_page_sends(value):
    with pytest.raises(BadArguments):
        measure({"a": value})


def test_measure_stops_endless_nesting():
    value = []
    for _ in range(20_000):
        value = [value]
    with pytest.raises(BadArguments):
        measure(value)


def test_arguments_are_settled_in_place():
    def handler(self, number: int, ids: list[int], name: str = ""):
        pass

    payload = {"number": "7", "ids": ["1", 2]}
    settle(handler, payload)
    assert payload == {"number": 7, "ids": [1, 2]}


def test_each_role_sees_the_areas_that_it_may_open(people):
    keys = {name: [item.key for item in areas(people[name], 3)] for name in ("Olga", "Ann", "Nina")}
    assert keys["Ann"] == ["home", "projects", "planner", "time", "expenses"]
    assert keys["Nina"] == ["overview", "time", "invoices", "payment"]
    assert {"clients", "invoices", "people", "settings"} <= set(keys["Olga"])
    approvals = next(item for item in areas(people["Lea"], 3) if item.key == "approvals")
    assert approvals.count == "3"
    assert len(phone_areas(people["Olga"], areas(people["Olga"]))) == 4
    assert [item.label for item in new_items(people["Nina"])] == []


@pytest.mark.parametrize(
    ("name", "mark"), [("Mara Auer", "MA"), ("Ines", "I"), ("anna von der Au", "AA"), ("", ""), ("? !", "")]
)
def test_initials_are_two_letters(name, mark):
    assert initials(name) == mark


def test_no_timer_is_an_empty_chip():
    facts = FrameFacts("F", "", "UTC", "en", "EUR", False, "manual", "", 0, None, "", "", "")
    assert running(facts).started_at == ""


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/130.0", "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Chrome/130 Safari/537 Edg/130", "Edge on Mac"),
        ("Mozilla/5.0 (iPhone) Version/18 Safari/604", "Safari on iPhone"),
        ("curl/8", "A program"),
    ],
)
def test_a_browser_is_named_in_words(agent, words):
    assert device(agent) == words
