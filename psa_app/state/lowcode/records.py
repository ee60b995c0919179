"""The list of any kind of record: what its address asks is what it shows."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.forms import Option
from psa_app.display.frame import Crumb, Tab
from psa_app.display.tables import Cell, Chip, Column, Pager, Row
from psa_app.errors import Invalid, NotFound
from psa_app.models.resource import Resource
from psa_app.queries.import_keys import may_import
from psa_app.services.lowcode.bulk import MOST
from psa_app.services.lowcode.saved_views import choose_columns
from psa_app.state.base import actor, allow, opened, read, say, show, write
from psa_app.state.lowcode import filter_words
from psa_app.state.lowcode.act_words import act_options
from psa_app.state.lowcode.address import Asked, asked
from psa_app.state.lowcode.form import RecordForm
from psa_app.state.lowcode.kinds import STAFF, address_of, area_of, kind_at, may_change, may_create, within
from psa_app.state.lowcode.reading import ALL, ARCHIVED, Listed, filters_of, list_of, start_of
from psa_app.state.lowcode.view_words import Views, resolved, views


class RecordsState(RecordForm, rx.State):
    """One page of a list, and the dialog for a new record."""

    many: str = ""
    one: str = ""
    area: str = ""
    way: list[Crumb] = []
    columns: list[Column] = []
    all_columns: list[Column] = []
    rows: list[Row] = []
    totals: list[Cell] = []
    pager: Pager = Pager()
    tabs: list[Tab] = []
    tab: str = ""
    view: str = ""
    view_name: str = ""
    view_shared: bool = False
    view_changed: bool = False
    may_change_view: bool = False
    may_share: bool = False
    chips: list[Chip] = []
    q: str = ""
    sort: str = ""
    descending: bool = False
    files: list[str] = ["", ""]
    import_href: str = ""
    error: str = ""
    empty_title: str = ""
    empty_words: str = ""
    may_create: bool = False
    may_change: bool = False
    chosen: list[str] = []
    every: bool = False  # all rows that the list holds are chosen, on every page
    all_chosen: bool = False
    chosen_words: str = ""
    every_words: str = ""  # "All 1,284", where more fit than the page shows
    acts: list[Option] = []
    may_fill: bool = False
    may_bulk: bool = False
    may_archive: bool = False
    archived: str = ""  # no, yes or all of those archived; "" where nothing is ever archived
    shows_archived: bool = False
    is_missing: bool = False
    is_ready: bool = False
    _count: int = 0
    _view: Views = Views([])
    _asked: Asked = Asked("")
    _order: list[str] = []  # of the columns, if someone chose them
    _next: str = ""
    _starts: dict[int, str] = {}  # page → the cursor at which it begins

    @rx.event
    @allow(STAFF)
    async def load(self) -> Any:
        """Loads the page that the address describes; `?new=1` opens the form."""
        url = self.router.url
        kind = kind_at(str(url.path))
        wanted = asked(kind, dict(url.query_parameters))
        if wanted.kind != self._asked.kind:
            self._forget()
        try:
            await self._load(wanted)
        except NotFound:
            self._forget()
            self.is_missing, self.many = True, "Records"
            return None
        if url.query_parameters.get("new") and self.may_create and not self.form_open:
            await self._open_form(kind)
            return opened(self)
        return None

    def _forget(self) -> None:
        self.reset()  # type: ignore[no-untyped-call]

    async def _load(self, wanted: Asked) -> None:
        try:
            wanted, found, chips, saved = await read(lambda session, who: _whole(session, who, wanted))
        except Invalid as error:
            if not self._asked.kind:  # the address asks for what is not there: the list as it is declared
                await self._load(Asked(wanted.kind))
            self.error = error.sentence
            return
        self._remember(wanted, found)
        self._view = saved
        who = actor()
        acts = act_options(who, found.resource)
        may_edit = may_change(who, found.resource)
        right = found.resource.change_right or found.resource.own_right
        sort = wanted.sort or found.resource.sort
        show(
            self,
            many=found.resource.many,
            one=within(found.resource.one),
            area=area_of(found.resource),
            way=[Crumb("All tables", routes.RECORDS)],
            columns=found.columns,
            all_columns=found.all_columns,
            rows=found.rows,
            totals=found.totals,
            pager=found.pager,
            tabs=saved.tabs,
            tab=saved.tab,
            view=str(saved.id or ""),
            view_name=saved.name,
            view_shared=saved.is_shared,
            view_changed=saved.is_changed or bool(found.order and not saved.tab),
            may_change_view=saved.may_change,
            may_share=may(who, "views.share"),
            chips=chips,
            q=wanted.q,
            sort=sort.removeprefix("-"),
            descending=sort.startswith("-"),
            files=_files(wanted, found),
            import_href=_import_href(who, found.resource),
            error=saved.gone,
            empty_title=_empty_title(wanted, found.resource),
            empty_words=_empty_words(wanted, found.resource),
            may_create=may_create(who, found.resource),
            may_change=may_edit,
            acts=acts,
            may_fill=bool(right) and may(who, right),
            may_bulk=bool(acts or (right and may(who, right))),
            may_archive=may_edit and found.resource.field("is_archived") is not None,
            archived=_archived(wanted, found.resource),
            shows_archived=wanted.filters.get(ARCHIVED) == "true",
            is_missing=False,
            is_ready=True,
        )
        self._choose(self.chosen, every=self.every)

    def _remember(self, wanted: Asked, found: Listed) -> None:
        if wanted.but(columns=()) != self._asked.but(columns=()):
            self._starts = {}
        if wanted.narrowed != self._asked.narrowed or wanted.kind != self._asked.kind:
            self.chosen, self.every = [], False
        self._count, self._order = found.count, found.order
        self._starts = self._starts | {wanted.page: wanted.cursor, wanted.page + 1: found.next_cursor}
        self._asked = wanted

    @rx.event
    @allow(STAFF)
    def search(self, text: str) -> Any:
        """Searches by what was typed."""
        return self._go(self._asked.but(q=text[:100]))

    @rx.event
    @allow(STAFF)
    def on_sort(self, key: str) -> Any:
        """Sorts by a column, or turns its order round."""
        turned = key == self.sort and not self.descending
        return self._go(self._asked.but(sort=f"-{key[:60]}" if turned else key[:60]))

    @rx.event
    @allow(STAFF)
    async def go(self, page: int) -> Any:
        """Turns to the page before or after."""
        wanted = self._asked
        start = self._starts.get(page, "")
        if page > 1 and not start:
            start = await read(lambda session, who: start_of(session, who, wanted, page))
        return self._go(wanted.but(page=page, cursor=start) if start else wanted.but())

    @rx.event
    @allow(STAFF)
    def unchip(self, key: str) -> Any:
        """Takes a filter off."""
        return self._go(self._asked.filtered({key: ""}))

    @rx.event
    @allow(STAFF)
    def clear(self) -> Any:
        """Takes all filters off; which of the archived ones are shown stays."""
        kept = {name: text for name, text in self._asked.filters.items() if name == ARCHIVED}
        return self._go(self._asked.but(filters=kept))

    @rx.event
    @allow(STAFF)
    def show_archived(self, which: str) -> Any:
        """Shows records that are not archived, those that are, or all."""
        return self._go(self._asked.filtered({ARCHIVED: {"yes": "true", "all": ALL}.get(which, "")}))

    @rx.event
    @allow(STAFF)
    async def toggle_column(self, key: str, yes: bool) -> Any:
        """Shows a column, or hides it."""
        shown = [column.key for column in self.columns if column.key != key]
        known = {column.key for column in self.all_columns}
        return await self._with_columns((*shown, *([key] if yes and key in known else [])))

    @rx.event
    @allow(STAFF)
    async def move_column(self, key: str, step: int) -> Any:
        """Puts a column before or after its neighbour; the first one, which opens the row, stays first."""
        names = [column.key for column in self.columns]
        place = names.index(key) if key in names else 0
        wanted = place + (1 if step > 0 else -1)
        if place == 0 or not 0 < wanted < len(names):
            return None
        names[place], names[wanted] = names[wanted], names[place]
        return await self._with_columns(tuple(names))

    @rx.event
    @allow(STAFF)
    async def usual_columns(self) -> Any:
        """Shows the columns of the declaration again."""
        return await self._with_columns(())

    async def _with_columns(self, names: tuple[str, ...]) -> Any:
        """In a view, or a list that was handed on, they stand in the address; else they are remembered."""
        now = self._asked
        if now.view or now.columns:
            return self._go(now.but(columns=names, page=now.page, cursor=now.cursor))
        await write(lambda session, who: choose_columns(session, who, kind=now.kind, columns=names))
        await self._load(now)
        return None

    @rx.event
    @allow(STAFF)
    def on_choose(self, key: str, yes: bool) -> None:
        """Chooses a row, or lets it go."""
        kept = [one for one in self.chosen if one != key]
        self._choose([*kept, key[:20]] if yes else kept)

    @rx.event
    @allow(STAFF)
    def on_all(self, yes: bool) -> None:
        """Chooses the rows of this page, or lets all go."""
        here = [row.id for row in self.rows]
        self._choose([*dict.fromkeys([*self.chosen, *here])] if yes else [])

    @rx.event
    @allow(STAFF)
    def choose_every(self) -> None:
        """Chooses all rows that the list holds, on every page."""
        self._choose([row.id for row in self.rows], every=True)

    def _choose(self, chosen: list[str], *, every: bool = False) -> None:
        here = {row.id for row in self.rows}
        kept = [*chosen][:MOST]
        whole = bool(here) and here <= set(kept)
        more = whole and not every and self._count > len(kept)
        count = self._count if every else len(kept)
        show(
            self,
            chosen=kept,
            every=every,
            all_chosen=whole,
            chosen_words=f"{count:,} selected",
            every_words=f"Select all {self._count:,}" if more else "",
        )

    @rx.event
    @allow(STAFF)
    async def add(self) -> None:
        """Opens the form for a new record."""
        await self._open_form(self._asked.kind)

    async def _saved(self, resource: Resource, record_id: int, *, new: bool) -> Any:
        await self._load(self._asked)
        word = "added" if new else "saved"
        await say(self, f"{resource.one} {word}.", link="Open it", href=address_of(resource.kind, record_id))

    def _go(self, wanted: Asked) -> Any:
        if not wanted.says_more:
            wanted = wanted.but(view=0, page=wanted.page, cursor=wanted.cursor)
        return rx.redirect(wanted.href, replace=True)


def _whole(session: Any, who: Actor, wanted: Asked) -> tuple[Asked, Listed, list[Chip], Views]:
    wanted = resolved(session, who, wanted)
    found = list_of(session, who, wanted)
    chips = filter_words.chips(session, who, found.resource, wanted.filters)
    return wanted, found, chips, views(session, who, wanted)


def _files(wanted: Asked, found: Listed) -> list[str]:
    """The list as files: narrowed as it is, its columns first and in their order."""
    filters = filters_of(found.resource, wanted)
    order = ",".join(found.order)
    return routes.export(wanted.kind, q=wanted.q, sort=wanted.sort, columns=order, **filters)


def _archived(wanted: Asked, resource: Resource) -> str:
    if resource.field(ARCHIVED) is None:
        return ""
    return {"true": "yes", ALL: "all"}.get(wanted.filters.get(ARCHIVED, ""), "no")


def _empty_title(wanted: Asked, resource: Resource) -> str:
    if wanted.q or wanted.filters:
        return f"No {resource.many.lower()} fit"
    return f"No {resource.many.lower()} yet"


def _empty_words(wanted: Asked, resource: Resource) -> str:
    if _archived(wanted, resource) == "no" and (wanted.q or wanted.filters):
        return "Archived ones are not shown here: choose “Archived: all” to see them too."
    return "They stand here as soon as there are some."


def _import_href(who: Actor, resource: Resource) -> str:
    return routes.record_import(resource.kind) if may_import(who, resource) else ""
