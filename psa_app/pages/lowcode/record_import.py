"""Importing records of any kind: the file, its columns, all rows checked, then in with them."""

from typing import Any

import reflex as rx

from psa_app import routes
from psa_app.components.badges import tag
from psa_app.components.buttons import button, link_button
from psa_app.components.cards import card, kpis, line, notice, stack, with_side
from psa_app.components.definition import facts_card
from psa_app.components.missing import found
from psa_app.components.progress import work
from psa_app.components.shell import crumbs
from psa_app.components.upload import drop_zone
from psa_app.display.forms import Option
from psa_app.display.imports import Ask, FileCell, FileColumn, FileRow, PastImport, RefusedRow
from psa_app.formats.tables_in import LIMITS
from psa_app.pages.frame import staff
from psa_app.pages.registry import page
from psa_app.queries.import_keys import RIGHT
from psa_app.state.lowcode.record_import import RecordImportState as State

ZONE = "record-file"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(routes.RECORD_IMPORT, title="Import", right=RIGHT, on_load=State.load, live=("import_run",))
def record_import() -> rx.Component:
    """The steps on one page."""
    steps = rx.match(
        State.step,
        ("map", _map()),
        ("checking", _checking()),
        ("check", _check()),
        ("work", _work()),
        ("done", _done()),
        _drop(),
    )
    return staff(
        "Import " + State.many.lower(),
        rx.cond(State.error != "", notice(State.error, tone="bad")),
        found(State.is_ready, State.is_missing, steps, back=routes.RECORDS, label="All tables"),
        area=State.area,
        subtitle=State.file_words,
        way=crumbs(State.way, "Import"),
        actions=[
            rx.match(
                State.step,
                ("map", rx.fragment(_other_file(), _primary("Check all rows", State.check, State.may_check))),
                ("check", rx.fragment(button("Back", on_click=State.back), _apply())),
                rx.fragment(),
            )
        ],
    )


def _other_file() -> rx.Component:
    return button("Another file", on_click=State.again)


def _primary(label: Any, event: Any, may: Any) -> rx.Component:
    disabled = not may if isinstance(may, bool) else ~may
    return button(label, look="primary", disabled=disabled, on_click=event)


def _apply() -> rx.Component:
    return rx.cond(State.nothing_new, rx.fragment(), _primary(State.apply_words, State.apply, may=True))


def _drop() -> rx.Component:
    zone = card(
        drop_zone(
            ZONE,
            on_drop=State.take(rx.upload_files(upload_id=ZONE)),
            on_reject=State.reject,
            label="Drop a CSV or Excel file here, or choose one",
            help_text="Out of any tool: delimiter, letters, decimal comma and dates are found out. "
            "Nothing is written before you have seen what would come of each row.",
            accept={"text/csv": [".csv", ".txt", ".tsv"], SHEET: [".xlsx"]},
            most_bytes=LIMITS.bytes,
        ),
        title="The file",
    )
    understood = card(
        rx.el.ul(rx.foreach(State.fields, lambda one: rx.el.li(one.label)), class_name="field-names"),
        title="What it may hold",
        aside="In any order",
    )
    return rx.fragment(with_side(zone, understood), rx.cond(State.past.length() > 0, _past()))


def _past() -> rx.Component:
    """What was brought in here before."""

    def one(run: rx.Var[PastImport]) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.span(run.name, class_name="strong"),
                rx.el.span(run.about, class_name="muted small"),
                class_name="what",
            ),
            rx.el.div(
                rx.el.div(
                    tag(run.word, run.tone),
                    rx.el.span(run.counts, class_name="small"),
                    class_name="line wrap",
                ),
                rx.cond(run.problem != "", rx.el.span(run.problem, class_name="muted small")),
                class_name="stack tight",
            ),
            rx.el.div(_retry(run), _refused_file(run), class_name="line wrap"),
            key=run.run_id.to_string(),
        )

    return card(
        rx.el.ul(rx.foreach(State.past, one), class_name="past-imports"),
        title="Earlier imports",
        body=False,
    )


def _retry(run: rx.Var[PastImport]) -> rx.Component:
    again = button(
        "Try again",
        small=True,
        icon_name="undo",
        aria_label="Try " + run.name + " again",
        on_click=State.retry(run.run_id),
    )
    return rx.cond(run.may_retry, again)


def _refused_file(run: rx.Var[PastImport]) -> rx.Component:
    rows = button(
        "Refused rows",
        small=True,
        icon_name="download",
        aria_label="Refused rows of " + run.name + " as a file",
        on_click=State.download_past(run.run_id),
    )
    return rx.cond(run.has_file, rows)


def _work() -> rx.Component:
    return card(
        stack(
            work(State.percent, State.progress, "Import of " + State.name),
            rx.el.p(
                "You may leave this page: the import goes on, and what came of it stands here afterwards. "
                "All rows are written together, or none.",
                class_name="muted small",
            ),
        ),
        title="Importing " + State.name,
    )


def _checking() -> rx.Component:
    stop = button("Stop", small=True, on_click=State.back)
    return card(
        stack(
            work(State.percent, State.progress, "Check of " + State.name, stop),
            rx.el.p(
                "Nothing is written. You may leave this page: the check goes on, "
                "and what it finds stands here.",
                class_name="muted small",
            ),
        ),
        title="Checking " + State.name,
    )


