"""A list as a file: what the API's `/{kind}.csv` and the pages' Export buttons both send."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Busy, SlowDown
from psa_app.formats.csv_out import write_csv
from psa_app.formats.xlsx_out import write_xlsx
from psa_app.models.resource import Resource
from psa_app.queries.exports import ExportTable, export_table

MOST_AT_ONCE = 4
MOST_OF_ONE = 2  # a click that was made twice still brings the file
_guard = Lock()
_under_way: list[int] = []  # whose files are being made
SHEETS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def record_sheet(
    session: Session,
    actor: Actor,
    resource: Resource,
    kind: str,
    *,
    search: str,
    filters: Mapping[str, str],
    sort: str,
    columns: Sequence[str] = (),
) -> bytes:
    """Every record of a list that the actor may see, as `csv` or `xlsx`; those `columns` first."""
    narrowed = {"search": search, "filters": filters, "sort": sort}
    table = export_table(session, actor, resource, columns=columns, **narrowed)
    return sheet(table, kind, resource.many)


def sheet(table: ExportTable, kind: str, title: str) -> bytes:
    """A table as the bytes of a file; `kind` is a key of `SHEETS`."""
    if kind == "csv":
        return write_csv(table.headers, table.rows)
    return write_xlsx(table.headers, table.rows, title)


@contextmanager
def making(actor: Actor) -> Iterator[None]:
    """Around the making of a file: a long list takes a while, and the others need the machine too.

    Raises `SlowDown` while two files of the same user are being made, `Busy` while four are in all.
    """
    who = actor.user_id or 0
    with _guard:
        if _under_way.count(who) >= MOST_OF_ONE:
            raise SlowDown("Your files are still being made. Please wait for them, then try again.", 5)
        if len(_under_way) >= MOST_AT_ONCE:
            raise Busy("Several files are being made just now. Please try again in a moment.")
        _under_way.append(who)
    try:
        yield
    finally:
        with _guard:
            _under_way.remove(who)
