"""Expenses that wait for a decision: approved or sent back, one or many, each with a way back."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.tables import Row
from psa_app.errors import PsaError
from psa_app.queries.expenses.listing import expenses_to_decide
from psa_app.services.expenses.decide import approve_expense, reject_expense, unapprove_expense
from psa_app.state.base import allow, field_errors, form_values, read, say, write
from psa_app.state.expenses.words import Shown, counted, queue_rows, shown, sums
from psa_app.state.frame import FrameState

HREF = f"{routes.APPROVALS}?expense="


class ExpenseApprovals(rx.State):
    """The queue, and the expense that is looked at."""

    rows: list[Row] = []
    subtitle: str = ""
    usual: int = 0  # those that keep the policy
    usual_words: str = ""
    chosen: list[str] = []
    all_chosen: bool = False
    shown: Shown = Shown()
    rejecting: bool = False
    reject_words: str = ""
    errors: dict[str, str] = {}
    form_key: int = 0
    is_ready: bool = False
    _usual: list[int] = []
    _reject: list[int] = []

    @rx.event
    @allow("expenses.approve")
    async def load(self) -> None:
        """Loads the queue; `?expense=` shows one."""
        await self._load()

    async def _load(self) -> None:
        found = await read(expenses_to_decide)
        self.rows = queue_rows(found, HREF)
        self.subtitle = f"{counted(len(found))}, {sums(found)}" if found else ""
        self._usual = [one.id for one in found if not one.look]
        self.usual = len(self._usual)
        rest = "all" if self.usual == len(found) else "the rest"
        self.usual_words = f"Approve {rest} ({self.usual})"
        here = {row.id for row in self.rows}
        self.chosen = [one for one in self.chosen if one in here]
        self.all_chosen = bool(here) and len(self.chosen) == len(here)
        wanted = str(self.router.url.query_parameters.get("expense", ""))
        one = next((one for one in found if str(one.id) == wanted), None)
        self.shown = shown(one) if one else Shown()
        self.is_ready = True

    @rx.event
    @allow("expenses.approve")
    async def approve(self, expense_id: int) -> Any:
        """Approves one."""
        return await self._approve([expense_id])

    @rx.event
    @allow("expenses.approve")
    async def approve_usual(self) -> Any:
        """Approves all that keep the policy."""
        return await self._approve(self._usual)

    @rx.event
    @allow("expenses.approve")
    async def approve_chosen(self) -> Any:
        """Approves the chosen ones."""
        return await self._approve([int(one) for one in self.chosen])

    async def _approve(self, ids: list[int]) -> Any:
        done: list[int] = []
        refused = ""
        for expense_id in ids:
            try:
                await write(lambda s, who, one=expense_id: approve_expense(s, who, one))
                done.append(expense_id)
            except PsaError as error:
                refused = error.sentence
        leave = self._leave()
        await self._load()
        if done:
            text = f"{counted(len(done))} approved." + (f" Not all: {refused}" if refused else "")
            await say(self, text, undo=ExpenseApprovals.undo(done))
        elif refused:
            await say(self, refused, "bad")
        return [FrameState.refresh, *leave]

    @rx.event
    @allow("expenses.approve")
    async def undo(self, expense_ids: list[int]) -> Any:
        """Takes approvals back."""
        ids = list(expense_ids)[:500]

        def take_back(session: Any, who: Any) -> None:
            for one in ids:
                unapprove_expense(session, who, one, reason="Undone")

        await write(take_back)
        await self._load()
        await say(self, f"{counted(len(ids), 'expense waits', 'expenses wait')} again.")
        return FrameState.refresh

    @rx.event
    @allow("expenses.approve")
    def ask_reject(self, expense_id: int) -> None:
        """Asks for the reason of sending one back."""
        self._ask([expense_id])

    @rx.event
    @allow("expenses.approve")
    def ask_reject_chosen(self) -> None:
        """Asks for the reason of sending the chosen ones back."""
        self._ask([int(one) for one in self.chosen])

    def _ask(self, ids: list[int]) -> None:
        self._reject, self.rejecting, self.errors = ids, bool(ids), {}
        self.reject_words = f"Send {counted(len(ids))} back"
        self.form_key += 1

    @rx.event
    @allow("expenses.approve")
    async def reject(self, data: dict[str, Any]) -> Any:
        """Sends expenses back with the reason: all of them, or none."""
        reason, ids = form_values(data, ("reason",))["reason"], list(self._reject)

        def send_back(session: Any, who: Any) -> None:
            for one in ids:
                reject_expense(session, who, one, reason=reason)

        try:
            await write(send_back)
        except PsaError as error:
            self.errors = field_errors(error)
            return None
        self.rejecting, self.chosen = False, []
        leave = self._leave()
        await self._load()
        await say(self, f"{counted(len(ids))} sent back with your reason.")
        return [FrameState.refresh, *leave]

    @rx.event
    @allow("expenses.approve")
    def choose(self, row_id: str, yes: bool) -> None:
        """Chooses an expense, or not."""
        known = {row.id for row in self.rows}
        kept = [one for one in self.chosen if one != row_id]
        self.chosen = [*kept, row_id] if yes and row_id in known else kept
        self.all_chosen = len(self.chosen) == len(self.rows)

    @rx.event
    @allow("expenses.approve")
    def choose_all(self, yes: bool) -> None:
        """Chooses all, or none."""
        self.chosen, self.all_chosen = [row.id for row in self.rows] if yes else [], yes

    @rx.event
    @allow("expenses.approve")
    def close(self) -> Any:
        """Closes whichever dialog is open."""
        if self.rejecting:
            self.rejecting = False
            return None
        self.shown = Shown()
        return self._leave()

    def _leave(self) -> list[Any]:
        """Takes the expense that was looked at out of the address."""
        if not self.router.url.query_parameters.get("expense"):
            return []
        self.shown = Shown()
        return [rx.redirect(routes.APPROVALS, replace=True)]
