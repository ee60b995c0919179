"""The page of one record of any kind, drawn from its declaration."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import badge_of
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack, with_side
from psa_app.components.changes import changes
from psa_app.components.definition import facts_card
from psa_app.components.form import form_error
from psa_app.components.link import text_link
from psa_app.components.missing import found
from psa_app.components.record_form import record_form
from psa_app.components.scope_sheet import file_line
from psa_app.components.shell import crumbs
from psa_app.components.table import table
from psa_app.components.upload import drop_zone
from psa_app.display.figures import Fact
from psa_app.display.record import FactGroup, Related
from psa_app.display.scope import FileRow
from psa_app.display.tables import Column, Row
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.lowcode.kinds import STAFF
from psa_app.state.lowcode.record import RecordState as State
from psa_app.state.lowcode.record_files import HELP
from psa_app.state.lowcode.record_files import RecordFiles as Files

ZONE = "record-file"


@page(routes.RECORD, title="Record", right=STAFF, on_load=State.load, live=("*",))
def record() -> rx.Component:
    """What belongs to it on the left, its fields and history beside."""
    return staff(
        State.title,
        found(State.is_ready, State.is_missing, _content(), back=routes.RECORDS, label="All tables"),
        record_form(State),
        area=State.area,
        badge=rx.cond(State.badge.text != "", badge_of(State.badge)),
        way=crumbs(State.way),
        actions=[
            rx.cond(State.own_page != "", link_button("Open its page", href=State.own_page)),
            rx.cond(State.may_change, button("Change", look="primary", on_click=State.edit)),
        ],
    )


def _content() -> rx.Component:
    return with_side(
        stack(
            rx.cond(State.warning != "", notice(State.warning, tone="warn")),
            rx.foreach(State.groups, _group),
            rx.foreach(State.notes, _note),
            rx.foreach(State.related, _related),
        ),
        stack(
            rx.cond(State.takes_files, _files()),
            rx.cond(State.happened.length() > 0, changes(State.happened)),
        ),
    )


def _files() -> rx.Component:
    """Those beside the record; who may change it drops them here."""

    def one(file: rx.Var[FileRow]) -> rx.Component:
        named = "Remove " + file.name
        remove = button("Remove", small=True, on_click=Files.remove(file.id), aria_label=named)
        return file_line(file, rx.cond(State.may_attach, remove))

    zone = drop_zone(
        ZONE,
        on_drop=Files.take(rx.upload_files(upload_id=ZONE)),
        on_reject=Files.refuse,
        label="Drop a file here, or choose one",
        help_text=HELP,
    )
    listed = rx.el.ul(rx.foreach(State.files, one), class_name="waiting parts")
    nothing = rx.el.p("No files yet.", class_name="muted")
    return card(
        rx.cond(State.files.length() > 0, listed, rx.cond(State.may_attach, rx.fragment(), nothing)),
        rx.cond(State.may_attach, zone),
        form_error(Files.error),
        title="Files",
    )


def _group(group: rx.Var[FactGroup]) -> rx.Component:
    return facts_card(group.title, group.facts.to(list[Fact]), quiet=True)


def _note(note: rx.Var[Fact]) -> rx.Component:
    return card(rx.el.p(note.value, style={"whiteSpace": "pre-line"}), title=note.label)


def _related(one: rx.Var[Related]) -> rx.Component:
    return card(
        table(one.columns.to(list[Column]), one.rows.to(list[Row]), label=one.title),
        title=one.title,
        aside=text_link(one.count, href=one.href),
        body=False,
    )
