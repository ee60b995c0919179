"""A list as a file: what the API's `/{kind}.csv` and the pages' Export buttons both send."""

from collections.abc import Mapping

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.formats.csv_out import write_csv
from psa_app.formats.xlsx_out import write_xlsx
from psa_app.models.resource import Resource
from psa_app.queries.exports import ExportTable, export_table

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
) -> bytes:
    """Every record of a list that the actor may see, as `csv` or `xlsx`."""
    table = export_table(session, actor, resource, search=search, filters=filters, sort=sort)
    return sheet(table, kind, resource.many)


def sheet(table: ExportTable, kind: str, title: str) -> bytes:
    """A table as the bytes of a file; `kind` is a key of `SHEETS`."""
    if kind == "csv":
        return write_csv(table.headers, table.rows)
    return write_xlsx(table.headers, table.rows, title)
