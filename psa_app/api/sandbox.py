"""The built-in stand-in for the payment service, where no real people pay."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from psa_app import db
from psa_app import routes as addresses
from psa_app.access import may
from psa_app.config import settings
from psa_app.gateways.payments import sandbox_key, sandbox_webhook_secret
from psa_app.gateways.sandbox.app import create_sandbox, deliveries
from psa_app.services.identity import cookies, sessions


def _may_control(request: Request) -> bool:
    """Owner and finance may play the bank."""
    token = cookies.token_in(request.headers.get("cookie", ""))
    if not token:
        return False
    with db.reading() as session:
        who = sessions.resolve_cookie(session, token)
    return who is not None and may(who.actor, "payments.record")


@cache
def _sandbox() -> Starlette:
    config = settings()
    return create_sandbox(
        config.data / "sandbox.db",
        f"http://127.0.0.1:{config.port}{addresses.STRIPE_WEBHOOK}",
        sandbox_webhook_secret(config),
        _may_control,
        key=sandbox_key(config),
    )


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Delivers the sandbox's messages as long as the program runs."""
    if settings().production:
        yield
        return
    async with deliveries(_sandbox()):
        yield


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    """The sandbox, made when it is first asked; in production there is none."""
    if settings().production:
        await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)
    else:
        await _sandbox()(scope, receive, send)


routes = [Mount(addresses.SANDBOX, _answer)]
