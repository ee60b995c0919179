"""A list page of 80 entries out of 260,000: from the event to its answer, and to the painted rows."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from benchmarks import browser, firm, grow
from benchmarks.measure import Line, middle, milliseconds, percentile
from benchmarks.serving import STATE, Server, Tab, is_built, serving, sign_in
from psa_app import routes

MANY = 260_000
SHAPE = firm.Shape(people=50)
ROUNDS = 60
LOAD = f"{STATE}.psa_app___state___time___entries____entries_state.load"
FLOOR = "an event that sets one var of Reflex's own"
FILTERS = (
    "project=3&status=approved",
    "status=draft&order=oldest",
    "project=7&order=oldest",
    "person=7",
    "from=2025-01-01&to=2025-12-31&status=invoiced",
    "person=21&money=billable",
)


def lines(place: Path) -> Iterator[Line]:
    """Two lines."""
    name = "list page of 80 entries out of 260,000, filtered and sorted"
    if not is_built():
        yield Line(name, "not measured: the pages are not built (make build)", goal="≤ 12 ms; ≤ 100 ms")
        return
    file = place / "psa.db"
    grow.filled(file, SHAPE, MANY)
    cookie = sign_in(file, [1])[0]
    with serving(place, file) as server:
        found, floor = asyncio.run(_round_trips(server, cookie))
        p50, p95 = middle(found), percentile(found, 0.95)
        yield Line(
            f"{name}: event round trip",
            f"p50 {milliseconds(p50)}, p95 {milliseconds(p95)}",
            f"{FLOOR}: p50 {milliseconds(middle(floor))}, p95 {milliseconds(percentile(floor, 0.95))}",
            peers="45 ms (answer alone)",
            goal="p50 ≤ 12 ms",
            reached=p50 <= 0.012,
            apart=p50 / middle(floor),
        )
        yield _painted(server, cookie)


async def _round_trips(server: Server, cookie: str) -> tuple[list[float], list[float]]:
    """Of the list, and in turn with it of an event that does nothing."""
    tab = Tab(server, "bench-list")
    await tab.open(cookie, routes.TIME_ENTRIES)
    found, floor = [], []
    for number in range(ROUNDS + len(FILTERS)):
        page = f"{routes.TIME_ENTRIES}?{FILTERS[number % len(FILTERS)]}"
        found.append(await tab.ask(LOAD, page, "entries_state"))
        floor.append(await tab.floor(page))
    await tab.close()
    return found[len(FILTERS) :], floor[len(FILTERS) :]


def _painted(server: Server, cookie: str) -> Line:
    name = "the same list in Chromium: a filter chosen, until its rows are painted"
    try:
        found, floor = browser.list_repaints(server, cookie)
    except browser.NoChromium as error:
        return Line(name, f"not measured: {error}", goal="≤ 100 ms")
    p50, drawn = middle(found), middle(floor)
    return Line(
        name,
        f"p50 {milliseconds(p50)}",
        f"Chromium alone draws the hidden rows again: {milliseconds(drawn)}",
        goal="≤ 100 ms",
        reached=p50 <= 0.1,
        apart=p50 / drawn,
    )
