"""Discounts: what a percentage or an amount takes off, and how it is shared among taxes."""

from collections.abc import Sequence

from psa_app.errors import Invalid
from psa_app.rules import money

WHOLE = 1_000_000


def check_discount(ppm: int, amount: int, most: int) -> None:
    """Raises `Invalid` unless it is a percentage up to 100, or an amount up to `most`, or nothing at all.

    `ppm` in millionths, amounts in minor units.
    """
    if ppm and amount:
        raise Invalid("Give a percentage or an amount, not both.", "percent")
    if not 0 <= ppm <= WHOLE:
        raise Invalid("A discount lies between 0 and 100 %.", "percent")
    if amount < 0:
        raise Invalid("Give the discount as an amount above zero.", "amount")
    if amount > max(most, 0):
        raise Invalid("The discount is more than what it is taken off.", "amount")


def discount_of(net: int, ppm: int, amount: int) -> int:
    """What is taken off one amount, half up: 10 % of 99.95 are 10.00; never more than there is."""
    if net <= 0:
        return 0
    return min(money.divide(net * ppm, WHOLE) if ppm else amount, net)


def shared(nets: Sequence[int], ppm: int, amount: int) -> list[int]:
    """What is taken off each of several sums: a percentage of each, or an amount in proportion.

    The parts of an amount sum to it: 10.00 off 100.00 and 50.00 are 6.67 and 3.33.
    """
    if ppm:
        return [discount_of(net, ppm, 0) for net in nets]
    weights = [max(net, 0) for net in nets]
    if not any(weights):
        return [0] * len(nets)
    return money.apportion(min(amount, sum(weights)), weights)
