"""The frame around every staff page: rail, top bar, page head, bottom bar on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from psa_app.components.icons import Icon, icon
from psa_app.components.link import Text, link
from psa_app.components.menu import items, opener, sheet
from psa_app.components.native_form import native_form
from psa_app.components.palette import palette
from psa_app.components.skeleton import bone
from psa_app.components.theme import theme_switch
from psa_app.components.timer_chip import timer_chip
from psa_app.components.toast import toasts
from psa_app.display.frame import Crumb, Hit, MenuItem, NavItem, Timer, Toast


@dataclass(frozen=True)
class Frame:
    """The vars and events that the shell shows; made once, by the pages, from the frame's state."""

    firm: rx.Var[str]
    mark: rx.Var[str]  # the letter in the firm's square
    nav: rx.Var[list[NavItem]]
    phone_nav: rx.Var[list[NavItem]]  # at most four
    new: rx.Var[list[MenuItem]]
    name: rx.Var[str]
    initials: rx.Var[str]
    role: rx.Var[str]
    sandbox: rx.Var[str]  # what the coloured bar says, "" for no bar
    timer: rx.Var[Timer]
    may_track: rx.Var[bool]
    toasts: rx.Var[list[Toast]]
    actions: rx.Var[list[Hit]]
    results: rx.Var[list[Hit]]
    answered: rx.Var[str]
    on_search: Any
    on_pick: Any
    on_timer: Any
    on_undo: Any
    on_new: Any = None
    profile: str = "/profile"
    sign_out: str = "/auth/logout"


def firm_mark(letter: Text, logo: Text | None = None, large: bool = False) -> rx.Component:
    """The firm's square: its logo, or its letter in the accent colour."""
    name = "mark large" if large else "mark"
    letters = rx.el.span(letter, class_name=name, aria_hidden="true")
    if logo is None:
        return letters
    image = rx.el.span(rx.el.img(src=logo, alt=""), class_name=name, style={"background": "none"})
    return rx.cond(logo != "", image, letters) if isinstance(logo, rx.Var) else image


def _area(item: rx.Var[NavItem], area: Text) -> rx.Component:
    return link(
        Icon.create(name=item.icon),
        rx.el.span(item.label),
        rx.cond(item.count != "", rx.el.span(item.count, class_name="count")),
        href=item.href,
        aria_current=rx.cond(item.key == area, "page", None),
    )


def _rail(frame: Frame, area: Text) -> rx.Component:
    waiting = [rx.el.div(bone("64%"), style={"height": "30px", "padding": "9px 7px"}) for _ in range(7)]
    areas = rx.cond(
        frame.nav.length() > 0,
        rx.foreach(frame.nav, lambda item: _area(item, area)),
        rx.fragment(*waiting),
    )
    return rx.el.aside(
        link(firm_mark(frame.mark), rx.el.span(frame.firm), href="/", class_name="brand"),
        rx.el.nav(areas, class_name="nav", aria_label="Areas"),
        class_name="rail",
    )


def _person_menu(frame: Frame) -> rx.Component:
    button = rx.el.button(
        frame.initials,
        type="button",
        class_name="avatar",
        aria_label=frame.initials + ", " + frame.name,
        custom_attrs={"popoverTarget": "person-menu"},
    )
    leave = native_form(
        rx.el.button(icon("sign-out"), "Sign out", type="submit", class_name="menu-item"),
        action=frame.sign_out,
    )
    return rx.fragment(
        button,
        sheet(
            "person-menu",
            rx.el.div(
                rx.el.b(frame.name), rx.el.span(frame.role, class_name="muted"), class_name="menu-head"
            ),
            rx.el.hr(),
            link(icon("user"), "Profile", href=frame.profile, class_name="menu-item", data_close=""),
            rx.el.button(
                icon("help"),
                "Keys",
                rx.el.kbd("?"),
                type="button",
                class_name="menu-item",
                data_keys="",
                data_close="",
            ),
            rx.el.div(rx.el.span("Colours"), theme_switch(), class_name="menu-row"),
            rx.el.hr(),
            leave,
            label="You",
            menu=False,
        ),
    )


def _new_menu(frame: Frame) -> rx.Component:
    button = rx.el.button(
        "New", type="button", class_name="button only-wide", custom_attrs=opener("new-menu")
    )
    return rx.cond(
        frame.new.length() > 0,
        rx.fragment(button, sheet("new-menu", items(frame.new, frame.on_new), label="New")),
    )


