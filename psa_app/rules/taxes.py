"""Tax on an invoice: one line per kind and rate, so that what is printed adds up.

Rounding is the firm's choice, kept on the invoice: "total" rounds once per rate on the sum of its
lines (EN 16931, BR-CO-17), "line" rounds each line. Rates are parts per million: 20 % is 200,000.
A full credit (all amounts negated) mirrors its invoice to the minor unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from psa_app.errors import Invalid
from psa_app.rules import money

MILLION = 1_000_000

TaxRounding = Literal["total", "line"]


class TaxKind(StrEnum):
    """Why a line bears its rate; all but the first two bear none."""

    standard = "standard"
    reduced = "reduced"
    zero = "zero"
    exempt = "exempt"
    reverse_charge = "reverse_charge"
    intra_eu = "intra_eu"
    export = "export"
    outside = "outside"


UNTAXED = frozenset(TaxKind) - {TaxKind.standard, TaxKind.reduced}


@dataclass(frozen=True, slots=True)
class Taxed:
    """One printed line after its discount. `net` holds the gross amount when prices include tax."""

    net: int
    kind: TaxKind
    rate_ppm: int


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The tax of one kind and rate: `base` is net of tax, also when prices include it."""

    kind: TaxKind
    rate_ppm: int
    base: int
    tax: int


@dataclass(frozen=True, slots=True)
class Totals:
    """`total = net + tax`, and both are the sums of the tax lines."""

    net: int
    tax: int
    total: int


def check_rate(kind: TaxKind, rate_ppm: int, field: str = "tax_rate") -> None:
    """Raises `Invalid` for a rate below 0, above 100 %, or above 0 for a kind that bears none."""
    if not 0 <= rate_ppm <= MILLION:
        raise Invalid("A tax rate lies between 0 and 100 %.", field)
    if kind in UNTAXED and rate_ppm:
        raise Invalid(f"A line that is {kind.replace('_', ' ')} bears no tax: set its rate to 0.", field)


def tax_lines(lines: Iterable[Taxed], rounding: TaxRounding, inclusive: bool = False) -> list[TaxLine]:
    """The tax per kind and rate, in the order of `TaxKind`, the higher rate first.

    Lines of 0.33, 0.33 and 0.33 at 20 % bear 0.20 by total (0.198) and 0.21 by line (3 × 0.066).
    With `inclusive` 120.00 at 20 % is 100.00 + 20.00.
    """
    groups: dict[tuple[TaxKind, int], list[int]] = {}
    for line in lines:
        check_rate(line.kind, line.rate_ppm)
        groups.setdefault((line.kind, line.rate_ppm), []).append(line.net)
    order = list(TaxKind)
    keys = sorted(groups, key=lambda key: (order.index(key[0]), -key[1]))
    return [_tax_line(*key, groups[key], rounding, inclusive) for key in keys]


def _tax_line(
    kind: TaxKind, rate_ppm: int, amounts: Sequence[int], rounding: TaxRounding, inclusive: bool
) -> TaxLine:
    total = sum(amounts)
    rounded = [total] if rounding == "total" else amounts
    tax = sum(tax_of(amount, rate_ppm, inclusive) for amount in rounded)
    return TaxLine(kind, rate_ppm, total - tax if inclusive else total, tax)


def tax_of(amount: int, rate_ppm: int, inclusive: bool = False) -> int:
    """The tax on (or, inclusive, within) one amount, half up: 100.00 at 20 % bears 20.00."""
    return money.divide(amount * rate_ppm, MILLION + rate_ppm if inclusive else MILLION)


def totals(lines: Iterable[TaxLine]) -> Totals:
    """What stands at the foot of the invoice."""
    net = tax = 0
    for line in lines:
        net += line.base
        tax += line.tax
    return Totals(net, tax, net + tax)


def discounted(amount: int, discount_ppm: int) -> int:
    """A line's amount less its discount, which is rounded half up: 99.99 less 10 % is 89.99."""
    return amount - money.divide(amount * discount_ppm, MILLION)


def less_discount(lines: Sequence[Taxed], discount: int) -> list[Taxed]:
    """An invoice's discount spread over its lines in proportion, before tax and without loss.

    Raises `Invalid` (field "discount") when it is negative or above the sum of the lines.
    """
    if not 0 <= discount <= sum(line.net for line in lines):
        raise Invalid("A discount lies between 0 and the sum of the lines.", "discount")
    if not discount:
        return list(lines)
    parts = money.apportion(discount, [max(line.net, 0) for line in lines])
    return [replace(line, net=line.net - part) for line, part in zip(lines, parts, strict=True)]
