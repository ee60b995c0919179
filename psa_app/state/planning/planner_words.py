"""The plan in words: columns, people with their load, bars."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from psa_app import routes
from psa_app.display.plan import Load, PlanBar, PlanColumn, PlanLine, PlanPerson, PlanRow, PlanWeek
from psa_app.formats import words
from psa_app.queries.home.facts import FirmFacts
from psa_app.queries.planning.board import Board, BoardBar, BoardRow, WeekLoad
from psa_app.queries.sales.demand import Demand
from psa_app.rules import weeks
from psa_app.state.frame import initials

WELL = Fraction(7, 10)  # from here on a week counts as well booked
DEMAND = "d"  # begins the key of a row of the pipeline
ON_A_PHONE = 4  # weeks whose load stands beside a name


def columns_of(plan: Board, facts: FirmFacts) -> list[PlanColumn]:
    """A column for each week, by its Monday."""
    this = weeks.week_of(facts.today)
    return [
        PlanColumn(weeks.monday(week).isoformat(), week_day(week, facts), week == this) for week in plan.weeks
    ]


def week_day(week: int, facts: FirmFacts) -> str:
    """The Monday of a week: "23 Nov"."""
    return words.day(weeks.monday(week), facts.locale, year=False)


def plan_rows(plan: Board, facts: FirmFacts, *, with_tentative: bool, links: bool = True) -> list[PlanRow]:
    """Open roles first, then people."""
    return [_row(row, facts, with_tentative, links) for row in plan.rows]


def _row(row: BoardRow, facts: FirmFacts, with_tentative: bool, links: bool) -> PlanRow:
    loads = [_load(load, row, facts, with_tentative) for load in row.loads]
    if row.person_id is None:
        hours = words.hours(sum(load.confirmed + load.tentative for load in row.loads))
        return PlanRow(row.key, f"Open: {row.name}", f"{hours} h to fill", open=True, loads=loads)
    href = routes.person(row.person_id) if links else ""
    return PlanRow(row.key, row.name, row.role, initials(row.name), loads=loads, href=href)


def demand_rows(found: list[Demand]) -> list[PlanRow]:
    """What open opportunities would need: a row for each role, tentative until one is won."""
    return [_demand(one) for one in found]


def _demand(one: Demand) -> PlanRow:
    loads = [
        _demand_load(full, likely, titles)
        for full, likely, titles in zip(one.full, one.weighted, one.titles, strict=True)
    ]
    return PlanRow(
        f"{DEMAND}{one.role_id}",
        f"Pipeline: {one.role}",
        f"{words.hours(sum(one.full))} h if won",
        open=True,
        loads=loads,
    )


def _demand_load(full: int, likely: int, titles: tuple[str, ...]) -> Load:
    if not full:
        return Load("")
    tip = f"{words.hours(full)} h if won, {words.hours(likely)} h weighted: {', '.join(titles)}"
    return Load(f"{words.hours(full)} h", "off", tip)


def _load(load: WeekLoad, row: BoardRow, facts: FirmFacts, with_tentative: bool) -> Load:
    booked = load.confirmed + (load.tentative if with_tentative else 0)
    if row.person_id is None:
        booked = load.confirmed + load.tentative
        return Load(f"{words.hours(booked)} h" if booked else "", "", "")
    share = load.share(with_tentative=with_tentative)
    reason = f" ({', '.join(load.off)})" if load.off else ""
    if share is None:
        return Load("off" if not booked else "over", "bad" if booked else "off", f"No working time{reason}")
    tone = "bad" if load.is_over(with_tentative=with_tentative) else "ok" if share >= WELL else ""
    tip = f"{words.hours(booked)} booked of {words.hours(load.net)} h{reason}"
    return Load(words.percent(share, 0, facts.locale), tone, tip)


def plan_bars(plan: Board, facts: FirmFacts, *, locked: bool) -> list[PlanBar]:
    """Bookings as bars over whole weeks."""
    return [_bar(bar, plan.weeks[0], facts, locked) for bar in plan.bars]


def _bar(bar: BoardBar, first: int, facts: FirmFacts, locked: bool) -> PlanBar:
    start, end = column_of(bar.starts_on, first), column_of(bar.ends_on, first)
    return PlanBar(
        str(bar.id),
        bar.row,
        start,
        end - start + 1,
        bar.project,
        amount_of(bar, facts.locale),
        bar.color,
        bar.is_tentative,
        locked,
        "\n".join(_tip(bar, facts)),
    )


def column_of(day: date, first: int) -> int:
    """The index of the week that a day lies in, counted from the first shown; may be negative."""
    return (day - weeks.monday(first)).days // 7


def amount_of(bar: BoardBar, locale: str) -> str:
    """ "60 %", "4:00 a day" or "40:00 in all"."""
    if bar.mode == "percent":
        return words.percent(Fraction(bar.percent, 100), 0, locale)
    if bar.mode == "hours_per_day":
        return f"{words.hours(bar.minutes_per_day)} a day"
    return f"{words.hours(bar.total_minutes)} in all"


def _tip(bar: BoardBar, facts: FirmFacts) -> Iterable[str]:
    yield " · ".join(part for part in (bar.project, bar.task, bar.account) if part)
    days = words.day_range(bar.starts_on, bar.ends_on, facts.locale, year=False)
    yield f"{days}, {amount_of(bar, facts.locale)}{', tentative' if bar.is_tentative else ''}"
    if bar.unplaced:
        yield f"{words.hours(bar.unplaced)} found no working day"
    if bar.note:
        yield bar.note


def plan_people(plan: Board, rows: list[PlanRow], facts: FirmFacts) -> list[PlanPerson]:
    """The same as a list: everyone with the loads of the first weeks, and their bookings by start."""
    lines: dict[str, list[PlanLine]] = defaultdict(list)
    for bar in plan.bars:
        days = words.day_range(bar.starts_on, bar.ends_on, facts.locale, year=False)
        amount = amount_of(bar, facts.locale)
        lines[bar.row].append(PlanLine(str(bar.id), bar.project, amount, days, bar.color, bar.is_tentative))
    names = [week_day(week, facts) for week in plan.weeks[:ON_A_PHONE]]
    return [
        PlanPerson(
            row.id,
            row.name,
            row.sub,
            row.initials,
            row.open,
            _week_loads(names, row.loads),
            lines.get(row.id, []),
        )
        for row in rows
    ]


def _week_loads(names: list[str], loads: list[Load]) -> list[PlanWeek]:
    tones = {"off": "faint"}
    return [
        PlanWeek(name, load.text or words.MISSING, tones.get(load.tone, load.tone))
        for name, load in zip(names, loads, strict=False)
    ]


def conflict_words(plan: Board, facts: FirmFacts, *, with_tentative: bool) -> str:
    """ "Tomas Brandt is over-booked in the weeks of 7 Dec and 14 Dec." for all; "" when nobody is."""
    by_person: dict[str, list[str]] = defaultdict(list)
    for row, load in plan.conflicts(with_tentative=with_tentative):
        by_person[row.name].append(week_day(load.week, facts))
    return " ".join(_conflict(name, days) for name, days in by_person.items())


def _conflict(name: str, days: list[str]) -> str:
    if len(days) == 1:
        return f"{name} is over-booked in the week of {days[0]}."
    if len(days) > 3:
        return f"{name} is over-booked in {len(days)} weeks from {days[0]} on."
    return f"{name} is over-booked in the weeks of {', '.join(days[:-1])} and {days[-1]}."
