"""Ctrl-K: go to any page or record, or do any act. Also the app's only global key listener."""

from typing import Any

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.link import Text
from psa_app.components.scripts import script
from psa_app.display.frame import Hit

_NEEDS = Icon  # palette.jsx draws it
_PART = script(__name__, "palette_keys.jsx")


class Palette(rx.NoSSRComponent):
    """Filters ``actions`` per key in the browser; asks the server after 150 ms of rest.

    ``results`` belong to the text in ``answered``; late answers to another text are not shown.
    """

    library = script(__name__, "palette.jsx")
    tag = "Palette"
    actions: rx.Var[list]
    results: rx.Var[list]
    answered: rx.Var[str]
    keys: rx.Var[list]
    new_menu: rx.Var[str]
    on_search: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_pick: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_timer: rx.EventHandler[rx.event.no_args_event_spec]


def palette(
    actions: rx.Var[list[Hit]],
    results: rx.Var[list[Hit]],
    answered: rx.Var[str],
    *,
    on_search: Any,
    on_pick: Any,
    on_timer: Any = None,
    new_menu: Text = "new-menu",
    keys: list[tuple[str, list[str]]] | None = None,
) -> rx.Component:
    """``on_search(text)`` fills ``results`` and sets ``answered`` to the text; ``on_pick(id)`` does an act.

    A hit with ``href`` opens at once. ``N`` presses the page's own ``data-new`` button, else the New menu.
    """
    events = {} if on_timer is None else {"on_timer": on_timer}
    return Palette.create(
        actions=actions,
        results=results,
        answered=answered,
        keys=keys or [],
        new_menu=new_menu,
        on_search=on_search,
        on_pick=on_pick,
        **events,
    )
