"""From the cells of a row to what a form would send: text by field, links as ids."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.formats import columns_in
from psa_app.formats.columns_in import ColumnForm
from psa_app.formats.csv_files import Table
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.many import Book
from psa_app.queries.values import base_currency
from psa_app.rules.import_columns import FIRST, ID, folded
from psa_app.services.imports.links import ABOVE, Links
from psa_app.services.imports.values import Choices, Question, Row

_EARLY = ("currency", "link")  # an amount needs its currency, a contact's name its client
_PLAIN: Mapping[str, Callable[[str], str]] = {
    "currency": columns_in.currency_text,
    "country": columns_in.country_text,
    "bool": columns_in.bool_text,
}


class Reader:
    """Reads rows of one table as it is mapped."""

    def __init__(
        self, session: Session, actor: Actor, book: Book, resource: Resource, table: Table, choices: Choices
    ) -> None:
        self.questions: list[Question] = []
        self.places: dict[str, list[int]] = {}
        self._session, self._table, self._resource = session, table, resource
        for place, name in sorted(choices.columns.items()):
            self.places.setdefault(name, []).append(place)
        for places in self.places.values():
            places.sort(key=lambda place: folded(table.headers[place]) not in FIRST)
        named = [field for field in resource.fields if field.name in self.places]
        self._fields = sorted(named, key=lambda field: (field.kind not in _EARLY, field.name not in ABOVE))
        self._forms = {field.name: self._form(field, choices) for field in self._fields}
        self._links = {
            field.name: Links(session, actor, book, field) for field in self._fields if field.links_to
        }
        self._base = base_currency(session)
        self._known: dict[tuple[str, str], str] = {}

    def _form(self, field: FieldSpec, choices: Choices) -> ColumnForm:
        place = self.places[field.name][0]
        cells = (row[place] for row in self._table.rows)
        found, is_open = columns_in.form_of(field.kind, cells)
        mark, order = choices.marks.get(place, found.mark), choices.orders.get(place, found.order)
        if is_open is not None and not (mark or order):
            self.questions.append(Question(place, self._table.headers[place], is_open))
        return ColumnForm(mark, order)

    def read(self, place: int) -> Row:
        """A row: its values as a form would send them, and what is wrong with its cells."""
        cells = self._table.rows[place]
        row = Row(place, self._table.lines[place], {}, {})
        if len(cells) > len(self._table.headers):
            row.problems[""] = (
                "There are more cells than headers. Put quotes around the one with the delimiter."
            )
        if ID in self.places:
            row.raw[ID] = cells[self.places[ID][0]]
        for field in self._fields:
            cell = " ".join(cells[one] for one in self.places[field.name] if cells[one])
            if cell:
                try:
                    self._take(row, field, cell)
                except Invalid as error:
                    row.problems[field.name] = error.sentence
        return row

    def _take(self, row: Row, field: FieldSpec, cell: str) -> None:
        if field.links_to is not None:
            by_id = folded(self._table.headers[self.places[field.name][0]]).endswith(" id")
            links = self._links[field.name]
            found = links.find(cell, row.raw, by_id=by_id)
            if found is not None:
                row.raw[field.name] = found
            elif field.links_to is self._resource.model and not by_id:
                row.raw[field.name] = cell  # perhaps a row of this very file
            else:
                raise links.missing(cell)
        elif field.kind == "money":
            self._take_money(row, field, cell)
        else:
            row.raw[field.name] = self._text(field, cell)

    def _text(self, field: FieldSpec, cell: str) -> str:
        """The same cell in the same column is read once."""
        if field.kind in ("text", "email", "multiline", "zone"):
            return cell
        about = (field.name, cell)
        if about not in self._known:
            self._known[about] = self._converted(field, cell)
        return self._known[about]

    def _converted(self, field: FieldSpec, cell: str) -> str:
        form = self._forms[field.name]
        if field.kind in _PLAIN:
            return _PLAIN[field.kind](cell)
        if field.kind == "choice":
            return columns_in.choice_value(cell, field.choices)
        if field.kind == "date":
            return columns_in.date_text(cell, form.order)
        if field.kind in columns_in.NUMBERS:
            number, beside = columns_in.number_text(cell, form.mark)
            if beside not in ("", "%"):
                raise Invalid(f"“{cell[:40]}” is no number. Write only the number.")
            return number
        if field.kind in ("hours", "minutes"):
            header = self._table.headers[self.places[field.name][0]]
            return f"{cell}m" if "(minutes)" in header and cell.isdecimal() else cell
        return cell

    def _take_money(self, row: Row, field: FieldSpec, cell: str) -> None:
        number, beside = columns_in.number_text(cell, self._forms[field.name].mark)
        code = columns_in.currency_text(beside)
        row.raw[field.name] = number
        if not code:
            return
        said = row.raw.get(field.money_in, "") if field.money_in else self._base
        if said and said != code:
            raise Invalid(f"This amount is in {code}, and must be in {said} like its row.")
        if field.money_in:
            row.raw[field.money_in] = code

    def missing(self, cell: str, name: str) -> str:
        """What to do about the name in a link that neither stands here nor in this file."""
        return self._links[name].missing(cell).sentence


def self_links(resource: Resource) -> list[str]:
    """The fields that lead to another record of the same kind."""
    return [field.name for field in resource.fields if field.links_to is resource.model]


def title_in(resource: Resource, row: Row, record: Any) -> str:
    """What a row is called."""
    given = row.values.get(resource.title) or row.raw.get(resource.title)
    return str(given or (getattr(record, resource.title, "") if record is not None else ""))[:120]
