"""Clockify's detailed report, in English and Portuguese: a line per entry, with clock times.

A firm may call tasks activities. Dates come in the order that its workspace is set to.
"""

from psa_app.formats.time_exports.values import Layout

_DURATION = ("duration (h)", "duracao (h)", "duracao (hh:mm:ss)")
_DECIMAL = ("duration (decimal)", "duracao (decimal)")


def _claims(heads: frozenset[str]) -> bool:
    return not heads.isdisjoint(_DURATION + _DECIMAL)


LAYOUT = Layout(
    name="clockify_detailed",
    title="Clockify detailed report",
    claims=_claims,
    duration_kind="clock",
    columns={
        "person": ("user", "usuario", "utilizador"),
        "email": ("email", "e-mail"),
        "client": ("client", "cliente"),
        "project": ("project", "projeto", "projecto"),
        "task": ("task", "activity", "tarefa", "atividade"),
        "note": ("description", "descricao"),
        "billable": ("billable", "faturavel", "facturavel", "cobravel"),
        "invoiced": ("invoiced", "invoice id", "faturado", "facturado"),
        "tags": ("tags", "tag", "etiquetas"),
        "day": ("start date", "date", "data de inicio", "data inicial", "data inicio", "data"),
        "start": ("start time", "hora de inicio", "horario de inicio", "hora inicial", "hora inicio"),
        "end_day": ("end date", "data de termino", "data de fim", "data final", "data do fim", "data fim"),
        "end": (
            "end time",
            "hora de termino",
            "horario de termino",
            "hora de fim",
            "hora final",
            "hora do fim",
            "hora fim",
        ),
        "duration": _DURATION,
        "decimal_hours": _DECIMAL,
    },
)
