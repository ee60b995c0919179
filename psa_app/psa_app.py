"""Puts the app together: pages, guard, HTTP routes and background work."""

import logging

import reflex as rx

from psa_app import routes
from psa_app.errors import PsaError, SignInNeeded
from psa_app.pages.registry import add_pages
from psa_app.state import live
from psa_app.state.guard import Guard
from psa_app.state.toasts import ToastState

log = logging.getLogger("psa_app")


def on_error(exception: Exception):  # type: ignore[no-untyped-def]  # Reflex evaluates a written type
    """An error that a handler let pass: its sentence as a toast, or a neutral one and a line in the log."""
    if isinstance(exception, SignInNeeded):
        return rx.redirect(routes.SIGN_IN)
    if isinstance(exception, PsaError):
        return ToastState.show(exception.sentence, "bad")
    log.error("an event failed", exc_info=exception)
    return ToastState.show("Something went wrong on our side. Nothing was saved; please try again.", "bad")


app = rx.App(backend_exception_handler=on_error)
app.add_middleware(Guard())
add_pages(app)
app.register_lifespan_task(live.poll)
