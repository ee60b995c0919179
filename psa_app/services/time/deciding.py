"""What approving, rejecting and un-approving share: whose lines they are, and locking them."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.sql.elements import True_
from sqlmodel import Session

from psa_app import clock
from psa_app.access import Actor, as_id, visible
from psa_app.db import among_ids, as_ids, is_sqlite
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import TimeEntry
from psa_app.prepared import Prepared
from psa_app.queries.rates import ENTRY_FACTS
from psa_app.queries.time.tables import ENTRY, PERSON
from psa_app.rules.timesheets import Approver, Decision, Line, may_decide
from psa_app.services.time import checks
from psa_app.services.time.facts import locked_through

MOST = 50_000


def lines_of(session: Session, actor: Actor, entry_ids: Sequence[int]) -> list[Any]:
    """The rows of `ENTRY_FACTS` for these entries, by id, locked until the commit.

    Raises `NotFound` when one of them is not there or out of sight.
    """
    ids = sorted({as_id(one) for one in entry_ids})
    if not ids:
        raise Invalid("Choose at least one entry.", "entry_ids")
    if len(ids) > MOST:
        raise Invalid(f"Choose at most {MOST} entries at once.", "entry_ids")
    given = {"ids": as_ids(session, ids)}
    _PEOPLE.all(session, given)
    if isinstance(visible(actor, TimeEntry), True_):
        rows = _LINES.all(session, given)
    else:
        own = _own_lines(actor, is_sqlite(session), clock.now().date())
        rows = list(session.connection().execute(own, given).all())
    if len(rows) != len(ids):
        raise NotFound()
    return rows


def locked_lines(session: Session, ids: Sequence[int]) -> list[Any]:
    """The rows of `ENTRY_FACTS` for these ids, first the people and then the entries locked."""
    given = {"ids": as_ids(session, ids)}
    # The people first, as those who log and hand in lock them.
    _PEOPLE.all(session, given)
    return _LINES.all(session, given)


def _people(sqlite: bool) -> Select[Any]:
    people = select(ENTRY.c.person_id).where(among_ids(ENTRY.c.id, "ids", sqlite=sqlite))
    of_entries = select(PERSON.c.id).where(PERSON.c.id.in_(people)).order_by(PERSON.c.id)
    return of_entries.with_for_update(key_share=True)


@cache
def _lines(sqlite: bool) -> Select[Any]:
    lines = ENTRY_FACTS.where(among_ids(ENTRY.c.id, "ids", sqlite=sqlite)).order_by(ENTRY.c.id)
    return lines.with_for_update(of=ENTRY)


_PEOPLE, _LINES = Prepared(_people), Prepared(_lines)


@lru_cache(maxsize=512)
def _own_lines(actor: Actor, sqlite: bool, today: object) -> Select[Any]:  # noqa: ARG001 (as `once_each`)
    """The lines in the actor's sight, written once a day."""
    return _lines(sqlite).where(visible(actor, TimeEntry))


def check_status(rows: Iterable[Any], status: str, otherwise: str) -> None:
    """Raises `Conflict` unless every line is in `status`; `otherwise` ends "3 entries are ..."."""
    wrong = sum(row.status != status for row in rows)
    if wrong:
        raise Conflict(f"{are(wrong)} {otherwise} Reload to see how things stand.", "entry_ids")


def check_days(session: Session, actor: Actor, rows: Iterable[Any], reason: str) -> None:
    """Refuses lines in a locked period."""
    locked = locked_through(session)
    if locked is not None:
        for day in {row.work_date for row in rows}:
            checks.check_open(locked, day, actor, reason)


def decisions(by: Approver, rows: Iterable[Any]) -> Iterator[Decision]:
    """Whether `by` may decide on each line."""
    known: dict[tuple[int, int | None], Decision] = {}
    for row in rows:
        key = (row.person_id, row.lead_id)
        if key not in known:
            known[key] = may_decide(by, Line(*key))
        yield known[key]


def check_decisions(found: Collection[Decision]) -> None:
    """Raises `Forbidden` for lines that are one's own or another's to decide."""
    counted = Counter(found)
    if counted[Decision.own]:
        raise Forbidden("Nobody decides on their own time. Ask a colleague who may approve it.")
    if counted[Decision.other]:
        raise Forbidden(
            f"{are(counted[Decision.other])} someone else's to decide: the project's lead, owner or finance."
        )


def count(number: int) -> str:
    """ "1 entry", "3 entries"."""
    return "1 entry" if number == 1 else f"{number} entries"


def are(number: int) -> str:
    """ "1 entry is", "3 entries are"."""
    return f"{count(number)} {'is' if number == 1 else 'are'}"
