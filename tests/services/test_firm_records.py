"""The firm's tables: holidays, taxes, bank accounts, numbers, exchange rates."""

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Forbidden, Invalid, NotFound, Problems, PsaError
from psa_app.models import BankAccount, Holiday, NumberSeries, TaxRate
from psa_app.resources import RESOURCES
from psa_app.services.firm.calendars import delete_holiday, fill_holidays
from psa_app.services.firm.profile import Profile
from psa_app.services.firm.setup import setup_firm
from psa_app.services.numbers import take_number
from psa_app.services.records import change_record, create_record
from tests.services.time_world import do

OWNER = Actor("Olga", "owner")
FINANCE = Actor("Fred", "finance")


@pytest.fixture
def firm(database: Any, clock: Any) -> None:
    do(setup_firm, OWNER, profile=Profile(name="Harbour Studio"), base_currency="EUR")


def make(table: str, who: Actor = OWNER, /, **values: Any) -> Any:
    return do(create_record, who, RESOURCES[table], values)


def change(table: str, record_id: int, who: Actor = OWNER, /, **values: Any) -> Any:
    return do(change_record, who, RESOURCES[table], record_id, values, version=None)


def problems(attempt: Any) -> dict[str, str]:
    with pytest.raises((Problems, Invalid)) as caught:
        attempt()
    error: Any = caught.value
    return dict(error.fields) if isinstance(error, Problems) else {error.field: error.sentence}


def rows(model: Any) -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(model).order_by(col(model.id))).all())


@pytest.mark.usefixtures("firm")
def test_a_calendar_is_filled_once() -> None:
    assert do(fill_holidays, OWNER, calendar=" at ", from_year=2026, to_year=2027) == 26
    assert do(fill_holidays, OWNER, calendar="AT", from_year=2027, to_year=2028) == 13
    days = {one.day: one.name for one in rows(Holiday)}
    assert days[date(2026, 12, 8)] == "Immaculate Conception"


@pytest.mark.usefixtures("firm")
def test_a_day_that_was_changed_by_hand_stays() -> None:
    make("holidays", calendar="at", day="2026-12-24", name="Office closed")
    make("holidays", calendar="AT", day="2026-12-08", name="Our own word")
    do(fill_holidays, OWNER, calendar="AT", from_year=2026, to_year=2026)
    names = {one.day: one.name for one in rows(Holiday)}
    assert (names[date(2026, 12, 8)], names[date(2026, 12, 24)]) == ("Our own word", "Office closed")


@pytest.mark.usefixtures("firm")
def test_a_region_has_days_of_its_own() -> None:
    do(fill_holidays, OWNER, calendar="DE", from_year=2026, to_year=2026)
    do(fill_holidays, OWNER, calendar="DE-BY", from_year=2026, to_year=2026)
    by_calendar = {name: sum(one.calendar == name for one in rows(Holiday)) for name in ("DE", "DE-BY")}
    assert by_calendar["DE-BY"] > by_calendar["DE"]


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"calendar": "XX"}, "calendar"),
        ({"calendar": "DE-QQ"}, "calendar"),
        ({"calendar": "'; DROP"}, "calendar"),
        ({"from_year": 1999}, "to_year"),
        ({"to_year": 2020}, "to_year"),
        ({"to_year": 2099}, "to_year"),
    ],
)
def test_a_calendar_that_is_none_is_refused(inputs: dict[str, Any], field: str) -> None:
    given = {"calendar": "AT", "from_year": 2026, "to_year": 2027} | inputs
    assert list(problems(lambda: do(fill_holidays, OWNER, **given))) == [field]
    assert rows(Holiday) == []


@pytest.mark.usefixtures("firm")
def test_a_holiday_can_be_taken_out() -> None:
    day = make("holidays", calendar="AT", day="2026-12-08", name="Feast")
    with pytest.raises(Forbidden):
        do(delete_holiday, FINANCE, day.id)
    do(delete_holiday, OWNER, day.id)
    assert rows(Holiday) == []
    with pytest.raises(NotFound):
        do(delete_holiday, OWNER, day.id)


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"calendar": "Austria"}, "calendar"),
        ({"calendar": "DE-"}, "calendar"),
        ({"calendar": "DE-B<>"}, "calendar"),
        ({"day": "2026-02-30"}, "day"),
        ({"name": ""}, "name"),
    ],
)
def test_a_holiday_is_checked(values: dict[str, str], field: str) -> None:
    given = {"calendar": "AT", "day": "2026-12-08", "name": "Feast"} | values
    assert list(problems(lambda: make("holidays", **given))) == [field]


@pytest.mark.usefixtures("firm")
def test_one_day_has_one_name() -> None:
    make("holidays", calendar="AT", day="2026-12-08", name="Feast")
    told = problems(lambda: make("holidays", calendar="AT", day="2026-12-08", name="Again"))
    assert told == {"day": "Feast is on this day already."}


