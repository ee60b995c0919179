"""Contacts of one client that look like one person."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from psa_app.access import Actor, require, visible
from psa_app.db import among
from psa_app.models import Account, Contact, ContactApart
from psa_app.rules.duplicates import LEAST, Human, people_alike, traces

select: Any = sql_select  # its overloads know no tables of SQLModel
MOST = 20_000  # contacts that are looked at, the newest
IN_GROUP = 6


@dataclass(frozen=True, slots=True)
class ContactPair:
    """Two contacts of one client; `one_id` is the older."""

    one_id: int
    other_id: int
    one: Human
    other: Human
    account: str
    score: int
    reasons: tuple[str, ...]


def contact_pairs(
    session: Session, actor: Actor, account_id: int | None = None, limit: int = 50
) -> list[ContactPair]:
    """The likeliest pairs of all clients, or of one, without those that were told apart."""
    require(actor, "accounts.merge")
    used = (~col(Contact.is_archived), ~col(Account.is_archived), visible(actor, Contact))
    statement = (
        select(Contact.id, Contact.account_id, Contact.name, Contact.email, Contact.phone, Account.name)
        .join(Account, col(Account.id) == col(Contact.account_id))
        .where(*used)
        .order_by(col(Contact.id).desc())
        .limit(MOST)
    )
    if account_id is not None:
        statement = statement.where(Contact.account_id == account_id)
    rows = {row[0]: row for row in session.execute(statement)}
    wanted = set(_candidates(rows.values()))
    wanted -= _apart(session, {first for first, _ in wanted})
    found = [pair for first, second in sorted(wanted) if (pair := _pair(rows[first], rows[second]))]
    return sorted(found, key=lambda pair: (-pair.score, pair.account, pair.one.name))[:limit]


def _candidates(rows: Iterable[Any]) -> Iterator[tuple[int, int]]:
    """Those at one client who share a trace."""
    groups: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for row_id, account_id, name, email, phone, _ in rows:
        for kind, value in traces(Human(name, email, phone)):
            if kind != "first":
                groups[account_id, kind, value].append(row_id)
    for group in groups.values():
        yield from combinations(sorted(group[:IN_GROUP]), 2)


def _apart(session: Session, ids: set[int]) -> set[tuple[int, int]]:
    if not ids:
        return set()
    said = select(ContactApart.contact_id, ContactApart.other_id).where(
        among(session, col(ContactApart.contact_id), sorted(ids))
    )
    return {(first, second) for first, second in session.execute(said)}


def _pair(one: Any, other: Any) -> ContactPair | None:
    mine, theirs = Human(*one[2:5]), Human(*other[2:5])
    how = people_alike(mine, theirs)
    if how.score < LEAST:
        return None
    return ContactPair(one[0], other[0], mine, theirs, one[5], how.score, how.reasons)
