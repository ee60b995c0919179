"""`psa import records`: any kind of plain record from a CSV or Excel file."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from psa_app.cli import command, say
from psa_app.cli.records import incoming

if TYPE_CHECKING:
    from psa_app.formats.csv_files import Table
    from psa_app.models.resource import Resource
    from psa_app.services.imports import Choices, RecordPlan, RowPlan

SHOWN = 20


@command(
    "records", "psa import records accounts crm.csv --map name=Firma --refused mend.csv", within=incoming
)
def import_records(
    kind: Annotated[str, typer.Argument(help="What: accounts, contacts, …; “psa export kinds” lists all.")],
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX file.", exists=True, dir_okay=False)],
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="Write it, or only tell what would be written.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option("--map", help="A column for a field, such as --map name=Firma; --map name= for none."),
    ] = None,
    key: Annotated[
        str, typer.Option(help="By what records are found that are here: name, id, account_id+email, …")
    ] = "",
    date_order: Annotated[
        Literal["dmy", "mdy"] | None, typer.Option(help="How days are written, if it is not clear.")
    ] = None,
    decimal: Annotated[
        Literal["comma", "point"] | None, typer.Option(help="The decimal mark, if it is not clear.")
    ] = None,
    good: Annotated[
        bool, typer.Option("--good", help="With --apply: take the good rows although others are refused.")
    ] = False,
    refused: Annotated[
        Path | None, typer.Option(help="Write the refused rows with their reasons to this CSV file.")
    ] = None,
) -> None:
    """Bring in records of a kind: all rows, or nothing.

    Which column is which field is guessed from the headers; say otherwise with --map. Records that are
    here already are found by their key and changed where the file differs: the same file again changes
    nothing.
    """
    from psa_app.access import system
    from psa_app.db import reading
    from psa_app.formats.tables_in import check_file, read_any
    from psa_app.services.imports import import_at_once, plan_records

    resource = _resource(kind)
    check_file(file.name, file.stat().st_size)
    table = read_any(file.read_bytes())
    actor = system("Command line", "cli")
    with reading() as session:
        choices = _choices(session, actor, resource, table, column or [], key, date_order, decimal)
        plan = plan_records(session, actor, resource, table, choices)
    say(*_planned(resource, table, choices, plan))
    if refused is not None and plan.refused:
        _write_refused(refused, table, plan.refused)
    if not apply:
        say("Nothing was written. Write it with --apply.")
    if plan.refused and not (apply and good):
        raise typer.Exit(1)
    if not apply:
        return
    done = import_at_once(
        actor, resource, table, choices, only_good=good, name=file.name, tell=_progress(len(table.rows))
    )
    say(*_told(table, done))
    if refused is not None and done.late:
        _write_refused(refused, table, done.refused)


@command("run", "psa import run 12", within=incoming)
def run_waiting(run_id: Annotated[int, typer.Argument(help="The number of an import that waits.")]) -> None:
    """Check and write a large import that somebody began on its page; the worker does this by itself."""
    from psa_app.db import reading
    from psa_app.models import ImportRun
    from psa_app.services.imports.runs import run_import

    with reading() as session:
        run = session.get(ImportRun, run_id)
        kind = run.layout if run is not None else ""
    say(run_import(run_id, _resource(kind)))


@command("bulk", "psa bulk")
def do_bulk() -> None:
    """Carry out the acts on many records that somebody began on a page; the worker does this by itself."""
    from psa_app.api.rest.operations import load_acts
    from psa_app.jobs.bulk import work_bulks
    from psa_app.resources import RESOURCES

    load_acts()
    parts = work_bulks(RESOURCES)
    say(f"{parts} parts done" if parts else "Nothing waits.")


def _resource(kind: str) -> "Resource":
    from psa_app.errors import NotFound
    from psa_app.queries.import_keys import importable
    from psa_app.resources import RESOURCES

    resource = RESOURCES.get(kind)
    if resource is None or not importable(resource):
        kinds = ", ".join(name for name, one in sorted(RESOURCES.items()) if importable(one))
        raise NotFound(f"{kind} cannot be brought in from a file. What can: {kinds}")
    return resource


def _choices(
    session: Any,
    actor: Any,
    resource: "Resource",
    table: "Table",
    given: list[str],
    key: str,
    date_order: Any,
    decimal: Any,
) -> "Choices":
    from psa_app.errors import Invalid
    from psa_app.services.imports import Choices, guessed

    columns = guessed(session, actor, resource, table.headers)
    for one in given:
        name, sign, header = one.partition("=")
        if not sign or (header and header not in table.headers):
            raise Invalid(f"Say --map FIELD=COLUMN; the columns are {', '.join(table.headers)}.")
        columns = {place: field for place, field in columns.items() if field != name}
        if header:
            columns[table.headers.index(header)] = name
    marks = dict.fromkeys(columns, "," if decimal == "comma" else ".") if decimal else {}
    orders = dict.fromkeys(columns, date_order) if date_order else {}
    return Choices(columns, tuple(filter(None, key.split("+"))), marks, orders)  # type: ignore[arg-type]


def _planned(resource: "Resource", table: "Table", choices: "Choices", plan: "RecordPlan") -> list[str]:
    from psa_app.formats.refused_rows import why
    from psa_app.queries.import_keys import key_label

    words = {"order": "Say --date-order dmy or mdy.", "mark": "Say --decimal comma or point."}
    lines = [f"  {table.headers[place]} → {name}" for place, name in sorted(choices.columns.items())]
    unused = [header for place, header in enumerate(table.headers) if place not in choices.columns]
    lines += [f"  not used: {', '.join(unused)}"] if unused else []
    lines += [f"found by {key_label(resource, plan.key)}"] if plan.key else ["all rows count as new"]
    for one in plan.questions:
        lines.append(f"{one.header}: “{one.form.example}” can be read in two ways. {words[one.form.kind]}")
    lines += [f"There is no column for {', '.join(plan.missing)}."] if plan.missing else []
    counts = ", ".join(
        f"{plan.count(outcome)} {outcome}" for outcome in ("new", "changed", "same", "refused")
    )
    parts = plan.count("part")
    counts += f", {parts} with the row before" if parts else ""
    lines.append(f"{len(plan.rows)} rows: {counts}")
    lines += [f"  line {row.line}: {why(table, row)}" for row in plan.refused[:SHOWN]]
    more = len(plan.refused) - SHOWN
    return [*lines, f"  and {more} more; see them all with --refused FILE"] if more > 0 else lines


def _progress(rows: int) -> Callable[[int], None]:
    """Tells somebody who looks on how far it is; a log hears nothing."""

    def tell(through: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{through:,} of {rows:,} rows" + "\n" * (through >= rows))
            sys.stderr.flush()

    return tell


def _told(table: "Table", done: "RecordPlan") -> list[str]:
    """What was written, and what an act refused after the check."""
    from psa_app.formats.refused_rows import why

    left = f" Left out: {len(done.refused)} rows." if done.refused else ""
    said = [f"Written: {done.count('new')} new, {done.count('changed')} changed.{left}"]
    return said + [f"  line {row.line}: {why(table, row)}" for row in done.refused[:SHOWN] if done.late]


def _write_refused(file: Path, table: "Table", refused: "tuple[RowPlan, ...]") -> None:
    from psa_app.formats.refused_rows import refused_sheet

    file.write_bytes(refused_sheet(table, refused))
    say(f"{file} holds the refused rows and why")
