"""Taking the next number of a series: gapless, because the series' row stays locked until the commit."""

from datetime import date

from sqlalchemy import bindparam
from sqlmodel import Session, select

from psa_app.errors import Conflict
from psa_app.models import NumberSeries
from psa_app.rules.invoices import series_number

DEFAULT_PATTERNS = {
    "invoice": "INV-{year}-{n:04}",
    "credit_note": "CN-{year}-{n:04}",
    "sow": "SOW-{n:03}",
    "quote": "Q-{year}-{n:03}",
}
_SERIES = (
    select(NumberSeries)
    .where(NumberSeries.kind == bindparam("kind"), NumberSeries.sandbox == bindparam("sandbox"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
WITH_TESTS = ("invoice", "credit_note")  # kinds whose test papers have a series of their own


def take_number(session: Session, kind: str, day: date, *, sandbox: bool) -> str:
    """The next number of the series `kind` on `day`; a series with a year in it begins anew each year.

    Raises `Conflict` when `day` lies before the series' last, so that numbers and dates agree.
    """
    series = session.exec(_SERIES, params={"kind": kind, "sandbox": sandbox}).first()
    if series is None:
        raise Conflict("There is no number series for this. Set up the firm first.")
    if series.last_date is not None and day < series.last_date:
        last = series.last_date.isoformat()
        raise Conflict(
            f"The last number of this series was given on {last}. Choose that day or a later one.",
            "issued_on",
        )
    if "{year" in series.pattern and series.year != day.year:
        # A series that has given no number yet keeps the first one that the firm has set.
        series.next_number = 1 if series.year else series.next_number
        series.year = day.year
    number = series_number(series.pattern, day.year, series.next_number)
    series.next_number += 1
    series.last_date = day
    session.flush()
    return number
