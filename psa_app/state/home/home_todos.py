"""One's own to-dos on Home: late, due today, and of the coming week."""

from datetime import timedelta

import reflex as rx
from sqlmodel import Session

from psa_app.access import Actor, may
from psa_app.display.story import TodoLine
from psa_app.queries.clients.activities import due_todos
from psa_app.queries.home.facts import firm_facts
from psa_app.services.clients.activities import complete_activity, reopen_activity
from psa_app.state.base import actor, allow, read, say, show, write
from psa_app.state.clients.client_story import todo_lines

AHEAD = timedelta(days=7)
MOST = 8


class HomeTodos(rx.State):
    """The next ones; the others stand on their clients' pages."""

    todos: list[TodoLine] = []

    async def _load(self) -> None:
        show(self, todos=await read(_todos) if may(actor(), "activities.read") else [])

    @rx.event
    @allow("activities.change")
    async def tick(self, activity_id: int) -> None:
        """Ends a to-do."""
        try:
            await write(lambda session, who: complete_activity(session, who, activity_id))
            await say(self, "Done.", undo=HomeTodos.untick(activity_id))
        finally:
            await self._load()

    @rx.event
    @allow("activities.change")
    async def untick(self, activity_id: int) -> None:
        """Opens it again."""
        try:
            await write(lambda session, who: reopen_activity(session, who, activity_id))
        finally:
            await self._load()


def _todos(session: Session, who: Actor) -> list[TodoLine]:
    facts = firm_facts(session)
    found = due_todos(session, who, facts.today + AHEAD, MOST)
    return todo_lines(found, facts, of_client=False)
