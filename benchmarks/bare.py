"""The least that such a program does at a start: Reflex and SQLModel loaded, a page served."""

from typing import Any

import reflex  # noqa: F401 - to load it is the work
import sqlmodel  # noqa: F401

_HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]}
_BODY = {"type": "http.response.body", "body": b"<!doctype html><html></html>"}


async def app(scope: dict[str, Any], _receive: Any, send: Any) -> None:
    """Answers every request with the same empty page."""
    if scope["type"] == "http":
        await send(_HEAD)
        await send(_BODY)
