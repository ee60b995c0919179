"""What runs by the clock: often, and once a night (or as soon as the machine is on again)."""

import logging
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from huey import SqliteHuey, crontab

from psa_app import clock, db
from psa_app.config import settings
from psa_app.errors import PsaError
from psa_app.models import JobRun
from psa_app.services.ops.runs import FAILED, begin_run, end_run, last_run

log = logging.getLogger("psa_app.jobs")
QUIET_HOUR = 3  # for what runs at night when backups are off
TRY_AGAIN = timedelta(hours=1)
LONGEST = 3600  # seconds that a nightly program may take


def make_queue(folder: Path) -> SqliteHuey:
    """Huey with the timetable. Its file holds only what is due this minute and may be deleted."""
    folder.mkdir(parents=True, exist_ok=True)
    queue = SqliteHuey("psa", filename=str(folder / "huey.db"), results=False, fsync=False)
    for name, minutes, work in TIMETABLE:
        queue.periodic_task(crontab(minute=minutes), name=name)(named(name, work))
    return queue


def named(name: str, work: Callable[[], str]) -> Callable[[], None]:
    """The work, with its beginning, end and outcome written down."""

    def run() -> None:
        _run(name, work)

    return run


def nightly() -> str:
    """Runs the first job that is due since the last quiet hour (backup, clearing out, checks); its name.

    One at a time, so that the program can end between two of them.
    """
    for name, work in NIGHTLY:
        with db.reading() as session:
            last = last_run(session, name)
        if is_due(last, clock.now(), _hour()) and (name != "backup" or settings().backup_hour is not None):
            _run(name, work)
            return name
    return ""


def is_due(last: JobRun | None, now: datetime, hour: int) -> bool:
    """True when a nightly job has not run since the last time that the clock showed `hour` (UTC).

    One that failed, or never ended, is tried again an hour after it began.
    """
    slot = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if slot > now:
        slot -= timedelta(days=1)
    if last is None or last.started_at < slot:
        return True
    failed = last.finished_at is None or last.outcome.startswith(FAILED)
    return failed and now - last.started_at >= TRY_AGAIN


def sweep() -> str:
    """Asks the payment service after payments that nobody has heard of."""
    from psa_app.services.payments.methods import sweep_methods
    from psa_app.services.payments.sweep import sweep_payments
    from psa_app.services.subscriptions.managed_sync import sweep_managed

    sweep_methods()
    sweep_managed()
    return f"{sweep_payments()} payments looked at"


def collect() -> str:
    """Collects what is due from the cards and accounts that clients have saved."""
    from psa_app.services.payments.charge import charge_due

    return f"{charge_due()} collections begun"


def warn_expiry() -> str:
    """Tells clients of saved cards that expire soon."""
    from psa_app.services.payments.charge_mails import warn_of_expiry

    with db.unit_of_work() as session:
        return f"{warn_of_expiry(session)} clients told"


def reconcile() -> str:
    """Fetches what never arrived from the payment service, and compares its book with ours."""
    from psa_app.services.payments.ledger import read_ledger
    from psa_app.services.payments.reconcile import reconcile as compare
    from psa_app.services.payments.sweep import reconcile_events

    return f"{reconcile_events()} messages fetched, {compare()}, {read_ledger()}"


def seal() -> str:
    """Chains what history has been written since the last time."""
    from psa_app.services.ops.seal import seal_history

    sealed = 0
    while True:
        with db.unit_of_work() as session:
            count = seal_history(session)
        sealed += count
        if not count:
            return f"{sealed} rows sealed"


def clear_out() -> str:
    """Deletes what no longer counts: ended sessions, old links, counted attempts, remembered answers."""
    from psa_app.services.ops.clear_out import clear

    with db.unit_of_work() as session:
        return clear(session)


def expire() -> str:
    """Marks the quotes whose last day has passed."""
    from psa_app.access import system
    from psa_app.services.quotes.send import expire_quotes

    with db.unit_of_work() as session:
        return f"{expire_quotes(session, system())} quotes expired"


