"""Puts the sandbox together as an ASGI app that the program mounts at /_sandbox."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from psa_app.gateways.sandbox import objects
from psa_app.gateways.sandbox.api import Api
from psa_app.gateways.sandbox.control import Authorise, Control
from psa_app.gateways.sandbox.courier import RETRY_DELAYS, Courier
from psa_app.gateways.sandbox.hosted import HostedPage
from psa_app.gateways.sandbox.store import Store

_STYLE = Path(__file__).with_name("sandbox.css")
OWN_ENDPOINT = "we_sandbox"


def create_sandbox(
    path: Path,
    webhook_url: str,
    webhook_secret: str,
    authorise: Authorise,
    *,
    key: str = "",
    pages_at: str = "",
    retry_delays: Sequence[float] = RETRY_DELAYS,
) -> Starlette:
    """The sandbox whose objects live in the SQLite file `path`.

    Signed messages go to `webhook_url`. `authorise(request)` says who sees the control page. With `key`
    only that key is taken, else any that starts with sk_test_sandbox_. `pages_at` is where browsers reach
    the sandbox; without it, /_sandbox at the origin of each payment's success address.

    A mounted app's lifespan does not run: enter `deliveries(app)` in the program's own, or the messages
    of an earlier run wait for the first request.
    """
    store = Store(path)
    _register(store, webhook_url, webhook_secret)
    courier = Courier(store, retry_delays)
    api, hosted, control = Api(store, key, pages_at), HostedPage(courier), Control(courier, authorise)
    app = Starlette(
        routes=[
            Route("/v1/{path:path}", _delivering(api, courier), methods=["GET", "POST", "DELETE"]),
            Route("/pay/{session}", hosted.show),
            Route("/pay/{session}/3ds", hosted.show_challenge),
            Route("/pay/{session}/{act}", hosted.act, methods=["POST"]),
            Route("/sandbox.css", _style),
            Route("/", control.show),
            Route("/control/{act}", control.act, methods=["POST"]),
        ],
        lifespan=deliveries,
    )
    app.state.courier = courier
    return app


@asynccontextmanager
async def deliveries(app: Starlette) -> AsyncIterator[None]:
    """Sends the sandbox's messages while it lasts, those of an earlier run too; then closes its file."""
    courier: Courier = app.state.courier
    courier.start()
    try:
        yield
    finally:
        await run_in_threadpool(courier.stop)
        courier.store.close()


def _register(store: Store, url: str, secret: str) -> None:
    with store.transaction():
        known = store.find(OWN_ENDPOINT) or objects.endpoint({"id": OWN_ENDPOINT})
        store.put({**known, "url": url, "_secret": secret})


def _delivering(api: Api, courier: Courier) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        try:
            return await api.handle(request)
        finally:
            courier.wake()

    return handle


async def _style(_request: object) -> Response:
    return FileResponse(_STYLE, media_type="text/css", headers={"x-content-type-options": "nosniff"})
