"""The expenses of a project on its page: billed, unbilled, and the way back from an approval."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.tables import Row
from psa_app.errors import NotFound
from psa_app.queries.expenses.listing import one_expense, project_expenses
from psa_app.services.expenses.decide import unapprove_expense
from psa_app.state.base import actor, allow, read, say, write
from psa_app.state.expenses.words import Shown, counted, project_rows, shown, sums


class ProjectExpenses(rx.State):
    """The expenses of one project, on its page."""

    rows: list[Row] = []
    told: str = ""
    approved: list[str] = []  # those whose approval can be taken back
    shown: Shown = Shown()
    is_ready: bool = False
    _project: int = 0

    async def _load(self, project_id: int) -> int:
        """Loads them and gives how many there are."""
        found = await read(lambda s, who: project_expenses(s, who, project_id))
        self._project = project_id
        href = f"{routes.project(project_id)}?tab=expenses&expense="
        self.rows = project_rows(found, href)
        decides = may(actor(), "expenses.approve")
        self.approved = [str(one.id) for one in found if decides and one.state == "approved"]
        open_ones = [one for one in found if one.is_billable and one.state in ("approved", "drafted")]
        self.told = f"{counted(len(found))}, {sums(found)}" if found else ""
        if open_ones:
            self.told += f" · {len(open_ones)} not billed yet"
        wanted = str(self.router.url.query_parameters.get("expense", ""))
        self.shown = next((shown(one) for one in found if str(one.id) == wanted), Shown())
        self.is_ready = True
        return len(found)

    @rx.event
    @allow("expenses.approve")
    async def take_back(self, expense_id: int) -> None:
        """Takes an approval back, so that the expense can be corrected."""
        one = await read(lambda s, who: one_expense(s, who, expense_id))
        if one is None:
            raise NotFound()
        await write(lambda s, who: unapprove_expense(s, who, one.id))
        await self._load(self._project)
        told = "The approval is taken back: the expense waits again."
        await say(self, told, link="Approvals", href=routes.APPROVALS)

    @rx.event
    @allow("expenses.log")
    def close(self) -> Any:
        """Closes the expense that is looked at."""
        self.shown = Shown()
        return rx.redirect(f"{routes.project(self._project)}?tab=expenses", replace=True)
