"""An invoice as it looks on paper, from plain data; a draft is typed over in place. Also in the portal."""

from typing import Any

import reflex as rx

from psa_app.components.icons import icon
from psa_app.components.link import link
from psa_app.components.shell import firm_mark
from psa_app.display.paper import Paper, PaperFact, PaperLine, PaperTotal


def _lines(texts: rx.Var[list[str]]) -> rx.Component:
    return rx.foreach(texts, lambda text: rx.el.div(text, class_name="muted"))


def _fact(fact: rx.Var[PaperFact], paper: rx.Var[Paper], on_fact: Any) -> rx.Component:
    value: rx.Component = rx.fragment(fact.value)
    if on_fact is not None:
        typed = rx.el.input(
            type=fact.kind,
            default_value=rx.cond(fact.raw != "", fact.raw, fact.value),
            key=fact.name + paper.version,
            on_blur=lambda text: on_fact(fact.name, text),
            class_name="paper-input",
            aria_label=fact.label,
        )
        value = rx.cond(paper.editable & (fact.name != ""), typed, rx.fragment(fact.value))
    return rx.el.div(rx.el.dt(fact.label), rx.el.dd(value))


def _text(entry: rx.Var[PaperLine], paper: rx.Var[Paper], on_line: Any) -> rx.Component:
    still = rx.fragment(entry.text)
    if on_line is None:
        return still
    typed = rx.el.input(
        default_value=entry.text,
        key=entry.id + paper.version,
        on_blur=lambda text: on_line(entry.id, text),
        class_name="paper-input wide",
        aria_label="Text of the line " + entry.text,
    )
    return rx.cond(paper.editable, typed, still)


def _line(entry: rx.Var[PaperLine], paper: rx.Var[Paper], on_line: Any) -> rx.Component:
    behind = link(
        rx.cond(entry.behind != "", entry.behind, "entries"),
        icon("chevron-right"),
        href=entry.href,
        class_name="paper-behind",
        aria_label="What stands behind " + entry.text,
    )
    words = rx.el.td(
        _text(entry, paper, on_line),
        rx.cond(entry.href != "", behind),
        rx.cond(entry.detail != "", rx.el.div(entry.detail, class_name="muted small")),
    )
    numbers = [
        rx.el.td(text, class_name="right", data_label=label)
        for text, label in ((entry.quantity, "Quantity"), (entry.rate, "Rate"), (entry.amount, "Amount"))
    ]
    return rx.el.tr(words, *numbers, key=entry.id)


def _total(total: rx.Var[PaperTotal]) -> rx.Component:
    look = rx.cond(total.strong, "strong", "")
    return rx.el.div(rx.el.dt(total.label), rx.el.dd(total.amount), class_name=look)


def _heads(paper: rx.Var[Paper]) -> rx.Component:
    numbers = [rx.el.th(word, scope="col", class_name="right") for word in ("Quantity", "Rate", "Amount")]
    what = rx.cond(paper.heading != "", paper.heading, "What was done")
    return rx.el.thead(rx.el.tr(rx.el.th(what, scope="col"), *numbers))


def paper(doc: rx.Var[Paper], *, on_fact: Any = None, on_line: Any = None) -> rx.Component:
    """The sheet. ``on_fact(name, text)`` and ``on_line(id, text)`` make a draft's facts and texts editable.

    Each line links to what stands behind it; the PDF is made from the same ``Paper``.
    """
    top = rx.el.div(
        firm_mark(doc.mark, doc.logo, large=True),
        rx.el.div(rx.el.div(doc.firm.name, class_name="strong"), _lines(doc.firm.lines), class_name="right"),
        class_name="paper-top",
    )
    to = rx.el.div(
        rx.el.div("To", class_name="muted"),
        rx.el.div(doc.client.name, class_name="strong"),
        _lines(doc.client.lines),
    )
    facts = rx.el.dl(
        rx.foreach(doc.facts.to(list[PaperFact]), lambda fact: _fact(fact, doc, on_fact)),
        class_name="paper-facts",
    )
    rows = rx.foreach(doc.lines.to(list[PaperLine]), lambda entry: _line(entry, doc, on_line))
    grid = rx.el.table(_heads(doc), rx.el.tbody(rows), class_name="paper-lines")
    return rx.el.article(
        rx.cond(doc.stamp != "", rx.el.div(doc.stamp, class_name="paper-stamp")),
        top,
        rx.el.div(to, facts, class_name="paper-parties"),
        grid,
        rx.el.dl(rx.foreach(doc.totals.to(list[PaperTotal]), _total), class_name="paper-totals"),
        rx.el.div(rx.foreach(doc.notes, rx.el.p), class_name="paper-notes"),
        rx.el.div(rx.foreach(doc.footer, rx.el.span), class_name="paper-foot"),
        class_name="paper",
        aria_label=doc.title,
    )
