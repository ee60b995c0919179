"""The timeline of one client: a page at a time, narrowed to a kind."""

from dataclasses import replace

import reflex as rx
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, may
from psa_app.display.frame import Tab
from psa_app.display.story import StoryLine
from psa_app.queries.clients.timeline import PAGE, Timeline, timeline
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.state.base import actor, allow, read, show
from psa_app.state.clients.client_story import story_lines

FEW = 6  # lines on the overview
MOST = 100  # that a refresh shows again
TRIES = 5  # pages read for one that holds nothing but quiet steps
VIEWS = (  # key, label, the right that it asks for
    ("", "All", "accounts.read"),
    ("activities", "Activities", "activities.read"),
    ("mails", "Mails", "activities.read"),
    ("sales", "Sales", "opportunities.read"),
    ("scopes", "Work", "sows.read"),
    ("approvals", "Time", "time.approve"),
    ("invoices", "Invoices", "invoices.read"),
    ("payments", "Payments", "payments.read"),
    ("changes", "Changes", "history.read"),
)


class ClientTimeline(rx.State):
    """Lines, newest first; `more` says whether there are older ones."""

    lines: list[StoryLine] = []
    lately: list[StoryLine] = []
    views: list[Tab] = []
    view: str = ""
    more: bool = False
    is_ready: bool = False
    _client: int = 0
    _cursor: str = ""
    _read_so_far: int = 0

    async def _load(self, client_id: int, view: str) -> None:
        """From the top; a refresh shows as many as were shown."""
        who = actor()
        may_see = {key for key, _, right in VIEWS if may(who, right)}
        view = view if view in may_see else ""
        again = (client_id, view) == (self._client, self.view)
        self._client, limit = client_id, max(PAGE, min(self._read_so_far, MOST)) if again else PAGE
        _, lines, found, count = await read(lambda s, a: _read(s, a, client_id, view, "", limit))
        here = routes.client(client_id)
        show(
            self,
            view=view,
            views=[
                Tab(key, label, routes.with_query(here, tab="timeline", show=key))
                for key, label, _ in VIEWS
                if key in may_see
            ],
            lines=lines,
            lately=[replace(one, heading="") for one in lines if _is_news(one)][:FEW],
            more=bool(found.next_cursor),
            is_ready=True,
        )
        self._cursor, self._read_so_far = found.next_cursor, count

    @rx.event
    @allow("accounts.read")
    async def show_more(self) -> None:
        """Appends the next page."""
        if not self._cursor:
            return
        client_id, view, cursor = self._client, self.view, self._cursor
        _, lines, found, count = await read(lambda s, a: _read(s, a, client_id, view, cursor, PAGE))
        last = next((one.heading for one in reversed(self.lines) if one.heading), "")
        if lines and lines[0].heading == last:
            lines[0] = replace(lines[0], heading="")
        self.lines = [*self.lines, *lines]
        self._cursor, self._read_so_far = found.next_cursor, self._read_so_far + count
        self.more = bool(self._cursor)


def _is_news(line: StoryLine) -> bool:
    """A mail that went out tells no more than the step that sent it."""
    return line.todo != "open" and not (line.letter and line.tone == "ok")


_Page = tuple[FirmFacts, list[StoryLine], Timeline, int]


def _read(session: Session, who: Actor, client_id: int, view: str, cursor: str, limit: int) -> _Page:
    """A page with something to show on it, and how many events were read for it."""
    facts, lines, count = firm_facts(session), list[StoryLine](), 0
    for _ in range(TRIES):
        found = timeline(session, who, client_id, group=view, cursor=cursor, limit=limit)
        lines, count = story_lines(found, view, facts, who, clock.now()), count + len(found.events)
        cursor = found.next_cursor
        if lines or not cursor:
            break
    return facts, lines, found, count
