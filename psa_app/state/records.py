"""A list with its form, from a resource's declaration alone: `RecordPanel`.

A state that mixes it in calls `_show(kind)`; `components/record_panel.py` draws it. Nothing here
knows a table: fields, rights and checks are those of `resources/`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app.access import Actor, may
from psa_app.display.forms import FieldSpec, Option
from psa_app.display.tables import Column, Row
from psa_app.errors import PsaError
from psa_app.models import Firm
from psa_app.models.resource import Resource
from psa_app.queries import record_links
from psa_app.queries.records import list_records, read_record, readable
from psa_app.resources import RESOURCES
from psa_app.services.firm.calendars import delete_holiday
from psa_app.services.people.dated import delete_cost, delete_hours
from psa_app.services.projects.plan import delete_phase, delete_project_milestone, delete_raid_item
from psa_app.services.records import change_record, create_record
from psa_app.state import record_words
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write

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

# Kinds of which a record can be taken back, and the service that does it.
REMOVALS: dict[str, Callable[[Session, Actor, int], None]] = {
    "holidays": delete_holiday,
    "work_patterns": delete_hours,
    "cost_rates": delete_cost,
    "phases": delete_phase,
    "project_milestones": delete_project_milestone,
    "raid_items": delete_raid_item,
}


@dataclass(frozen=True)
class _Found:
    columns: list[Column]
    rows: list[Row]


class RecordPanel(rx.State, mixin=True):
    """The rows of one kind of record, and the dialog that makes or changes one."""

    columns: list[Column] = []
    rows: list[Row] = []
    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    form_open: bool = False
    form_title: str = ""
    form_key: int = 0
    one: str = ""
    many: str = ""
    may_create: bool = False
    may_change: bool = False
    may_remove: bool = False
    is_ready: bool = False
    _kind: str = ""
    _fixed: dict[str, Any] = {}
    _address: str = ""  # where a row leads, with {} for its id
    _editing: int = 0
    _version: int = 0

    async def _show(self, kind: str, fixed: dict[str, Any] | None = None, address: str = "") -> None:
        """Shows the records of `kind`; `fixed` holds field values that all of them share."""
        resource = RESOURCES[kind]
        self._kind, self._fixed, self._address = kind, fixed or {}, address
        who = actor()
        self.one, self.many = resource.one.lower(), resource.many.lower()
        self.may_create = may(who, resource.create_right or resource.change_right)
        self.may_change = may(who, resource.change_right)
        self.may_remove = self.may_change and kind in REMOVALS
        found = await read(lambda session, actor: _list(session, actor, resource, self._fixed, address))
        self.columns, self.rows, self.is_ready = found.columns, found.rows, True

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
        resource = RESOURCES[self._kind]
        values, specs = await read(
            lambda session, who: form_specs(session, who, resource, row_id, self._fixed)
        )
        self._editing, self._version = row_id, int(values.get("version", 0))
        self.specs, self.errors = specs, {}
        self.form_title = f"Change {self.one}" if row_id else f"New {self.one}"
        self.form_key += 1
        self.form_open = True

    @rx.event
    @allow(*CHANGE)
    async def save(self, data: dict[str, Any]) -> None:
        """Makes or changes the record; what is wrong stands beside its field."""
        resource = RESOURCES[self._kind]
        raw = raw_values(resource, data, self._fixed, new=not self._editing)
        try:
            if self._editing:
                version = self._version if resource.has_version else None
                await write(
                    lambda session, who: change_record(
                        session, who, resource, self._editing, raw, version=version
                    )
                )
            else:
                await write(lambda session, who: create_record(session, who, resource, raw))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.form_open = False
        await self._show(self._kind, self._fixed, self._address)
        await say(self, "Saved.")

    @rx.event
    @allow(*CHANGE)
    async def remove(self, row_id: int) -> None:
        """Removes a record of a kind that can be removed."""
        service = REMOVALS.get(self._kind)
        if service is not None:
            await write(lambda session, who: service(session, who, row_id))
            await self._show(self._kind, self._fixed, self._address)
            await say(self, "Removed.")

    @rx.event
    @allow(*CHANGE)
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False


def _list(session: Session, who: Actor, resource: Resource, fixed: dict[str, Any], address: str) -> _Found:
    filters = {name: str(value) for name, value in fixed.items()}
    page = list_records(session, who, resource, filters=filters, limit=200)
    shown = [field for field in readable(resource, who) if field.in_list and field.name not in fixed]
    names = record_links.names(session, who, shown, page.rows)
    base, zone = _firm(session)
    rows = [
        Row(
            str(values["id"]),
            [record_words.cell(field, values, names.get(field.name, {}), base, zone) for field in shown],
            name=str(values.get(resource.title, "")),
            href=address.format(values["id"]) if address else "",
        )
        for values in page.rows
    ]
    return _Found([record_words.column(field) for field in shown], rows)


def form_specs(
    session: Session, who: Actor, resource: Resource, row_id: int, fixed: dict[str, Any]
) -> tuple[dict[str, Any], list[FieldSpec]]:
    values = read_record(session, who, resource, row_id) if row_id else dict(fixed)
    base, _ = _firm(session)
    specs = []
    for field in readable(resource, who):
        if field.set == "never" or field.name in fixed:
            continue
        options = [Option(str(key), name) for key, name in record_links.choices(session, who, field)]
        specs.append(record_words.spec(field, values, options, base, new=not row_id))
    return values, specs


def raw_values(
    resource: Resource, data: dict[str, Any], fixed: dict[str, Any], *, new: bool
) -> dict[str, Any]:
    """What the form says, for the fields that it shows; an unticked box is "off"."""
    wanted = [
        field
        for field in resource.fields
        if field.set != "never" and field.name not in fixed and (new or field.set == "always")
    ]
    texts = form_values(data, [field.name for field in wanted])
    raw: dict[str, Any] = {
        field.name: (texts[field.name] or "off") if field.kind == "bool" else texts[field.name]
        for field in wanted
        if may(actor(), field.read_right or resource.read_right)
    }
    return raw | (fixed if new else {})


def _firm(session: Session) -> tuple[str, ZoneInfo]:
    firm = session.exec(select(Firm)).first()
    return (firm.base_currency, ZoneInfo(firm.time_zone)) if firm else ("EUR", ZoneInfo("UTC"))
