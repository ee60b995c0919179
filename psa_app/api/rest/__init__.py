"""REST at /api/v1: made from the declarations of records (`resources/`) and acts (`@act`).

`operations` says what there is, `handlers` do it in one transaction, `serve` finds out who asks and
keeps answers by key, `app` is the ASGI app, `schema` the OpenAPI document, `docs` the page.
"""

from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from psa_app import routes as addresses


async def _when_asked(scope: Scope, receive: Receive, send: Send) -> None:
    """The API is put together at its first request, so that the pages start sooner."""
    from starlette.concurrency import run_in_threadpool

    from psa_app.api.rest.app import create_app

    app = await run_in_threadpool(create_app)
    await app(scope, receive, send)


routes = [Mount(addresses.API, app=_when_asked)]
