"""A project's milestones: ready, taken back, accepted on the client's behalf."""

from typing import Any

import reflex as rx

from psa_app.errors import PsaError
from psa_app.services.contracts.milestones import (
    accept_milestone_for_client,
    ready_milestone,
    take_back_milestone,
)
from psa_app.state.base import allow, field_errors, form_values, say, write
from psa_app.state.projects.project import ProjectState


class MilestoneForm(rx.State):
    """Who accepted a milestone elsewhere, and how."""

    is_open: bool = False
    title: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    _milestone: int = 0

    @rx.event
    @allow("milestones.ready")
    async def ready(self, milestone_id: int) -> None:
        """Says that a milestone is done; the client is asked to accept it."""
        await write(lambda s, who: ready_milestone(s, who, milestone_id))
        await say(self, "The client has been asked to accept it.", undo=MilestoneForm.take_back(milestone_id))
        await self._reload()

    @rx.event
    @allow("milestones.ready")
    async def take_back(self, milestone_id: int) -> None:
        """Takes back that a milestone is ready."""
        await write(lambda s, who: take_back_milestone(s, who, milestone_id))
        await say(self, "Taken back: it is planned again.")
        await self._reload()

    @rx.event
    @allow("milestones.accept_for_client")
    def ask(self, milestone_id: int, title: str) -> None:
        """Asks who accepted it, and how."""
        self._milestone, self.title = milestone_id, f"Accept “{title[:200]}”"
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    @rx.event
    @allow("milestones.accept_for_client")
    def close(self) -> None:
        """Closes the form."""
        self.is_open = False

    @rx.event
    @allow("milestones.accept_for_client")
    async def accept(self, data: dict[str, Any]) -> None:
        """Writes the acceptance down; the milestone can be billed from now on."""
        milestone_id, typed = self._milestone, form_values(data, ("name", "how"))
        try:
            await write(
                lambda s, who: accept_milestone_for_client(
                    s, who, milestone_id, name=typed["name"], how=typed["how"]
                )
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return
        self.is_open = False
        await say(self, "Accepted. It can be billed now.")
        await self._reload()

    async def _reload(self) -> None:
        page = await self.get_state(ProjectState)
        await page._load()