@pytest.mark.usefixtures("firm")
def test_numbers_are_kept_in_their_normal_form() -> None:
    bank = make("bank_accounts", label="Main", iban="at61 1904 3002 3457 3201", currency="EUR")
    vat = make("tax_numbers", kind="vat", country="AT", number="u 6289 5905")
    register = make("tax_numbers", kind="register", country="AT", number="FN 123456 a")
    client = make("accounts", name="Lumen", country="DE", vat_id="de 136 695 976")
    abroad = make("accounts", name="Kestrel", country="DE", vat_id="CHE-116.281.710")
    assert (bank.iban, vat.number, register.number) == ("AT611904300234573201", "ATU62895905", "FN 123456 a")
    assert (client.vat_id, abroad.vat_id) == ("DE136695976", "CHE116281710")
    changed = change("bank_accounts", bank.id, iban="CH93 0076 2011 6238 5295 7")
    assert changed.iban == "CH9300762011623852957"


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize(
    ("kind", "values", "field"),
    [
        ("bank_accounts", {"label": "A", "currency": "EUR"}, "iban"),
        ("bank_accounts", {"label": "A", "currency": "EUR", "iban": "AT611904300234573202"}, "iban"),
        ("bank_accounts", {"label": "A", "currency": "XXX", "account_number": "1"}, "currency"),
        ("tax_numbers", {"kind": "vat", "country": "AT", "number": "123"}, "number"),
        ("accounts", {"name": "A", "vat_id": "DE12"}, "vat_id"),
        ("accounts", {"name": "A", "payment_days": "400"}, "payment_days"),
        ("tax_rates", {"name": "A", "rate_ppm": 1_000_001}, "rate_ppm"),
        ("tax_rates", {"name": "A", "kind": "zero", "rate_ppm": 1}, "rate_ppm"),
        ("tax_rates", {"name": "A", "is_default": True, "is_active": False}, "is_default"),
        ("exchange_rates", {"currency": "USD", "day": "2026-11-01", "rate_nano": 0}, "rate_nano"),
        ("exchange_rates", {"currency": "EUR", "day": "2026-11-01", "rate_nano": 1}, "currency"),
        ("number_series", {"kind": "sow", "pattern": "X-{n}"}, "kind"),
    ],
)
def test_a_wrong_record_is_refused_beside_its_field(kind: str, values: dict[str, Any], field: str) -> None:
    assert list(problems(lambda: make(kind, **values))) == [field]


@pytest.mark.usefixtures("firm")
def test_a_currency_has_one_default_account() -> None:
    first = make("bank_accounts", label="A", account_number="1", currency="EUR", is_default=True)
    francs = make("bank_accounts", label="B", account_number="2", currency="CHF", is_default=True)
    second = make("bank_accounts", label="C", account_number="3", currency="EUR")
    change("bank_accounts", second.id, is_default=True)
    assert {one.id for one in rows(BankAccount) if one.is_default} == {francs.id, second.id}
    assert first.id not in {one.id for one in rows(BankAccount) if one.is_default}


@pytest.mark.usefixtures("firm")
def test_there_is_one_default_tax() -> None:
    new = make("tax_rates", name="Reduced", kind="reduced", rate_ppm=100_000, is_default=True)
    assert [tax.id for tax in rows(TaxRate) if tax.is_default] == [new.id]


@pytest.mark.usefixtures("firm")
def test_one_rate_a_day_and_currency() -> None:
    make("exchange_rates", FINANCE, currency="USD", day="2026-11-01", rate_nano=921_000_000)
    told = problems(lambda: make("exchange_rates", currency="usd", day="2026-11-01", rate_nano=922_000_000))
    assert list(told) == ["day"]


def series(kind: str, *, sandbox: bool = False) -> NumberSeries:
    return next(one for one in rows(NumberSeries) if (one.kind, one.sandbox) == (kind, sandbox))


@pytest.mark.usefixtures("firm")
def test_the_first_number_can_be_chosen_and_no_later_one() -> None:
    change("number_series", int(series("sow").id or 0), next_number="19")
    assert do(take_number, "sow", date(2026, 11, 23), sandbox=False) == "SOW-019"
    for number in ("1", "25"):
        told = problems(lambda n=number: change("number_series", int(series("sow").id or 0), next_number=n))
        assert list(told) == ["next_number"]
    assert do(take_number, "sow", date(2026, 11, 23), sandbox=False) == "SOW-020"


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize("pattern", ["INV", "{n}{n}", "INV-{year}-{n:04}", "{n}<b>", "x" * 60 + "{n}"])
def test_a_pattern_holds_one_number_and_is_its_series_own(pattern: str) -> None:
    told = problems(lambda: change("number_series", int(series("sow").id or 0), pattern=pattern))
    assert list(told) == ["pattern"]


@pytest.mark.usefixtures("firm")
@pytest.mark.parametrize(
    ("kind", "values", "may"),
    [
        ("tax_rates", {"name": "A"}, {"owner", "finance"}),
        ("bank_accounts", {"label": "A", "account_number": "1", "currency": "EUR"}, {"owner", "finance"}),
        ("tax_numbers", {"kind": "tax", "country": "AT", "number": "1"}, {"owner", "finance"}),
        ("holidays", {"calendar": "AT", "day": "2026-12-08", "name": "Feast"}, {"owner"}),
        ("exchange_rates", {"currency": "USD", "day": "2026-11-01", "rate_nano": 1}, {"owner", "finance"}),
        ("accounts", {"name": "A"}, {"owner", "finance"}),
    ],
)
def test_the_firms_tables_are_written_by_those_who_may(
    kind: str, values: dict[str, Any], may: set[str]
) -> None:
    for role in sorted({"owner", "finance", "lead", "member", "client"} - may):
        with pytest.raises(Forbidden):
            make(kind, Actor("Someone", role), **values)
    make(kind, Actor("Someone", min(may)), **values)


@pytest.fixture
def own_firm(own_database: Any, clock: Any) -> None:
    do(setup_firm, OWNER, profile=Profile(name="Harbour Studio"), base_currency="EUR")


@pytest.mark.usefixtures("own_firm")
def test_two_who_fill_a_calendar_at_once_fill_it_once() -> None:
    together, added, refused = Barrier(2), [], []

    def fill() -> None:
        together.wait()
        try:
            added.append(do(fill_holidays, OWNER, calendar="AT", from_year=2026, to_year=2026))
        except PsaError as error:
            refused.append(error)

    threads = [Thread(target=fill) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(added), refused) == ([0, 13], [])
    assert len(rows(Holiday)) == 13
