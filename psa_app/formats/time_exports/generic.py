"""Any other table of time: columns guessed by the words that people use for them."""

from psa_app.formats.time_exports.values import Layout

LAYOUT = Layout(
    name="",
    title="Another table",
    claims=lambda _: False,
    columns={
        "person": (
            *("person", "user", "user name", "username", "employee", "member", "consultant", "name", "who"),
            *("benutzer", "mitarbeiter", "usuario", "utilizador", "empleado", "utilisateur", "collaborateur"),
        ),
        "first_name": ("first name", "vorname", "nome", "nombre", "prenom"),
        "last_name": ("last name", "surname", "nachname", "sobrenome", "apellido"),
        "email": ("email", "e-mail", "email address", "mail", "user email"),
        "client": ("client", "customer", "account", "company", "kunde", "cliente"),
        "project": ("project", "project name", "projekt", "projeto", "projecto", "proyecto", "projet"),
        "task": (
            *("task", "activity", "task name", "service", "work type", "aufgabe", "tatigkeit"),
            *("tarefa", "atividade", "tarea", "actividad", "tache", "activite"),
        ),
        "note": (
            *("description", "note", "notes", "comment", "comments", "details", "summary", "memo"),
            *("beschreibung", "notiz", "bemerkung", "descricao", "descripcion", "nota", "commentaire"),
        ),
        "billable": ("billable", "chargeable", "abrechenbar", "faturavel", "facturable", "fakturierbar"),
        "invoiced": ("invoiced", "billed", "exported", "abgerechnet", "faturado", "facturado", "facture"),
        "tags": ("tags", "labels", "schlagworte", "etiquetas", "etiquettes"),
        "day": (
            *("date", "day", "work date", "start date", "spent on", "datum", "tag", "data", "fecha", "jour"),
            *("data de inicio", "fecha de inicio", "date de debut", "startdatum"),
        ),
        "start": (
            *("start", "start time", "started at", "begin", "from", "time in", "beginn", "von"),
            *("hora de inicio", "inicio", "debut", "heure de debut"),
        ),
        "end_day": ("end date", "stop date", "enddatum", "data de termino", "data de fim", "fecha de fin"),
        "end": (
            *("end", "end time", "ended at", "stop", "stop time", "to", "until", "time out", "ende", "bis"),
            *("hora de termino", "hora de fim", "fim", "fin", "heure de fin"),
        ),
        "duration": (
            *("duration", "duration (h)", "time", "time (h)", "time spent", "hours", "hours worked"),
            *("minutes", "seconds", "duration (minutes)", "duration (seconds)", "time spent (seconds)"),
            *("dauer", "stunden", "minuten", "duracao", "duracao (h)", "horas", "tempo", "duracion"),
            *("tiempo", "duree", "heures"),
        ),
        "modifier": ("modifier", "rate modifier", "surcharge", "zuschlag"),
        "decimal_hours": ("decimal hours", "duration (decimal)", "time (decimal)", "hours (decimal)"),
    },
)
