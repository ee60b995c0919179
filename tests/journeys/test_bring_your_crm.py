"""A firm brings its CRM along: accounts, contacts and opportunities out of files with every trap in them."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from psa_app import clock
from psa_app.formats.refused_rows import refused_sheet
from psa_app.formats.tables_in import read_any
from psa_app.models import Account, Contact, History, Opportunity, OpportunityAmount
from psa_app.queries.sales.board import pipeline_board
from psa_app.resources import RESOURCES
from psa_app.services.imports import Choices, RecordPlan, apply_records, guessed, plan_records
from tests.support.world import World, ask, do, rows

pytestmark = pytest.mark.journey
FILES = Path("tests/data/crm")
NAMES = {"accounts": "accounts.csv", "contacts": "contacts.csv", "opportunities": "opportunities.tsv"}
# By hand from the file, refused rows left out: what all may bring, and what is likely of what is open.
TOTALS = {"EUR": 21_573_505, "CHF": 4_500_000, "NOK": 25_000_000}
LIKELY = {"EUR": 7_230_030 + 30_864 + 6_300_000 + 100_000, "CHF": 1_800_000}


def bring(world: World, kind: str, *, only_good: bool = True) -> RecordPlan:
    """As the page does: guess the columns, plan, apply."""
    fred, resource = world["Fred"], RESOURCES[kind]
    table = read_any((FILES / NAMES[kind]).read_bytes())
    choices = Choices(ask(guessed, fred, resource, table.headers))
    planned = ask(plan_records, fred, resource, table, choices)
    done = do(apply_records, fred, resource, table, choices, only_good=only_good, name=NAMES[kind])
    assert done.rows == planned.rows
    return done


def counts(done: RecordPlan) -> dict[str, int]:
    return dict(Counter(row.outcome for row in done.rows))


def refused(done: RecordPlan) -> list[tuple[int, str]]:
    return [(row.line, row.problems[0][1]) for row in done.refused]


def test_a_crm_comes_in_from_files_and_its_totals_add_up(world: World) -> None:
    before = {model: len(rows(model)) for model in (Account, Contact, Opportunity)}

    accounts = bring(world, "accounts")
    assert counts(accounts) == {"new": 6, "refused": 5}
    assert refused(accounts) == [
        (9, "Line 2 has the same name. Keep one of the two."),
        (10, "Lines 10, 11 stand above each other in a circle. Empty one of these cells."),
        (11, "Lines 10, 11 stand above each other in a circle. Empty one of these cells."),
        (12, "Type an e-mail address such as anna@example.com."),
        (13, "“Atlantis” is no country that is known here. Write its name, or AT for Austria."),
    ]
    check_accounts()

    contacts = bring(world, "contacts")
    assert counts(contacts) == {"new": 5, "refused": 3}
    phones = {one.email: one.phone for one in rows(Contact)}
    assert phones["urs.keller@zuercher-praezision.example"] == "+41 44 555 66 77"

    chances = bring(world, "opportunities")
    assert counts(chances) == {"new": 6, "refused": 6}
    added = {model: len(rows(model)) - many for model, many in before.items()}
    assert added == {Account: 6, Contact: 5, Opportunity: 6}
    check_totals(world)

    nothing_happens_again(world)


def check_accounts() -> None:
    by_name = {one.name: one for one in rows(Account)}
    mueller, hotels = by_name["Müller & Söhne GmbH"], by_name["Alpenglück Hotels GmbH"]
    assert (mueller.street, mueller.country, mueller.vat_id) == ("Hafenstraße 12", "DE", "DE136695976")
    assert (mueller.payment_days, mueller.notes) == (30, "Zahlt pünktlich")
    assert hotels.parent_id == by_name["Alpenglück Tourismus AG"].id
    assert by_name["Zürcher Präzision AG"].notes == "Zwei Werke;\neines in Uster"
    assert (by_name["Fjordlys AS"].kind, by_name["Fjordlys AS"].currency) == ("partner", "NOK")
    assert by_name["=cmd|'/C calc'!A0"].notes == "<script>alert('x')</script>"


def check_totals(world: World) -> None:
    """Amounts by currency, in the records and as the pipeline shows them."""
    made = rows(Opportunity)
    total: Counter[str] = Counter()
    for one in made:
        total[one.currency] += one.amount_minor
    assert dict(total) == TOTALS
    assert sum(one.amount_minor for one in rows(OpportunityAmount)) == sum(TOTALS.values())
    board = ask(pipeline_board, world["Fred"], date(2026, 11, 23), clock.now())
    assert dict(board.open.weighted_by_currency) == LIKELY
    assert {one.title: one.expected_on for one in made}["Wartung 2027"] == date(2027, 2, 3)
    portal = next(one for one in made if one.title == "Buchungsportal")
    partner = next(one for one in rows(Account) if one.name == "Fjordlys AS")
    assert (portal.source, portal.partner_id) == ("partner", partner.id)


def nothing_happens_again(world: World) -> None:
    told = changes()
    again = {kind: counts(bring(world, kind)) for kind in NAMES}
    assert again == {
        "accounts": {"same": 6, "refused": 5},
        "contacts": {"same": 5, "refused": 3},
        "opportunities": {"same": 6, "refused": 6},
    }
    assert changes() == told


def changes() -> int:
    """How often a record was written; that a file came in is told besides."""
    return sum(one.kind != "import_run" for one in rows(History))


def test_the_refused_rows_come_in_once_they_are_mended(world: World) -> None:
    bring(world, "accounts")
    fred, resource = world["Fred"], RESOURCES["accounts"]
    table = read_any((FILES / NAMES["accounts"]).read_bytes())
    choices: Any = Choices(ask(guessed, fred, resource, table.headers))
    found = ask(plan_records, fred, resource, table, choices)
    sheet = refused_sheet(table, found.refused).decode("utf-8-sig")
    mended = sheet.replace("office.at.example", "office@ohne.example").replace("Atlantis,,,,14", "GR,,,,14")
    mended = mended.replace("Client,Kreisel Holding,", "Client,,")
    again = read_any(mended.encode())
    columns = Choices(ask(guessed, fred, resource, again.headers))
    done = do(apply_records, fred, resource, again, columns)
    assert counts(done) == {"changed": 1, "new": 4}
