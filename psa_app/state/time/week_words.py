"""A person's week in words: what the grid, the head and the notices of the page show."""

from collections.abc import Sequence
from datetime import date, tzinfo

from psa_app.display.states import badge
from psa_app.display.tables import Cell, Row
from psa_app.display.week import WeekCell, WeekDay, WeekModifier, WeekPart, WeekRow, empty_cell
from psa_app.formats import words
from psa_app.queries.time.choices import TaskChoice
from psa_app.queries.time.week import CellView, DayView, RowView, WeekView
from psa_app.queries.time.week_sheets import SheetView
from psa_app.rules import weeks
from psa_app.rules.hours import h_mm, h_mm_seconds

STATES = {
    "open": "nothing logged yet",
    "draft": "draft",
    "submitted": "handed in",
    "returned": "sent back",
    "late": "new time to hand in",
    "empty": "handed in as empty",
    "approved": "approved",
    "invoiced": "invoiced",
}
BADGES = {"submitted": "submitted", "returned": "rejected", "late": "late", "empty": "submitted"}


def title(week: int) -> str:
    """ "Week 47 · 16–22 November"."""
    days = weeks.days(week)
    return f"Week {week % 100} · {words.day_range(days[0], days[6], year=False, long=True)}"


def subtitle(view: WeekView) -> str:
    """ "33:45 of 40:00 · 31:45 billable · draft"."""
    parts = [
        f"{h_mm_seconds(view.seconds)} of {h_mm(view.capacity)}",
        f"{h_mm_seconds(view.billable)} billable",
        STATES[view.state],
    ]
    waits = sum(cell.seconds for row in view.rows for cell in row.cells if cell.state == "with_client")
    if waits:
        parts.append(f"{h_mm_seconds(waits)} with the client")
    return " · ".join(parts if view.is_own else [view.person, *parts])


def state_of(view: WeekView) -> str:
    """The word of the state table for the whole week; "" while it is a plain draft."""
    return BADGES.get(view.state, view.state) if view.state not in ("open", "draft") else ""


def grid_days(view: WeekView) -> list[WeekDay]:
    """The columns."""
    return [_day(day) for day in view.days]


def _day(day: DayView) -> WeekDay:
    return WeekDay(
        id=day.day.isoformat(),
        name=f"{day.day:%a}",
        number=str(day.day.day),
        long=words.day_long(day.day),
        capacity=day.capacity,
        today=day.is_today,
        off=day.off,
    )


def grid_rows(view: WeekView, added: Sequence[int]) -> list[WeekRow]:
    """The rows; those without time can be taken off again, those just added stand last."""
    locks = [_lock(day, view.locked_through) for day in view.days]
    rows = [_row(row, locks, row.task_id in added) for row in view.rows]
    place = {str(task_id): number for number, task_id in enumerate(added)}
    is_new = [row.id in place and not any(cell.minutes for cell in row.cells) for row in rows]
    last = [row for row, new in zip(rows, is_new, strict=True) if new]
    first = [row for row, new in zip(rows, is_new, strict=True) if not new]
    return first + sorted(last, key=lambda row: place[row.id])


def _lock(day: DayView, locked_through: date | None) -> str:
    if not day.is_locked or locked_through is None:
        return ""
    return f"Time up to {words.day(locked_through)} is locked."


def _row(row: RowView, locks: Sequence[str], is_added: bool) -> WeekRow:
    closed = "" if row.is_open else f"{row.project}, {row.task} takes no more time."
    return WeekRow(
        id=str(row.task_id),
        project=row.project,
        client=row.client,
        task=row.task if row.is_billable else f"{row.task} · not billable",
        cells=[
            _cell(cell, lock if cell.seconds else lock or closed)
            if cell.entry_ids
            else empty_cell(lock or closed)
            for cell, lock in zip(row.cells, locks, strict=True)
        ],
        color=str(row.color),
        running=row.is_running,
        removable=(is_added or not row.is_running) and not any(cell.seconds for cell in row.cells),
        modifiers=[
            WeekModifier(
                str(one.id),
                one.name,
                one.valid_from.isoformat(),
                one.valid_to.isoformat() if one.valid_to else "",
            )
            for one in row.modifiers
        ],
    )


def _cell(cell: CellView, lock: str) -> WeekCell:
    parts = [WeekPart(str(key), name, (seconds + 30) // 60) for key, name, seconds in cell.parts]
    return WeekCell((cell.seconds + 30) // 60, cell.note, lock, cell.state, parts=parts)


def sheet_rows(view: WeekView, zone: tzinfo) -> list[Row]:
    """What was handed in, the newest first."""
    return [_sheet(sheet, zone) for sheet in reversed(view.sheets) if sheet.state != "open"]


def _sheet(sheet: SheetView, zone: tzinfo) -> Row:
    word = badge(BADGES.get(sheet.state, "rejected" if sheet.state == "returned" else sheet.state))
    if 0 < sheet.waiting < sheet.entries:
        word = badge("partly_approved")
    name = f"Supplement {sheet.number}" if sheet.number else "The week"
    return Row(
        str(sheet.id),
        [
            Cell(name),
            Cell(words.moment(sheet.submitted_at, zone)),
            Cell(h_mm_seconds(sheet.seconds), align="right"),
            Cell(word.text, kind="badge", tone=word.tone, icon=word.icon),
        ],
        name=name,
    )


def sent_back(view: WeekView) -> list[str]:
    """What was sent back, and why: "Mon 16, Tue 17, Build: wrong day"."""
    days: dict[tuple[str, str], list[str]] = {}
    for row in view.rows:
        for cell, day in zip(row.cells, view.days, strict=True):
            if cell.reason:
                days.setdefault((row.task, cell.reason), []).append(f"{day.day:%a} {day.day.day}")
    return [f"{', '.join(those)}, {task}: {reason}" for (task, reason), those in days.items()]


def choice_label(choice: TaskChoice) -> tuple[str, str]:
    """A task to choose, in large and in small words."""
    return f"{choice.project}: {choice.task}", choice.client
