"""Form fields: label, help, required mark, the right input, the error beside it.

Inputs are uncontrolled: they show ``value`` when they appear and keep what is typed. To show new values give
the form another ``key`` (kind, id and version of the record). All values arrive in ``on_submit`` as text.

Every field takes the options of :class:`Words`; whatever else is given goes to the input itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import Any

import reflex as rx

from psa_app.components.icons import icon
from psa_app.components.link import Text
from psa_app.components.picker import Picker
from psa_app.display.forms import Option

Flag = bool | rx.Var[bool]
Options = rx.Var[list[Option]] | Sequence[Option]


@dataclass(frozen=True)
class Words:
    """What every field takes. ``prefix`` starts the element's id: change it where two forms share names."""

    help: Text = ""
    error: Text = ""
    required: Flag = False
    locked: Flag = False
    wide: Flag = False
    hide_label: bool = False
    prefix: str = "f-"

    def ident(self, name: Text) -> Text:
        """The id of the input of that name."""
        return self.prefix + name if isinstance(name, str) else rx.Var.create(self.prefix).to(str) + name

    @property
    def wrong(self) -> Any:
        """Whether there is an error to show."""
        return self.error.bool() if isinstance(self.error, rx.Var) else bool(self.error)

    @property
    def helps(self) -> Any:
        """Whether there is a help text."""
        return self.help.bool() if isinstance(self.help, rx.Var) else bool(self.help)

    def described_by(self, name: Text) -> Any:
        """The ids of the error and the help, for ``aria-describedby``."""
        ident = self.ident(name)
        return rx.cond(self.wrong, ident + "-error ", "") + rx.cond(self.helps, ident + "-help", "")

    def input_props(self, name: Text) -> dict[str, Any]:
        """Name, id and the ties to the words around it."""
        attrs = {
            "id": self.ident(name),
            "aria-required": rx.cond(self.required, "true", None),
            "aria-invalid": rx.cond(self.wrong, "true", None),
            "aria-describedby": self.described_by(name),
        }
        return {"name": name, "disabled": self.locked, "custom_attrs": attrs}


_NAMES = {f.name for f in dataclass_fields(Words)}


def _split(options: dict[str, Any]) -> tuple[Words, dict[str, Any]]:
    """The words of a field, and what is left for its input."""
    words = {name: value for name, value in options.items() if name in _NAMES}
    return Words(**words), {name: value for name, value in options.items() if name not in _NAMES}


def _below(words: Words, ident: Text) -> list[rx.Component]:
    help_id, error_id = {"id": ident + "-help"}, {"id": ident + "-error"}
    error = rx.el.div(
        icon("warning"), rx.el.span(words.error), class_name="error", role="alert", custom_attrs=error_id
    )
    return [
        rx.cond(words.helps, rx.el.div(words.help, class_name="help", custom_attrs=help_id)),
        rx.cond(words.wrong, error),
    ]


def _field(control: rx.Component, name: Text, label: Text, words: Words) -> rx.Component:
    """Label, control, help and error as one block."""
    ident = words.ident(name)
    must = rx.cond(words.required, rx.el.span("*", class_name="must", title="Required", aria_hidden="true"))
    return rx.el.div(
        rx.el.label(label, must, html_for=ident, class_name="sr" if words.hide_label else ""),
        control,
        *_below(words, ident),
        class_name=rx.cond(words.wide, "field wide", "field"),
    )


def text(
    name: Text,
    label: Text,
    value: Text = "",
    *,
    type: str = "text",  # noqa: A002 - the attribute's name
    unit: Text | None = None,
    **options: Any,
) -> rx.Component:
    """One line of text; ``unit`` stands at its end inside the box."""
    words, props = _split(options)
    common = words.input_props(name)
    common["custom_attrs"] |= props.pop("custom_attrs", {})
    if unit is None:
        control = rx.el.input(default_value=value, type=type, class_name="input", **common, **props)
    else:
        boxed = rx.el.input(default_value=value, type=type, **common, **props)
        control = rx.el.div(boxed, rx.el.span(unit, class_name="unit"), class_name="box")
    return _field(control, name, label, words)


def email(name: Text, label: Text, value: Text = "", **options: Any) -> rx.Component:
    """An address, with the phone's keyboard for it."""
    return text(name, label, value, type="email", **({"auto_complete": "email"} | options))


def password(name: Text, label: Text, *, new: bool = False, **options: Any) -> rx.Component:
    """``new=True`` where one is chosen: the browser then offers to make one."""
    hint = "new-password" if new else "current-password"
    return text(name, label, type="password", auto_complete=hint, **options)


