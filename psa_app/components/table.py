"""The one table of the app: sorting, selection, totals, pages, search, filters, columns, export, keyboard.

The server pages, sorts and filters; the table shows what it is given and sends what is pressed. Rows, columns
and cells are ``display.tables`` dataclasses in state vars. Up, down, Enter and X work in every table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from psa_app.components.buttons import button
from psa_app.components.cells import row_cells
from psa_app.components.icons import icon
from psa_app.components.link import Text
from psa_app.components.menu import link_item, opener, sheet
from psa_app.components.search_box import search_box
from psa_app.components.skeleton import rows as skeleton_rows
from psa_app.display.tables import Cell, Chip, Column, Pager, Row

Columns = rx.Var[list[Column]] | Sequence[Column]


@dataclass(frozen=True)
class Sorting:
    """``key`` and ``descending`` in force; ``on_sort(key)`` turns the order when it is pressed again."""

    key: rx.Var[str]
    descending: rx.Var[bool]
    on_sort: Any


@dataclass(frozen=True)
class Choosing:
    """Ids in ``chosen``; ``on_choose(id, yes)``, ``on_all(yes)`` for the rows of this page.

    ``words`` say how many are chosen where it is not as many as ``chosen`` holds.
    """

    chosen: rx.Var[list[str]]
    on_choose: Any
    on_all: Any
    all_chosen: rx.Var[bool]
    words: rx.Var[str] | None = None


def _column_var(columns: Columns) -> rx.Var[list[Column]]:
    return columns if isinstance(columns, rx.Var) else rx.Var.create(list(columns)).to(list[Column])


def _head(column: rx.Var[Column], sorting: Sorting | None) -> rx.Component:
    align, style = "a-" + column.align, {"width": column.width}
    if sorting is None:
        return rx.el.th(column.label, scope="col", class_name=align, style=style)
    mine = sorting.key == column.key
    order = rx.cond(mine, rx.cond(sorting.descending, "descending", "ascending"), None)
    pressed = rx.el.button(
        column.label,
        icon("arrow-up"),
        type="button",
        class_name="sorter",
        on_click=sorting.on_sort(column.key),
    )
    words = rx.cond(column.sortable, pressed, rx.fragment(column.label))
    return rx.el.th(words, scope="col", class_name=align, style=style, aria_sort=order)


def _pick_all(choosing: Choosing) -> rx.Component:
    return rx.el.th(
        rx.el.input(
            type="checkbox",
            checked=choosing.all_chosen,
            on_change=choosing.on_all,
            aria_label="Select all rows on this page",
        ),
        class_name="pick",
    )


def _pick(row: rx.Var[Row], choosing: Choosing) -> rx.Component:
    return rx.el.td(
        rx.el.input(
            type="checkbox",
            checked=choosing.chosen.contains(row.id),
            disabled=row.locked,
            on_change=lambda yes: choosing.on_choose(row.id, yes),
            aria_label="Select " + rx.cond(row.name != "", row.name, "row"),
        ),
        class_name="pick",
    )


def _row(
    row: rx.Var[Row], columns: rx.Var[list[Column]], choosing: Choosing | None, acts: Any
) -> rx.Component:
    before = [_pick(row, choosing)] if choosing else []
    after = [rx.el.td(acts(row), class_name="acts")] if acts is not None else []
    chosen = choosing.chosen.contains(row.id) if choosing else False
    return rx.el.tr(
        *before,
        row_cells(cells=row.cells, columns=columns, href=row.href),
        *after,
        class_name="t-" + row.tone + rx.cond(row.href != "", " opens", "") + rx.cond(chosen, " chosen", ""),
        data_row=row.id,
        key=row.id,
    )


def _foot(totals: rx.Var[list[Cell]], columns: rx.Var[list[Column]], lead: bool, trail: bool) -> rx.Component:
    before = [rx.el.td(class_name="pick")] if lead else []
    after = [rx.el.td(class_name="acts")] if trail else []
    return rx.cond(
        totals.length() > 0, rx.el.tfoot(rx.el.tr(*before, row_cells(cells=totals, columns=columns), *after))
    )


def table(
    columns: Columns,
    rows: rx.Var[list[Row]],
    *,
    label: Text,
    sorting: Sorting | None = None,
    choosing: Choosing | None = None,
    totals: rx.Var[list[Cell]] | None = None,
    acts: Any = None,
    loading: rx.Var[bool] | bool = False,
    empty: rx.Component | None = None,
    fold: bool = True,
    one_line: bool = False,
    stacked: bool = False,
) -> rx.Component:
    """The grid itself, for a card of its own (``table_card`` puts the rest around it).

    ``acts(row)`` draws the end of a row (a dots menu). While ``loading`` bones stand for rows; ``empty`` is
    shown when there are none. On a phone rows fold into cards; ``fold=False`` lets the table scroll sideways.
    ``one_line`` cuts long words off instead of breaking them; ``stacked`` puts what is grey on a line of its
    own, for many columns of which most have two things to say.
    """
    shown = _column_var(columns)
    before = [_pick_all(choosing)] if choosing else []
    after = [rx.el.th(rx.el.span("Acts", class_name="sr"), class_name="acts")] if acts is not None else []
    head = rx.el.thead(rx.el.tr(*before, rx.foreach(shown, lambda c: _head(c, sorting)), *after))
    body = rx.el.tbody(rx.foreach(rows, lambda r: _row(r, shown, choosing, acts)))
    filled = rx.cond(loading, skeleton_rows(shown), body) if isinstance(loading, rx.Var) else body
    feet = [] if totals is None else [_foot(totals, shown, bool(choosing), acts is not None)]
    grid = rx.el.table(
        head,
        filled,
        *feet,
        class_name=" ".join(
            (
                "grid",
                *(["fold"] if fold else []),
                *(["picks"] if choosing else []),
                *(["one-line"] if one_line else []),
                *(["stacked"] if stacked else []),
            )
        ),
        aria_label=label,
        data_rows="",
        aria_busy=loading,
    )
    wrapped = rx.el.div(
        grid,
        class_name="table-wrap",
        **({} if fold else {"tab_index": 0, "role": "region", "aria_label": label}),
    )
    if empty is None:
        return wrapped
    nothing = rows.length() == 0
    return rx.cond(nothing & ~loading if isinstance(loading, rx.Var) else nothing, empty, wrapped)


def pager(state: rx.Var[Pager], on_page: Any) -> rx.Component:
    """26–50 of 1,284, with ways to the pages before and after; ``on_page(number)``."""

    def step(name: Any, label: str, to: rx.Var[int], off: rx.Var[bool]) -> rx.Component:
        return rx.el.button(
            icon(name),
            type="button",
            class_name="button square small",
            aria_label=label,
            disabled=off,
            on_click=on_page(to),
        )

    turns = rx.cond(
        state.pages > 1,
        rx.el.div(
            step("chevron-left", "Previous page", state.page - 1, state.page <= 1),
            step("chevron-right", "Next page", state.page + 1, state.page >= state.pages),
            class_name="push",
        ),
    )
    return rx.el.div(rx.el.span(state.text, class_name="num", role="status"), turns, class_name="pager")


def chips(items: rx.Var[list[Chip]], on_remove: Any, on_clear: Any = None) -> rx.Component:
    """The filters in force, each with a way to take it off; ``on_remove(key)``."""

    def one(item: rx.Var[Chip]) -> rx.Component:
        off = rx.el.button(
            icon("x"), type="button", on_click=on_remove(item.key), aria_label="Remove filter " + item.label
        )
        return rx.el.span(item.label + ": " + item.text, off, class_name="chip")

    clear = [button("Clear", look="quiet", small=True, on_click=on_clear)] if on_clear is not None else []
    return rx.cond(items.length() > 0, rx.el.div(rx.foreach(items, one), *clear, class_name="line wrap"))


def narrow(
    label: Text, options: Sequence[tuple[str, str]], value: rx.Var[str], on_change: Any
) -> rx.Component:
    """A small choice among the tools that narrows at once; ``options``: value and words."""
    listed = [rx.el.option(words, value=key) for key, words in options]
    look = {"class_name": "input small", "style": {"width": "auto"}}
    return rx.el.select(*listed, value=value, aria_label=label, on_change=on_change, **look)


def column_chooser(
    columns: rx.Var[list[Column]],
    on_toggle: Any,
    ident: str = "columns-menu",
    on_reset: Any = None,
    on_move: Any = None,
) -> rx.Component:
    """Which columns are shown, and in what order; ``columns`` are all of them, those shown first.

    ``on_toggle(key, yes)``, ``on_move(key, -1 or 1)``, ``on_reset()``.
    """

    def step(column: rx.Var[Column], to: int) -> rx.Component:
        word, mark, off = ("Up", "chevron-up", ~column.may_rise)
        if to > 0:
            word, mark, off = ("Down", "chevron-down", ~column.may_sink)
        return rx.el.button(
            icon(mark),
            type="button",
            class_name="icon-button",
            aria_label=f"{word}: " + column.label,
            aria_disabled=off,
            on_click=on_move(column.key, to),
        )

    def one(column: rx.Var[Column]) -> rx.Component:
        box = rx.el.input(
            type="checkbox",
            checked=column.shown,
            disabled=column.fixed,
            on_change=lambda yes: on_toggle(column.key, yes),
            custom_attrs={"id": ident + column.key},
        )
        steps = rx.cond(column.shown & ~column.fixed, rx.el.span(step(column, -1), step(column, 1)))
        return rx.el.div(
            box,
            rx.el.label(column.label, html_for=ident + column.key),
            *([] if on_move is None else [steps]),
            class_name="check menu-item column-choice",
            key=column.key,
        )

    opens = button("Columns", small=True, icon_name="columns", custom_attrs={"popoverTarget": ident})
    usual = rx.el.button("The usual columns", type="button", class_name="menu-item", on_click=on_reset)
    reset = [] if on_reset is None else [rx.el.hr(), usual]
    return rx.el.span(
        opens,
        sheet(ident, rx.foreach(columns, one), *reset, label="Columns", menu=False),
    )


def export_menu(files: rx.Var[list[str]], ident: str = "export-menu") -> rx.Component:
    """``export_menu(State.files)``: the filtered rows as files; the var holds ``routes.export(…)``."""
    opens = button("Export", small=True, icon_name="download", custom_attrs=opener(ident))
    entries = [
        link_item(label, href=files[place], icon_name="file", native=True)
        for place, label in enumerate(("CSV", "Excel"))
    ]
    return rx.fragment(opens, sheet(ident, *entries, label="Export"))


def bulk_bar(choosing: Choosing, *acts: rx.Component) -> rx.Component:
    """What can be done with the chosen rows; it is there only while some are chosen."""
    count = choosing.chosen.length()
    words = count.to_string() + " selected" if choosing.words is None else choosing.words
    none = button("Clear", look="quiet", small=True, on_click=choosing.on_all(False))
    bar = rx.el.div(
        rx.el.span(words, class_name="num", role="status"),
        *acts,
        none,
        class_name="bulk",
        role="toolbar",
        aria_label="Selected rows",
    )
    return rx.cond(count > 0, bar)


@dataclass(frozen=True)
class Tools:
    """What stands above a table; leave out what a page does not need."""

    search: rx.Var[str] | None = None
    on_search: Any = None
    search_words: str = "Search"
    filters: Sequence[rx.Component] = ()
    chips: rx.Component | None = None
    right: Sequence[rx.Component] = ()  # column_chooser, export_menu


def tools(parts: Tools) -> rx.Component:
    """Search, filters and chips at the left; columns and export at the right."""
    found = []
    if parts.search is not None:
        found = [
            search_box(
                parts.search, parts.on_search, label=parts.search_words, placeholder=parts.search_words
            )
        ]
    chip_line = [parts.chips] if parts.chips is not None else []
    right = [rx.el.div(*parts.right, class_name="push")] if parts.right else []
    return rx.el.div(*found, *parts.filters, *chip_line, *right, class_name="tools")


def table_card(
    columns: Columns,
    rows: rx.Var[list[Row]],
    *,
    label: Text,
    above: Tools | None = None,
    pages: rx.Var[Pager] | None = None,
    on_page: Any = None,
    choosing: Choosing | None = None,
    bulk: Sequence[rx.Component] = (),
    title: Text | None = None,
    aside: Any = None,
    **options: Any,
) -> rx.Component:
    """A whole list: tools above, the table in a card, pages below, bulk acts at the foot of the screen.

    ``title`` and ``aside`` head the card (a short table on a dashboard); ``options`` go to ``table``.
    """
    head: list[rx.Component] = []
    if title is not None:
        right = [rx.el.div(aside, class_name="aside")] if aside is not None else []
        head = [rx.el.div(rx.el.h2(title), *right, class_name="card-head")]
    grid = table(columns, rows, label=label, choosing=choosing, **options)
    foot = [rx.cond(rows.length() > 0, pager(pages, on_page))] if pages is not None else []
    card = rx.el.section(*head, grid, *foot, class_name="card")
    over = [tools(above)] if above is not None else []
    under = [bulk_bar(choosing, *bulk)] if choosing is not None and bulk else []
    return rx.el.div(*over, card, *under, class_name="stack")
