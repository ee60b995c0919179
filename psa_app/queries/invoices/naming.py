"""The words of printed time lines, by how the work is grouped."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from psa_app.db import among_ids, as_ids
from psa_app.formats import words
from psa_app.prepared import Prepared
from psa_app.queries.invoices.tables import ENTRY, PERSON, PHASE, PROJECT, ROLE, SOW_LINE, TASK
from psa_app.queries.time.tables import MODIFIER
from psa_app.rules.billing import BillableEntry, DraftLine, Grouping

MAX_DETAIL = 200
_NAMED: dict[str, Any] = {"person": PERSON, "role": ROLE, "phase": PHASE}


class LineNames:
    """Reads the names behind some entries once; `text(line)` gives what is printed for a line."""

    def __init__(
        self, session: Session, entries: Sequence[BillableEntry], grouping: Grouping, locale: str
    ) -> None:
        self.grouping = grouping
        self.locale = locale
        self.task_of = {entry.id: entry.task_id for entry in entries}
        self.session = session
        self.tasks: dict[Any, tuple[str, str]] = {
            row.id: (row.task, row.project) for row in self._read(_TASKS, set(self.task_of.values()))
        }
        self.lines: dict[int, str] = {row.id: row.title for row in self._read(_TITLES, self.tasks)}
        self._named = self._names(entries)
        self._modifiers = self._modified(entries)

    def text(self, line: DraftLine) -> tuple[str, str]:
        """Description and detail of a line."""
        return self._title(line) + self._modifier(line), self._detail(line)

    def _modifier(self, line: DraftLine) -> str:
        """The modifier that all the line's time has, so that its other rate is explained."""
        names = {self._modifiers.get(share.entry_id, "") for share in line.shares}
        name = names.pop() if len(names) == 1 else ""
        return f" · {name}" if name else ""

    def _modified(self, entries: Sequence[BillableEntry]) -> dict[int, str]:
        """The modifier's name by entry, where one made the rate."""
        return {row.id: row.name for row in self._read(_MODIFIED, [entry.id for entry in entries])}

    def _read(self, statement: Prepared, ids: Iterable[int | None]) -> list[Any]:
        known = [one for one in ids if one is not None]
        return statement.all(self.session, {"ids": as_ids(self.session, known)})

    def _title(self, line: DraftLine) -> str:
        key: Any = line.key[0] if line.key else None
        task, project = self.tasks[self.task_of[line.shares[0].entry_id]]
        match self.grouping:
            case "person":
                return self._named[key]
            case "role":
                return self._named[key] if key else "Services"
            case "task":
                return task
            case "phase":
                return self._named[key] if key else "Other work"
            case "day":
                return words.day(key, self.locale)
        return self.lines.get(line.sow_line_id) or project

    def _detail(self, line: DraftLine) -> str:
        scope = self.lines.get(line.sow_line_id)
        if scope and self.grouping != "none":
            return scope[:MAX_DETAIL]
        projects = {self.tasks[self.task_of[share.entry_id]][1] for share in line.shares}
        return ", ".join(sorted(projects))[:MAX_DETAIL]

    def _names(self, entries: Sequence[BillableEntry]) -> dict[Any, str]:
        """The names of the people, roles or phases by which the lines are grouped."""
        if self.grouping not in _NAMED:
            return {}
        ids = {getattr(entry, f"{self.grouping}_id") for entry in entries}
        return {row.id: row.name for row in self._read(_named(self.grouping), ids)}


@cache
def _named(grouping: Grouping) -> Prepared:
    table = _NAMED[grouping]
    return Prepared(
        lambda sqlite: select(table.c.id, table.c.name).where(among_ids(table.c.id, "ids", sqlite=sqlite))
    )


def _tasks(sqlite: bool) -> Select[Any]:
    return (
        select(TASK.c.id, TASK.c.name.label("task"), PROJECT.c.name.label("project"))
        .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
        .where(among_ids(TASK.c.id, "ids", sqlite=sqlite))
    )


def _titles(sqlite: bool) -> Select[Any]:
    tasks = select(TASK.c.sow_line_id).where(among_ids(TASK.c.id, "ids", sqlite=sqlite))
    return select(SOW_LINE.c.id, SOW_LINE.c.title).where(SOW_LINE.c.id.in_(tasks))


def _modified(sqlite: bool) -> Select[Any]:
    return (
        select(ENTRY.c.id, MODIFIER.c.name)
        .join(MODIFIER, MODIFIER.c.id == ENTRY.c.modifier_id)
        .where(among_ids(ENTRY.c.id, "ids", sqlite=sqlite), ENTRY.c.base_rate_minor.is_not(None))
    )


_TASKS, _TITLES, _MODIFIED = Prepared(_tasks), Prepared(_titles), Prepared(_modified)
