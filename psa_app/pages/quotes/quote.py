"""One quote: written as a draft, read like paper, sent, asked about, answered, made into a scope."""

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, notice, stack, with_side
from psa_app.components.definition import facts, facts_card
from psa_app.components.document_answer import question_list
from psa_app.components.focus import focus_on
from psa_app.components.form import described_fields, form, form_error
from psa_app.components.link import link, text_link
from psa_app.components.menu import dots_menu, item
from psa_app.components.missing import found
from psa_app.components.quote_lines import quote_lines
from psa_app.components.scope_sheet import scope_sheet
from psa_app.components.shell import crumbs
from psa_app.components.tabs import tabs
from psa_app.components.timeline import timeline
from psa_app.display.frame import Crumb
from psa_app.display.paper import PaperTotal
from psa_app.display.quote import Difference, Version
from psa_app.pages.frame import staff
from psa_app.pages.quotes.quote_dialogs import dialogs
from psa_app.pages.registry import page
from psa_app.state.quotes.quote import QuoteState as State
from psa_app.state.quotes.quote_acts import QuoteActs as Acts
from psa_app.state.quotes.quote_edit import PREFIX
from psa_app.state.quotes.quote_edit import QuoteEdit as Edit

FORM = "quote-form"


@page(routes.QUOTE, title="Quote", right="quotes.change", on_load=State.load, live=("quote", "sow"))
def quote() -> rx.Component:
    """A draft is written here; everything else is the sheet with what came of it beside."""
    writes = State.is_draft & State.may_write
    return staff(
        State.quote_title,
        rx.cond(writes, tabs(State.tabs, State.tab, "Write or read")),
        found(
            State.is_ready,
            State.is_missing,
            rx.cond(State.tab == "write", _editor(), _reading()),
            back=routes.QUOTES,
            label="All quotes",
        ),
        *dialogs(),
        focus_on(target=Edit.focus),
        area="sales",
        subtitle=rx.fragment(State.number, " · ", State.account),
        badge=tag(State.word, State.tone),
        way=crumbs([Crumb("Quotes", routes.QUOTES)], State.account),
        actions=[
            rx.cond(State.is_ready, link_button("PDF", href=State.pdf, native=True, icon_name="download")),
            rx.cond(
                writes & (State.tab == "write"),
                rx.fragment(
                    button("Save draft", type="submit", form=FORM),
                    rx.cond(
                        State.may_send,
                        button(
                            "Save and send",
                            look="primary",
                            type="submit",
                            form=FORM,
                            on_click=Acts.then_send,
                        ),
                    ),
                ),
            ),
            rx.cond(
                State.may_send & (State.tab == "paper"),
                button("Send", look="primary", on_click=Acts.ask_send),
            ),
            rx.cond(State.may_renew, button("New version", on_click=Acts.renew)),
            rx.cond(
                State.scope != "", link_button("Open " + State.scope, href=State.scope_href, look="primary")
            ),
            rx.cond(State.may_make, button("Make the scope", look="primary", on_click=Acts.ask("scope"))),
            rx.cond(
                State.is_draft & State.may_write,
                dots_menu(
                    item("Delete", icon_name="trash", tone="bad", on_click=Acts.ask("delete")),
                    label="More for this quote",
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
                    "Someone else saved this quote in the meantime. What you typed is still here, but cannot "
                    "be saved over theirs.",
                    tone="warn",
                    actions=button("Show theirs", small=True, on_click=Edit.reload),
                ),
            ),
            form(
                form_error(errors["form"]),
                card(described_fields(Edit.head, errors, prefix=PREFIX), title="What is offered"),
                card(
                    quote_lines(
                        lines=Edit.lines,
                        roles=Edit.roles,
                        items=Edit.items,
                        currency=Edit.currency,
                        amounts=Edit.sums.amounts,
                        errors=errors,
                        name="lines",
                        on_draft=Edit.figure,
                    ),
                    title="Lines",
                    aside="Enter: next line. Alt and an arrow: move it.",
                ),
                card(described_fields(Edit.foot, errors, prefix=PREFIX), title="Discount, tax and terms"),
                on_submit=Acts.save,
                key=Edit.form_key,
                label="this quote",
                id=FORM,
            ),
        ),
        rx.el.div(_sums(), _versions(), _differences(), _questions(), class_name="stack quote-beside"),
    )


def _sums() -> rx.Component:
    def row(one: rx.Var[PaperTotal]) -> rx.Component:
        look = rx.cond(one.strong, "strong", "")
        return rx.el.div(rx.el.dt(one.label), rx.el.dd(one.amount), class_name=look)

    totals, earned = Edit.sums.totals.to(list[PaperTotal]), Edit.sums.margin.to(list[PaperTotal])
    return rx.fragment(
        card(
            rx.cond(Edit.sums.wrong != "", rx.el.p(Edit.sums.wrong, class_name="muted small")),
            rx.el.dl(rx.foreach(totals, row), class_name="quote-sums", aria_live="polite"),
            title="As we propose it",
        ),
        rx.cond(
            (earned.length() > 0) | (Edit.sums.unknown != ""),
            card(
                rx.cond(
                    earned.length() > 0,
                    rx.el.dl(rx.foreach(earned, row), class_name="quote-sums"),
                ),
                rx.cond(Edit.sums.unknown != "", rx.el.p(Edit.sums.unknown, class_name="muted small")),
                title="What is earned",
                aside="at the roles’ standard cost",
            ),
        ),
    )


def _reading() -> rx.Component:
    return with_side(
        stack(
            rx.cond(State.declined != "", notice(rx.el.b("Declined: "), State.declined, tone="bad")),
            rx.cond(
                State.newer != "",
                notice(text_link(State.newer, href=State.newer_href), " is the newest of this quote."),
            ),
            scope_sheet(State.sheet),
        ),
        stack(
            rx.cond(State.facts.length() > 0, facts_card("About", State.facts)),
            rx.cond(State.rates.length() > 0, facts_card("Rates, and why", State.rates)),
            _questions(),
            _versions(),
            _differences(),
            rx.cond(
                State.evidence.length() > 0,
                card(facts(State.evidence, quiet=True), title="Evidence", body=False),
            ),
            rx.cond(State.happened.length() > 0, timeline(State.happened)),
        ),
    )


def _questions() -> rx.Component:
    return rx.cond(
        State.questions.length() > 0,
        card(question_list(State.questions, Acts.ask_answer), title="Questions"),
    )


def _versions() -> rx.Component:
    def one(version: rx.Var[Version]) -> rx.Component:
        words = rx.cond(
            version.is_here,
            rx.el.span(version.label, class_name="strong"),
            link(version.label, href=version.href, class_name="link"),
        )
        return rx.el.li(rx.el.div(rx.el.div(words), class_name="text"), tag(version.word, version.tone))

    return rx.cond(
        State.versions.length() > 0,
        card(rx.el.ul(rx.foreach(State.versions, one), class_name="waiting"), title="Versions", body=False),
    )


def _differences() -> rx.Component:
    def one(row: rx.Var[Difference]) -> rx.Component:
        change = rx.cond(
            row.field != "",
            rx.el.div(
                row.field,
                ": ",
                rx.el.span(row.before, class_name="was"),
                " → ",
                rx.el.span(row.after),
                class_name="sub",
            ),
        )
        return rx.el.li(rx.el.div(rx.el.div(row.title), change, class_name="text"), tag(row.word, row.tone))

    return rx.cond(
        State.differences.length() > 0,
        card(
            rx.el.ul(rx.foreach(State.differences, one), class_name="waiting differences"),
            title=State.compared_with,
            body=False,
        ),
    )
