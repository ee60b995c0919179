"""One invoice: the sheet as on paper, what stands behind it beside, and its acts."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components import fields
from psa_app.components.badges import badge_of
from psa_app.components.buttons import button, link_button, xml_button
from psa_app.components.cards import card, notice, stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.dialog import confirm
from psa_app.components.form_dialog import form_dialog
from psa_app.components.menu import divider, dots_menu, item, link_item
from psa_app.components.paper import paper
from psa_app.components.shell import crumbs
from psa_app.components.skeleton import until
from psa_app.components.timeline import timeline
from psa_app.display.forms import Option
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.invoices.credit import credit_dialog
from psa_app.pages.invoices.deposits import deposit_dialogs, deposits_card, later_card
from psa_app.pages.invoices.draft_edit import edit_dialogs
from psa_app.pages.invoices.entries import entries_dialog
from psa_app.pages.invoices.expenses import expenses_on_it, group_items
from psa_app.pages.invoices.give_up import give_up_dialogs
from psa_app.pages.invoices.paid import payments_on_it
from psa_app.pages.invoices.past_close import past_close_field
from psa_app.pages.invoices.pay import pay_dialog
from psa_app.pages.invoices.refund import refund_dialog
from psa_app.pages.rates.why import why_dialog
from psa_app.pages.registry import page
from psa_app.state.invoices.credit import CreditState
from psa_app.state.invoices.deposits import InvoiceDeposits
from psa_app.state.invoices.draft_edit import DraftEditState
from psa_app.state.invoices.expenses import InvoiceExpenses as Expenses
from psa_app.state.invoices.give_up import GiveUpState
from psa_app.state.invoices.invoice import InvoiceState as State
from psa_app.state.invoices.later import LaterWork
from psa_app.state.invoices.past_close import PastCloseState
from psa_app.state.invoices.pay import PayState

GROUPS = (
    ("role", "role"),
    ("person", "person"),
    ("task", "task"),
    ("day", "day"),
    ("phase", "phase"),
    ("none", "one line"),
)


@page(
    routes.INVOICE,
    title="Invoice",
    right="invoices.draft",
    on_load=[State.load, Expenses.load, InvoiceDeposits.load, LaterWork.load, PastCloseState.load],
    live=("invoice", "payment", "expense"),
)
def invoice() -> rx.Component:
    """The sheet on the left; what it stands on, payments and history beside."""
    return staff(
        rx.cond(State.is_draft, "Invoice", State.number),
        rx.cond(
            State.is_draft & (State.lacks.length() > 0),
            notice(
                rx.el.b("Before it can be issued"),
                rx.el.ul(rx.foreach(State.lacks, rx.el.li)),
                tone="warn",
                actions=link_button("Open " + State.client, href=State.client_href, small=True),
            ),
        ),
        rx.cond(
            State.may_record & (State.credit != ""),
            notice(
                "This client has " + State.credit + " on account.",
                actions=button("Use it", small=True, on_click=State.use_credit),
            ),
        ),
        until(
            State.is_ready,
            with_side(paper(State.paper, on_fact=State.set_fact, on_line=State.set_text), _side()),
        ),
        _dialogs(),
        area="invoices",
        badge=badge_of(State.badge),
        way=crumbs([Crumb("Invoices", routes.INVOICES)], State.client),
        actions=[
            rx.cond(State.is_ready, link_button("PDF", href=State.pdf, native=True, icon_name="download")),
            xml_button(State.xml),
            rx.cond(State.is_draft & State.may_draft, button("Edit", on_click=State.open_dialog("head", 0))),
            rx.cond(
                State.is_draft & State.may_issue,
                button("Issue", look="primary", on_click=State.open_dialog("issue", 0)),
            ),
            rx.cond(
                State.is_written_off & State.may_void,
                button("Reopen", on_click=GiveUpState.ask("reopen")),
            ),
            rx.cond(
                State.is_open & State.may_record,
                button("Record payment", look="primary", on_click=PayState.begin),
            ),
            _more(),
        ],
    )


def _side() -> rx.Component:
    return stack(
        rx.cond(State.is_draft & State.may_draft, _lines()),
        deposits_card(),
        later_card(),
        rx.cond(State.behind.length() > 0, facts_card("Behind this invoice", State.behind)),
        expenses_on_it(),
        rx.cond(~State.is_draft & ~State.is_note, payments_on_it()),
        rx.cond(State.notes.length() > 0, facts_card("Credit notes", State.notes)),
        rx.cond(State.is_note, facts_card("This credit note", State.credits)),
        rx.cond(State.happened.length() > 0, timeline(State.happened)),
    )


def _lines() -> rx.Component:
    """A draft's lines with what can be done to each."""

    def one(line: rx.Var[Option]) -> rx.Component:
        line_id = line.value.to(int)
        acts = dots_menu(
            item("Change the words", icon_name="edit", on_click=State.open_dialog("line", line_id)),
            item("Write down or up", icon_name="edit", on_click=DraftEditState.begin("write", line_id, 0)),
            item("Discount", icon_name="edit", on_click=DraftEditState.begin("discount", line_id, 0)),
            item("Bill later", icon_name="calendar", on_click=DraftEditState.begin("later", line_id, 0)),
            item("Take off", icon_name="undo", on_click=State.take_off(line_id)),
            label="More for " + line.label,
        )
        words = rx.el.span(line.label, rx.el.span(" " + line.sub, class_name="muted small"))
        return rx.el.li(words, acts, class_name="line spread")

    return card(
        rx.el.ul(rx.foreach(State.lines, one), class_name="plain-list"),
        title="Lines",
        aside=button("Add a line", small=True, icon_name="plus", on_click=State.open_dialog("add", 0)),
    )


