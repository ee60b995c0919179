"""Settings → Own fields: adding, changing, sorting and archiving the fields of every kind."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access.permissions import STAFF
from psa_app.display.forms import Option
from psa_app.display.own_fields import OwnField, OwnKind
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.models import CustomField
from psa_app.queries.field_list import own_fields
from psa_app.resources import RESOURCES
from psa_app.services.lowcode.fields import (
    archive_field,
    change_field,
    create_field,
    reorder_fields,
    restore_field,
)
from psa_app.state.areas import ROLES
from psa_app.state.base import allow, field_errors, form_values, read, say, write

TYPES = {
    "text": "Text",
    "multiline": "Long text",
    "number": "Number",
    "money": "Money",
    "date": "Date",
    "choice": "Choice",
    "person": "Person",
    "link": "Link",
    "bool": "Yes or no",
}
TYPE_OPTIONS = [Option(value, label) for value, label in TYPES.items()]
SEEN = {f"seen_{role}": ROLES[role] for role in STAFF if role != "owner"}


class OwnFieldsState(rx.State):
    """The fields of every kind, and the form of one."""

    kinds: list[OwnKind] = []
    links: list[Option] = []
    is_ready: bool = False
    errors: dict[str, str] = {}
    form_open: bool = False
    form_title: str = ""
    form_key: int = 0
    values: dict[str, str] = {}
    type: str = "text"
    _fields: dict[int, CustomField] = {}
    _kind: str = ""
    _editing: int = 0
    _version: int = 0

    async def _load(self) -> None:
        found = await read(own_fields)
        self._fields = {int(one.id or 0): one for listed in found.values() for one in listed}
        self.kinds = [
            OwnKind(kind, title_of(kind), routes.records(kind), _shown(listed))
            for kind, listed in found.items()
        ]
        self.links = [Option(kind, title_of(kind)) for kind in found]
        self.is_ready = True

    @rx.event
    @allow("fields.change")
    def add(self, kind: str) -> None:
        """Opens the form for a new field of a kind."""
        if kind not in {one.kind for one in self.kinds}:
            raise NotFound()
        self._open(kind, None)

    @rx.event
    @allow("fields.change")
    def edit(self, field_id: int) -> None:
        """Opens the form with a field's values."""
        field = self._field(field_id)
        self._open(field.kind, field)

    def _open(self, kind: str, field: CustomField | None) -> None:
        self._kind, self._editing = kind, int(field.id or 0) if field else 0
        self._version = field.version if field else 0
        self.type = field.type if field else "text"
        self.values = _values(field)
        self.errors = {}
        self.form_title = f"Change {field.label}" if field else f"New field of {title_of(kind).lower()}"
        self.form_key += 1
        self.form_open = True

    @rx.event
    @allow("fields.change")
    def set_type(self, value: str) -> None:
        """Shows what a field of this type asks for."""
        self.type = value if value in TYPES else "text"

    @rx.event
    @allow("fields.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Adds or changes the field; what is wrong stands beside its input."""
        given, editing, kind, version = _given(data), self._editing, self._kind, self._version
        try:
            if editing:
                await write(
                    lambda session, who: change_field(session, who, editing, version=version, **given)
                )
            else:
                await write(lambda session, who: create_field(session, who, kind=kind, **given))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.form_open = False
        await self._load()
        await say(
            self,
            f"{given['label']} is in lists, filters, forms and files of {title_of(kind).lower()} now.",
            link="See the list",
            href=routes.records(kind),
        )

    @rx.event
    @allow("fields.change")
    async def move(self, field_id: int, by: int) -> None:
        """Moves a field one place up (−1) or down (1)."""
        field = self._field(field_id)
        ids = [key for key, one in self._fields.items() if one.kind == field.kind and not one.is_archived]
        ids.sort(key=lambda key: (self._fields[key].position, key))
        at = ids.index(field_id) if field_id in ids else -1
        if at < 0 or by not in (-1, 1) or not 0 <= at + by < len(ids):
            raise Invalid("This field cannot move there.")
        ids[at], ids[at + by] = ids[at + by], ids[at]
        await write(lambda session, who: reorder_fields(session, who, kind=field.kind, ids=ids))
        await self._load()

    @rx.event
    @allow("fields.change")
    async def archive(self, field_id: int) -> None:
        """Takes a field out of lists and forms; its values stay."""
        version = self._field(field_id).version
        field = await write(lambda session, who: archive_field(session, who, field_id, version=version))
        await self._load()
        await say(
            self,
            f"{field.label} is archived. What was filled in stays.",
            undo=OwnFieldsState.restore(field_id),
        )

    @rx.event
    @allow("fields.change")
    async def restore(self, field_id: int) -> None:
        """Puts an archived field back."""
        version = self._field(field_id).version
        field = await write(lambda session, who: restore_field(session, who, field_id, version=version))
        await self._load()
        await say(self, f"{field.label} is back.")

    @rx.event
    @allow("fields.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False

    def _field(self, field_id: int) -> CustomField:
        if field_id not in self._fields:
            raise NotFound()
        return self._fields[field_id]


def title_of(kind: str) -> str:
    """The name of a kind in the plural."""
    return RESOURCES[kind].many if kind in RESOURCES else kind.replace("_", " ").capitalize()


def _shown(listed: list[CustomField]) -> list[OwnField]:
    in_use = [one for one in listed if not one.is_archived]
    return [
        OwnField(
            int(one.id or 0),
            one.label,
            one.help or ", ".join(one.choices[:6]),
            f"{TYPES.get(one.type, one.type)} to {title_of(one.links_to)}"
            if one.links_to
            else TYPES[one.type],
            _seen_by(one.seen_by),
            one.is_required,
            one.is_archived,
            bool(in_use) and one is in_use[0],
            bool(in_use) and one is in_use[-1],
        )
        for one in listed
    ]


def _seen_by(roles: str) -> str:
    return ", ".join(ROLES.get(role, role) for role in roles.split(",")) if roles else "Everyone in the firm"


def _values(field: CustomField | None) -> dict[str, str]:
    """What the form shows; a box is ticked by "on"."""
    names = ("label", "help", "default", "links_to", "choices", "is_required", *SEEN)
    if field is None:
        return dict.fromkeys(names, "") | {"links_to": "accounts"}
    seen = {name: "on" for name in SEEN if name.removeprefix("seen_") in field.seen_by.split(",")}
    return (
        dict.fromkeys(names, "")
        | seen
        | {
            "label": field.label,
            "help": field.help,
            "default": field.default,
            "links_to": field.links_to or "accounts",
            "choices": "\n".join(field.choices),
            "is_required": "on" if field.is_required else "",
        }
    )


def _given(data: dict[str, Any]) -> dict[str, Any]:
    """What the services take, from the form."""
    values = form_values(
        data, ("label", "help", "default", "links_to", "choices", "is_required", "type", *SEEN)
    )
    kind = values["type"] if values["type"] in TYPES else "text"
    roles = [name.removeprefix("seen_") for name in SEEN if values[name]]
    return {
        "label": values["label"],
        "type": kind,
        "choices": values["choices"].splitlines() if kind == "choice" else [],
        "links_to": values["links_to"] if kind == "link" else "",
        "help": values["help"],
        "is_required": bool(values["is_required"]),
        "default": "" if kind in ("person", "link") else values["default"],
        "seen_by": ["owner", *roles] if roles else [],
    }
