"""Short answers to acts, with Undo. Shown by a component, for the page's rules forbid sent scripts."""

from typing import Any

import reflex as rx
from reflex.event import Event

from psa_app import clock
from psa_app.display.frame import Toast
from psa_app.state.declared import public, signed_in

KEPT = 5


class ToastState(rx.State):
    """What is shown now, oldest first."""

    toasts: list[Toast] = []
    _last: int = 0
    _undo: dict[int, list[Event]] = {}

    def _put(self, text: str, kind: str = "ok", undo: Any = None, link: str = "", href: str = "") -> None:
        self._last = max(self._last + 1, int(clock.now().timestamp() * 1000))
        if undo is not None:
            self._undo = {**self._undo, self._last: Event.from_event_type(undo)}
        toast = Toast(self._last, text[:500], kind, "Undo" if undo is not None else "", href, link)
        self.toasts = [*self.toasts, toast][-KEPT:]
        shown = {one.id for one in self.toasts}
        self._undo = {key: events for key, events in self._undo.items() if key in shown}

    def _drop(self, toast_id: int) -> list[Event]:
        self.toasts = [one for one in self.toasts if one.id != toast_id]
        kept = dict(self._undo)
        events = kept.pop(toast_id, [])
        self._undo = kept
        return events

    @rx.event
    @public
    def show(self, text: str, kind: str = "ok") -> None:
        """Shows a toast; a browser that calls it talks to itself."""
        self._put(text, kind if kind in ("ok", "info", "bad") else "info")

    @rx.event
    @signed_in
    def undo(self, toast_id: int) -> list[Event]:
        """Does what the toast's Undo promises; that act passes the guard as any other."""
        return self._drop(toast_id)


async def say(
    state: rx.State, text: str, kind: str = "ok", undo: Any = None, *, link: str = "", href: str = ""
) -> None:
    """Shows a toast from a handler: `await say(self, "Invoice voided.", undo=S.restore(7))`.

    `kind`: ok | info | bad. `undo` is the event that takes the act back. `link` and `href`: words
    and address of a link. In a background handler call it inside `async with self`.
    """
    (await state.get_state(ToastState))._put(text, kind, undo, link, href)
