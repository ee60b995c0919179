"""Home of owner and finance."""

from datetime import timedelta

import reflex as rx

from psa_app import routes
from psa_app.access import may
from psa_app.display.charts import LineFigure, StackBar
from psa_app.display.figures import Kpi, Waiting
from psa_app.display.tables import Row
from psa_app.formats import words
from psa_app.queries.home.firm import FirmHome, firm_home
from psa_app.rules import weeks
from psa_app.state.base import actor, allow, read
from psa_app.state.home.home_charts import cash_bars, cash_rows, cash_table, use_line, use_table
from psa_app.state.home.home_kpis import key_figures
from psa_app.state.home.home_lists import project_rows, waiting_items

SHOWN = 6  # projects
LEAST = 4


class FirmHomeState(rx.State):
    """Figures of the whole firm; filled only for who may see them."""

    kpis: list[Kpi] = []
    line: LineFigure = LineFigure()
    line_words: str = ""
    months: list[Row] = []
    bars: list[StackBar] = []
    cash: str = ""
    cash_words: str = ""
    cash_end: str = ""
    cash_weeks: list[Row] = []
    cash_rows: list[Row] = []
    showing_cash: bool = False
    projects: list[Row] = []
    project_count: str = ""
    waits: list[Waiting] = []
    bill: str = ""  # the primary button's words, "" for none
    bill_href: str = ""
    notices: list[str] = []
    is_new: bool = False  # nothing is set up yet
    sets_up: bool = False
    _cash_rows: list[Row] = []

    async def _load(self) -> None:
        found = await read(firm_home)
        facts = found.facts
        self.kpis = key_figures(found)
        self.line, self.line_words = use_line(found.use, facts)
        self.months = use_table(found.use, facts)
        self.bars, self.cash_words = cash_bars(found.cash, facts)
        self.cash, self.cash_end = _range(found), _end(found)
        self.cash_weeks = cash_table(found.cash, facts)
        self._cash_rows = cash_rows(found.cash, facts)
        if self.showing_cash:
            self.cash_rows = self._cash_rows
        self._list(found)
        self.bill, self.bill_href = _bill(found) if may(actor(), "invoices.draft") else ("", "")
        self.notices = _notices(found)
        self.sets_up = may(actor(), "firm.change")
        self.is_new = not found.projects and not found.owed and not found.unbilled

    def _list(self, found: FirmHome) -> None:
        pressing = sum(one.needs_a_look for one in found.projects)
        shown = found.projects[: min(max(pressing, LEAST), SHOWN)]
        self.projects = project_rows(shown, found.facts.locale)
        self.project_count = f"{len(shown)} of {len(found.projects)}"
        self.waits = waiting_items(found.waits, found.facts)

    @rx.event
    @allow("reports.firm")
    def show_cash(self) -> None:
        """Opens what is behind the forecast."""
        self.cash_rows, self.showing_cash = self._cash_rows, True

    @rx.event
    @allow("reports.firm")
    def hide_cash(self) -> None:
        """Closes it."""
        self.showing_cash, self.cash_rows = False, []


def _range(found: FirmHome) -> str:
    facts, cash = found.facts, found.cash
    low = words.money_short(cash.total, facts.currency, facts.locale)
    if not cash.tentative:
        return low
    return f"{low}–{words.money_short(cash.total + cash.tentative, facts.currency, facts.locale)}"


def _end(found: FirmHome) -> str:
    day = found.cash.weeks[-1].monday
    part = "early" if day.day <= 10 else "mid-" if day.day <= 20 else "late"
    month = words.month(day, found.facts.locale)
    return f"{part}{month}" if part == "mid-" else f"{part} {month}"


def _bill(found: FirmHome) -> tuple[str, str]:
    """Bills what is left of the months before, else what there is of this one."""
    today = found.facts.today
    if not found.ready:
        return "", ""
    day = today.replace(day=1) - timedelta(1) if found.ready_before else today
    until = weeks.month_days(weeks.month_of(day))[1] if found.ready_before else today
    href = routes.with_query(routes.INVOICES, new=1, until=until.isoformat())
    return f"Bill {words.month(day, found.facts.locale)}", href


def _notices(found: FirmHome) -> list[str]:
    lines = []
    if found.no_rate:
        currencies = ", ".join(found.no_rate)
        lines.append(f"Amounts in {currencies} are missing: there is no exchange rate. Add one in Settings.")
    if found.margin.uncosted_seconds:
        hours = words.hours(found.margin.uncosted_seconds // 60)
        lines.append(f"{hours} hours count as free: their people have no cost rate on those days.")
    return lines
