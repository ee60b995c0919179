"""The calm frame of the client portal, with the firm's own logo and colour."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from psa_app.components.icons import icon
from psa_app.components.link import Text, link
from psa_app.components.menu import sheet
from psa_app.components.native_form import native_form
from psa_app.components.shell import firm_mark, page_header, sandbox_bar
from psa_app.components.theme import theme_switch
from psa_app.components.toast import toasts
from psa_app.display.frame import NavItem, Toast


@dataclass(frozen=True)
class PortalFrame:
    """The vars that the portal's frame shows. ``color`` is the firm's (#rrggbb), or "" for the app's own."""

    firm: rx.Var[str]
    mark: rx.Var[str]
    logo: rx.Var[str]
    color: rx.Var[str]
    nav: rx.Var[list[NavItem]]
    name: rx.Var[str]
    initials: rx.Var[str]
    account: rx.Var[str]
    sandbox: rx.Var[str]
    toasts: rx.Var[list[Toast]]
    on_undo: Any = None
    sign_out: str = "/auth/logout"
    foot: rx.Var[str] | str = ""


def _person(frame: PortalFrame) -> rx.Component:
    leave = native_form(
        rx.el.button(icon("sign-out"), "Sign out", type="submit", class_name="menu-item"),
        action=frame.sign_out,
    )
    return rx.el.div(
        rx.el.button(
            frame.initials,
            type="button",
            class_name="avatar",
            aria_label=frame.initials + ", " + frame.name,
            custom_attrs={"popoverTarget": "person-menu"},
        ),
        sheet(
            "person-menu",
            rx.el.div(
                rx.el.b(frame.name), rx.el.span(frame.account, class_name="muted"), class_name="menu-head"
            ),
            rx.el.hr(),
            rx.el.div(rx.el.span("Colours"), theme_switch(), class_name="menu-row"),
            rx.el.hr(),
            leave,
            label="You",
            menu=False,
        ),
        class_name="push",
    )


def firm_color(color: rx.Var[str]) -> dict[str, Any]:
    """The style that paints accents in the firm's colour; its text colour is chosen by assets/css."""
    return {"--firm": rx.cond(color != "", color, "var(--app-accent)")}


def portal_shell(
    title: Text,
    *content: Any,
    frame: PortalFrame,
    area: Text,
    subtitle: Any = None,
    actions: Sequence[rx.Component] = (),
    badge: rx.Component | None = None,
    way: rx.Component | None = None,
    signed_in: rx.Var[bool] | bool = True,
) -> rx.Component:
    """A whole portal page. ``signed_in=False`` for a mail's link to one document: no areas, no person."""
    one = lambda item: link(  # noqa: E731
        item.label, href=item.href, aria_current=rx.cond(item.key == area, "page", None)
    )
    areas = rx.el.nav(rx.foreach(frame.nav, one), class_name="portal-nav", aria_label="Areas")
    inside = rx.cond(signed_in, rx.fragment(areas, _person(frame)), rx.fragment())
    top = rx.el.header(
        rx.el.div(
            rx.el.span(firm_mark(frame.mark, frame.logo), rx.el.span(frame.firm), class_name="brand"), inside
        ),
        class_name="portal-top",
    )
    main = rx.el.main(
        page_header(title, subtitle, actions=actions, badge=badge, way=way),
        *content,
        class_name="portal-main",
        custom_attrs={"id": "main", "tabIndex": -1, "aria-busy": ~rx.State.is_hydrated},
    )
    return rx.el.div(
        rx.el.a("Skip to content", href="#main", class_name="skip"),
        sandbox_bar(frame.sandbox),
        top,
        main,
        rx.el.footer(frame.foot, class_name="portal-foot"),
        toasts(frame.toasts, frame.on_undo),
        class_name="portal",
        style=firm_color(frame.color),
    )
