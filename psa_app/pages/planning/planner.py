"""The planner: people over weeks, by drag and by keyboard; a list on a phone."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.avatar import avatar
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice
from psa_app.components.empty import empty
from psa_app.components.icons import icon
from psa_app.components.link import link
from psa_app.components.planner import planner as plan
from psa_app.components.search_box import search_box
from psa_app.components.skeleton import lines, until
from psa_app.components.tabs import segmented
from psa_app.display.plan import PlanLine, PlanPerson, PlanWeek
from psa_app.pages.frame import staff
from psa_app.pages.planning.booking_dialog import booking_dialog
from psa_app.pages.registry import page
from psa_app.state.planning.planner import PlannerState as State

LIVE = ("booking", "leave", "project", "person", "holiday", "work_pattern", "opportunity")


@page(routes.PLANNER, title="Planner", right="bookings.read", on_load=State.load, live=LIVE)
def planner() -> rx.Component:
    """Conflicts, then the weeks."""
    return staff(
        "Planner",
        rx.cond(State.conflicts != "", notice(State.conflicts, tone="bad")),
        _tools(),
        until(State.is_ready, _plan(), card(lines(8), class_name="pad")),
        booking_dialog(on_submit=State.save, on_remove=State.remove_opened),
        area="planner",
        subtitle=rx.cond(State.subtitle != "", State.subtitle, "\u00a0"),
        actions=[
            rx.cond(State.may_change, button("Book someone", look="primary", on_click=State.add, data_new=""))
        ],
    )


def _tools() -> rx.Component:
    """Who is shown at the left; which weeks at the right."""
    return rx.el.div(
        rx.cond(
            State.may_change,
            search_box(State.q, State.search, label="Search people", placeholder="Search people"),
        ),
        rx.cond(
            State.project != "",
            rx.el.span(
                "Project: " + rx.cond(State.project_name != "", State.project_name, "nobody booked"),
                link(icon("x"), href=routes.PLANNER, aria_label="Show all projects"),
                class_name="chip",
            ),
        ),
        link(
            rx.cond(State.with_tentative, icon("check"), rx.fragment()),
            "Count tentative",
            href=State.turned,
            class_name="button small",
            aria_current=rx.cond(State.with_tentative, "true", None),
        ),
        rx.el.div(
            rx.cond(State.now != "", link_button("This week", href=State.now, small=True)),
            _turn("chevron-left", "Earlier weeks", State.before),
            _turn("chevron-right", "Later weeks", State.after),
            rx.el.span(segmented(State.spans, State.span, "How many weeks"), class_name="only-wide"),
            class_name="push line",
        ),
        class_name="tools",
    )


def _turn(name: Any, label: str, href: rx.Var[str]) -> rx.Component:
    return link(icon(name), href=href, class_name="button square small", aria_label=label, title=label)


def _plan() -> rx.Component:
    events = {
        "on_change": State.move,
        "on_create": State.create,
        "on_open": State.open,
        "on_remove": State.remove,
    }
    board = rx.cond(
        State.rows.length() > 0,
        plan(State.rows, State.columns, State.bars, locked=~State.may_change, **events),
        rx.cond(
            (State.q != "") | (State.project != ""),
            card(empty("Nobody here", "No person or open role fits what you look for.", icon_name="planner")),
            card(
                empty(
                    "Nobody to plan yet",
                    "The hours of people, less holidays and leave, stand here week by week.",
                    link_button("People", href=routes.PEOPLE),
                    icon_name="planner",
                )
            ),
        ),
    )
    return rx.fragment(
        rx.el.div(board, class_name="only-wide"),
        rx.el.div(rx.foreach(State.people, _person), class_name="only-phone stack"),
    )


def _person(one: rx.Var[PlanPerson]) -> rx.Component:
    mark = rx.cond(
        one.open,
        rx.el.span("?", class_name="avatar open", aria_hidden="true"),
        avatar(one.initials, one.name),
    )
    head = rx.el.div(
        mark,
        rx.el.div(
            rx.el.h2(one.name), rx.el.span(one.sub, class_name="muted small"), class_name="plan-person-name"
        ),
        class_name="line plan-person-head",
    )
    loads = rx.el.div(
        rx.foreach(one.weeks.to(list[PlanWeek]), _week), class_name="plan-person-loads", role="list"
    )
    bookings = rx.cond(
        one.lines.length() > 0,
        rx.el.ul(rx.foreach(one.lines.to(list[PlanLine]), _line), class_name="plan-person-lines"),
        rx.el.p("Nothing booked.", class_name="muted small"),
    )
    return rx.el.section(head, loads, bookings, class_name="card pad", aria_label=one.name)


def _week(week: rx.Var[PlanWeek]) -> rx.Component:
    return rx.el.div(rx.el.small(week.label), rx.el.b(week.text, class_name=week.tone), role="listitem")


def _line(line: rx.Var[PlanLine]) -> rx.Component:
    inside = rx.fragment(
        rx.el.span(class_name="plan-dot c-" + line.color.to_string()),
        rx.el.span(rx.el.b(line.title), " ", rx.el.span(line.amount, class_name="muted"), class_name="text"),
        rx.el.span(line.when, class_name="muted small num"),
        rx.cond(line.tentative, rx.el.span("tentative", class_name="badge")),
    )
    opened = rx.el.button(inside, type="button", on_click=State.open({"id": line.id}))
    return rx.el.li(rx.cond(State.may_change, opened, rx.el.div(inside)))
