"""The modifiers that an import's rows name, each checked as if it were chosen by hand."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.queries import rates
from psa_app.rules.modifiers import ModifierRow, check_choice
from psa_app.services.time.imports.match import folded
from psa_app.services.time.imports.values import ProblemList, Row


def with_modifiers(session: Session, rows: Sequence[Row], problems: ProblemList) -> list[Row]:
    """The rows with the modifier that each names; of equal names the one that counts for the row.

    Adds a problem for each name that is none, or counts nowhere near the row.
    """
    if not any(row.entry.modifier for row in rows):
        return list(rows)
    named: dict[str, list[ModifierRow]] = defaultdict(list)
    for one in rates.modifiers(session).values():
        named[folded(one.name)].append(one)
    return [_with(row, named[folded(row.entry.modifier)], problems) for row in rows]


def _with(row: Row, named: Sequence[ModifierRow], problems: ProblemList) -> Row:
    name = row.entry.modifier.strip()
    if not name:
        return row
    task, project = row.task, row.task.project
    wrong = f"There is no modifier {name[:60]}. Make it among the rates, or leave the cell empty."
    for one in named:
        try:
            check_choice(
                one,
                account_id=project.account_id,
                sow_line_id=task.sow_line_id,
                day=row.entry.day,
                currency=task.contract_currency or project.currency,
            )
        except Invalid as error:
            wrong = error.sentence
            continue
        return row._replace(modifier=one)
    problems.add(row.entry.line, wrong, "modifier")
    return row
