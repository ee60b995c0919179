"""Lists: filtered, searched, sorted, and paged so that nothing is skipped or doubled."""

import shutil
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from psa_app import clock as app_clock
from psa_app import db
from psa_app.access import Actor, system
from psa_app.errors import Forbidden, Invalid
from psa_app.models import (
    Account,
    BilledTime,
    Firm,
    Holiday,
    Invoice,
    InvoiceLine,
    Milestone,
    Person,
    Project,
    Role,
    Sow,
    SowLine,
    Task,
    TimeEntry,
)
from psa_app.queries.currencies import lookup
from psa_app.queries.records import list_records
from psa_app.resources import RESOURCES
from tests.conftest import NOW, in_use

OWNER = Actor("Olga", "owner", 1)
HOSTILE = ["' OR 1=1--", "%", "_", "\\", "'; DROP TABLE account; --", "{{7*7}}", "${x}", "%(x)s", "“", "𝄞"]


def listed(kind: str, who: Actor = OWNER, **how: Any) -> Any:
    with db.reading() as session:
        return list_records(session, who, RESOURCES[kind], **how)


def names(page: Any) -> list[str]:
    return [one["name"] for one in page.rows]


@pytest.fixture
def accounts(database: Any, clock: Any) -> None:
    cities = ["Wien", "Graz", "", "Linz", "Graz"]
    with db.unit_of_work() as session:
        for number, city in enumerate(cities, start=1):
            days = None if number % 2 else number * 10
            session.add(Account(name=f"Client {number} 100%", city=city, payment_days=days))


