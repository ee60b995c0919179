"""The API as an ASGI app: FastAPI's routes over our operations, problem documents for every error."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from threading import Lock
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from psa_app import routes
from psa_app.api.rest import docs, importing, json_in, schema
from psa_app.api.rest.call import KEY, Call, key_in, single
from psa_app.api.rest.operations import Operation, operations
from psa_app.api.rest.problems import Refused, problem
from psa_app.api.rest.serve import failed, own_resources, serve, turned_away
from psa_app.errors import PsaError

Endpoint = Callable[[Request], Awaitable[Response]]


class _RowId(Convertor[int]):
    """An id in an address. Anything else leads to no address at all."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("rowid", _RowId())
_one_at_a_time = Lock()


def create_app() -> FastAPI:
    """The app, made once: that takes a second, so not while the program starts."""
    with _one_at_a_time:
        return _made()


@cache
def _made() -> FastAPI:
    listed = operations()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for one in listed:
        app.add_api_route(one.path, _endpoint(one), methods=[one.method], name=one.name, response_model=None)
    document = schema.openapi(listed)

    def shown(request: Request) -> dict[str, Any]:
        """What everyone may read, and for who says who they are the firm's own fields as well."""
        own = own_resources(_asking(request))
        return schema.with_own(document, listed, own) if own else document

    async def openapi(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(shown, request))

    async def documentation(request: Request) -> Response:
        return HTMLResponse(docs.page(await run_in_threadpool(shown, request)))

    async def start(request: Request) -> Response:  # noqa: ARG001
        return RedirectResponse(f"{routes.API}/docs")

    for path, endpoint in (("/openapi.json", openapi), ("/docs", documentation), ("/", start)):
        app.add_route(path, endpoint, methods=["GET"])
    app.add_exception_handler(HTTPException, _http_problem)
    return app


def _endpoint(operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if operation.takes_file:  # a stranger's file is neither read nor taken apart
            answer = await run_in_threadpool(turned_away, operation, _asking(request))
            if answer is not None:
                return answer
        try:
            call = await _call(operation, request)
        except (Refused, PsaError) as error:
            return failed(error, operation.name)
        return await run_in_threadpool(serve, operation, call)

    return endpoint


async def _call(operation: Operation, request: Request) -> Call:
    headers = request.headers
    body = await request.body() if operation.writes else b""
    upload = None
    if operation.takes_file:
        upload = await run_in_threadpool(importing.read_upload, await importing.upload_in(request, body))
    takes_json = operation.writes and not operation.takes_file
    return replace(
        _asking(request),
        method=operation.method,
        record_id=request.path_params.get("id", 0),
        query=single(request.query_params),
        raw=json_in.parse(body, headers.get("content-type", "")) if takes_json else {},
        upload=upload,
        body=body,
        if_match=headers.get("if-match", ""),
        key=key_in(headers.get(KEY)),
    )


def _asking(request: Request) -> Call:
    """Who sends a request, and where to."""
    headers = request.headers
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    return Call(
        method=request.method,
        path=request.scope["path"],
        bearer=bearer.strip() if scheme.lower() == "bearer" else "",
        cookies=headers.get("cookie", ""),
        address=request.client.host[:64] if request.client else "",
        agent=headers.get("user-agent", "")[:200],
    )


async def _http_problem(request: Request, error: Any) -> Response:
    if error.status_code == 405:
        allowed = {"Allow": ", ".join(sorted(_methods(request)))}
        return problem(405, "This address knows other methods.", headers=allowed)
    if error.status_code == 404:
        return problem(404, "There is nothing at this address.")
    return problem(error.status_code, str(error.detail), headers=error.headers)


def _methods(request: Request) -> set[str]:
    """Every method that this address knows, on whichever route."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    found: set[str] = set()
    for route in request.app.routes:
        if route.path_regex.match(path):
            found |= route.methods or set()
    return found
