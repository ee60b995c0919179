"""Cells of rate cards: what a new amount does to the dated rates that are there."""

from datetime import date

import pytest

from psa_app.errors import Invalid
from psa_app.rules.rate_matrix import Laid, lay, level_of, levels_of, take_away
from psa_app.rules.rates import Level, RateRow

JAN, MAY, JUNE, JULY = date(2026, 1, 1), date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
LAST_OF_MAY, LAST_OF_JUNE = date(2026, 5, 31), date(2026, 6, 30)


def rate(row_id: int, amount: int, first: date, last: date | None = None) -> RateRow:
    return RateRow(row_id, Level.account, amount, "EUR", first, last, account_id=3)


OLD = rate(1, 10000, JAN)


@pytest.mark.parametrize(
    ("rows", "new", "laid"),
    [
        ([], rate(0, 1, MAY), Laid((), (rate(0, 1, MAY),))),
        ([OLD], rate(0, 1, JUNE), Laid((OLD,), (rate(1, 10000, JAN, LAST_OF_MAY), rate(0, 1, JUNE)))),
        ([OLD], rate(0, 1, JAN), Laid((OLD,), (rate(1, 1, JAN),))),
        ([rate(2, 5, JULY)], rate(0, 1, JUNE), Laid((), (rate(0, 1, JUNE, LAST_OF_JUNE),))),
        ([rate(2, 5, JULY)], rate(0, 1, MAY, LAST_OF_MAY), Laid((), (rate(0, 1, MAY, LAST_OF_MAY),))),
    ],
)
def test_a_new_amount_is_laid_among_the_others(rows: list[RateRow], new: RateRow, laid: Laid) -> None:
    assert lay(rows, new) == laid


def test_what_overlaps_or_changes_nothing_is_refused() -> None:
    with pytest.raises(Invalid, match="counts from 2026-01-01 on already"):
        lay([OLD], rate(0, 1, MAY, LAST_OF_MAY))
    with pytest.raises(Invalid, match="counts already on that day"):
        lay([OLD], rate(0, 10000, MAY))


def test_an_emptied_cell_ends_its_rate_the_day_before() -> None:
    assert take_away([OLD], JUNE) == Laid((OLD,), (rate(1, 10000, JAN, LAST_OF_MAY),))
    assert take_away([OLD], JAN) == Laid((OLD,), ())
    with pytest.raises(Invalid, match="nothing to end"):
        take_away([rate(1, 1, JULY)], JUNE)


@pytest.mark.parametrize(
    ("kind", "of", "row", "level"),
    [
        ("firm", "roles", 4, Level.firm_role),
        ("firm", "roles", 0, None),
        ("account", "roles", 0, Level.account),
        ("project", "people", 4, Level.project_person),
        ("account", "people", 4, None),
        ("cats", "roles", 4, None),
    ],
)
def test_a_cell_has_its_level_of_the_ladder(kind: str, of: str, row: int, level: Level | None) -> None:
    assert level_of(kind, of, row) == level
    assert level is None or level.value in levels_of(kind, of)
