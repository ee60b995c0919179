"""What opportunities are worth together: by currency, and in the firm's at the stored rates of a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from psa_app.queries.exchange import Exchange
from psa_app.queries.sales.rows import Chance
from psa_app.rules.pipeline import by_currency, weighted


@dataclass(frozen=True, slots=True)
class Worth:
    """`total` and `weighted` in the firm's currency (minor units), and the sums in each currency.

    `unknown` of the `count` have no amount yet, so the sums leave them out.
    """

    count: int = 0
    total: int = 0
    weighted: int = 0
    by_currency: tuple[tuple[str, int], ...] = ()
    weighted_by_currency: tuple[tuple[str, int], ...] = ()
    unknown: int = 0


def worth(rows: Iterable[Chance], rates: Exchange, today: date) -> Worth:
    """Sums up opportunities; each currency is summed first and converted once, so nothing is rounded twice.

    A currency without a stored rate counts for nothing in the firm's; `rates.missing` names it.
    """
    listed = list(rows)
    full = by_currency((row.amount, row.currency) for row in listed)
    likely = by_currency((weighted(row.amount, row.percent), row.currency) for row in listed)
    return Worth(
        len(listed),
        sum(rates.to_base(amount, currency, today) for currency, amount in full.items()),
        sum(rates.to_base(amount, currency, today) for currency, amount in likely.items()),
        tuple(full.items()),
        tuple(likely.items()),
        sum(not row.amount for row in listed),
    )
