"""Rate cards from a file, a list or side by side: as changed in a spreadsheet, whole or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, require, visible
from psa_app.errors import Invalid, PsaError
from psa_app.formats.csv_files import Limits, Table
from psa_app.formats.tables_in import read_any
from psa_app.models import Account, Person, Project, Role
from psa_app.queries import rates as query
from psa_app.queries.rate_matrix import rates_in_cell
from psa_app.queries.rate_sheet import EVERYONE, EVERYWHERE, FIRM, LIST_HEADERS, OWNERS, ROW_HEADERS
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.rules.rate_matrix import cell
from psa_app.services.rates import RatePreview, create_rate
from psa_app.services.rates_matrix import TouchedEntry, effect_of, set_rate

HEADERS = LIST_HEADERS
LIMITS = Limits(bytes=2_000_000, rows=2_000, columns=40)
_NEEDS = {
    "firm_role": ("role_id",),
    "account_role": ("account_id", "role_id"),
    "account": ("account_id",),
    "project_role": ("project_id", "role_id"),
    "project_person": ("project_id", "person_id"),
    "project": ("project_id",),
    "person": ("person_id",),
}
_OWNERS = {
    "account_id": ("Client", Account),
    "project_id": ("Project", Project),
    "person_id": ("Person", Person),
    "role_id": ("Role", Role),
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A rate of a file as text by the columns of `HEADERS`; `column` is its card's head ("": of a list)."""

    line: int
    column: str
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row: its line in the file, the column ("" = the row), and what to do."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RatesImported:
    """How many rates were (or would be) written, and how many stand so already; with problems nothing is.

    `rates` are those to be written, in the file's order; `sums` and `entries` what that does to time not
    approved yet, the newest first, as `preview_rates` tells it (told by a dry run only).
    """

    written: int
    known: int
    problems: tuple[RowProblem, ...]
    rates: tuple[ListRow, ...] = field(default=(), compare=False)
    sums: RatePreview | None = field(default=None, compare=False)
    entries: tuple[TouchedEntry, ...] = field(default=(), compare=False)


def import_rates(
    session: Session, actor: Actor, data: bytes | Table, *, dry_run: bool = True
) -> RatesImported:
    """Brings in a CSV or XLSX file, or the table that was read from it: a list with the columns of `HEADERS`
    (names for ids), or cards side by side as `matrix_sheet` writes them.

    A row without a last day counts from its first day on, as `set_rate` does; one with a last day must
    overlap no other. With any problem, or in a dry run, nothing is written. Raises `Invalid` (field
    "file") for a file that is neither.
    """
    require(actor, "rates.change")
    table = data if isinstance(data, Table) else read_any(data, LIMITS)
    rows = list_rows(table) if "Level" in table.headers else matrix_rows(table)
    names = {key: _names(session, actor, model) for key, (_, model) in _OWNERS.items()}
    before = query.rate_rows(session)
    with session.begin_nested() as whole:
        found = _take(session, actor, rows, names)
        after = query.rate_rows(session)
        if dry_run or found.problems:
            whole.rollback()
            query.forget(session)
    if not dry_run or found.problems or not found.written:
        return found
    sums, entries = effect_of(session, actor, before, after)
    return replace(found, sums=sums, entries=entries)


def list_rows(table: Table) -> list[ListRow]:
    """The rates of a list, one a row."""
    missing = [name for name in HEADERS if name not in table.headers]
    if missing:
        raise Invalid(
            f"Add the columns {', '.join(missing)}. An exported rate card shows how they look.", "file"
        )
    places = {name: table.headers.index(name) for name in HEADERS}
    return [
        ListRow(line, "", {name: cells[place].strip() for name, place in places.items()})
        for line, cells in zip(table.lines, table.rows, strict=True)
    ]


def matrix_rows(table: Table) -> list[ListRow]:
    """The rates of cards side by side, one for each filled cell."""
    of = next((name for name in ROW_HEADERS.values() if name in table.headers), None)
    if of is None or not {"Currency", "From"} <= set(table.headers):
        raise Invalid(
            "Add the columns of the list (Level, Client, …), or Role, Currency and From beside the cards. "
            "An exported file shows how they look.",
            "file",
        )
    rows: list[ListRow] = []
    for line, cells in zip(table.lines, table.rows, strict=True):
        about = dict(zip(table.headers, (cell.strip() for cell in cells), strict=False))
        cards = (name for name in table.headers if name and name not in (of, "Currency", "From"))
        rows.extend(ListRow(line, card, _as_list(of, card, about)) for card in cards if about[card])
    return rows


