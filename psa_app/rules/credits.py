"""Credit notes: how much of a line is given back, which work goes with it, and the tax of it.

A credit bears the original's tax rates. Tax is worked out on all that is credited so far, less what
was credited before, so that credits which together take the whole invoice mirror it to the minor unit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psa_app.errors import Conflict, Invalid
from psa_app.rules import money
from psa_app.rules.taxes import TaxKind, TaxLine, TaxRounding, tax_of


@dataclass(frozen=True, slots=True)
class Left:
    """What of an invoice's line is not credited yet; `minutes` is None for what is not time.

    `held` of a deposit is taken off by invoices and cannot be credited before those are.
    """

    net: int
    minutes: int | None = None
    rate: int = 0
    held: int = 0

    @property
    def most(self) -> int:
        """What of it can be credited now."""
        return max(self.net - self.held, 0) if self.held else self.net


class Credited(NamedTuple):
    """What a credit takes of one line; `is_rest` when nothing of the line is left after it."""

    net: int
    minutes: int | None
    is_rest: bool


class Part(NamedTuple):
    """Seconds of an entry on the line, with their billed minutes and amount."""

    id: int
    seconds: int
    minutes: int
    amount: int


class Cut(NamedTuple):
    """A part as it stays and as it is credited; either may be nothing, `kept + taken` is what it was."""

    kept: Part
    taken: Part


@dataclass(frozen=True, slots=True)
class TaxBase:
    """Of one line of the invoice: net that was credited `before`, and that is credited `now`."""

    kind: TaxKind
    rate_ppm: int
    before: int
    now: int


def credited(left: Left, minutes: int | None, net: int | None, field: str) -> Credited:
    """How much a line gives back: all that is left, or part of its time, or part of its amount.

    Part of the time is minutes × rate ÷ 60, and what takes the last minute takes the last cent: of
    0:50 at 100.00 (83.33) first 0:25 (41.67), then the rest (41.66). Raises `Invalid` for more than
    is left, for nothing, and for an amount where the line counts time; `Conflict` when nothing is left.
    """
    if left.net == 0 and not left.minutes:
        raise Conflict("Nothing of this line is left to credit.", field)
    if left.minutes is not None and net is not None:
        raise Invalid("This line counts time. Say how much of its time is credited.", field)
    if left.minutes is None and minutes is not None:
        raise Invalid("This line counts no time. Say which amount is credited.", field)
    if minutes is not None and left.minutes is not None:
        return _minutes_credited(left, left.minutes, minutes, field)
    if left.held and left.most <= 0:
        raise Conflict("Invoices take all of this deposit off. Credit those first.", field)
    if net is None or net == left.most:
        return Credited(left.most, left.minutes, not left.held)
    if net == 0 or (net > 0) != (left.net > 0):
        raise Invalid("Give an amount of the same sign as the line's, and not zero.", field)
    if abs(net) > abs(left.most):
        more = "Invoices take the rest of this deposit off. Credit those first, or less of it."
        raise Invalid(more if left.held else "More than is left of this line cannot be credited.", field)
    return Credited(net, None, False)


def _minutes_credited(left: Left, most: int, minutes: int, field: str) -> Credited:
    if minutes <= 0:
        raise Invalid("Give at least a minute.", field)
    if minutes > most:
        raise Invalid("More time than is left of this line cannot be credited.", field)
    if minutes == most:
        return Credited(left.net, minutes, True)
    return Credited(min(money.per_hour(minutes, left.rate), left.net), minutes, False)


def cut_time(parts: Sequence[Part], minutes: int, net: int, field: str) -> list[Cut]:
    """Which of a line's `parts` (in the order of work) are credited with `minutes`: the latest first.

    The part on the boundary is cut, its raw seconds in proportion. Seconds and minutes are split
    without loss; amounts are shared out anew, so that what is taken sums to `net` and what is kept
    to the rest. Raises `Invalid` when a second cannot be cut as asked.
    """
    taken_minutes: dict[int, int] = {}
    rest = minutes
    for part in reversed(parts):
        if rest == 0:
            break
        whole = part.minutes <= rest
        if not part.minutes or not (whole or part.seconds > 1):
            continue
        taken_minutes[part.id] = min(part.minutes, rest)
        rest -= taken_minutes[part.id]
    if rest:
        raise Invalid("So little time cannot be cut off this line. Credit more of it, or all.", field)
    cuts = [_cut(part, taken_minutes.get(part.id, 0)) for part in parts]
    total = sum(part.amount for part in parts)
    taken = money.apportion(net, [cut.taken.minutes for cut in cuts])
    kept = money.apportion(total - net, [cut.kept.minutes for cut in cuts])
    return [
        Cut(cut.kept._replace(amount=stays), cut.taken._replace(amount=goes))
        for cut, stays, goes in zip(cuts, kept, taken, strict=True)
    ]


def _cut(part: Part, minutes: int) -> Cut:
    nothing = Part(part.id, 0, 0, 0)
    if minutes == 0:
        return Cut(part, nothing)
    if minutes == part.minutes:
        return Cut(nothing, part)
    left = part.minutes - minutes
    seconds = min(max(part.seconds * left // part.minutes, 1), part.seconds - 1)
    return Cut(
        Part(part.id, seconds, left, 0),
        Part(part.id, part.seconds - seconds, minutes, 0),
    )


def credit_taxes(lines: Iterable[TaxBase], rounding: TaxRounding) -> list[TaxLine]:
    """The tax of a credit by kind and rate, in the order of `TaxKind`, the higher rate first.

    Thirds of 0.99 at 20 % by total: 0.07, 0.06, 0.07, together the 0.20 of the invoice.
    """
    groups: dict[tuple[TaxKind, int], list[TaxBase]] = {}
    for line in lines:
        groups.setdefault((line.kind, line.rate_ppm), []).append(line)
    order = list(TaxKind)
    found = []
    for kind, rate in sorted(groups, key=lambda key: (order.index(key[0]), -key[1])):
        group = groups[kind, rate]
        before, now = sum(line.before for line in group), sum(line.now for line in group)
        rounded = [(before, now)] if rounding == "total" else [(line.before, line.now) for line in group]
        tax = sum(tax_of(was + more, rate) - tax_of(was, rate) for was, more in rounded)
        if any(line.now for line in group) or len(groups) == 1:
            found.append(TaxLine(kind, rate, now, tax))
    return found


def check_total(total: int, left: int) -> None:
    """Raises `Invalid` unless a credit note is for something, and for no more than is left of its invoice."""
    if total < 0:
        raise Invalid("The lines come to less than nothing. Credit them together with others.", "lines")
    if total > left:
        raise Invalid(
            "The lines come to more than is left of the invoice. Credit its deductions as well.", "lines"
        )
