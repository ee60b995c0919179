"""`psa export-ledger`: a period of the books as a file for accounting."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from psa_app.cli import command, say

Format = Literal["hledger", "beancount", "quickbooks", "xero"]


@command("export-ledger", "psa export-ledger --from 2026-10-01 --to 2026-10-31 --format beancount")
def export_ledger(
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day.")],
    format: Annotated[Format, typer.Option(help="For which program.")] = "hledger",  # noqa: A002
    output: Annotated[Path | None, typer.Option(help="A file; without it one in this folder.")] = None,
    close: Annotated[bool, typer.Option("--close", help="Close the books up to the last day.")] = False,
) -> None:
    """Write the general ledger of a period in double entry; the same period gives the same file twice."""
    from psa_app.access import system
    from psa_app.db import unit_of_work
    from psa_app.services.books import export
    from psa_app.services.books.lock import close_books

    actor = system("Command line", "cli")
    with unit_of_work() as session:
        made = export.export_ledger(session, actor, first_on=_day(first), last_on=_day(last), format=format)
        export_id, entries = int(made.id or 0), made.lines
    name, content = export.read_export(actor, export_id)
    target = output or Path(name)
    target.write_bytes(content)
    if close:
        with unit_of_work() as session:
            close_books(session, actor, through=_day(last))
    say(f"{entries} entries are in {target}.")


def _day(at: datetime) -> date:
    return at.date()
