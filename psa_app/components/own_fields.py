"""Settings → Own fields: a card a kind of record, and the form of a field."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.badges import tag
from psa_app.components.buttons import button
from psa_app.components.cards import card, notice, stack
from psa_app.components.dialog import dialog
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.link import text_link
from psa_app.components.menu import dots_menu, item
from psa_app.components.skeleton import until
from psa_app.display.forms import Option
from psa_app.display.own_fields import OwnField, OwnKind


def own_fields(state: Any, types: list[Option], seen: dict[str, str]) -> rx.Component:
    """The tab of `state` (an `OwnFieldsState`); ``types`` to choose from, ``seen``: field name → role."""
    words = (
        "A field that is added here stands in the lists, filters, forms and files of its records at once: "
        "reload an open page to see it."
    )
    return rx.fragment(
        notice(words),
        until(state.is_ready, stack(rx.foreach(state.kinds, lambda kind: _kind(state, kind)))),
        _form(state, types, seen),
    )


def _kind(state: Any, kind: rx.Var[OwnKind]) -> rx.Component:
    add = button(
        "Add a field",
        icon_name="plus",
        small=True,
        on_click=state.add(kind.kind),
        aria_label="Add a field to " + kind.title,
    )
    listed = rx.el.ul(
        rx.foreach(kind.fields.to(list[OwnField]), lambda one: _field(state, one)),
        class_name="waiting parts own-fields",
    )
    nothing = rx.el.p("No own fields. ", text_link("See the list", href=kind.href), class_name="muted")
    return card(
        rx.cond(kind.fields.length() > 0, listed, rx.el.div(nothing, class_name="card-body")),
        title=kind.title,
        aside=add,
        body=False,
    )


def _field(state: Any, one: rx.Var[OwnField]) -> rx.Component:
    words = rx.el.div(
        rx.el.div(
            rx.el.span(one.label, class_name="strong"),
            rx.cond(one.sub != "", rx.el.span(" · " + one.sub, class_name="muted")),
        ),
        rx.el.div("Seen by: " + one.seen_by, class_name="muted small"),
        class_name="what",
    )
    marks = rx.fragment(
        tag(one.type, "wait"),
        rx.cond(one.is_required, tag("Required", "accent")),
        rx.cond(one.is_archived, tag("Archived", "wait")),
    )
    acts = rx.cond(
        one.is_archived,
        item("Put back", icon_name="undo", on_click=state.restore(one.id)),
        rx.fragment(
            item("Change", icon_name="edit", on_click=state.edit(one.id)),
            rx.cond(
                one.is_first,
                rx.fragment(),
                item("Move up", icon_name="arrow-up", on_click=state.move(one.id, -1)),
            ),
            rx.cond(
                one.is_last,
                rx.fragment(),
                item("Move down", icon_name="chevron-down", on_click=state.move(one.id, 1)),
            ),
            item("Archive", icon_name="lock", on_click=state.archive(one.id)),
        ),
    )
    return rx.el.li(
        words,
        marks,
        dots_menu(acts, label="More for " + one.label),
        class_name=rx.cond(one.is_archived, "muted", ""),
    )


def _by_type(state: Any) -> rx.Component:
    """What only some types ask: the choices, or where a link leads."""
    values, errors = state.values, state.errors
    return rx.match(
        state.type,
        (
            "choice",
            fields.textarea(
                "choices",
                "Choices",
                values["choices"],
                required=True,
                error=errors["choices"],
                help="One in a line.",
                wide=True,
                prefix="own-",
            ),
        ),
        (
            "link",
            fields.select(
                "links_to",
                "Leads to",
                state.links,
                values["links_to"],
                error=errors["links_to"],
                prefix="own-",
            ),
        ),
        rx.fragment(),
    )


def _form(state: Any, types: list[Option], seen: dict[str, str]) -> rx.Component:
    values, errors = state.values, state.errors
    kind = fields.select(
        "type",
        "Type",
        types,
        state.type,
        required=True,
        error=errors["type"],
        on_change=state.set_type,
        prefix="own-",
    )
    default = fields.text(
        "default",
        "Default",
        values["default"],
        error=errors["default"],
        prefix="own-",
        help="As it would be typed into a new record. Empty: none.",
    )
    roles = [
        fields.checkbox(name, label, values[name] == "on", prefix="own-") for name, label in seen.items()
    ]
    return dialog(
        form(
            fields.fields(
                fields.text(
                    "label", "Name", values["label"], required=True, error=errors["label"], prefix="own-"
                ),
                kind,
                _by_type(state),
                fields.text(
                    "help",
                    "Help",
                    values["help"],
                    error=errors["help"],
                    prefix="own-",
                    help="Stands under the field in forms.",
                ),
                rx.cond((state.type == "person") | (state.type == "link"), rx.fragment(), default),
                fields.checkbox(
                    "is_required", "Must be filled in", values["is_required"] == "on", prefix="own-"
                ),
                two=True,
            ),
            fields.field_group("Who sees it, besides owners (none ticked: everyone in the firm)", *roles),
            form_error(rx.cond(errors["form"], errors["form"], errors["seen_by"])),
            form_foot("Save field", on_cancel=state.close),
            on_submit=state.save,
            key="own-" + state.form_key.to_string(),
            label=state.form_title,
        ),
        open=state.form_open,
        on_close=state.close,
        title=state.form_title,
        size="wide",
    )
