"""A scope in the portal, for a contact who is signed in."""

from typing import Any

import reflex as rx

from psa_app.errors import NotFound, PsaError
from psa_app.queries.portal.scope import scope_to_read
from psa_app.state.base import allow, read, say, write
from psa_app.state.scope_reading import ScopeReading
from psa_app.state.sow import id_in


class PortalSowState(ScopeReading, rx.State):
    """The scope that the address names."""

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the scope."""
        try:
            await self._load(id_in(str(self.router.url.path)))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.scope_title = True, "Statement of work"

    async def _load(self, sow_id: int) -> None:
        self._show(await read(lambda session, who: scope_to_read(session, who, sow_id)))

    @rx.event
    @allow("sows.accept")
    async def accept(self, data: dict[str, Any]) -> None:
        """Signs the scope that is shown."""
        if await self._done(self._acceptance(data)):
            await say(self, f"{self.number} is signed. Both sides get a mail with its hash.")

    @rx.event
    @allow("sows.accept")
    async def decline(self, data: dict[str, Any]) -> None:
        """Says no, with a reason."""
        if await self._done(self._refusal(data)):
            await say(self, f"{self.number} is declined. The firm reads why.", "info")

    @rx.event
    @allow("milestones.accept")
    async def accept_part(self, data: dict[str, Any]) -> None:
        """Accepts the milestone that was asked about."""
        title = self.accepting
        if await self._done(self._part_acceptance(data)):
            await say(self, f"“{title}” is accepted.")

    @rx.event
    @allow("sows.accept")
    def ask_decline(self) -> None:
        """Opens the question why."""
        self._close()
        self.declining = True

    @rx.event
    @allow("milestones.accept")
    def ask_part(self, milestone_id: str) -> None:
        """Opens the question before a milestone is accepted."""
        self._ask_part(milestone_id)

    @rx.event
    @allow("portal.read")
    def close(self) -> None:
        """Closes the open question."""
        self._close()

    async def _done(self, service: Any) -> bool:
        try:
            await write(service)
        except PsaError as error:
            self._refused(error)
            return False
        self._close()
        await self._load(self._scope)
        return True
