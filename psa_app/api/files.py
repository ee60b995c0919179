"""Files that a person opens: the PDFs of invoices, scopes and quotes, and files beside a scope, for those
who may read them and for nobody's cache."""

import asyncio
import logging
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from psa_app import db
from psa_app import routes as addresses
from psa_app.access import Actor
from psa_app.errors import Busy, Forbidden, NotFound, PsaError, SignInNeeded, SlowDown
from psa_app.queries.expenses.receipts import SHOWN
from psa_app.rules import fields
from psa_app.services.books.export import read_export
from psa_app.services.books.statements import read_statement_pdf
from psa_app.services.contracts.files import read_file
from psa_app.services.contracts.papers import read_change_order_pdf, read_sow_pdf
from psa_app.services.identity import cookies, sessions
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.invoices.einvoices import read_einvoice
from psa_app.services.invoices.papers import read_invoice_pdf, read_pro_forma
from psa_app.services.quotes.papers import read_quote_pdf

log = logging.getLogger("psa_app.files")
STATUS: tuple[tuple[type[PsaError], int], ...] = (
    (NotFound, 404),
    (Forbidden, 403),
    (SlowDown, 429),
    (Busy, 503),
)


async def invoice(request: Request) -> Response:
    """The PDF of an invoice, shown by the browser; `?download=1` saves it, `?token=` is a mail's link."""
    return await asyncio.to_thread(_pdf, request, read_invoice_pdf)


async def pro_forma(request: Request) -> Response:
    """The PDF of a draft that says that it is no invoice; for the firm's own people."""
    return await asyncio.to_thread(_pdf, request, read_pro_forma)


async def statement(request: Request) -> Response:
    """The PDF of a client's statement of account; `?from=` and `?to=` are days."""

    def answer(actor: Actor) -> Response:
        asked = request.query_params
        first, last = (
            fields.iso_date(asked[name], name) if asked.get(name) else None for name in ("from", "to")
        )
        account_id = int(request.path_params["account_id"])
        name, content = read_statement_pdf(actor, account_id, first, last)
        return file(content, name, "application/pdf", "inline")

    return await asyncio.to_thread(for_reader, request, answer)


async def ledger(request: Request) -> Response:
    """The file of a period that was handed to accounting."""

    def answer(actor: Actor) -> Response:
        name, content = read_export(actor, int(request.path_params["export_id"]))
        return file(content, name, "text/plain; charset=utf-8")

    return await asyncio.to_thread(for_reader, request, answer)


async def electronic_invoice(request: Request) -> Response:
    """The XML of an electronic invoice, always saved; `?token=` is a mail's link."""

    def answer(actor: Actor) -> Response:
        name, content = read_einvoice(actor, int(request.path_params["document_id"]))
        return file(content, name, "application/xml")

    return await asyncio.to_thread(for_reader, request, answer)


async def scope(request: Request) -> Response:
    """The PDF of a scope; the same query as for an invoice."""
    return await asyncio.to_thread(_pdf, request, read_sow_pdf)


async def change_order(request: Request) -> Response:
    """The PDF of a change order; the same query as for an invoice."""
    return await asyncio.to_thread(_pdf, request, read_change_order_pdf)


async def quote(request: Request) -> Response:
    """The PDF of a quote; the same query as for an invoice."""
    return await asyncio.to_thread(_pdf, request, read_quote_pdf)


async def attachment(request: Request) -> Response:
    """A file beside a scope, always saved and never shown by the browser; `?token=` is a mail's link."""

    def answer(actor: Actor) -> Response:
        name, media_type, content = read_file(actor, int(request.path_params["attachment_id"]))
        return file(content, name, media_type)

    return await asyncio.to_thread(for_reader, request, answer)


async def receipt(request: Request) -> Response:
    """A photo beside an expense, shown by the browser; all other files are saved."""

    def answer(actor: Actor) -> Response:
        name, media_type, content = read_file(actor, int(request.path_params["attachment_id"]))
        return file(content, name, media_type, "inline" if media_type in SHOWN else "attachment")

    return await asyncio.to_thread(for_reader, request, answer)


def _pdf(request: Request, read: Callable[[Actor, int], tuple[str, bytes]]) -> Response:
    def answer(actor: Actor) -> Response:
        name, content = read(actor, int(request.path_params["document_id"]))
        how = "attachment" if request.query_params.get("download") else "inline"
        return file(content, name, "application/pdf", how)

    return for_reader(request, answer)


def for_reader(request: Request, answer: Callable[[Actor], Response]) -> Response:
    """The answer for whoever asks, never cached; a sentence when refused, the sign-in page for a stranger."""
    try:
        response = answer(_actor(request))
    except SignInNeeded:
        query = {name: value for name, value in request.query_params.items() if name != "token"}
        here = addresses.with_query(request.url.path, **query)
        return RedirectResponse(addresses.with_query(addresses.SIGN_IN, next=here), 303)
    except PsaError as error:
        status = next((code for kind, code in STATUS if isinstance(error, kind)), 400)
        response = PlainTextResponse(error.sentence, status)
    response.headers["cache-control"] = "private, no-store"
    return response


def file(content: bytes, name: str, media_type: str, how: str = "attachment") -> Response:
    """Bytes under a name: to be saved, or with `how` "inline" shown by the browser."""
    headers = {"content-disposition": f'{how}; filename="{_safe(name)}"'}
    return Response(content, media_type=media_type, headers=headers)


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


def _safe(name: str) -> str:
    """A file's name that needs no quoting in a header."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in name)


routes = [
    Route("/files/invoices/{document_id:int}.pdf", invoice, methods=["GET"]),
    Route("/files/invoices/{document_id:int}/pro-forma.pdf", pro_forma, methods=["GET"]),
    Route("/files/invoices/{document_id:int}.xml", electronic_invoice, methods=["GET"]),
    Route("/files/ledger/{export_id:int}", ledger, methods=["GET"]),
    Route("/files/statements/{account_id:int}.pdf", statement, methods=["GET"]),
    Route("/files/sows/{document_id:int}.pdf", scope, methods=["GET"]),
    Route("/files/change-orders/{document_id:int}.pdf", change_order, methods=["GET"]),
    Route("/files/attachments/{attachment_id:int}", attachment, methods=["GET"]),
    Route("/files/receipts/{attachment_id:int}", receipt, methods=["GET"]),
    Route("/files/quotes/{document_id:int}.pdf", quote, methods=["GET"]),
]
