"""The contacts of a client, and the dialogs that make two of them one."""

import reflex as rx

from psa_app.components import fields
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack
from psa_app.components.dialog import dialog
from psa_app.components.empty import empty
from psa_app.components.form import form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.story import parts
from psa_app.components.twins import comparison
from psa_app.display.story import Part
from psa_app.state.clients.client import ClientState as State
from psa_app.state.clients.client_twins import ContactTwins
from psa_app.state.clients.contact_merge import ContactMerge as Merge


def client_contacts() -> rx.Component:
    """Each with what can be done with them; two that look like one person are named above."""

    def acts(part: rx.Var[Part]) -> rx.Component:
        invite = rx.cond(part.act != "", item(part.act, icon_name="mail", on_click=State.invite(part.id)))
        change = rx.cond(
            State.may_change_contacts,
            item("Change", icon_name="edit", on_click=State.change("contacts", part.id)),
        )
        merge = rx.cond(
            State.may_merge_contacts,
            item("Merge with …", icon_name="people", on_click=Merge.ask(part.id)),
        )
        more = dots_menu(change, invite, merge, label="More for " + part.name)
        return rx.cond(State.may_change_contacts | State.may_merge_contacts, more)

    add = rx.cond(
        State.may_change_contacts,
        button(
            "Add", icon_name="plus", small=True, on_click=State.add("contacts"), aria_label="Add a contact"
        ),
    )
    twin = notice(
        State.people_twin,
        tone="warn",
        actions=link_button("Compare", href=State.people_twin_href, small=True),
    )
    nobody = empty("No contacts yet", "Add who accepts scopes and who gets the invoices.", icon_name="user")
    listed = card(
        rx.cond(State.contacts.length() > 0, parts(State.contacts, acts), nobody),
        title="Contacts",
        aside=add,
        body=False,
    )
    return stack(rx.cond(State.people_twin != "", twin), listed)


def contact_dialogs() -> list[rx.Component]:
    """With whom one is to be merged, and then the two side by side."""
    return [_with_whom(), comparison(ContactTwins, title="Are these one person?", key="people")]


def _with_whom() -> rx.Component:
    return dialog(
        form(
            fields.fields(
                fields.picker(
                    "other",
                    "Which contact is the same person?",
                    options=Merge.others,
                    error=Merge.errors["other"],
                    required=True,
                    help="You see both side by side before anything is merged.",
                    prefix="merge-",
                )
            ),
            form_error(Merge.errors["form"]),
            form_foot("Compare", on_cancel=Merge.close),
            on_submit=Merge.choose,
            key="merge-" + Merge.form_key.to_string(),
            label="Merge",
            guard=False,
        ),
        open=Merge.is_open,
        on_close=Merge.close,
        title="Merge " + Merge.name + " with …",
    )
