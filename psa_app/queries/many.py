"""What checks ask again and again while many rows come in: asked once, and rows to come count as there.

A check asks `twin`, `held` or `once` and knows nothing of this. By itself each is a query; within
`many_rows` the answers are kept, and rows that were taken but not written yet are found as well.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from sqlalchemy import func
from sqlmodel import Session, SQLModel, col, select

from psa_app.queries.record_links import title_of

T = TypeVar("T")
Model = type[SQLModel]
_KEY = "many rows"


@dataclass(frozen=True, slots=True)
class Twin:
    """Another row with the same values: its id and what it is called."""

    id: int
    title: str


@dataclass(slots=True)
class _Index:
    """Rows by the folded values of some columns."""

    names: tuple[str, ...]
    fold: frozenset[str]
    title: str
    rows: dict[tuple[Any, ...], dict[int, str]] = field(default_factory=dict)

    def key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            _folded(values.get(name)) if name in self.fold else values.get(name) for name in self.names
        )

    def add(self, row_id: int, values: Mapping[str, Any]) -> None:
        self.rows.setdefault(self.key(values), {})[row_id] = str(values.get(self.title) or "")

    def take_out(self, row_id: int, values: Mapping[str, Any]) -> None:
        self.rows.get(self.key(values), {}).pop(row_id, None)


@dataclass(slots=True)
class Book:
    """What is kept while many rows come in."""

    indexes: dict[Model, dict[tuple[Any, ...], _Index]] = field(default_factory=dict)
    rows: dict[tuple[Model, int], Any] = field(default_factory=dict)
    known: dict[Model, set[int]] = field(default_factory=dict)
    answers: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def tables(self) -> set[str]:
        """The tables that were asked."""
        return {str(model.__table__.name) for model in (*self.indexes, *self.known)}  # type: ignore[attr-defined]

    def know(self, model: Model, ids: Iterable[int]) -> None:
        """These rows are within the actor's scope."""
        self.known.setdefault(model, set()).update(ids)

    def add(self, model: Model, row_id: int, row: Any) -> None:
        """A row that will be there."""
        self.rows[model, row_id] = row
        self.know(model, [row_id])
        self._count(model, row_id, {}, row)

    def change(self, model: Model, row_id: int, before: Any, after: Any) -> None:
        """A row that will be as `after`."""
        self.rows[model, row_id] = after
        self._count(model, row_id, before, after)

    def _count(self, model: Model, row_id: int, before: Any, after: Any) -> None:
        for index in self.indexes.get(model, {}).values():
            if before:
                index.take_out(row_id, _values(before, index))
            index.add(row_id, _values(after, index))


@contextmanager
def many_rows(session: Session) -> Iterator[Book]:
    """While rows come in by the thousand; nothing is written on the way by itself."""
    book = Book()
    session.info[_KEY] = book
    try:
        with session.no_autoflush:
            yield book
    finally:
        del session.info[_KEY]


def book_of(session: Session) -> Book | None:
    """What is kept now, or None."""
    return cast("Book | None", session.info.get(_KEY))


def is_known(session: Session, model: Model, row_id: Any) -> bool:
    """Whether a row was found within the actor's scope before; outside `many_rows` nothing is known."""
    book = book_of(session)
    return book is not None and row_id in book.known.get(model, ())


def once(session: Session, key: Hashable, make: Callable[[], T]) -> T:
    """The answer of `make`; within `many_rows` asked once for each key."""
    book = book_of(session)
    if book is None:
        return make()
    if key not in book.answers:
        book.answers[key] = make()
    return cast("T", book.answers[key])


def held(session: Session, model: Model, row_id: int) -> Any:
    """A row, locked and as it stands now; or as it will be, when it came in just now. None without one."""
    book = book_of(session)
    if book is not None and (model, row_id) in book.rows:
        return book.rows[model, row_id]
    identity: Any = col(model.id)  # type: ignore[attr-defined]
    statement = select(model).where(identity == row_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).first()


def twin(session: Session, model: Model, record: Any, /, *, fold: str = "", **same: Any) -> Twin | None:
    """Another row than `record` (None: any) with these values; case does not count in the column `fold`."""
    book = book_of(session)
    own_id = record.id if record is not None else None
    if book is None:
        return _asked(session, model, own_id, fold, same)
    index = _index(session, book, model, tuple(sorted(same)), fold)
    rows = index.rows.get(index.key(same), {})
    return next((Twin(row_id, title) for row_id, title in rows.items() if row_id != own_id), None)


def _asked(
    session: Session, model: Any, own_id: int | None, fold: str, same: Mapping[str, Any]
) -> Twin | None:
    where = [
        func.lower(getattr(model, name)) == str(value).lower()
        if name == fold
        else getattr(model, name) == value
        for name, value in same.items()
    ]
    if own_id is not None:
        where.append(model.id != own_id)
    found = session.exec(select(model.id, getattr(model, title_of(model))).where(*where)).first()
    return Twin(int(found[0]), str(found[1])) if found is not None else None


def _index(session: Session, book: Book, model: Any, names: tuple[str, ...], fold: str) -> _Index:
    indexes = book.indexes.setdefault(model, {})
    if (names, fold) not in indexes:
        title = title_of(model)
        index = indexes[names, fold] = _Index(names, frozenset({fold} if fold else ()), title)
        columns = [model.id, getattr(model, title), *(getattr(model, name) for name in names)]
        for row_id, shown, *values in session.exec(select(*columns)).all():
            index.add(int(row_id), {title: shown} | dict(zip(names, values, strict=True)))
        for (of, row_id), row in book.rows.items():
            if of is model:
                index.add(row_id, _values(row, index))
    return indexes[names, fold]


def _values(row: Any, index: _Index) -> dict[str, Any]:
    return {name: getattr(row, name, None) for name in (index.title, *index.names)}


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value
