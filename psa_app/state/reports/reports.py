"""Reports: hours and value by person and month, over the last six months."""

from collections import defaultdict
from datetime import date

import reflex as rx
from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, visible
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.models import Firm, Person
from psa_app.queries.time.report import PersonMonth, person_months
from psa_app.state.base import allow, read

MONTHS = 6
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class ReportsState(rx.State):
    """Two tables of the same months: hours with the billable share, and value by currency."""

    columns: list[Column] = []
    hours: list[Row] = []
    hours_totals: list[Cell] = []
    values: list[Row] = []
    is_ready: bool = False

    @rx.event
    @allow("reports.firm")
    async def load(self) -> None:
        """Loads the last six months."""
        months, names, found = await read(_load)
        self.columns = [
            Column("person", "Person"),
            *(
                Column(str(month), f"{_NAMES[month % 100 - 1]} {month // 100}", align="right")
                for month in months
            ),
        ]
        self.hours, self.hours_totals = _hours(months, names, found)
        self.values = _values(months, names, found)
        self.is_ready = True


def _load(session: Session, who: Actor) -> tuple[list[int], dict[int, str], list[PersonMonth]]:
    zone = session.exec(select(Firm.time_zone)).first() or "UTC"
    months = _last_months(clock.today(zone))
    people = session.exec(select(Person).where(visible(who, Person))).all()
    names = {int(person.id or 0): person.name for person in people}
    return months, names, person_months(session, who, months[0], months[-1])


def _last_months(today: date) -> list[int]:
    year, month = today.year, today.month
    found = []
    for _ in range(MONTHS):
        found.append(year * 100 + month)
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return sorted(found)


def _hours(
    months: list[int], names: dict[int, str], found: list[PersonMonth]
) -> tuple[list[Row], list[Cell]]:
    total: dict[tuple[int, int], int] = defaultdict(int)
    billable: dict[tuple[int, int], int] = defaultdict(int)
    for one in found:
        total[one.person_id, one.month] += one.seconds
        if one.is_billable:
            billable[one.person_id, one.month] += one.seconds
    people = sorted({person for person, _ in total}, key=lambda person: names.get(person, ""))
    rows = [
        Row(
            str(person),
            [
                Cell(names.get(person, "–"), kind="strong"),
                *(_cell(total[person, month], billable[person, month]) for month in months),
            ],
        )
        for person in people
    ]
    sums = [
        _cell(sum(total[p, month] for p in people), sum(billable[p, month] for p in people))
        for month in months
    ]
    return rows, [Cell("All", kind="strong"), *sums]


def _cell(seconds: int, billable: int) -> Cell:
    if not seconds:
        return Cell("–", align="right", kind="muted")
    return Cell(words.hours(seconds // 60), sub=f"{billable * 100 // seconds} %", align="right")


def _values(months: list[int], names: dict[int, str], found: list[PersonMonth]) -> list[Row]:
    values: dict[tuple[int, str, int], int] = defaultdict(int)
    for one in found:
        if one.is_billable and one.currency:
            values[one.person_id, one.currency, one.month] += one.value
    keys = sorted(
        {(person, code) for person, code, _ in values}, key=lambda key: (names.get(key[0], ""), key[1])
    )
    return [
        Row(
            f"{person}-{code}",
            [
                Cell(names.get(person, "–"), sub=code, kind="strong"),
                *(_money(values[person, code, month], code) for month in months),
            ],
        )
        for person, code in keys
    ]


def _money(amount: int, code: str) -> Cell:
    if not amount:
        return Cell("–", align="right", kind="muted")
    return Cell(words.money(amount, code), align="right")
