"""What a first visit brings over the wire, what the program holds in memory, and how soon it is there."""

from collections.abc import Iterator
from pathlib import Path
from time import sleep

from benchmarks import browser, firm
from benchmarks.measure import Line, middle, span
from benchmarks.serving import Server, bare_start, is_built, serving, sign_in
from psa_app import routes

STARTS = 3
BARE_REFLEX = 330_000  # bytes: scripts and styles of an empty Reflex app, as the issue states it


def lines(place: Path) -> Iterator[Line]:
    """Three lines: a start of a prepared program, its memory, its first page's weight."""
    if not is_built():
        yield Line("start, memory and weight", "not measured: the pages are not built (make build)")
        return
    file = place / "psa.db"
    firm.found(file, firm.Shape())
    cookie = sign_in(file, [1])[0]
    starts, worked, bare = [], [], []
    for _ in range(1 + STARTS):
        bare.append(bare_start(place))
        with serving(place, file) as server:
            starts.append(server.started_in)
            worked.append(server.cpu_seconds())
            sleep(2)
            idle = server.memory()
            if len(starts) > STARTS:
                weighed = _weight(server, cookie)
    later, floor = middle(starts[1:]), middle(bare[1:])
    yield Line(
        "second start to first page",
        f"{span(later)}, of it {span(middle(worked[1:]))} of CPU",
        f"Reflex and SQLModel loaded, one bare page: {span(floor)}",
        goal="≤ 5 s",
        reached=later <= 5,
        apart=later / floor,
    )
    yield Line(
        "memory idle, all processes (what they share counted once)",
        f"{idle / 1e6:.0f} MB",
        peers="94–151 MB a worker",
        goal="≤ 260 MB",
        reached=idle <= 260e6,
    )
    yield weighed


def _weight(server: Server, cookie: str) -> Line:
    name = "first page without charts over the wire, gz, scripts and styles"
    try:
        pages = {
            "sign-in": browser.weight(server, routes.SIGN_IN),
            "time": browser.weight(server, routes.TIME, cookie),
        }
        home = browser.weight(server, routes.HOME, cookie)
    except browser.NoChromium as error:
        return Line(name, f"not measured: {error}", goal="≤ 360 kB")
    heaviest = max(sum(kinds.values()) for kinds in pages.values())
    told = ", ".join(f"{page} {sum(kinds.values()) / 1000:.0f} kB" for page, kinds in pages.items())
    return Line(
        name,
        f"{told} (Home, with charts: {sum(home.values()) / 1000:.0f} kB)",
        floor=f"bare Reflex {BARE_REFLEX / 1000:.0f} kB",
        goal="≤ 360 kB",
        reached=heaviest <= 360_000,
        apart=heaviest / BARE_REFLEX,
    )
