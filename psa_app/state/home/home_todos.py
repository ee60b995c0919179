"""One's own to-dos on Home: late, due today, and of the coming week; those of onboarding checklists too."""

from datetime import timedelta

import reflex as rx
from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.display.story import TodoLine
from psa_app.queries.clients.activities import due_todos
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.templates.checklists import ToDo, due_items
from psa_app.services.clients.activities import complete_activity, reopen_activity
from psa_app.services.templates.checklist import tick_item
from psa_app.state.base import allow, read, say, show, write
from psa_app.state.clients.client_story import due_words, todo_lines

AHEAD = timedelta(days=7)
MOST = 8


class HomeTodos(rx.State):
    """The next ones; the others stand on their clients' pages."""

    todos: list[TodoLine] = []

    async def _load(self) -> None:
        show(self, todos=await read(todo_list))

    @rx.event
    @allow("checklists.own")
    async def tick(self, kind: str, line_id: int) -> None:
        """Ends a to-do, or an item of a checklist."""
        try:
            await write(lambda session, who: _end(session, who, kind, line_id, done=True))
            await say(self, "Done.", undo=HomeTodos.untick(kind, line_id))
        finally:
            await self._load()

    @rx.event
    @allow("checklists.own")
    async def untick(self, kind: str, line_id: int) -> None:
        """Opens it again."""
        try:
            await write(lambda session, who: _end(session, who, kind, line_id, done=False))
        finally:
            await self._load()


def _end(session: Session, who: Actor, kind: str, line_id: int, *, done: bool) -> None:
    if kind == "item":
        tick_item(session, who, line_id, done=done)
    elif done:
        complete_activity(session, who, line_id)
    else:
        reopen_activity(session, who, line_id)


def todo_list(session: Session, who: Actor) -> list[TodoLine]:
    """The eight that are due first; what is due on one day stands as its list has it."""
    facts = firm_facts(session)
    until = facts.today + AHEAD
    logged = due_todos(session, who, until, MOST) if may(who, "activities.read") else []
    items = due_items(session, who, until, MOST)
    lines = [
        *zip([one.due_on for one in logged], todo_lines(logged, facts, of_client=False), strict=True),
        *((one.due_on, _item(one, who, facts)) for one in items),
    ]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0] or until)[:MOST]]


def _item(one: ToDo, who: Actor, facts: FirmFacts) -> TodoLine:
    return TodoLine(
        one.id,
        one.title,
        f"{one.account}, onboarding",
        routes.client(one.account_id) if may(who, "accounts.read") else "",
        due_words(one.due_on, facts),
        one.due_on is not None and one.due_on < facts.today,
        "item",
    )
