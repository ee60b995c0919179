"""Rows of a file that are one record together, such as the lines of a scope."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.errors import Conflict, Invalid, Problems, PsaError
from psa_app.models import Account
from psa_app.models.resource import Incoming, Resource
from psa_app.rules.import_columns import ID
from psa_app.services.imports.links import folded
from psa_app.services.imports.values import Row


def gathered(resource: Resource, rows: Sequence[Row]) -> list[list[Row]]:
    """The rows by record, in the file's order; each row by itself where rows are not gathered."""
    way = resource.incoming
    if way is None or not way.gathered_by:
        return [[row] for row in rows]
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(_about(way, row), []).append(row)
    return list(found.values())


def _about(way: Incoming, row: Row) -> tuple[Any, ...]:
    if row.raw.get(ID):
        return (ID, str(row.raw[ID]))
    given = [row.raw.get(name) for name in way.gathered_by]
    if None in given:
        return (row.place,)
    return tuple(folded(one) if isinstance(one, str) else one for one in given)


def heads_of(resource: Resource) -> list[str]:
    """The fields that count for all rows of a record: the record's own columns."""
    return [field.name for field in resource.fields if field.name in resource.model.model_fields]


def fill_down(resource: Resource, rows: Sequence[Row], heads: Sequence[str]) -> None:
    """What stands once above the rows of a record counts for all; a row that says otherwise is refused."""
    for group in gathered(resource, rows):
        for name in heads:
            first = next((row for row in group if name in row.raw), None)
            for row in group:
                if first is None or name in row.problems:
                    continue
                if row.raw.setdefault(name, first.raw[name]) != first.raw[name]:
                    row.problems[name] = (
                        f"Line {first.line} says it otherwise. Write the same, or leave the cell empty."
                    )


def with_currency(session: Session, rows: Sequence[Row]) -> None:
    """Amounts without a currency are in the record's, else in the client's."""
    accounts = {row.raw["account_id"] for row in rows if isinstance(row.raw.get("account_id"), int)}
    found = session.exec(select(Account.id, Account.currency).where(col(Account.id).in_(accounts))).all()
    currencies = dict(found)
    for row in rows:
        kept = getattr(row.record, "currency", None) or currencies.get(row.raw.get("account_id"))
        if kept:
            row.raw.setdefault("currency", kept)


def check_together(session: Session, actor: Actor, resource: Resource, rows: Sequence[Row]) -> None:
    """The outcome of rows that are one record: its first row tells it; one refused row refuses all."""
    for group in gathered(resource, rows):
        way = resource.incoming
        if way is not None and way.together is not None and not any(row.problems for row in group):
            _check(session, actor, way, group)
        wrong = next((row for row in group if row.problems), None)
        for row in group:
            row.outcome = "part" if row is not group[0] else "new" if row.record is None else "same"
            if wrong is not None:
                row.outcome = "refused"
            if wrong is not None and not row.problems:
                row.problems[""] = f"Line {wrong.line} belongs to it and is refused: mend that first."


def _check(session: Session, actor: Actor, way: Incoming, group: Sequence[Row]) -> None:
    try:
        way.together(session, actor, group[0].record, [row.values for row in group])  # type: ignore[misc]
    except Problems as error:
        for name, sentence in error.fields.items():
            place, _, field = name.partition(".")
            known = place.isdecimal() and int(place) < len(group)
            (group[int(place)] if known else group[0]).problems.setdefault(field if known else name, sentence)
    except (Invalid, Conflict) as error:
        group[0].problems.setdefault(error.field, error.sentence)
    except PsaError as error:
        group[0].problems.setdefault("", error.sentence)
