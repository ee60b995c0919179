"""One opportunity."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.components.table import table
from psa_app.components.timeline import timeline
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.pages.sales.opportunity_dialogs import lost_dialog, opportunity_dialog
from psa_app.state.sales.opportunity import OpportunityState as State
from psa_app.state.sales.opportunity_shape import AmountForm, NeedForm
from psa_app.state.sales.opportunity_words import ACTIVITY_COLUMNS, AMOUNT_COLUMNS, NEED_COLUMNS

LIVE = ("opportunity", "stage", "activity", "account")


@page(routes.OPPORTUNITY, title="Opportunity", right="opportunities.read", on_load=State.load, live=LIVE)
def opportunity() -> rx.Component:
    """What it may bring and whom it would need at the left, facts and its way beside."""
    return staff(
        rx.cond(State.title != "", State.title, "Opportunity"),
        found(State.is_ready, State.is_missing, _content(), back=routes.PIPELINE, label="The pipeline"),
        opportunity_dialog(State.save),
        lost_dialog(State),
        _shape(AmountForm, "Amounts by billing model", "amount"),
        _shape(NeedForm, "Roles and hours", "need", "wide"),
        area="sales",
        subtitle=rx.cond(State.subtitle != "", State.subtitle, "\u00a0"),
        badge=rx.cond(State.stage != "", tag(State.stage, State.tone)),
        way=crumbs([Crumb("Pipeline", routes.PIPELINE)]),
        actions=[
            rx.cond(State.may_change, button("Change", on_click=State.edit)),
            rx.cond(
                State.quote_href != "",
                rx.cond(
                    State.is_open,
                    link_button("Make a quote", href=State.quote_href, look="primary"),
                    link_button("Make a quote", href=State.quote_href),
                ),
            ),
        ],
    )


def _select(
    label: str, options: rx.Var[Any], value: rx.Var[str], on_change: Any, *first: rx.Component
) -> Any:
    return rx.el.label(
        rx.el.span(label),
        rx.el.select(
            *first,
            rx.foreach(options, lambda one: rx.el.option(one.label, value=one.value)),
            value=value,
            on_change=on_change,
            class_name="input",
        ),
        class_name="stack-label",
    )


def _hands() -> rx.Component:
    """Stage and owner are changed at once."""
    nobody = rx.el.option("Nobody", value="")
    return rx.cond(
        State.may_change,
        card(
            rx.el.div(
                _select("Stage", State.stages, State.stage_id, State.move),
                _select("Owner", State.owners, State.owner, State.assign, nobody),
                class_name="fields two",
            )
        ),
    )


def _content() -> rx.Component:
    def change(label: str, form_state: Any) -> rx.Component:
        act = button("Change", small=True, on_click=form_state.edit, aria_label=f"Change {label}")
        return rx.cond(State.may_change, act)

    amounts = table(
        AMOUNT_COLUMNS,
        State.amounts,
        label="Amounts by billing model",
        totals=State.amount_total,
        empty=empty("No amount yet", "Say what it may bring, by how it would be billed."),
    )
    needs = table(
        NEED_COLUMNS,
        State.needs,
        label="Roles and hours",
        totals=State.need_total,
        empty=empty("Nobody needed yet", "Roles and hours show in the planner as tentative demand."),
    )
    done = table(
        ACTIVITY_COLUMNS,
        State.activities,
        label="Activities",
        empty=empty("Nothing yet", "Calls, meetings and to-dos about this are shown here."),
    )
    left = stack(
        card(amounts, title="What it may bring", aside=change("amounts", AmountForm), body=False),
        card(needs, title="Whom it would need", aside=change("roles", NeedForm), body=False),
        card(done, title="Activities", body=False),
        rx.cond(State.notes != "", card(rx.el.p(State.notes, class_name="pre-line"), title="Notes")),
    )
    right = stack(_hands(), facts_card("About", State.facts, quiet=True), timeline(State.changes, "Its way"))
    return with_side(left, right)


def _shape(state: Any, title: str, key: str, size: str = "") -> rx.Component:
    return dialog(
        form(
            rx.el.div(
                described_fields(state.specs, state.errors, prefix=f"{key}-"), class_name=f"{key}-lines"
            ),
            form_error(state.errors["form"]),
            form_foot("Save", on_cancel=state.close),
            on_submit=state.save,
            key=f"{key}-" + state.form_key.to_string(),
            label=title,
        ),
        open=state.is_open,
        on_close=state.close,
        title=title,
        size=size,
    )
