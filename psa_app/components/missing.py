"""What a page says when the address leads to nothing, or to something of someone else's: the same words."""

from typing import Any

import reflex as rx

from psa_app.components.buttons import link_button
from psa_app.components.empty import empty
from psa_app.components.link import Text
from psa_app.components.skeleton import until


def found(ready: Any, missing: Any, content: rx.Component, *, back: Text, label: Text) -> rx.Component:
    """``content`` once ``ready``, bones before; when ``missing`` a word and a way ``back``."""
    nothing = empty(
        "There is nothing here",
        "The address may be mistyped, or what it led to is not yours to see.",
        link_button(label, href=back),
        icon_name="search",
    )
    return rx.cond(missing, nothing, until(ready, content))
