"""Harvest's detailed time report: decimal hours, no clock times, the person in two columns.

`Hours` is the time as worked; `Hours Rounded` beside it is what Harvest would bill, and unused.
"""

from psa_app.formats.time_exports.values import Layout

_MARKS = {"first name", "last name", "project code", "hours rounded", "employee", "approved"}


def _claims(heads: frozenset[str]) -> bool:
    return {"date", "hours"} <= heads and not heads.isdisjoint(_MARKS)


LAYOUT = Layout(
    name="harvest",
    title="Harvest detailed time",
    claims=_claims,
    duration_kind="hours",
    columns={
        "day": ("date",),
        "client": ("client",),
        "project": ("project",),
        "task": ("task",),
        "note": ("notes",),
        "duration": ("hours",),
        "billable": ("billable",),
        "invoiced": ("invoiced",),
        "first_name": ("first name",),
        "last_name": ("last name",),
    },
)
