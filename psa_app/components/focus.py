"""Moves the focus where the server says, also to fields that were made at run time."""

import reflex as rx


class FocusOn(rx.NoSSRComponent):
    """``target`` is "id#n": n grows, so that the same field can be focused twice; "" does nothing."""

    library = rx.asset("focus.jsx", shared=True).importable_path
    tag = "FocusOn"
    target: rx.Var[str]


focus_on = FocusOn.create
