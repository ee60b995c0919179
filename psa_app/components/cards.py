"""Cards, and the strip of numbers at a page's head."""

from typing import Any

import reflex as rx

from psa_app.components.icons import icon
from psa_app.components.link import Text, link
from psa_app.display.figures import Kpi, Step, Waiting


def card(
    *content: Any,
    title: Text | None = None,
    aside: Any = None,
    body: bool = True,
    lined: bool = False,
    level: str = "h2",
    **props: Any,
) -> rx.Component:
    """A white sheet. ``aside`` stands to the right of the title: grey text, a link or a small button.

    ``body=False`` when the content brings its own edges (a table, facts, a timeline).
    """
    head: list[rx.Component] = []
    if title is not None:
        heading = rx.el.h3(title) if level == "h3" else rx.el.h2(title)
        right = [rx.el.div(aside, class_name="aside")] if aside is not None else []
        head = [rx.el.div(heading, *right, class_name="card-head")]
    inside = [rx.el.div(*content, class_name="card-body")] if body else list(content)
    extra = props.pop("class_name", "")
    names = " ".join(n for n in ("card", "lined" if lined else "", extra) if n)
    return rx.el.section(*head, *inside, class_name=names, **props)


def columns(*content: rx.Component, fill: bool = False) -> rx.Component:
    """Twelve columns on a wide screen, one on a phone; give children a ``span()``."""
    return rx.el.div(*content, class_name="columns fill" if fill else "columns")


def span(width: int, *content: Any) -> rx.Component:
    """A part ``width`` columns of twelve wide (3 to 9)."""
    return rx.el.div(*content, class_name=f"stack span-{width}")


def with_side(main: Any, side: Any, fill: bool = False) -> rx.Component:
    """The page and a narrower column to its right, as beside an invoice."""
    return rx.el.div(
        rx.el.div(main, class_name="stack"),
        rx.el.div(side, class_name="stack"),
        class_name="columns aside fill" if fill else "columns aside",
    )


def stack(*content: Any, gap: str = "") -> rx.Component:
    """One below the other; ``gap`` is "" | "tight" | "loose"."""
    return rx.el.div(*content, class_name=f"stack {gap}")


def line(*content: Any, wrap: bool = True) -> rx.Component:
    """Side by side, centred."""
    return rx.el.div(*content, class_name="line wrap" if wrap else "line")


def _step(step: rx.Var[Step]) -> rx.Component:
    value = rx.cond(
        step.href != "", link(step.value, href=step.href, class_name="link"), rx.fragment(step.value)
    )
    return rx.el.div(
        rx.el.dt(step.label), rx.el.dd(value), class_name=rx.cond(step.strong, "t-strong", "t-plain")
    )


def _how(kpi: rx.Var[Kpi], ident: rx.Var[str]) -> rx.Component:
    """The definition of a number and its derivation, line by line."""
    return rx.el.div(
        rx.el.h2(kpi.label),
        rx.el.p(kpi.how_text),
        rx.el.dl(rx.foreach(kpi.how.to(list[Step]), _step), class_name="facts plain"),
        class_name="menu start panel how-panel",
        role="dialog",
        aria_label=kpi.label,
        custom_attrs={"id": ident, "popover": "auto"},
    )


def _how_button(kpi: rx.Var[Kpi], ident: rx.Var[str]) -> rx.Component:
    return rx.el.button(
        icon("info"),
        type="button",
        class_name="icon-button how",
        aria_label="How " + kpi.label.to(str) + " is derived",
        custom_attrs={"popoverTarget": ident},
    )


def _number(kpi: rx.Var[Kpi], index: rx.Var[int]) -> rx.Component:
    ident = "how-" + index.to_string()
    explained = (kpi.how.length() > 0) | (kpi.how_text != "")
    return rx.el.div(
        rx.el.div(
            rx.cond(
                kpi.href != "",
                link(kpi.label, href=kpi.href, class_name="cover"),
                rx.el.span(kpi.label),
            ),
            rx.cond(explained, _how_button(kpi, ident)),
            class_name="label",
        ),
        rx.el.div(kpi.value, class_name="value"),
        rx.el.div(
            rx.cond(kpi.trend != "", rx.el.b(kpi.trend, class_name=kpi.tone)),
            rx.cond((kpi.trend != "") & (kpi.hint != ""), " ", ""),
            kpi.hint,
            class_name="hint",
        ),
        rx.cond(explained, _how(kpi, ident)),
        class_name="kpi",
    )


def kpis(numbers: rx.Var[list[Kpi]], label: Text = "Key figures") -> rx.Component:
    """The strip of numbers: each a link to its rows, with trend, hint and *how it is derived*."""
    return rx.el.div(rx.foreach(numbers, _number), class_name="kpis", role="group", aria_label=label)


def waiting(items: rx.Var[list[Waiting]], on_act: Any = None, label: Text = "Waits for you") -> rx.Component:
    """What waits for a decision: title, a line below, one button each.

    With ``href`` the button is a link; without it ``on_act(id)`` is called.
    """

    def act(item: rx.Var[Waiting]) -> rx.Component:
        looks = "button " + rx.cond(item.strong, "primary", "")
        words = rx.cond(item.act != "", item.act, "Open")
        opened = link(words, href=item.href, class_name=looks, aria_label=words + ": " + item.title)
        if on_act is None:
            return opened
        pressed = rx.el.button(
            words,
            type="button",
            class_name=looks,
            on_click=on_act(item.id),
            aria_label=words + ": " + item.title,
        )
        return rx.cond(item.href != "", opened, pressed)

    def one(item: rx.Var[Waiting]) -> rx.Component:
        text = rx.el.div(rx.el.div(item.title), rx.el.div(item.sub, class_name="sub"), class_name="text")
        return rx.el.li(text, act(item))

    return rx.el.section(
        rx.el.ul(rx.foreach(items, one), class_name="waiting"), class_name="card", aria_label=label
    )


def notice(
    *text: Any, actions: Any = None, tone: str = "", badge: rx.Component | None = None
) -> rx.Component:
    """A line above the content: a suggestion, a warning, the effect of a scenario."""
    mark = [icon("warning")] if tone in ("warn", "bad") else []
    parts = [*mark, *([badge] if badge is not None else []), rx.el.div(*text, class_name="text")]
    if actions is not None:
        parts.append(rx.el.div(actions, class_name="line"))
    role = {"role": "alert"} if tone == "bad" else {}
    return rx.el.div(*parts, class_name=f"notice t-{tone}" if tone else "notice", **role)
