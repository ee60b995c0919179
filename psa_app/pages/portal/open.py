"""The page behind a mail's link: one document, without signing in."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.badges import state_badge, tag
from psa_app.components.buttons import link_button, xml_button
from psa_app.components.change_answer import change_for_client
from psa_app.components.client_invoice import client_invoice
from psa_app.components.empty import empty
from psa_app.components.portal import PortalFrame, portal_shell
from psa_app.components.quote_answer import quote_for_client
from psa_app.components.scope_answer import scope_for_client
from psa_app.components.skeleton import lines
from psa_app.components.time_answer import time_for_client
from psa_app.display.frame import NavItem
from psa_app.pages.registry import EVERYONE, page
from psa_app.state.portal.open_link import OpenChangeState as Change
from psa_app.state.portal.open_link import OpenInvoiceState as Invoice
from psa_app.state.portal.open_link import OpenLinkState as State
from psa_app.state.portal.open_link import OpenQuoteState as Quote
from psa_app.state.portal.open_link import OpenScopeState as Scope
from psa_app.state.portal.open_link import OpenTimeState as Time
from psa_app.state.toasts import ToastState

NOTHING = rx.Var.create("")
FRAME = PortalFrame(
    firm=State.firm,
    mark=State.mark,
    logo=NOTHING,
    color=State.color,
    nav=rx.Var.create([]).to(list[NavItem]),
    name=NOTHING,
    initials=NOTHING,
    account=NOTHING,
    sandbox=State.sandbox,
    toasts=ToastState.toasts,
)


@page(routes.PORTAL_LINK, title="Document", right=EVERYONE, on_load=State.load)
def opened() -> rx.Component:
    """The scope or the invoice, or a word that the link is gone."""
    return rx.match(
        State.kind,
        ("sow", _document(Scope, scope_for_client(Scope))),
        ("change_order", _document(Change, change_for_client(Change))),
        ("time_request", _time()),
        ("quote", _document(Quote, quote_for_client(Quote))),
        ("invoice", _invoice()),
        ("gone", _gone()),
        _waiting(),
    )


def _document(state: Any, body: rx.Component) -> rx.Component:
    return portal_shell(
        state.title,
        body,
        frame=FRAME,
        area="",
        subtitle=state.number,
        badge=tag(state.word, state.tone),
        actions=[link_button("PDF", href=state.pdf, native=True, icon_name="download")],
        signed_in=False,
    )


def _time() -> rx.Component:
    return portal_shell(
        Time.scope,
        time_for_client(Time),
        frame=FRAME,
        area="",
        subtitle=Time.days,
        badge=tag(Time.word, Time.tone),
        signed_in=False,
    )


def _invoice() -> rx.Component:
    return portal_shell(
        Invoice.number,
        client_invoice(Invoice),
        frame=FRAME,
        area="",
        subtitle=Invoice.subtitle,
        badge=state_badge(Invoice.badge),
        actions=[
            link_button("PDF", href=Invoice.pdf, native=True, icon_name="download"),
            xml_button(Invoice.xml),
        ],
        signed_in=False,
    )


def _gone() -> rx.Component:
    return portal_shell(
        "This link no longer opens",
        empty(
            "Nothing to show",
            State.sentence,
            link_button("Sign in", href=routes.SIGN_IN, look="primary"),
            icon_name="lock",
        ),
        frame=FRAME,
        area="",
        signed_in=False,
    )


def _waiting() -> rx.Component:
    return portal_shell("One moment", lines(6), frame=FRAME, area="", signed_in=False)
