"""Clockify's shared and summary reports: a line per day, project and description, no clock times.

The shared report names no person; a summary grouped by user does.
"""

from psa_app.formats.time_exports.values import Layout

_TIME = ("time (h)", "tempo (h)", "zeit (h)", "tiempo (h)", "temps (h)")
_DECIMAL = ("time (decimal)", "tempo (decimal)", "zeit (dezimal)", "tiempo (decimal)", "temps (decimal)")


def _claims(heads: frozenset[str]) -> bool:
    return not heads.isdisjoint(_TIME + _DECIMAL)


LAYOUT = Layout(
    name="clockify_shared",
    title="Clockify shared report",
    claims=_claims,
    duration_kind="clock",
    columns={
        "day": ("date", "data", "datum", "fecha"),
        "person": ("user", "usuario", "utilizador", "benutzer"),
        "client": ("client", "cliente", "kunde"),
        "project": ("project", "projeto", "projecto", "projekt", "proyecto", "projet"),
        "task": ("task", "activity", "tarefa", "atividade", "aufgabe", "tarea", "tache"),
        "note": ("description", "time entry", "descricao", "beschreibung", "descripcion"),
        "billable": ("billable", "faturavel", "facturavel", "abrechenbar", "facturable"),
        "tags": ("tags", "tag", "etiquetas"),
        "duration": _TIME,
        "decimal_hours": _DECIMAL,
    },
)
