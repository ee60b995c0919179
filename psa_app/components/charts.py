"""Plotly charts. Import this only in pages that draw one: it is the app's one heavy script."""

from typing import Any

import reflex as rx

from psa_app.components.link import Text
from psa_app.components.scripts import script


class Chart(rx.NoSSRComponent):
    """A figure as a dict (``json.loads(fig.to_json())``), drawn in the page's colours, light and dark."""

    library = script(__name__, "chart.jsx")
    lib_dependencies: list[str] = ["plotly.js-basic-dist-min@3.7.0"]
    tag = "Chart"
    figure: rx.Var[dict]
    label: rx.Var[str]
    height: rx.Var[int]
    on_pick: rx.EventHandler[rx.event.passthrough_event_spec(dict)]


def chart(
    figure: rx.Var[dict[str, Any]],
    label: Text,
    *,
    height: int = 260,
    on_pick: Any = None,
    table: rx.Component | None = None,
) -> rx.Component:
    """A chart and, folded below it, a table of the same numbers.

    Colours in the figure are names: ``marker_color="var(--chart-2)"``; grid, font, margins and hover come
    from the app. ``label`` says in words what the chart shows. ``on_pick({label, series, value, key})``.
    """
    events = {} if on_pick is None else {"on_pick": on_pick}
    drawn = Chart.create(figure=figure, label=label, height=height, **events)
    if table is None:
        return drawn
    folded = rx.el.details(rx.el.summary("The same as a table"), table, class_name="as-table")
    return rx.el.div(drawn, folded)