def propose() -> str:
    """Drafts change orders for hours beyond a cap or out of scope that no approval has told of."""
    from psa_app.access import system
    from psa_app.queries.contracts.extra_hours import scopes_to_look_at
    from psa_app.services.contracts.propose import propose_change_orders

    with db.reading() as session:
        scopes = scopes_to_look_at(session)
    done = 0
    for sow_id in scopes:
        with db.unit_of_work() as session:
            done += len(propose_change_orders(session, system(), [sow_id]))
    return f"{done} change orders drafted or brought up to date"


def ask_clients() -> str:
    """Asks clients for approved time that waits for their own approval."""
    from psa_app.services.time.client_ask import ask_all

    with db.unit_of_work() as session:
        return f"{ask_all(session)} requests made"


def hear_silence() -> str:
    """Approves time that clients have left unanswered for as long as their scope says."""
    from psa_app.services.time.client_answer import approve_by_silence, note_accepted

    with db.unit_of_work() as session:
        note_accepted(session)
    with db.unit_of_work() as session:
        return f"{approve_by_silence(session)} entries approved by silence"


def remind() -> str:
    """Sends the reminders of open invoices that are due."""
    from psa_app.services.reminders.send import send_due

    return f"{send_due()} reminders sent"


def renew() -> str:
    """Drafts what follows the scopes that renew by themselves."""
    from psa_app.access import system
    from psa_app.services.contracts.renew import renew_due

    with db.unit_of_work() as session:
        return f"{renew_due(session, system())} scopes renewed"


def close_retainers() -> str:
    """Closes the periods of retainers that are over, and reckons the open ones anew."""
    from psa_app.access import system
    from psa_app.queries.retainers.lines import running
    from psa_app.services.retainers.close import close_due

    with db.reading() as session:
        lines = [one.id for one in running(session)]
    closed = 0
    for line_id in lines:
        with db.unit_of_work() as session:
            closed += close_due(session, system(), line_id)
    return f"{closed} periods of retainers closed"


def draft_due() -> str:
    """Begins the drafts that the firm wants made by themselves."""
    from psa_app.access import system
    from psa_app.services.invoices.itself import begin_due

    with db.unit_of_work() as session:
        return f"{begin_due(session, system())} drafts begun"


def apart(*command: str) -> Callable[[], str]:
    """Work for a process of its own, because it keeps a core busy: `psa` with these words."""

    def run() -> str:
        done = subprocess.run(  # noqa: S603 - our own program with fixed words
            [sys.executable, "-m", "psa_app.cli", *command],
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
        said = (done.stdout if done.returncode == 0 else done.stderr or done.stdout).strip()
        last_line = said.splitlines()[-1] if said else ""
        return last_line if done.returncode == 0 else FAILED + (last_line or f"code {done.returncode}")

    return run


NIGHTLY: tuple[tuple[str, Callable[[], str]], ...] = (
    ("backup", apart("backup")),
    ("clear out", clear_out),
    ("payment service", reconcile),
    ("expiring cards", warn_expiry),
    ("quotes", expire),
    ("change orders", propose),
    ("renewals", renew),
    ("retainers", close_retainers),
    ("time to clients", ask_clients),
    ("checks", apart("verify")),
)
TIMETABLE: tuple[tuple[str, str, Callable[[], str]], ...] = (
    ("sweep", "*", sweep),
    ("collect", "*/10", collect),
    ("seal", "*", seal),
    ("nightly", "*/5", nightly),
    ("silence", "*/15", hear_silence),
    ("reminders", "*/15", remind),
    ("drafts", "*/15", draft_due),
)


def _run(name: str, work: Callable[[], str]) -> None:
    try:
        with db.unit_of_work() as session:
            begin_run(session, name)
        outcome = _outcome(name, work)
        with db.unit_of_work() as session:
            end_run(session, name, outcome)
    except PsaError as error:
        log.warning("%s waits: %s", name, error.sentence)


def _outcome(name: str, work: Callable[[], str]) -> str:
    try:
        return work()
    except PsaError as error:
        return FAILED + error.sentence
    except Exception as error:
        log.exception("%s failed", name)
        return f"{FAILED}{type(error).__name__}: {error}"


def _hour() -> int:
    hour = settings().backup_hour
    return QUIET_HOUR if hour is None else hour
