"""Clients that look like one."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import button, submit
from psa_app.components.cards import card
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error
from psa_app.components.icons import icon
from psa_app.components.link import link
from psa_app.components.shell import crumbs
from psa_app.components.skeleton import lines, until
from psa_app.display.frame import Crumb
from psa_app.display.twins import Choice, TwinPair, TwinSide
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.client_twins import TwinsState as State


@page(routes.CLIENT_TWINS, title="Duplicates", right="accounts.merge", on_load=State.load, live=("account",))
def client_twins() -> rx.Component:
    """The pairs, the likeliest first; two of them side by side in a dialog."""
    nothing = empty(
        "No duplicates",
        "Clients with the same name, domain, number or contact are listed here.",
        icon_name="check",
    )
    rows = rx.el.ul(rx.foreach(State.pairs, _pair), class_name="waiting twins")
    return staff(
        "Duplicates",
        until(
            State.is_ready,
            card(rx.cond(State.pairs.length() > 0, rows, nothing), body=False),
            card(lines(4)),
        ),
        _comparison(),
        area="clients",
        subtitle="Clients that look like one, the likeliest first",
        way=crumbs([Crumb("Clients", routes.CLIENTS)]),
    )


def _pair(pair: rx.Var[TwinPair]) -> rx.Component:
    def name(words: rx.Var[str], city: rx.Var[str]) -> rx.Component:
        beside = rx.cond(city != "", rx.el.span(" · " + city, class_name="muted"))
        return rx.el.span(rx.el.span(words, class_name="strong"), beside)

    words = rx.el.div(
        rx.el.div(
            name(pair.one_name, pair.one_city),
            rx.el.span(" and ", class_name="muted"),
            name(pair.other_name, pair.other_city),
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
            on_click=State.not_the_same(pair.one, pair.other),
            aria_label="Not the same: " + both,
        ),
        button(
            "Compare", small=True, on_click=State.compare(pair.one, pair.other), aria_label="Compare " + both
        ),
        key=pair.id,
    )


# Side by side


def _comparison() -> rx.Component:
    why = rx.cond(State.reasons != "", rx.el.p("Found by: " + State.reasons + ".", class_name="muted"))
    grid = rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th(rx.el.span("Field", class_name="sr"), scope="col"), rx.foreach(State.sides, _side)
            )
        ),
        rx.el.tbody(rx.foreach(State.choices, _choice)),
        class_name="compare",
        aria_label="The two side by side",
    )
    foot = rx.el.div(
        button("Not the same", on_click=State.these_are_not),
        rx.el.span(class_name="push"),
        button("Cancel", on_click=State.close),
        submit("Merge"),
        class_name="form-foot",
    )
    return dialog(
        form(
            why,
            rx.el.div(grid, class_name="table-wrap", tab_index=0, role="region", aria_label="Comparison"),
            rx.el.p(State.moves, class_name="lead", role="status"),
            form_error(State.errors["form"]),
            foot,
            on_submit=State.merge,
            key="twins-" + State.form_key.to_string(),
            label="Merge",
            guard=False,
        ),
        open=State.comparing,
        on_close=State.close,
        title="Are these one client?",
        size="wide",
    )


def _side(side: rx.Var[TwinSide]) -> rx.Component:
    keeps = rx.el.label(
        rx.el.input(
            type="radio",
            name="keep",
            value=side.key,
            checked=State.keep == side.key,
            on_change=State.choose(side.key),
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


def _choice(choice: rx.Var[Choice]) -> rx.Component:
    def value(side: str, words: rx.Var[str]) -> rx.Component:
        picked = (choice.picked == side) | ((choice.picked == "") & (State.keep == side))
        box = rx.el.input(
            type="radio",
            name=choice.name,
            value=side,
            default_checked=picked,
            key=choice.name + side + State.keep,
            aria_label=choice.label + ": " + words,
        )
        return rx.el.td(rx.el.label(box, rx.el.span(words), class_name="pickable"))

    wrong = State.errors[choice.name]
    error = rx.cond(
        wrong.bool(), rx.el.div(icon("warning"), rx.el.span(wrong), class_name="error", role="alert")
    )
    return rx.el.tr(
        rx.el.th(choice.label, error, scope="row"), value("one", choice.one), value("other", choice.other)
    )
