"""Files that a person opens: the PDFs of invoices and scopes, for those who may read them and for
nobody's cache."""

import asyncio
import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from psa_app import db
from psa_app import routes as addresses
from psa_app.access import Actor
from psa_app.errors import Busy, Forbidden, NotFound, PsaError, SignInNeeded
from psa_app.services.contracts.papers import read_sow_pdf
from psa_app.services.identity import cookies, sessions
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.invoices.papers import read_invoice_pdf

log = logging.getLogger("psa_app.files")
STATUS: tuple[tuple[type[PsaError], int], ...] = ((NotFound, 404), (Forbidden, 403), (Busy, 503))


async def invoice(request: Request) -> Response:
    """The PDF of an invoice, shown by the browser; `?download=1` saves it, `?token=` is a mail's link."""
    return await asyncio.to_thread(_pdf, request, read_invoice_pdf)


async def scope(request: Request) -> Response:
    """The PDF of a scope; the same query as for an invoice."""
    return await asyncio.to_thread(_pdf, request, read_sow_pdf)


def _pdf(request: Request, read: Callable[[Actor, int], tuple[str, bytes]]) -> Response:
    try:
        actor = _actor(request)
        name, content = read(actor, int(request.path_params["document_id"]))
    except SignInNeeded:
        here = addresses.with_query(request.url.path, download=request.query_params.get("download"))
        return RedirectResponse(addresses.with_query(addresses.SIGN_IN, next=here), 303)
    except PsaError as error:
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
        return _private(PlainTextResponse(error.sentence, status))
    how = "attachment" if request.query_params.get("download") else "inline"
    response = Response(content, media_type="application/pdf")
    response.headers["content-disposition"] = f'{how}; filename="{_safe(name)}"'
    return _private(response)


def _actor(request: Request) -> Actor:
    """Who asks: the holder of a mail's link, or of a session. Raises `SignInNeeded`, `NotFound`."""
    address = request.client.host[:64] if request.client else ""
    agent = request.headers.get("user-agent", "")
    link = request.query_params.get("token", "")
    with db.reading() as session:
        if link:
            return open_portal_link(session, link, address, agent).actor
        token = cookies.token_in(request.headers.get("cookie", ""))
        who = sessions.resolve_cookie(session, token, address, agent) if token else None
    if who is None:
        raise SignInNeeded()
    return who.actor


def _private(response: Response) -> Response:
    response.headers["cache-control"] = "private, no-store"
    return response


def _safe(name: str) -> str:
    """A file's name that needs no quoting in a header."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)


routes = [
    Route("/files/invoices/{document_id:int}.pdf", invoice, methods=["GET"]),
    Route("/files/sows/{document_id:int}.pdf", scope, methods=["GET"]),
]
