"""Home: the firm for owner and finance, own projects for a lead, the own week for everyone else."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import icon_button, link_button
from psa_app.components.cards import card, columns, kpis, notice, span
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.figures import line_chart, stack_bars
from psa_app.components.link import Text, link, text_link
from psa_app.components.skeleton import lines, until
from psa_app.components.spark import keys
from psa_app.components.story import todos
from psa_app.components.table import table
from psa_app.display.figures import Waiting
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.home.home import HomeState as State
from psa_app.state.home.home_firm import FirmHomeState as Firm
from psa_app.state.home.home_lead import LeadHomeState as Lead
from psa_app.state.home.home_lists import PROJECT_COLUMNS
from psa_app.state.home.home_own import OwnHomeState as Own
from psa_app.state.home.home_todos import HomeTodos as Todos

LIVE = (
    "time_entry",
    "timesheet",
    "invoice",
    "payment",
    "leave",
    "sow",
    "milestone",
    "booking",
    "project",
    "task",
    "firm",
    "cost_rate",
    "rate",
    "activity",
    "change_order",
    "checklist_item",
)
MONTHS = (
    Column("month", "Month"),
    Column("billable", "Billable h", align="right"),
    Column("capacity", "Net capacity h", align="right"),
    Column("share", "Utilization", align="right"),
)
WEEKS = (
    Column("week", "Week of"),
    Column("invoiced", "Invoiced", align="right"),
    Column("scheduled", "Scheduled", align="right"),
)
ITEMS = (
    Column("day", "Expected", width="108px"),
    Column("what", "What"),
    Column("kind", "Kind"),
    Column("why", "Because"),
    Column("amount", "Amount", align="right", phone="side"),
)
TASKS = (
    Column("task", "Task"),
    Column("week", "This week", align="right"),
    Column("all", "Eight weeks", align="right"),
)


@page(routes.HOME, title="Home", right="home.read", on_load=State.load, live=LIVE)
def home() -> rx.Component:
    """One of three pages, by role."""
    return staff(
        rx.cond(State.greeting != "", State.greeting, "Home"),
        rx.match(
            State.kind,
            ("firm", _firm()),
            ("lead", _lead()),
            ("own", _own()),
            card(lines(6)),
        ),
        area="home",
        subtitle=rx.cond(State.subtitle != "", State.subtitle, "\u00a0"),
        actions=[_primary()],
    )


def _primary() -> rx.Component:
    bill = rx.cond(Firm.bill != "", link_button(Firm.bill, href=Firm.bill_href, look="primary"))
    own = rx.cond(Own.submit != "", link_button(Own.submit, href=Own.submit_href, look="primary"))
    return rx.match(State.kind, ("firm", bill), ("lead", own), ("own", own), rx.fragment())


# The firm


def _firm() -> rx.Component:
    return rx.fragment(
        rx.foreach(Firm.notices, lambda text: notice(text, tone="warn")),
        rx.cond(Firm.is_new, _first_steps()),
        kpis(Firm.kpis),
        rx.cond(
            ~Firm.is_new,
            rx.fragment(
                columns(span(7, _use()), span(5, _cash()), fill=True),
                columns(
                    span(8, _projects(Firm.projects, Firm.project_count), _todos()),
                    span(4, _waits(Firm.waits)),
                ),
            ),
        ),
        _cash_dialog(),
    )


def _first_steps() -> rx.Component:
    return card(
        empty(
            "Begin with a client and a scope",
            "Figures appear here as soon as time is logged and invoices go out.",
            rx.cond(
                Firm.sets_up,
                link_button("First steps", href=routes.SET_UP, look="primary"),
                link_button("Add a client", href=routes.with_query(routes.CLIENTS, new=1), look="primary"),
            ),
            icon_name="home",
        )
    )


def _use() -> rx.Component:
    return card(
        line_chart(Firm.line, Firm.line_words),
        _as_table(table(MONTHS, Firm.months, label="Billable utilization by month", fold=False)),
        title="Billable utilization",
        aside="13 months",
    )


def _cash() -> rx.Component:
    foot = rx.el.div(
        rx.el.div(rx.el.span("this week"), rx.el.span(Firm.cash_end), class_name="spark-ends"),
        keys(("invoiced", "var(--chart-1)"), ("scheduled", "var(--chart-2)")),
        class_name="stack tight",
    )
    behind = rx.el.button(
        Firm.cash,
        type="button",
        class_name="link num",
        on_click=Firm.show_cash,
        aria_label="What is behind " + Firm.cash,
    )
    return card(
        stack_bars(Firm.bars, Firm.cash_words, foot=foot),
        _as_table(table(WEEKS, Firm.cash_weeks, label="Cash by week", fold=False)),
        title="Cash, next 13 weeks",
        aside=behind,
    )


def _as_table(grid: rx.Component) -> rx.Component:
    return rx.el.details(rx.el.summary("The same as a table"), grid, class_name="as-table")


def _projects(rows: rx.Var[list[Row]], count: Any) -> rx.Component:
    return card(
        table(
            PROJECT_COLUMNS,
            rows,
            label="Projects that need a look",
            empty=empty("No project runs", "Projects are made from signed scopes.", icon_name="projects"),
        ),
        title="Projects that need a look",
        aside=link(count, href=routes.PROJECTS),
        body=False,
    )


def _waits(items: rx.Var[list[Waiting]], title: Text = "Waits for an answer") -> rx.Component:
    def one(item: rx.Var[Waiting]) -> rx.Component:
        act = link(
            item.act, href=item.href, class_name="button small", aria_label=item.act + ": " + item.title
        )
        words = rx.el.div(
            rx.el.div(item.title), rx.el.div(item.sub, class_name="sub small"), class_name="text"
        )
        return rx.el.li(words, act)

    nothing = rx.el.div("Nothing waits.", class_name="card-body muted")
    return card(
        rx.cond(items.length() > 0, rx.el.ul(rx.foreach(items, one), class_name="waiting"), nothing),
        title=title,
        body=False,
    )


def _todos() -> rx.Component:
    return rx.cond(
        Todos.todos.length() > 0,
        card(
            todos(Todos.todos, lambda line: Todos.tick(line.kind, line.id)),
            title="Your to-dos",
            aside="Next 7 days",
            body=False,
        ),
    )


def _cash_dialog() -> rx.Component:
    return dialog(
        rx.el.p(
            "Open invoices come in after the days that a client usually takes, else when due. Work that is "
            "ready is billed at the end of the month, milestones and the fees of periods when due, booked "
            "hours at the end of their month and within the cap. Deposits come off the work that they are "
            "for. Tax is included.",
            class_name="muted",
        ),
        table(ITEMS, Firm.cash_rows, label="Expected amounts by day"),
        open=Firm.showing_cash,
        on_close=Firm.hide_cash,
        title="Cash, next 13 weeks",
        size="wide",
    )


# A lead


def _lead() -> rx.Component:
    return rx.fragment(
        kpis(Lead.kpis),
        rx.cond(Own.returned.length() > 0, _waits(Own.returned, "Came back to you")),
        columns(
            span(8, _own_projects(), _team()),
            span(4, _todos(), _waits(Lead.waits), _week()),
        ),
    )


def _own_projects() -> rx.Component:
    return card(
        table(
            PROJECT_COLUMNS,
            Lead.projects,
            label="Your projects",
            empty=empty("You lead no project yet", "", icon_name="projects"),
        ),
        title="Your projects",
        aside=link("All projects", href=routes.PROJECTS),
        body=False,
    )


def _team() -> rx.Component:
    def load(one: rx.Var[Any]) -> rx.Component:
        tone = rx.cond(one.tone == "off", "faint", one.tone)
        return rx.el.td(one.text, class_name="a-right " + tone, title=one.tip)

    def row(one: rx.Var[Any]) -> rx.Component:
        who = rx.el.td(
            rx.el.span(one.name, class_name="strong"),
            rx.el.span(one.sub, class_name="sub"),
            class_name="title",
        )
        return rx.el.tr(who, rx.foreach(one.loads, load))

    head = rx.el.tr(
        rx.el.th("Person", scope="col"),
        rx.foreach(Lead.columns, lambda c: rx.el.th(c.label, scope="col", class_name="a-right")),
    )
    grid = rx.el.table(
        rx.el.thead(head),
        rx.el.tbody(rx.foreach(Lead.team, row)),
        class_name="grid",
        aria_label="Load of your team",
    )
    wrapped = rx.el.div(
        grid, class_name="table-wrap", tab_index=0, role="region", aria_label="Load of your team by week"
    )
    nobody = empty("Nobody is booked on your projects", "", icon_name="planner")
    return card(
        rx.cond(Lead.team.length() > 0, wrapped, nobody),
        title="Your team’s load",
        aside=link("Planner", href=routes.PLANNER),
        body=False,
    )


# One's own


def _own() -> rx.Component:
    return rx.fragment(
        kpis(Own.kpis, "Your weeks"),
        rx.cond(Own.returned.length() > 0, _waits(Own.returned, "Came back to you")),
        columns(span(7, _tasks(), _bookings()), span(5, _todos(), _week())),
    )


def _week() -> rx.Component:
    return card(
        until(State.is_ready, stack_bars(Own.days, Own.days_words, height=132, named=True, rest=True)),
        rx.el.div(
            keys(("logged", "var(--chart-1)"), ("still to log", "var(--wait-soft)")),
            text_link("Open the week", href=routes.TIME),
            class_name="spread",
        ),
        title="Your week",
        aside=Own.week_text,
    )


def _tasks() -> rx.Component:
    return card(
        table(
            TASKS,
            Own.tasks,
            label="Your tasks",
            acts=lambda row: icon_button(
                "play", "Start the timer on " + row.name, on_click=Own.start(row.id.to(int))
            ),
            empty=empty("No task yet", "Tasks on which you log time are listed here.", icon_name="time"),
        ),
        title="Your tasks",
        body=False,
    )


def _bookings() -> rx.Component:
    return card(
        table(
            Own.booking_columns,
            Own.bookings,
            label="Your bookings by week",
            totals=Own.booking_totals,
            empty=empty("Nothing is planned for you", "", icon_name="planner"),
        ),
        title="Planned for you",
        aside=link("Planner", href=routes.PLANNER),
        body=False,
    )
