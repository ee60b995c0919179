"""Rate cards side by side on a day, from the firm's to a project's, and the past of a cell."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, or_, select

from psa_app.access import Actor, fetch, require, visible
from psa_app.errors import Invalid
from psa_app.models import Account, Firm, History, Person, Project, Rate, Role, Sow, SowLine
from psa_app.queries.rates import ladder, rate_rows
from psa_app.queries.time.tables import RATE
from psa_app.rules.rate_matrix import MatrixCell, cells, level_of, levels_of
from psa_app.rules.rates import Hit, Ladder, Level, RateRow, Work

MOST_CARDS = 12
EMPTY = MatrixCell(None, (), ())


@dataclass(frozen=True, slots=True)
class Card:
    """One rate card: `kind` is firm, everywhere, account, sow_line or project, `owner_id` whose it is.

    A fixed card belongs to a scope that was sent: it changes by a change order only.
    """

    kind: str
    owner_id: int | None
    title: str
    sub: str = ""
    account_id: int | None = None
    is_fixed: bool = False

    @property
    def key(self) -> str:
        """Its name among the cards."""
        return self.kind if self.owner_id is None else f"{self.kind}-{self.owner_id}"


@dataclass(frozen=True, slots=True)
class CardCell:
    """A role or person on a card: the card's own rates, else what counts from the cards before it.

    `level` is None where the card takes no rate (the firm's card has none for everyone).
    """

    level: Level | None
    own: MatrixCell
    inherited: Hit | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A role or person (id 0: everyone) with a cell on each card."""

    id: int
    name: str
    cells: tuple[CardCell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """The cards of a day in one currency, and what else may be chosen."""

    day: date
    currency: str
    currencies: tuple[str, ...]
    cards: tuple[Card, ...]
    rows: tuple[MatrixRow, ...]
    client: str
    zone: str  # the firm's


@dataclass(frozen=True, slots=True)
class CellPast:
    """One dated rate of a cell, and who wrote it last when."""

    rate: RateRow
    by: str
    at: datetime | None


def rate_matrix(
    session: Session,
    actor: Actor,
    *,
    day: date,
    of: str = "roles",
    client_id: int | None = None,
    currency: str = "",
) -> Matrix:
    """Roles (or people: `of`) by cards: with a client theirs, their scopes' and projects'; else all.

    Without a currency it is the client's or the firm's own. Raises `NotFound` for a client outside the
    actor's scope.
    """
    require(actor, "rates.read")
    if of not in ("roles", "people"):
        raise Invalid("Choose roles or people.", "of")
    client = fetch(session, actor, Account, client_id) if client_id is not None else None
    known = _currencies(session, actor)
    firm = session.exec(select(Firm)).one()
    usual = client.currency if client else firm.base_currency
    money_in = currency or usual
    cards = _cards(session, actor, of, client, money_in)
    rates = ladder(session)
    rows = _rows(session, actor, of, day)
    found = {card.key: _own_cells(session, card, of, money_in, day) for card in cards}
    return Matrix(
        day,
        money_in,
        tuple(sorted({*known, usual, money_in})),
        tuple(cards),
        tuple(
            MatrixRow(
                row_id,
                name,
                tuple(
                    _cell(rates, card, of, row_id, role_id, day, money_in, found[card.key]) for card in cards
                ),
            )
            for row_id, name, role_id in rows
        ),
        client.name if client else "",
        firm.time_zone,
    )


def _currencies(session: Session, actor: Actor) -> set[str]:
    return set(session.exec(select(Rate.currency).where(visible(actor, Rate)).distinct()))


def _rows(session: Session, actor: Actor, of: str, day: date) -> list[tuple[int, str, int | None]]:
    """(id, name, role id) of each row."""
    if of == "roles":
        return [(0, "Everyone", None), *((one, name, one) for one, name in _pairs(session, actor, Role))]
    people = session.exec(
        select(Person)
        .where(visible(actor, Person), or_(col(Person.left_on).is_(None), col(Person.left_on) >= day))
        .order_by(Person.name)
    )
    return [(int(one.id or 0), one.name, one.role_id) for one in people]


def _cards(session: Session, actor: Actor, of: str, client: Account | None, currency: str) -> list[Card]:
    first = Card("firm", None, "Firm card") if of == "roles" else Card("everywhere", None, "Everywhere")
    if client is None:
        others = _clients(session, actor, currency) if of == "roles" else _special(session, actor, currency)
        return [first, *others]
    name, client_id = client.name, int(client.id or 0)
    cards = [first]
    if of == "roles":
        cards.append(Card("account", client_id, name, "Client", client_id))
        cards += _lines(session, actor, client_id)
    running = Project.account_id == client_id, col(Project.status).in_(("planned", "active"))
    return [*cards, *_projects(session, actor, *running)]


def _clients(session: Session, actor: Actor, currency: str) -> list[Card]:
    """The clients of a currency, those with a card of their own first."""
    priced = select(Rate.account_id).where(Rate.currency == currency, col(Rate.account_id).is_not(None))
    has_card = col(Account.id).in_(priced)
    found = session.exec(
        select(Account.id, Account.name)
        .where(visible(actor, Account), or_(has_card, Account.currency == currency))
        .order_by(has_card.desc(), col(Account.name))
        .limit(MOST_CARDS)
    )
    return [Card("account", int(one or 0), name, "Client", int(one or 0)) for one, name in found]


def _special(session: Session, actor: Actor, currency: str) -> list[Card]:
    """Projects with rates for people in a currency."""
    priced = select(Rate.project_id).where(Rate.level == "project_person", Rate.currency == currency)
    return _projects(session, actor, col(Project.id).in_(priced))


def _projects(session: Session, actor: Actor, *where: Any) -> list[Card]:
    found = session.exec(
        select(Project)
        .where(visible(actor, Project), col(Project.account_id).is_not(None), *where)
        .order_by(Project.name)
        .limit(MOST_CARDS)
    )
    return [Card("project", one.id, one.name, "Project", one.account_id) for one in found]


def _lines(session: Session, actor: Actor, client_id: int) -> list[Card]:
    """The lines by time of the client's signed scopes: to be read here."""
    found = session.exec(
        select(SowLine.id, SowLine.title, Sow.number)
        .join(Sow, col(Sow.id) == col(SowLine.sow_id))
        .where(
            visible(actor, SowLine),
            Sow.account_id == client_id,
            Sow.status == "signed",
            SowLine.model == "time_and_materials",
        )
        .order_by(col(SowLine.id).desc())
        .limit(MOST_CARDS)
    )
    return [
        Card("sow_line", line, title, f"Scope {number}".strip(), client_id, is_fixed=True)
        for line, title, number in found
    ]


def _own_cells(
    session: Session, card: Card, of: str, currency: str, day: date
) -> dict[tuple[int, str], MatrixCell]:
    where = [RATE.c.currency == currency, RATE.c.level.in_(levels_of(card.kind, of))]
    if card.owner_id is not None:
        where.append(RATE.c[f"{card.kind}_id"] == card.owner_id)
    return cells(rate_rows(session, *where), day)


def _cell(
    rates: Ladder,
    card: Card,
    of: str,
    row_id: int,
    role_id: int | None,
    day: date,
    currency: str,
    found: dict[tuple[int, str], MatrixCell],
) -> CardCell:
    level = level_of(card.kind, of, row_id)
    own = found.get((row_id, currency), EMPTY)
    if level is None or own.now is not None:
        return CardCell(level, own, None)
    person = row_id if of == "people" else None
    work = Work(
        card.owner_id if card.kind == "sow_line" else None,
        card.owner_id if card.kind == "project" else None,
        card.account_id,
        person,
        role_id,
        day,
        currency,
    )
    return CardCell(level, own, rates.pick(work))


def client_choices(session: Session, actor: Actor, text: str) -> tuple[tuple[int, str], ...]:
    """Clients to choose from by a part of their name, at most 20: (id, name)."""
    require(actor, "rates.read")
    wanted = col(Account.name).icontains(text.strip()[:80], autoescape=True)
    found = session.exec(
        select(Account.id, Account.name)
        .where(visible(actor, Account), wanted)
        .order_by(Account.name)
        .limit(20)
    )
    return tuple((int(one or 0), name) for one, name in found)


def _pairs(session: Session, actor: Actor, model: Any) -> tuple[tuple[int, str], ...]:
    found = session.exec(select(model.id, model.name).where(visible(actor, model)).order_by(model.name))
    return tuple((int(row_id), str(name)) for row_id, name in found)


def rates_in_cell(
    session: Session, actor: Actor, level: str, currency: str, **keys: int | None
) -> list[RateRow]:
    """All dated rates of one cell, the oldest first. `keys`: project_id, account_id, person_id, role_id."""
    require(actor, "rates.read")
    where = [RATE.c.level == level, RATE.c.currency == currency]
    where += [RATE.c[name] == value for name, value in keys.items()]
    return sorted(rate_rows(session, *where), key=lambda row: row.valid_from)


def cell_past(session: Session, actor: Actor, rows: Sequence[RateRow]) -> list[CellPast]:
    """The dated rates of a cell (from `rates_in_cell`) with who wrote each last, the newest first."""
    require(actor, "rates.read")
    require(actor, "history.read")
    written: dict[int, tuple[str, datetime]] = {}
    found = session.exec(
        select(History)
        .where(
            History.kind == "rate",
            col(History.record_id).in_([row.id for row in rows]),
            visible(actor, History),
        )
        .order_by(col(History.id))
    )
    for line in found:
        if {"amount_minor", "valid_from", "valid_to"} & set(json.loads(line.after)):
            written[line.record_id] = (line.actor, line.at)
    return [CellPast(row, *written.get(row.id, ("", None))) for row in reversed(rows)]
