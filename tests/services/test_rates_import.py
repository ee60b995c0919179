"""Rate cards out into a file and in again: seen beforehand, and whole or not at all."""

from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Forbidden, Invalid
from psa_app.formats.csv_out import write_csv
from psa_app.models import Rate
from psa_app.queries.rate_sheet import rate_sheet
from psa_app.services.rates_import import HEADERS, RatesImported, import_rates
from tests.services.time_world import World, ask, do, make_world

HEAD = ",".join(HEADERS)
GOOD = "account_role,Northwind,,,Engineer,EUR,150.00,2026-01-01,"


@pytest.fixture
def world(database: Any, clock: Any) -> World:
    return do(make_world)


def bring(world: World, *lines: str, by: str = "Fred", dry_run: bool = False) -> RatesImported:
    data = "\n".join((HEAD, *lines)).encode()
    found: RatesImported = do(import_rates, world[by], data, dry_run=dry_run)
    return found


def cards() -> list[tuple[str, int, str]]:
    with db.reading() as session:
        rates = session.exec(select(Rate).where(Rate.level != "sow_line").order_by(Rate.level, Rate.id)).all()
        return [(rate.level, rate.amount_minor, rate.currency) for rate in rates]


def test_a_file_brings_rates_in_and_a_second_time_changes_nothing(world: World) -> None:
    before = cards()
    assert bring(world, GOOD) == RatesImported(1, 0, ())
    after = cards()
    assert sorted(after) == sorted([*before, ("account_role", 15000, "EUR")])
    assert bring(world, GOOD) == RatesImported(0, 1, ())
    assert cards() == after


def test_what_is_taken_out_can_be_brought_in_again(world: World) -> None:
    bring(world, GOOD, "firm_role,,,,Junior,USD,99.50,2026-01-01,2026-12-31")
    rows = ask(rate_sheet, world["Fred"])
    found = do(import_rates, world["Fred"], write_csv(HEADERS, rows), dry_run=False)
    assert found == RatesImported(0, len(rows), ())


def test_a_dry_run_says_what_would_be_written_and_writes_nothing(world: World) -> None:
    before = cards()
    assert bring(world, GOOD, dry_run=True) == RatesImported(1, 0, ())
    assert cards() == before


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        ("card,Northwind,,,,EUR,1,2026-01-01,", "Level", "Type one of"),
        ("account,Nowhere,,,,EUR,1,2026-01-01,", "Client", "no client Nowhere"),
        ("account,Northwind,,,,EUR,abc,2026-01-01,", "An hour", "such as 1234.56"),
        ("account,Northwind,,,,EUR,1,01.02.2026,", "From", ""),
        ("account,Northwind,,,,XXQ,1,2026-01-01,", "currency", "not a currency"),
        ("account_role,Northwind,,,Engineer,EUR,160.00,2026-05-01,2026-06-01", "valid_from", "End it first"),
    ],
)
def test_one_wrong_row_keeps_the_whole_file_out_and_names_its_line(
    world: World, line: str, column: str, words: str
) -> None:
    before = cards()
    found = bring(world, GOOD, line)
    assert [(problem.line, problem.column) for problem in found.problems] == [(3, column)]
    assert words in found.problems[0].sentence
    assert found.written == 0
    assert cards() == before


def test_a_german_spreadsheet_is_read(world: World) -> None:
    text = f"{HEAD.replace(',', ';')}\naccount;Northwind;;;;EUR;1.234,56;2026-01-01;\n"
    assert do(import_rates, world["Fred"], text.encode("latin-1"), dry_run=False).written == 1
    assert ("account", 123456, "EUR") in cards()


def test_a_file_without_the_columns_is_refused_and_leads_may_not_bring_rates_in(world: World) -> None:
    with pytest.raises(Invalid, match="Add the columns"):
        do(import_rates, world["Fred"], b"Name,Rate\nA,1\n")
    with pytest.raises(Forbidden):
        bring(world, GOOD, by="Lea")
