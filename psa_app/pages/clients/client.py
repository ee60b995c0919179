"""One client."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, columns, kpis, notice, span, stack, with_side
from psa_app.components.definition import facts
from psa_app.components.dialog import confirm
from psa_app.components.empty import empty
from psa_app.components.icons import IconName
from psa_app.components.link import link, text_link
from psa_app.components.menu import dots_menu, item, link_item, opener, sheet
from psa_app.components.missing import found
from psa_app.components.record_form import record_form
from psa_app.components.shell import crumbs
from psa_app.components.skeleton import lines, until
from psa_app.components.story import parts, story, todos, way
from psa_app.components.table import table
from psa_app.components.tabs import tabs
from psa_app.display.frame import Crumb
from psa_app.display.story import Part, StoryLine
from psa_app.display.tables import Column
from psa_app.pages.clients.activity_dialog import activity_dialog
from psa_app.pages.clients.client_checklist import client_checklist
from psa_app.pages.clients.client_contacts import client_contacts, contact_dialogs
from psa_app.pages.frame import staff
from psa_app.pages.invoices.deposits import advance_dialog
from psa_app.pages.registry import page
from psa_app.state.clients.checklist import ChecklistState
from psa_app.state.clients.client import ClientForm, ClientLog
from psa_app.state.clients.client import ClientState as State
from psa_app.state.clients.client_tables import (
    AGREEMENTS,
    CHANCES,
    INVOICES,
    PAYMENTS,
    PROJECTS,
    QUOTES,
    SOWS,
)
from psa_app.state.clients.client_tables import ClientTables as Tables
from psa_app.state.invoices.advance import AdvanceState
from psa_app.state.time.client_timeline import ClientTimeline as Story

LIVE = (
    "account",
    "activity",
    "address",
    "contact",
    "account_tax_number",
    "opportunity",
    "quote",
    "agreement",
    "sow",
    "change_order",
    "milestone",
    "project",
    "invoice",
    "payment",
    "checklist_item",
    "mail",
)
LOGGED: tuple[tuple[str, str, IconName], ...] = (
    ("call", "Call", "phone"),
    ("meeting", "Meeting", "people"),
    ("mail", "Mail", "mail"),
    ("note", "Note", "note"),
    ("todo", "To-do", "check"),
)


@page(
    routes.CLIENT, title="Client", right="accounts.read", on_load=(State.load, ChecklistState.load), live=LIVE
)
def client() -> rx.Component:
    """Who they are, and tabs: overview, timeline, contacts, sales, work, money."""
    return staff(
        rx.cond(State.client_name != "", State.client_name, "Client"),
        found(State.is_ready, State.is_missing, _content(), back=routes.CLIENTS, label="All clients"),
        record_form(ClientForm, "client"),
        activity_dialog(ClientLog, "log"),
        advance_dialog(),
        *contact_dialogs(),
        confirm(
            open=State.asking != "",
            on_close=State.keep,
            on_confirm=State.remove,
            title="Remove " + State.asking + "?",
            text="Papers that were made with it keep it.",
            act="Remove",
        ),
        area="clients",
        subtitle=_subtitle(),
        badge=rx.cond(State.kind != "", tag(State.kind, State.tone)),
        way=crumbs([Crumb("Clients", routes.CLIENTS)]),
        actions=[_more(), rx.cond(State.may_log, _log_menu())],
    )


def _subtitle() -> rx.Component:
    part_of = rx.fragment("part of ", link(State.parent, href=State.parent_href, class_name="link"))
    said = [
        (State.tier != "", "Tier " + State.tier),
        (State.parent != "", part_of),
        (State.owner != "", State.owner + " looks after it"),
    ]
    shown = [rx.cond(is_there, rx.el.span(words)) for is_there, words in said]
    return rx.el.span(*shown, rx.foreach(State.ways, way), "\u00a0", class_name="dotted")


def _log_menu() -> rx.Component:
    opens = button(
        "Log",
        look="primary",
        icon_name="plus",
        custom_attrs=opener("log-menu"),
        data_new="",
        aria_label="Log a call, meeting, mail, note or to-do",
    )
    entries = [item(label, icon_name=mark, on_click=State.log(kind)) for kind, label, mark in LOGGED]
    return rx.fragment(opens, sheet("log-menu", *entries, label="Log"))


def _more() -> rx.Component:
    def entry(label: str, href: Any, mark: IconName) -> rx.Component:
        return rx.cond(href != "", link_item(label, href=href, icon_name=mark))

    return rx.cond(
        State.is_ready & (State.merged_into == ""),
        dots_menu(
            rx.cond(State.may_change, item("Change client", icon_name="edit", on_click=State.edit)),
            entry("New opportunity", State.new_chance, "sales"),
            entry("New quote", State.new_quote, "file"),
            entry("Write a scope", State.new_sow, "file"),
            entry("Draft invoice", State.new_draft, "invoices"),
            rx.cond(
                State.may_draft,
                item("Ask for an advance", icon_name="bank", on_click=AdvanceState.begin(State.client_id, 0)),
            ),
            label="More for this client",
        ),
    )


def _content() -> rx.Component:
    merged = notice(
        "This client became part of ",
        text_link(State.merged_into, href=State.merged_href),
        ". Everything that hung on it is there.",
    )
    twin = notice(State.twin, tone="warn", actions=link_button("Compare", href=State.twin_href, small=True))
    return rx.fragment(
        rx.cond(State.merged_into != "", merged),
        rx.cond(State.twin != "", twin),
        tabs(State.tabs, State.tab, "Views of the client"),
        rx.match(
            State.tab,
            ("timeline", _timeline()),
            ("contacts", client_contacts()),
            ("sales", _sales()),
            ("work", _work()),
            ("money", _money()),
            _overview(),
        ),
    )


# Overview


def _overview() -> rx.Component:
    change = rx.cond(
        State.may_change,
        button("Change", small=True, on_click=State.edit, aria_label="Change what is known of the client"),
    )
    return rx.fragment(
        kpis(State.kpis),
        with_side(
            stack(
                _todos(), client_checklist(), _lately(), columns(span(6, _addresses()), span(6, _numbers()))
            ),
            stack(
                card(facts(State.about, quiet=True), title="About", aside=change, body=False),
                card(facts(State.billing, quiet=True), title="Contract and billing", body=False),
                rx.cond(
                    State.notes != "",
                    card(rx.el.p(State.notes, class_name="pre-line"), title="Internal notes"),
                ),
            ),
        ),
    )


def _todos() -> rx.Component:
    add = rx.cond(
        State.may_log,
        button("Add", small=True, icon_name="plus", on_click=State.log("todo"), aria_label="Add a to-do"),
    )
    nothing = rx.el.div("Nothing is open.", class_name="card-body muted")
    shown = todos(State.todos, lambda line: State.tick(line.id), State.change_logged)
    return card(rx.cond(State.todos.length() > 0, shown, nothing), title="To do", aside=add, body=False)


def _lately() -> rx.Component:
    nothing = empty("Nothing happened yet", "Log the first call, or write a quote.", icon_name="phone")
    return card(
        until(Story.is_ready, rx.cond(Story.lately.length() > 0, story(Story.lately), nothing)),
        title="Lately",
        aside=text_link("Whole timeline", href=State.timeline_href),
        body=False,
    )


def _addresses() -> rx.Component:
    return _parts(
        "addresses",
        "Further addresses",
        State.addresses,
        "Branches, and where invoices go if elsewhere.",
        "Add an address",
    )


def _numbers() -> rx.Component:
    return _parts(
        "account_numbers",
        "Tax and register numbers",
        State.numbers,
        "Beside the VAT number.",
        "Add a number",
    )


def _parts(kind: str, title: str, rows: rx.Var[list[Part]], words: str, add: str) -> rx.Component:
    def acts(part: rx.Var[Part]) -> rx.Component:
        more = dots_menu(
            item("Change", icon_name="edit", on_click=State.change(kind, part.id)),
            item(
                "Remove", icon_name="trash", tone="bad", on_click=State.ask_remove(kind, part.id, part.name)
            ),
            label="More for " + part.name,
        )
        return rx.cond(State.may_change, more)

    plus = rx.cond(
        State.may_change,
        button("Add", icon_name="plus", small=True, on_click=State.add(kind), aria_label=add),
    )
    nothing = rx.el.div(words, class_name="card-body muted")
    return card(rx.cond(rows.length() > 0, parts(rows, acts), nothing), title=title, aside=plus, body=False)


# Timeline


def _timeline() -> rx.Component:
    nothing = empty(
        "Nothing here yet",
        "Calls, quotes, scopes, approvals, invoices and payments stand here as they happen.",
        icon_name="clock",
    )
    more = rx.cond(
        Story.more, rx.el.div(button("Show older", on_click=Story.show_more), class_name="card-foot")
    )
    shown = rx.fragment(rx.cond(Story.lines.length() > 0, story(Story.lines, _line_acts), nothing), more)
    return with_side(
        stack(_views(), card(until(Story.is_ready, shown, lines(6)), body=False)),
        _todos(),
    )


def _views() -> rx.Component:
    def one(view: rx.Var[Any]) -> rx.Component:
        here = rx.cond(view.key == Story.view, "true", None)
        return link(
            view.label,
            href=view.href,
            class_name="button small",
            aria_current=here,
            custom_attrs={"preventScrollReset": True},
        )

    return rx.el.nav(rx.foreach(Story.views, one), class_name="line wrap picks", aria_label="What is shown")


def _line_acts(line: rx.Var[StoryLine]) -> rx.Component:
    ident = line.activity
    tick = rx.match(
        line.todo,
        ("open", item("Done", icon_name="check", on_click=State.tick(ident))),
        ("done", item("Open again", icon_name="undo", on_click=State.untick(ident))),
        rx.fragment(),
    )
    delete = rx.cond(
        line.may_delete,
        item("Delete", icon_name="trash", tone="bad", on_click=State.delete_logged(ident)),
    )
    change = item("Change", icon_name="edit", on_click=State.change_logged(ident))
    more = dots_menu(tick, change, delete, label="More for " + line.title)
    return rx.cond((line.activity > 0) & State.may_log, more)


# Sales, work, money


def _sales() -> rx.Component:
    return stack(
        _list("Opportunities", CHANCES, Tables.chances, "A chance of work begins here.", State.new_chance),
        _list("Quotes", QUOTES, Tables.quotes, "Write what it would be and what it costs.", State.new_quote),
    )


def _work() -> rx.Component:
    return stack(
        _list("Scopes", SOWS, Tables.sows, "What is agreed, at which rates.", State.new_sow),
        _agreements(),
        _list("Projects", PROJECTS, Tables.projects, "A project is made from a signed scope."),
    )


def _agreements() -> rx.Component:
    """Those that govern its scopes; a new one is written here."""
    words = "A master services agreement, under which scopes are signed. Its PDF can lie beside it."
    add = button(
        "New", icon_name="plus", small=True, on_click=State.add("agreements"), aria_label="New: agreement"
    )
    return card(
        table(
            AGREEMENTS,
            Tables.agreements,
            label="Agreements",
            loading=~Tables.is_ready,
            empty=empty("No agreements yet", words),
        ),
        title="Agreements",
        aside=rx.cond(State.may_agree, add),
        body=False,
    )


def _money() -> rx.Component:
    return stack(
        _list(
            "Invoices",
            INVOICES,
            Tables.invoices,
            "Invoices appear once approved work is billed.",
            State.new_draft,
            State.all_invoices,
        ),
        rx.cond(
            Tables.deposits.length() > 0,
            card(facts(Tables.deposits), title="Deposits", aside="Net, not taken off yet", body=False),
        ),
        _list("Payments", PAYMENTS, Tables.payments, "What comes in stands here."),
    )


def _list(
    title: str, shown: list[Column], rows: Any, words: str, new: Any = None, whole: Any = None
) -> rx.Component:
    ways = [text_link("All " + title.lower(), href=whole)] if whole is not None else []
    if new is not None:
        label = {"Invoices": "Draft invoice"}.get(title, "New")
        named = "New: " + title.lower()
        ways.append(
            rx.cond(new != "", link_button(label, href=new, icon_name="plus", small=True, aria_label=named))
        )
    return card(
        table(
            shown, rows, label=title, loading=~Tables.is_ready, empty=empty(f"No {title.lower()} yet", words)
        ),
        title=title,
        aside=rx.el.div(*ways, class_name="line") if ways else None,
        body=False,
    )
