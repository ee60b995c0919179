"""An import of records in words: columns with what they hold, open questions, the first rows, the counts."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from psa_app.display.figures import Fact, Kpi
from psa_app.display.forms import Option
from psa_app.display.imports import Ask, FileCell, FileColumn, FileRow, PastImport, RefusedRow
from psa_app.formats.csv_files import Table
from psa_app.formats.refused_rows import why
from psa_app.formats.words import moment
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.import_keys import key_choices, key_label
from psa_app.queries.imports import PastRun
from psa_app.rules.import_columns import ID
from psa_app.services.imports import Choices, RecordPlan
from psa_app.services.imports.values import Outcome, Question, RowPlan
from psa_app.state.time.import_words import counted

SAMPLES = 3
REFUSED = 3
LONGEST = 60
_WORDS: Mapping[Outcome, tuple[str, str]] = {
    "new": ("New", "ok"),
    "changed": ("Changed", "info"),
    "same": ("Same", "muted"),
    "refused": ("Refused", "bad"),
    "part": ("With the row before", "muted"),
}
_COUNTED: tuple[Outcome, ...] = ("new", "changed", "same", "refused")
_HINTS: Mapping[Outcome, str] = {
    "new": "will be added",
    "changed": "differ from what is here",
    "same": "are here already as they are",
    "refused": "cannot be taken as they are",
}
_STATES = {
    "waiting": ("Waiting", "warn"),
    "running": ("Under way", "info"),
    "done": ("Done", "ok"),
    "failed": ("Failed", "bad"),
}
_ORDERS = {"dmy": "Day first", "mdy": "Month first"}


def short(text: str) -> str:
    """A cell on one line, cut where it grows too long."""
    clean = " ".join(text.split())
    return clean if len(clean) <= LONGEST else f"{clean[: LONGEST - 1]}…"


def file_columns(table: Table, columns: Mapping[int, str]) -> list[FileColumn]:
    """Each column of the file with the first different things that it holds."""
    found = []
    for place, header in enumerate(table.headers):
        cells = dict.fromkeys(short(row[place]) for row in table.rows[:200] if row[place])
        samples = " · ".join(list(cells)[:SAMPLES]) or "Nothing in the first rows"
        found.append(FileColumn(place, header, samples, columns.get(place, "")))
    return found


def field_options(fields: Sequence[FieldSpec]) -> list[Option]:
    """What a column may fill; required ones are marked."""
    named = [Option(one.name, f"{one.label} (required)" if one.required else one.label) for one in fields]
    return [*named, Option(ID, "Id")]


def key_options(resource: Resource, choices: Choices) -> list[Option]:
    """By what records may be found."""
    return [
        Option("+".join(key), key_label(resource, key))
        for key in key_choices(resource, list(choices.columns.values()))
    ]


def found_help(resource: Resource) -> str:
    """What becomes of a row whose record is here already."""
    if resource.incoming is not None and resource.incoming.gathered_by:
        return f"Rows with the same of these are one record. {resource.many} that are here stay as they are."
    return (
        "A row that is found changes its record where it differs; an empty cell changes nothing. "
        "The same file again changes nothing."
    )


def asks(questions: Sequence[Question]) -> list[Ask]:
    """What the cells leave open, with what each answer would mean."""
    return [
        Ask(
            one.place,
            f"{one.header}: “{short(one.form.example)}” can be read in two ways.",
            "",
            [Option(choice, _meaning(one, choice)) for choice in one.form.choices],
        )
        for one in questions
    ]


def _meaning(question: Question, choice: str) -> str:
    if question.form.kind == "order":
        return _ORDERS[choice]
    return f"The {'comma' if choice == ',' else 'point'} begins the decimals"


def first_rows(table: Table, plan: RecordPlan, many: int) -> list[FileRow]:
    """The first rows as they would come in, and the first refused: what to do stands in each wrong cell."""
    shown = {row.place: row for row in (*plan.rows[:many], *plan.refused[:REFUSED])}
    return [_row(table, plan.columns, shown[place]) for place in sorted(shown)]


def _row(table: Table, places: Sequence[int], row: RowPlan) -> FileRow:
    wrong = dict(row.problems)
    cells = [FileCell(short(table.rows[row.place][place]), wrong.get(place, "")) for place in places]
    word, tone = _WORDS[row.outcome]
    rest = " ".join(sentence for place, sentence in row.problems if place not in places)
    return FileRow(f"{row.line:,}", word, tone, cells, rest)


def counts(plan: RecordPlan) -> list[Kpi]:
    """What becomes of all rows."""
    return counts_of(*(plan.count(one) for one in _COUNTED))


def counts_of(new: int, changed: int, same: int, refused: int) -> list[Kpi]:
    """The same, counted."""
    tones = {"refused": "bad"} if refused else {}
    return [
        Kpi(_WORDS[one][0], f"{many:,}", _HINTS[one], tone=tones.get(one, ""))
        for one, many in zip(_COUNTED, (new, changed, same, refused), strict=True)
    ]


def refused_rows(table: Table, plan: RecordPlan, many: int) -> list[RefusedRow]:
    """The first refused rows, each with all of its reasons."""
    return [RefusedRow(f"{row.line:,}", row.title or "–", why(table, row)) for row in plan.refused[:many]]


def refused_told(told: Mapping[str, Any], many: int) -> list[RefusedRow]:
    """The same of a check that the worker made (`PastRun.told`)."""
    return [
        RefusedRow(
            f"{one['line']:,}",
            one["title"] or "–",
            " ".join(f"{header}: {said}" if header else said for header, said in one["reasons"]),
        )
        for one in list(told.get("refused", ()))[:many]
    ]


def more_rows(more: int) -> str:
    """How many refused rows are not shown."""
    return f"And {counted(more, 'more row', 'more rows')}: all of them are in the file." if more > 0 else ""


def about(name: str, table: Table) -> str:
    """The file in a line: "crm.csv · 1,204 rows · semicolons"."""
    return f"{name} · {counted(len(table.rows), 'row', 'rows')} · {table.dialect.name}"


def missing(plan: RecordPlan) -> str:
    """Which required fields no column fills."""
    if not plan.missing:
        return ""
    return f"New records need {_and(plan.missing)}. Choose the column that holds it, or add one to the file."


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def progress(run: PastRun) -> str:
    """How far an import is: what is checked is written at once, so that it is whole or not at all."""
    if run.state == "waiting":
        return beginning(run.rows)
    if run.checked < run.rows:
        return f"{run.checked:,} of {run.rows:,} rows checked"
    if run.only_check:
        return f"{run.rows:,} rows checked"
    return f"{run.rows:,} rows checked, now all are written at once"


def beginning(rows: int) -> str:
    """The first word on an import that the worker is to do."""
    return f"{rows:,} rows read. The check begins in a moment."


def percent(run: PastRun) -> int:
    """The same for a bar; after the check the rows are made ready and written."""
    share = 95 if run.only_check else 60
    return min(95, run.checked * share // max(run.rows, 1)) if run.is_open else 100


def past(runs: Sequence[PastRun], zone: str) -> list[PastImport]:
    """The last imports in words."""
    return [_past(run, zone) for run in runs]


def _past(run: PastRun, zone: str) -> PastImport:
    word, tone = _STATES.get(run.state, _STATES["done"])
    when = moment(run.began_at, ZoneInfo(zone))
    about = " · ".join(
        part for part in (when, run.who or "Command line", counted(run.rows, "row", "rows")) if part
    )
    named = (
        (run.added, "added"),
        (run.changed, "changed"),
        (run.known, "as they were"),
        (run.refused, "refused"),
    )
    counts = " · ".join(f"{many:,} {label}" for many, label in named if many)
    shown = progress(run) if run.is_open else counts
    name = run.name or "A file"
    return PastImport(run.id, name, about, shown, word, tone, run.problem, run.has_file, run.may_retry)


def ran(resource: Resource, run: PastRun) -> list[Fact]:
    """What an import did that the worker wrote."""
    many = ((run.added, "Added"), (run.changed, "Changed"), (run.known, "Left as they are"))
    facts = [
        Fact(label, counted(one, resource.one.lower(), resource.many.lower()), tone="" if at else "strong")
        for at, (one, label) in enumerate(many)
    ]
    if run.refused:
        facts.append(Fact("Left out", counted(run.refused, "row", "rows"), tone="warn"))
    return facts


def done(resource: Resource, plan: RecordPlan) -> list[Fact]:
    """What the import did."""
    named = [("Added", "new", "strong"), ("Changed", "changed", ""), ("Left as they are", "same", "")]
    facts = [
        Fact(label, counted(plan.count(one), resource.one.lower(), resource.many.lower()), tone=tone)  # type: ignore[arg-type]
        for label, one, tone in named
    ]
    if plan.refused:
        facts.append(Fact("Left out", counted(len(plan.refused), "row", "rows"), tone="warn"))
    return facts


def said(resource: Resource, plan: RecordPlan) -> str:
    """One sentence for the toast."""
    if not plan.writes:
        return "Nothing to do: all of it is here already."
    words = counted(plan.writes, resource.one.lower(), resource.many.lower())
    return f"{words} imported."
