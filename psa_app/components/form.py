"""The one form: nothing typed is lost, a second press does nothing, leaving with unsaved words asks first."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button, submit
from psa_app.components.icons import icon
from psa_app.components.link import Text
from psa_app.display.forms import MORE, FieldSpec, Option


def form(
    *content: Any,
    on_submit: Any,
    key: Text = "",
    label: Text = "",
    busy: rx.Var[bool] | bool = False,
    guard: bool = True,
    **props: Any,
) -> rx.Component:
    """Wraps fields. ``key`` is kind, id and version of the record: a new key shows new values.

    ``on_submit`` gets a dict of text by field name (an unchecked box is absent). ``guard`` asks before a
    half-filled form is left; ``label`` is its name in that question. Change ``key`` once it is saved.
    """
    attrs = {"data-guard": ""} if guard else {}
    return rx.form(
        *content,
        on_submit=on_submit,
        method="post",  # sent before the page is alive, it must not end up in the address
        reset_on_submit=False,
        key=key,
        aria_label=label,
        aria_busy=busy,
        class_name="form",
        custom_attrs={**attrs, "noValidate": True},
        **props,
    )


def form_error(text: Text) -> rx.Component:
    """What is wrong with the form as a whole, above its buttons; nothing when ``text`` is ""."""
    shown = text.bool() if isinstance(text, rx.Var) else bool(text)
    return rx.cond(shown, rx.el.div(icon("warning"), rx.el.span(text), class_name="form-error", role="alert"))


def form_foot(
    label: Text = "Save", *, busy: rx.Var[bool] | bool = False, on_cancel: Any = None, extra: Any = None
) -> rx.Component:
    """The buttons at a form's end: *Cancel* where there is somewhere to go back to, then the primary."""
    cancel = [button("Cancel", on_click=on_cancel)] if on_cancel is not None else []
    before = [extra, rx.el.span(class_name="push")] if extra is not None else []
    return rx.el.div(*before, *cancel, submit(label, busy=busy), class_name="form-foot")


@dataclass(frozen=True)
class Finder:
    """How the pickers of a described form ask the server: one search at a time.

    ``on_search(name, text)`` sets ``asked`` to the field, ``answered`` to the text, ``found`` to the choices.
    """

    on_search: Any
    asked: rx.Var[str]
    answered: rx.Var[str]
    found: rx.Var[list[Option]]


def _picker(spec: rx.Var[FieldSpec], words: dict[str, Any], finder: Finder | None) -> rx.Component:
    if finder is None:
        ask: dict[str, Any] = {"options": spec.options}
    else:
        mine = finder.asked == spec.name
        ask = {
            "options": rx.cond(mine, finder.found, spec.options),
            "answered": rx.cond(mine, finder.answered, ""),
            "on_search": lambda text: finder.on_search(spec.name, text),
        }
    return fields.picker(spec.name, spec.label, value=spec.value, shown=spec.shown, **words, **ask)


def _described(
    spec: rx.Var[FieldSpec], errors: rx.Var[dict[str, str]], prefix: str, finder: Finder | None
) -> rx.Component:
    """One field by its kind; every other kind is a line of text with the browser's own type."""
    words: dict[str, Any] = {
        "help": spec.help,
        "error": errors[spec.name],
        "locked": spec.locked,
        "wide": spec.wide,
        "prefix": prefix,
    }
    must = {**words, "required": spec.required}
    plain = {**must, "placeholder": spec.placeholder}
    named = (spec.name, spec.label)
    return rx.match(
        spec.kind,
        ("textarea", fields.textarea(*named, spec.value, **plain)),
        ("money", fields.money(*named, spec.value, currency=spec.unit, **plain)),
        ("number", fields.number(*named, spec.value, unit=spec.unit, **plain)),
        ("percent", fields.number(*named, spec.value, unit="%", **plain)),
        ("hours", fields.hours(*named, spec.value, **must)),
        ("date", fields.date(*named, spec.value, **must)),
        ("bool", fields.checkbox(*named, spec.value == "true", **words)),
        ("choice", fields.select(*named, spec.options, spec.value, **must)),
        ("picker", _picker(spec, must, finder)),
        ("find", fields.picker(*named, value=spec.value, options=spec.options, **must)),
        ("suggest", fields.picker(*named, value=spec.value, options=spec.options, free=True, **must)),
        (MORE, _unfold(spec.label)),
        ("note", rx.el.p(spec.label, class_name="muted wide")),
        ("heading", rx.el.h3(spec.label, class_name="wide")),
        ("email", fields.email(*named, spec.value, **plain)),
        ("url", fields.text(*named, spec.value, type="url", **plain)),
        ("color", fields.text(*named, spec.value, type="color", **plain)),
        fields.text(*named, spec.value, **plain),
    )


def _unfold(label: rx.Var[str]) -> rx.Component:
    """Shows the fields after it (assets/forms.js); an error in one of them shows them too."""
    return rx.el.button(
        icon("chevron-down"),
        label,
        type="button",
        class_name="unfold wide",
        custom_attrs={"aria-expanded": "false", "data-unfold": ""},
    )


def described_fields(
    specs: rx.Var[list[FieldSpec]],
    errors: rx.Var[dict[str, str]],
    *,
    finder: Finder | None = None,
    prefix: str = "f-",
    two: bool = True,
) -> rx.Component:
    """Draws fields from descriptors: the low-code form. Errors stand beside the field of that name.

    A choice of nothing is an option with value "" that the descriptor brings along.
    """
    drawn = rx.foreach(specs, lambda spec: _described(spec, errors, prefix, finder))
    return rx.el.div(drawn, class_name="fields two" if two else "fields")
