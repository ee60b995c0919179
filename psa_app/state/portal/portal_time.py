"""Time to approve in the portal, for a contact who is signed in: the list, and one request."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound, PsaError
from psa_app.formats import words
from psa_app.queries.portal.time import RequestRow, TimeRequests, request_to_read, time_requests
from psa_app.rules.hours import h_mm_seconds
from psa_app.state.base import allow, read, say, write
from psa_app.state.contracts.sow import id_in
from psa_app.state.frame import FrameState
from psa_app.state.time.time_reading import TimeReading, counted, state_word


class PortalTimesState(rx.State):
    """The list."""

    rows: list[Row] = []
    subtitle: str = ""
    is_ready: bool = False

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the client's requests."""
        found = await read(time_requests)
        waits = sum(one.seconds for one in found.rows if one.status == "open")
        self.subtitle = f"{h_mm_seconds(waits)} h wait for your company" if waits else "Nothing waits"
        self.rows = [_row(one, found) for one in found.rows]
        self.is_ready = True


class PortalTimeState(TimeReading, rx.State):
    """The request that the address names."""

    @rx.event
    @allow("portal.read")
    async def load(self) -> None:
        """Loads the request."""
        try:
            await self._load(id_in(str(self.router.url.path)))
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.scope = True, "Time to approve"

    async def _load(self, request_id: int) -> None:
        self._show(await read(lambda session, who: request_to_read(session, who, request_id)))

    @rx.event
    @allow("time.approve_for_client")
    async def approve(self) -> Any:
        """Approves all that is open."""
        return await self._done(self._approval(list(self._open)), "Approved. Thank you.")

    @rx.event
    @allow("time.approve_for_client")
    async def approve_chosen(self) -> Any:
        """Approves the entries that are ticked."""
        return await self._done(self._approval(self.chosen), f"{counted(len(self.chosen))} approved.")

    @rx.event
    @allow("time.approve_for_client")
    async def refuse(self, data: dict[str, Any]) -> Any:
        """Refuses what the question was about, with the reason."""
        return await self._done(self._refusal(data), "Refused. The firm reads why.")

    @rx.event
    @allow("time.approve_for_client")
    def ask_refuse(self) -> None:
        """Asks why all of it is refused."""
        self._ask(list(self._open))

    @rx.event
    @allow("time.approve_for_client")
    def ask_refuse_chosen(self) -> None:
        """Asks why the ticked entries are refused."""
        self._ask(self.chosen)

    @rx.event
    @allow("time.approve_for_client")
    def choose(self, row_id: str, yes: bool) -> None:
        """Ticks an entry, or not."""
        self._choose(row_id, yes)

    @rx.event
    @allow("time.approve_for_client")
    def choose_all(self, yes: bool) -> None:
        """Ticks all, or none."""
        self._choose_all(yes)

    @rx.event
    @allow("portal.read")
    def close(self) -> None:
        """Closes the open question."""
        self._close()

    async def _done(self, service: Any, told: str) -> Any:
        if service is None:
            return None
        try:
            await write(service)
        except PsaError as error:
            self._refused(error)
            return None
        self._close()
        self._choose_all(False)
        await self._load(self._request)
        await say(self, told)
        return FrameState.refresh


def _row(one: RequestRow, found: TimeRequests) -> Row:
    word = state_word(one.status, found.may_sign, in_part=one.refused < one.lines)
    until = f"by {words.day(one.until, found.locale)}" if one.until else words.MISSING
    days = words.day_range(one.first_day, one.last_day, found.locale)
    cells = [
        Cell(one.scope, kind="strong"),
        Cell(days),
        Cell(f"{one.lines:,}", align="right"),
        Cell(until, kind="text" if one.until else "muted"),
        Cell(word.text, kind="badge", tone=word.tone, icon=word.icon),
        Cell(f"{h_mm_seconds(one.seconds)}", align="right"),
    ]
    return Row(str(one.id), cells, href=routes.portal_time(one.id), name=f"{one.scope}, {days}")
