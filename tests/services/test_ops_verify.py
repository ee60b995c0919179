"""What no longer adds up is found, and named."""

from typing import Any

import pytest
from sqlalchemy import text

from psa_app import db
from psa_app.models import Invoice
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.ops.seal import seal_history
from psa_app.services.ops.verify import verify
from tests.support.world import FRI, MON, TUE, World, do, rows

CHANGES = [
    ("UPDATE history SET reason = 'else' WHERE id = 3", "history", "Line 3 of the history"),
    ("DELETE FROM history WHERE id = 3", "history", "before number 4 was added, changed or taken out"),
    ("UPDATE history SET seal = NULL WHERE id = 3", "history", "before number 4"),
    ("UPDATE signature SET text = 'else' WHERE id = 1", "signatures", "was changed"),
    (
        "UPDATE billed_time SET seconds = 99999 WHERE id = (SELECT min(id) FROM billed_time)",
        "billed time",
        "99999 of them are billed",
    ),
    (
        "UPDATE time_entry SET status = 'approved' WHERE id = (SELECT min(id) FROM time_entry)",
        "billed time",
        "is approved, but",
    ),
    (
        "UPDATE invoice_line SET net_minor = net_minor + 1 WHERE id = (SELECT min(id) FROM invoice_line)",
        "invoices",
        "do not sum",
    ),
    (
        "UPDATE invoice_tax SET base_minor = base_minor + 1 WHERE id = (SELECT min(id) FROM invoice_tax)",
        "invoices",
        "tax block",
    ),
    (
        "UPDATE billed_time SET minutes = minutes + 1 WHERE id = (SELECT min(id) FROM billed_time)",
        "invoices",
        "other minutes or money",
    ),
    (
        "UPDATE invoice SET number = 'INV-2026-0009' WHERE number = 'INV-2026-0001'",
        "numbers",
        "is missing from its series",
    ),
    (
        "UPDATE number_series SET next_number = 2 WHERE kind = 'invoice' AND NOT sandbox",
        "numbers",
        "second time",
    ),
]


@pytest.fixture
def billed(world: World) -> World:
    """Two issued invoices of one client, and a sealed history."""
    for day in (MON, TUE):
        world.worked("Ann", "Build", day, 60)
        draft = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=FRI)
        do(issue_invoice, world["Fred"], draft.id)
    do(seal_history)
    return world


def broken() -> dict[str, str]:
    with db.reading() as session:
        return {one.check: one.broken for one in verify(session) if one.broken}


def test_a_firm_at_work_adds_up(billed: World) -> None:
    assert broken() == {}
    assert [one.number for one in rows(Invoice)] == ["INV-2026-0001", "INV-2026-0002"]


@pytest.mark.parametrize(("statement", "check", "sentence"), CHANGES)
def test_each_tampering_is_named(billed: World, statement: str, check: str, sentence: Any) -> None:
    with db.unit_of_work() as session:
        session.connection().execute(text(statement))
    found = broken()
    assert sentence in found.get(check, ""), found
