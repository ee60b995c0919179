"""Settings: one tab a subject. The firm's form and the time lock are drawn here, lists by declaration."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import card, notice, stack
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.components.link import text_link
from psa_app.components.own_fields import own_fields
from psa_app.components.record_panel import record_panel
from psa_app.components.tabs import tabs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.firm.settings import TABS, SettingsRecords
from psa_app.state.firm.settings import SettingsState as State
from psa_app.state.lowcode.own_fields import SEEN, TYPE_OPTIONS, OwnFieldsState


@page(routes.SETTINGS, title="Settings", right="firm.read", on_load=State.load, live=("firm", "custom_field"))
def settings() -> rx.Component:
    """The open tab."""
    lists = [
        (key, record_panel(SettingsRecords, label, words, "settings", key="settings"))
        for key, (label, kind, words) in TABS.items()
        if kind
    ]
    return staff(
        "Settings",
        tabs(State.tabs, State.tab, "Settings"),
        rx.match(
            State.tab,
            *lists,
            ("fields", own_fields(OwnFieldsState, TYPE_OPTIONS, SEEN)),
            ("time", _time()),
            ("payments", _payments()),
            _firm(),
        ),
        rx.cond(State.tab == "holidays", _fill()),
        area="settings",
        subtitle=rx.fragment(
            "Also: ",
            text_link("users", href=routes.USERS),
            ", ",
            text_link("mail", href=routes.OUTBOX),
            ", ",
            text_link("rates", href=routes.RATES),
            ", ",
            text_link("all tables", href=routes.RECORDS),
            ", ",
            text_link("first steps", href=routes.SET_UP),
        ),
    )


def _firm() -> rx.Component:
    return stack(
        card(facts(State.fixed, quiet=True, plain=True), title="Fixed"),
        card(
            form(
                form_error(State.errors["form"]),
                described_fields(State.specs, State.errors, prefix="firm-"),
                rx.cond(State.may_change, form_foot("Save settings")),
                on_submit=State.save,
                key="firm-" + State.form_key.to_string(),
                label="The firm",
            ),
            title="The firm",
        ),
    )


def _payments() -> rx.Component:
    """How clients pay is chosen with the firm; here stands what taking real money still needs."""
    return stack(
        notice(
            "How clients pay is chosen in the firm’s settings. ",
            text_link("Change it", href=f"{routes.SETTINGS}?tab=firm"),
        ),
        notice(
            "Account, messages, payouts and what differs stand on a page of their own. ",
            text_link("Payment service", href=routes.PROVIDER),
        ),
        card(facts(State.live, quiet=True), title="To take card payments for real", body=False),
    )


def _fill() -> rx.Component:
    return rx.cond(
        State.may_change,
        card(
            form(
                fields.fields(
                    fields.picker(
                        "calendar",
                        "Calendar",
                        value=State.country,
                        options=State.countries,
                        free=True,
                        required=True,
                        error=State.errors["calendar"],
                        help="A country, or with a region: DE-BY.",
                    ),
                    fields.number(
                        "year",
                        "From year",
                        "2026",
                        required=True,
                        error=State.errors["year"],
                        help="This year and the next are filled.",
                    ),
                    two=True,
                ),
                form_foot("Fill in public holidays"),
                on_submit=State.fill,
                label="Public holidays",
                guard=False,
            ),
            title="Public holidays of a country",
        ),
    )


def _time() -> rx.Component:
    return stack(
        notice(
            rx.cond(
                State.locked != "",
                rx.fragment("Time up to ", rx.el.b(State.locked), " is closed: nobody can change it."),
                "No period is closed. Close one when its invoices are out.",
            ),
            actions=rx.cond(
                (State.locked != "") & State.may_unlock,
                button("Open again", small=True, on_click=State.ask_unlock(True)),
            ),
        ),
        card(
            form(
                fields.fields(
                    fields.date(
                        "through",
                        "Close time up to",
                        required=True,
                        error=State.errors["through"],
                        help="Entries, imports, timers and the API are all refused from then on.",
                    )
                ),
                form_error(State.errors["form"]),
                form_foot("Close the period"),
                on_submit=State.lock,
                key="lock-" + State.form_key.to_string(),
                label="Close a period",
                guard=False,
            ),
            title="Close a period",
        ),
        dialog(
            form(
                form_error(State.errors["form"]),
                fields.fields(
                    fields.textarea("reason", "Why", required=True, error=State.errors["reason"]),
                    fields.date(
                        "back_to",
                        "Keep closed up to",
                        error=State.errors["back_to"],
                        help="Empty: nothing stays closed.",
                    ),
                ),
                form_foot("Open again", on_cancel=State.ask_unlock(False)),
                on_submit=State.unlock,
                label="Open a closed period",
            ),
            open=State.unlocking,
            on_close=State.ask_unlock(False),
            title="Open the closed period?",
            size="narrow",
        ),
    )
