"""What a line of a contract is worth: the one place that says it.

Time counts at most its cap, a retainer or a subscription its fee for each of its periods; a line
without a cap, or without a last period, has no end and counts as nothing until it has one.
"""

TIME = "time_and_materials"
PERIODIC = ("retainer", "subscription")


def line_worth(model: str, value: int, cap: int | None, periods: int = 0) -> int | None:
    """Minor units, or None for a line without an end. A retainer of 1,000.00 for 12 months: 12,000.00."""
    if model == TIME:
        return cap
    if model in PERIODIC:
        return value * periods if periods else None
    return value
