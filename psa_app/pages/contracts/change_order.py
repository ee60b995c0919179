"""One change order of the firm: written with its effect beside, read like paper, sent, answered."""

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.badges import tag
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack, with_side
from psa_app.components.change_effect import effect_table
from psa_app.components.definition import facts, facts_card
from psa_app.components.document_answer import question_list
from psa_app.components.empty import empty
from psa_app.components.focus import focus_on
from psa_app.components.form import described_fields, form, form_error
from psa_app.components.menu import dots_menu, item
from psa_app.components.missing import found
from psa_app.components.scope_sheet import scope_sheet
from psa_app.components.shell import crumbs
from psa_app.components.timeline import timeline
from psa_app.display.change import DeltaDraft, EffectRow
from psa_app.display.forms import FieldSpec
from psa_app.display.frame import Crumb
from psa_app.pages.contracts.change_order_dialogs import dialogs
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.contracts.change_order import ChangeOrderState as State
from psa_app.state.contracts.change_order_acts import ChangeActs as Acts
from psa_app.state.contracts.change_order_edit import ChangeEdit as Edit
from psa_app.state.contracts.change_order_form import PREFIX

FORM = "change-form"


@page(
    routes.CHANGE_ORDER,
    title="Change order",
    right="changes.draft",
    on_load=State.load,
    live=("change_order", "sow"),
)
def change_order() -> rx.Component:
    """A draft is written here, with its effect beside; everything else is the sheet."""
    writes = State.is_draft & State.may_write
    return staff(
        State.change_title,
        found(
            State.is_ready,
            State.is_missing,
            rx.cond(writes, _editor(), _reading()),
            back=routes.SOWS,
            label="All scopes",
        ),
        *dialogs(),
        focus_on(target=Edit.focus),
        area="clients",
        subtitle=rx.fragment(rx.cond(State.number != "", State.number + " · ", ""), State.scope),
        badge=rx.cond(State.word != "", tag(State.word, State.tone)),
        way=crumbs([Crumb("Scopes of work", routes.SOWS)]),
        actions=[
            rx.cond(
                State.is_ready & ~State.is_new,
                link_button("PDF", href=State.pdf, native=True, icon_name="download"),
            ),
            rx.cond(
                State.is_ready & writes,
                button("Save draft", type="submit", form=FORM, on_click=Edit.press("save")),
            ),
            rx.cond(
                State.is_ready & State.may_send,
                button(
                    "Save and send", look="primary", type="submit", form=FORM, on_click=Edit.press("send")
                ),
            ),
            rx.cond(
                State.may_take_back | State.may_withdraw,
                dots_menu(
                    rx.cond(
                        State.may_take_back,
                        item("Take back", icon_name="undo", on_click=Acts.ask("take_back")),
                    ),
                    rx.cond(
                        State.may_withdraw,
                        item("Withdraw", icon_name="x", tone="bad", on_click=Acts.ask("withdraw")),
                    ),
                    label="More for this change order",
                ),
            ),
        ],
    )


def _editor() -> rx.Component:
    errors = Edit.errors
    return with_side(
        stack(
            rx.cond(
                Edit.is_stale,
                notice(
                    "Someone else saved this change order in the meantime. What you typed is still here, but "
                    "cannot be saved over theirs.",
                    tone="warn",
                    actions=button("Show theirs", small=True, on_click=Edit.reload),
                ),
            ),
            rx.cond(State.drafted != "", notice(State.drafted)),
            form(
                form_error(errors["form"]),
                card(described_fields(Edit.head, errors, prefix=PREFIX), title="What is agreed anew"),
                card(
                    rx.cond(
                        Edit.rows.length() > 0,
                        rx.el.div(rx.foreach(Edit.rows, _row), class_name="deltas"),
                        empty(
                            "Nothing changes yet",
                            "Choose below what changes: a cap, hours, a rate, a milestone, a line, a day.",
                            icon_name="edit",
                        ),
                    ),
                    form_error(errors["deltas"]),
                    rx.el.div(
                        fields.select("kind", "What else changes", Edit.kinds, prefix=PREFIX),
                        button("Add", type="submit", on_click=Edit.press("add")),
                        class_name="delta-add",
                    ),
                    title="What changes",
                ),
                on_submit=Acts.submit,
                key=Edit.form_key,
                label="this change order",
                id=FORM,
            ),
        ),
        stack(
            _preview(),
            _questions(),
            rx.cond(State.happened.length() > 0, timeline(State.happened)),
        ),
    )


def _preview() -> rx.Component:
    """What is typed would do this to the contract."""
    return card(
        rx.cond(Edit.effect.length() > 0, effect_table(Edit.effect, "Effect on the contract")),
        rx.cond(Edit.wrong != "", rx.el.p(Edit.wrong, class_name="card-body muted small")),
        rx.cond(
            (Edit.effect.length() == 0) & (Edit.wrong == ""),
            rx.el.p(
                "What it does to value, cap, hours, dates, margin and backlog stands here before you "
                "send it.",
                class_name="card-body muted small",
            ),
        ),
        rx.cond(Edit.plan != "", _plan(Edit.plan)),
        rx.cond(Edit.about != "", rx.el.p(Edit.about, class_name="card-body muted small")),
        title="Effect",
        aside=button("Work it out", small=True, type="submit", form=FORM, on_click=Edit.press("show")),
        body=False,
        custom_attrs={"aria-live": "polite"},
    )


def _plan(words: rx.Var[str]) -> rx.Component:
    return rx.el.div(notice(words, tone="warn"), class_name="card-body moves")


def _row(row: rx.Var[DeltaDraft]) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(row.title),
        described_fields(row.specs.to(list[FieldSpec]), Edit.errors, prefix=PREFIX),
        form_error(Edit.errors[row.error_name]),
        rx.el.div(
            rx.cond(
                row.adds != "",
                button(
                    row.adds,
                    look="quiet",
                    small=True,
                    type="submit",
                    icon_name="plus",
                    on_click=Edit.press("more-" + row.place.to_string()),
                ),
            ),
            button(
                "Take out",
                look="quiet",
                small=True,
                type="submit",
                on_click=Edit.press("drop-" + row.place.to_string()),
                aria_label="Take out: " + row.title,
            ),
            class_name="delta-foot",
        ),
        class_name="delta",
    )


def _reading() -> rx.Component:
    return with_side(
        stack(
            rx.cond(State.declined != "", notice(rx.el.b("Declined: "), State.declined, tone="bad")),
            rx.cond(
                State.problem != "",
                notice("As the contract is now, this cannot be agreed: ", State.problem, tone="warn"),
            ),
            scope_sheet(State.sheet),
        ),
        stack(
            rx.cond(State.effect.length() > 0, _effect(State.effect)),
            rx.cond(State.facts.length() > 0, facts_card("About", State.facts)),
            _questions(),
            rx.cond(
                State.evidence.length() > 0,
                card(facts(State.evidence, quiet=True), title="Evidence", body=False),
            ),
            rx.cond(State.happened.length() > 0, timeline(State.happened)),
        ),
    )


def _effect(rows: rx.Var[list[EffectRow]]) -> rx.Component:
    return card(
        effect_table(rows, "Effect on the contract"),
        rx.cond(State.plan != "", _plan(State.plan)),
        rx.el.p(State.about, class_name="card-body muted small"),
        title="Effect",
        body=False,
    )


def _questions() -> rx.Component:
    return rx.cond(
        State.questions.length() > 0,
        card(question_list(State.questions, Acts.ask_answer), title="Questions"),
    )
