"""A scope of work as it looks on paper: for the firm's people, the portal and a mail's link alike."""

from typing import Any

import reflex as rx

from psa_app.components.badges import tag
from psa_app.components.shell import firm_mark
from psa_app.display.paper import PaperFact, PaperTotal
from psa_app.display.scope import FileRow, Part, Sheet, SheetColumn, SheetRow, SheetSection


def _fact(fact: rx.Var[PaperFact]) -> rx.Component:
    return rx.el.div(rx.el.dt(fact.label), rx.el.dd(fact.value))


def _side(label: str, name: rx.Var[str], lines: rx.Var[list[str]]) -> rx.Component:
    each = rx.foreach(lines, lambda text: rx.el.div(text, class_name="muted"))
    return rx.el.div(rx.el.div(label, class_name="muted"), rx.el.div(name, class_name="strong"), each)


def _table(section: rx.Var[SheetSection]) -> rx.Component:
    columns = section.columns.to(list[SheetColumn])

    def head(column: rx.Var[SheetColumn]) -> rx.Component:
        return rx.el.th(column.label, scope="col", class_name=rx.cond(column.right, "right", ""))

    def row(one: rx.Var[SheetRow]) -> rx.Component:
        def cell(text: rx.Var[str], place: rx.Var[int]) -> rx.Component:
            column = columns[place]
            look = rx.cond(column.right, "right", "")
            return rx.el.td(text, class_name=look, data_label=column.label)

        return rx.el.tr(rx.foreach(one.cells.to(list[str]), cell))

    def total(one: rx.Var[PaperTotal]) -> rx.Component:
        look = rx.cond(one.strong, "strong", "")
        return rx.el.div(rx.el.dt(one.label), rx.el.dd(one.amount), class_name=look)

    grid = rx.el.table(
        rx.el.thead(rx.el.tr(rx.foreach(columns, head))),
        rx.el.tbody(rx.foreach(section.rows.to(list[SheetRow]), row)),
        class_name="scope-table",
        aria_label=section.heading,
    )
    totals = section.totals.to(list[PaperTotal])
    sums = rx.cond(totals.length() > 0, rx.el.dl(rx.foreach(totals, total), class_name="paper-totals"))
    return rx.cond(columns.length() > 0, rx.fragment(grid, sums))


def _section(section: rx.Var[SheetSection]) -> rx.Component:
    return rx.el.section(
        rx.el.h2(section.heading),
        rx.foreach(section.paragraphs.to(list[str]), rx.el.p),
        _table(section),
        class_name="scope-section",
    )


def scope_sheet(doc: rx.Var[Sheet]) -> rx.Component:
    """The sheet with its parties, sections and, once it is signed, the evidence."""
    accepted = doc.accepted.to(list[PaperFact])
    return rx.el.article(
        rx.cond(doc.stamp != "", rx.el.div(doc.stamp, class_name="paper-stamp")),
        rx.el.div(
            firm_mark(doc.mark, large=True),
            rx.el.div(
                rx.el.div(doc.firm.name, class_name="strong"),
                rx.foreach(doc.firm.lines, lambda text: rx.el.div(text, class_name="muted")),
                class_name="right",
            ),
            class_name="paper-top",
        ),
        rx.el.div(doc.kind, " ", doc.number, class_name="scope-kind"),
        rx.el.div(doc.title, class_name="scope-title"),
        rx.el.div(
            _side("For", doc.client.name, doc.client.lines),
            rx.el.dl(rx.foreach(doc.facts.to(list[PaperFact]), _fact), class_name="paper-facts"),
            class_name="paper-parties",
        ),
        rx.foreach(doc.sections.to(list[SheetSection]), _section),
        rx.cond(
            accepted.length() > 0,
            rx.el.section(
                rx.el.h2("Accepted"),
                rx.el.dl(rx.foreach(accepted, _fact), class_name="scope-evidence"),
                class_name="scope-section",
            ),
        ),
        rx.cond(doc.footer != "", rx.el.div(rx.el.span(doc.footer), class_name="paper-foot")),
        class_name="paper scope",
        aria_label=doc.kind,
    )


def file_line(file: rx.Var[FileRow], *acts: rx.Component) -> rx.Component:
    """A file with its size, to be saved."""
    return rx.el.li(
        rx.el.div(
            rx.el.a(file.name, href=file.href, class_name="link"),
            rx.el.div(file.sub, class_name="sub"),
            class_name="text",
        ),
        *acts,
    )


def parts_list(
    parts: rx.Var[list[Part]], on_act: Any = None, menu: Any = None, look: str = "primary"
) -> rx.Component:
    """Milestones, one a line: state, value, the one act that is possible; ``menu(part)``: further acts."""

    def one(part: rx.Var[Part]) -> rx.Component:
        words = rx.el.div(
            rx.el.div(part.title, class_name="strong"),
            rx.el.div(part.sub, class_name="sub"),
            class_name="text",
        )
        press = rx.fragment()
        if on_act is not None:
            press = rx.cond(
                part.act != "",
                rx.el.button(
                    part.act,
                    type="button",
                    class_name=f"button small {look}",
                    aria_label=part.act + ": " + part.title,
                    on_click=on_act(part.id),
                ),
            )
        more = menu(part) if menu is not None else rx.fragment()
        return rx.el.li(
            words, rx.el.span(part.value, class_name="num"), tag(part.word, part.tone), press, more
        )

    return rx.el.ul(rx.foreach(parts, one), class_name="waiting parts")
