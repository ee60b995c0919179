"""Statements that are kept for all who see alike, not for each of them.

What people of one role see differs by little more than their own ids. So a statement is built and
compiled once for the role; the ids of whoever asks go in as its parameters.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, wraps
from typing import Any

from sqlmodel import Session

from psa_app import clock
from psa_app.access.actor import Actor
from psa_app.prepared import Prepared, Stand

_OWN = Stand.for_each(("user_id", "person_id", "account_id", "contact_id"))


class Asked:
    """A prepared statement as one actor asks it."""

    __slots__ = ("_alike", "_own", "_who")

    def __init__(self, alike: Prepared, who: Actor, own: Callable[[], Prepared]) -> None:
        self._alike, self._who, self._own = alike, who, own

    def all(self, session: Session, values: Mapping[str, Any]) -> list[Any]:
        """All rows, as `Prepared.all` gives them."""
        if self._alike.is_final(session):
            return self._alike.all(session, values, self._who)
        return self._own().all(session, values)

    def first(self, session: Session, values: Mapping[str, Any]) -> Any:
        """The first row of few, or None."""
        found = self.all(session, values)
        return found[0] if found else None


def once_alike(build: Callable[..., Prepared]) -> Callable[..., Asked]:
    """Keeps the statement that `build(actor, …)` makes, for all who see alike.

    It may use of the actor the role, the ids (as they are, or whether they are there) and what narrows
    a door, and may reckon with no id. What else it is given is part of what it is kept by; values are
    its bind parameters. A day later it is built anew, for a deputy's sight begins and ends with days.
    """

    @lru_cache(maxsize=512)
    def kept(actor: Actor, today: object, *more: Any) -> Prepared:  # noqa: ARG001 - part of the key
        return build(actor, *more)

    @wraps(build)
    def of(actor: Actor, *more: Any) -> Asked:
        today = clock.now().date()
        return Asked(kept(_alike(actor), today, *more), actor, lambda: kept(actor, today, *more))

    return of


@lru_cache(maxsize=4096)
def _alike(actor: Actor) -> Actor:
    """Someone who stands for all who see as this actor does."""
    stands: dict[str, Any] = {name: stand for name, stand in _OWN.items() if getattr(actor, name)}
    return replace(actor, name="", email="", address="", agent="", **stands)
