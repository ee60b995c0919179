"""The onboarding checklist of the client that the address names."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.templates import CheckItem
from psa_app.errors import Invalid, NotFound, PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.clients.activities import owners
from psa_app.queries.templates.checklists import ToDo, checklist
from psa_app.queries.templates.listing import offers
from psa_app.rules import fields
from psa_app.services.templates.checklist import (
    add_item,
    change_item,
    remove_item,
    start_onboarding,
    tick_item,
)
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.contracts.sow import id_in


class ChecklistState(rx.State):
    """Its items, and the dialogs that begin one or change an item."""

    items: list[CheckItem] = []
    progress: str = ""
    may_use: bool = False
    may_save: bool = False
    client: int = 0
    dialog: str = ""  # start | item
    title: str = ""
    templates: list[Option] = []
    people: list[Option] = []
    owner: str = ""
    today: str = ""
    item_title: str = ""
    item_due: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _found: list[ToDo] = []
    _item: int = 0
    _version: int = 0

    @rx.event
    @allow("accounts.read")
    async def load(self) -> None:
        """Loads the checklist of the client that the address names."""
        try:
            self.client = id_in(str(self.router.url.path))
        except NotFound:
            self.items, self.is_ready = [], False
            return
        await self._load()

    async def _load(self) -> None:
        who, client = actor(), self.client
        self.may_use, self.may_save = may(who, "checklists.change"), may(who, "templates.change")
        if not self.may_use:
            return
        found, zone = await read(lambda s, a: (checklist(s, a, client), _zone(s)))
        today = clock.today(zone)
        self._found, self.today = found, today.isoformat()
        self.items = [_item(one, today, ZoneInfo(zone)) for one in found]
        done = sum(one.done for one in self.items)
        self.progress = f"{done} of {len(found)} done" if found else ""
        self.is_ready = True

    @rx.event
    @allow("checklists.change")
    async def ask_start(self) -> None:
        """Opens the form that begins a checklist."""
        found = await read(lambda s, who: offers(s, who, "onboarding"))
        self.templates = [Option(str(key), f"{name} · {holds}") for key, name, holds in found]
        nothing = "" if found else "There is no checklist to begin from. Write one under Sales, Templates."
        await self._open("start", "Start onboarding", nothing)

    @rx.event
    @allow("checklists.change")
    async def add(self) -> None:
        """Opens the form for one more thing to do."""
        self._item, self._version, self.item_title, self.item_due = 0, 0, "", ""
        await self._open("item", "Add to the checklist")

    @rx.event
    @allow("checklists.change")
    async def edit(self, item_id: int) -> None:
        """Opens the form of an item."""
        one = next((one for one in self._found if one.id == item_id), None)
        if one is None:
            raise NotFound()
        self._item, self._version, self.item_title = one.id, one.version, one.title
        self.item_due = one.due_on.isoformat() if one.due_on else ""
        await self._open("item", "Change what is to do")
        self.owner = str(one.owner_id or "")

    async def _open(self, dialog: str, title: str, told: str = "") -> None:
        self.people = [Option(str(key), name) for key, name in await read(owners)]
        self.owner, self.title, self.dialog = str(actor().user_id or ""), title, dialog
        self.errors = {"form": told}
        self.form_key += 1

    @rx.event
    @allow("checklists.change")
    def close(self) -> None:
        """Closes the open form."""
        self.dialog = ""

    @rx.event
    @allow("checklists.change")
    async def start(self, data: dict[str, Any]) -> None:
        """Begins the checklist."""
        typed, client = form_values(data, ("template", "starts_on", "owner_id")), self.client
        try:
            if not typed["template"].isdecimal():
                raise Invalid("Choose a checklist.", "template")
            starts = fields.iso_date(typed["starts_on"], "starts_on")
            owner = fields.optional_whole(typed["owner_id"], "owner_id")
            made = await write(
                lambda s, who: start_onboarding(
                    s, who, int(typed["template"]), account_id=client, starts_on=starts, owner_id=owner
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog = ""
        await self._load()
        await say(self, f"Onboarding has begun: {len(made)} things to do.")

    @rx.event
    @allow("checklists.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Adds or changes an item."""
        typed, client = form_values(data, ("title", "due_on", "owner_id")), self.client
        item_id, version = self._item, self._version
        try:
            values: dict[str, Any] = {
                "title": typed["title"],
                "due_on": fields.optional_date(typed["due_on"], "due_on"),
                "owner_id": fields.optional_whole(typed["owner_id"], "owner_id"),
            }
            if item_id:
                await write(lambda s, who: change_item(s, who, item_id, version=version, **values))
            else:
                await write(lambda s, who: add_item(s, who, account_id=client, **values))
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.dialog = ""
        await self._load()

    @rx.event
    @allow("checklists.change")
    async def tick(self, item_id: int, done: bool) -> None:
        """Ticks an item off, or takes that back."""
        await write(lambda s, who: tick_item(s, who, item_id, done=done))
        await self._load()

    @rx.event
    @allow("checklists.change")
    async def remove(self, item_id: int) -> None:
        """Takes an item off."""
        await write(lambda s, who: remove_item(s, who, item_id))
        await self._load()
        await say(self, "Taken off the checklist.")


def _zone(session: Session) -> str:
    return session.exec(select(Firm.time_zone)).first() or "UTC"


def _item(one: ToDo, today: date, zone: ZoneInfo) -> CheckItem:
    if one.done_at is not None:
        day = words.day(one.done_at.astimezone(zone).date())
        return CheckItem(one.id, one.title, f"Done by {one.done_by}, {day}", done=True)
    when = f"due {words.day(one.due_on, year=False)}" if one.due_on else ""
    sub = " · ".join(part for part in (one.owner, when) if part)
    late = (today - one.due_on).days if one.due_on else 0
    days = f"{late} day late" if late == 1 else f"{late} days late"
    return CheckItem(one.id, one.title, sub, late=days if late > 0 else "")
