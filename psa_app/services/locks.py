"""Locks of periods, of time and of the books alike: a locked day refuses what is written, by whatever way,
unless who has the right says why."""

from dataclasses import dataclass
from datetime import date

from psa_app.access import Actor, may
from psa_app.errors import Conflict, Invalid

REASON = 400


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock up to a day (None: nothing is locked); `sentence` refuses, with {day} in it."""

    through: date | None
    right: str
    sentence: str
    field: str
    refuses: type[Conflict] | type[Invalid] = Conflict


def passes_lock(lock: Lock, day: date | None, actor: Actor | None, reason: str) -> bool:
    """Whether a day is locked and passed with a reason; False for one that is not locked.

    Raises what the lock refuses with. `actor` None is nobody who may pass.
    """
    if lock.through is None or day is None or day > lock.through:
        return False
    can = actor is not None and may(actor, lock.right)
    if can and reason.strip():
        return True
    way = " Give a reason to change it all the same." if can else ""
    raise lock.refuses(lock.sentence.format(day=lock.through.isoformat()) + way, lock.field)
