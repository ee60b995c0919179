"""First steps of a new firm."""

import reflex as rx

from psa_app import routes
from psa_app.components.cards import card, stack, waiting
from psa_app.components.empty import empty
from psa_app.components.icons import icon
from psa_app.components.link import link
from psa_app.components.shell import crumbs
from psa_app.components.skeleton import until
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.firm.set_up import SetUpState as State


@page(
    routes.SET_UP,
    title="First steps",
    right="firm.change",
    on_load=State.load,
    live=("firm", "bank_account", "tax_number", "holiday", "role", "rate", "person", "account", "sow"),
)
def set_up() -> rx.Component:
    """What is left, the next one first; what is done below."""
    everything = empty(
        "Everything is set up",
        "From here the work comes: scopes, projects, time, invoices.",
        link("Go to Home", href=routes.HOME, class_name="button primary"),
        icon_name="check",
    )
    return staff(
        "First steps",
        until(
            State.is_ready,
            stack(
                rx.cond(State.left.length() > 0, waiting(State.left, label="What is left"), everything),
                rx.cond(State.done.length() > 0, _done()),
            ),
        ),
        area="settings",
        subtitle=State.subtitle,
        way=crumbs([Crumb("Settings", routes.SETTINGS)]),
    )


def _done() -> rx.Component:
    def one(title: rx.Var[str]) -> rx.Component:
        return rx.el.li(icon("check"), rx.el.div(title, class_name="text muted"))

    return card(rx.el.ul(rx.foreach(State.done, one), class_name="waiting"), title="Done", body=False)
