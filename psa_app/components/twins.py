"""Records that look like one: the pairs, and two of them side by side (`state/twins.py`)."""

from typing import Any

import reflex as rx

from psa_app.components.badges import tag
from psa_app.components.buttons import button, submit
from psa_app.components.cards import card
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error
from psa_app.components.icons import icon
from psa_app.components.link import link
from psa_app.components.skeleton import lines, until
from psa_app.display.twins import Choice, TwinPair, TwinSide


def pairs(state: Any, nothing: rx.Component) -> rx.Component:
    """The pairs, the likeliest first."""
    rows = rx.el.ul(rx.foreach(state.pairs, lambda pair: _pair(state, pair)), class_name="waiting twins")
    return until(
        state.is_ready,
        card(rx.cond(state.pairs.length() > 0, rows, nothing), body=False),
        card(lines(4)),
    )


def _pair(state: Any, pair: rx.Var[TwinPair]) -> rx.Component:
    def name(words: rx.Var[str], sub: rx.Var[str]) -> rx.Component:
        beside = rx.cond(sub != "", rx.el.span(" · " + sub, class_name="muted"))
        return rx.el.span(rx.el.span(words, class_name="strong"), beside)

    words = rx.el.div(
        rx.el.div(
            name(pair.one_name, pair.one_sub),
            rx.el.span(" and ", class_name="muted"),
            name(pair.other_name, pair.other_sub),
        ),
        rx.el.div(
            rx.foreach(pair.reasons.to(list[str]), lambda reason: tag(reason, "wait")),
            rx.el.span(pair.score, class_name="muted small"),
            class_name="line wrap",
        ),
        class_name="text stack tight",
    )
    both = pair.one_name + " and " + pair.other_name
    return rx.el.li(
        words,
        button(
            "Not the same",
            small=True,
            on_click=state.not_the_same(pair.one, pair.other),
            aria_label="Not the same: " + both,
        ),
        button(
            "Compare", small=True, on_click=state.compare(pair.one, pair.other), aria_label="Compare " + both
        ),
        key=pair.id,
    )


# Side by side


def comparison(state: Any, *, title: str, key: str) -> rx.Component:
    """The two side by side in a dialog, with a choice for each field in which they differ."""
    why = rx.cond(state.reasons != "", rx.el.p("Found by: " + state.reasons + ".", class_name="muted"))
    grid = rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th(rx.el.span("Field", class_name="sr"), scope="col"),
                rx.foreach(state.sides, lambda side: _side(state, side)),
            )
        ),
        rx.el.tbody(rx.foreach(state.choices, lambda one: _choice(state, one))),
        class_name="compare",
        aria_label="The two side by side",
    )
    foot = rx.el.div(
        button("Not the same", on_click=state.these_are_not),
        rx.el.span(class_name="push"),
        button("Cancel", on_click=state.close),
        submit("Merge"),
        class_name="form-foot",
    )
    return dialog(
        form(
            why,
            rx.el.div(grid, class_name="table-wrap", tab_index=0, role="region", aria_label="Comparison"),
            rx.el.p(state.moves, class_name="lead", role="status"),
            form_error(state.errors["form"]),
            foot,
            on_submit=state.merge,
            key=key + "-" + state.form_key.to_string(),
            label="Merge",
            guard=False,
        ),
        open=state.comparing,
        on_close=state.close,
        title=title,
        size="wide",
    )


def _side(state: Any, side: rx.Var[TwinSide]) -> rx.Component:
    keeps = rx.el.label(
        rx.el.input(
            type="radio",
            name="keep",
            value=side.key,
            checked=state.keep == side.key,
            on_change=state.choose(side.key),
        ),
        rx.el.span("Keep ", rx.el.b(side.name)),
        class_name="pickable",
    )
    opened = link(icon("external"), href=side.href, class_name="icon-button", aria_label="Open " + side.name)
    return rx.el.th(
        rx.el.div(keeps, opened, class_name="line"),
        rx.el.div(side.hangs, class_name="muted small"),
        scope="col",
    )


def _choice(state: Any, choice: rx.Var[Choice]) -> rx.Component:
    def value(side: str, words: rx.Var[str]) -> rx.Component:
        picked = (choice.picked == side) | ((choice.picked == "") & (state.keep == side))
        box = rx.el.input(
            type="radio",
            name=choice.name,
            value=side,
            default_checked=picked,
            key=choice.name + side + state.keep,
            aria_label=choice.label + ": " + words,
        )
        return rx.el.td(rx.el.label(box, rx.el.span(words), class_name="pickable"))

    wrong = state.errors[choice.name]
    error = rx.cond(
        wrong.bool(), rx.el.div(icon("warning"), rx.el.span(wrong), class_name="error", role="alert")
    )
    return rx.el.tr(
        rx.el.th(choice.label, error, scope="row"), value("one", choice.one), value("other", choice.other)
    )
