"""The categories that a new firm starts with; it changes them in Settings."""

from psa_app.models import ExpenseCategory
from psa_app.rules import money
from psa_app.rules.taxes import MILLION

RATES = {"EUR": ("km", 50), "CHF": ("km", 70), "GBP": ("mile", 45), "USD": ("mile", 70)}
PER_DIEM = {"EUR": 30_00, "CHF": 45_00, "GBP": 30_00, "USD": 68_00}
"""A start only, in minor units: what a tax office takes differs by country and year."""
RECEIPT_ABOVE = 10  # whole units
HANDED_IN_WITHIN = 90  # days


def default_categories(currency: str) -> list[ExpenseCategory]:
    """Travel, accommodation, meals, mileage, per diem and software; counted ones where a rate is known."""
    one = 10 ** money.exponent(currency)
    asked = {"receipt_above_minor": RECEIPT_ABOVE * one, "max_age_days": HANDED_IN_WITHIN}
    found = [
        ExpenseCategory(name="Travel", **asked),
        ExpenseCategory(name="Accommodation", limit_minor=200 * one, **asked),
        ExpenseCategory(name="Meals", is_billable=False, limit_minor=80 * one, **asked),
        ExpenseCategory(name="Software", markup_ppm=MILLION // 10, **asked),
    ]
    if currency in RATES:
        unit, rate = RATES[currency]
        age = HANDED_IN_WITHIN
        found += [
            ExpenseCategory(name="Mileage", unit=unit, rate_minor=rate, max_age_days=age),
            ExpenseCategory(name="Per diem", unit="day", rate_minor=PER_DIEM[currency], max_age_days=age),
        ]
    return found
