"""Real HTTP servers for tests: on the loopback, in a thread, ended by their own handle."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serves an ASGI app on 127.0.0.1; yields its address, such as "http://127.0.0.1:40123"."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=2)
    server = _Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    if not server.ready.wait(15):
        raise RuntimeError("The server did not start.")
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(15)
        listener.close()


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class Mailbox:
    """An address that keeps the webhooks it gets; `refuse(n)` answers the next n with 503."""

    def __init__(self) -> None:
        self.received: Queue[tuple[bytes, str]] = Queue()
        self.refused: Queue[bytes] = Queue()
        self._refusals = 0
        self.app = Starlette(routes=[Route("/hook", self._take, methods=["POST"])])

    def refuse(self, times: int) -> None:
        """Answers the next messages with 503."""
        self._refusals = times

    async def _take(self, request: Request) -> Response:
        body = await request.body()
        if self._refusals:
            self._refusals -= 1
            self.refused.put(body)
            return Response(status_code=503)
        self.received.put((body, request.headers.get("stripe-signature", "")))
        return Response(status_code=200)

    def next(self, kind: str, about: str = "") -> tuple[bytes, str]:
        """The next message of a kind (about an id), waited for; the others before it are let go."""
        while True:
            body, signature = self.received.get(timeout=10)
            event = json.loads(body)
            if event["type"] == kind and about in ("", event["data"]["object"]["id"]):
                return body, signature

    def until(self, kind: str, about: str) -> list[dict[str, Any]]:
        """Every message up to the one of a kind about an id."""
        events: list[dict[str, Any]] = []
        while True:
            events.append(json.loads(self.received.get(timeout=10)[0]))
            if (events[-1]["type"], events[-1]["data"]["object"]["id"]) == (kind, about):
                return events
