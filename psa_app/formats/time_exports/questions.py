"""What a file leaves open, asked before anything is read."""

from psa_app.formats.csv_files import Table
from psa_app.formats.time_exports.dates import find_order, has_day
from psa_app.formats.time_exports.durations import find_kind
from psa_app.formats.time_exports.layouts import date_cells
from psa_app.formats.time_exports.values import Mapping, Question, shown
from psa_app.formats.time_exports.yes_no import read_yes_no

_PERSON_FIELDS = ("person", "email", "first_name", "last_name")
_MAX_WORDS = 10
_MAX_EXAMPLES = 3


def missing_columns(table: Table, mapping: Mapping, person: str | None) -> tuple[Question, ...]:
    """The columns without which nothing can be read: project, day, time, and whose it is."""
    columns = mapping.columns
    heads = tuple(header for header in table.headers if header)
    questions: list[Question] = []
    if "project" not in columns:
        questions.append(Question("project", "", "Which column names the project?", heads))
    if "day" not in columns and not _start_has_days(table, mapping):
        questions.append(Question("day", "", "Which column holds the day of the work?", heads))
    if not ({"duration", "decimal_hours"} & columns.keys() or {"start", "end"} <= columns.keys()):
        questions.append(Question("time", "", "Which column says how long it took?", heads))
    if person is None and not any(field in columns for field in _PERSON_FIELDS):
        questions.append(Question("person", "", "This file names no person. Whose time is it?", heads))
    return tuple(questions)


def open_questions(table: Table, mapping: Mapping) -> tuple[Question, ...]:
    """What the cells can mean in two ways: the order of dates, the unit of numbers, words."""
    return (
        *_ask_for_date_order(table, mapping),
        *_ask_for_duration_kind(table, mapping),
        *_ask_for_words(table, mapping),
    )


def _start_has_days(table: Table, mapping: Mapping) -> bool:
    return "start" in mapping.columns and any(map(has_day, table.column(mapping.columns["start"])))


def _ask_for_date_order(table: Table, mapping: Mapping) -> list[Question]:
    if mapping.date_order is not None:
        return []
    found = find_order(date_cells(table, mapping))
    if not found.ambiguous:
        return []
    column = mapping.columns.get("day") or mapping.columns["start"]
    sentence = f"Is {shown(found.ambiguous[0])} day/month/year or month/day/year?"
    suggestion = "mdy" if found.twelve_hours else ""
    examples = found.ambiguous[:_MAX_EXAMPLES]
    return [Question("date_order", column, sentence, ("dmy", "mdy"), suggestion, examples)]


def _ask_for_duration_kind(table: Table, mapping: Mapping) -> list[Question]:
    header = mapping.columns.get("duration")
    if header is None or mapping.duration_kind is not None:
        return []
    cells = dict.fromkeys(table.column(header))
    if find_kind(cells, header, None) is not None:
        return []
    examples = tuple(text for text in cells if text.strip().isdigit())[:_MAX_EXAMPLES]
    sentence = f"Does {shown(examples[0])} in {shown(header)} count hours, minutes or seconds?"
    return [Question("duration_kind", header, sentence, ("hours", "minutes", "seconds"), "", examples)]


def _ask_for_words(table: Table, mapping: Mapping) -> list[Question]:
    header = mapping.columns.get("billable")
    if header is None:
        return []
    unknown: dict[str, None] = {}
    for text in dict.fromkeys(table.column(header)):
        try:
            read_yes_no(text, mapping.yes_no)
        except KeyError:
            unknown[text.strip()] = None
    return [
        Question("billable", header, f"Does {shown(word)} mean billable?", ("yes", "no"), "", (word,))
        for word in list(unknown)[:_MAX_WORDS]
    ]
