"""What is not paid for, by its cause."""

from datetime import date

import pytest

from psa_app.rules.leakage import Cause, Lost, shared, sums


@pytest.mark.parametrize(
    ("off", "parts", "borne"),
    [
        (3_000, [(60, 10_000, 10_000), (60, 10_000, 7_000)], [0, 3_000]),  # one entry was written alone
        (6_000, [(60, 10_000, 7_000), (120, 10_000, 17_000)], [3_000, 3_000]),
        (-1_000, [(60, 10_000, 11_000), (60, 10_000, 10_000)], [-1_000, 0]),  # written up
        (100, [(20, 0, 0), (10, 0, 0)], [67, 33]),  # no rate tells who: by minutes
        (100, [(0, 0, 0), (0, 0, 0), (0, 0, 0)], [33, 34, 33]),
    ],
)
def test_what_is_taken_off_a_line_is_borne_by_the_entries_behind_it(
    off: int, parts: list[tuple[int, int, int]], borne: list[int]
) -> None:
    assert shared(off, parts) == borne


def lost(cause: Cause, amount: int, day: date = date(2026, 11, 2), **more: object) -> Lost:
    return Lost(cause, day, 1, "Northwind", "EUR", amount, **more)  # type: ignore[arg-type]


def test_sums_keep_currencies_apart_and_count_what_was_written_up_against_it() -> None:
    rows = [
        lost(Cause.written_down, 500, project_id=1, project="Shop"),
        lost(Cause.written_up, -200, project_id=1, project="Shop"),
        lost(Cause.not_billable, 0, seconds=3600),
        Lost(Cause.discount, date(2026, 10, 1), 2, "Alder", "CHF", 900),
    ]
    by_client = [(one.name, one.currency, one.amount) for one in sums(rows, "client")]
    assert by_client == [("Alder", "CHF", 900), ("Northwind", "EUR", 300)]
    assert [one.key for one in sums(rows, "month")] == ["202611", "202610"]
    (northwind,) = [one for one in sums(rows, "client") if one.key == "1"]
    assert northwind.seconds[Cause.not_billable] == 3600
    with pytest.raises(KeyError):
        sums(rows, "moon")