def _more() -> rx.Component:
    groups = [
        item(f"Group by {label}" if key != "none" else "Group in one line", on_click=State.regroup(key))
        for key, label in GROUPS
    ]
    draft = dots_menu(
        *groups,
        group_items(),
        divider(),
        item("Discount on the whole", icon_name="edit", on_click=DraftEditState.begin("discount", 0, 0)),
        link_item("Pro forma (PDF)", href=State.pro_forma, native=True, icon_name="download"),
        item("Discard the draft", icon_name="trash", tone="bad", on_click=State.open_dialog("discard", 0)),
        label="More for this draft",
    )
    issued = dots_menu(
        item("Mail again", icon_name="mail", on_click=State.mail_again),
        rx.cond(
            State.may_record & ~State.is_open & ~State.is_note,
            item("Record a payment", icon_name="bank", on_click=PayState.begin),
        ),
        rx.cond(
            State.may_credit,
            item("Write a credit note", icon_name="undo", on_click=CreditState.begin),
        ),
        rx.cond(
            ~State.is_note,
            rx.fragment(
                divider(),
                rx.cond(
                    State.is_open,
                    item("Write off", icon_name="x", tone="bad", on_click=GiveUpState.ask("write_off")),
                ),
                item("Void", icon_name="x", tone="bad", on_click=State.open_dialog("void", 0)),
            ),
        ),
        label="More for this invoice",
    )
    return rx.fragment(
        rx.cond(State.is_draft & State.may_draft, draft), rx.cond(State.is_issued & State.may_void, issued)
    )


def _dialogs() -> rx.Component:
    return rx.fragment(
        _head(),
        _line(),
        _add(),
        _issue(),
        _void(),
        give_up_dialogs(State.number, State.open_text),
        pay_dialog(),
        _reverse(),
        _discard(),
        entries_dialog(),
        why_dialog(),
        credit_dialog(State.number),
        edit_dialogs(),
        refund_dialog(),
        deposit_dialogs(),
    )