def _top(frame: Frame, extra: Sequence[rx.Component]) -> rx.Component:
    jump = rx.el.button(
        icon("search"),
        rx.el.span("Search or jump to…"),
        rx.el.kbd("Ctrl K"),
        type="button",
        class_name="jump",
        data_palette="",
        aria_keyshortcuts="Control+K",
    )
    right = rx.el.div(
        *extra,
        rx.cond(frame.may_track, timer_chip(frame.timer, frame.on_timer)),
        _new_menu(frame),
        _person_menu(frame),
        class_name="right-side",
    )
    return rx.el.header(jump, right, class_name="topbar")


def sandbox_bar(text: rx.Var[str]) -> rx.Component:
    """The coloured bar above everything while no real money moves; not there when ``text`` is ""."""
    return rx.cond(text != "", rx.el.div(icon("info"), text, class_name="sandbox-bar", role="note"))


def _bottom(frame: Frame, area: Text) -> rx.Component:
    one = lambda item: link(  # noqa: E731
        Icon.create(name=item.icon),
        item.label,
        href=item.href,
        aria_current=rx.cond(item.key == area, "page", None),
    )
    return rx.el.nav(rx.foreach(frame.phone_nav, one), class_name="footbar", aria_label="Main areas")


def crumbs(way: Sequence[Crumb] | rx.Var[list[Crumb]], current: Text = "") -> rx.Component:
    """Invoices / Northwind: the way back, above a page's title."""
    one = lambda c: rx.el.li(  # noqa: E731
        rx.cond(c.href != "", link(c.label, href=c.href), rx.el.span(c.label))
    )
    here = [] if isinstance(current, str) and not current else [rx.el.li(rx.el.span(current))]
    steps = (
        rx.foreach(way, one)
        if isinstance(way, rx.Var)
        else rx.fragment(*[rx.el.li(link(c.label, href=c.href) if c.href else c.label) for c in way])
    )
    return rx.el.nav(rx.el.ol(steps, *here), class_name="crumbs", aria_label="Where you are")


def page_header(
    title: Text,
    subtitle: Any = None,
    *,
    actions: Sequence[rx.Component] = (),
    badge: rx.Component | None = None,
    way: rx.Component | None = None,
    phone: bool = True,
) -> rx.Component:
    """A page's one title, a grey line below, and at most one primary button on the right.

    ``phone=False``: not there on a phone, because the content brings its own title and buttons.
    """
    titles = [
        *([way] if way is not None else []),
        rx.el.h1(title, *([badge] if badge is not None else [])),
        *([rx.el.div(subtitle, class_name="subtitle")] if subtitle is not None else []),
    ]
    right = [rx.el.div(*actions, class_name="actions")] if actions else []
    return rx.el.div(
        rx.el.div(*titles, class_name="titles"),
        *right,
        class_name="page-head" if phone else "page-head phone-bare",
    )


def shell(
    title: Text,
    *content: Any,
    frame: Frame,
    area: Text,
    subtitle: Any = None,
    actions: Sequence[rx.Component] = (),
    badge: rx.Component | None = None,
    way: rx.Component | None = None,
    extra: Sequence[rx.Component] = (),
    head: bool = True,
    phone_head: bool = True,
    full: bool = False,
) -> rx.Component:
    """A whole staff page.

    ``area`` is the key of the rail's item that is open; ``extra`` stands in the top bar before the timer;
    ``head=False`` when the content brings its own ``page_header``, ``phone_head=False`` when it does so on a
    phone (the week); ``full`` lets it take the whole width.
    """
    header = (
        [page_header(title, subtitle, actions=actions, badge=badge, way=way, phone=phone_head)]
        if head
        else []
    )
    main = rx.el.main(
        *header,
        *content,
        class_name="main full" if full else "main",
        custom_attrs={"id": "main", "tabIndex": -1, "aria-busy": ~rx.State.is_hydrated},
    )
    body = rx.el.div(sandbox_bar(frame.sandbox), _top(frame, extra), main, class_name="body")
    return rx.fragment(
        rx.el.a("Skip to content", href="#main", class_name="skip"),
        rx.el.div(_rail(frame, area), body, class_name="frame"),
        _bottom(frame, area),
        palette(
            frame.actions,
            frame.results,
            frame.answered,
            on_search=frame.on_search,
            on_pick=frame.on_pick,
            on_timer=frame.on_timer,
        ),
        toasts(frame.toasts, frame.on_undo),
    )
