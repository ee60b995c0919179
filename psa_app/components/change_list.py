"""The change orders of a scope: what each adds and where it stands, and the value with them."""

from typing import Any

import reflex as rx

from psa_app.components.badges import tag
from psa_app.components.buttons import link_button
from psa_app.components.cards import card
from psa_app.components.definition import facts
from psa_app.components.link import link
from psa_app.display.change import OrderLine


def order_list(orders: rx.Var[list[OrderLine]]) -> rx.Component:
    """A line for each, which opens it."""

    def one(order: rx.Var[OrderLine]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.div(link(order.title, href=order.href, class_name="link")),
                rx.el.div(order.sub, class_name="sub"),
                class_name="text",
            ),
            rx.el.div(
                rx.cond(order.by != "", rx.el.div(order.by, class_name="num")),
                tag(order.word, order.tone),
                class_name="change-end",
            ),
        )

    return rx.el.ul(rx.foreach(orders, one), class_name="waiting")


def changes_card(state: Any) -> rx.Component:
    """``state`` has rows, worth and the address of a new one ("" for who may not)."""

    return rx.cond(
        state.worth.length() > 0,
        card(
            facts(state.worth),
            rx.cond(state.rows.length() > 0, order_list(state.rows)),
            title="Contract value",
            aside=rx.cond(state.new != "", link_button("New change order", href=state.new, small=True)),
            body=False,
        ),
    )
