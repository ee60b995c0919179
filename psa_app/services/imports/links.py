"""Whom a name in a cell means: the client of a contact, the stage of an opportunity, a person."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from psa_app.access import Actor, may, visible
from psa_app.errors import Invalid
from psa_app.formats.time_exports.values import shown
from psa_app.models import Project, SowLine, User
from psa_app.models.resource import FieldSpec
from psa_app.queries.many import Book
from psa_app.queries.record_links import title_of
from psa_app.queries.sales.rows import owners

ABOVE = ("account_id", "project_id")  # of two of the same name, the one of the row's client or project
_ALSO = ("email", "number", "legal_name", "code")  # a row is found by these as well, after its title


def _reached(session: Session, actor: Actor, model: Any) -> Any:
    """Sign-ins are for their owner to see, but who may be the owner of an opportunity is known to all."""
    if model is User and may(actor, "opportunities.read"):
        return col(User.id).in_([user_id for user_id, _ in owners(session, actor)])
    return visible(actor, model)


def folded(text: str) -> str:
    """A name for comparing: case and runs of blanks do not count."""
    return " ".join(text.split()).casefold()


def _projects_of_lines(session: Session, actor: Actor) -> dict[int, int]:
    """The project of each line of a scope."""
    found = session.exec(
        select(SowLine.id, Project.id)
        .join(Project, col(Project.sow_id) == col(SowLine.sow_id))
        .where(visible(actor, SowLine), visible(actor, Project))
    )
    return {int(line or 0): int(project or 0) for line, project in found}


class Links:
    """The rows that a link field may lead to, within the actor's scope, read once."""

    def __init__(self, session: Session, actor: Actor, book: Book, field: FieldSpec) -> None:
        self._field = field
        if field.links_to is None:
            raise LookupError(f"{field.name} is no link")
        model: type[SQLModel] = field.links_to
        self._model: Any = model
        self._titles: dict[str, list[int]] = defaultdict(list)
        self._others: dict[str, list[int]] = defaultdict(list)
        self._above: dict[str, dict[int, int]] = {name: {} for name in ABOVE}
        self._merged: dict[int, int] = {}
        self.ids: set[int] = set()
        self._read(session, actor)
        if model is SowLine:
            self._above["project_id"] = _projects_of_lines(session, actor)
        book.know(model, self.ids)

    def _read(self, session: Session, actor: Actor) -> None:
        model = self._model
        names = [title_of(model), *(name for name in _ALSO if name in model.model_fields)]
        facts = [name for name in (*ABOVE, "merged_into_id") if name in model.model_fields]
        columns = [getattr(model, name) for name in ["id", *names, *facts]]
        for found in session.exec(select(*columns).where(_reached(session, actor, model)).order_by(model.id)):
            row = dict(zip(["id", *names, *facts], found, strict=True))
            row_id = int(row["id"])
            self.ids.add(row_id)
            for name in names:
                word = folded(str(row[name] or ""))
                where = self._titles if name == names[0] else self._others
                if word and row_id not in where[word]:
                    where[word].append(row_id)
            for name in ABOVE:
                if row.get(name):
                    self._above[name][row_id] = row[name]
            if row.get("merged_into_id"):
                self._merged[row_id] = row["merged_into_id"]

    def find(self, cell: str, row: Mapping[str, Any], *, by_id: bool) -> int | None:
        """The id that a cell means, None when nothing is called so. Raises `Invalid` for several.

        `row` is what is known of the row so far: of several, its client's or project's is meant.
        """
        number = cell.removeprefix("#")
        if number.isdecimal() and number.isascii() and (by_id or cell.startswith("#")):
            found = int(number[:12])
            return self._kept(found) if found in self.ids else None
        if by_id:
            raise Invalid(f"{shown(cell)} is no id. Write a number, or map the column with the names.")
        ids = self._titles.get(folded(cell)) or self._others.get(folded(cell)) or []
        ids = list(dict.fromkeys(self._kept(one) for one in ids))
        for name, of in self._above.items():
            if len(ids) > 1 and row.get(name) is not None:
                ids = [one for one in ids if of.get(one) == row[name]] or ids
        if len(ids) > 1:
            raise Invalid(
                f"{shown(cell)} is the name of several. Write “#{ids[0]}” for the one with that id."
            )
        return ids[0] if ids else None

    def _kept(self, row_id: int) -> int:
        """The record that took a merged one's place."""
        seen: set[int] = set()
        while row_id in self._merged and row_id not in seen:
            seen.add(row_id)
            row_id = self._merged[row_id]
        return row_id

    def missing(self, cell: str) -> Invalid:
        """What to do about a name that nothing here has."""
        what = self._field.label.lower()
        return Invalid(
            f"There is no {what} {shown(cell)} here. Add it first, or write the name as it stands."
        )