def money(
    name: Text, label: Text, value: Text = "", *, currency: Text = "EUR", **options: Any
) -> rx.Component:
    """An amount as a person types it ("1,200.50"), with its currency in the field."""
    return number(name, label, value, unit=currency, **options)


def number(
    name: Text, label: Text, value: Text = "", *, unit: Text | None = None, **options: Any
) -> rx.Component:
    """A number as a person types it, with its unit in the field."""
    return text(name, label, value, unit=unit, input_mode="decimal", auto_complete="off", **options)


def hours(name: Text, label: Text, value: Text = "", **options: Any) -> rx.Component:
    """A duration: 1:30, 1.5, 90m; leaving the field shows it as h:mm (assets/forms.js)."""
    attrs = {"data-hours": ""} | options.pop("custom_attrs", {})
    given = {"placeholder": "0:00", "auto_complete": "off"} | options
    return text(name, label, value, unit="h", custom_attrs=attrs, **given)


def date(name: Text, label: Text, value: Text = "", **options: Any) -> rx.Component:
    """A day as YYYY-MM-DD, by the browser's own calendar and by the keyboard."""
    return text(name, label, value, type="date", **options)


def textarea(name: Text, label: Text, value: Text = "", *, rows: int = 3, **options: Any) -> rx.Component:
    """Several lines; it grows with what is typed."""
    words, props = _split(options)
    control = rx.el.textarea(
        default_value=value, rows=str(rows), class_name="input", **words.input_props(name), **props
    )
    return _field(control, name, label, words)


def select(
    name: Text, label: Text, options: Options, value: Text = "", *, empty: str | None = None, **more: Any
) -> rx.Component:
    """One of a few. ``empty`` is the words of the choice of nothing ("No project"); None leaves it out."""
    words, props = _split(more)
    one = lambda o: rx.el.option(o.label, value=o.value)  # noqa: E731
    listed = [rx.foreach(options, one)] if isinstance(options, rx.Var) else [one(o) for o in options]
    none = [rx.el.option(empty, value="")] if empty is not None else []
    control = rx.el.select(
        *none, *listed, default_value=value, class_name="input", **words.input_props(name), **props
    )
    return _field(control, name, label, words)


def checkbox(
    name: Text, label: Text, checked: Flag = False, *, switch: bool = False, **options: Any
) -> rx.Component:
    """Yes or no: unchecked is absent from the submitted form, checked is "on". ``switch``: its other look."""
    words, props = _split(options)
    ident = words.ident(name)
    box = rx.el.input(type="checkbox", default_checked=checked, **words.input_props(name), **props)
    look = "check switch" if switch else "check"
    return rx.el.div(
        rx.el.div(box, rx.el.label(label, html_for=ident), class_name=look),
        *_below(words, ident),
        class_name=rx.cond(words.wide, "field wide", "field"),
    )


def picker(
    name: Text,
    label: Text,
    *,
    value: Text = "",
    shown: Text = "",
    options: Options | None = None,
    answered: Text = "",
    on_search: Any = None,
    on_pick: Any = None,
    placeholder: Text = "Type to search",
    free: bool = False,
    **more: Any,
) -> rx.Component:
    """A person, client or project found by typing.

    Without ``on_search`` it filters ``options`` in the browser. With it, ``on_search(text)`` fills
    ``options`` and sets ``answered`` to the text. ``shown`` is the label of ``value``; ``free``: any text.
    """
    words, _ = _split(more)
    events = {"on_search": on_search, "on_pick": on_pick}
    control = Picker.create(
        ident=words.ident(name),
        name=name,
        value=value,
        shown=shown,
        options=options if options is not None else [],
        answered=answered,
        placeholder=placeholder,
        required=words.required,
        disabled=words.locked,
        invalid=words.wrong,
        described_by=words.described_by(name),
        remote=on_search is not None,
        free=free,
        **{event: handler for event, handler in events.items() if handler is not None},
    )
    return _field(control, name, label, words)


def file(
    name: Text, label: Text, *, accept: str = "", multiple: bool = False, **options: Any
) -> rx.Component:
    """A file, for ``native_form(files=True)``: Reflex's own forms cannot carry one (see upload.py)."""
    words, props = _split(options)
    control = rx.el.input(type="file", accept=accept, multiple=multiple, **words.input_props(name), **props)
    return _field(control, name, label, words)


def field_group(legend: Text, *content: Any, two: bool = True) -> rx.Component:
    """Fields that belong together, under a common word."""
    return rx.el.fieldset(rx.el.legend(legend), fields(*content, two=two))


def fields(*content: Any, two: bool = False) -> rx.Component:
    """Fields below each other, or with ``two`` in two columns on a wide screen."""
    return rx.el.div(*content, class_name="fields two" if two else "fields")
