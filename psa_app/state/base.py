"""What every handler uses: who acts, the two doors to the database, and answers to the person."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import reflex as rx
from sqlalchemy.exc import DataError, IntegrityError
from sqlmodel import Session

from psa_app import db, routes
from psa_app.access import Actor
from psa_app.errors import Conflict, Invalid, Problems, PsaError, SignInNeeded
from psa_app.state.guard import allow, current, public, signed_in
from psa_app.state.toasts import ToastState, say

__all__ = [
    "NOBODY",
    "ToastState",
    "actor",
    "actor_or_none",
    "allow",
    "field_errors",
    "form_values",
    "opened",
    "public",
    "read",
    "say",
    "show",
    "signed_in",
    "write",
]
T = TypeVar("T")
NOBODY = Actor(name="", role="nobody")  # acts in `@public` handlers: no right, no row


def actor() -> Actor:
    """Who sent the event that is being handled. Raises `SignInNeeded`."""
    who = current.get()
    if who is None:
        raise SignInNeeded()
    return who


def actor_or_none() -> Actor | None:
    """Who sent the event, or None when nobody is signed in (in `@public` handlers)."""
    return current.get()


async def read(query: Callable[[Session, Actor], T], who: Actor | None = None) -> T:
    """Runs `query(session, actor)` in a thread within one reading transaction.

    `who` replaces the signed-in actor where a link's token proves who it is.
    """
    return await asyncio.to_thread(_read, query, who or actor())


async def write(service: Callable[[Session, Actor], T], who: Actor | None = None) -> T:
    """Runs `service(session, actor)` in a thread within one writing transaction, committed at the end.

    Raises `PsaError` with nothing written; if the handler lets it pass, its sentence becomes a toast.
    """
    return await asyncio.to_thread(_write, service, who or actor())


def _read(query: Callable[[Session, Actor], T], who: Actor) -> T:
    try:
        with db.reading() as session:
            return query(session, who)
    except DataError as error:
        raise Invalid("A value is outside what can be kept.") from error


def _write(service: Callable[[Session, Actor], T], who: Actor) -> T:
    try:
        with db.unit_of_work() as session:
            return service(session, who)
    except IntegrityError as error:
        raise Conflict("That clashes with something else that was saved. Reload, then try again.") from error
    except DataError as error:
        raise Invalid("A value is outside what can be kept.") from error


def opened(state: Any, *names: str) -> Any:
    """Takes `new` (and what else only the form was for) out of the address once the form has opened.

    It opens once then: not again when the page is reloaded, nor when it shows a change (`live.watch`).
    """
    url, gone = state.router.url, {*routes.OPENS_ONCE, *names}
    kept = {key: value for key, value in url.query_parameters.items() if key not in gone}
    return rx.redirect(routes.with_query(str(url.path), **kept), replace=True)


def show(state: Any, **values: Any) -> None:
    """Sets vars of a state, but only those that differ: what is the same is neither sent nor drawn again.

    A page loads itself again whenever something of its kind changes, mostly to find nothing new.
    """
    for name, value in values.items():
        held = getattr(state, name)
        if getattr(held, "__wrapped__", held) != value:  # Reflex hands lists out in a wrapper
            setattr(state, name, value)


def field_errors(error: PsaError) -> dict[str, str]:
    """Field name → sentence; what concerns the whole form stands under "form"."""
    if isinstance(error, Problems):
        return {name or "form": sentence for name, sentence in error.fields.items()} or {
            "form": error.sentence
        }
    if isinstance(error, (Invalid, Conflict)):
        return {error.field or "form": error.sentence}
    return {"form": error.sentence}


def form_values(data: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """The named fields of a submitted form as trimmed text, "" for what is missing; all else is dropped.

    A checked box is "on", an unchecked one is missing.
    """
    values = {}
    for name in names:
        value = data.get(name, "")
        values[name] = value.strip() if isinstance(value, str) else "" if value is None else str(value)
    return values
