"""A client's timeline, and to-dos that are ticked where they stand."""

from typing import Any

import reflex as rx

from psa_app.components.badges import tag
from psa_app.components.icons import Icon
from psa_app.components.link import link, outside_link
from psa_app.display.story import Part, StoryLine, TodoLine, Way


def story(lines: rx.Var[list[StoryLine]], acts: Any = None) -> rx.Component:
    """The newest first, a heading for each month; ``acts(line)`` draws the end of a line."""
    name = "story" if acts is None else "story with-acts"
    return rx.el.ol(rx.foreach(lines, lambda line: _line(line, acts)), class_name=name)


def _line(line: rx.Var[StoryLine], acts: Any) -> rx.Component:
    name = rx.cond(
        line.href != "",
        link(line.what, href=line.href, class_name="link"),
        rx.el.span(line.what),
    )
    words = rx.el.div(
        rx.el.div(
            rx.el.span(line.title, class_name="strong"),
            rx.cond(line.what != "", name),
            rx.cond(line.badge != "", tag(line.badge, line.tone)),
            class_name="said-of",
        ),
        rx.cond(line.text != "", rx.el.p(line.text, class_name="said")),
        rx.cond(line.sub != "", rx.el.div(line.sub, class_name="muted small")),
        rx.cond(line.letter != "", _letter(line)),
        class_name="what",
    )
    end = [rx.el.span(acts(line), class_name="acts")] if acts is not None else []
    return rx.fragment(
        rx.cond(line.heading != "", rx.el.li(line.heading, class_name="month")),
        rx.el.li(
            rx.el.span(Icon.create(name=line.icon), class_name="mark", aria_hidden="true"),
            words,
            rx.el.span(line.when, class_name="when"),
            *end,
            key=line.id,
        ),
    )


def _letter(line: rx.Var[StoryLine]) -> rx.Component:
    """The text of a mail, opened where it stands."""
    return rx.el.details(
        rx.el.summary("Read the mail", class_name="link small", aria_label="Read the mail: " + line.title),
        rx.el.p(line.letter, class_name="letter"),
    )


def todos(lines: rx.Var[list[TodoLine]], on_tick: Any, on_open: Any = None) -> rx.Component:
    """To-dos with a box each: ``on_tick(line)`` ends one, ``on_open(id)`` opens one that has no address."""

    def one(line: rx.Var[TodoLine]) -> rx.Component:
        box = rx.el.input(
            type="checkbox",
            checked=False,
            on_change=lambda _: on_tick(line),
            aria_label="Done: " + line.text,
        )
        words: Any = rx.el.span(line.text)
        if on_open is not None:
            words = rx.el.button(line.text, type="button", class_name="plain", on_click=on_open(line.id))
        name = rx.cond(line.href != "", link(line.text, href=line.href), words)
        return rx.el.li(
            box,
            rx.el.div(
                rx.el.div(name),
                rx.cond(line.sub != "", rx.el.div(line.sub, class_name="sub small")),
                class_name="text",
            ),
            rx.cond(
                line.due != "",
                rx.cond(line.late, tag(line.due, "bad"), rx.el.span(line.due, class_name="muted small")),
            ),
            key=line.kind + line.id.to_string(),
        )

    return rx.el.ul(rx.foreach(lines, one), class_name="waiting todos")


def way(one: rx.Var[Way]) -> rx.Component:
    """An address out of the app, as a link where it opens something."""
    opened = outside_link(one.text, href=one.href)
    return rx.el.span(rx.cond(one.href != "", opened, rx.fragment(one.text)))


def parts(rows: rx.Var[list[Part]], acts: Any) -> rx.Component:
    """Records that hang on another: name, a line below, marks, and ``acts(part)`` at the end."""

    def one(part: rx.Var[Part]) -> rx.Component:
        words = rx.el.div(
            rx.el.div(
                rx.cond(part.href != "", link(part.name, href=part.href), rx.fragment(part.name)),
                class_name="strong",
            ),
            rx.el.div(
                rx.cond(part.sub != "", rx.el.span(part.sub)),
                rx.foreach(part.ways.to(list[Way]), way),
                class_name="sub dotted",
            ),
            class_name="text",
        )
        marks = rx.foreach(part.marks.to(list[str]), lambda mark: tag(mark, "wait"))
        return rx.el.li(words, marks, acts(part), class_name="part", key=part.id)

    return rx.el.ul(rx.foreach(rows, one), class_name="waiting parts")
