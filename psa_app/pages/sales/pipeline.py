"""The pipeline: the board, the list, the numbers."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.board import board
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, kpis, stack
from psa_app.components.empty import empty
from psa_app.components.figures import stack_bars
from psa_app.components.search_box import search_box
from psa_app.components.skeleton import lines, until
from psa_app.components.spark import keys
from psa_app.components.table import Sorting, Tools, export_menu, table, table_card
from psa_app.components.tabs import segmented
from psa_app.display.forms import Option
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.pages.sales.opportunity_dialogs import lost_dialog, opportunity_dialog
from psa_app.pages.sales.sales_tabs import sales_tabs
from psa_app.resources.sales import SOURCES
from psa_app.state.sales.pipeline import PipelineState as State
from psa_app.state.sales.pipeline_list import PipelineList as Rows
from psa_app.state.sales.pipeline_numbers import PipelineNumbers as Numbers
from psa_app.state.sales.pipeline_words import AGEING_COLUMNS, CONVERSION_COLUMNS, LIST_COLUMNS, MONTH_COLUMNS

NARROW = {"width": "auto", "maxWidth": "180px"}
LIVE = ("opportunity", "stage", "activity", "account")


@page(routes.PIPELINE, title="Pipeline", right="opportunities.read", on_load=State.load, live=LIVE)
def pipeline() -> rx.Component:
    """The view that the address names."""
    return staff(
        "Pipeline",
        sales_tabs("pipeline"),
        rx.match(State.tab, ("list", _list()), ("numbers", _numbers()), _board()),
        opportunity_dialog(State.save),
        lost_dialog(State),
        area="sales",
        subtitle=rx.cond(State.subtitle != "", State.subtitle, "\u00a0"),
        actions=[
            segmented(State.views, State.tab, "View"),
            rx.cond(
                State.may_import,
                link_button("Import", href=routes.record_import("opportunities"), icon_name="upload"),
            ),
            rx.cond(
                State.may_change,
                button("New opportunity", look="primary", on_click=State.add, data_new=""),
            ),
        ],
    )


def _choice(label: str, options: Any, value: rx.Var[str], on_change: Any, every: str) -> rx.Component:
    """A small select that narrows at once; the first option takes the filter off."""
    one = lambda option: rx.el.option(option.label, value=option.value)  # noqa: E731
    listed = [rx.foreach(options, one)] if isinstance(options, rx.Var) else [one(item) for item in options]
    return rx.el.select(
        rx.el.option(every, value=""),
        *listed,
        value=value,
        class_name="input small",
        style=NARROW,
        aria_label=label,
        on_change=on_change,
    )


def _board() -> rx.Component:
    tools = rx.el.div(
        search_box(State.q, State.search, label="Search opportunities", placeholder="Search"),
        _choice("Owner", State.owners, State.owner, State.narrow, "Everyone’s"),
        class_name="tools",
    )
    drawn = board(
        State.columns,
        State.cards,
        label="Opportunities by stage",
        epoch=State.epoch,
        locked=~State.may_change,
        on_move=State.move,
    )
    return rx.fragment(tools, until(State.is_ready, drawn, card(lines(8), class_name="pad")))


def _list() -> rx.Component:
    def narrow(key: str) -> Any:
        return lambda chosen: Rows.narrow(key, chosen)

    sources = [Option(*one) for one in SOURCES]
    return table_card(
        LIST_COLUMNS,
        Rows.rows,
        label="Opportunities",
        above=Tools(
            Rows.q,
            Rows.search,
            "Search title or client",
            filters=[
                _choice("Stage", Rows.stages, Rows.stage, narrow("stage"), "Open"),
                _choice("Owner", Rows.owners, Rows.owner, narrow("owner"), "Everyone’s"),
                _choice("Source", sources, Rows.source, narrow("source"), "Any source"),
                _choice("Expected", Rows.months, Rows.month, narrow("month"), "Any month"),
                rx.cond(Rows.is_narrowed, button("Clear", look="quiet", small=True, on_click=Rows.clear)),
            ],
            right=[export_menu(Rows.files)],
        ),
        sorting=Sorting(Rows.sort, Rows.descending, Rows.on_sort),
        totals=Rows.totals,
        pages=Rows.pager,
        on_page=Rows.go,
        loading=~Rows.is_ready,
        empty=empty("Nothing here", "No opportunity fits what was asked for.", icon_name="sales"),
    )


def _numbers() -> rx.Component:
    shades = keys(("weighted", "var(--chart-1)"), ("in full", "var(--chart-2)"))
    content = stack(
        kpis(Numbers.kpis),
        card(
            stack_bars(Numbers.bars, Numbers.bars_words, named=True, foot=shades),
            table(MONTH_COLUMNS, Numbers.months, label="Expected by month"),
            title="Expected by month",
        ),
        card(
            table(
                CONVERSION_COLUMNS,
                Numbers.conversion,
                label="How far opportunities get",
                empty=empty("No stages", "The owner makes them in Settings."),
            ),
            title="How far opportunities get",
            aside="open, or decided within a year",
            body=False,
        ),
        card(
            table(AGEING_COLUMNS, Numbers.ageing, label="How long they stay"),
            title="How long they stay",
            aside="too long: twice the stage’s usual stay",
            body=False,
        ),
    )
    return until(Numbers.is_ready, content, card(lines(8), class_name="pad"))
