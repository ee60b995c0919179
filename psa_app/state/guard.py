"""The gate of the websocket: every event passes it, and what is not declared is refused.

Any browser can call any public method of any state with any arguments. So a handler says who
may call it, directly under `@rx.event`:

    @rx.event
    @allow("invoices.issue")          # any of these rights
    async def issue(self, invoice_id: int): ...

`@signed_in` is for everyone with a session, `@public` for everyone. The guard knows roles, not
rows: which rows are theirs is decided in services and queries.
"""

import asyncio
import logging
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import reflex as rx
from reflex.event import Event
from reflex.state import StateUpdate
from reflex_base.event.context import EventContext
from reflex_base.registry import RegistrationContext

from psa_app import db, routes
from psa_app.access import Actor
from psa_app.config import settings
from psa_app.errors import Busy, PsaError, SignInNeeded
from psa_app.services.identity import cookies, sessions, uploads
from psa_app.state.arguments import BadArguments, settle
from psa_app.state.declared import access_of, allow, arrivals, permits, public, signed_in
from psa_app.state.toasts import ToastState

__all__ = [
    "Guard",
    "allow",
    "client_address",
    "cookie_header",
    "current",
    "public",
    "session_id",
    "signed_in",
    "still_here",
]

log = logging.getLogger("psa_app.guard")
current: ContextVar[Actor | None] = ContextVar("psa_actor", default=None)
session_id: ContextVar[int] = ContextVar("psa_session", default=0)


class TabState(rx.State):
    """To which session a tab's state belongs: None = to nobody yet, 0 = to someone not signed in."""

    _session: int | None = None


class Guard(rx.Middleware):
    """Finds out who sends an event, and lets it through or not. An error in here stops the event."""

    async def preprocess(
        self,
        app: Any,  # noqa: ARG002 - Reflex names it
        state: Any,
        event: Event,
    ) -> StateUpdate | None:
        """None lets the event through; an update stops it and tells the browser what to do."""
        root = state._get_root_state()
        try:
            who = await _who()
        except PsaError as error:
            return await _told(root, error.sentence)
        current.set(who.actor if who else None)
        session_id.set(who.session_id if who else 0)
        if not await _owns(root, who.session_id if who else 0, event.name):
            return (
                _to_sign_in(root) if who is None else _refused(event, who.actor, "of another session's tab")
            )
        access = access_of(event.name)
        if not permits(access, who.actor if who else None):
            return _turned_away(root, event, who.actor if who else None, access)
        try:
            _check_arguments(event)
        except BadArguments as error:
            log.warning("refused %s: %s", event.name, error)
            return await _told(root, error.sentence)
        return None


def cookie_header() -> str:
    """The `Cookie` header of the event that is being handled: the browser's script never sees it."""
    headers = EventContext.get().router_data.get("headers") or {}
    return str(headers.get("cookie", ""))


def client_address() -> str:
    """The network address that the event came from."""
    return str(EventContext.get().router_data.get("ip", ""))[:64]


async def _who() -> sessions.SignedIn | None:
    """Who sent the event: by the cookie of the websocket's handshake, or of the upload's request."""
    context = EventContext.get()
    headers = context.router_data.get("headers") or {}
    header = headers.get("cookie", "") if headers else uploads.cookies_of(context.token)
    token = cookies.token_in(header)
    if not token:
        return None
    address = client_address()
    agent = str(headers.get("user-agent", ""))
    if settings().sqlite:  # a read of a local file takes less than the way to a thread and back
        who = _resolve(token, address, agent)
    else:
        who = await asyncio.to_thread(_resolve, token, address, agent)
    if who is not None and sessions.is_stale(who):
        with suppress(Busy):
            await asyncio.to_thread(_mark_seen, who.session_id)
    return who


def _resolve(token: str, address: str, agent: str) -> sessions.SignedIn | None:
    with db.reading() as session:
        return sessions.resolve_cookie(session, token, address, agent)


def _mark_seen(session_id: int) -> None:
    with db.unit_of_work() as session:
        sessions.mark_seen(session, session_id)


async def still_here() -> Actor:
    """Who sent the event, asked again: work that takes long ends with the session, and with a right.

    Raises `SignInNeeded`.
    """
    who = await _who()
    if who is None:
        raise SignInNeeded()
    return who.actor


async def _owns(root: Any, session_id: int, event_name: str) -> bool:
    """Whether the tab's state belongs to this session.

    A page that (re)connects takes the tab over, with everything of the former session wiped
    out. Any other event of another session is not let near the state; when the tab's own session
    has ended, its next event wipes the state out.
    """
    tab = await root.get_state(TabState)
    if tab._session not in (None, session_id):
        arriving = event_name in arrivals()
        by_socket = bool(EventContext.get().router_data.get("headers"))
        if not arriving and (session_id or not by_socket):
            return False
        root.reset()
        tab._session = session_id
        return arriving
    tab._session = session_id
    return True


def _to_sign_in(root: Any) -> StateUpdate:
    address = routes.with_query(routes.SIGN_IN, next=_where(root))
    return StateUpdate(events=Event.from_event_type(rx.redirect(address)))


def _where(root: Any) -> str:
    url = root.rx_router_url
    target = routes.safe_next(str(url.path) + (f"?{url.query}" if url.query else ""))
    outside = (routes.SIGN_IN, routes.WELCOME, routes.RESET, routes.NOT_ALLOWED)
    return "" if target == routes.HOME or target.split("?")[0].rstrip("/") in outside else target


def _turned_away(root: Any, event: Event, who: Actor | None, access: tuple[str, ...] | None) -> StateUpdate:
    if access is None:
        return _refused(event, who, "that nobody may call")
    if who is None:
        return _to_sign_in(root)
    _refused(event, who, "without the right")
    front_door = who.role == "client" and str(root.rx_router_url.path) in ("", routes.HOME)
    address = routes.PORTAL if front_door else routes.NOT_ALLOWED
    return StateUpdate(events=Event.from_event_type(rx.redirect(address)))


def _refused(event: Event, who: Actor | None, why: str) -> StateUpdate:
    log.warning("refused %s %s to user %s", event.name, why, who.user_id if who else "nobody")
    return StateUpdate()


async def _told(root: Any, sentence: str) -> StateUpdate:
    """Stops the event and shows a sentence as a toast."""
    toasts = await root.get_state(ToastState)
    toasts._put(sentence, "bad")
    delta = await root._get_resolved_delta()
    root._clean()
    return StateUpdate(delta=delta)


def _check_arguments(event: Event) -> None:
    settle(RegistrationContext.get().event_handlers[event.name].handler.fn, event.payload)
