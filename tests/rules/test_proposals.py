"""What a change order says that the app drafts by itself."""

from datetime import date
from functools import partial

import pytest

from psa_app.formats import words
from psa_app.rules.proposals import OVER_CAP, Extra, Priced, reason_of

EXTRA = Extra(
    1,
    "Build",
    "time_and_materials",
    1_000_000,
    6000,
    (Priced(12_000, 630, 126_000),),
    date(2026, 11, 2),
    date(2026, 11, 17),
    (5, 6),
)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "10:30 h at €120.00 = €1,260.00"),
        ("de", "10:30 h at 120,00\u00a0€ = 1.260,00\u00a0€"),
    ],
)
def test_the_reason_gives_amounts_as_the_client_reads_them(locale: str, said: str) -> None:
    money = partial(words.money, currency="EUR", locale=locale)
    day = partial(words.day, locale=locale)
    (line,) = reason_of(OVER_CAP, [EXTRA], money, day).splitlines()
    assert said in line
    assert f"between {day(date(2026, 11, 2))} and {day(date(2026, 11, 17))}" in line
