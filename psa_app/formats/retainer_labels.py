"""What a retainer's statement says beside its figures, in the languages of papers."""

from collections.abc import Mapping
from dataclasses import dataclass

from psa_app.formats import languages


@dataclass(frozen=True, slots=True)
class RetainerLabels:
    """Titles and heads. `columns`: of a period, from its days to what is left; `work`: of an entry."""

    title: str
    agreed_in: str
    periods: str
    columns: tuple[str, str, str, str, str, str, str, str]
    work_of: str  # with {period}
    work: tuple[str, str, str, str]
    nothing: str
    beyond: str
    late: str


_LABELS: Mapping[str, RetainerLabels] = {
    "en": RetainerLabels(
        "Statement of retainer",
        "Agreed in",
        "Periods",
        ("Period", "From before", "Granted", "Added", "Used", "Beyond", "Expired", "Left"),
        "Work, {period}",
        ("Day", "Person", "Work", "Used"),
        "No work in this period.",
        "beyond",
        "worked in an earlier period",
    ),
    "de": RetainerLabels(
        "Abrechnung des Kontingents",
        "Vereinbart in",
        "Zeiträume",
        ("Zeitraum", "Übertrag", "Gewährt", "Ergänzt", "Verbraucht", "Darüber", "Verfallen", "Rest"),
        "Arbeiten, {period}",
        ("Tag", "Person", "Arbeit", "Verbraucht"),
        "Keine Arbeiten in diesem Zeitraum.",
        "darüber hinaus",
        "in einem früheren Zeitraum geleistet",
    ),
    "fr": RetainerLabels(
        "Relevé du forfait",
        "Convenu dans",
        "Périodes",
        ("Période", "Report", "Accordé", "Ajouté", "Utilisé", "Au-delà", "Expiré", "Solde"),
        "Travaux, {period}",
        ("Jour", "Personne", "Travail", "Utilisé"),
        "Aucun travail pendant cette période.",
        "au-delà",
        "effectué pendant une période antérieure",
    ),
    "es": RetainerLabels(
        "Extracto de la bolsa",
        "Acordado en",
        "Períodos",
        ("Período", "Anterior", "Concedido", "Añadido", "Usado", "Exceso", "Caducado", "Resto"),
        "Trabajo, {period}",
        ("Día", "Persona", "Trabajo", "Usado"),
        "Ningún trabajo en este período.",
        "exceso",
        "realizado en un período anterior",
    ),
    "pt": RetainerLabels(
        "Extrato da avença",
        "Acordado em",
        "Períodos",
        ("Período", "Anterior", "Concedido", "Acrescentado", "Usado", "Além", "Expirado", "Resto"),
        "Trabalho, {period}",
        ("Dia", "Pessoa", "Trabalho", "Usado"),
        "Nenhum trabalho neste período.",
        "além",
        "feito num período anterior",
    ),
}


def retainer_labels(locale: str) -> RetainerLabels:
    """The words in a client's language; English for one that papers do not know."""
    return _LABELS.get(languages.code(locale), _LABELS["en"])
