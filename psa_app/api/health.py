"""Whether the app and its database answer: for a proxy, a container or a person with curl."""

import asyncio

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from psa_app import db
from psa_app.errors import PsaError


async def healthz(request: Request) -> JSONResponse:  # noqa: ARG001 - an address needs it
    """200 {"status": "ok"}, or 503 when the database does not answer within five seconds."""
    try:
        await asyncio.wait_for(asyncio.to_thread(_ask), timeout=5)
    except (SQLAlchemyError, PsaError, TimeoutError):
        return JSONResponse({"status": "the database does not answer"}, 503)
    return JSONResponse({"status": "ok"})


def _ask() -> None:
    with db.reading() as session:
        session.connection().execute(text("SELECT 1"))


routes = [Route("/healthz", healthz)]
