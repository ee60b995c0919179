"""The firm's own fields in lists: read, filtered, sorted, searched, exported, and hidden from some."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Invalid, Problems
from psa_app.models import Account, CustomField, Firm, History, Person, Role
from psa_app.queries.exports import export_table
from psa_app.queries.own_fields import full
from psa_app.queries.records import list_records, read_record
from psa_app.resources import RESOURCES
from psa_app.services.records import change_record, create_record

OWNER = Actor("Olga", "owner", 1)
LEAD = Actor("Lea", "lead", 2, 2)
FINANCE = Actor("Fin", "finance", 3)
ACCOUNTS = RESOURCES["accounts"]
FIELDS: tuple[dict[str, Any], ...] = (
    {"key": "region", "label": "Region", "type": "choice", "choices": ["North", "South"]},
    {"key": "seats", "label": "Seats", "type": "number"},
    {"key": "worth", "label": "Worth", "type": "money", "seen_by": "owner"},
    {"key": "since", "label": "Client since", "type": "date"},
    {"key": "vip", "label": "Very important", "type": "bool", "default": "no"},
    {"key": "keeper", "label": "Keeper", "type": "person"},
    {"key": "nick", "label": "Nickname", "type": "text"},
)
ROWS: tuple[dict[str, Any], ...] = (
    {"own_region": "North", "own_seats": "9", "own_since": "2024-05-01", "own_nick": "Zebra"},
    {"own_region": "South", "own_seats": "10", "own_worth": "1.234,56", "own_vip": "on"},
    {"own_seats": "-3", "own_keeper": 1},
    {},
)


@pytest.fixture
def accounts(database: Any, clock: Any) -> None:
    with db.unit_of_work() as session:
        session.add(Firm(id=1, name="Harbour", instance="x", base_currency="EUR"))
        session.add(Role(id=1, name="R"))
        session.flush()
        session.add(Person(id=1, name="Paul", email="p@p.example", role_id=1, hired_on=clock().date()))
        for place, field in enumerate(FIELDS):
            session.add(CustomField(kind="accounts", position=place, **field))
        session.flush()
        for number, row in enumerate(ROWS, start=1):
            create_record(session, OWNER, ACCOUNTS, {"name": f"Client {number}"} | row)


def id_of(number: int) -> int:
    with db.reading() as session:
        return int(session.exec(select(Account.id).where(Account.name == f"Client {number}")).one())


def listed(who: Actor = OWNER, **how: Any) -> list[str]:
    with db.reading() as session:
        return [one["name"][-1] for one in list_records(session, who, ACCOUNTS, **how).rows]


@pytest.mark.usefixtures("accounts")
def test_own_fields_follow_the_declared_ones_for_those_who_see_them() -> None:
    with db.reading() as session:
        assert [one.name for one in full(session, ACCOUNTS, OWNER).fields[-7:]] == [
            f"own_{one['key']}" for one in FIELDS
        ]
        lead = {one.name for one in full(session, ACCOUNTS, LEAD).fields}
        assert lead & {"own_worth", "own_region"} == {"own_region"}
        assert full(session, ACCOUNTS, Actor("C", "client", 9)) == ACCOUNTS
        assert full(session, RESOURCES["roles"], OWNER) is RESOURCES["roles"]


@pytest.mark.usefixtures("accounts")
def test_a_record_is_read_with_its_own_fields_typed() -> None:
    with db.reading() as session:
        first = read_record(session, OWNER, ACCOUNTS, id_of(1))
        second = read_record(session, OWNER, ACCOUNTS, id_of(2))
        assert (first["own_since"], first["own_seats"], first["own_nick"]) == (date(2024, 5, 1), 9, "Zebra")
        assert (second["own_worth"], second["own_vip"], second["own_nick"]) == (123456, True, "")
        assert "own_worth" not in read_record(session, LEAD, ACCOUNTS, id_of(2))


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"own_region": "South"}, "2"),
        ({"own_region": ""}, "34"),
        ({"own_seats__from": "9"}, "12"),
        ({"own_seats__to": "-1"}, "3"),
        ({"own_since__from": "2024-01-01", "own_since__to": "2024-12-31"}, "1"),
        ({"own_vip": "true"}, "2"),
        ({"own_vip": "false"}, "134"),
        ({"own_keeper": "1"}, "3"),
        ({"own_worth__from": "100000"}, "2"),
    ],
)
def test_a_list_is_narrowed_by_own_fields(filters: dict[str, str], found: str) -> None:
    assert "".join(listed(filters=filters)) == found


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("own_seats", "3124"),
        ("-own_seats", "2134"),
        ("own_region", "1234"),
        ("-own_region", "2143"),
        ("own_vip", "1342"),
        ("-own_vip", "2431"),
        ("own_since", "1234"),
        ("-own_nick", "1432"),
    ],
)
def test_a_list_sorted_by_an_own_field_pages_without_loss(sort: str, found: str) -> None:
    seen, cursor = [], None
    while True:
        with db.reading() as session:
            page = list_records(session, OWNER, ACCOUNTS, sort=sort, limit=1, cursor=cursor)
        seen += [one["name"][-1] for one in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert "".join(seen) == found


@pytest.mark.usefixtures("accounts")
def test_own_texts_are_searched() -> None:
    assert listed(search="zebr") == ["1"]
    assert listed(search="south") == ["2"]


@pytest.mark.usefixtures("accounts")
def test_an_own_field_that_one_may_not_see_can_neither_be_filtered_nor_sorted_nor_set() -> None:
    for how in ({"filters": {"own_worth__from": "1"}}, {"sort": "own_worth"}):
        with pytest.raises(Invalid):
            listed(LEAD, **how)
    two = id_of(2)
    with db.unit_of_work() as session, pytest.raises(Problems) as refused:
        change_record(session, FINANCE, ACCOUNTS, two, {"own_worth": "1"}, version=None)
    assert set(refused.value.fields) == {"own_worth"}


@pytest.mark.usefixtures("accounts")
def test_an_export_carries_own_fields() -> None:
    with db.reading() as session:
        table = export_table(session, OWNER, ACCOUNTS)
    row = dict(zip(table.headers, table.rows[1], strict=True))
    assert (str(row["Worth"]), row["Worth currency"], row["Region"]) == ("1234.56", "EUR", "South")
    assert dict(zip(table.headers, table.rows[2], strict=True))["Keeper"] == "Paul"


@pytest.mark.usefixtures("accounts")
def test_a_change_of_an_own_field_is_in_history_and_hidden_where_the_field_is() -> None:
    two = id_of(2)
    with db.unit_of_work() as session:
        changed = change_record(
            session,
            OWNER,
            ACCOUNTS,
            two,
            {"own_region": "North", "own_worth": "9", "own_seats": ""},
            version=1,
        )
        assert changed.own == {"region": "North", "worth": 900, "vip": True}
        assert changed.version == 2
    with db.reading() as session:
        line = session.exec(select(History).order_by(col(History.id).desc())).first()
        assert line is not None
        assert '"own_region": "South"' in line.before
        assert '"own_region": "North"' in line.after
        assert "123456" not in line.before
        assert "900" not in line.after
        assert '"own_seats": null' in line.after


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("own_region", "West"),
        ("own_seats", "many"),
        ("own_seats", 10**16),
        ("own_worth", "1.234"),
        ("own_worth", -1),
        ("own_since", "31.12.2024"),
        ("own_vip", "perhaps"),
        ("own_keeper", 99),
        ("own_nick", "x" * 501),
        ("own_nick", 5),
        ("own_nothing", "x"),
    ],
)
def test_a_wrong_value_of_an_own_field_is_named(name: str, given: Any) -> None:
    one = id_of(1)
    with db.unit_of_work() as session, pytest.raises(Problems) as refused:
        change_record(session, OWNER, ACCOUNTS, one, {name: given}, version=None)
    assert set(refused.value.fields) == {name}
    with db.reading() as session:
        assert session.get_one(Account, one).version == 1
