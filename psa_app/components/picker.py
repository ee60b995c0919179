"""A field that finds a person, a client, a project while one types."""

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.scripts import script

_NEEDS = Icon  # picker.jsx draws it


class Picker(rx.NoSSRComponent):
    """A combobox with a hidden input of ``name`` that carries the chosen value into the form."""

    library = script(__name__, "picker.jsx")
    tag = "Picker"
    ident: rx.Var[str]
    name: rx.Var[str]
    value: rx.Var[str]
    shown: rx.Var[str]
    options: rx.Var[list]
    answered: rx.Var[str]
    placeholder: rx.Var[str]
    required: rx.Var[bool]
    disabled: rx.Var[bool]
    invalid: rx.Var[bool]
    described_by: rx.Var[str]
    remote: rx.Var[bool]
    free: rx.Var[bool]
    on_search: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_pick: rx.EventHandler[rx.event.passthrough_event_spec(str)]
