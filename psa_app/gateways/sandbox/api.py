"""Stripe's API over HTTP: key, version, idempotency, expansion, errors, and the faults one can ask for."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from psa_app.gateways.sandbox import catalogue, forms, moves, objects, operations, subscribing
from psa_app.gateways.sandbox.answers import API_VERSION, KEY_PREFIX, ApiError, Json
from psa_app.gateways.sandbox.events import Book
from psa_app.gateways.sandbox.store import Store, now

LARGEST_BODY = 200_000
_KEY_LIFE = 86400


@dataclass(frozen=True)
class Answer:
    """Status and body, whether it repeats an earlier one, and whether the line breaks before it arrives."""

    status: int
    body: Json
    replayed: bool = False
    lost: bool = False


class CutResponse(Response):
    """Announces more than it sends, so that the caller sees the line break."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


@dataclass(frozen=True)
class Asked:
    """One request as text."""

    method: str
    path: str
    form: str
    idempotency_key: str

    @property
    def print(self) -> str:
        """What must be the same when an idempotency key is used again."""
        return hashlib.sha256(f"{self.method} {self.path} {self.form}".encode()).hexdigest()


class Api:
    """The endpoint for everything below /v1."""

    def __init__(self, store: Store, key: str, pages_at: str) -> None:
        self.store = store
        self.key = key
        self.pages_at = pages_at

    async def handle(self, request: Request) -> Response:
        """Answers one request; a thread does the work, since the store waits for its lock."""
        request_id = objects.new_id("req", 7)
        headers = {"request-id": request_id, "stripe-version": API_VERSION, "cache-control": "no-store"}
        try:
            self._check_caller(request)
            asked = await _asked(request)
            answer = await run_in_threadpool(self._answer, asked, request_id)
        except ApiError as error:
            answer = Answer(error.status, {"error": error.error})
        if answer.lost:
            return CutResponse()
        if answer.replayed:
            headers["idempotent-replayed"] = "true"
        return JSONResponse(answer.body, answer.status, headers)

    def _check_caller(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        known = hmac.compare_digest(key.encode(), self.key.encode()) if self.key else True
        if scheme != "Bearer" or not key.startswith(KEY_PREFIX) or not known:
            raise ApiError(
                f"Invalid API Key provided: the sandbox's keys start with {KEY_PREFIX}.", status=401
            )
        version = request.headers.get("stripe-version", API_VERSION)
        if version != API_VERSION:
            raise ApiError(f"The sandbox speaks {API_VERSION}, not {version[:40]}.")

    def _answer(self, asked: Asked, request_id: str) -> Answer:
        fault = self.store.take_wish("answer")
        if fault == "429":
            raise ApiError("Too many requests.", status=429, code="rate_limit")
        if fault == "500":
            raise ApiError("An unknown error occurred.", status=500, kind="api_error")
        with self.store.transaction():
            answer = self._once(asked, request_id)
        return Answer(answer.status, answer.body, answer.replayed, lost=fault == "lose")

    def _once(self, asked: Asked, request_id: str) -> Answer:
        if asked.method != "POST" or not asked.idempotency_key:
            return self._run(asked, request_id)
        self.store.rows("DELETE FROM answer WHERE at < ?", (now() - _KEY_LIFE,))
        seen = self.store.rows("SELECT * FROM answer WHERE key = ?", (asked.idempotency_key,))
        if seen:
            if seen[0]["request"] != asked.print:
                raise ApiError(
                    "Keys for idempotent requests can only be used with the same parameters they were first "
                    "used with.",
                    kind="idempotency_error",
                )
            return Answer(seen[0]["status"], json.loads(seen[0]["body"]), replayed=True)
        answer = self._run(asked, request_id)
        self.store.rows(
            "INSERT INTO answer VALUES (?, ?, ?, ?, ?)",
            (asked.idempotency_key, asked.print, answer.status, json.dumps(answer.body), now()),
        )
        return answer

    def _run(self, asked: Asked, request_id: str) -> Answer:
        operation, ids = catalogue.find(asked.method, asked.path)
        params = forms.decode(asked.form)
        operations.check(operation, params)
        book = Book(self.store, {"id": request_id, "idempotency_key": asked.idempotency_key or None})
        moves.expire_due(book)
        subscribing.renew_due(book)
        body = operation.run(operations.Call(book, ids, params, self.pages_at))
        for path in forms.sequence(params, "expand"):
            _expand(self.store, body, str(path).split("."), str(path))
        return Answer(int(body.get("_status", 200)), objects.shown(body))


async def _asked(request: Request) -> Asked:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise ApiError("The request is too large.", status=413)
    try:
        form = body.decode() if request.method == "POST" else request.url.query
    except UnicodeDecodeError:
        raise ApiError("The request is not text.") from None
    key = request.headers.get("idempotency-key", "")
    if len(key) > 255:
        raise ApiError("Idempotency keys have at most 255 characters.", kind="idempotency_error")
    return Asked(request.method, "/v1/" + request.path_params["path"], form, key)


def _expand(store: Store, thing: Any, path: list[str], whole: str) -> None:
    if not path or thing is None:
        return
    if isinstance(thing, list):
        for inner in thing:
            _expand(store, inner, path, whole)
        return
    if not isinstance(thing, dict) or path[0] not in thing or len(path) > 4:
        raise ApiError(
            f"This property cannot be expanded ({whole}).", code="parameter_invalid", param="expand"
        )
    value = thing[path[0]]
    if isinstance(value, str):
        value = thing[path[0]] = store.find(value) or value
        if isinstance(value, str):
            raise ApiError(f"This property cannot be expanded ({whole}).", param="expand")
    _expand(store, value, path[1:], whole)
