"""A subscription: its plan, what was changed, and the buttons for what comes next."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.badges import tag
from psa_app.components.buttons import button
from psa_app.components.cards import stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.empty import empty
from psa_app.components.form_dialog import form_dialog
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.components.table import table_card
from psa_app.display.forms import Option
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.contracts.subscription import COLUMNS
from psa_app.state.contracts.subscription import SubscriptionState as State
from psa_app.state.contracts.subscription_words import COPIES


@page(
    routes.SUBSCRIPTION,
    title="Subscription",
    right="sows.read",
    on_load=State.load,
    live=("sow", "sow_line", "invoice"),
)
def subscription() -> rx.Component:
    """What was changed, the newest first, and how it stands."""
    return staff(
        State.line_title,
        found(
            State.is_ready,
            State.is_missing,
            with_side(
                stack(
                    table_card(
                        COLUMNS,
                        State.changes,
                        label="Changes",
                        title="Changes",
                        empty=empty("As agreed", "Changes of the plan appear here.", icon_name="refresh"),
                    ),
                    rx.cond(State.is_managed, _copies()),
                ),
                stack(
                    facts_card("How it stands", State.facts),
                    rx.cond(State.managed.length() > 0, facts_card("At the payment service", State.managed)),
                ),
            ),
            back=routes.SOWS,
            label="All scopes",
        ),
        _plan(),
        _turn(
            "pause",
            "Pause",
            rx.cond(
                State.is_managed,
                "The period that runs stays paid; nothing is collected for those after it.",
                "From this day on nothing is due. What is billed of its days is credited at once.",
            ),
        ),
        _turn(
            "resume",
            "Resume",
            rx.cond(
                State.is_managed,
                "The payment service collects it again, and does not end it.",
                "From this day on it is due again, at the price from before.",
            ),
        ),
        _cancel(),
        _hand_over(),
        area="clients",
        subtitle=State.subtitle,
        badge=tag(State.word, State.tone),
        way=crumbs([Crumb("Scopes of work", routes.SOWS)], State.sow),
        actions=_actions(),
    )


def _actions() -> list[rx.Component]:
    return [
        rx.cond(
            State.may_hand_over,
            button("Let the payment service bill it", on_click=State.ask("hand_over")),
        ),
        rx.cond(State.may_cancel, button("Cancel it", on_click=State.ask("cancel"))),
        rx.cond(State.may_pause, button("Pause", on_click=State.ask("pause"))),
        rx.cond(State.may_resume, button("Resume", look="primary", on_click=State.ask("resume"))),
        rx.cond(State.may_plan, button("Change the plan", look="primary", on_click=State.ask("plan"))),
    ]


def _when(prefix: str) -> list[rx.Component]:
    return [
        fields.date("effective_on", "From", State.today, error=State.errors["effective_on"], prefix=prefix),
        fields.text("reason", "Why", error=State.errors["reason"], prefix=prefix),
    ]


def _plan() -> rx.Component:
    return form_dialog(
        fields.fields(
            fields.money(
                "price",
                "Price of a period, for one",
                State.price,
                currency=State.currency,
                required=True,
                error=State.errors["price"],
                prefix="plan-",
            ),
            fields.number(
                "quantity", "Quantity", State.quantity, error=State.errors["quantity"], prefix="plan-"
            ),
            *_when("plan-"),
            two=True,
        ),
        rx.el.p(
            rx.cond(
                State.is_managed,
                "From today. For the days that are left of the period the difference comes on the next "
                "invoice of the payment service.",
                "For the days that are left of a period the difference comes on the next draft; what is "
                "less than billed is credited at once.",
            ),
            class_name="muted",
        ),
        open=State.dialog == "plan",
        on_close=State.close,
        on_submit=State.change,
        title="Change the plan",
        act="Change the plan",
        errors=State.errors,
        label="this plan",
    )


def _copies() -> rx.Component:
    return table_card(
        COPIES,
        State.copies,
        label="Invoices of the payment service",
        title="Its invoices",
        empty=empty("None yet", "What the payment service bills appears here.", icon_name="invoices"),
    )


def _hand_over() -> rx.Component:
    return form_dialog(
        rx.el.p(
            "From this day on the payment service bills each period in advance and collects it from the "
            "card or account that the client has saved. The periods before stay with the app. Its "
            "invoices appear here by themselves.",
            class_name="muted",
        ),
        fields.fields(
            fields.date(
                "bills_from",
                "From",
                State.from_day,
                help="The first day of a period.",
                error=State.errors["bills_from"],
                prefix="hand-over-",
            ),
        ),
        open=State.dialog == "hand_over",
        on_close=State.close,
        on_submit=State.hand_over,
        title="Let the payment service bill " + State.line_title,
        act="Hand it over",
        errors=State.errors,
        label="this handover",
    )


def _turn(key: str, verb: str, said: Any) -> rx.Component:
    return form_dialog(
        rx.el.p(said, class_name="muted"),
        fields.fields(*_when(f"{key}-"), two=True),
        open=State.dialog == key,
        on_close=State.close,
        on_submit=State.turn,
        title=verb + " " + State.line_title,
        act=verb,
        errors=State.errors,
        label=f"this {key}",
    )


def _cancel() -> rx.Component:
    choices = [
        Option("at_end", "with the period of this day"),
        Option("at_once", "on this day; the rest is credited"),
    ]
    return form_dialog(
        fields.fields(
            *_when("cancel-"),
            fields.select("when", "It ends", choices, "at_end", prefix="cancel-"),
            two=True,
        ),
        open=State.dialog == "cancel",
        on_close=State.close,
        on_submit=State.cancel,
        title="Cancel " + State.line_title,
        act="Cancel the subscription",
        errors=State.errors,
        label="this cancellation",
    )
