"""One's own Home: the week, what came back, what is planned, what to work on."""

from collections.abc import Sequence
from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.display.charts import StackBar
from psa_app.display.figures import Kpi, Waiting
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.home.own import OwnBooking, OwnHome, OwnTask, OwnWeek, Returned
from psa_app.rules import weeks
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.timer import start_timer
from psa_app.state.base import actor, allow, say, show, write
from psa_app.state.frame import FrameState
from psa_app.state.planning.planner_words import week_day

WEEK_STATES = {
    "open": "Not handed in yet",
    "submitted": "Handed in, not decided yet",
    "partly_approved": "Approved in part",
    "approved": "Approved",
}


class OwnHomeState(rx.State):
    """Only what is the person's own; no price anywhere."""

    kpis: list[Kpi] = []
    days: list[StackBar] = []
    days_words: str = ""
    week_text: str = ""
    returned: list[Waiting] = []
    booking_columns: list[Column] = []
    bookings: list[Row] = []
    booking_totals: list[Cell] = []
    tasks: list[Row] = []
    submit: str = ""  # the primary button's words, "" for none
    submit_href: str = ""

    def _show(self, found: OwnHome) -> None:
        self._plan(found)
        week = found.this_week
        week_text = f"{h_mm_seconds(week.seconds)} of {words.hours(week.capacity)} h"
        late = found.last_week.state == "open" and found.last_week.capacity > 0
        show(
            self,
            kpis=[_this(found), _last(found), _next(found)],
            days=_days(week, found.facts.locale),
            week_text=week_text,
            days_words=f"This week by day: {week_text}",
            returned=came_back(found.returned, found.facts.locale),
            tasks=[_task(one) for one in found.tasks],
            submit="Hand in last week" if late else "Log time",
            submit_href=routes.week(found.last_week.week) if late else routes.TIME,
        )

    def _plan(self, found: OwnHome) -> None:
        names = [week_day(week, found.facts) for week in found.weeks]
        columns = [
            Column("project", "Project"),
            *(Column(str(week), name, align="right") for week, name in zip(found.weeks, names, strict=True)),
        ]
        firm = [one for one in found.bookings if not one.is_tentative]
        sums = [sum(one.minutes[index] for one in firm) for index in range(len(found.weeks))]
        totals = [
            Cell("Confirmed of your hours"),
            *(
                Cell(
                    f"{words.hours(booked)}\u00a0of\u00a0{words.hours(capacity)}",
                    kind="bad" if booked > capacity else "strong",
                    align="right",
                )
                for booked, capacity in zip(sums, found.capacity, strict=True)
            ),
        ]
        show(
            self,
            booking_columns=columns,
            bookings=[_booking(one) for one in found.bookings],
            booking_totals=totals,
        )

    @rx.event
    @allow("timer.run")
    async def start(self, task_id: int) -> Any:
        """Starts the timer on a task."""
        await write(lambda session, who: start_timer(session, who, task_id=task_id))
        frame = await self.get_state(FrameState)
        await frame._fill(actor())
        await say(self, f"The timer runs: {frame.timer.label}.")


def came_back(found: Sequence[Returned], locale: str) -> list[Waiting]:
    """What came back, a line for each week and reason."""
    together: dict[tuple[int, str], list[Returned]] = {}
    for one in found:
        together.setdefault((weeks.week_of(one.day), one.reason), []).append(one)
    return [
        Waiting(
            str(those[0].id),
            _what(those, locale),
            f"{h_mm_seconds(sum(one.seconds for one in those))} · {reason}",
            routes.week(week),
            "Correct",
        )
        for (week, reason), those in together.items()
    ]


def _what(those: Sequence[Returned], locale: str) -> str:
    first, last = those[0], those[-1]
    if len(those) == 1:
        return f"{words.day(first.day, locale, year=False)} · {first.project} · {first.task}"
    projects = {one.project for one in those}
    what = first.project if len(projects) == 1 else f"{len(projects)} projects"
    return f"{words.day_range(first.day, last.day, locale, year=False)} · {what} · {len(those)} entries"


def _this(found: OwnHome) -> Kpi:
    week = found.this_week
    return Kpi(
        "This week",
        h_mm_seconds(week.seconds),
        hint=f"of {words.hours(week.capacity)} h · {WEEK_STATES[week.state].lower()}",
        href=routes.week(week.week),
    )


def _last(found: OwnHome) -> Kpi:
    week = found.last_week
    return Kpi(
        "Last week",
        h_mm_seconds(week.seconds),
        hint=f"of {words.hours(week.capacity)} h · {WEEK_STATES[week.state].lower()}",
        href=routes.week(week.week),
    )


def _next(found: OwnHome) -> Kpi:
    booked = sum(one.minutes[1] for one in found.bookings if not one.is_tentative)
    return Kpi(
        "Booked next week",
        words.hours(booked),
        hint=f"of {words.hours(found.capacity[1])} h",
        href=routes.PLANNER,
    )


def _days(week: OwnWeek, locale: str) -> list[StackBar]:
    """Monday to Friday, and a day of the weekend that has time; the rest up to the day's hours is pale."""
    shown = [day for day in week.days if day.day.weekday() < 5 or day.seconds]
    tallest = max([480 * 60, *(max(day.seconds, day.capacity * 60) for day in shown)])
    return [
        StackBar(
            words.day_long(day.day, locale)[:3],
            round(day.seconds * 100 / tallest, 1),
            round(max(day.capacity * 60 - day.seconds, 0) * 100 / tallest, 1),
            f"{words.day_long(day.day, locale)}: {h_mm_seconds(day.seconds)} of {words.hours(day.capacity)} h"
            + (f", {day.off}" if day.off else ""),
        )
        for day in shown
    ]


def _booking(one: OwnBooking) -> Row:
    beside = " · ".join(part for part in (one.account, "tentative" if one.is_tentative else "") if part)
    cells = [Cell(words.hours(minutes) if minutes else "–", align="right") for minutes in one.minutes]
    return Row(
        f"{one.project_id}-{one.starts_on}",
        [Cell(one.project, sub=beside, kind="strong"), *cells],
        href=routes.project(one.project_id),
        name=one.project,
    )


def _task(one: OwnTask) -> Row:
    beside = " · ".join(part for part in (one.project, one.account) if part)
    return Row(
        str(one.id),
        [
            Cell(one.name, sub=beside, kind="strong"),
            Cell(h_mm_seconds(one.week_seconds) if one.week_seconds else "–", align="right"),
            Cell(h_mm_seconds(one.seconds), align="right"),
        ],
        href=routes.project(one.project_id),
        name=one.name,
    )
