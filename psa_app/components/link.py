"""Links inside the app change the page without a reload; ``native`` ones are the browser's own."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

Text = str | rx.Var[str]


class PageLink(ReactRouterLink):
    """React Router's link, which fetches the next page's script as soon as the pointer rests on it."""

    prefetch: rx.Var[str]


def link(
    *content: Any, href: Text, native: bool = False, class_name: Text = "", **props: Any
) -> rx.Component:
    """A link without a look of its own. ``native=True``: a file, another site, a page outside the app."""
    if native:
        return rx.el.a(*content, href=href, class_name=class_name, **props)
    return PageLink.create(*content, to=href, prefetch="intent", class_name=class_name, **props)


def outside_link(*content: Any, href: rx.Var[str], class_name: Text = "link") -> rx.Component:
    """A link out of the app (https, mailto, tel); a website opens beside the app and knows nothing of it."""
    is_page = href.startswith("http")
    return rx.el.a(
        *content,
        href=href,
        class_name=class_name,
        target=rx.cond(is_page, "_blank", "_self"),
        rel="noopener noreferrer",
    )


def text_link(*content: Any, href: Text, native: bool = False, **props: Any) -> rx.Component:
    """A link in running text, in the accent colour."""
    return link(*content, href=href, native=native, class_name="link", **props)
