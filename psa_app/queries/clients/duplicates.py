"""Accounts that look like one: while one is made, and over all of them.

Candidates are found by indexed columns alone (name, domain, VAT number, contacts' addresses), so that
100,000 accounts cost a few index look-ups; only those few are compared.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from psa_app.access import Actor, may, require, visible
from psa_app.db import among
from psa_app.models import Account, Apart, Contact
from psa_app.rules.duplicates import LEAST, Likeness, Party, domain_of, likeness, normal_name

select: Any = sql_select  # its overloads know no tables of SQLModel
MOST = 20
GROUPS = 200  # of accounts that share something, of each kind
IN_GROUP = 6
CONTACTS = 50  # of an account that are compared


@dataclass(frozen=True, slots=True)
class Twin:
    """An account that looks like the one in hand, with why."""

    id: int
    name: str
    city: str
    score: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts that look like one; `one` is the older."""

    one: Twin
    other: Twin
    score: int
    reasons: tuple[str, ...]


def twins(
    session: Session,
    actor: Actor,
    *,
    name: str,
    legal_name: str = "",
    website: str = "",
    email: str = "",
    vat_id: str = "",
    but: int | None = None,
) -> list[Twin]:
    """Accounts that look like what is typed, the likeliest first. `but` is left out."""
    require(actor, "accounts.read")
    mine = Party(
        name, legal_name, domain_of(website, email), vat_id, frozenset({email.lower()} if email else ())
    )
    ids = _candidates(session, mine)
    rows = _rows(session, actor, [row_id for row_id in ids if row_id != but])
    parties = _parties(session, actor, rows)
    found = [(row, likeness(mine, parties[row.id])) for row in rows]
    likely = [_twin(row, how) for row, how in found if how.score >= LEAST]
    return sorted(likely, key=lambda one: (-one.score, one.name))[:MOST]


def twins_of(session: Session, actor: Actor, account: Account) -> list[Twin]:
    """Accounts that look like this one; parents and children are no twins."""
    family = {
        account.parent_id,
        *session.scalars(select(Account.id).where(col(Account.parent_id) == account.id)),
    }
    rows = _rows(session, actor, [int(account.id or 0)])
    if not rows:
        return []
    mine = _parties(session, actor, rows)[int(account.id or 0)]
    ids = _candidates(session, mine) - {account.id} - family - _known(session, int(account.id or 0))
    others = _rows(session, actor, sorted(ids))
    parties = _parties(session, actor, others)
    found = [_twin(row, likeness(mine, parties[row.id])) for row in others]
    return sorted((one for one in found if one.score >= LEAST), key=lambda one: -one.score)[:MOST]


def pairs(session: Session, actor: Actor, limit: int = 50) -> list[Pair]:
    """The likeliest pairs among all accounts in use, within what the actor may see."""
    require(actor, "accounts.merge")
    groups = [
        *_shared(session, Account.match_name),
        *_shared(session, Account.domain),
        *_shared(session, Account.vat_id),
        *_shared_mail(session),
    ]
    wanted = {pair for group in groups for pair in combinations(sorted(group[:IN_GROUP]), 2)}
    rows = {row.id: row for row in _rows(session, actor, sorted({one for pair in wanted for one in pair}))}
    parties = _parties(session, actor, list(rows.values()))
    found = []
    apart = _apart(session, rows)
    for first, second in sorted(wanted - apart):
        if first not in rows or second not in rows or _are_family(rows[first], rows[second]):
            continue
        how = likeness(parties[first], parties[second])
        if how.score >= LEAST:
            found.append(Pair(_twin(rows[first], how), _twin(rows[second], how), how.score, how.reasons))
    return sorted(found, key=lambda pair: (-pair.score, pair.one.name))[:limit]


def _known(session: Session, account_id: int) -> set[int]:
    """Those of which someone said that they are not the same as this one."""
    said = select(Apart.account_id, Apart.other_id).where(
        or_(col(Apart.account_id) == account_id, col(Apart.other_id) == account_id)
    )
    return {one for pair in session.execute(said) for one in pair} - {account_id}


