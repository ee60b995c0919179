"""Scopes whose approved work has come to the hours or the value at which their client is billed."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, or_, select

from psa_app.formats import words
from psa_app.models import Account, Sow
from psa_app.queries.invoices.open_work import OpenWork, open_work
from psa_app.rules.billing import plan_time_lines
from psa_app.rules.thresholds import Threshold, reached, threshold_of

KINDS = ("time", "expenses")


class Full(NamedTuple):
    """A scope that is billed now, and why; `cause` is the same until the work of now is billed."""

    cause: str
    account_id: int
    sow_id: int
    include: str
    until: date
    why: str


def over_threshold(session: Session, today: date) -> Iterator[Full]:
    """The scopes whose open work up to today has come to a threshold: the scope's own, else its client's.

    Work that waits for the client, that was moved to later or that has no rate does not count.
    """
    marks = (Sow.bill_at_minutes, Sow.bill_at_minor, Account.bill_at_minutes, Account.bill_at_minor)
    rows = session.exec(
        select(Sow, Account)
        .join(Account, col(Account.id) == col(Sow.account_id))
        .where(Sow.status == "signed", or_(*(col(one).is_not(None) for one in marks)))
        .order_by(col(Sow.id))
    ).all()
    for sow, account in rows:
        mark = _mark(sow, account)
        if mark is None:
            continue
        work = open_work(session, sow.account_id, today, sow.id, include=KINDS, held="without")
        minutes, value = _sums(work, sow.currency)
        if not reached(mark, minutes, value):
            continue
        cause = f"threshold {sow.id} {_first(work, sow.currency)}"
        why = _why(mark, minutes, value, sow)
        yield Full(cause, sow.account_id, int(sow.id or 0), ",".join(KINDS), today, why)


def _mark(sow: Sow, account: Account) -> Threshold | None:
    of_client = account.bill_at_minor if account.currency == sow.currency else None
    return threshold_of((sow.bill_at_minutes, sow.bill_at_minor), (account.bill_at_minutes, of_client))


def _sums(work: OpenWork, currency: str) -> tuple[int, int]:
    """Billed minutes and value, within caps and net of tax, in the scope's currency."""
    plan = plan_time_lines(work.time.get(currency, []), work.terms, "none")
    spent = sum(one.value for one in work.expenses if one.currency == currency)
    return sum(line.minutes for line in plan.lines), plan.amount + spent


def _first(work: OpenWork, currency: str) -> str:
    """The oldest record of the work: once it is billed, what comes after is another matter."""
    entries = [one.id for one in work.time.get(currency, [])]
    return f"time {min(entries)}" if entries else f"expense {min(one.id for one in work.expenses)}"


def _why(mark: Threshold, minutes: int, value: int, sow: Sow) -> str:
    if mark.minutes is not None and minutes >= mark.minutes:
        come, at = f"{words.hours(minutes)} h", f"{words.hours(mark.minutes)} h"
    else:
        come, at = words.money(value, sow.currency), words.money(mark.value or 0, sow.currency)
    return f"{sow.number}: {come} of approved work have come to the threshold of {at}."
