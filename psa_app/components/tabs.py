"""Views of one page. They are links: the address says which is open."""

import reflex as rx

from psa_app.components.link import Text, link
from psa_app.display.frame import Tab


def tabs(items: rx.Var[list[Tab]] | list[Tab], active: Text, label: Text = "Views") -> rx.Component:
    """Tabs with counts; ``active`` is the key of the open one."""

    def one(item: rx.Var[Tab]) -> rx.Component:
        return link(
            item.label,
            rx.cond(item.count != "", rx.el.span(item.count, class_name="count")),
            href=item.href,
            aria_current=rx.cond(item.key == active, "page", None),
            custom_attrs={"preventScrollReset": True},
        )

    return rx.el.nav(rx.foreach(items, one), class_name="tabs", aria_label=label)


def segmented(items: rx.Var[list[Tab]] | list[Tab], active: Text, label: Text) -> rx.Component:
    """The same as a small switch (Weeks | Months) in a page's head."""

    def one(item: rx.Var[Tab]) -> rx.Component:
        return link(item.label, href=item.href, aria_current=rx.cond(item.key == active, "true", None))

    return rx.el.nav(rx.foreach(items, one), class_name="segmented", aria_label=label)
