"""Rate cards out into a file and in again: seen beforehand, and whole or not at all."""

import io
import zipfile
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Forbidden, Invalid
from psa_app.formats.csv_out import write_csv
from psa_app.formats.tables_in import read_any
from psa_app.formats.xlsx_out import write_xlsx
from psa_app.models import Rate
from psa_app.queries.rate_sheet import matrix_sheet, rate_sheet
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.imports import Choices, apply_records, guessed
from psa_app.services.rates_import import HEADERS, RatesImported, import_rates
from psa_app.services.rates_matrix import set_rate
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.lock import lock_time
from psa_app.services.time.log import log_time
from psa_app.services.time.submit import submit_week
from tests.services.time_world import (
    MON,
    TODAY,
    TUE,
    WEEK,
    World,
    ask,
    do,
    entries,
    entry,
    make_world,
    past,
)

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


def side_by_side(world: World, *lines: str, sheet: str = "csv", dry_run: bool = False) -> RatesImported:
    head = ["Role", "Currency", "From", "Firm card", "Client: Northwind", "Project: Checkout"]
    rows = [line.split(",") for line in lines]
    data = write_csv(head, rows) if sheet == "csv" else write_xlsx(head, rows, "Rates")
    found: RatesImported = do(import_rates, world["Fred"], data, dry_run=dry_run)
    return found


@pytest.mark.parametrize("sheet", ["csv", "xlsx"])
def test_cards_side_by_side_come_in_cell_by_cell(world: World, sheet: str) -> None:
    lines = ("Engineer,EUR,2026-02-01,110,115.50,", "Everyone,EUR,2026-02-01,,99,120")
    assert side_by_side(world, *lines, sheet=sheet, dry_run=True).written == 4
    found = side_by_side(world, *lines, sheet=sheet)
    assert [(rate.column, rate.cells["Level"], rate.cells["An hour"]) for rate in found.rates] == [
        ("Firm card", "firm_role", "110"),
        ("Client: Northwind", "account_role", "115.50"),
        ("Client: Northwind", "account", "99"),
        ("Project: Checkout", "project", "120"),
    ]
    assert side_by_side(world, *lines, sheet=sheet) == RatesImported(0, 4, ())


def test_a_wrong_cell_is_named_by_its_line_and_card(world: World) -> None:
    found = side_by_side(
        world, "Cat,EUR,2026-02-01,110,,", "Engineer,EUR,soon,110,,", "Everyone,EUR,2026-02-01,5,x,"
    )
    told = [(problem.line, problem.column) for problem in found.problems]
    assert told == [(2, "Firm card"), (3, "Firm card"), (4, "Firm card"), (4, "Client: Northwind")]
    assert "There is no role Cat" in found.problems[0].sentence


@pytest.mark.parametrize("of", ["roles", "people"])
@pytest.mark.parametrize("form", [write_csv, lambda head, rows: write_xlsx(head, rows, "Rates")])
def test_exported_cards_come_in_again_and_change_nothing(world: World, of: str, form: Any) -> None:
    do(
        set_rate,
        world["Fred"],
        level="person",
        rate=Money(12550, "EUR"),
        valid_from=TODAY,
        person_id=world.people["Ann"],
    )
    table = ask(matrix_sheet, world["Fred"], day=TODAY, of=of)
    before = cards()
    found = do(import_rates, world["Fred"], form(table.headers, table.rows), dry_run=False)
    assert (found.written, found.problems) == (0, ())
    assert found.known == 1
    assert cards() == before


def test_a_broken_or_swollen_workbook_is_refused(world: World) -> None:
    good = write_xlsx(HEADERS, [], "Rates")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b"<workbook/>")
        parts.writestr("xl/sharedStrings.xml", b"0" * 41_000_000)
    for data, words in ((good[:-200], "Save it again"), (bomb.getvalue(), "unpacks to more")):
        with pytest.raises(Invalid, match=words) as refused:
            do(import_rates, world["Fred"], data)
        assert refused.value.field == "file"


def test_a_dry_run_says_what_becomes_of_time_that_is_not_approved(world: World) -> None:
    data = world.tasks["Data"]
    do(log_time, world["Ann"], task_id=data, work_date=MON, seconds=7200)
    before = entries()[0].bill_rate_minor or 0
    line = f"project_person,,Platform,Ann Test,,USD,{(before + 1000) // 100}.00,2026-01-01,"
    found = bring(world, line, dry_run=True)
    assert found.sums is not None
    assert (found.sums.entries, found.sums.after["USD"] - found.sums.before["USD"]) == (1, 2000)
    (one,) = found.entries
    assert (one.person, one.before, one.after) == ("Ann Test", before, before + 1000)
    assert entries()[0].bill_rate_minor == before
    bring(world, line)
    assert entries()[0].bill_rate_minor == before + 1000


def test_rates_that_overlap_say_so_at_their_row(world: World) -> None:
    ends = "firm_role,,,,Junior,GBP,{},2026-{}-01,2026-12-31"
    found = bring(world, ends.format("90.00", "01"), ends.format("95.00", "06"))
    ((line, sentence),) = [(one.line, one.sentence) for one in found.problems]
    assert (line, found.written) == (3, 0)
    assert sentence == "A rate of 90.00 GBP counts from 2026-01-01 to 2026-12-31 already. End it first."


def frozen(entry_id: int) -> tuple[Any, ...]:
    """All that approval froze on an entry."""
    one = entry(entry_id)
    price = (one.bill_rate_minor, one.bill_currency, one.bill_level, one.bill_rate_id, one.cost_rate_minor)
    return (*price, one.status, one.version, past(entry_id))


def approved_and_not(world: World) -> tuple[int, int]:
    """Two entries on Kestrel's data, at its 200 dollars: the first one is approved."""
    ids = [
        int(do(log_time, world["Ann"], task_id=world.tasks["Data"], work_date=day, seconds=3600, note="x").id)
        for day in (MON, TUE)
    ]
    do(submit_week, world["Ann"], week=WEEK)
    do(approve_entries, world["Fred"], entry_ids=(ids[0],))
    return ids[0], ids[1]


DEARER = "project,,Platform,,,USD,300.00,2026-01-01,"


@pytest.mark.parametrize("way", ["sheet", "records"])
def test_a_file_of_rates_moves_no_approved_time_in_a_locked_period_or_out_of_it(
    world: World, way: str, clock: Any
) -> None:
    approved, waits = approved_and_not(world)
    do(lock_time, world["Olga"], through=MON)
    before = frozen(approved)
    if way == "sheet":
        assert bring(world, DEARER).written == 1
    else:
        table = read_any(b"Level,Project,Currency,An hour,From\nproject,Platform,USD,300.00,2026-01-01\n")
        with db.unit_of_work() as session:
            rates = RESOURCES["rates"]
            choices = Choices(guessed(session, world["Fred"], rates, table.headers))
            assert apply_records(session, world["Fred"], rates, table, choices).count("new") == 1
    assert frozen(approved) == before
    assert entry(waits).bill_rate_minor == 30_000


def test_a_file_that_ends_a_rate_leaves_what_it_priced_as_it_is(world: World) -> None:
    approved, _ = approved_and_not(world)
    before = frozen(approved)
    found = bring(world, "account,Kestrel,,,,USD,250.00,2026-01-01,")
    assert frozen(approved) == before
    assert found.problems or found.written
