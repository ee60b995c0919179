"""A retainer's statement as PDF and as files, for staff and for its own client."""

import io
from datetime import date

import pytest
from pypdf import PdfReader

from psa_app import db
from psa_app.errors import Forbidden, NotFound
from psa_app.models import Account
from psa_app.queries.retainers.paper import period_sheet, work_sheet
from psa_app.queries.retainers.statement import retainer_statement
from psa_app.services.retainers.papers import read_retainer_pdf
from tests.services.retainer_world import begun, worked
from tests.support.prepared import prepared
from tests.support.world import World, ask, make_world

world = prepared(make_world, only_sqlite=True)


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_paper_holds_the_periods_and_the_work_of_one_in_the_clients_language(world: World) -> None:
    line_id = begun(world)
    worked(world, date(2026, 9, 1), 30)
    with db.unit_of_work() as session:
        session.get_one(Account, world.clients["Northwind"]).locale = "de"
    name, pdf = read_retainer_pdf(world["Nina"], line_id, 1)
    told = text(pdf)
    assert name == f"retainer-{line_id}.pdf"
    for part in ("Abrechnung des Kontingents", "Zeiträume", "40:00 h", "Verbraucht", "30:00 h", "Ann Test"):
        assert part in told


def test_the_files_hold_minutes_and_the_same_rows(world: World) -> None:
    line_id = begun(world)
    worked(world, date(2026, 9, 1), 30)
    found = ask(retainer_statement, world["Fred"], line_id, 1)
    periods, work = period_sheet(found), work_sheet(found)
    first = dict(zip(periods.headers, periods.rows[-1], strict=True))
    assert (first["Granted (minutes)"], first["Used (minutes)"]) == (2400, 1800)
    assert sum(one[-1] for one in work.rows) == 1800


def test_others_do_not_get_it(world: World) -> None:
    line_id = begun(world)
    for name in ("Ann",):
        if name in world.actors:
            with pytest.raises((NotFound, Forbidden)):
                read_retainer_pdf(world[name], line_id)
