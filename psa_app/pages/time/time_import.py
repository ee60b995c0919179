"""Importing time: drop a file, see what it would do, then import all of it."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, line, notice, stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.link import text_link
from psa_app.components.shell import crumbs
from psa_app.components.upload import drop_zone
from psa_app.display.forms import Option
from psa_app.display.frame import Crumb
from psa_app.display.imports import Ask, MapField, Match
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.state.time.import_words import unpriced_list
from psa_app.state.time.time_import import TimeImportState as State

ZONE = "time-file"


@page(routes.TIME_IMPORT, title="Import time", right="time.import", on_load=State.load)
def time_import() -> rx.Component:
    """The three steps on one page."""
    return staff(
        "Import time",
        rx.cond(State.error != "", notice(State.error, tone="bad")),
        rx.match(State.step, ("check", _check()), ("done", _done()), _drop()),
        area="time",
        subtitle=rx.cond(State.step == "check", State.name + " · " + State.file_words, ""),
        way=crumbs([Crumb("Time", routes.TIME)], "Import"),
        actions=[
            rx.cond(
                State.step == "check",
                rx.fragment(
                    button("Another file", on_click=State.again),
                    button(
                        rx.cond(State.may_apply, State.apply_words, "Import"),
                        look="primary",
                        disabled=~State.may_apply,
                        on_click=State.apply,
                    ),
                ),
            )
        ],
    )


def _drop() -> rx.Component:
    return card(
        drop_zone(
            ZONE,
            on_drop=State.take(rx.upload_files(upload_id=ZONE)),
            label="Drop a CSV file here, or choose one",
            help_text="Toggl, Harvest, Clockify, Kimai, or any file with a project, a day and a time. "
            "Nothing is written before you have seen what it would do.",
            accept={"text/csv": [".csv", ".txt", ".tsv"]},
        ),
        title="1 · The file",
    )


def _check() -> rx.Component:
    return with_side(
        rx.fragment(
            rx.cond(State.problem_words != "", _problems()),
            rx.cond(State.warnings.length() > 0, notice(rx.foreach(State.warnings, rx.el.div), tone="warn")),
            rx.cond((State.asks.length() > 0) | State.needs_person, _questions()),
            rx.cond(State.project_matches.length() > 0, _projects()),
            rx.cond(State.client_matches.length() > 0, _clients()),
            rx.cond((State.person_matches.length() > 0) & ~State.needs_person, _people()),
            rx.cond(State.project_matches.length() > 0, _lead()),
        ),
        rx.fragment(
            rx.cond(State.totals.length() > 0, facts_card("What will be imported", State.totals)),
            _columns(),
        ),
    )


def _problems() -> rx.Component:
    return notice(
        rx.el.b(State.problem_words),
        rx.el.ul(rx.foreach(State.problems, rx.el.li)),
        tone="bad",
    )


def _questions() -> rx.Component:
    whose = rx.el.div(
        rx.el.span("Whose time is it?"),
        _select(State.people, State.person, "Whose time it is", State.set_person, empty="Choose a person"),
        class_name="line wrap",
    )
    return card(
        rx.cond(State.needs_person, whose),
        rx.foreach(State.asks, _ask),
        title="Please say",
    )


def _ask(ask: rx.Var[Ask]) -> rx.Component:
    return rx.el.div(
        rx.el.p(ask.sentence),
        rx.cond(ask.example != "", rx.el.p("Such as " + ask.example, class_name="muted small")),
        rx.el.div(
            rx.foreach(
                ask.options.to(list[Option]),
                lambda option: button(
                    option.label,
                    small=True,
                    look="plain",
                    on_click=State.answer(ask.place, option.value),
                ),
            ),
            class_name="line wrap",
        ),
        class_name="stack tight",
    )


def _projects() -> rx.Component:
    return _matches("Projects", "Rows go to", State.project_matches, State.projects, State.match_project)


def _clients() -> rx.Component:
    return _matches("Clients", "Is here", State.client_matches, State.accounts, State.match_client)


def _people() -> rx.Component:
    return _matches("People", "Is here", State.person_matches, State.people, State.match_person)


def _matches(title: str, head: str, rows: Any, options: Any, on_pick: Any) -> rx.Component:
    def one(match: rx.Var[Match]) -> rx.Component:
        beside = rx.cond(match.sub != "", rx.el.span(" · " + match.sub, class_name="muted"))
        pick = _select(
            options,
            match.chosen,
            head + ": " + match.name,
            lambda chosen: on_pick(match.place, chosen),
            empty=match.found,
        )
        return rx.el.tr(
            rx.el.td(rx.el.span(match.name), beside, class_name="title"),
            rx.el.td(pick),
            rx.el.td(match.rows, class_name="a-right"),
            rx.el.td(match.time, class_name="a-right"),
            key=match.name + match.sub,
        )

    table = rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th("In the file", scope="col"),
                rx.el.th(head, scope="col"),
                rx.el.th("Entries", scope="col", class_name="a-right"),
                rx.el.th("Time", scope="col", class_name="a-right"),
            )
        ),
        rx.el.tbody(rx.foreach(rows, one)),
        class_name="grid",
        aria_label=title,
    )
    return card(
        rx.el.div(table, class_name="table-wrap", tab_index=0, role="region", aria_label=title),
        title=title,
        body=False,
    )


def _lead() -> rx.Component:
    return card(
        line(
            rx.el.span("Projects that are made are led by"),
            _select(State.people, State.lead, "Lead of new projects", State.set_lead, empty="Nobody yet"),
        ),
        rx.el.p("Without a lead, owner and finance approve their time.", class_name="muted small"),
    )


def _columns() -> rx.Component:
    def one(field: rx.Var[MapField]) -> rx.Component:
        return rx.el.div(
            rx.el.span(field.label, class_name="muted"),
            rx.el.select(
                rx.el.option("–", value=""),
                rx.foreach(State.headers, lambda header: rx.el.option(header, value=header)),
                value=field.header,
                class_name="input small",
                style={"width": "180px"},
                aria_label="Column for " + field.label,
                on_change=lambda header: State.set_column(field.key, header),
            ),
            class_name="line spread",
        )

    return card(stack(rx.foreach(State.fields, one), gap="tight"), title="Columns", aside=State.layout)


def _select(options: Any, value: Any, label: Any, on_change: Any, *, empty: Any) -> rx.Component:
    return rx.el.select(
        rx.el.option(empty, value=""),
        rx.foreach(options, lambda option: rx.el.option(option.label, value=option.value)),
        value=value,
        class_name="input small",
        style={"width": "auto", "maxWidth": "280px"},
        aria_label=label,
        on_change=on_change,
    )


def _done() -> rx.Component:
    return rx.fragment(
        facts_card("Imported", State.done),
        rx.cond(
            State.unpriced > 0,
            notice(
                "Some of this time has no rate yet, and stops the invoice draft until it has one. ",
                text_link("Set a rate", href=State.rate_href),
                " or ",
                text_link("see the entries", href=unpriced_list()),
                ".",
                tone="warn",
            ),
        ),
        line(
            rx.cond(State.may_submit, button("Submit these weeks", look="primary", on_click=State.submit)),
            link_button("Open approvals", href=routes.APPROVALS),
            button("Import another file", on_click=State.again),
        ),
    )
