"""The page of one record of any kind."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.figures import Fact
from psa_app.display.frame import Crumb
from psa_app.display.record import Change, FactGroup, Related
from psa_app.display.scope import FileRow
from psa_app.display.states import Badge
from psa_app.errors import NotFound
from psa_app.models.resource import Resource
from psa_app.state.base import actor, allow, read, say, show
from psa_app.state.contracts.sow import id_in
from psa_app.state.lowcode.filed import FILES
from psa_app.state.lowcode.form import RecordForm
from psa_app.state.lowcode.kinds import OWN_PAGES, STAFF, address_of, area_of, list_at, may_change
from psa_app.state.lowcode.record_reading import record_of


class RecordState(RecordForm, rx.State):
    """What is known of the record that the address names, and the form that changes it."""

    title: str = ""
    badge: Badge = Badge("")
    area: str = ""
    way: list[Crumb] = []
    groups: list[FactGroup] = []
    notes: list[Fact] = []
    related: list[Related] = []
    happened: list[Change] = []
    warning: str = ""
    files: list[FileRow] = []
    takes_files: bool = False
    may_attach: bool = False
    own_page: str = ""
    may_change: bool = False
    is_missing: bool = False
    is_ready: bool = False
    _kind: str = ""
    _record: int = 0

    @rx.event
    @allow(STAFF)
    async def load(self) -> None:
        """Loads the record."""
        path = str(self.router.url.path).rstrip("/")
        kind = path.split("/")[-2] if path.count("/") >= 3 else ""
        try:
            record_id = id_in(path)
            if (kind, record_id) != (self._kind, self._record):
                self.reset()  # type: ignore[no-untyped-call]
            self._kind, self._record = kind, record_id
            await self._load()
        except NotFound:
            self.reset()  # type: ignore[no-untyped-call]
            self.is_missing, self.title = True, "Record"

    async def _load(self) -> None:
        kind, record_id = self._kind, self._record
        found = await read(lambda session, who: record_of(session, who, kind, record_id))
        show(
            self,
            title=found.name,
            badge=found.state or Badge(""),
            area=area_of(found.resource),
            way=[Crumb("All tables", routes.RECORDS), Crumb(found.resource.many, list_at(kind))],
            groups=found.groups,
            notes=found.notes,
            related=found.related,
            happened=found.happened,
            warning=found.warning,
            files=found.files,
            takes_files=kind in FILES,
            may_attach=kind in FILES and may(actor(), FILES[kind].right),
            own_page=address_of(kind, record_id) if kind in OWN_PAGES else "",
            may_change=may_change(actor(), found.resource),
            is_missing=False,
            is_ready=True,
        )

    @rx.event
    @allow(STAFF)
    async def edit(self) -> None:
        """Opens the form with the record's values."""
        await self._open_form(self._kind, self._record)

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:  # noqa: ARG002
        await self._load()
        await say(self, f"{resource.one} saved.")
