"""Rates in words: cells, ladders, and what a change does."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from psa_app.display.rates import MatrixCard, MatrixCell, MatrixLine, Rung
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.queries.rate_matrix import Card, CardCell, CellPast, Matrix
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.money import plain
from psa_app.rules.rates import WORDS, RateRow, Step
from psa_app.services.rates import RatePreview
from psa_app.services.rates_matrix import TouchedEntry

NOTHING = "No time changes: what is not approved yet keeps its rate."
FIXED = "Agreed in a signed scope: a change order changes it."


def matrix_cards(found: Matrix) -> list[MatrixCard]:
    """The columns."""
    return [MatrixCard(one.key, one.title, one.sub, FIXED if one.is_fixed else "") for one in found.cards]


def matrix_lines(found: Matrix) -> list[MatrixLine]:
    """The rows with their cells."""
    return [
        MatrixLine(str(row.id), row.name, [_cell(*pair) for pair in zip(row.cells, found.cards, strict=True)])
        for row in found.rows
    ]


def _cell(found: CardCell, card: Card) -> MatrixCell:
    if found.level is None:
        return MatrixCell(none=True)
    own, later = found.own.now, "; ".join(_planned(row) for row in found.own.later)
    if own is not None:
        return MatrixCell(plain(own.amount, own.currency), tip=f"Counts {days_of(own)}.", later=later)
    if found.inherited is None:
        return MatrixCell(
            tip="No rate: such time would be unpriced." if card.kind != "firm" else "", later=later
        )
    hit = found.inherited
    return MatrixCell(
        ghost=plain(hit.amount, hit.currency), tip=f"Here counts the {WORDS[hit.level]}.", later=later
    )


def _planned(row: RateRow) -> str:
    return f"{plain(row.amount, row.currency)} from {words.day(row.valid_from)}."


def days_of(row: RateRow) -> str:
    """The days of a rate: "from 1 Jan 2026" or "1 Jan – 3 Mar 2026"."""
    if row.valid_to is None:
        return f"from {words.day(row.valid_from)}"
    return words.day_range(row.valid_from, row.valid_to)


def past_rows(found: Sequence[CellPast], zone: ZoneInfo) -> list[Row]:
    """The dated rates of a cell, the newest first."""
    return [
        Row(
            str(one.rate.id),
            [
                Cell(words.money(one.rate.amount, one.rate.currency), kind="strong"),
                Cell(days_of(one.rate)),
                Cell(one.by or "–", sub=words.moment(one.at, zone) if one.at else ""),
            ],
        )
        for one in found
    ]


def rungs(steps: Sequence[Step], currency: str) -> list[Rung]:
    """The levels of a ladder; those below the one that won are struck out where they have a rate."""
    return [
        Rung(
            WORDS[step.level][0].upper() + WORDS[step.level][1:],
            words.with_days(step.sentence),
            words.money(step.amount, currency) if step.amount is not None else "–",
            "won" if step.won else "none" if step.amount is None else "lost",
        )
        for step in steps
    ]


def entries_of(number: int) -> str:
    """ "1 entry" or "3 entries"."""
    return "1 entry" if number == 1 else f"{number:,} entries"


def effect_of(found: RatePreview, then: str = " Save again to confirm.") -> str:
    """What a change does to time that is not approved, in a sentence."""
    values = [
        f"{words.money(found.before.get(code, 0), code)} → {words.money(found.after.get(code, 0), code)}"
        for code in sorted({*found.before, *found.after})
    ]
    verb = "changes" if found.entries == 1 else "change"
    unpriced = f" {found.unpriced_after} of them will have no rate." if found.unpriced_after else ""
    told = f"{entries_of(found.entries)} not approved yet {verb}: {', '.join(values) or 'no value'}."
    return told + unpriced + then


def touched_rows(found: Sequence[TouchedEntry]) -> list[Row]:
    """The entries that a change reprices."""

    def rate(amount: int | None, currency: str, tone: str = "") -> Cell:
        if amount is None:
            return Cell("no rate", kind="bad", align="right")
        return Cell(words.money(amount, currency), kind=tone or "text", align="right")

    return [
        Row(
            str(one.id),
            [
                Cell(words.day(one.day)),
                Cell(one.person),
                Cell(f"{one.project}: {one.task}"),
                Cell(h_mm_seconds(one.seconds), align="right"),
                rate(one.before, one.currency, "muted"),
                rate(one.after, one.currency, "strong"),
            ],
        )
        for one in found
    ]
