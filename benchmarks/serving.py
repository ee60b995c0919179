"""The real program as a process of its own, and a raw socket of a browser's tab that talks to it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import socketio  # type: ignore[import-untyped]

from benchmarks import firm
from psa_app import db, routes
from psa_app.migrations import run as migrations
from psa_app.models import User
from psa_app.services.identity.sessions import open_session

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
SPACE = "/_event"
PATIENCE = 60.0  # seconds for an answer
STARTS_WITHIN = 240.0  # seconds; a first start on a busy machine compiles all that it loads
STATE = "reflex___state____state"


def web() -> Path:
    """The folder of the built pages."""
    return Path(os.environ.get("REFLEX_WEB_WORKDIR", ROOT / ".web"))


def is_built() -> bool:
    """Whether there are pages to serve."""
    return (web() / "build/client/index.html").exists()


@dataclass(frozen=True)
class Server:
    """A running program: its port, its process, and how long it took until it gave a page, in seconds."""

    port: int
    pid: int
    started_in: float

    @property
    def address(self) -> str:
        """Where a browser goes."""
        return f"http://localhost:{self.port}"

    def memory(self) -> int:
        """Bytes of all its processes; what they share counts once (PSS)."""
        return sum(_proportional(pid) for pid in _family(self.pid))

    def cpu_seconds(self) -> float:
        """Seconds of CPU that all its processes have taken so far."""
        return sum(_worked(pid) for pid in _family(self.pid))


@contextmanager
def serving(place: Path, file: Path) -> Iterator[Server]:
    """`psa serve` on a free port with this SQLite file; ended at the end."""
    migrations.stamp(f"sqlite:///{file}")
    port = _free_port()
    own = {"PSA_DATA": str(place), "PORT": str(port), "DATABASE_URL": f"sqlite:///{file}", "HOST": HOST}
    with _running(place, [sys.executable, "-m", "psa_app.cli", "serve"], port, own) as server:
        yield server


def bare_start(place: Path) -> float:
    """Seconds until a program that does nothing but load Reflex and SQLModel gives a page."""
    port = _free_port()
    program = str(Path(sys.executable).with_name("granian"))
    words = [program, "--interface", "asgi", "--host", HOST, "--port", str(port), "benchmarks.bare:app"]
    with _running(place, words, port, {}) as server:
        return server.started_in


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(place: Path, words: list[str], port: int, own: dict[str, str]) -> Iterator[Server]:
    own = own | {
        "PSA_ENV_FILE": os.devnull,
        "PSA_ENV": "development",
        "REFLEX_WEB_WORKDIR": str(web()),
        # What Python compiles at a first start it keeps for the next, here too.
        "PYTHONPYCACHEPREFIX": str(place / "compiled"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    start = time.perf_counter()
    with (place / "server.log").open("wb") as log:
        process = subprocess.Popen(words, cwd=ROOT, env=os.environ | own, stdout=log, stderr=log)
    try:
        _wait_for_page(process, port, place / "server.log")
        yield Server(port, process.pid, time.perf_counter() - start)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for_page(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.perf_counter() + STARTS_WITHIN
    while time.perf_counter() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{routes.SIGN_IN}", timeout=5) as page:
                if b"<html" in page.read():
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.01)
    raise RuntimeError(f"The program did not start:\n{log.read_text()[-2000:]}")


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in _family(int(child)))]


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _worked(pid: int) -> float:
    # proc(5): the 14th to 17th fields are the times of the process and of its children that ended.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def sign_in(file: Path, user_ids: Sequence[int]) -> list[str]:
    """A session's cookie for each of these users."""
    with firm.database(file), db.unit_of_work() as session:
        users = [session.get_one(User, user_id) for user_id in user_ids]
        return [f"psa={open_session(session, user, '127.0.0.1', 'bench')}" for user in users]


class Tab:
    """A tab's socket: `await tab.ask(event, page)` gives the seconds until the answer is there."""

    def __init__(self, server: Server, name: str) -> None:
        self._server, self._name = server, name
        self._socket = socketio.AsyncClient(reconnection=False)
        self._socket.on("event", self._take, namespace=SPACE)
        self._answers: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue()

    async def open(self, cookie: str, page: str) -> None:
        """Connects, and opens a page as the browser does."""
        await self._socket.connect(
            f"http://127.0.0.1:{self._server.port}?token={self._name}",
            headers={"Cookie": cookie, "Origin": self._server.address},
            namespaces=[SPACE],
            socketio_path=SPACE,
            transports=["websocket"],
        )
        await self.ask(f"{STATE}.hydrate", page, STATE)
        await self.send(f"{STATE}.reflex___state____on_load_internal_state.on_load_internal", page)
        while not await self._hydrated():
            pass

    async def _hydrated(self) -> bool:
        _, update = await self._next()
        return update.get("delta", {}).get(STATE, {}).get("is_hydrated_rx_state_") is True

    async def close(self) -> None:
        """Goes away."""
        await self._socket.disconnect()

    async def ask(self, event: str, page: str, state: str, payload: Any = None) -> float:
        """Sends an event; the seconds until the first update of `state`.

        Nothing comes when nothing changed. So a second event that always answers follows at once; a
        tab's events are served in turn, and its answer ends the wait.
        """
        while not self._answers.empty():
            self._answers.get_nowait()
        start = time.perf_counter()
        await self.send(event, page, payload)
        await self.send(f"{STATE}.set_is_hydrated", page, {"value": True})
        first: float | None = None
        while True:
            at, update = await self._next()
            delta = update.get("delta", {})
            if first is None and any(state in name for name in delta):
                first = at
            if delta.get(STATE, {}).get("is_hydrated_rx_state_") is True:
                return (first or at) - start

    async def floor(self, page: str) -> float:
        """The seconds until the answer to an event that only sets one var of Reflex's own."""
        while not self._answers.empty():
            self._answers.get_nowait()
        start = time.perf_counter()
        await self.send(f"{STATE}.set_is_hydrated", page, {"value": True})
        while not await self._hydrated():
            pass
        return time.perf_counter() - start

    async def send(self, event: str, page: str, payload: Any = None) -> None:
        """Sends an event from a page (with its query); does not wait."""
        path, _, query = page.partition("?")
        asked = dict(pair.split("=") for pair in query.split("&")) if query else {}
        router = {"pathname": path, "asPath": page, "query": asked}
        text = json.dumps({"name": event, "payload": payload or {}, "router_data": router})
        await self._socket.eio.send(f'2{SPACE},["event",{text}]')

    async def _next(self) -> tuple[float, dict[str, Any]]:
        return await asyncio.wait_for(self._answers.get(), PATIENCE)

    def _take(self, data: Any) -> None:
        update = json.loads(data) if isinstance(data, str) else data
        self._answers.put_nowait((time.perf_counter(), update))