def _ask(
    name: str, title: Any, *content: Any, act: str, on_submit: Any, size: str = "", danger: bool = False
) -> rx.Component:
    return form_dialog(
        *content,
        open=State.dialog == name,
        on_close=State.close,
        on_submit=on_submit,
        title=title,
        act=act,
        errors=State.errors,
        key=f"{name}-" + State.form_key.to_string(),
        size=size,
        danger=danger,
    )


def _head() -> rx.Component:
    errors, head = State.errors, State.head
    return _ask(
        "head",
        "Edit the draft",
        fields.fields(
            fields.text(
                "purchase_order", "Purchase order", head["purchase_order"], error=errors["purchase_order"]
            ),
            fields.number("payment_days", "Days to pay", head["payment_days"], error=errors["payment_days"]),
            fields.date("service_from", "Service from", head["service_from"], error=errors["service_from"]),
            fields.date("service_to", "Service to", head["service_to"], error=errors["service_to"]),
            fields.select(
                "bank_account_id",
                "Paid into",
                State.banks,
                head["bank_account_id"],
                empty="–",
                error=errors["bank_account_id"],
                wide=True,
            ),
            fields.textarea("note", "Note on the invoice", head["note"], error=errors["note"], wide=True),
            two=True,
        ),
        act="Save",
        on_submit=State.save_head,
    )


def _line() -> rx.Component:
    return _ask(
        "line",
        "Change the words",
        fields.fields(
            fields.text(
                "description", "Text", State.line_text, required=True, error=State.errors["description"]
            ),
            fields.text("detail", "Second line", State.line_detail, error=State.errors["detail"]),
        ),
        act="Save",
        on_submit=State.save_line,
    )


def _add() -> rx.Component:
    errors = State.errors
    return _ask(
        "add",
        "Add a line",
        fields.fields(
            fields.text("description", "Text", required=True, error=errors["description"], wide=True),
            fields.text("detail", "Second line", error=errors["detail"], wide=True),
            fields.number("quantity", "Quantity", "1", error=errors["quantity"]),
            fields.money(
                "amount", "Price each", currency=State.currency, required=True, error=errors["amount"]
            ),
            two=True,
        ),
        act="Add",
        on_submit=State.save_new_line,
    )


def _issue() -> rx.Component:
    return _ask(
        "issue",
        "Issue this invoice?",
        rx.el.p("It gets its number, never changes from then on, and goes to the client by mail."),
        rx.cond(State.warnings.length() > 0, notice(rx.foreach(State.warnings, _sentence), tone="warn")),
        fields.fields(
            fields.date("issued_on", "Issue date", State.today, error=State.errors["issued_on"]),
            past_close_field(),
        ),
        act="Issue invoice",
        on_submit=State.issue,
        size="narrow",
    )


def _sentence(text: rx.Var[str]) -> rx.Component:
    return rx.el.div(text)


def _void() -> rx.Component:
    return _ask(
        "void",
        "Void " + State.number + "?",
        rx.el.p("The number stays in the series. What can be billed again:"),
        rx.el.ul(rx.foreach(State.lost, rx.el.li)),
        fields.fields(fields.textarea("reason", "Why", required=True, error=State.errors["reason"])),
        act="Void invoice",
        on_submit=State.void,
        size="narrow",
        danger=True,
    )


def _reverse() -> rx.Component:
    return _ask(
        "reverse",
        "Take this payment back?",
        rx.el.p("A counter entry is booked; nothing is deleted."),
        fields.fields(fields.text("reason", "Why", required=True, error=State.errors["reason"])),
        act="Take back",
        on_submit=State.reverse,
        size="narrow",
        danger=True,
    )


def _discard() -> rx.Component:
    return confirm(
        open=State.dialog == "discard",
        on_close=State.close,
        on_confirm=State.discard,
        title="Discard this draft?",
        act="Discard draft",
        text="Words that were changed here are lost. What is open again:",
        lost=State.lost,
    )
