"""The rows of reports as tables for CSV and XLSX files, over as many months as their page shows."""

from collections.abc import Callable, Mapping

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import Firm
from psa_app.queries.exports import ExportTable
from psa_app.queries.leakage import leakage
from psa_app.queries.subscriptions.months import mrr_months
from psa_app.rules.leakage import CAUSES
from psa_app.rules.money import plain
from psa_app.rules.weeks import month_of

MOST_MONTHS = 36
_LEAKAGE = (
    *("Day", "Client", "Project", "Work", "Person", "Cause", "Reason", "Seconds", "Value", "Currency"),
    "Invoice",
)
_MRR = (
    *("Month", "Currency", "Client", "Line", "At the start", "At the end", "Change", "Client’s move"),
    "Line id",
)


def last_months(session: Session, months: int) -> tuple[int, int]:
    """The first and the last of so many months up to today's (yyyymm)."""
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    first = today.year * 12 + today.month - months
    return first // 12 * 100 + first % 12 + 1, month_of(today)


def leakage_sheet(session: Session, actor: Actor, months: int) -> ExportTable:
    """All that is not paid for, a row each, by day."""
    first, last = last_months(session, months)
    rows = [
        (
            *(one.day, one.account, one.project, one.work, one.person, CAUSES[one.cause], one.reason),
            *(one.seconds, plain(one.amount, one.currency), one.currency, one.invoice),
        )
        for one in leakage(session, actor, from_month=first, to_month=last)
    ]
    return ExportTable(_LEAKAGE, rows)


def mrr_sheet(session: Session, actor: Actor, months: int) -> ExportTable:
    """Each line of each month with what it came to at the month's start and end."""
    rows = [
        (
            *(str(one.ends_on)[:7], one.currency, line.account, line.title),
            *(plain(amount, one.currency) for amount in (line.before, line.after, line.after - line.before)),
            *(line.move.value, line.line_id),
        )
        for one in mrr_months(session, actor, months)
        for line in one.lines
    ]
    return ExportTable(_MRR, rows)


REPORTS: Mapping[str, Callable[[Session, Actor, int], ExportTable]] = {
    "leakage": leakage_sheet,
    "recurring": mrr_sheet,
}


def months_asked(text: str) -> int:
    """A number of months, 12 when none is said; raises `Invalid` ("months")."""
    if not text:
        return 12
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 1 <= int(text) <= MOST_MONTHS):
        raise Invalid(f"Say how many months, 1 to {MOST_MONTHS}.", "months")
    return int(text)
