"""A retainer's units in words: hours, or money."""

from psa_app.formats import words
from psa_app.queries.retainers.lines import Agreed


def amount(of: Agreed, units: int, locale: str = "en") -> str:
    """ "12:30 h" of minutes, "€1,250.00" of money; below zero with a minus."""
    if of.of_money:
        return words.money(units, of.sow.currency, locale)
    sign = "−" if units < 0 else ""
    return f"{sign}{words.hours(abs(units))} h"
