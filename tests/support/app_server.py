"""The real program on the loopback, pages not built: what a browser's socket can reach, and raw tabs."""

import asyncio
import atexit
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any
from uuid import uuid4

import pytest
import socketio

from tests.support.servers import serve

ORIGIN = "http://localhost:8000"
SPACE = "/_event"
PATIENCE = 60.0  # seconds until a test gives up


class AppServer:
    """Where the program listens, and whether it still works on a tab's events."""

    def __init__(self, address: str, app: Any) -> None:
        self.address, self.app = address, app

    def is_busy(self, tab: str) -> bool:
        """True while an event of the tab waits or runs; the watcher of a page does not count."""
        processor = self.app.event_processor
        queue = processor._queue
        if (queue is not None and queue.qsize()) or processor._token_queues.get(tab):
            return True
        return any(f"|{tab}|" in name and ".watch|" not in name for name in self.tasks())

    def tasks(self) -> list[str]:
        """The names of all events under way: reflex_event|handler|tab|number."""
        return [task.get_name() for task in list(self.app.event_processor._tasks.values())]

    def watchers(self, tab: str) -> int:
        """How many background watchers a tab has."""
        return sum(f"|{tab}|" in name and ".watch|" in name for name in self.tasks())


@contextmanager
def running_app() -> Iterator[AppServer]:
    """Starts the program without its background jobs, and without building pages."""
    os.environ.update({"__REFLEX_SKIP_COMPILE": "true", "REFLEX_ENV_MODE": "prod"})
    from psa_app import psa_app

    for task in psa_app.background():
        psa_app.app._lifespan_tasks.pop(task, None)
    with serve(psa_app.app()) as address:
        yield AppServer(address, psa_app.app)


@cache
def _the_only_one() -> AppServer:
    """A process can put the program together once, however many test modules ask for it."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running_app())


@pytest.fixture(scope="session")
def app_server() -> AppServer:
    """One server for each test process; it uses whichever database a test has put in place."""
    return _the_only_one()


class Tab:
    """A browser's tab as a raw socket: `await tab.send("...handler", payload)` gives what came back."""

    def __init__(self, server: AppServer, name: str = "") -> None:
        self.server, self.name = server, name or str(uuid4())
        self.received: list[dict[str, Any]] = []
        self._pong = asyncio.Event()
        self._socket = socketio.AsyncClient(reconnection=False)
        self._socket.on("event", self._take, namespace=SPACE)
        self._socket.on("new_token", self._renamed, namespace=SPACE)
        self._socket.on("ping", lambda *_: self._pong.set(), namespace=SPACE)

    async def open(self, cookie: str = "", origin: str | None = ORIGIN) -> "Tab":
        """Connects with these cookies; raises `ConnectionError` when refused."""
        headers = {"Cookie": cookie} if cookie else {}
        if origin is not None:
            headers["Origin"] = origin
        await self._socket.connect(
            f"{self.server.address}?token={self.name}",
            headers=headers,
            namespaces=[SPACE],
            socketio_path=SPACE,
            wait_timeout=30,
            transports=["websocket"],
        )
        return self

    async def close(self) -> None:
        """Goes away."""
        await self._socket.disconnect()

    async def send(self, handler: Any, payload: Any = None, page: str = "/") -> list[dict[str, Any]]:
        """Sends an event and waits until all that it led to is done; returns the updates."""
        return await self.send_all(handler, [{} if payload is None else payload], page)

    async def send_all(self, handler: Any, payloads: list[Any], page: str = "/") -> list[dict[str, Any]]:
        """Sends an event with each payload, one right after the other; returns the updates."""
        before, router = len(self.received), {"pathname": page, "asPath": page}
        for payload in payloads:
            await self.throw(
                json.dumps({"name": name_of(handler), "payload": payload, "router_data": router})
            )
        await self.done()
        return self.received[before:]

    async def emit(self, data: Any) -> None:
        """Sends anything at all as an event, and waits until the server is done with it."""
        await self.throw(json.dumps(data))
        await self.done()

    async def throw(self, text: str) -> None:
        """Sends text that may or may not be JSON as an event's data; does not wait."""
        await self._socket.eio.send(f'2{SPACE},["event",{text}]')

    @property
    def is_open(self) -> bool:
        """False once the server has closed the socket."""
        return bool(self._socket.connected)

    async def done(self) -> None:
        """Waits until the server is done with all that was sent, and its answers have come."""
        await self._round()
        await self.settled()
        await self._round()

    async def settled(self) -> None:
        """Waits until no event of this tab is under way."""
        await until(lambda: not self.server.is_busy(self.name))

    async def _round(self) -> None:
        self._pong.clear()
        await self._socket.emit("ping", namespace=SPACE)
        await asyncio.wait_for(self._pong.wait(), PATIENCE)

    def _take(self, data: Any) -> None:
        self.received.append(json.loads(data) if isinstance(data, str) else data)

    def _renamed(self, name: str) -> None:
        self.name = name


async def until(condition: Any) -> None:
    """Waits for a condition; raises `TimeoutError` after a minute."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(0.002)


def name_of(handler: Any) -> str:
    """The name by which a socket calls a handler (given as such, or as text)."""
    if isinstance(handler, str):
        return handler
    from reflex_base.utils.format import format_event_handler

    return format_event_handler(handler)


def redirects(updates: list[dict[str, Any]]) -> list[str]:
    """The addresses that the updates lead to."""
    return [
        event["payload"]["path"]
        for update in updates
        for event in update.get("events", [])
        if event["name"] == "_redirect"
    ]


def var(updates: list[dict[str, Any]], state: str, name: str) -> Any:
    """The last value that the updates give a var, such as var(updates, "FrameState", "role"); else None."""
    from reflex_base.utils.format import to_snake_case

    value = None
    for update in updates:
        for key, changes in update.get("delta", {}).items():
            if key.endswith(f"____{to_snake_case(state)}") and f"{name}_rx_state_" in changes:
                value = changes[f"{name}_rx_state_"]
    return value


def toasts(updates: list[dict[str, Any]]) -> list[str]:
    """The sentences of the toasts shown now."""
    return [one["text"] for one in var(updates, "ToastState", "toasts") or []]
