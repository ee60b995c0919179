"""One client."""

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
from psa_app.components.menu import dots_menu, item
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.components.table import table
from psa_app.components.timeline import timeline
from psa_app.display.frame import Crumb
from psa_app.display.tables import Column
from psa_app.pages.client_checklist import client_checklist
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.checklist import ChecklistState
from psa_app.state.client import ClientContacts, ClientEdit, Contact
from psa_app.state.client import ClientState as State

SOWS = [Column("title", "Scope"), Column("from", "From"), Column("state", "State", phone="side")]
PROJECTS = [Column("name", "Project"), Column("ends", "Ends"), Column("state", "State", phone="side")]
INVOICES = [
    Column("number", "Number"),
    Column("due", "Due"),
    Column("total", "Total", align="right"),
    Column("state", "State", phone="side"),
]


@page(
    routes.CLIENT,
    title="Client",
    right="accounts.read",
    on_load=(State.load, ChecklistState.load),
    live=("account", "contact", "sow", "project", "invoice", "checklist_item"),
)
def client() -> rx.Component:
    """Scopes, projects, invoices and contacts on the left; facts and history beside."""
    return staff(
        State.client_name,
        found(State.is_ready, State.is_missing, _content(), back=routes.CLIENTS, label="All clients"),
        _edit(),
        _contact_form(),
        area="clients",
        subtitle=State.kind,
        way=crumbs([Crumb("Clients", routes.CLIENTS)]),
        actions=[
            rx.cond(State.may_change, button("Change", on_click=State.edit)),
            rx.cond(State.sees_invoices, link_button("Draft invoice", href=State.new_draft)),
            rx.cond(State.may_write_sow, link_button("Write a scope", href=State.new_sow, look="primary")),
        ],
    )


def _content() -> rx.Component:
    return with_side(
        stack(
            _contacts(),
            client_checklist(),
            _list("Scopes", SOWS, State.sows, "Write the first scope: what is agreed, at which rates."),
            _list("Projects", PROJECTS, State.projects, "A project is made from a signed scope."),
            rx.cond(
                State.sees_invoices,
                _list("Invoices", INVOICES, State.invoices, "Invoices appear once approved work is billed."),
            ),
        ),
        stack(
            facts_card("About", State.facts),
            rx.cond(
                State.notes != "", card(rx.el.p(State.notes, class_name="lines"), title="Internal notes")
            ),
            rx.cond(State.happened.length() > 0, timeline(State.happened)),
        ),
    )


def _contacts() -> rx.Component:
    def one(contact: rx.Var[Contact]) -> rx.Component:
        words = rx.el.div(
            rx.el.div(contact.name, class_name="strong"),
            rx.el.div(contact.sub, class_name="sub"),
            class_name="text",
        )
        invite = rx.cond(
            contact.act != "", item(contact.act, icon_name="mail", on_click=State.invite(contact.id))
        )
        change = item("Change", icon_name="edit", on_click=ClientContacts.edit(contact.id.to(int)))
        more = rx.cond(ClientContacts.may_change, dots_menu(change, invite, label="More for " + contact.name))
        return rx.el.li(words, rx.foreach(contact.marks.to(list[str]), lambda mark: tag(mark, "wait")), more)

    add = rx.cond(
        ClientContacts.may_create,
        button("Add", icon_name="plus", small=True, on_click=ClientContacts.add, aria_label="Add a contact"),
    )
    nobody = empty("No contacts yet", "Add who accepts scopes and who gets the invoices.", icon_name="user")
    rows = rx.el.ul(rx.foreach(State.contacts, one), class_name="waiting parts")
    return card(rx.cond(State.contacts.length() > 0, rows, nobody), title="Contacts", aside=add, body=False)


def _contact_form() -> rx.Component:
    return dialog(
        form(
            described_fields(ClientContacts.specs, ClientContacts.errors, prefix="contact-"),
            form_error(ClientContacts.errors["form"]),
            form_foot("Save", on_cancel=ClientContacts.close),
            on_submit=ClientContacts.save,
            key="contact-" + ClientContacts.form_key.to_string(),
            label="Contact",
        ),
        open=ClientContacts.form_open,
        on_close=ClientContacts.close,
        title=ClientContacts.form_title,
    )


def _list(title: str, columns: list[Column], rows: Any, words: str) -> rx.Component:
    return card(
        table(
            columns, rows, label=title, loading=~State.is_ready, empty=empty(f"No {title.lower()} yet", words)
        ),
        title=title,
        body=False,
    )


def _edit() -> rx.Component:
    return dialog(
        form(
            form_error(ClientEdit.errors["form"]),
            described_fields(ClientEdit.specs, ClientEdit.errors, prefix="client-"),
            form_foot("Save", on_cancel=ClientEdit.close),
            on_submit=ClientEdit.save,
            key="client-" + ClientEdit.form_key.to_string(),
            label="Client",
        ),
        open=ClientEdit.form_open,
        on_close=ClientEdit.close,
        title=ClientEdit.form_title,
        size="wide",
    )
