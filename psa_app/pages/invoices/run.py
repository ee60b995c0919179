"""Billing many at once: look, draft, issue, with a bar while the worker is at it."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.progress import work
from psa_app.components.shell import crumbs
from psa_app.components.table import Choosing, table, table_card
from psa_app.components.tabs import tabs
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.invoices.run import BillingRunState as State
from psa_app.state.invoices.run_words import DRAFTS, PARTS, PAST


@page(
    routes.BILLING_RUN,
    title="Billing run",
    right="invoices.draft",
    on_load=State.load,
    live=("billing_run",),
)
def billing_run() -> rx.Component:
    """Three tabs; a run that the address names stands above everything else."""
    content = rx.match(State.tab, ("issue", _issue()), ("past", _past()), _draft())
    return staff(
        "Billing run",
        tabs(State.tabs, State.tab, "Steps"),
        rx.cond(State.is_shown, _run(), content),
        area="invoices",
        way=crumbs([Crumb("Invoices", routes.INVOICES)]),
    )


def _draft() -> rx.Component:
    errors = State.errors
    return card(
        form(
            fields.fields(
                fields.date("until", "Work up to", State.until, required=True, error=errors["until"]),
                fields.picker(
                    "client",
                    "Client",
                    value=State.client,
                    shown=State.client_name,
                    options=State.clients,
                    placeholder="All clients",
                    error=rx.cond(errors["client"], errors["client"], errors["account_id"]),
                ),
                two=True,
            ),
            form_error(errors["form"]),
            rx.el.p(
                "One draft for each client and currency with approved time and expenses, accepted milestones "
                "or fees due. You see what would be drafted before anything is.",
                class_name="muted small",
            ),
            form_foot("Show what would be drafted"),
            on_submit=State.look,
            key="look-" + State.until,
            label="Billing run",
            guard=False,
        ),
        title="Draft for all clients",
    )


def _run() -> rx.Component:
    stop = button("Stop", small=True, on_click=State.stop)
    under_way = card(
        work(State.percent, State.progress, State.title, stop),
        rx.el.p(
            "You may leave this page: the work goes on, and what came of it stands under Past runs.",
            class_name="muted small",
        ),
        title=State.title,
    )
    paused = notice(
        rx.el.b(rx.cond(State.problem != "", State.problem, "Stopped.")),
        " " + State.progress,
        tone="warn",
        actions=button("Go on", small=True, on_click=State.go_on),
    )
    through = card(
        table(PARTS, State.rows, label=State.title),
        title=State.title,
        aside=State.outcome,
        body=False,
    )
    acts = rx.el.div(
        rx.cond(State.act != "", button(State.act, look="primary", on_click=State.draft_all)),
        link_button("Another run", href=routes.BILLING_RUN),
        rx.cond(State.may_issue, link_button("Issue drafts", href=f"{routes.BILLING_RUN}?tab=issue")),
        class_name="line wrap",
    )
    return rx.cond(State.is_open, under_way, stack(rx.cond(State.is_paused, paused), through, acts))


def _issue() -> rx.Component:
    return stack(
        rx.cond(State.more != "", notice(State.more)),
        table_card(
            DRAFTS,
            State.drafts,
            label="Drafts",
            choosing=Choosing(State.chosen, State.on_choose, State.on_all, State.all_chosen),
            bulk=[button("Issue", look="primary", small=True, on_click=State.ask)],
            loading=~State.is_ready,
            empty=empty(
                "No drafts", "Make some under Draft; they wait here to be issued.", icon_name="invoices"
            ),
        ),
        dialog(
            form(
                rx.el.p(
                    "Each gets its number in turn, never changes again, and goes to its client by mail. "
                    "One that lacks something stays a draft and is named."
                ),
                fields.fields(
                    fields.date("issued_on", "Issue date", State.today, error=State.errors["issued_on"])
                ),
                form_error(State.errors["form"]),
                form_foot("Issue", on_cancel=State.close),
                on_submit=State.issue,
                key="issue-" + State.form_key.to_string(),
                label="Issue",
            ),
            open=State.is_asking,
            on_close=State.close,
            title=State.ask_title,
            size="narrow",
        ),
    )


def _past() -> rx.Component:
    return table_card(
        PAST,
        State.past,
        label="Past runs",
        loading=~State.is_ready,
        empty=empty(
            "No runs yet", "What was drafted or issued for many at once stands here.", icon_name="invoices"
        ),
    )