def _as_list(of: str, header: str, about: dict[str, str]) -> dict[str, str]:
    """A cell of the cards as a row of the list; a level of "" for a column that is no card."""
    name = about[of]
    everyone = of == "Role" and name.lower() in (EVERYONE.lower(), "")
    row = dict.fromkeys(HEADERS, "") | {
        "Currency": about["Currency"],
        "An hour": about[header],
        "From": about["From"],
        of: "" if everyone else name,
    }
    if header in (FIRM, EVERYWHERE):
        return row | {"Level": {"Role": "firm_role", "Person": "person"}[of]}
    kind = next((kind for kind, head in OWNERS.items() if header.startswith(head)), None)
    if kind is None or (kind, of) == ("account", "Person"):
        return row
    owner = {"account": "Client", "project": "Project"}[kind]
    level = kind if everyone else f"{kind}_{of.lower()}"
    return row | {owner: header.removeprefix(OWNERS[kind]), "Level": level}


def _take(
    session: Session, actor: Actor, rows: Sequence[ListRow], names: dict[str, dict[str, list[int]]]
) -> RatesImported:
    written: list[ListRow] = []
    known = 0
    problems: list[RowProblem] = []
    for row in rows:
        try:
            if not row.cells["Level"] and row.column:
                raise Invalid("This is no card. Name it Firm card, Client: … or Project: ….", row.column)
            with session.begin_nested():
                is_new = _take_row(session, actor, row, names)
            written += [row] if is_new else []
            known += not is_new
        except PsaError as error:
            query.forget(session)
            column = row.column or getattr(error, "field", "")
            problems.append(RowProblem(row.line, column, error.sentence))
    if problems:
        return RatesImported(0, known, tuple(problems))
    return RatesImported(len(written), known, (), tuple(written))


def _take_row(session: Session, actor: Actor, given: ListRow, names: dict[str, dict[str, list[int]]]) -> bool:
    """False when the very same rate is there already, or in a cell of cards when it counts already."""
    row = given.cells
    level = row["Level"]
    if level not in _NEEDS:
        raise Invalid(f"Type one of {', '.join(_NEEDS)}.", "Level")
    keys = {key: _id(names[key], row[_OWNERS[key][0]], _OWNERS[key][0]) for key in _NEEDS[level]}
    currency = row["Currency"].upper()
    rate = Money(money.parse_amount(row["An hour"], currency, "An hour"), currency)
    first = fields.iso_date(row["From"], "From")
    last = fields.iso_date(row["To"], "To") if row["To"] else None
    rows = rates_in_cell(session, actor, level, currency, **(dict.fromkeys(_OWNERS) | keys))
    if given.column:
        now = cell(rows, first).now
        is_there = now is not None and now.amount == rate.amount
    else:
        wanted = (rate.amount, first, last)
        is_there = any((one.amount, one.valid_from, one.valid_to) == wanted for one in rows)
    if is_there:
        return False
    about: dict[str, Any] = {"level": level, "rate": rate, "valid_from": first, **keys}
    if last is None:
        set_rate(session, actor, **about)
    else:
        create_rate(session, actor, valid_to=last, **about)
    return True


def _names(session: Session, actor: Actor, model: Any) -> dict[str, list[int]]:
    """Ids by name in lower case; a name may stand for more than one."""
    found: dict[str, list[int]] = {}
    rows: Iterable[Any] = session.exec(select(model.id, model.name).where(visible(actor, model)))
    for row_id, name in rows:
        found.setdefault(name.strip().lower(), []).append(int(row_id))
    return found


def _id(names: dict[str, list[int]], name: str, column: str) -> int:
    ids = names.get(name.lower(), [])
    if not name:
        raise Invalid(f"Name a {column.lower()}.", column)
    if not ids:
        raise Invalid(f"There is no {column.lower()} {name[:80]}. Type the name as it stands here.", column)
    if len(ids) > 1:
        raise Invalid(f"{name[:80]} is the name of more than one {column.lower()}. Enter it by hand.", column)
    return ids[0]
