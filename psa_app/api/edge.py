"""What stands between the network and the app: origins, sizes, uploads, headers, and errors in a sentence."""

import asyncio
import logging
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from psa_app import db, routes
from psa_app.api.headers import cache_policy, content_policy, fixed_headers, script_hashes
from psa_app.api.log_lines import described
from psa_app.config import Settings, settings
from psa_app.errors import PsaError
from psa_app.services.identity import cookies, sessions, uploads

log = logging.getLogger("psa_app.edge")
LINK = routes.portal_link("")
SAFE = ("GET", "HEAD", "OPTIONS")
NOT_MODIFIED = 304
MEGABYTE = 1_000_000
LARGEST_UPLOAD = 20 * MEGABYTE
LARGEST = (("/_upload", LARGEST_UPLOAD), ("/api/", 10 * MEGABYTE), ("/auth/", 16_000))
LARGEST_ELSE = MEGABYTE
# No link in a mail leads there: nothing another site should start.
LISTS = (
    "/files/export/",
    "/files/rates/",
    "/files/reports/",
    "/files/retainers/",
    "/files/evidence.json",
    "/api/",
)
NOT_OURS = "This request did not come from one of our pages."
SORRY = "Something went wrong on our side. Nothing was saved; please try again."


class TooLarge(HTTPException):
    """The body grew beyond what its address takes."""

    def __init__(self) -> None:
        super().__init__(413, "That is too large.")


class Edge:
    """Wraps the whole app."""

    def __init__(self, app: ASGIApp, build: Path, config: Settings | None = None) -> None:
        self.app = app
        self.settings = config or settings()
        self.headers = fixed_headers(self.settings)
        self.page_policy = content_policy(self.settings, script_hashes(build)).encode()
        self.data_policy = content_policy(self.settings, ()).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request or a socket through, or answers it."""
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, self._dressed(scope, send))
        else:
            await self.app(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        origin = Headers(scope=scope).get("origin")
        if origin is not None and origin not in self.settings.origins:
            log.warning("refused a socket from %s", origin)
            await send({"type": "websocket.close", "code": 1008})
            return
        await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        problem = self._problem(scope, headers)
        if problem is not None:
            await problem(scope, receive, send)
            return
        counted, has_begun = _Counted(receive, largest(scope["path"])), _Begun(send)
        try:
            if scope["path"].startswith("/_upload"):
                await self._upload(scope, counted, has_begun, headers)
            else:
                await self.app(scope, counted, has_begun)
        except TooLarge:
            await _answer(413, too_large(scope["path"]), scope, receive, has_begun)
        except Exception as error:  # noqa: BLE001 - the last place where one is met
            log.error("%s %s failed: %s", scope["method"], loggable(scope["path"]), described(error))
            await _answer(500, SORRY, scope, receive, has_begun)

    def _problem(self, scope: Scope, headers: Headers) -> Response | None:
        path, method = scope["path"], scope["method"]
        if method not in SAFE and not self._comes_from_here(path, headers):
            log.warning(
                "refused %s %s from origin %s", method, loggable(path), headers.get("origin", "unknown")
            )
            return PlainTextResponse(NOT_OURS, 403)
        if path.startswith(LISTS) and headers.get("sec-fetch-site") == "cross-site" and "cookie" in headers:
            return PlainTextResponse(NOT_OURS, 403)
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdecimal() or len(length) > 15:
            return PlainTextResponse("The length of this request is not a number.", 400)
        if int(length) > largest(path):
            return refusal(path, 413, too_large(path))
        return None

    def _comes_from_here(self, path: str, headers: Headers) -> bool:
        """False for what another site makes a browser send: that carries its cookies but not our origin.

        A bearer token is not sent by a browser of itself, nor does a webhook carry a cookie.
        """
        if path.startswith("/webhooks/") or headers.get("authorization", "").startswith(
            ("Bearer ", "bearer ")
        ):
            return True
        return headers.get("origin") in self.settings.origins

    async def _upload(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """Files go in only for someone with a session, and come out nowhere here."""
        tab = headers.get("reflex-client-token", "")
        if scope["method"] != "POST":
            await _answer(404, "There is nothing here.", scope, receive, send)
        elif "content-length" not in headers or not 0 < len(tab) <= 100:
            await _answer(411, "Say how large the file is.", scope, receive, send)
        elif not await asyncio.to_thread(_has_session, headers.get("cookie", "")):
            await _answer(401, "Please sign in first.", scope, receive, send)
        else:
            with uploads.uploading(tab, headers.get("cookie", "")) as is_free:
                if is_free:
                    await self.app(scope, receive, send)
                else:
                    await _answer(409, "Wait until the other file is through.", scope, receive, send)

    def _dressed(self, scope: Scope, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = self._all_headers(scope["path"], message["status"], message.get("headers", []))
                message = {**message, "headers": headers}
            await send(message)

        return dressed

    def _all_headers(
        self, path: str, status: int, given: Iterable[tuple[bytes, bytes]]
    ) -> list[tuple[bytes, bytes]]:
        headers = list(given)
        names = {name.lower() for name, _ in headers}
        headers += [(name, value) for name, value in self.headers if name not in names]
        if status == NOT_MODIFIED:
            return headers  # the browser keeps what it has: what we said here would replace it
        kind = next((value for name, value in headers if name.lower() == b"content-type"), b"")
        if b"content-security-policy" not in names:
            is_page = kind.startswith(b"text/html")
            headers.append((b"content-security-policy", self.page_policy if is_page else self.data_policy))
        if b"cache-control" not in names:
            headers.append((b"cache-control", cache_policy(path, kind.decode("latin-1")).encode()))
        return headers


def largest(path: str) -> int:
    """How many bytes a request to this path may carry."""
    if path.startswith(f"{routes.API}/") and path.endswith("/import"):
        return LARGEST_UPLOAD
    return next((size for start, size in LARGEST if path.startswith(start)), LARGEST_ELSE)


def too_large(path: str) -> str:
    """What to do about a body beyond that."""
    if largest(path) == LARGEST_UPLOAD:
        return f"A file may have {LARGEST_UPLOAD // MEGABYTE} MB at most. Split it, then bring in the parts."
    return "That is too large."


def refusal(path: str, status: int, sentence: str) -> Response:
    """A refusal as whoever asked reads it: the API's callers get a problem document."""
    if not path.startswith(f"{routes.API}/"):
        return PlainTextResponse(sentence, status)
    title = HTTPStatus(status).phrase
    body = {"type": "about:blank", "title": title, "status": status, "detail": sentence, "fields": []}
    return JSONResponse(body, status, media_type="application/problem+json")


def loggable(path: str) -> str:
    """The path as it may stand in the log: a mail's link without its secret."""
    return LINK + "…" if path.startswith(LINK) else path


class _Counted:
    """Counts what a request sends, for a body whose length was not said, or not truly."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._left = receive, limit

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                raise TooLarge
        return message


class _Begun:
    """Remembers whether the answer has begun, so that an error does not begin a second one."""

    def __init__(self, send: Send) -> None:
        self._send, self.has_begun = send, False

    async def __call__(self, message: Message) -> None:
        self.has_begun = True
        await self._send(message)


async def _answer(status: int, sentence: str, scope: Scope, receive: Receive, send: Any) -> None:
    if not getattr(send, "has_begun", False):
        await refusal(scope["path"], status, sentence)(scope, receive, send)


def _has_session(cookie_header: str) -> bool:
    token = cookies.token_in(cookie_header)
    if not token:
        return False
    try:
        with db.reading() as session:
            return sessions.resolve_cookie(session, token) is not None
    except PsaError:
        return False
