"""Puts the app together: pages, guard, HTTP routes and background work."""

import importlib
import importlib.util
import logging
from functools import partial

import reflex as rx
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from reflex.utils import prerequisites
from starlette.types import ASGIApp

from psa_app import routes
from psa_app.api.app import Lifespan, create_api, lifespans
from psa_app.api.edge import SORRY, Edge
from psa_app.api.log_lines import described, install
from psa_app.components.document import app_options
from psa_app.config import settings
from psa_app.errors import PsaError, SignInNeeded
from psa_app.pages.registry import add_pages
from psa_app.state import live
from psa_app.state.guard import Guard
from psa_app.state.toasts import ToastState
from psa_app.state.warm_up import give_way, spare_the_collector, warm_up

log = logging.getLogger("psa_app")


def on_error(exception: Exception):  # type: ignore[no-untyped-def]  # Reflex evaluates a written type
    """An error that a handler let pass: its sentence as a toast, or a neutral one and a line in the log."""
    if isinstance(exception, SignInNeeded):
        return rx.redirect(routes.SIGN_IN)
    if isinstance(exception, PsaError):
        return ToastState.show(exception.sentence, "bad")
    log.error("an event failed: %s", described(exception))
    return ToastState.show(SORRY, "bad")


def on_page_error(exception: Exception) -> None:
    """A script error that a browser reports: one line in the log."""
    log.warning("a page reports: %s", str(exception)[:1000])


def from_proxies(asgi: ASGIApp) -> ASGIApp:
    """Takes address and scheme from the headers of the proxies named in TRUSTED_PROXIES, of nobody else."""
    trusted = list(settings().trusted_proxies)
    return wrap_asgi_with_proxy_headers(asgi, trusted) if trusted else asgi


def create_app() -> rx.App:
    """The whole program as Reflex serves it."""
    install()
    build = prerequisites.get_web_dir() / "build" / "client"
    app = rx.App(
        **app_options(),
        api_transformer=[create_api(), partial(Edge, build=build), from_proxies],
        backend_exception_handler=on_error,
        frontend_exception_handler=on_page_error,
    )
    app.add_middleware(Guard())
    add_pages(app)
    app.register_lifespan_task(live.poll)
    app.register_lifespan_task(warm_up)
    for lifespan in (*lifespans(), *background()):
        app.register_lifespan_task(lifespan)
    return app


def background() -> list[Lifespan]:
    """The background work that runs in this process, unless PSA_WORKER hands it to `psa worker`."""
    if settings().external_worker or not importlib.util.find_spec("psa_app.jobs.worker"):
        return []
    return [importlib.import_module("psa_app.jobs.worker").background]


app = create_app()
give_way()
spare_the_collector()
