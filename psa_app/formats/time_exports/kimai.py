"""Kimai's CSV export, in English and German: begin, end, and a duration in seconds.

What Kimai calls exported has been billed or handed on, so it counts as invoiced.
"""

from psa_app.formats.time_exports.values import Layout

_BEGIN = ("begin", "from", "beginn", "von")
_ACTIVITY = ("activity", "tatigkeit")
_CUSTOMER = ("customer", "kunde")


def _claims(heads: frozenset[str]) -> bool:
    return all(not heads.isdisjoint(words) for words in (_BEGIN, _ACTIVITY, _CUSTOMER))


LAYOUT = Layout(
    name="kimai",
    title="Kimai export",
    claims=_claims,
    duration_kind="seconds",
    columns={
        "person": ("user", "name", "username", "benutzer"),
        "email": ("email", "e-mail"),
        "client": _CUSTOMER,
        "project": ("project", "projekt"),
        "task": _ACTIVITY,
        "note": ("description", "beschreibung"),
        "billable": ("billable", "abrechenbar"),
        "invoiced": ("exported", "exportiert"),
        "tags": ("tags", "schlagworte"),
        "day": ("date", "datum"),
        "start": _BEGIN,
        "end": ("end", "to", "ende", "bis"),
        "duration": ("duration", "dauer"),
    },
)
