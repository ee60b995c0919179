"""Settings → Mail."""

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack
from psa_app.components.empty import empty
from psa_app.components.link import text_link
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.firm.mail import MailLink
from psa_app.state.firm.mail import MailState as State

PROMISES = [
    Column("what", "What"),
    Column("to", "To"),
    Column("promised", "Promised"),
    Column("state", "State", phone="side"),
    Column("tries", "Tries", "right", phone="hide"),
    Column("why", "Why not"),
]
MAILS = [Column("subject", "Subject"), Column("to", "To"), Column("at", "Sent"), Column("with", "With")]


@page(routes.OUTBOX, title="Mail", right="mail.read", on_load=State.load, live=("*",))
def outbox() -> rx.Component:
    """The open mail, the mails kept in development, and every promise."""
    return staff(
        "Mail",
        stack(
            rx.cond(State.opened, _mail()),
            rx.cond(State.keeps_files, _kept()),
            _promises(),
        ),
        area="settings",
        subtitle="What goes out by itself, and what came of it.",
        way=crumbs([Crumb("Settings", routes.SETTINGS)]),
        actions=[button("Look again", icon_name="undo", on_click=State.load)],
    )


def _mail() -> rx.Component:
    return card(
        stack(
            rx.el.p("To ", State.to, ", ", State.at, class_name="muted"),
            rx.el.div(State.text, style={"white_space": "pre-wrap", "overflow_wrap": "anywhere"}),
            rx.el.ul(
                rx.foreach(State.links, _link),
                custom_attrs={"aria-label": "Links in this mail"},
                style={"list_style": "none", "padding": "0", "margin": "0", "overflow_wrap": "anywhere"},
            ),
            rx.cond(State.attached != "", rx.el.p("With: ", State.attached, class_name="muted")),
        ),
        title=State.subject,
        aside=link_button("Close", href=routes.OUTBOX),
    )


def _link(one: rx.Var[MailLink]) -> rx.Component:
    return rx.el.li(text_link(one.text, href=one.href, native=True))


def _kept() -> rx.Component:
    return stack(
        notice("No mail server is set, so mails are kept here instead of being sent."),
        table_card(
            MAILS,
            State.mails,
            label="Mails kept in development",
            title="Kept here",
            loading=~State.is_ready,
            empty=empty(
                "No mail yet", "A mail appears here a second after it was promised.", icon_name="mail"
            ),
        ),
    )


def _promises() -> rx.Component:
    return table_card(
        PROMISES,
        State.promises,
        label="Promised mails and papers",
        title="Promised",
        loading=~State.is_ready,
        empty=empty(
            "Nothing promised yet", "Mails and papers appear here when work makes them.", icon_name="mail"
        ),
    )
