"""Messages from the payment service: verified, stored, answered; worked through afterwards."""

import asyncio
import logging
import threading

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from psa_app import routes as addresses
from psa_app.access import Actor, system
from psa_app.errors import NotFound, PsaError
from psa_app.gateways.payments import WebhookRejected
from psa_app.services.payments.inbox import receive_message, work_inbox

log = logging.getLogger("psa_app.webhooks")
LARGEST = 1_000_000
_asked = threading.Event()
_working = threading.Lock()


async def stripe(request: Request) -> Response:
    """200 once the message is stored, also when it was known; 400 unsigned or stale, 404 without a secret."""
    raw = await _body(request)
    if raw is None:
        return PlainTextResponse("That is too large.", 413)
    signature = request.headers.get("stripe-signature", "")
    try:
        await asyncio.to_thread(receive_message, _sender(request), raw, signature)
    except NotFound:
        return PlainTextResponse("There is nothing here.", 404)
    except WebhookRejected as error:
        log.warning("refused a message of the payment service: %s", error.sentence)
        return PlainTextResponse(error.sentence, 400)
    except PsaError as error:
        return PlainTextResponse(error.sentence, 503)  # the service sends it again
    return PlainTextResponse("Stored.", 200, background=BackgroundTask(_work_soon))


async def _body(request: Request) -> bytes | None:
    """The raw bytes, which the signature is over; None beyond a megabyte."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > LARGEST:
            return None
    return bytes(raw)


def _sender(request: Request) -> Actor:
    actor = system("Payment service", via="api")
    return (
        actor
        if request.client is None
        else Actor(actor.name, actor.role, via="api", address=request.client.host)
    )


def _work_soon() -> None:
    """Works through the inbox now. While that is under way elsewhere, it goes on there."""
    _asked.set()
    while _asked.is_set() and _working.acquire(blocking=False):
        _asked.clear()
        try:
            while work_inbox(system("Payment service", via="api")):
                pass
        except PsaError as error:
            log.warning("the inbox waits: %s", error.sentence)  # the worker's loop looks again
        finally:
            _working.release()


routes = [Route(addresses.STRIPE_WEBHOOK, stripe, methods=["POST"])]