def _map() -> rx.Component:
    return rx.fragment(
        rx.cond(State.missing != "", notice(State.missing, tone="warn")),
        rx.cond(State.asks.length() > 0, _questions()),
        with_side(
            card(
                rx.el.ul(rx.foreach(State.columns, _column), class_name="file-columns"),
                title="Columns",
                aside="What each one holds",
                body=False,
            ),
            _found_by(),
        ),
        rx.cond(State.preview.length() > 0, _preview()),
    )


def _column(column: rx.Var[FileColumn]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.span(column.header, class_name="strong"),
            rx.el.span(column.samples, class_name="muted small"),
            class_name="what",
        ),
        _select(
            State.fields,
            column.field,
            "Field for the column " + column.header,
            lambda field: State.set_column(column.place, field),
            empty="Leave out",
        ),
        class_name=rx.cond(column.field == "", "left-out", ""),
        key=column.place.to_string() + column.field,
    )


def _questions() -> rx.Component:
    return card(rx.foreach(State.asks, _ask), title="Please say")


def _ask(ask: rx.Var[Ask]) -> rx.Component:
    return rx.el.div(
        rx.el.p(ask.sentence),
        rx.el.div(
            rx.foreach(
                ask.options.to(list[Option]),
                lambda option: button(
                    option.label, small=True, on_click=State.answer(ask.place, option.value)
                ),
            ),
            class_name="line wrap",
        ),
        class_name="stack tight",
    )


def _found_by() -> rx.Component:
    chosen = rx.el.select(
        rx.foreach(State.keys, lambda one: rx.el.option(one.label, value=one.value)),
        value=State.key,
        class_name="input",
        aria_label="Records that are here are found by",
        on_change=State.set_key,
    )
    return card(
        rx.cond(
            State.keys.length() > 0,
            rx.fragment(
                chosen,
                rx.el.p(State.found_help, class_name="muted small"),
            ),
            rx.el.p(
                "No column tells which records are here: all rows count as new.", class_name="muted small"
            ),
        ),
        title="Found again by",
        class_name="found-by",
    )


def _preview() -> rx.Component:
    table = rx.el.table(
        rx.el.thead(
            rx.el.tr(
                rx.el.th("Line", scope="col", class_name="a-right"),
                rx.el.th("What happens", scope="col"),
                rx.foreach(State.heads, lambda head: rx.el.th(head, scope="col")),
            )
        ),
        rx.el.tbody(rx.foreach(State.preview, _preview_row)),
        class_name="grid first-rows",
        aria_label="The first rows",
    )
    return card(
        rx.el.div(table, class_name="table-wrap", tab_index=0, role="region", aria_label="The first rows"),
        title="The first rows",
        aside="And what is refused first",
        body=False,
    )


def _preview_row(row: rx.Var[FileRow]) -> rx.Component:
    return rx.el.tr(
        rx.el.td(row.line, class_name="a-right muted"),
        rx.el.td(
            tag(row.word, row.tone), rx.cond(row.wrong != "", rx.el.div(row.wrong, class_name="wrong-why"))
        ),
        rx.foreach(row.cells.to(list[FileCell]), _preview_cell),
        key=row.line,
    )


def _preview_cell(cell: rx.Var[FileCell]) -> rx.Component:
    return rx.el.td(
        cell.text,
        rx.cond(cell.wrong != "", rx.el.div(cell.wrong, class_name="wrong-why")),
        class_name=rx.cond(cell.wrong != "", "wrong", ""),
    )


def _check() -> rx.Component:
    return rx.fragment(
        kpis(State.counts, "What becomes of the rows"),
        rx.cond(
            State.refused.length() > 0,
            rx.fragment(
                notice(
                    rx.el.b(State.refused_words),
                    rx.cond(
                        State.nothing_new,
                        " There is nothing else to bring in. Mend the file and drop it again.",
                        " Mend the file and drop it again, or go on: what is refused is left out then, "
                        "and nothing else is.",
                    ),
                    tone="warn",
                    actions=button(
                        "Refused rows as a file", small=True, icon_name="download", on_click=State.download
                    ),
                ),
                _refused(),
            ),
            rx.cond(
                State.nothing_new,
                notice("All of this file is here already: an import changes nothing."),
                notice("Every row is good. Nothing has been written yet."),
            ),
        ),
    )


def _refused() -> rx.Component:
    def one(row: rx.Var[RefusedRow]) -> rx.Component:
        return rx.el.li(
            rx.el.span("Line " + row.line, class_name="muted small"),
            rx.el.span(row.title, class_name="strong"),
            rx.el.span(row.why, class_name="why"),
            key=row.line,
        )

    return card(
        rx.el.ul(rx.foreach(State.refused, one), class_name="refused-rows"),
        rx.cond(State.more_refused != "", rx.el.p(State.more_refused, class_name="muted small pad")),
        title="Refused",
        body=False,
    )


def _done() -> rx.Component:
    return rx.fragment(
        facts_card("Imported", State.done),
        rx.cond(
            State.has_refused,
            notice(
                "The rows that were left out are in a file, each with its reason. Mend it and drop it here.",
                tone="warn",
                actions=button(
                    "Refused rows as a file", small=True, icon_name="download", on_click=State.download
                ),
            ),
        ),
        line(
            link_button("Open the list", href=State.list_href, look="primary"),
            button("Import another file", on_click=State.again),
        ),
    )


def _select(options: Any, value: Any, label: Any, on_change: Any, *, empty: str) -> rx.Component:
    return rx.el.select(
        rx.el.option(empty, value=""),
        rx.foreach(options, lambda option: rx.el.option(option.label, value=option.value)),
        value=value,
        class_name="input small",
        aria_label=label,
        on_change=on_change,
    )
