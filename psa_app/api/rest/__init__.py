"""REST at /api/v1: made from the declarations of records (`resources/`) and acts (`@act`).

`operations` says what there is, `handlers` do it in one transaction, `serve` finds out who asks and
keeps answers by key, `app` is the ASGI app, `schema` the OpenAPI document, `docs` the page.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from psa_app import routes as addresses

AFTER_START = 60.0  # seconds: every open tab comes back at a start, and those go first


def _app() -> ASGIApp:
    from psa_app.api.rest.app import create_app

    return create_app()


async def _when_asked(scope: Scope, receive: Receive, send: Send) -> None:
    app = await run_in_threadpool(_app)
    await app(scope, receive, send)


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Puts the API together a little after the start, so that the pages come first."""

    async def soon() -> None:
        await asyncio.sleep(AFTER_START)
        await run_in_threadpool(_app)

    task = asyncio.create_task(soon())
    try:
        yield
    finally:
        task.cancel()


routes = [Mount(addresses.API, app=_when_asked)]
