"""A list with its form, from a resource's declaration alone: `RecordPanel`.

A state that mixes it in calls `_show(kind)`; `components/record_panel.py` draws it. Nothing here
knows a table: fields, rights and checks are those of `resources/`.
"""

from dataclasses import dataclass
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app.access import ACTS, Act, Actor, may
from psa_app.display.tables import Column, Row
from psa_app.models.resource import Resource
from psa_app.queries import record_links
from psa_app.queries.records import list_records, readable
from psa_app.resources import RESOURCES
from psa_app.state.base import actor, allow, read, say, write
from psa_app.state.lowcode import record_words
from psa_app.state.lowcode.form import RecordForm
from psa_app.state.lowcode.reading import ARCHIVED, firm_of

READ = ("firm.read", "people.read", "roles.read", "holidays.read", "catalogue.read")
CHANGE = (
    "firm.money",
    "firm.change",
    "people.change",
    "cost.change",
    "roles.change",
    "exchange.change",
    "accounts.change",
    "contacts.change",
    "stages.change",
    "catalogue.change",
    "projects.change",
)

_CARRIED = (
    "holidays",
    "work_patterns",
    "cost_rates",
    "phases",
    "project_milestones",
    "raid_items",
    "addresses",
    "account_numbers",
)
ARCHIVED_FILTERS: dict[str, dict[str, Any]] = {"no": {ARCHIVED: "false"}, "yes": {ARCHIVED: "true"}}


def removal(kind: str) -> Act | None:
    """The act that takes a record of this kind back, if one is offered beside its row."""
    return ACTS.get(f"{kind}.delete") if kind in _CARRIED else None


@dataclass(frozen=True)
class _Found:
    columns: list[Column]
    rows: list[Row]


class RecordPanel(RecordForm, mixin=True):
    """The rows of one kind of record, and the dialog that makes or changes one."""

    columns: list[Column] = []
    rows: list[Row] = []
    one: str = ""
    many: str = ""
    may_create: bool = False
    may_change: bool = False
    may_remove: bool = False
    archived: str = ""  # no, yes or all of those archived are shown; "" where nothing is ever archived
    is_ready: bool = False
    _kind: str = ""
    _shared: dict[str, Any] = {}

    async def _show(self, kind: str, fixed: dict[str, Any] | None = None) -> None:
        """Shows the records of `kind`; `fixed` holds field values that all of them share."""
        resource = RESOURCES[kind]
        if kind != self._kind:
            self.archived = "no" if resource.field(ARCHIVED) is not None else ""
        self._kind, self._shared = kind, fixed or {}
        who = actor()
        self.one, self.many = resource.one.lower(), resource.many.lower()
        self.may_create = may(who, resource.create_right or resource.change_right)
        self.may_change = may(who, resource.change_right)
        act = removal(kind)
        self.may_remove = act is not None and may(who, act.right)
        shown = self._shared | ARCHIVED_FILTERS.get(self.archived, {})
        found = await read(lambda session, actor: _list(session, actor, resource, shown))
        self.columns, self.rows, self.is_ready = found.columns, found.rows, True

    @rx.event
    @allow(*READ)
    async def show_archived(self, which: str) -> None:
        """Shows records that are not archived, those that are, or all."""
        if self.archived:
            self.archived = which if which in ("yes", "all") else "no"
            await self._show(self._kind, self._shared)

    @rx.event
    @allow(*CHANGE)
    async def add(self) -> None:
        """Opens the form for a new record."""
        await self._open(0)

    @rx.event
    @allow(*CHANGE)
    async def edit(self, row_id: int) -> None:
        """Opens the form with a record's values."""
        await self._open(row_id)

    async def _open(self, row_id: int) -> None:
        await self._open_form(self._kind, row_id, self._shared)

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:  # noqa: ARG002
        await self._show(self._kind, self._shared)
        await say(self, "Saved.")

    @rx.event
    @allow(*CHANGE)
    async def remove(self, row_id: int) -> None:
        """Removes a record of a kind that can be removed."""
        act = removal(self._kind)
        if act is not None:
            await write(lambda session, who: act.perform(session, who, row_id, {}))
            await self._show(self._kind, self._shared)
            await say(self, "Removed.")


def _list(session: Session, who: Actor, resource: Resource, fixed: dict[str, Any]) -> _Found:
    filters = {name: str(value) for name, value in fixed.items()}
    page = list_records(session, who, resource, filters=filters, limit=200)
    shown = [field for field in readable(resource, who) if field.in_list and field.name not in fixed]
    names = record_links.names(session, who, shown, page.rows)
    base, zone = firm_of(session)
    rows = [
        Row(
            str(values["id"]),
            [record_words.cell(field, values, names.get(field.name, {}), base, zone) for field in shown],
            name=str(values.get(resource.title, "")),
        )
        for values in page.rows
    ]
    return _Found([record_words.column(field) for field in shown], rows)
