"""The row of sums below a list, over all its pages."""

from collections.abc import Sequence

from psa_app.display.tables import Cell
from psa_app.formats import words
from psa_app.models.resource import FieldSpec
from psa_app.queries.totals import FieldTotal, Totals
from psa_app.rules import hours


def totals_row(found: Totals, shown: Sequence[FieldSpec]) -> list[Cell]:
    """A cell under each column; [] where nothing can be added up. Currencies are never mixed."""
    sums = {one.field.name: _words(one) for one in found.fields}
    if not sums or found.count < 2:
        return []
    return [
        Cell(sums[field.name], kind="strong", align="right")
        if field.name in sums
        else Cell("Total" if place == 0 else "", kind="strong" if place == 0 else "")
        for place, field in enumerate(shown)
    ]


def _words(one: FieldTotal) -> str:
    if one.field.kind == "money":
        return " + ".join(words.money(amount, currency) for currency, amount in one.sums)
    value = one.sums[0][1]
    if one.field.kind == "seconds":
        return hours.h_mm_seconds(value)
    return hours.h_mm(value) if one.field.kind in ("hours", "minutes") else words.number(value)
