"""Paying an invoice: a plain form post that leads to the provider's page."""

import asyncio
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from psa_app import db
from psa_app import routes as addresses
from psa_app.access import Actor
from psa_app.errors import NotFound, PsaError
from psa_app.services.identity import cookies, sessions
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.identity.sealed import seal
from psa_app.services.payments.collect import start_checkout
from psa_app.services.payments.methods import start_setup

LARGEST = 4_000


async def pay(request: Request) -> Response:
    """303 to the payment page. The field `token` is a mail's link; without it the session says who pays."""
    body = (await request.body())[:LARGEST].decode("utf-8", "replace")
    token = parse_qs(body).get("token", [""])[0]
    return await asyncio.to_thread(_pay, request, int(request.path_params["invoice_id"]), token)


def _pay(request: Request, invoice_id: int, token: str) -> Response:
    back = addresses.portal_link(token) if token else addresses.portal_invoice(invoice_id)
    try:
        actor = _actor(request, token)
        if actor is None:
            return RedirectResponse(addresses.with_query(addresses.SIGN_IN, next=back), 303)
        return RedirectResponse(start_checkout(actor, invoice_id, back), 303)
    except NotFound as error:
        return PlainTextResponse(error.sentence, 404)
    except PsaError as error:
        told = seal(error.sentence, addresses.pay_invoice(invoice_id))
        return RedirectResponse(addresses.with_query(back, told=told), 303)


async def save_method(request: Request) -> Response:
    """303 to the page on which a signed-in client saves a way to pay; `agreed` is their consent."""
    body = (await request.body())[:LARGEST].decode("utf-8", "replace")
    agreed = parse_qs(body).get("agreed", [""])[0] == "on"
    return await asyncio.to_thread(_save_method, request, agreed)


def _save_method(request: Request, agreed: bool) -> Response:
    back = addresses.PORTAL_PAYMENT
    actor = _actor(request, "")
    if actor is None:
        return RedirectResponse(addresses.with_query(addresses.SIGN_IN, next=back), 303)
    try:
        return RedirectResponse(start_setup(actor, agreed), 303)
    except PsaError as error:
        told = seal(error.sentence, addresses.SAVE_METHOD)
        return RedirectResponse(addresses.with_query(back, told=told), 303)


def _actor(request: Request, link: str) -> Actor | None:
    address = request.client.host[:64] if request.client else ""
    agent = request.headers.get("user-agent", "")
    with db.reading() as session:
        if link:
            return open_portal_link(session, link, address, agent).actor
        token = cookies.token_in(request.headers.get("cookie", ""))
        who = sessions.resolve_cookie(session, token, address, agent) if token else None
    return who.actor if who else None


routes = [
    Route("/pay/invoices/{invoice_id:int}", pay, methods=["POST"]),
    Route(addresses.SAVE_METHOD, save_method, methods=["POST"]),
]
