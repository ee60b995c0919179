"""Rate cards for a file, as a list or side by side; the same columns are read back in."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, require, visible
from psa_app.models import Account, Person, Project, Role
from psa_app.queries.exports import ExportTable
from psa_app.queries.rate_list import rates_of
from psa_app.queries.rate_matrix import Card, Matrix, MatrixRow, rate_matrix
from psa_app.rules.money import plain

SHEET_LEVELS = (
    "firm_role",
    "account_role",
    "account",
    "project_role",
    "project_person",
    "project",
    "person",
)
LIST_HEADERS = ("Level", "Client", "Project", "Person", "Role", "Currency", "An hour", "From", "To")
ROW_HEADERS = {"roles": "Role", "people": "Person"}
EVERYONE = "Everyone"
FIRM, EVERYWHERE = "Firm card", "Everywhere"
OWNERS = {"account": "Client: ", "project": "Project: "}


def rate_sheet(session: Session, actor: Actor, levels: Sequence[str] = SHEET_LEVELS) -> list[tuple[Any, ...]]:
    """Rows of Level, Client, Project, Person, Role, Currency, An hour, From, To; not the scopes’ own."""
    require(actor, "rates.read")
    wanted = tuple(level for level in levels if level in SHEET_LEVELS)
    models: dict[str, Any] = {
        "account_id": Account,
        "project_id": Project,
        "person_id": Person,
        "role_id": Role,
    }
    names = {
        key: dict(session.exec(select(model.id, model.name).where(visible(actor, model))).all())
        for key, model in models.items()
    }
    rows = []
    for one in rates_of(session, actor, wanted):
        keys = dict(one.keys)
        owners = [names[key].get(keys.get(key, 0), "") for key in models]
        amount = Decimal(plain(one.amount, one.currency))
        rows.append((one.level, *owners, one.currency, amount, one.valid_from, one.valid_to))
    return rows


def matrix_sheet(
    session: Session, actor: Actor, *, day: date, of: str = "roles", client_id: int | None = None
) -> ExportTable:
    """The cards of a day side by side: a row for each role (or person) and currency, a column for each card.

    Scopes’ cards are left out: they change by change orders. The first day is `day` in each row, so that an
    amount changed in the file counts from it.
    """
    first = rate_matrix(session, actor, day=day, of=of, client_id=client_id)
    others = [code for code in first.currencies if code != first.currency]
    found = [first] + [
        rate_matrix(session, actor, day=day, of=of, client_id=client_id, currency=code) for code in others
    ]
    cards = list(dict.fromkeys(card for one in found for card in one.cards if not card.is_fixed))
    rows = [line for one in found for line in _lines(one, cards, keep_all=one is first)]
    return ExportTable((ROW_HEADERS[of], "Currency", "From", *map(header_of, cards)), rows)


def header_of(card: Card) -> str:
    """The head of a card's column: "Firm card", "Client: Northwind", "Project: Checkout"."""
    return OWNERS.get(card.kind, "") + card.title


def _lines(found: Matrix, cards: Sequence[Card], *, keep_all: bool) -> list[tuple[Any, ...]]:
    lines = []
    for row in found.rows:
        amounts = _amounts(found, row)
        if amounts or keep_all:
            name = row.name if row.id else EVERYONE
            lines.append((name, found.currency, found.day, *(amounts.get(card) for card in cards)))
    return lines


def _amounts(found: Matrix, row: MatrixRow) -> dict[Card, Decimal]:
    pairs = zip(found.cards, row.cells, strict=True)
    return {
        card: Decimal(plain(cell.own.now.amount, found.currency))
        for card, cell in pairs
        if cell.own.now is not None
    }
