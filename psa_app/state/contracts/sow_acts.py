"""What is done with a scope: written, sent, taken back, deleted, made into a project; its milestones."""

from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, require, visible
from psa_app.display.forms import Option
from psa_app.errors import PsaError
from psa_app.models import Person
from psa_app.queries.contracts.one import one_scope
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
from psa_app.state.base import actor, allow, form_values, read, say, write
from psa_app.state.contracts.document_acts import DocumentActs
from psa_app.state.contracts.sow import SowState
from psa_app.state.contracts.sow_edit import SowEdit


class SowActs(DocumentActs, rx.State):
    """The dialogs of the page: send, take_back, delete, project, accept."""

    signer: str = ""
    leads: list[Option] = []
    lead: str = ""
    project_name: str = ""
    milestone: str = ""
    _milestone: int = 0
    _then_send: bool = False

    @rx.event
    @allow("sows.send")
    def then_send(self) -> None:
        """The next save opens the question to whom it goes."""
        self._then_send = True

    @rx.event
    @allow("sows.change")
    async def save(self, data: dict[str, Any]) -> None:
        """Saves all of it; every wrong field is told beside it, and nothing of it is written."""
        wants_to_send, self._then_send = self._then_send, False
        edit, page = await self.get_state(SowEdit), await self.get_state(SowState)
        try:
            await edit._save(data)
        except PsaError as error:
            edit._refuse(error)
            return
        await page._load(page.tab)
        await edit._again()
        if wants_to_send:
            await self._ask_send()
        else:
            await say(self, f"{page.number} saved.")

    @rx.event
    @allow("sows.send")
    async def ask_send(self) -> None:
        """Opens the question to whom the scope goes."""
        await self._ask_send()

    async def _ask_send(self) -> None:
        sow_id = (await self.get_state(SowState))._sow
        scope = await read(lambda session, who: one_scope(session, who, sow_id))
        self.signer = actor().name
        await self._offer(scope.contacts, scope.sow.account_id, "may sign", "reads only")

    @rx.event
    @allow("sows.send")
    async def send(self, data: dict[str, Any]) -> None:
        """Sends the scope to the ticked contacts."""
        page = await self.get_state(SowState)
        people = await self._sent(data, send_sow, page._sow, "sign", "name", "title")
        if people:
            await page._load("paper")
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
        self._ask(dialog, "take_back", "delete")

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
            self._refused(error, "name", "lead_id")
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
            self._refused(error, "name", "how")
            return
        self.dialog = ""
        await page._load(page.tab)
        await say(self, "Accepted: it can be billed now.")


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
