"""Rate cards as a list in a file: taken out, changed in a spreadsheet, and brought in whole or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, require, visible
from psa_app.errors import Invalid, PsaError
from psa_app.formats.csv_files import Limits, Table, read_table
from psa_app.models import Account, Person, Project, Role
from psa_app.queries import rates as query
from psa_app.queries.rate_matrix import rates_in_cell
from psa_app.rules import fields, money
from psa_app.rules.money import Money
from psa_app.services.rates import create_rate
from psa_app.services.rates_matrix import set_rate

HEADERS = ("Level", "Client", "Project", "Person", "Role", "Currency", "An hour", "From", "To")
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
class RowProblem:
    """What is wrong with a row: its line in the file, the column ("" = the row), and what to do."""

    line: int
    column: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RatesImported:
    """How many rows were (or would be) written, and how many stand so already; with problems nothing is."""

    written: int
    known: int
    problems: tuple[RowProblem, ...]


def import_rates(session: Session, actor: Actor, data: bytes, *, dry_run: bool = True) -> RatesImported:
    """Brings in a CSV file with the columns of `HEADERS` (Client, Project, Person and Role by name).

    A row without a last day counts from its first day on, as `set_rate` does; one with a last day must
    overlap no other. With any problem, or in a dry run, nothing is written. Raises `Invalid` (field
    "file") for a file that is no such list.
    """
    require(actor, "rates.change")
    table = read_table(data, LIMITS)
    _check_headers(table)
    names = {key: _names(session, actor, model) for key, (_, model) in _OWNERS.items()}
    with session.begin_nested() as whole:
        found = _take(session, actor, table, names)
        if dry_run or found.problems:
            whole.rollback()
            query.forget(session)
    return found


def _take(
    session: Session, actor: Actor, table: Table, names: dict[str, dict[str, list[int]]]
) -> RatesImported:
    written = known = 0
    problems: list[RowProblem] = []
    for line, cells in zip(table.lines, table.rows, strict=True):
        row = {name: cells[table.headers.index(name)].strip() for name in HEADERS}
        try:
            with session.begin_nested():
                is_new = _take_row(session, actor, row, names)
            written += is_new
            known += not is_new
        except PsaError as error:
            query.forget(session)
            problems.append(RowProblem(line, getattr(error, "field", ""), error.sentence))
    if problems:
        return RatesImported(0, known, tuple(problems))
    return RatesImported(written, known, ())


def _take_row(
    session: Session, actor: Actor, row: dict[str, str], names: dict[str, dict[str, list[int]]]
) -> bool:
    """False when the very same rate is there already."""
    level = row["Level"]
    if level not in _NEEDS:
        raise Invalid(f"Type one of {', '.join(_NEEDS)}.", "Level")
    keys = {key: _id(names[key], row[_OWNERS[key][0]], _OWNERS[key][0]) for key in _NEEDS[level]}
    currency = row["Currency"].upper()
    rate = Money(money.parse_amount(row["An hour"], currency, "An hour"), currency)
    first = fields.iso_date(row["From"], "From")
    last = fields.iso_date(row["To"], "To") if row["To"] else None
    if _is_there(session, actor, level, rate, first, last, keys):
        return False
    given: dict[str, Any] = {"level": level, "rate": rate, "valid_from": first, **keys}
    if last is None:
        set_rate(session, actor, **given)
    else:
        create_rate(session, actor, valid_to=last, **given)
    return True


def _is_there(
    session: Session, actor: Actor, level: str, rate: Money, first: date, last: date | None,
    keys: dict[str, int],
) -> bool:  # fmt: skip
    about = dict.fromkeys(_OWNERS, None) | keys
    rows = rates_in_cell(session, actor, level, rate.currency, **about)
    return any((row.amount, row.valid_from, row.valid_to) == (rate.amount, first, last) for row in rows)


def _check_headers(table: Table) -> None:
    missing = [name for name in HEADERS if name not in table.headers]
    if missing:
        raise Invalid(
            f"Add the columns {', '.join(missing)}. An exported rate card shows how they look.", "file"
        )


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
