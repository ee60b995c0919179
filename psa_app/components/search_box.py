"""The search box above a table."""

from typing import Any

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.link import Text
from psa_app.components.scripts import script

_NEEDS = Icon  # search_box.jsx draws it


class SearchBox(rx.NoSSRComponent):
    """Asks after 180 ms of rest; "/" moves the focus here."""

    library = script(__name__, "search_box.jsx")
    tag = "SearchBox"
    value: rx.Var[str]
    label: rx.Var[str]
    placeholder: rx.Var[str]
    on_search: rx.EventHandler[rx.event.passthrough_event_spec(str)]


def search_box(
    value: Text, on_search: Any, *, label: Text = "Search", placeholder: Text = "Search"
) -> rx.Component:
    """``on_search(text)`` gets the trimmed text."""
    return SearchBox.create(value=value, on_search=on_search, label=label, placeholder=placeholder)
