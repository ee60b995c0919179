"""A form that the browser posts itself: sign in, sign out, upload a file. No script takes part."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from psa_app.components.link import Text


class NativeForm(BaseHTML):
    """``<form>`` whose submit reaches the server as a plain HTTP request."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]
    enc_type: rx.Var[str]


def native_form(*content: Any, action: Text, files: bool = False, **props: Any) -> rx.Component:
    """Posts ``content``'s inputs to ``action``; ``files=True`` for a form with a file input."""
    if files:
        props["enc_type"] = "multipart/form-data"
    return NativeForm.create(*content, action=action, method="post", **props)


def hidden(name: str, value: Text) -> rx.Component:
    """A value that the form carries along."""
    return rx.el.input(type="hidden", name=name, default_value=value, key=value)
