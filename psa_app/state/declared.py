"""Who may call a handler: declared beside it, looked up by the guard."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

from reflex.state import FrontendEventExceptionState, OnLoadInternalState, State
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from psa_app.access import RIGHTS, Actor, may
from psa_app.access.permissions import ALL_RIGHTS

F = TypeVar("F", bound=Callable[..., Any])
ACCESS = "__psa_access__"
PUBLIC: tuple[str, ...] = ()
ANYONE_SIGNED_IN = ("signed in",)


def public(handler: F) -> F:
    """Lets everyone call the handler, signed in or not."""
    setattr(handler, ACCESS, PUBLIC)
    return handler


def signed_in(handler: F) -> F:
    """Lets everyone with a session call the handler."""
    setattr(handler, ACCESS, ANYONE_SIGNED_IN)
    return handler


def allow(*rights: str) -> Callable[[F], F]:
    """Lets the roles call the handler that have one of the rights; an unknown right is a `LookupError`."""
    unknown = [right for right in rights if right not in ALL_RIGHTS]
    if unknown or not rights:
        raise LookupError(
            f"No role has the right {', '.join(unknown) or 'nothing'}: see access/permissions.py"
        )

    def declare(handler: F) -> F:
        setattr(handler, ACCESS, rights)
        return handler

    return declare


@lru_cache(maxsize=1)
def framework_handlers() -> frozenset[str]:
    """Reflex's own handlers that a page cannot do without; all its others stay closed."""
    wanted = [
        State.event_handlers["hydrate"],
        State.event_handlers["hydrate_and_load"],
        State.event_handlers["set_is_hydrated"],
        OnLoadInternalState.event_handlers["on_load_internal"],
        OnLoadInternalState.event_handlers["set_is_hydrated"],
        FrontendEventExceptionState.event_handlers["handle_frontend_exception"],
    ]
    return frozenset(format_event_handler(handler) for handler in wanted)


@lru_cache(maxsize=1)
def arrivals() -> frozenset[str]:
    """The handlers by which a page (re)connects."""
    names = ("hydrate", "hydrate_and_load")
    return frozenset(format_event_handler(State.event_handlers[name]) for name in names)


def access_of(name: str) -> tuple[str, ...] | None:
    """What the handler of this name asks for: None = nobody may, () = everyone, else rights."""
    if name in framework_handlers():
        return PUBLIC
    registered = RegistrationContext.get().event_handlers.get(name)
    if registered is None:
        return None
    access: tuple[str, ...] | None = getattr(registered.handler.fn, ACCESS, None)
    return access


def permits(access: tuple[str, ...] | None, who: Actor | None) -> bool:
    """True if someone (None = not signed in) may call a handler with this access."""
    if access is None:
        return False
    if access == PUBLIC:
        return True
    return who is not None and (access == ANYONE_SIGNED_IN or any(may(who, right) for right in access))


def declared_handlers() -> dict[str, tuple[str, ...] | None]:
    """Every handler that a socket can name, with its access: for the tests that call each of them."""
    return {name: access_of(name) for name in sorted(RegistrationContext.get().event_handlers)}


def roles_for(access: tuple[str, ...] | None) -> set[str]:
    """The roles that may call a handler with this access."""
    return {role for role in RIGHTS if permits(access, Actor(name="", role=role))}
