"""The lines of a quote while it is written: like the rows of a paper, opened one at a time."""

import reflex as rx

from psa_app.components.icons import Icon
from psa_app.components.scope_lines import ScopeLines
from psa_app.components.scripts import script

_NEEDS = (Icon, ScopeLines)  # quote_lines.jsx draws with their parts
_PARTS = [script(__name__, "quote_line.jsx")]


class QuoteLines(rx.NoSSRComponent):
    """Edits ``lines`` (``display.quote.QuoteLineDraft``) within a form, which gets them as JSON under
    ``name``.

    What is typed stays in the browser until the form's key changes. ``errors`` are by field, such as
    "lines.0.rate"; the input of that field has the id "lines-0-rate". ``on_draft(json)`` is sent shortly
    after something was typed: lines, discount, tax_rate_id and currency as they stand; ``amounts`` are
    what came of it, one for each line.
    """

    library = script(__name__, "quote_lines.jsx")
    tag = "QuoteLines"
    lines: rx.Var[list]
    roles: rx.Var[list]
    items: rx.Var[list]
    currency: rx.Var[str]
    amounts: rx.Var[list]
    errors: rx.Var[dict]
    name: rx.Var[str]
    on_draft: rx.EventHandler[rx.event.passthrough_event_spec(str)]


quote_lines = QuoteLines.create
