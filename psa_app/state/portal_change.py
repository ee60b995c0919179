"""A change order in the portal, for a contact who is signed in."""

from typing import Any

import reflex as rx

from psa_app.errors import NotFound, PsaError
from psa_app.queries.portal.change_order import order_to_read
from psa_app.state.base import allow, read, say, write
from psa_app.state.change_order_reading import ChangeReading
from psa_app.state.sow import id_in


class PortalChangeState(ChangeReading, rx.State):
    """The change order that the address names."""

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the change order."""
        try:
            await self._load(id_in(str(self.router.url.path)))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.change_title = True, "Change order"

    async def _load(self, order_id: int) -> None:
        self._show(await read(lambda session, who: order_to_read(session, who, order_id)))

    @rx.event
    @allow("changes.accept")
    async def accept(self, data: dict[str, Any]) -> None:
        """Signs the change order that is shown."""
        if await self._done(self._acceptance(data)):
            await say(self, f"{self.number} is signed. Both sides get a mail with its hash.")

    @rx.event
    @allow("changes.accept")
    async def decline(self, data: dict[str, Any]) -> None:
        """Says no, with a reason."""
        if await self._done(self._refusal(data)):
            await say(self, f"{self.number} is declined. The firm reads why.", "info")

    @rx.event
    @allow("changes.accept")
    async def ask(self, data: dict[str, Any]) -> None:
        """Sends a question."""
        if await self._done(self._asking(data)):
            await say(self, "Your question is on its way. The answer comes by mail, and stands here.")

    @rx.event
    @allow("changes.accept")
    def open_dialog(self, which: str) -> None:
        """Opens the question why, or the form for a question."""
        self._open_dialog(which)

    @rx.event
    @allow("portal.read")
    def close(self) -> None:
        """Closes the open dialog."""
        self._close()

    async def _done(self, service: Any) -> bool:
        try:
            await write(service)
        except PsaError as error:
            self._refused(error)
            return False
        self._close()
        await self._load(self._order)
        return True
