"""Toggl Track's detailed report: ISO dates, h:mm:ss, amounts in a column named by currency."""

from psa_app.formats.time_exports.values import Layout


def _claims(heads: frozenset[str]) -> bool:
    return {"start date", "duration"} <= heads and not heads.isdisjoint({"start time", "description"})


LAYOUT = Layout(
    name="toggl",
    title="Toggl detailed report",
    claims=_claims,
    duration_kind="clock",
    columns={
        "person": ("user", "member"),
        "email": ("email",),
        "client": ("client",),
        "project": ("project",),
        "task": ("task",),
        "note": ("description",),
        "billable": ("billable",),
        "tags": ("tags",),
        "day": ("start date",),
        "start": ("start time",),
        "end_day": ("end date", "stop date"),
        "end": ("end time", "stop time"),
        "duration": ("duration",),
    },
)
