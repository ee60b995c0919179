"""The lines of a scope while it is written, with rates, milestones and dates of a fee, and what it adds
up to; and its deliverables."""

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.scripts import script

_NEEDS = Icon  # scope_lines.jsx draws it
_PARTS = [
    script(__name__, name)
    for name in (
        "scope_amounts.js",
        "scope_card.jsx",
        "scope_fields.jsx",
        "scope_line.jsx",
        "scope_models.js",
        "scope_periods.jsx",
        "scope_rows.jsx",
        "scope_rules.jsx",
        "scope_parts.jsx",
        "scope_table.jsx",
    )
]


class ScopeLines(rx.NoSSRComponent):
    """Edits ``lines`` (``display.scope.LineDraft``) within a form, which gets them as JSON under ``name``.

    What is typed stays in the browser until the form's key changes. ``errors`` are by field, such as
    "lines.0.cap"; the input of that field has the id "lines-0-cap". ``on_currency(code)`` is sent when
    another currency is chosen in the form's field ``currency``. ``cards`` (``display.scope.CardChoice``) are
    the rates of the client's card and the firm's, and those that apply; ``client`` is its name.
    """

    library = script(__name__, "scope_lines.jsx")
    tag = "ScopeLines"
    lines: rx.Var[list]
    roles: rx.Var[list]
    cards: rx.Var[list]
    client: rx.Var[str]
    currency: rx.Var[str]
    errors: rx.Var[dict]
    name: rx.Var[str]
    on_currency: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class ScopeDeliverables(rx.NoSSRComponent):
    """Edits ``rows`` (``display.scope.DeliverableDraft``) within a form, which gets them as JSON
    under ``name``. ``errors`` are by field, such as "deliverables.0.title".
    """

    library = script(__name__, "scope_deliverables.jsx")
    tag = "ScopeDeliverables"
    rows: rx.Var[list]
    errors: rx.Var[dict]
    name: rx.Var[str]


scope_lines = ScopeLines.create
scope_deliverables = ScopeDeliverables.create
