"""What a change order does to its contract, side by side: so far and from now on."""

import reflex as rx

from psa_app.components.link import Text
from psa_app.display.change import EffectRow


def effect_table(rows: rx.Var[list[EffectRow]], label: Text) -> rx.Component:
    """A row for each figure; the difference stands under the new value."""

    def row(one: rx.Var[EffectRow]) -> rx.Component:
        return rx.el.tr(
            rx.el.th(one.label, scope="row"),
            rx.el.td(one.before, class_name="right muted", data_label="So far"),
            rx.el.td(
                rx.el.div(one.after),
                rx.cond(one.change != "", rx.el.div(one.change, class_name="small t-" + one.tone)),
                class_name="right",
                data_label="From now on",
            ),
        )

    return rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th(rx.el.span("Figure", class_name="sr"), scope="col"),
                rx.el.th("So far", scope="col", class_name="right"),
                rx.el.th("From now on", scope="col", class_name="right"),
            )
        ),
        rx.el.tbody(rx.foreach(rows, row)),
        class_name="effect-table",
        aria_label=label,
    )
