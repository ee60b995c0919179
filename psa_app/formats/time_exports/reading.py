"""From a table and its mapping to entries: all of them, or what stands in the way."""

from collections.abc import Iterable
from hashlib import blake2b
from itertools import repeat
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from psa_app.errors import Invalid
from psa_app.formats.csv_files import Table
from psa_app.formats.time_exports.questions import missing_columns, open_questions
from psa_app.formats.time_exports.values import (
    FIELDS,
    ImportedEntry,
    Mapping,
    Problem,
    Reading,
)
from psa_app.formats.time_exports.worked import RowProblem, WorkedTimes
from psa_app.formats.time_exports.yes_no import read_yes_no, says_invoiced

MAX_PROBLEMS = 100
_NO_ROWS = "Below the headers there are no rows. Export a period with time in it."


def read_entries(table: Table, mapping: Mapping, person: str | None = None) -> Reading:
    """The entries of a table.

    `person` says whose time it is where a row does not. With a problem or an open question there
    are no entries. Raises `Invalid` when the mapping names a column that the file lacks, a field
    that does not exist, or an unknown zone.
    """
    zone = _zone(mapping)
    _check_columns(table, mapping)
    if not table.rows:
        return Reading(problems=(Problem(1, "", _NO_ROWS),), problem_count=1)
    questions = missing_columns(table, mapping, person)
    if not questions:
        questions = open_questions(table, mapping)
    if questions:
        return Reading(questions=questions, rows=len(table.rows))
    return _Rows(table, mapping, zone, person or "").read()


def _zone(mapping: Mapping) -> ZoneInfo:
    try:
        return ZoneInfo(mapping.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid("Choose a time zone such as Europe/Vienna.", field="zone") from error


def _check_columns(table: Table, mapping: Mapping) -> None:
    for field, header in mapping.columns.items():
        if field not in FIELDS:
            raise Invalid(f"There is no field {field!r}. Choose one of the fields shown.", field="columns")
        if header not in table.headers:
            raise Invalid(
                f"The file has no column “{header}”. Choose another for {FIELDS[field]}.", field="columns"
            )


class _Rows:
    """Reads the rows of one table."""

    def __init__(self, table: Table, mapping: Mapping, zone: ZoneInfo, person: str) -> None:
        self._table = table
        self._headers = mapping.columns
        self._person = person
        self._times = WorkedTimes(table, mapping, zone)
        self._billable = {text: read_yes_no(text, mapping.yes_no) for text in self._distinct("billable")}
        self._invoiced = {text: says_invoiced(text, mapping.yes_no) for text in self._distinct("invoiced")}
        self._tags = {text: _split_tags(text) for text in self._distinct("tags")}
        self._equal_rows: dict[bytes, int] = {}

    def read(self) -> Reading:
        """All entries, or the first problems and their number."""
        entries: list[ImportedEntry] = []
        problems: list[Problem] = []
        left_out: list[Problem] = []
        width = len(self._table.headers)
        for line, row, cells in zip(self._table.lines, self._table.rows, self._cells(), strict=True):
            try:
                if len(row) > width and any(row[width:]):
                    raise RowProblem("", "There are more cells than headers. Put text with commas in quotes.")
                entry = self._entry(line, *cells)
            except RowProblem as wrong:
                problems.append(Problem(line, self._headers.get(wrong.field, ""), wrong.sentence))
                continue
            if entry.seconds:
                entries.append(entry)
            else:
                left_out.append(Problem(line, "", "No time was worked, so the row is left out."))
        return Reading(
            entries=() if problems else tuple(entries),
            problems=tuple(problems[:MAX_PROBLEMS]),
            left_out=tuple(left_out),
            problem_count=len(problems),
            rows=len(self._table.rows),
        )

    def _distinct(self, field: str) -> set[str]:
        return set(self._table.column(self._headers[field])) if field in self._headers else {""}

    def _cells(self) -> Iterable[tuple[str, ...]]:
        """The cells of each row in the order of `FIELDS`; "" where a field has no column."""
        columns: list[Iterable[str]] = [
            self._table.column(self._headers[field]) if field in self._headers else repeat("")
            for field in FIELDS
        ]
        return zip(*columns, strict=False)

    def _entry(
        self,
        line: int,
        person: str,
        first_name: str,
        last_name: str,
        email: str,
        client: str,
        project: str,
        task: str,
        note: str,
        billable: str,
        invoiced: str,
        tags: str,
        day: str,
        start: str,
        end_day: str,
        end: str,
        duration: str,
        rounded: str,
        modifier: str,
    ) -> ImportedEntry:
        person = person or f"{first_name} {last_name}".strip()
        if not person and not email:
            person = self._person
            if not person:
                raise RowProblem("person", "There is no person. Add the name, or choose whose time it is.")
        worked = self._times.of(day, start, end_day, end, duration, rounded)
        when = f"{worked.day.toordinal()} {worked.start_second} {worked.seconds}"
        return ImportedEntry(
            line,
            person,
            email,
            client,
            project,
            task,
            note,
            self._billable[billable],
            worked.day,
            worked.seconds,
            worked.started_at,
            worked.ended_at,
            self._tags[tags],
            self._invoiced[invoiced],
            self._key((person, email, client, project, task, note, when)),
            modifier,
        )

    def _key(self, content: tuple[str, ...]) -> str:
        """A row's identity: what was worked, and how many equal rows stand above it.

        Tags, billable, invoiced and the modifier are no part of it: another tool's bookkeeping changes them
        without new work being done.
        """
        digest = blake2b("\0".join(content).encode(), digest_size=16).digest()
        ordinal = self._equal_rows.get(digest, 0) + 1
        self._equal_rows[digest] = ordinal
        return f"{digest.hex()}-{ordinal}"


def _split_tags(text: str) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in text.split(",") if tag.strip())
