"""Who is away in a month; which month stands in the address."""

from datetime import date, timedelta

import reflex as rx
from sqlmodel import select

from psa_app import clock, routes
from psa_app.display.leave import MonthCell, MonthDay, MonthRow
from psa_app.formats import words
from psa_app.models import Firm
from psa_app.queries.people.absence import Away, PersonMonth, month_of_leave
from psa_app.rules.hours import h_mm
from psa_app.rules.weeks import month_days, month_of
from psa_app.state.base import allow, read

KINDS = {"vacation": "Vacation", "sick": "Sick", "other": "Other", "": "Away"}
NAMES = "MTWTFSS"


class LeaveMonthState(rx.State):
    """The month that the address names with `?month=2026-12`, else this one."""

    title: str = ""
    days: list[MonthDay] = []
    rows: list[MonthRow] = []
    before: str = ""
    after: str = ""
    is_ready: bool = False

    @rx.event
    @allow("leave.read")
    async def load(self) -> None:
        """Loads the month."""
        zone = await read(lambda session, _: session.exec(select(Firm.time_zone)).one())
        today = clock.today(zone)
        month = _asked(str(self.router.url.query_parameters.get("month", "")), today)
        first, last = month_days(month)
        found = await read(lambda session, who: month_of_leave(session, who, month))
        all_days = [first + timedelta(offset) for offset in range((last - first).days + 1)]
        self.title = f"{first:%B %Y}"
        self.days = [
            MonthDay(str(day.day), NAMES[day.weekday()], day.weekday() > 4, day == today) for day in all_days
        ]
        self.rows = [_row(one, all_days) for one in found]
        self.before, self.after = _address(first - timedelta(days=1)), _address(last + timedelta(days=1))
        self.is_ready = True


def _asked(text: str, today: date) -> int:
    year, _, month = text.partition("-")
    if year.isdecimal() and month.isdecimal() and len(text) == 7:
        asked = int(year) * 100 + int(month)
        if 1990 <= int(year) <= 2199 and 1 <= int(month) <= 12:
            return asked
    return month_of(today)


def _address(day: date) -> str:
    return routes.with_query(routes.LEAVE, month=f"{day:%Y-%m}")


def _row(one: PersonMonth, days: list[date]) -> MonthRow:
    return MonthRow(str(one.person_id), one.name, "", [_cell(one, day) for day in days])


def _cell(one: PersonMonth, day: date) -> MonthCell:
    leave = next((away for away in one.leave if away.starts_on <= day <= away.ends_on), None)
    if day in one.holidays:
        return MonthCell("off", one.holidays[day])
    if day.weekday() > 4:
        return MonthCell("off")
    if leave is None:
        return MonthCell()
    return MonthCell(_tone(leave), f"{words.day(day, year=False)}: {_words(leave)}")


def _tone(leave: Away) -> str:
    if leave.status == "requested":
        return "asked"
    return "part" if leave.minutes_per_day is not None else "away"


def _words(leave: Away) -> str:
    part = f", {h_mm(leave.minutes_per_day)} a day" if leave.minutes_per_day is not None else ""
    return f"{KINDS[leave.kind]}{part}{', asked for' if leave.status == 'requested' else ''}"
