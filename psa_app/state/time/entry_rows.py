"""Entries of time as rows of a list."""

from collections.abc import Iterable

from psa_app.access import Actor, may
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Row, cell
from psa_app.formats import words
from psa_app.queries.time.entries import EntryRow
from psa_app.rules import hours


def markable(rows: Iterable[EntryRow], who: Actor, *, out: bool) -> list[str]:
    """A client's entries that the reader may mark: own drafts, and others' for who approves."""
    decides = may(who, "time.approve")
    return [
        str(one.id)
        for one in rows
        if one.is_out is out
        and one.client
        and one.is_billable
        and one.status != "invoiced"
        and (one.status == "draft" if one.person_id == who.person_id else decides)
    ]


def entry_columns(shows_money: bool) -> list[Column]:
    """The columns, with the rate for who may see it."""
    columns = [
        Column("day", "Day", sortable=True, width="112px"),
        Column("person", "Person"),
        Column("task", "Project and task"),
        Column("note", "Note", phone="line"),
        Column("state", "State", phone="side"),
        Column("time", "Time", align="right", width="80px"),
    ]
    return [*columns, Column("rate", "Rate", align="right", width="112px")] if shows_money else columns


def entry_row(one: EntryRow, shows_money: bool) -> Row:
    """One entry."""
    word = badge("out_of_scope" if one.is_out else "with_client" if one.with_client else one.status)
    cells = [
        cell(words.day(one.day)),
        cell(one.person),
        cell(f"{one.project}: {one.task}", sub=one.client),
        cell(one.note, sub=one.modifier) if one.note else cell(one.modifier or "–", kind="muted"),
        cell(word.text, kind="badge", tone=word.tone, icon=word.icon),
        cell(hours.h_mm_seconds(one.seconds), align="right"),
    ]
    if shows_money:
        cells.append(_rate(one))
    name = f"{one.person}, {words.day(one.day)}, {one.task}"
    return Row(
        str(one.id),
        cells,
        name=name,
        tone="bad" if one.is_billable and one.rate is None and shows_money else "",
    )


def _rate(one: EntryRow) -> Cell:
    if not one.is_billable:
        return cell("not billable", kind="muted", align="right")
    if one.rate is None:
        return cell("no rate", kind="bad", align="right")
    return cell(words.money(one.rate, one.currency), align="right")
