"""What is done with a scope: sent, taken back, deleted, made into a project; its milestones."""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, require, visible
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.models import Firm, Person
from psa_app.queries.contracts.one import Scope, one_scope
from psa_app.rules import fields
from psa_app.services.contracts.milestones import (
    accept_milestone_for_client,
    ready_milestone,
    take_back_milestone,
)
from psa_app.services.contracts.renew import renew_sow
from psa_app.services.contracts.send import send_sow, take_back_sow
from psa_app.services.contracts.write import delete_sow
from psa_app.services.projects.make import make_project_from_sow
from psa_app.state.base import actor, allow, field_errors, form_values, read, say, write
from psa_app.state.sow import SowState, default_until


class SowActs(rx.State):
    """The dialogs of the page; one is open at a time."""

    dialog: str = ""  # send | take_back | delete | project | accept
    contacts: list[Option] = []
    chosen: list[str] = []
    nobody: str = ""
    until: str = ""
    signer: str = ""
    leads: list[Option] = []
    lead: str = ""
    project_name: str = ""
    milestone: str = ""
    errors: dict[str, str] = {}
    _milestone: int = 0

    @rx.event
    @allow("sows.send")
    async def ask_send(self) -> None:
        """Opens the question to whom the scope goes."""
        page = await self.get_state(SowState)
        sow_id = page._sow
        await self._ask_send(await read(lambda session, who: one_scope(session, who, sow_id)))

    async def _ask_send(self, scope: Scope) -> None:
        zone = await read(lambda session, _: session.exec(select(Firm.time_zone)).one())
        self.contacts = [
            Option(str(one.id), one.name, one.email + (" · may sign" if one.is_approver else " · reads only"))
            for one in scope.contacts
        ]
        self.chosen = [str(one.id) for one in scope.contacts if one.is_approver]
        signs = any(one.is_approver for one in scope.contacts)
        self.nobody = "" if signs else routes.client(scope.sow.account_id)
        self.until, self.errors, self.dialog = default_until(clock.today(zone)), {}, "send"
        self.signer = actor().name

    @rx.event
    @allow("sows.send")
    async def send(self, data: dict[str, Any]) -> None:
        """Sends the scope to the ticked contacts."""
        page = await self.get_state(SowState)
        ids = tuple(int(one.value) for one in self.contacts if data.get(f"contact-{one.value}") == "on")
        try:
            values = form_values(data, ("valid_until", "name", "title"))
            until = fields.optional_date(values.pop("valid_until"), "valid_until")
            if not ids:
                self.errors = {"contact_ids": "Choose at least one person who may sign."}
                return
            await write(
                lambda session, who: send_sow(
                    session, who, page._sow, contact_ids=ids, valid_until=until, **values
                )
            )
        except PsaError as error:
            self.errors = _told(error)
            return
        self.dialog = ""
        await page._load("paper")
        people = "1 person" if len(ids) == 1 else f"{len(ids)} people"
        await say(self, f"{page.number} is on its way to {people}.")

    @rx.event
    @allow("sows.send", "sows.change", "projects.change", "milestones.accept_for_client")
    def close(self) -> None:
        """Closes the open dialog."""
        self.dialog = ""

    @rx.event
    @allow("sows.send", "sows.change")
    def ask(self, dialog: str) -> None:
        """Opens a question: take_back or delete."""
        self.dialog = dialog if dialog in ("take_back", "delete") else ""

    @rx.event
    @allow("sows.send")
    async def take_back(self) -> None:
        """Makes a sent or declined scope a draft again."""
        page = await self.get_state(SowState)
        self.dialog = ""
        await write(lambda session, who: take_back_sow(session, who, page._sow))
        await page._load("write")
        await say(self, f"{page.number} is a draft again; the links in the mails no longer open.")

    @rx.event
    @allow("sows.change")
    async def delete(self) -> Any:
        """Deletes a draft that was never sent."""
        page = await self.get_state(SowState)
        self.dialog = ""
        await write(lambda session, who: delete_sow(session, who, page._sow))
        await say(self, f"{page.number} is deleted.")
        return rx.redirect(routes.SOWS, replace=True)

    @rx.event
    @allow("sows.change")
    async def renew(self) -> Any:
        """Opens the draft that follows a signed scope; it is made the first time."""
        page = await self.get_state(SowState)
        made = await write(lambda session, who: renew_sow(session, who, page._sow))
        await say(self, f"{made.number} is the draft that follows {page.number}.")
        return rx.redirect(routes.sow(int(made.id or 0)))

    @rx.event
    @allow("projects.change")
    async def ask_project(self) -> None:
        """Opens the form for the scope's project."""
        page = await self.get_state(SowState)
        self.leads, self.lead = await read(_people)
        self.project_name, self.errors, self.dialog = page.scope_title, {}, "project"

    @rx.event
    @allow("projects.change")
    async def make_project(self, data: dict[str, Any]) -> Any:
        """Makes the project and opens it."""
        page = await self.get_state(SowState)
        values = form_values(data, ("name", "lead_id"))
        try:
            lead = fields.optional_whole(values["lead_id"], "lead_id")
            project = await write(
                lambda session, who: make_project_from_sow(
                    session, who, page._sow, name=values["name"], lead_id=lead
                )
            )
        except PsaError as error:
            self.errors = _told(error)
            return None
        self.dialog = ""
        await say(self, f"Project “{project.name}” is made, with a task for each line.")
        return rx.redirect(routes.project(int(project.id or 0)))

    @rx.event
    @allow("milestones.ready")
    async def ready(self, milestone_id: str) -> None:
        """Says that a milestone is ready; the client gets a mail."""
        await self._milestone_act(milestone_id, ready_milestone, "The client has been asked to accept it.")

    @rx.event
    @allow("milestones.ready")
    async def not_ready(self, milestone_id: str) -> None:
        """Takes that back."""
        await self._milestone_act(milestone_id, take_back_milestone, "It is planned again.")

    async def _milestone_act(self, milestone_id: str, act: Any, answer: str) -> None:
        page = await self.get_state(SowState)
        row_id = fields.whole(milestone_id, "milestone")
        await write(lambda session, who: act(session, who, row_id))
        await page._load(page.tab)
        await say(self, answer)

    @rx.event
    @allow("milestones.accept_for_client")
    async def ask_accept(self, milestone_id: str) -> None:
        """Opens the form for an acceptance that was given elsewhere."""
        page = await self.get_state(SowState)
        self._milestone = fields.whole(milestone_id, "milestone")
        self.milestone = next((one.title for one in page.parts if one.id == milestone_id), "")
        self.errors, self.dialog = {}, "accept"

    @rx.event
    @allow("milestones.accept_for_client")
    async def accept(self, data: dict[str, Any]) -> None:
        """Records the acceptance."""
        page = await self.get_state(SowState)
        values = form_values(data, ("name", "how"))
        row_id = self._milestone
        try:
            await write(lambda session, who: accept_milestone_for_client(session, who, row_id, **values))
        except PsaError as error:
            self.errors = _told(error)
            return
        self.dialog = ""
        await page._load(page.tab)
        await say(self, "Accepted: it can be billed now.")


def _told(error: PsaError) -> dict[str, str]:
    """Errors beside the dialog's fields; what no field of it shows stands above its buttons."""
    told = field_errors(error)
    shown = {"contact_ids", "valid_until", "name", "title", "lead_id", "how", "form"}
    return {name if name in shown else "form": sentence for name, sentence in told.items()}


def _people(session: Session, who: Actor) -> tuple[list[Option], str]:
    """Who can lead: people who are here, the asker first chosen."""
    require(who, "projects.change")
    today = clock.now().date()
    people = session.exec(
        select(Person)
        .where(visible(who, Person), (col(Person.left_on).is_(None)) | (col(Person.left_on) >= today))
        .order_by(Person.name)
    ).all()
    return [Option(str(one.id), one.name) for one in people], str(who.person_id or "")