@pytest.mark.usefixtures("accounts")
def test_a_list_is_filtered_searched_and_counted() -> None:
    assert names(listed("accounts", filters={"city": "Graz"})) == ["Client 2 100%", "Client 5 100%"]
    assert names(listed("accounts", filters={"payment_days__from": "20", "payment_days__to": "30"})) == [
        "Client 2 100%"
    ]
    assert names(listed("accounts", search="client 4")) == ["Client 4 100%"]
    assert names(listed("accounts", search="graz 5")) == ["Client 5 100%"]
    assert names(listed("accounts", search="0%")) == [f"Client {n} 100%" for n in range(1, 6)]
    page = listed("accounts", filters={"is_archived": "false"}, limit=2, count=True)
    assert (len(page.rows), page.total) == (2, 5)


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("sort", ["payment_days", "-payment_days"])
def test_empty_values_come_last_and_are_not_lost(sort: str) -> None:
    found, cursor = [], None
    while True:
        page = listed("accounts", sort=sort, limit=1, cursor=cursor)
        found += [one["payment_days"] for one in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    given = [20, 40] if sort == "payment_days" else [40, 20]
    assert found == [*given, None, None, None]


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_looked_for_as_it_stands(text: str) -> None:
    assert listed("accounts", filters={"name": text}).rows == []
    expected = 5 if text == "%" else 0
    assert len(listed("accounts", search=text).rows) == expected
    for name in (text, f"name__{text}", f"{text}__from"):
        with pytest.raises(Invalid, match="There is no filter"):
            listed("accounts", filters={name: "x"})
    with pytest.raises(Invalid, match="cannot be sorted"):
        listed("accounts", sort=text)
    with pytest.raises(Invalid, match="not one of ours"):
        listed("accounts", cursor=text)


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("kind", "filters"),
    [
        ("accounts", {"payment_days": "1.5"}),
        ("accounts", {"payment_days": "9" * 16}),
        ("accounts", {"is_archived": "perhaps"}),
        ("accounts", {"name": "a\0b"}),
        ("accounts", {"name": "x" * 201}),
        ("invoices", {"issued_on": "2026-02-30"}),
        ("invoices", {"issued_on__from": "soon"}),
        ("history", {"at__from": "yesterday"}),
        ("accounts", {"name__": "x"}),
        ("accounts", {"password_hash": "x"}),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(kind: str, filters: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        listed(kind, filters=filters)


@pytest.mark.usefixtures("accounts")
def test_a_list_without_words_to_search_says_so() -> None:
    with pytest.raises(Invalid, match="cannot be searched"):
        listed("leaves", search="x")


@pytest.mark.usefixtures("accounts")
def test_a_field_one_may_not_read_can_neither_be_filtered_nor_sorted() -> None:
    lead = Actor("Lea", "lead", 2, 2)
    for how in ({"filters": {"cost_rate_minor__from": "1"}}, {"sort": "cost_rate_minor"}):
        with pytest.raises(Invalid):
            listed("entries", lead, **how)
    with pytest.raises(Forbidden):
        listed("cost_rates", lead)


@pytest.mark.usefixtures("accounts")
def test_a_cursor_of_another_sorting_is_refused() -> None:
    cursor = listed("accounts", sort="name", limit=1).next_cursor
    for sort in ("-name", "city", "id"):
        with pytest.raises(Invalid, match="another sorting"):
            listed("accounts", sort=sort, cursor=cursor)


def test_every_field_of_every_kind_sorts_both_ways(database: Any, clock: Any) -> None:
    for resource in RESOURCES.values():
        for field in (one for one in resource.fields if one.reads is None and not one.through):
            for sort in (field.name, f"-{field.name}"):
                listed(resource.kind, system(), sort=sort)


rows_of_days = st.lists(st.integers(0, 3), min_size=0, max_size=12)


@hypothesis_settings(max_examples=40)
@given(
    days=rows_of_days,
    limit=st.integers(1, 5),
    sort=st.sampled_from(["day", "-day", "name", "-id"]),
    extra=st.integers(0, 3),
)
def test_paging_skips_and_doubles_nothing_while_others_write(
    sqlite_template: Any, tmp_path_factory: Any, days: list[int], limit: int, sort: str, extra: int
) -> None:
    file = tmp_path_factory.mktemp("paging") / "psa.db"
    shutil.copyfile(sqlite_template, file)
    app_clock.set_source(lambda: NOW)
    for _ in in_use(db.make_engine(f"sqlite:///{file}")):
        with db.unit_of_work() as session:
            for number, day in enumerate(days):
                at = NOW.date() + timedelta(days=day)
                session.add(Holiday(calendar=f"C{number}", day=at, name=f"H{day}"))
        before = {one["id"] for one in listed("holidays", limit=200).rows}
        seen, cursor, first = [], None, True
        while first or cursor:
            page = listed("holidays", sort=sort, limit=limit, cursor=cursor)
            seen += [one["id"] for one in page.rows]
            cursor, first = page.next_cursor, False
            with db.unit_of_work() as session:
                for _ in range(extra if len(seen) < 30 else 0):
                    session.add(Holiday(calendar=f"X{len(seen)}{_}", day=NOW.date(), name="H1"))
        assert len(seen) == len(set(seen))
        assert before <= set(seen)
    app_clock.set_source(None)


def test_currencies_are_looked_up_in_one_query_a_step(database: Any, clock: Any) -> None:
    with db.unit_of_work() as session:
        session.add(Firm(id=1, name="Harbour", instance="x", base_currency="CHF"))
        session.add_all([Account(id=1, name="A"), Role(id=1, name="R")])
        session.flush()
        session.add(Person(id=1, name="P", email="p@p.example", role_id=1, hired_on=clock().date()))
        session.add(Project(id=1, name="P"))
        session.flush()
        session.add(Task(id=1, project_id=1, name="T"))
        session.flush()
        for number, currency in enumerate(("USD", "JPY", "USD"), start=1):
            session.add(
                TimeEntry(
                    id=number,
                    person_id=1,
                    project_id=1,
                    task_id=1,
                    work_date=clock().date(),
                    week=1,
                    month=1,
                    time_zone="UTC",
                    seconds=60,
                )
            )
            session.add(Invoice(id=number, account_id=1, currency=currency, cutoff=clock().date()))
            session.flush()
            session.add(
                InvoiceLine(
                    id=number, invoice_id=number, position=1, kind="time", description="x", net_minor=1
                )
            )
            session.flush()
            session.add(
                BilledTime(id=number, entry_id=number, line_id=number, seconds=60, minutes=1, amount_minor=1)
            )
    resource = RESOURCES["billed_time"]
    field = resource.field("amount_minor")
    statements: list[str] = []
    with db.reading() as session:
        records = session.exec(select(BilledTime).order_by(BilledTime.id)).all()
        event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
        currency_of = lookup(session, resource, records)
        assert [currency_of(field, one) for one in records] == ["USD", "JPY", "USD"]
        role = RESOURCES["roles"]
        assert lookup(session, role, [])(role.field("standard_cost_minor"), None) == "CHF"
    assert len([one for one in statements if one.startswith("SELECT")]) == 3


def test_what_a_link_tells_is_read_once_for_a_page(database: Any, clock: Any) -> None:
    with db.unit_of_work() as session:
        session.add(Account(id=1, name="Northwind"))
        session.flush()
        session.add(Sow(id=7, account_id=1, title="Care", currency="EUR", starts_on=NOW.date()))
        session.flush()
        for number in range(1, 6):
            session.add(SowLine(id=number, sow_id=7, title="Line", model="milestone"))
            session.flush()
            session.add(Milestone(sow_line_id=number, title="Done", value_minor=1))
    statements: list[str] = []
    with db.reading() as session:
        event.listen(session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2]))
        found = list_records(session, system(), RESOURCES["milestones"])
    assert [one["sow_id"] for one in found.rows] == [7] * 5
    assert len([one for one in statements if " FROM sow_line" in one.replace("\n", " ")]) == 1
