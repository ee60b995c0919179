"""What can be done with the chosen rows of a list: the bar's buttons and the dialogs behind them."""

from typing import Any

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button
from psa_app.components.cards import card, notice
from psa_app.components.dialog import confirm, dialog
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.components.link import text_link
from psa_app.components.progress import work
from psa_app.components.record_form import finder
from psa_app.components.table import Choosing
from psa_app.display.forms import Option
from psa_app.display.record import Refusal
from psa_app.rules.bulk import ARCHIVE, PUT_BACK

EACH = "Each one is checked for itself; those that refuse stay as they are."


def choosing(listed: Any) -> Choosing:
    """The choice of rows of `listed` (a `RecordsState`)."""
    return Choosing(
        listed.chosen, listed.on_choose, listed.on_all, listed.all_chosen, words=listed.chosen_words
    )


def bulk_buttons(listed: Any, state: Any) -> list[rx.Component]:
    """The bar of `listed` with the acts of `state` (a `BulkState`)."""

    def act(one: rx.Var[Option]) -> rx.Component:
        return button(one.label, small=True, on_click=state.ask(one.value))

    archive = rx.cond(
        listed.shows_archived,
        button("Put back", small=True, on_click=state.ask(PUT_BACK)),
        button("Archive", small=True, on_click=state.ask(ARCHIVE)),
    )
    return [
        rx.cond(
            listed.every_words != "", button(listed.every_words, small=True, on_click=listed.choose_every)
        ),
        rx.cond(listed.may_fill, button("Change a field", small=True, on_click=state.ask_field)),
        rx.foreach(listed.acts, act),
        rx.cond(listed.may_archive, archive),
    ]


def bulk_dialogs(state: Any, jobs: Any) -> rx.Component:
    """The question before an act, its form or that of one field, and what refused (`jobs`: a `JobState`)."""
    return rx.fragment(
        _question(state, danger=True),
        _question(state, danger=False),
        _asked(state),
        _field(state),
        _told(jobs),
    )


def bulk_progress(jobs: Any) -> rx.Component:
    """How far the work on very many rows is, with *Stop*; and the way on when it stopped."""
    stop = button("Stop", small=True, on_click=jobs.stop, busy=jobs.is_stopping)
    under_way = card(work(jobs.percent, jobs.words, jobs.title, stop), title=jobs.title)
    way_on = rx.fragment(
        button("Go on", small=True, on_click=jobs.go_on),
        button("Leave the rest", look="quiet", small=True, on_click=jobs.leave),
    )
    paused = notice(rx.el.b(jobs.title), " · ", jobs.words, tone="warn", actions=way_on)
    return rx.fragment(rx.cond(jobs.is_working, under_way), rx.cond(jobs.is_paused, paused))


def _asked(state: Any) -> rx.Component:
    """The form of an act that must be told something."""
    return dialog(
        form(
            form_error(state.errors["form"]),
            rx.el.ul(rx.foreach(state.names, rx.el.li), class_name="lost"),
            described_fields(state.specs, state.errors, finder=finder(state), prefix="bulk-ask-", two=False),
            rx.el.p(EACH, class_name="muted small"),
            form_foot(state.label, on_cancel=state.close),
            on_submit=state.fill,
            key="bulk-ask-" + state.form_key.to_string(),
            label=state.label,
        ),
        open=state.is_filling,
        on_close=state.close,
        title=state.title,
    )


def _question(state: Any, *, danger: bool) -> rx.Component:
    return confirm(
        open=state.is_asking & (state.destroys if danger else ~state.destroys),
        on_close=state.close,
        on_confirm=state.perform,
        title=state.title,
        act=state.label,
        text=EACH,
        lost=state.names,
        danger=danger,
    )


def _field(state: Any) -> rx.Component:
    chosen = fields.select(
        "field",
        "Field",
        state.fields,
        state.field,
        required=True,
        error=state.errors["field"],
        on_change=state.choose_field,
        prefix="bulk-",
    )
    value = rx.cond(
        state.specs.length() > 0,
        described_fields(state.specs, state.errors, finder=finder(state), prefix="bulk-value-", two=False),
    )
    return dialog(
        form(
            form_error(state.errors["form"]),
            fields.fields(chosen),
            rx.el.div(value, key="bulk-" + state.form_key.to_string()),
            form_foot("Change", on_cancel=state.close),
            on_submit=state.change,
            label="Change a field",
        ),
        open=state.is_changing,
        on_close=state.close,
        title=state.title,
    )


def _told(state: Any) -> rx.Component:
    def one(row: rx.Var[Refusal]) -> rx.Component:
        return rx.el.li(text_link(row.name, href=row.href), rx.el.div(row.why, class_name="muted small"))

    return dialog(
        rx.el.p(state.told, class_name="lead"),
        rx.el.ul(rx.foreach(state.refused, one), class_name="refused"),
        rx.el.div(button("Close", look="primary", on_click=state.close), class_name="form-foot"),
        open=state.is_telling,
        on_close=state.close,
        title="Some refused",
    )
