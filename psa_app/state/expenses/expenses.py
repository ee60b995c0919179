"""One's own expenses: a month, what is still to be handed in, and the acts on each."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import reflex as rx
from sqlmodel import Session

from psa_app import clock, routes
from psa_app.access import Actor, require
from psa_app.display.figures import Kpi
from psa_app.display.frame import Tab
from psa_app.display.tables import Cell, Row
from psa_app.errors import NotFound, PsaError
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.expenses.listing import ExpenseView, one_expense, own_drafts, own_expenses
from psa_app.services.expenses.decide import recall_expense, submit_expense
from psa_app.services.expenses.log import delete_expense
from psa_app.state.base import allow, opened, read, say, write
from psa_app.state.expenses.form import ExpenseForm
from psa_app.state.expenses.words import Shown, counted, name_of, own_rows, shown, sums
from psa_app.state.frame import FrameState

STATES = {
    "all": "All",
    "draft": "Draft",
    "rejected": "Rejected",
    "submitted": "Submitted",
    "approved": "Approved",
    "invoiced": "Invoiced",
}
PARTS = {"drafted": "approved"}  # one that is on a draft of an invoice is approved for its person


class ExpensesState(rx.State):
    """The month that the address names."""

    title: str = ""  # the month
    before: str = ""
    after: str = ""
    tab: str = "all"
    tabs: list[Tab] = []
    kpis: list[Kpi] = []
    rows: list[Row] = []
    totals: list[Cell] = []
    drafts: list[str] = []  # ids by what can be done
    waiting: list[str] = []
    ready: int = 0  # drafts of any month that can be handed in
    ready_words: str = ""
    elsewhere: str = ""  # drafts of other months
    elsewhere_href: str = ""
    shown: Shown = Shown()
    removing: int = 0
    removing_name: str = ""
    month: str = ""
    is_ready: bool = False
    _ready: list[int] = []

    @rx.event
    @allow("expenses.log")
    async def load(self) -> Any:
        """Loads the month; `?new=1` opens the form, `?expense=` one expense."""
        await self._load()
        asked = self.router.url.query_parameters
        form = await self.get_state(ExpenseForm)
        if asked.get("new"):
            if not form.is_open:
                await form._new(project=str(asked.get("project", "")))
            return opened(self, "project")
        if asked.get("expense") and not self.shown.id and not form.is_open:
            await self._open(str(asked["expense"]))
        return None

    async def _load(self) -> None:
        asked = self.router.url.query_parameters
        today = await read(_today)
        first = _month(str(asked.get("month", "")), today)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found, open_ones = await read(lambda s, who: (own_expenses(s, who, first, last), own_drafts(s, who)))
        self.month, self.title = f"{first:%Y-%m}", words.month(first, year=True)
        self.before = _address(f"{first - timedelta(days=1):%Y-%m}", self.tab)
        self.after = _address(f"{last + timedelta(days=1):%Y-%m}", self.tab) if last < today else ""
        wanted = str(asked.get("state", "all"))
        self.tab = wanted if wanted in STATES else "all"
        self._fill(found)
        self._drafts(open_ones, first, last)
        self.is_ready = True

    def _fill(self, found: Sequence[ExpenseView]) -> None:
        of = {key: [one for one in found if PARTS.get(one.state, one.state) == key] for key in STATES}
        of["all"] = list(found)
        self.tabs = [
            Tab(key, label, _address(self.month, key), str(len(of[key])) if of[key] else "")
            for key, label in STATES.items()
            if key == "all" or key == self.tab or of[key]
        ]
        self.rows, listed = own_rows(of[self.tab]), of[self.tab]
        self.totals = (
            [
                Cell("Total", kind="strong"),
                Cell(""),
                Cell(""),
                Cell(""),
                Cell(sums(listed), align="right"),
                Cell(""),
            ]
            if listed
            else []
        )
        self.drafts = [str(one.id) for one in [*of["draft"], *of["rejected"]]]
        self.waiting = [str(one.id) for one in of["submitted"]]
        decided = [*of["approved"], *of["invoiced"]]
        self.kpis = [
            Kpi("Spent", sums(found), hint=counted(len(found))),
            Kpi("Not handed in", sums([*of["draft"], *of["rejected"]]), hint=_rejected(len(of["rejected"]))),
            Kpi("Waits for approval", sums(of["submitted"]), hint=counted(len(of["submitted"]))),
            Kpi("To be paid back", sums([one for one in decided if one.is_reimbursable]), hint="approved"),
        ]

    def _drafts(self, found: Sequence[ExpenseView], first: date, last: date) -> None:
        self._ready = [one.id for one in found]
        self.ready = len(found)
        self.ready_words = "Submit the draft" if len(found) == 1 else f"Submit all {len(found)}"
        others = [one for one in found if not first <= one.spent_on <= last]
        self.elsewhere, self.elsewhere_href = "", ""
        if others:
            latest = others[0].spent_on
            self.elsewhere = (
                f"{counted(len(others))} of other months {'is' if len(others) == 1 else 'are'} not handed in."
            )
            self.elsewhere_href = _address(f"{latest:%Y-%m}", "all")

    @rx.event
    @allow("expenses.log")
    async def new(self) -> None:
        """Opens the form for a new one."""
        form = await self.get_state(ExpenseForm)
        await form._new()

    @rx.event
    @allow("expenses.log")
    async def open_one(self, expense_id: str) -> None:
        """Opens an expense: its form while it is a draft, else what it is."""
        await self._open(expense_id)

    async def _open(self, expense_id: str) -> None:
        one = await self._one(expense_id)
        if one.state in ("draft", "rejected"):
            form = await self.get_state(ExpenseForm)
            await form._edit(one)
        else:
            self.shown = shown(one)

    async def _one(self, expense_id: str) -> ExpenseView:
        number = (
            int(expense_id) if expense_id.isascii() and expense_id.isdigit() and len(expense_id) < 16 else 0
        )
        found = await read(lambda s, who: one_expense(s, who, number))
        if found is None:
            raise NotFound()
        return found

    @rx.event
    @allow("expenses.log")
    async def copy(self, expense_id: str) -> None:
        """Opens the form for another one like this, of today."""
        form = await self.get_state(ExpenseForm)
        await form._new(await self._one(expense_id))

    @rx.event
    @allow("expenses.log")
    async def save(self, data: dict[str, Any]) -> Any:
        """Keeps what the form holds as a draft, or hands it in at once."""
        form = await self.get_state(ExpenseForm)
        new = not form.expense
        saved = await form._save(data)
        if not saved:
            return None
        if data.get("and_submit"):
            return await self._submit([saved])
        await self._load()
        await say(self, "Kept as a draft." if new else "Expense saved.")
        return self._leave()

    def _leave(self) -> list[Any]:
        """Takes the expense that was open out of the address."""
        if not self.router.url.query_parameters.get("expense"):
            return []
        return [rx.redirect(_address(self.month, self.tab), replace=True)]

    @rx.event
    @allow("expenses.log")
    async def submit(self, expense_id: str) -> Any:
        """Hands one in."""
        return await self._submit([(await self._one(expense_id)).id])

    @rx.event
    @allow("expenses.log")
    async def submit_all(self) -> Any:
        """Hands in all drafts, of other months too."""
        return await self._submit(list(self._ready))

    async def _submit(self, ids: list[int]) -> Any:
        done, refused = 0, ""
        for expense_id in ids:
            try:
                await write(lambda s, who, one=expense_id: submit_expense(s, who, one))
                done += 1
            except PsaError as error:
                refused = error.sentence
        await self._load()
        if done:
            await say(self, f"{counted(done)} handed in." + (f" Not all: {refused}" if refused else ""))
        elif refused:
            await say(self, refused, "bad")
        return [FrameState.refresh, *self._leave()]

    @rx.event
    @allow("expenses.log")
    async def recall(self, expense_id: str) -> Any:
        """Takes one back before the decision."""
        one = await self._one(expense_id)
        await write(lambda s, who: recall_expense(s, who, one.id))
        self.shown = Shown()
        await self._load()
        await say(self, "Taken back: it is a draft again.")
        return FrameState.refresh

    @rx.event
    @allow("expenses.log")
    async def ask_remove(self, expense_id: str) -> None:
        """Asks before a draft is deleted."""
        one = await self._one(expense_id)
        self.removing, self.removing_name = one.id, name_of(one)

    @rx.event
    @allow("expenses.log")
    async def remove(self) -> None:
        """Deletes the draft that was asked about."""
        wanted, self.removing = self.removing, 0
        await write(lambda s, who: delete_expense(s, who, wanted))
        await self._load()
        await say(self, "Draft deleted.")

    @rx.event
    @allow("expenses.log")
    async def close(self) -> Any:
        """Closes whichever dialog is open."""
        self.shown, self.removing = Shown(), 0
        form = await self.get_state(ExpenseForm)
        form._shut()
        return self._leave()


def _today(session: Session, who: Actor) -> date:
    require(who, "expenses.log")
    return clock.today(session.get_one(Firm, 1).time_zone)


def _month(text: str, today: date) -> date:
    """The first day of the month "2026-11"; of this month for anything else."""
    year, dash, month = text.partition("-")
    known = dash and year.isascii() and year.isdigit() and month.isascii() and month.isdigit()
    if known and len(year) == 4 and 2000 <= int(year) <= 2200 and 1 <= int(month[:2]) <= 12:
        return date(int(year), int(month[:2]), 1)
    return today.replace(day=1)


def _address(month: str, state: str) -> str:
    return routes.with_query(routes.EXPENSES, month=month, state="" if state == "all" else state)


def _rejected(number: int) -> str:
    return f"{number} sent back" if number else ""