def _apart(session: Session, ids: Iterable[int]) -> set[tuple[int, int]]:
    listed = list(ids)
    if not listed:
        return set()
    said = select(Apart.account_id, Apart.other_id).where(among(session, col(Apart.account_id), listed))
    return {(first, second) for first, second in session.execute(said)}


def _candidates(session: Session, party: Party) -> set[int]:
    names = {normal_name(name) for name in (party.name, party.legal_name) if name.strip()}
    clauses: list[Any] = [col(Account.match_name).in_(names - {""})]
    if party.domain:
        clauses.append(col(Account.domain) == party.domain)
    if party.vat_id:
        clauses.append(col(Account.vat_id) == party.vat_id)
    ids: set[int] = set()
    for clause in clauses:
        ids.update(session.scalars(select(Account.id).where(clause).order_by(Account.id).limit(MOST)))
    if party.emails:
        of_mail = select(Contact.account_id).where(col(Contact.email).in_(party.emails)).limit(MOST)
        ids.update(session.scalars(of_mail))
    return ids


def _shared(session: Session, column: Any) -> list[list[int]]:
    """Ids of accounts in use that have the same value, a list for each value."""
    used = (~col(Account.is_archived), column != "")
    many = (
        select(column).where(*used).group_by(column).having(func.count() > 1).order_by(column).limit(GROUPS)
    )
    values = list(session.scalars(many))
    if not values:
        return []
    groups: dict[str, list[int]] = defaultdict(list)
    rows = select(column, Account.id).where(among(session, column, values), *used).order_by(Account.id)
    for value, row_id in session.execute(rows):
        groups[value].append(row_id)
    return list(groups.values())


def _shared_mail(session: Session) -> list[list[int]]:
    used = ~col(Contact.is_archived)
    many = (
        select(Contact.email)
        .where(used)
        .group_by(Contact.email)
        .having(func.count(func.distinct(Contact.account_id)) > 1)
        .order_by(Contact.email)
        .limit(GROUPS)
    )
    values = list(session.scalars(many))
    if not values:
        return []
    groups: dict[str, set[int]] = defaultdict(set)
    rows = select(Contact.email, Contact.account_id).where(among(session, Contact.email, values), used)
    for value, account_id in session.execute(rows):
        groups[value].add(account_id)
    return [sorted(group) for group in groups.values()]


def _rows(session: Session, actor: Actor, ids: Sequence[int]) -> list[Any]:
    if not ids:
        return []
    columns = (
        Account.id,
        Account.name,
        Account.legal_name,
        Account.city,
        Account.domain,
        Account.vat_id,
        Account.parent_id,
    )
    used = (among(session, col(Account.id), ids), ~col(Account.is_archived), visible(actor, Account))
    return list(session.execute(select(*columns).where(*used).order_by(Account.id)))


def _parties(session: Session, actor: Actor, rows: Iterable[Any]) -> dict[int, Party]:
    listed = list(rows)
    emails: dict[int, set[str]] = defaultdict(set)
    if listed and may(actor, "contacts.read"):
        ids = [row.id for row in listed]
        statement = select(Contact.account_id, Contact.email).where(
            among(session, col(Contact.account_id), ids), visible(actor, Contact)
        )
        for account_id, email in session.execute(statement.limit(CONTACTS * len(ids))):
            emails[account_id].add(email.lower())
    return {
        row.id: Party(row.name, row.legal_name, row.domain, row.vat_id, frozenset(emails[row.id]))
        for row in listed
    }


def _are_family(one: Any, other: Any) -> bool:
    return bool(one.parent_id == other.id or other.parent_id == one.id)


def _twin(row: Any, how: Likeness) -> Twin:
    return Twin(row.id, row.name, row.city, how.score, how.reasons)
