"""A real export from another tool becomes one invoice of 90:00 hours and 10,800.00."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.formats.csv_files import read_table
from psa_app.formats.time_exports import read_entries, suggest_mapping
from psa_app.models import Account, InvoiceLine, Project, TimeEntry
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.rates import create_rate
from psa_app.services.records import change_record
from psa_app.services.time.approve import approve_timesheet
from psa_app.services.time.imports import ImportChoices, apply_import
from psa_app.services.time.submit import submit_all
from tests.support.world import World, ask, do, row, rows

pytestmark = pytest.mark.journey
FILE = Path("tests/data/time-exports/clockify_shared_report.csv")
LAST = date(2024, 12, 31)


def test_the_real_export_is_imported_approved_and_billed(world: World) -> None:
    fred, olga = world["Fred"], world["Olga"]
    table = read_table(FILE.read_bytes())
    reading = read_entries(table, suggest_mapping(table, "Europe/Vienna"), person="ann@harbour.example")
    employed_since_2024(world)

    done = do(apply_import, fred, reading, ImportChoices())
    assert (done.added, done.seconds) == (99, 279_183)
    assert do(apply_import, fred, reading, ImportChoices()).added == 0

    with db.reading() as session:
        company = int(session.exec(select(Account.id).where(Account.name == "Company")).one() or 0)
    round_to_quarters(company)
    do(
        create_rate,
        fred,
        level="account",
        rate=Money(12000, "EUR"),
        valid_from=date(2024, 1, 1),
        account_id=company,
    )

    for sheet in do(submit_all, world["Ann"], until=202_552):
        do(approve_timesheet, olga, sheet.timesheet_id)
    assert {one.status for one in rows(TimeEntry)} == {"approved"}

    invoice = do(draft_invoice, fred, account_id=company, until=LAST, grouping="task")
    lines = rows(InvoiceLine, invoice_id=invoice.id)
    assert sum(line.minutes for line in lines) == 90 * 60
    assert (invoice.net_minor, sum(line.net_minor for line in lines)) == (1_080_000, 1_080_000)

    complete_address(fred, company)
    issued = do(issue_invoice, fred, int(invoice.id or 0))
    assert issued.number == "INV-2026-0001"
    assert {one.status for one in rows(TimeEntry)} == {"invoiced"}

    do(void_invoice, fred, int(invoice.id or 0), reason="Wrong client.")
    assert {one.status for one in rows(TimeEntry)} == {"approved"}
    again = do(draft_invoice, fred, account_id=company, until=LAST, grouping="none")
    assert again.net_minor == 1_080_000


def employed_since_2024(world: World) -> None:
    """The export is of 2024, so Ann has worked here since then."""
    values = {"hired_on": "2024-01-01"}
    do(change_record, world["Olga"], RESOURCES["people"], world.people["Ann"], values, version=None)


def round_to_quarters(company: int) -> None:
    """Billed time of the imported projects: 15 minutes up for each entry."""
    with db.unit_of_work() as session:
        for project in session.exec(select(Project).where(Project.account_id == company)).all():
            project.round_increment, project.round_mode, project.round_per = 15, "up", "entry"


def complete_address(fred: object, company: int) -> None:
    """An invoice needs the client's address."""
    values = {"street": "Market Square 1", "postcode": "1010", "city": "Wien", "country": "AT"}
    do(change_record, fred, RESOURCES["accounts"], company, values, version=None)


def test_the_imported_hours_are_the_clients_to_see_only_when_approved(world: World) -> None:
    from psa_app.access import scoped

    world.log("Ann", "Build", date(2026, 11, 17), 60)
    seen = ask(lambda session, actor: len(session.exec(scoped(actor, TimeEntry)).all()), world["Nina"])
    assert seen == 0
    world.worked("Ann", "Build", date(2026, 11, 18), 60)
    seen = ask(lambda session, actor: len(session.exec(scoped(actor, TimeEntry)).all()), world["Nina"])
    assert seen == 1
    assert row(Account, world.clients["Northwind"]).name == "Northwind"
