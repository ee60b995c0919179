"""Rate cards side by side: typed over, looked at for what that changes, saved together."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice
from psa_app.components.dialog import dialog
from psa_app.components.ladder import ladder
from psa_app.components.picker import Picker
from psa_app.components.rate_matrix import rate_matrix
from psa_app.components.skeleton import lines, until
from psa_app.components.table import export_menu, table
from psa_app.components.tabs import tabs
from psa_app.display.forms import Option
from psa_app.display.frame import Tab
from psa_app.display.tables import Column
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.rates.rate_matrix import RateMatrixState as State

VIEWS = [
    Tab("cards", "Cards", routes.RATES),
    Tab("list", "List", routes.RATE_LIST),
    Tab("modifiers", "Modifiers", routes.RATE_MODIFIERS),
]
SUBTITLE = "What an hour is sold for. Approved time keeps the rate it was approved at."
PAST = [Column("amount", "An hour"), Column("days", "Counts"), Column("by", "Written by")]
TOUCHED = [
    Column("day", "Day"),
    Column("person", "Person"),
    Column("task", "Project and task"),
    Column("time", "Time", align="right"),
    Column("before", "Now", align="right"),
    Column("after", "Then", align="right"),
]
HOW = "Type an amount and press Enter · arrows move · Esc takes back · Shift+Enter opens past and reason"
GREY = "Grey amounts come from a card further left."


@page(routes.RATES, title="Rates", right="rates.read", on_load=State.load, live=("rate",))
def rates() -> rx.Component:
    """The choice of cards, the cards, and what the typed changes do."""
    return staff(
        "Rates",
        tabs(VIEWS, "cards", "Rates"),
        _tools(),
        until(State.is_ready, _cards(), card(lines(8), class_name="pad")),
        _cell(),
        _touched(),
        area="settings",
        subtitle=SUBTITLE,
        actions=[
            rx.cond(State.may_change, link_button("Import", href=routes.RATE_IMPORT, icon_name="upload"))
        ],
    )


def _tools() -> rx.Component:
    rows = [Option("roles", "Roles"), Option("people", "People")]
    return rx.el.div(
        _choice("of", "Rows", rows, State.of),
        rx.el.div(
            Picker.create(
                ident="client",
                name="client",
                value=State.client,
                shown=State.client_name,
                options=State.clients,
                answered=State.answered,
                placeholder="All clients",
                remote=True,
                on_search=State.find,
                on_pick=lambda value: State.narrow("client", value),
                key="client-" + State.client,
            ),
            class_name="rate-client",
        ),
        _choice("currency", "Currency", State.currencies, State.currency),
        _day("day", "From", State.day),
        rx.cond(State.may_change, _day("until", "To", State.until)),
        rx.el.div(export_menu(State.files), class_name="push"),
        class_name="tools",
    )


def _choice(
    key: str, label: str, options: rx.Var[list[Option]] | list[Option], value: rx.Var[str]
) -> rx.Component:
    one = lambda option: rx.el.option(option.label, value=option.value)  # noqa: E731
    listed = [rx.foreach(options, one)] if isinstance(options, rx.Var) else [one(each) for each in options]
    return rx.el.select(
        *listed,
        value=value,
        class_name="input small",
        style={"width": "auto"},
        aria_label=label,
        on_change=lambda chosen: State.narrow(key, chosen),
    )


def _day(key: str, label: str, value: rx.Var[str]) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="muted small"),
        rx.el.input(
            type="date",
            value=value,
            class_name="input small",
            style={"width": "auto"},
            on_change=lambda chosen: State.narrow(key, chosen),
        ),
        class_name="line",
    )


def _cards() -> rx.Component:
    return rx.el.div(
        rx.el.section(
            rate_matrix(
                rows=State.rows,
                cards=State.cards,
                heading=rx.cond(State.of == "people", "Person", "Role"),
                refused=State.refused,
                saved=State.saved,
                shut=~State.may_change,
                on_draft=State.draft,
                on_open=State.open,
                on_save=State.save(State.seen),
            ),
            class_name="card rate-card",
            tab_index=0,
            role="region",
            aria_label="Rate cards",
        ),
        rx.cond(State.count > 0, _bar()),
        rx.el.p(
            rx.cond(State.may_change, rx.el.span(HOW + ". ", class_name="only-wide")),
            GREY,
            rx.cond(State.may_change, rx.el.span(" Empty a cell to end its rate.")),
            class_name="muted small",
        ),
        class_name="stack",
    )


def _bar() -> rx.Component:
    """What the typed rates change, before they are saved."""
    many = State.count.to_string()
    save = rx.cond(State.count == 1, "Save rate", "Save " + many + " rates")
    wrong = rx.cond(
        State.wrong == 1, "1 cell is not right. ", State.wrong.to_string() + " cells are not right. "
    )
    return rx.el.div(
        notice(
            rx.cond(State.refused.length() > 0, rx.el.b(wrong)),
            rx.el.span(State.effect, role="status"),
            actions=rx.fragment(
                rx.cond(
                    State.touched.length() > 0,
                    button("See entries", look="quiet", small=True, on_click=State.show_touched),
                ),
                button("Discard", small=True, on_click=State.discard),
                button(
                    save,
                    look="primary",
                    small=True,
                    disabled=State.wrong > 0,
                    on_click=State.save(State.seen),
                ),
            ),
        ),
        class_name="rate-bar",
    )


def _cell() -> rx.Component:
    return dialog(
        rx.el.p(State.cell_verdict, class_name="lead"),
        ladder(State.rungs),
        rx.el.h3("Rates of this cell"),
        rx.cond(
            State.past.length() > 0,
            table(PAST, State.past, label="Rates of this cell"),
            rx.el.p("This cell never had a rate of its own.", class_name="muted"),
        ),
        open=State.open_cell != "",
        on_close=State.close,
        title=State.cell_title,
        size="wide",
    )


def _touched() -> rx.Component:
    return dialog(
        rx.el.p(State.effect, class_name="lead"),
        table(TOUCHED, State.touched, label="Entries that change"),
        rx.cond(State.touched_more != "", rx.el.p(State.touched_more, class_name="muted")),
        open=State.showing,
        on_close=State.close,
        title="Entries that change",
        size="wide",
    )
