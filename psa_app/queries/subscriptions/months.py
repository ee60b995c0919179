"""Monthly recurring revenue by month: what moved it, and the lines behind each month."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sqlmodel import Session, col, select

from psa_app.access import Actor, require
from psa_app.models import Account
from psa_app.queries.subscriptions.one import Recurring, recurring_on, today_of
from psa_app.rules.mrr import Bridge, Move, bridge, month_ends, move

RIGHT = "reports.firm"
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class MrrLine:
    """A retainer or subscription in a month: what it came to at the end of the month before, and at its own.

    `move` is what its client did, all lines of theirs in this currency together.
    """

    line_id: int
    title: str
    account_id: int
    account: str
    before: int
    after: int
    move: Move


@dataclass(frozen=True, slots=True)
class MrrMonth:
    """A month up to `ends_on` in one currency."""

    ends_on: date
    currency: str
    bridge: Bridge
    lines: tuple[MrrLine, ...]


def mrr_months(session: Session, actor: Actor, months: int) -> list[MrrMonth]:
    """The last months up to today for each currency that has any, the oldest first.

    Needs the rights "reports.firm" and "invoices.read".
    """
    require(actor, RIGHT)
    ends = month_ends(today_of(session), min(months, MOST_MONTHS))
    found = recurring_on(session, actor, ends)
    names = _names(session, {one.account_id for rows in found.values() for one in rows})
    currencies = sorted({one.currency for rows in found.values() for one in rows})
    return [
        _month(day, code, found[before], found[day], names)
        for code in currencies
        for before, day in pairwise(ends)
    ]


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    rows = session.exec(select(Account.id, Account.name).where(col(Account.id).in_(sorted(ids))))
    return {int(account_id or 0): name for account_id, name in rows}


def _month(
    day: date, code: str, before: list[Recurring], after: list[Recurring], names: dict[int, str]
) -> MrrMonth:
    was = {one.line_id: one for one in before if one.currency == code}
    now = {one.line_id: one for one in after if one.currency == code}
    by_client = [_by_client(one) for one in (was, now)]
    lines = []
    for line_id in sorted({*was, *now}):
        one = now.get(line_id) or was[line_id]
        client = one.account_id
        moved = move(by_client[0].get(client, 0), by_client[1].get(client, 0))
        before_it, after_it = (of[line_id].amount if line_id in of else 0 for of in (was, now))
        name = names.get(client, "–")
        lines.append(MrrLine(line_id, one.title, client, name, before_it, after_it, moved))
    lines.sort(key=lambda one: (-abs(one.after - one.before), one.account, one.line_id))
    return MrrMonth(day, code, bridge(*by_client), tuple(lines))


def _by_client(lines: dict[int, Recurring]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for one in lines.values():
        found[one.account_id] += one.amount
    return found
