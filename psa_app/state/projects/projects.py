"""The list of projects, and the form that makes one, from a signed scope or without."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Pager, Row
from psa_app.errors import Invalid, PsaError
from psa_app.formats import words
from psa_app.queries.import_keys import RIGHT
from psa_app.queries.projects.choices import clients, people, scope_title, scopes_without_project
from psa_app.queries.projects.listing import PAGE, ListedProject, ProjectPage, project_page
from psa_app.queries.templates.listing import offers
from psa_app.rules import fields, hours
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.projects.make import create_project, make_project_from_sow
from psa_app.services.templates.use_project import make_project_from_template
from psa_app.state.base import actor, allow, field_errors, form_values, opened, read, write
from psa_app.state.home.home_lists import used_cell

STATES = (("active", "Active"), ("planned", "Planned"), ("closed", "Closed"), ("all", "All"))
SORTS = ("name", "client", "lead", "ends", "used")
NAMES = ("scope", "template", "name", "client", "lead", "starts_on", "ends_on", "budget")


class ProjectsState(rx.State):
    """One page of the list."""

    columns: list[Column] = []
    rows: list[Row] = []
    pager: Pager = Pager()
    tabs: list[Tab] = []
    tab: str = "active"
    q: str = ""
    sort: str = "name"
    descending: bool = False
    may_create: bool = False
    may_import: bool = False
    sees_figures: bool = False
    form_open: bool = False
    scope: str = ""
    name: str = ""
    lead: str = ""
    scopes: list[Option] = []
    clients: list[Option] = []
    people: list[Option] = []
    templates: list[Option] = []
    template: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    name_key: int = 0  # a new one shows the scope's name, and leaves alone what is typed elsewhere
    files: list[str] = ["", ""]
    is_ready: bool = False

    @rx.event
    @allow("tasks.read")
    async def load(self) -> Any:
        """Loads the page that the address describes; `?new=1` opens the form (`sow=` chooses the scope)."""
        asked = self.router.url.query_parameters
        self.q = str(asked.get("q", ""))[:100]
        tab = str(asked.get("state", "active"))
        self.tab = tab if tab in dict(STATES) else "active"
        sort = str(asked.get("sort", "name"))
        self.descending = sort.startswith("-")
        self.sort = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "name"
        page = str(asked.get("page", "1"))
        await self._load(int(page) if page.isdecimal() and len(page) < 7 else 1)
        if asked.get("new") and self.may_create and not self.form_open:
            self.template = str(asked.get("template", ""))
            await self._open(str(asked.get("sow", "")))
            return opened(self, "sow", "template")
        return None

    async def _load(self, page: int) -> None:
        who = actor()
        self.may_create, self.sees_figures = may(who, "projects.change"), may(who, "projects.margin")
        self.may_import = self.may_create and may(who, RIGHT)
        found = await read(
            lambda session, actor: project_page(
                session,
                actor,
                status=self.tab,  # type: ignore[arg-type]
                text=self.q,
                sort=self.sort,  # type: ignore[arg-type]
                descending=self.descending,
                page=page,
            )
        )
        self.columns = columns(self.sees_figures)
        self.rows = [row(one, self.sees_figures) for one in found.rows]
        self.pager = _pager(found, page)
        self.tabs = [
            Tab(key, label, self._address(state="" if key == "active" else key, page=""), _count(found, key))
            for key, label in STATES
        ]
        self.files = routes.export("projects", q=self.q, status="" if self.tab == "all" else self.tab)
        self.is_ready = True

    @rx.event
    @allow("tasks.read")
    def search(self, text: str) -> Any:
        """Searches by name and client."""
        return rx.redirect(self._address(q=text[:100], page=""), replace=True)

    @rx.event
    @allow("tasks.read")
    def on_sort(self, key: str) -> Any:
        """Sorts by a column, or turns its order round."""
        turned = key == self.sort and not self.descending
        return rx.redirect(self._address(sort=f"-{key}" if turned else key, page=""), replace=True)

    @rx.event
    @allow("tasks.read")
    def go(self, page: int) -> Any:
        """Turns to a page."""
        return rx.redirect(self._address(page=page if page > 1 else ""))

    def _address(self, **changes: Any) -> str:
        sort = ("-" if self.descending else "") + self.sort
        now = {
            "state": "" if self.tab == "active" else self.tab,
            "q": self.q,
            "sort": "" if sort == "name" else sort,
        }
        wanted = now | changes
        return routes.with_query(routes.PROJECTS, **(wanted | {"sort": wanted["sort"].replace("name", "")}))

    @rx.event
    @allow("projects.change")
    async def add(self) -> None:
        """Opens the form."""
        self.template = ""
        await self._open("")

    async def _open(self, sow: str) -> None:
        who = actor()
        self.scopes, self.clients, self.people = await read(_options)
        self.templates = await read(_templates)
        self.scope = sow if sow in {one.value for one in self.scopes} else ""
        if not self.scope and len(self.scopes) == 1 and not self.template:
            self.scope = self.scopes[0].value
        self.lead = str(who.person_id or "")
        self.name = ""
        self.form_key += 1
        await self._take_name()
        self.errors, self.form_open = {}, True

    @rx.event
    @allow("projects.change")
    async def pick_scope(self, sow: str) -> None:
        """The scope gives the project its name."""
        self.scope = sow if sow in {one.value for one in self.scopes} else ""
        await self._take_name()

    async def _take_name(self) -> None:
        scope = self.scope
        if scope:
            self.name = await read(lambda s, who: scope_title(s, who, int(scope)))
            self.name_key += 1

    @rx.event
    @allow("projects.change")
    def close(self) -> None:
        """Closes the form."""
        self.form_open = False

    @rx.event
    @allow("projects.change")
    async def save(self, data: dict[str, Any]) -> Any:
        """Makes the project and opens it."""
        try:
            typed = form_values(data, NAMES)
            made = await write(lambda session, who: _make(session, who, typed))
        except PsaError as error:
            named = {"lead_id": "lead", "account_id": "client", "budget_minutes": "budget"}
            self.errors = {named.get(key, key): text for key, text in field_errors(error).items()}
            return None
        self.form_open = False
        return rx.redirect(routes.project(made))


def _make(session: Session, who: Actor, typed: dict[str, str]) -> int:
    lead = int(typed["lead"]) if typed["lead"].isdecimal() else None
    if typed["template"].isdecimal():
        return _from_template(session, who, typed, lead)
    if typed["scope"].isdecimal():
        made = make_project_from_sow(session, who, int(typed["scope"]), name=typed["name"], lead_id=lead)
        return int(made.id or 0)
    if not typed["name"]:
        raise Invalid("Give the project a name.", "name")
    made = create_project(
        session,
        who,
        name=typed["name"],
        account_id=int(typed["client"]) if typed["client"].isdecimal() else None,
        lead_id=lead,
        starts_on=fields.iso_date(typed["starts_on"], "starts_on") if typed["starts_on"] else None,
        ends_on=fields.iso_date(typed["ends_on"], "ends_on") if typed["ends_on"] else None,
        budget_minutes=hours.parse_duration(typed["budget"], "budget") if typed["budget"] else 0,
    )
    return int(made.id or 0)


def _from_template(session: Session, who: Actor, typed: dict[str, str], lead: int | None) -> int:
    made = make_project_from_template(
        session,
        who,
        int(typed["template"]),
        name=typed["name"],
        starts_on=fields.optional_date(typed["starts_on"], "starts_on"),
        account_id=int(typed["client"]) if typed["client"].isdecimal() else None,
        sow_id=int(typed["scope"]) if typed["scope"].isdecimal() else None,
        lead_id=lead,
    )
    return int(made.id or 0)


def _templates(session: Session, who: Actor) -> list[Option]:
    found = offers(session, who, "project")
    return [Option(str(key), f"{name} · {holds}") for key, name, holds in found]


def _options(session: Session, who: Actor) -> tuple[list[Option], list[Option], list[Option]]:
    return (
        [
            Option(str(key), f"{title} · {client}")
            for key, title, client in scopes_without_project(session, who)
        ],
        [Option(str(key), name) for key, name in clients(session, who)],
        [Option(str(key), f"{name} · {role}") for key, name, role in people(session, who)],
    )


def columns(sees_figures: bool) -> list[Column]:
    """What a role sees of each project."""
    figures = [Column("used", "Budget used", sortable=True), Column("margin", "Margin", align="right")]
    own = [Column("used", "Your time", align="right")]
    return [
        Column("name", "Project", sortable=True, fixed=True),
        Column("lead", "Lead", sortable=True, phone="hide"),
        *(figures if sees_figures else own),
        Column("ends", "Ends", sortable=True, phone="hide"),
        Column("state", "State", align="right", phone="side"),
    ]


def row(one: ListedProject, sees_figures: bool) -> Row:
    """A line of the list."""
    state = one.health.state if one.health is not None and one.status == "active" else one.status
    word = badge(state)
    tip = one.health.why if one.health is not None else ""
    figures = [_used(one), _margin(one)] if sees_figures else [Cell(h_mm_seconds(one.seconds), align="right")]
    return Row(
        str(one.id),
        [
            Cell(one.name, sub=one.account, kind="strong"),
            Cell(one.lead or words.MISSING),
            *figures,
            Cell(words.day(one.ends_on) if one.ends_on else words.MISSING),
            Cell(word.text, kind="badge", tone=word.tone, tip=tip),
        ],
        href=routes.project(one.id),
        name=one.name,
    )


def _used(one: ListedProject) -> Cell:
    if one.health is not None:
        return used_cell(one.health, "en")
    return Cell(f"{h_mm_seconds(one.seconds)} h", kind="muted")


def _margin(one: ListedProject) -> Cell:
    share = one.health.margin if one.health is not None else None
    return Cell(words.MISSING if share is None else words.percent(share), align="right")


def _count(found: ProjectPage, key: str) -> str:
    number = sum(found.counts.values()) if key == "all" else found.counts.get(key, 0)
    return str(number) if number else ""


def _pager(found: ProjectPage, page: int) -> Pager:
    pages = max(1, -(-found.total // PAGE))
    first = (page - 1) * PAGE + 1
    text = f"{first}–{first + len(found.rows) - 1} of {found.total:,}" if found.rows else "None"
    return Pager(page, pages, text)
