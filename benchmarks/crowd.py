"""Fifty people at once, each with three seconds of thought between two events."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

from sqlmodel import select

from benchmarks import firm, grow
from benchmarks.measure import Line, middle, milliseconds, percentile
from benchmarks.serving import STATE, Server, Tab, is_built, serving, sign_in
from psa_app import db, routes
from psa_app.models import Task, User
from psa_app.rules import weeks

MANY = 60_000
SHAPE = firm.Shape(people=50)
THOUGHT = 3.0  # seconds, the mean
LASTS = 30.0  # seconds of measuring
WEEK = f"{STATE}.psa_app___state___week____week_state"
ENTRIES = f"{STATE}.psa_app___state___entries____entries_state.load"
HOME = f"{STATE}.psa_app___state___home____home_state.load"


def lines(place: Path) -> Iterator[Line]:
    """One line: hours typed, weeks and lists opened, and Home, by 50 members of the firm."""
    name = "50 people with 3 s of thought between events (hours typed, weeks, lists, Home)"
    if not is_built():
        yield Line(name, "not measured: the pages are not built (make build)", goal="p95 ≤ 25 ms")
        return
    file = place / "psa.db"
    grow.filled(file, SHAPE, MANY)
    users, tasks = _people(file)
    cookies = sign_in(file, users)
    with serving(place, file) as server:
        found = asyncio.run(_all_at_once(server, cookies, tasks))
    p50, p95 = middle(found), percentile(found, 0.95)
    yield Line(
        name,
        f"{len(found)} events: p50 {milliseconds(p50)}, p95 {milliseconds(p95)}",
        peers="24–40 pages/s",
        goal="p95 ≤ 25 ms an event",
        reached=p95 <= 0.025,
    )


def _people(file: Path) -> tuple[list[int], list[int]]:
    """A user for each person, and the tasks they may log on."""
    with firm.database(file), db.unit_of_work() as session:
        for number in range(1, SHAPE.people + 1):
            session.add(
                User(email=firm.mail_of(number), name=firm.name_of(number), role="member", person_id=number)
            )
        session.flush()
        users = session.exec(select(User.id).where(User.role == "member")).all()
        tasks = session.exec(select(Task.id)).all()
    return [int(one or 0) for one in users], [int(one or 0) for one in tasks]


async def _all_at_once(server: Server, cookies: list[str], tasks: list[int]) -> list[float]:
    tabs = [Tab(server, f"bench-{number}") for number in range(len(cookies))]
    for tab, cookie in zip(tabs, cookies, strict=True):
        await tab.open(cookie, routes.TIME)
    begin = time.perf_counter() + 1
    people = (_person(tab, Random(number), tasks, begin) for number, tab in enumerate(tabs))
    found = [took for taken in await asyncio.gather(*people) for took in taken]
    for tab in tabs:
        await tab.close()
    return found


async def _person(tab: Tab, random: Random, tasks: list[int], begin: float) -> list[float]:
    found: list[float] = []
    week, seq = weeks.week_of(firm.LAST_DAY), 0
    while True:
        await asyncio.sleep(random.uniform(0.0, 2 * THOUGHT))
        if time.perf_counter() > begin + LASTS:
            return found
        kind = random.random()
        if kind < 0.5:
            seq += 1
            day = firm.LAST_DAY + timedelta(days=random.randint(1, 2))
            typed = {"row": str(random.choice(tasks)), "day": day.isoformat(), "minutes": 15, "seq": seq}
            payload = {"change": typed}
            took = await tab.ask(f"{WEEK}.commit", f"{routes.TIME}?week={week}", "week_state", payload)
        elif kind < 0.7:
            shown = weeks.week_of(firm.LAST_DAY - timedelta(weeks=random.randint(0, 8)))
            took = await tab.ask(f"{WEEK}.load", f"{routes.TIME}?week={shown}", "week_state")
        elif kind < 0.9:
            page = f"{routes.TIME_ENTRIES}?project={random.randint(1, 20)}"
            took = await tab.ask(ENTRIES, page, "entries_state")
        else:
            took = await tab.ask(HOME, routes.HOME, "home")
        if time.perf_counter() > begin:
            found.append(took)
