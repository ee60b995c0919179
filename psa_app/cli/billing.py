"""`psa bill`: drafts for every client with open work."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from psa_app.cli import command, say

if TYPE_CHECKING:
    from sqlmodel import Session

    from psa_app.queries.invoices.runs import RunPart, RunView

_MARKS = {
    "would": "would draft",
    "drafted": "drafted",
    "nothing": "nothing",
    "refused": "refused",
    "issued": "issued",
    "waiting": "waits",
}


@command("bill", "psa bill --until 2026-11-30 --dry-run")
def bill(
    until: Annotated[
        datetime | None,
        typer.Option(help="Bill work up to this day, such as 2026-11-30.", formats=["%Y-%m-%d"]),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be drafted.")] = False,
    client: Annotated[str, typer.Option(help="One client only: its name or number.")] = "",
    run: Annotated[int | None, typer.Option(help="Go on with a run that was left, by its number.")] = None,
) -> None:
    """Draft an invoice in each currency for every client with open work.

    Says for each client what is drafted and why something is missing. The same again drafts nothing
    twice. Nothing is issued: look the drafts over, then issue them on the page or through the API.
    """
    from psa_app.access import system
    from psa_app.db import reading, unit_of_work
    from psa_app.errors import Invalid
    from psa_app.queries.invoices.runs import one_run
    from psa_app.services.invoices.run_work import work_run
    from psa_app.services.invoices.runs import begin_run

    actor = system("Command line", "cli")
    if run is None:
        if until is None:
            raise Invalid("Say up to which day: psa bill --until 2026-11-30")
        with reading() as session:
            account_id = _client(session, client) if client else None
        with unit_of_work() as session:
            begun = begin_run(session, actor, until=until.date(), account_id=account_id, is_dry=dry_run)
            run = int(begun.id or 0)
    work_run(run)
    with reading() as session:
        found = one_run(session, actor, run)
    say(*_told(found))
    if found.state != "done":
        say(found.problem or f"It was stopped. Go on with: psa bill --run {found.id}", bad=True)
        raise typer.Exit(1)


def _client(session: "Session", name: str) -> int:
    from sqlmodel import select

    from psa_app.errors import NotFound
    from psa_app.models import Account

    if name.isdecimal():
        return int(name)
    found = session.exec(select(Account.id).where(Account.name == name)).first()
    if found is None:
        raise NotFound(f"There is no client called {name}. See: psa export accounts")
    return found


def _told(run: "RunView") -> list[str]:
    from psa_app.formats import words

    lines = [line for part in run.parts for line in _part(part)]
    states = ("would",) if run.is_dry else ("drafted", "issued")
    sums = " + ".join(words.money(amount, code) for code, amount in run.sums(*states).items()) or "0"
    what = {"draft": "drafts", "issue": "invoices"}[run.kind]
    would = "would be made" if run.is_dry else "made"
    counts = f"{run.count(*states)} {what} {would}, {sums} net"
    rest = [
        f"{run.count(state)} {word}" for state, word in (("nothing", "with nothing"), ("refused", "refused"))
    ]
    return [*lines, f"run {run.id}, up to {run.until}: {counts}, {', '.join(rest)}"]


def _part(part: "RunPart") -> list[str]:
    from psa_app.formats import words

    amount = words.money(part.net, part.currency) if part.net and part.currency else ""
    named = part.number or (f"draft {part.invoice_id}" if part.invoice_id else "")
    head = [part.client, _MARKS[part.state], named, amount]
    return [
        ": ".join([head[0], " ".join(filter(None, head[1:]))]),
        *(f"  {one.sentence}" for one in part.reasons),
    ]
