"""One project: overview, tasks, team, milestones, time."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.badges import state_badge
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, kpis, notice, stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.empty import empty
from psa_app.components.figures import stack_bars
from psa_app.components.link import text_link
from psa_app.components.menu import dots_menu, item, link_item
from psa_app.components.shell import crumbs
from psa_app.components.skeleton import lines
from psa_app.components.spark import keys
from psa_app.components.table import table
from psa_app.components.tabs import tabs
from psa_app.display.tables import Row
from psa_app.pages.expenses.approvals import project_expenses
from psa_app.pages.frame import staff
from psa_app.pages.projects.project_dialogs import project_dialogs
from psa_app.pages.projects.project_plan import plan_tab, raid_tab
from psa_app.pages.registry import page
from psa_app.pages.templates.template_dialogs import save_template
from psa_app.state.projects.project import ProjectState as State
from psa_app.state.projects.project_milestones import MilestoneForm
from psa_app.state.projects.project_words import INVOICE_COLUMNS, MILESTONE_COLUMNS
from psa_app.state.templates.template_save import SaveTemplate

LIVE = (
    "project",
    "task",
    "time_entry",
    "invoice",
    "booking",
    "milestone",
    "sow",
    "phase",
    "project_milestone",
    "raid_item",
    "expense",
)


@page(routes.PROJECT, title="Project", right="tasks.read", on_load=State.load, live=LIVE)
def project() -> rx.Component:
    """Head, tabs, and what the tab shows."""
    return staff(
        rx.cond(State.name != "", State.name, "Project"),
        tabs(State.tabs, State.tab, "Views of the project"),
        rx.cond(
            State.is_ready,
            rx.match(
                State.tab,
                ("tasks", _tasks()),
                ("plan", plan_tab()),
                ("raid", raid_tab()),
                ("team", _team()),
                ("milestones", _milestones()),
                ("time", _times()),
                ("expenses", project_expenses()),
                _overview(),
            ),
            card(lines(6), class_name="pad"),
        ),
        project_dialogs(),
        save_template(),
        area="projects",
        subtitle=rx.cond(State.subtitle != "", State.subtitle, "\u00a0"),
        badge=rx.cond(State.state != "", state_badge(State.state)),
        way=crumbs(State.way),
        actions=[_primary(), _more()],
    )


def _primary() -> rx.Component:
    return rx.cond(
        State.may_change,
        link_button("Book people", href=State.plan_href, look="primary"),
        link_button("Log time", href=routes.TIME, look="primary"),
    )


def _more() -> rx.Component:
    closed = rx.cond(
        State.is_closed,
        item("Open again", icon_name="undo", on_click=State.set_status("active")),
        item("Close project", icon_name="lock", on_click=State.set_status("closed")),
    )
    save = SaveTemplate.ask("project", State.project_id, State.name)
    return rx.cond(
        State.may_change,
        dots_menu(
            item("Edit project", icon_name="edit", on_click=State.edit),
            rx.cond(State.may_template, item("Save as template", icon_name="copy", on_click=save)),
            closed,
            label="More for this project",
        ),
    )


# Overview


def _overview() -> rx.Component:
    side = stack(
        facts_card("This project", State.facts),
        rx.cond(State.sees_invoices, _invoices()),
    )
    return rx.fragment(
        rx.cond(State.look != "", notice(State.look, tone="warn")),
        kpis(State.kpis),
        with_side(stack(_burn(), _open_milestones()), side),
    )


def _burn() -> rx.Component:
    foot = rx.el.div(
        rx.el.div(rx.el.span(State.bars_first), rx.el.span(State.bars_last), class_name="spark-ends"),
        keys(("worked", "var(--chart-1)"), ("booked", "var(--chart-2)")),
        class_name="stack tight",
    )
    nothing = empty("No time yet", "Hours worked and booked are shown here week by week.", icon_name="time")
    return card(
        rx.cond(State.bars.length() > 0, stack_bars(State.bars, State.bars_words, foot=foot), nothing),
        title="Hours by week",
    )


def _open_milestones() -> rx.Component:
    return rx.cond(
        State.milestones.length() > 0,
        card(
            table(MILESTONE_COLUMNS, State.milestones, label="Milestones", acts=_milestone_acts),
            title="Milestones",
            body=False,
        ),
    )


def _invoices() -> rx.Component:
    return card(
        table(
            INVOICE_COLUMNS,
            State.invoices,
            label="Invoices",
            empty=rx.el.div("Nothing is billed yet.", class_name="card-body muted"),
        ),
        title="Invoices",
        body=False,
    )


# Tasks, team, milestones, time


def _tasks() -> rx.Component:
    def acts(row: rx.Var[Row]) -> rx.Component:
        task = row.id.to(int)
        done = rx.cond(
            State.done_tasks.contains(row.id),
            item("Open again", icon_name="undo", on_click=State.finish_task(task, False)),
            item("Mark as done", icon_name="check", on_click=State.finish_task(task, True)),
        )
        return rx.cond(
            State.may_change,
            dots_menu(
                item("Edit", icon_name="edit", on_click=State.edit_task(task)),
                done,
                item("Delete", icon_name="trash", tone="bad", on_click=State.remove_task(task)),
                label="More for " + row.name,
            ),
        )

    return card(
        table(
            State.task_columns,
            State.tasks,
            label="Tasks",
            acts=acts,
            totals=State.task_totals,
            empty=empty("No tasks yet", "Time is logged on tasks: add the first one.", icon_name="projects"),
        ),
        title="Tasks",
        aside=rx.cond(State.may_change, _add("Add task", State.add_task)),
        body=False,
    )


def _add(label: str, event: Any) -> rx.Component:
    return button(label, small=True, icon_name="plus", on_click=event)


def _team() -> rx.Component:
    def acts(row: rx.Var[Row]) -> rx.Component:
        person = row.id.to(int)
        remove = rx.cond(
            ~row.locked,
            item("Take off the project", icon_name="x", tone="bad", on_click=State.remove_person(person)),
        )
        return rx.cond(
            State.may_change,
            dots_menu(
                item("Change role", icon_name="edit", on_click=State.edit_person(person)),
                rx.cond(
                    State.why != "",
                    link_item("Why this rate", icon_name="info", href=State.why + "&person=" + row.id),
                ),
                remove,
                label="More for " + row.name,
            ),
        )

    return card(
        table(State.team_columns, State.team, label="Team", acts=acts),
        title="Team",
        aside=rx.fragment(
            rx.cond(State.rates != "", text_link("Rates", href=State.rates)),
            rx.cond(State.may_change, _add("Add someone", State.add_person)),
        ),
        body=False,
    )


def _milestone_acts(row: rx.Var[Row]) -> rx.Component:
    part = row.id.to(int)
    accept = rx.cond(
        State.may_accept,
        item("Record acceptance", icon_name="check", on_click=MilestoneForm.ask(part, row.name)),
    )
    planned = dots_menu(
        item("Ready: ask the client", icon_name="send", on_click=MilestoneForm.ready(part)),
        accept,
        label="More for " + row.name,
    )
    ready = dots_menu(
        item("Take back", icon_name="undo", on_click=MilestoneForm.take_back(part)),
        accept,
        label="More for " + row.name,
    )
    return rx.cond(
        State.may_ready,
        rx.cond(
            State.planned_parts.contains(row.id),
            planned,
            rx.cond(State.ready_parts.contains(row.id), ready),
        ),
    )


def _milestones() -> rx.Component:
    return card(
        table(MILESTONE_COLUMNS, State.milestones, label="Milestones", acts=_milestone_acts),
        title="Milestones",
        aside="A milestone can be billed once the client has accepted it",
        body=False,
    )


def _times() -> rx.Component:
    return card(
        table(
            State.time_columns,
            State.times,
            label="Latest time",
            empty=empty("No time yet", "Hours that are logged here appear at once.", icon_name="time"),
        ),
        title="Latest time",
        aside=text_link("Your week", href=routes.TIME),
        body=False,
    )
