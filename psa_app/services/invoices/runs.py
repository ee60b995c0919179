"""Billing runs: begun by a person, a command or the app, worked part by part, stopped and gone on with.

Each part is a transaction of its own that also ticks it off, so a run that dies anywhere goes on where it
was, and one that is begun again finds nothing to do twice.
"""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.db import insert_columns
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, BillingPart, BillingRun, Firm, Invoice
from psa_app.queries.invoices.billable import clients_to_bill
from psa_app.services import history
from psa_app.services.invoices.draft import check_until

KIND = "billing_run"
MOST = 200  # drafts that are issued in one go
OPEN = ("waiting", "running")


@act("billing_runs", "begin", right="invoices.draft")
def begin_run(
    session: Session, actor: Actor, *, until: date, account_id: int | None = None, is_dry: bool = False
) -> BillingRun:
    """Begins drafting for every client with open work, or for one; the worker does it.

    A dry run only writes down what would be drafted and what stays away. Raises `NotFound` for a client
    that is not there, `Conflict` when nobody has anything open.
    """
    check_until(until)
    if account_id is None:
        clients = clients_to_bill(session, until)
    else:
        clients = [int(fetch(session, actor, Account, account_id).id or 0)]
    if not clients:
        raise Conflict(f"Nothing is open up to {until.isoformat()}: there is nobody to bill.", "until")
    run = _new(actor, "draft", until)
    run.is_dry, run.account_id = is_dry, account_id
    return _begun(session, actor, run, clients, [None] * len(clients))


@act("billing_runs", "issue", right="invoices.issue")
def begin_issue(
    session: Session, actor: Actor, *, invoice_ids: tuple[int, ...], issued_on: date | None = None
) -> BillingRun:
    """Begins issuing up to 200 drafts, one after the other by id; the worker does it.

    Each is checked for itself; those that lack something are refused and named, the others go out.
    """
    chosen = sorted(set(invoice_ids))
    if not chosen:
        raise Invalid("Choose at least one draft.", "invoice_ids")
    if len(chosen) > MOST:
        raise Invalid(f"Choose at most {MOST} drafts at once.", "invoice_ids")
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    day = issued_on or today
    check_until(day)
    if day > today:
        sentence = "An invoice cannot be issued in the future. Choose today or an earlier day."
        raise Invalid(sentence, "issued_on")
    drafts = [fetch(session, actor, Invoice, invoice_id) for invoice_id in chosen]
    gone = [one.number for one in drafts if one.status != "draft"]
    if gone:
        raise Conflict(f"{', '.join(gone[:5])} is no draft any more. Choose again.", "invoice_ids")
    run = _new(actor, "issue", day)
    clients = [one.account_id for one in drafts]
    return _begun(session, actor, run, clients, [int(one.id or 0) for one in drafts])


@act("billing_runs", "stop", right="invoices.draft")
def stop_run(session: Session, actor: Actor, run_id: int) -> BillingRun:
    """Stops a run after the part that is under way; what is done stays.

    Raises `Conflict` when it has ended.
    """
    run = fetch(session, actor, BillingRun, run_id, lock=True)
    if run.state not in OPEN:
        raise Conflict("This run has ended already.")
    run.state = "stopped"
    history.note(session, actor, KIND, run_id, "stopped", {}, {})
    return run


@act("billing_runs", "go_on", right="invoices.draft")
def go_on_with(session: Session, actor: Actor, run_id: int) -> BillingRun:
    """Goes on with a run that was stopped or could not go on. Raises `Conflict` for any other."""
    run = fetch(session, actor, BillingRun, run_id, lock=True)
    if run.state not in ("stopped", "failed"):
        raise Conflict("Only a run that has stopped can be gone on with.")
    run.state, run.problem, run.tries, run.ended_at = "waiting", "", 0, None
    history.note(session, actor, KIND, run_id, "gone on with", {}, {})
    return run


def _new(actor: Actor, kind: str, until: date) -> BillingRun:
    sources = {"cli": "command", "job": "itself"}
    is_command = actor.via == "cli"  # it works through the run itself
    return BillingRun(
        kind=kind,
        state="running" if is_command else "waiting",
        sign_at=clock.now() if is_command else None,
        until=until,
        source=sources.get(actor.via, "hand"),
        by_user=actor.user_id,
        by_name=actor.name,
    )


def _begun(
    session: Session,
    actor: Actor,
    run: BillingRun,
    clients: Sequence[int],
    invoices: Sequence[int | None],
) -> BillingRun:
    session.add(run)
    session.flush()
    many = len(clients)
    table = BillingPart.__table__  # type: ignore[attr-defined]
    blank = BillingPart(run_id=int(run.id or 0), account_id=0)
    same = blank.model_dump(exclude={"id", "account_id", "invoice_id"})
    columns = {name: [value] * many for name, value in same.items()}
    insert_columns(session, table, {**columns, "account_id": clients, "invoice_id": invoices})
    after = {"kind": run.kind, "until": run.until, "parts": many, "is_dry": run.is_dry}
    history.note(session, actor, KIND, int(run.id or 0), "begun", {}, after)
    return run
