"""Why an hour has its rate: a dialog beside entries, and a page that can be sent on."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import link_button
from psa_app.components.cards import card, line, notice, stack, with_side
from psa_app.components.definition import facts, facts_card
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.ladder import ladder
from psa_app.components.link import link
from psa_app.components.search_box import search_box
from psa_app.components.skeleton import until
from psa_app.components.table import table_card
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.rates.why import WhyState as State

CHOOSE = "Choose an hour, a task or a line of a quote, and see which rate it gets and why."
ENTRIES = [
    Column("day", "Day", width="112px"),
    Column("person", "Person"),
    Column("task", "Project and task"),
    Column("time", "Time", align="right", phone="side"),
]
LINES = [
    Column("line", "Line"),
    Column("quote", "Quote"),
    Column("rate", "Asked", align="right", phone="side"),
]
TASKS = [Column("task", "Task"), Column("project", "Project")]
ORDER = "The first level that has a rate on the day decides; a rate in another currency is skipped."


def why_dialog() -> rx.Component:
    """Put it on a page once; `State.show(entry_id)` opens it."""
    return dialog(
        rx.el.p(State.verdict, class_name="lead"),
        facts(State.facts, quiet=True, plain=True),
        rx.cond(State.rungs.length() > 0, ladder(State.rungs)),
        rx.el.p(link("This answer as a page", href=State.href, class_name="link"), class_name="small"),
        open=State.open,
        on_close=State.close,
        title=State.title,
        size="wide",
    )


@page(routes.WHY, title="Why this rate", right="rates.read", on_load=State.load)
def why() -> rx.Component:
    """The answer, the ladder, and what was asked."""
    return staff(
        "Why this rate",
        rx.cond(State.asking, until(State.is_ready, _choose())),
        rx.cond(
            State.wrong != "",
            stack(
                notice(State.wrong, tone="bad"),
                line(link_button("Choose what to explain", href=routes.WHY)),
            ),
        ),
        rx.cond(
            State.title != "",
            with_side(
                card(
                    rx.el.p(State.verdict, class_name="lead pad"),
                    rx.cond(State.rungs.length() > 0, ladder(State.rungs)),
                    title=rx.cond(State.rungs.length() > 0, "The ladder", "The answer"),
                    aside=link("Rate cards", href=routes.RATES, class_name="link"),
                    body=False,
                ),
                rx.fragment(
                    facts_card("Asked for", State.facts),
                    rx.cond(State.people.length() > 0, facts_card("For whom", State.people)),
                ),
            ),
        ),
        area="settings",
        actions=[rx.cond(~State.asking, link_button("Explain another", href=routes.WHY))],
        subtitle=rx.cond(State.asking, CHOOSE, ORDER),
    )


def _choose() -> rx.Component:
    """What one may ask for, when the address names nothing."""
    return stack(
        search_box(State.text, State.find, placeholder="Person, project or client"),
        _few(ENTRIES, State.entries, "Time, the latest first"),
        _few(TASKS, State.tasks, "Tasks"),
        rx.cond(
            (State.quote_lines.length() > 0) | (State.text != ""),
            _few(LINES, State.quote_lines, "Lines of quotes"),
        ),
    )


def _few(columns: list[Column], rows: rx.Var[list[Row]], title: str) -> rx.Component:
    nothing = empty("Nothing here", "Type other words, or fewer.", icon_name="search")
    return table_card(columns, rows, label=title, title=title, empty=nothing)
