"""The list of templates by kind, and the form that begins one by hand."""

from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Column, Row
from psa_app.errors import PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.templates.listing import TemplateRow, templates
from psa_app.rules.templates.bodies import KINDS
from psa_app.services.templates.change import create_template
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, write

MANY = {
    "sow": "Scopes",
    "project": "Projects",
    "billing": "Billing rules",
    "onboarding": "Onboarding",
}
COLUMNS = [
    Column("name", "Template"),
    Column("kind", "For", phone="side"),
    Column("holds", "Holds"),
    Column("changed", "Changed", phone="hide"),
]


class TemplatesState(rx.State):
    """The list that the address describes, and the dialog for a new one."""

    rows: list[Row] = []
    tabs: list[Tab] = []
    tab: str = ""
    may_create: bool = False
    is_ready: bool = False
    form_open: bool = False
    form_key: int = 0
    kinds: list[Option] = [Option(key, label) for key, label in KINDS]
    kind: str = "project"
    errors: dict[str, str] = {}

    @rx.event
    @allow("templates.read")
    async def load(self) -> Any:
        """Loads the templates of a kind (`?kind=project`), or those put away (`?kind=archived`)."""
        asked = self.router.url.query_parameters
        wanted = str(asked.get("kind", ""))
        self.tab = wanted if wanted in (*MANY, "archived") else ""
        self.may_create = may(actor(), "templates.change")
        found, zone = await read(_load)
        in_use = [one for one in found if not one.is_archived]
        shown = {
            "": in_use,
            **{kind: [one for one in in_use if one.kind == kind] for kind in MANY},
            "archived": [one for one in found if one.is_archived],
        }
        self.rows = [_row(one, zone) for one in shown[self.tab]]
        names = {"": "All", **MANY, "archived": "Archived"}
        self.tabs = [
            Tab(key, name, routes.with_query(routes.TEMPLATES, kind=key), str(len(shown[key]) or ""))
            for key, name in names.items()
            if key != "archived" or shown[key] or self.tab == key
        ]
        self.is_ready = True
        if asked.get("new") and self.may_create and not self.form_open:
            self._open()
            return opened(self)
        return None

    def _open(self) -> None:
        self.kind = self.tab if self.tab in MANY else "project"
        self.errors, self.form_open = {}, True
        self.form_key += 1

    @rx.event
    @allow("templates.change")
    def add(self) -> None:
        """Opens the form."""
        self._open()

    @rx.event
    @allow("templates.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False

    @rx.event
    @allow("templates.change")
    async def create(self, data: dict[str, Any]) -> Any:
        """Begins a template and opens it."""
        values: dict[str, Any] = form_values(data, ("kind", "name", "description"))
        try:
            made = await write(lambda session, who: create_template(session, who, **values))
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.form_open = False
        return rx.redirect(routes.template(int(made.id or 0)))


def _load(session: Session, who: Actor) -> tuple[list[TemplateRow], ZoneInfo]:
    return templates(session, who), ZoneInfo(session.exec(select(Firm.time_zone)).first() or "UTC")


def _row(one: TemplateRow, zone: ZoneInfo) -> Row:
    changed = one.updated_at.astimezone(zone).date()
    return Row(
        str(one.id),
        [
            Cell(one.name, sub=one.description.split("\n")[0][:120], kind="strong"),
            Cell(dict(KINDS)[one.kind]),
            Cell(one.holds),
            Cell(words.day(changed)),
        ],
        href=routes.template(one.id),
        name=one.name,
    )
