"""One template: its parts, each to change in place."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack, with_side
from psa_app.components.definition import facts
from psa_app.components.dialog import dialog
from psa_app.components.form import described_fields, form, form_error, form_foot
from psa_app.components.menu import dots_menu, item
from psa_app.components.missing import found
from psa_app.components.shell import crumbs
from psa_app.components.template_parts import template_section
from psa_app.display.frame import Crumb
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.templates.template import TemplateState as State


@page(routes.TEMPLATE, title="Template", right="templates.read", on_load=State.load, live=("template",))
def template() -> rx.Component:
    """The lists on the left, what stands above them beside."""
    return staff(
        State.name,
        found(State.is_ready, State.is_missing, _content(), back=routes.TEMPLATES, label="All templates"),
        _form(),
        area="sales",
        subtitle=State.description,
        badge=rx.cond(State.is_archived, tag("Archived", "muted")),
        way=crumbs([Crumb("Templates", routes.TEMPLATES)], State.kind),
        actions=[
            rx.cond(State.use_href != "", link_button(State.use_label, href=State.use_href, look="primary")),
            _more(),
        ],
    )


def _more() -> rx.Component:
    return rx.cond(
        State.may_change,
        dots_menu(
            item("Name and purpose", icon_name="edit", on_click=State.edit_name),
            rx.cond(
                State.is_archived,
                item("Take out again", icon_name="undo", on_click=State.archive(False)),
                item("Archive", icon_name="lock", on_click=State.archive(True)),
            ),
            label="More for this template",
        ),
    )


def _content() -> rx.Component:
    sections = stack(
        rx.cond(State.priced != "", notice(State.priced)),
        rx.foreach(
            State.sections,
            lambda one: template_section(
                one,
                State.may_change,
                on_add=State.add,
                on_edit=State.edit,
                on_move=State.move,
                on_remove=State.remove,
            ),
        ),
    )
    change = rx.cond(State.may_change, button("Change", small=True, on_click=State.edit("")))
    side = card(facts(State.facts), title="What it says", aside=change, body=False)
    return rx.cond(
        State.sections.length() > 0,
        rx.cond(State.facts.length() > 0, with_side(sections, side), sections),
        side,
    )


def _form() -> rx.Component:
    return dialog(
        form(
            described_fields(State.specs, State.errors, prefix="part-"),
            form_error(State.errors["form"]),
            form_foot("Save", on_cancel=State.close),
            on_submit=State.save,
            key="part-" + State.form_key.to_string(),
            label=State.form_title,
        ),
        open=State.form_open,
        on_close=State.close,
        title=State.form_title,
        size="wide",
    )
