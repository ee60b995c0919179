"""When and how long: the times of one row, from whichever cells it has.

Seconds come from h:mm:ss first, then from start and end, then from rounded hours.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta, tzinfo
from typing import NamedTuple, TypeVar

from psa_app.formats.csv_files import Table
from psa_app.formats.time_exports.dates import Moment, ZoneClock, find_order, read_moment
from psa_app.formats.time_exports.durations import DAY, Duration, find_kind, find_mark, read_duration
from psa_app.formats.time_exports.layouts import date_cells
from psa_app.formats.time_exports.values import BadCell, Mapping

_ROUNDING = 60
_CLOCK_CHANGE = 3600 + _ROUNDING
_ONE_DAY = timedelta(days=1)

Value = TypeVar("Value")


class RowProblem(Exception):
    """A row that cannot be read, by the field of the cell that is wrong."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


class Worked(NamedTuple):
    """The day, the whole seconds, and the UTC instants of start and end where the row has them.

    `start_second` is the second of the day at which the file's clock showed the start.
    """

    day: date
    seconds: int
    started_at: datetime | None
    ended_at: datetime | None
    start_second: int | None


class _Cells(dict[str, Value | None]):
    """A column's distinct cells, each read once; blank ones are None, bad ones raise `RowProblem`."""

    def __init__(self, table: Table, mapping: Mapping, field: str, read: Callable[[str], Value]) -> None:
        super().__init__()
        self._field = field
        self._bad: dict[str, str] = {}
        header = mapping.columns.get(field)
        self[""] = None
        for text in dict.fromkeys(table.column(header)) if header is not None else ():
            try:
                self[text] = read(text) if text.strip() else None
            except BadCell as bad:
                self._bad[text] = str(bad)

    def __missing__(self, text: str) -> Value | None:
        raise RowProblem(self._field, self._bad[text])


class WorkedTimes:
    """The times of a table's rows."""

    def __init__(self, table: Table, mapping: Mapping, zone: tzinfo) -> None:
        self._clock = ZoneClock(zone)
        order = mapping.date_order or find_order(date_cells(table, mapping)).order

        def moments(field: str) -> _Cells[Moment]:
            return _Cells(table, mapping, field, lambda text: read_moment(text, order))

        self._days, self._starts = moments("day"), moments("start")
        self._end_days, self._ends = moments("end_day"), moments("end")
        self._durations = _durations(table, mapping, "duration")
        self._rounded = _durations(table, mapping, "decimal_hours")

    def of(self, day: str, start: str, end_day: str, end: str, duration: str, rounded: str) -> Worked:
        """The times that a row's cells tell; raises `RowProblem`."""
        begin, finish, last = self._starts[start], self._ends[end], self._end_days[end_day]
        first = self._day(self._days[day] or begin)
        started = ended = second = None
        if begin is not None and begin.second is not None:
            second = begin.second
            started = self._clock.instant(begin.day or first, begin)
        if finish is not None and finish.second is not None:
            last_day = finish.day or (last and last.day)
            ended = self._clock.instant(last_day or first, finish)
            if started is not None and ended < started:
                ended = self._after_midnight(first, finish, last_day)
        told = self._durations[duration]
        if told is not None and told.written == "clock":
            return Worked(first, told.seconds, started, ended, second)
        span = int((ended - started).total_seconds()) if started and ended else None
        seconds = self._seconds(told, self._rounded[rounded], span)
        return Worked(first, seconds, started, ended, second)

    def _day(self, moment: Moment | None) -> date:
        if moment is None:
            raise RowProblem("day", "There is no day. Add it in the file.")
        if moment.day is None:
            raise RowProblem("day", "There is only a time of day. Add the day in the file.")
        if moment.offset is None or moment.second is None:
            return moment.day
        return self._clock.instant(moment.day, moment).astimezone(self._clock.zone).date()

    def _after_midnight(self, day: date, finish: Moment, last_day: date | None) -> datetime:
        if last_day is not None:
            raise RowProblem("end", "The end lies before the start. Correct one of them in the file.")
        return self._clock.instant(day + _ONE_DAY, finish)

    @staticmethod
    def _seconds(duration: Duration | None, rounded: Duration | None, span: int | None) -> int:
        told = duration or rounded
        if told is None:
            return _of_span(span)
        if span is None:
            return told.seconds
        if told.written == "decimal" and abs(span - told.seconds) <= _ROUNDING:
            return _of_span(span)
        _check_unit(told.seconds, span, "duration" if duration else "decimal_hours")
        return told.seconds


def _durations(table: Table, mapping: Mapping, field: str) -> _Cells[Duration]:
    header = mapping.columns.get(field)
    cells = dict.fromkeys(table.column(header)) if header is not None else {}
    mark = find_mark(cells)
    kind = mapping.duration_kind or find_kind(cells, header or "", None) or "clock"
    if field == "decimal_hours":
        kind = "hours"
    return _Cells(table, mapping, field, lambda text: read_duration(text, kind, mark))


def _of_span(span: int | None) -> int:
    if span is None:
        raise RowProblem("duration", "There is no time. Add it, or remove the line from the file.")
    if span > DAY:
        raise RowProblem("end", "It ends more than 24 hours after its start. Split it in the file.")
    return span


def _check_unit(seconds: int, span: int, field: str) -> None:
    """A number may be less than start to end (a break was taken), but not another unit's."""
    if seconds > span + _CLOCK_CHANGE or seconds * 10 < span:
        raise RowProblem(field, "This does not agree with start and end. Correct one of them in the file.")
