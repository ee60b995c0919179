"""Moves the focus where the server says, also to fields that were made at run time."""

import reflex as rx

from psa_app.components.scripts import script


class FocusOn(rx.NoSSRComponent):
    """``target`` is "id#n": n grows, so that the same field can be focused twice; "" does nothing."""

    library = script(__name__, "focus.jsx")
    tag = "FocusOn"
    target: rx.Var[str]


focus_on = FocusOn.create
