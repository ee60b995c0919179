"""Billing many at once: what a run would draft, the run itself, and the issue of many drafts."""

import asyncio
from typing import Any
from zoneinfo import ZoneInfo

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import may
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.tables import Row
from psa_app.errors import Invalid, PsaError
from psa_app.models import Firm
from psa_app.queries.invoices.drafts import MOST, drafts_to_issue
from psa_app.queries.invoices.runs import RunView, how_far, one_run, past_runs
from psa_app.rules import fields
from psa_app.services.invoices.runs import begin_issue, begin_run, go_on_with, stop_run
from psa_app.state import live
from psa_app.state.base import actor, allow, field_errors, form_values, read, write
from psa_app.state.invoices import run_words as words
from psa_app.state.invoices.invoices import bill_choices

LOOK_EVERY = 0.5  # seconds between two looks at how far the worker is
TABS = {"draft": "Draft", "issue": "Issue", "past": "Past runs"}


class BillingRunState(rx.State):
    """The open tab, the run that the address names, and what is chosen."""

    tab: str = "draft"
    tabs: list[Tab] = []
    until: str = ""
    clients: list[Option] = []
    client: str = ""
    client_name: str = ""
    title: str = ""
    outcome: str = ""
    problem: str = ""
    rows: list[Row] = []
    progress: str = ""
    percent: int = 0
    is_shown: bool = False
    is_open: bool = False
    is_paused: bool = False
    act: str = ""  # the words of the button that does what was looked at
    may_issue: bool = False
    drafts: list[Row] = []
    more: str = ""
    chosen: list[str] = []
    all_chosen: bool = False
    today: str = ""
    is_asking: bool = False
    ask_title: str = ""
    past: list[Row] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _run: int = 0
    _shown: RunView | None = None

    @rx.event
    @allow("invoices.draft")
    async def load(self) -> Any:
        """Opens the tab and the run that the address names."""
        asked = self.router.url.query_parameters
        tab, run = str(asked.get("tab", "draft")), str(asked.get("run", ""))
        self.tab = tab if tab in TABS else "draft"
        self._run = int(run) if run.isdecimal() and len(run) < 10 else 0
        self.tabs = [_tab(key, label) for key, label in TABS.items()]
        self.may_issue = may(actor(), "invoices.issue")
        await self._load()
        return BillingRunState.follow if self.is_open else None

    async def _load(self) -> None:
        self.errors, self.is_asking = {}, False
        self._show(await read(lambda session, who: one_run(session, who, self._run)) if self._run else None)
        if self.tab == "draft" and not self.is_ready:
            self.clients, self.until = await read(bill_choices)
        if self.tab == "issue" and not self._run:
            await self._load_drafts()
        if self.tab == "past":
            runs, zone = await read(lambda session, who: (past_runs(session, who), _zone(session)))
            self.past = words.past_rows(runs, ZoneInfo(zone))
        self.is_ready = True

    async def _load_drafts(self) -> None:
        (drafts, total), today = await read(
            lambda session, who: (drafts_to_issue(session, who), clock.today(_zone(session)))
        )
        self.drafts, self.today = words.draft_rows(drafts), today.isoformat()
        self.more = f"The oldest {MOST} of {total:,} drafts. Issue these first." if total > MOST else ""
        ready = {row.id for row in self.drafts if not row.locked}
        self.chosen = [one for one in self.chosen if one in ready]
        self.all_chosen = bool(ready) and len(self.chosen) == len(ready)

    def _show(self, run: RunView | None) -> None:
        self._shown, self.is_shown = run, run is not None
        self.is_open, self.is_paused, self.act = False, False, ""
        if run is None:
            self.title = self.outcome = self.problem = ""
            self.rows = []
            return
        self.title, self.problem = words.title_of(run), run.problem
        self._show_progress(run)
        self.is_open, self.is_paused = run.is_open, run.state in ("stopped", "failed")
        self.rows = [] if run.is_open else words.part_rows(run.parts)
        self.outcome = words.outcome(run)
        found = run.count("would")
        if run.is_dry and run.state == "done" and found:
            self.act = f"Make {words.counted(found, 'draft')}"

    def _show_progress(self, run: RunView) -> None:
        self.percent, self.progress = words.percent(run), words.progress(run)

    @rx.event
    @allow("invoices.draft")
    async def look(self, data: dict[str, Any]) -> Any:
        """Begins a look at what would be drafted."""
        values = form_values(data, ("until", "client"))
        try:
            until = fields.iso_date(values["until"], "until")
            account_id = int(values["client"]) if values["client"].isdecimal() else None
            return await self._begun(
                lambda session, who: begin_run(session, who, until=until, account_id=account_id, is_dry=True)
            )
        except PsaError as error:
            self.errors = field_errors(error)
            return None

    @rx.event
    @allow("invoices.draft")
    async def draft_all(self) -> Any:
        """Begins the run that was looked at."""
        seen = self._shown
        if seen is None or not seen.is_dry:
            raise Invalid("Look first what would be drafted.")
        return await self._begun(
            lambda session, who: begin_run(session, who, until=seen.until, account_id=seen.account_id)
        )

    async def _begun(self, begin: Any) -> Any:
        run = await write(begin)
        return rx.redirect(routes.with_query(routes.BILLING_RUN, run=run.id))

    @rx.event(background=True)
    @allow("invoices.draft")
    async def follow(self) -> None:
        """Tells how far the worker is, until it is through or the tab is gone."""
        run_id = self._run
        while await live.is_here():
            run = await read(lambda session, who: how_far(session, who, run_id))
            async with self:
                if self._run != run_id or not self.is_open:
                    return
                self._show_progress(run)
                if not run.is_open:
                    await self._load()
                    return
            await asyncio.sleep(LOOK_EVERY)

    @rx.event
    @allow("invoices.draft")
    async def stop(self) -> None:
        """Stops the run after the part that is under way."""
        await write(lambda session, who: stop_run(session, who, self._run))
        await self._load()

    @rx.event
    @allow("invoices.draft")
    async def go_on(self) -> Any:
        """Goes on with a run that has stopped."""
        await write(lambda session, who: go_on_with(session, who, self._run))
        await self._load()
        return BillingRunState.follow

    @rx.event
    @allow("invoices.issue")
    def on_choose(self, draft_id: str, yes: bool) -> None:
        """Chooses a draft, or no longer."""
        ready = [row.id for row in self.drafts if not row.locked]
        wanted = {*self.chosen, draft_id} if yes else {*self.chosen} - {draft_id}
        self.chosen = [one for one in ready if one in wanted]
        self.all_chosen = bool(ready) and len(self.chosen) == len(ready)

    @rx.event
    @allow("invoices.issue")
    def on_all(self, yes: bool) -> None:
        """Chooses all drafts that lack nothing, or none."""
        self.chosen = [row.id for row in self.drafts if yes and not row.locked]
        self.all_chosen = bool(self.chosen)

    @rx.event
    @allow("invoices.issue")
    def ask(self) -> None:
        """Asks before the chosen drafts are issued."""
        if not self.chosen:
            raise Invalid("Choose at least one draft.")
        self.ask_title = f"Issue {words.counted(len(self.chosen), 'invoice')}?"
        self.errors, self.is_asking = {}, True
        self.form_key += 1

    @rx.event
    @allow("invoices.issue")
    def close(self) -> None:
        """Closes the question."""
        self.is_asking = False

    @rx.event
    @allow("invoices.issue")
    async def issue(self, data: dict[str, Any]) -> Any:
        """Begins issuing the chosen drafts."""
        text = form_values(data, ("issued_on",))["issued_on"]
        drafts = tuple(int(one) for one in self.chosen)
        try:
            day = fields.iso_date(text, "issued_on") if text else None
            begun = await self._begun(
                lambda session, who: begin_issue(session, who, invoice_ids=drafts, issued_on=day)
            )
        except PsaError as error:
            self.errors = {"form": error.sentence} | field_errors(error)
            return None
        self.is_asking, self.chosen, self.all_chosen = False, [], False
        return begun


def _tab(key: str, label: str) -> Tab:
    return Tab(key, label, routes.with_query(routes.BILLING_RUN, tab="" if key == "draft" else key))


def _zone(session: Session) -> str:
    return session.exec(select(Firm.time_zone)).one()
