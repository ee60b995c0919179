"""`psa import` and `psa export`: records in and out as files."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from psa_app.cli import command, group, say

if TYPE_CHECKING:
    from sqlmodel import Session

    from psa_app.access import Actor
    from psa_app.formats.time_exports import Mapping, Reading
    from psa_app.models.resource import Resource
    from psa_app.services.time.imports import ImportPlan

incoming = group("import", "Bring records and time in from files.")
Format = Literal["csv", "xlsx", "json"]


@command("time", "psa import time report.csv --dry-run --person yuki@harbour.example", within=incoming)
def import_time(
    file: Annotated[Path, typer.Argument(help="A CSV file of another tool.", exists=True, dir_okay=False)],
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="Write it, or only tell what would be written.")
    ] = False,
    person: Annotated[
        str | None, typer.Option(help="Whose time it is, where the file does not say: e-mail or name.")
    ] = None,
    date_order: Annotated[
        Literal["iso", "dmy", "mdy"] | None, typer.Option(help="How days are written, if it is not clear.")
    ] = None,
    column: Annotated[
        list[str] | None, typer.Option("--map", help="A column for a field, such as --map task=Activity.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="Time zone of the file's clock times (the firm's).")
    ] = None,
    lead: Annotated[str | None, typer.Option(help="E-mail of who leads new projects.")] = None,
) -> None:
    """Bring in time that another tool exported: all of it, or nothing.

    Knows Clockify, Toggl, Harvest and Kimai; of any other file say the columns with --map.
    What an earlier import brought is left out.
    """
    from psa_app.access import system
    from psa_app.db import reading, unit_of_work
    from psa_app.services.time.imports import ImportChoices, apply_import, plan_import

    actor = system("Command line", "cli")
    with reading() as session:
        read, mapping = _read_time(session, file, person, date_order, column or [], zone)
        choices = ImportChoices(lead_id=_person_id(session, lead) if lead else None)
        plan = plan_import(session, actor, read, choices)
    say(*_planned(plan))
    if not plan.ready:
        raise typer.Exit(1)
    if not apply:
        say("Nothing was written. Write it with --apply.")
        return
    with unit_of_work() as session:
        done = apply_import(session, actor, read, choices, name=file.name, layout=mapping.layout)
    say(f"{done.added} entries written, {done.known} known before; {done.unpriced} have no rate yet.")


@command("export", "psa export invoices --format csv --to invoices.csv")
def export(
    kind: Annotated[str, typer.Argument(help="What: accounts, entries, invoices, …; “kinds” lists all.")],
    format: Annotated[Format, typer.Option("--format", help="csv, xlsx or json.")] = "csv",  # noqa: A002
    to: Annotated[Path | None, typer.Option(help="File to write (standard output).")] = None,
    client: Annotated[str, typer.Option(help="Only of “evidence”: this client's, of others the seals.")] = "",
) -> None:
    """Write all records of a kind as a file, amounts with their currency.

    “evidence” is the chain of signatures, acceptances and approvals; psa verify FILE checks it anywhere.
    """
    from psa_app.access import system
    from psa_app.db import reading
    from psa_app.errors import NotFound
    from psa_app.resources import RESOURCES

    if kind == "kinds":
        say(*(f"{name:<20}{one.many}" for name, one in sorted(RESOURCES.items())))
        return
    if kind not in (*RESOURCES, "evidence"):
        raise NotFound(f"There are no {kind}. See: psa export kinds")
    who = system("Command line", "cli")
    with reading() as session:
        if kind == "evidence":
            content = _evidence(session, who, client)
        else:
            content = _exported(session, who, RESOURCES[kind], format)
    if to is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        to.write_bytes(content)
        say(f"{to} written")


def _evidence(session: "Session", who: "Actor", client: str) -> bytes:
    from sqlmodel import select

    from psa_app.errors import NotFound
    from psa_app.models import Account
    from psa_app.queries.evidence import evidence_pack

    account_id = session.exec(select(Account.id).where(Account.name == client)).first() if client else None
    if client and account_id is None:
        raise NotFound(f"There is no client called {client}. See: psa export accounts")
    return evidence_pack(session, who, account_id).encode()


def _read_time(
    session: "Session", file: Path, person: str | None, order: Any, columns: list[str], zone: str | None
) -> "tuple[Reading, Mapping]":
    from dataclasses import replace

    from sqlmodel import select

    from psa_app.errors import Conflict, Invalid
    from psa_app.formats.csv_files import read_table
    from psa_app.formats.time_exports import read_entries, suggest_mapping
    from psa_app.models import Firm

    firm_zone = session.exec(select(Firm.time_zone)).first()
    if firm_zone is None:
        raise Conflict("There is no firm yet. Make it with: psa init")
    table = read_table(file.read_bytes())
    mapping = suggest_mapping(table, zone or firm_zone)
    chosen = dict(one.partition("=")[::2] for one in columns)
    mapping = replace(mapping, columns={**mapping.columns, **chosen}, date_order=order or mapping.date_order)
    read = read_entries(table, mapping, person)
    if not read.ready:
        questions = [f"{one.sentence} {_how(one.kind)}" for one in read.questions]
        raise Invalid("\n".join([*questions, *(str(one) for one in read.problems)]))
    return read, mapping


def _how(kind: str) -> str:
    if kind == "date_order":
        return "Say --date-order dmy or mdy."
    return "Say --person." if kind == "person" else f"Say --map {kind}=COLUMN."


def _person_id(session: "Session", email: str) -> int:
    from sqlmodel import select

    from psa_app.errors import NotFound
    from psa_app.models import Person

    found = session.exec(select(Person.id).where(Person.email == email.strip().lower())).first()
    if found is None:
        raise NotFound(f"Nobody here has the address {email}. See: psa export people")
    return found


def _planned(plan: "ImportPlan") -> list[str]:
    from psa_app.rules.hours import h_mm_seconds

    lines = [f"{plan.entries} entries, {h_mm_seconds(plan.seconds)} h ({plan.seconds} seconds)"]
    lines += [f"  {one.name}: {one.entries} entries, {one.seconds} seconds" for one in plan.projects]
    lines += [f"  {one.name} is {one.person or 'nobody here'}" for one in plan.people]
    for what, names in (
        ("client", plan.new_clients),
        ("project", plan.new_projects),
        ("task", plan.new_tasks),
    ):
        lines += [f"  new {what}: {name}" for name in names]
    lines += [f"  {plan.known} entries came with an earlier import"] if plan.known else []
    lines += [f"  {one}" for one in plan.warnings]
    lines += [str(one) for one in plan.problems]
    return lines


def _exported(session: "Session", actor: "Actor", resource: "Resource", wanted: Format) -> bytes:
    from psa_app.formats.csv_out import write_csv
    from psa_app.formats.xlsx_out import write_xlsx
    from psa_app.queries.exports import export_table

    if wanted == "json":
        return _as_json(session, actor, resource)
    table = export_table(session, actor, resource)
    if wanted == "csv":
        return write_csv(table.headers, table.rows)
    return write_xlsx(table.headers, table.rows, resource.many)


def _as_json(session: "Session", actor: "Actor", resource: "Resource") -> bytes:
    from psa_app.api.rest.wire import records_out
    from psa_app.queries.exports import pages

    records = [
        one
        for page in pages(session, actor, resource, {})
        for one in records_out(session, actor, resource, page.fields, page.records)
    ]
    return json.dumps(records, ensure_ascii=False, indent=1).encode() + b"\n"
