"""What the rate cards say for a scope: the client's rates and the firm's, and those that apply.

A line without rates of its own takes those of the ladder (`rules/rates.py`): the client's card before
the firm's, for each role by the day of the work.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.models import Account, Rate, Role
from psa_app.queries.rates import ladder
from psa_app.rules.rates import Level, Work

CLIENT, FIRM = "client", "firm"
_OF = {"account_role": CLIENT, "account": CLIENT, "firm_role": FIRM}


@dataclass(frozen=True, slots=True)
class CardRate:
    """What an hour of a role costs by a card, minor units; `role_id` None is everyone.

    `since` None: from the scope's first day on; `until` None: without end.
    """

    card: str  # client | firm
    role_id: int | None
    role: str
    amount: int
    since: date | None = None
    until: date | None = None


def card_rates(session: Session, account: Account, currency: str, starts_on: date) -> tuple[CardRate, ...]:
    """Both cards' rates that count on or after a day, by role and date."""
    of_client = (col(Rate.level).in_(("account_role", "account"))) & (col(Rate.account_id) == account.id)
    rows = session.exec(
        select(Rate, Role.name)
        .outerjoin(Role, col(Role.id) == col(Rate.role_id))
        .where(
            of_client | (col(Rate.level) == "firm_role"),
            Rate.currency == currency,
            col(Rate.valid_to).is_(None) | (col(Rate.valid_to) >= starts_on),
            col(Role.id).is_(None) | col(Role.is_active),
        )
        .order_by(col(Role.name), col(Rate.valid_from))
    ).all()
    return tuple(
        CardRate(
            _OF[rate.level],
            rate.role_id,
            name or "",
            rate.amount_minor,
            rate.valid_from if rate.valid_from > starts_on else None,
            rate.valid_to,
        )
        for rate, name in rows
    )


def applying(
    session: Session, account: Account, currency: str, starts_on: date, ends_on: date | None
) -> tuple[CardRate, ...]:
    """By role what the ladder gives a line without rates of its own, on each day of the scope.

    A role with two prices in turn is there twice. A role that no card prices is left out.
    """
    known = card_rates(session, account, currency, starts_on)
    turns = _turns(known, starts_on, ends_on)
    roles = session.exec(select(Role).where(col(Role.is_active)).order_by(Role.name)).all()
    found: list[CardRate] = []
    for role in roles:
        found += _of_role(session, account, currency, role, turns)
    return tuple(found)


def _turns(known: Iterable[CardRate], starts_on: date, ends_on: date | None) -> list[date]:
    """The days on which some price may be another than the day before, the first day of the scope first."""
    last = ends_on or date.max - timedelta(days=1)
    days = {one.since for one in known if one.since} | {
        one.until + timedelta(days=1) for one in known if one.until and one.until < last
    }
    return [starts_on, *sorted(day for day in days if starts_on < day <= last)]


def _of_role(
    session: Session, account: Account, currency: str, role: Role, turns: list[date]
) -> list[CardRate]:
    rates, found = ladder(session), list[CardRate]()
    before: tuple[int, Level] | None = None
    for day in turns:
        hit = rates.pick(Work(None, None, account.id, None, role.id, day, currency))
        now = (hit.amount, hit.level) if hit else None
        if now != before and before is not None:
            found[-1] = replace(found[-1], until=day - timedelta(days=1))
        if now != before and hit is not None:
            since = day if day != turns[0] else None
            found.append(CardRate(_OF[hit.level.value], role.id, role.name, hit.amount, since))
        before = now
    return found


def has_own_card(known: Iterable[CardRate]) -> bool:
    """Whether the client's card prices anyone."""
    return any(one.card == CLIENT for one in known)
