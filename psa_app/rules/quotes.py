"""What a quote costs: lines, discounts, the client's choices, tax, margin, and how two versions differ.

Amounts are minor units of the quote's currency, before tax. Each line is rounded once for its own
discount and once for the quote's, so that printed lines add up to the printed sum.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psa_app.errors import Invalid
from psa_app.rules import money, taxes
from psa_app.rules.taxes import Taxed, TaxKind, TaxLine, TaxRounding

TIME = "time_and_materials"
MODELS = (TIME, "fixed", "milestone", "retainer", "subscription")
PERIODIC = ("retainer", "subscription")


@dataclass(frozen=True, slots=True)
class Line:
    """A line. `key` names it among the others; `value` of a retainer or subscription is a period's.

    `minutes` of a retainer are those of a period. Discounts are millionths of the line.
    """

    key: int
    model: str
    minutes: int = 0
    rate: int | None = None
    value: int = 0
    periods: int = 1
    discount_ppm: int = 0
    is_optional: bool = False
    alternative: str = ""
    role_id: int | None = None


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What one line comes to: `gross − line_discount − quote_discount = net`.

    `per_period` is a period's net of a retainer or subscription, None of any other line.
    """

    key: int
    gross: int
    line_discount: int
    quote_discount: int
    net: int
    per_period: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the counted lines come to. `one_off + recurring = net`; `per_period` is what a month of all
    retainers and subscriptions costs."""

    lines: tuple[LineFigures, ...]
    gross: int
    discount: int
    net: int
    one_off: int
    recurring: int
    per_period: int
    tax_lines: tuple[TaxLine, ...]
    tax: int
    total: int


@dataclass(frozen=True, slots=True)
class Margin:
    """Before anyone is named. `net` and `cost` are of the lines whose cost is known; `unknown` are the
    keys of the others. `ppm` is the margin in millionths of `net`, None without any."""

    net: int
    cost: int
    margin: int
    ppm: int | None
    unknown: tuple[int, ...]


def line_value(line: Line) -> int:
    """A line before discounts: minutes × rate ÷ 60 half up; a price; or a period's value × periods.

    10 minutes at 120.00 are 20.00; 12 periods at 500.00 are 6,000.00.
    """
    return _once(line) * (line.periods if line.model in PERIODIC else 1)


def line_figures(line: Line, quote_discount_ppm: int) -> LineFigures:
    """A line after both discounts. What is billed by period is rounded in the period, so that each
    period's invoice is the same and all of them add up to the line."""
    once, times = _once(line), line.periods if line.model in PERIODIC else 1
    own = money.divide(once * line.discount_ppm, taxes.MILLION)
    whole = money.divide((once - own) * quote_discount_ppm, taxes.MILLION)
    net = once - own - whole
    return LineFigures(
        line.key,
        once * times,
        own * times,
        whole * times,
        net * times,
        net if line.model in PERIODIC else None,
    )


def _once(line: Line) -> int:
    return money.per_hour(line.minutes, line.rate or 0) if line.model == TIME else line.value


def usual_choice(lines: Sequence[Line], marked: Collection[int]) -> frozenset[int]:
    """What counts before anyone chooses: all that is fixed, the optional lines that are `marked`, and of
    each group of alternatives the marked one, else the first (none when all of them are optional)."""
    kept = {
        line.key for line in lines if not line.alternative and (not line.is_optional or line.key in marked)
    }
    for group in _groups(lines).values():
        wanted = [line for line in group if line.key in marked]
        if not wanted and all(line.is_optional for line in group):
            continue
        kept.add((wanted or group)[0].key)
    return frozenset(kept)


def check_choice(lines: Sequence[Line], chosen: Collection[int]) -> frozenset[int]:
    """The keys that count, or `Invalid` (field "choices").

    Every line that is neither optional nor an alternative counts; exactly one of a group, at most one
    when all of the group are optional.
    """
    keys = {line.key for line in lines}
    if not set(chosen) <= keys:
        raise Invalid("Choose among the lines of this quote.", "choices")
    counted = {line.key for line in lines if not line.alternative and not line.is_optional} | set(chosen)
    for name, group in _groups(lines).items():
        taken = [line for line in group if line.key in counted]
        if len(taken) > 1:
            raise Invalid(f"Of “{name}” only one can be chosen.", "choices")
        if not taken and not all(line.is_optional for line in group):
            raise Invalid(f"Choose one of “{name}”.", "choices")
    if lines and not counted:
        raise Invalid("Choose at least one line.", "choices")
    return frozenset(counted)


def _groups(lines: Iterable[Line]) -> dict[str, list[Line]]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.alternative:
            groups.setdefault(line.alternative, []).append(line)
    return groups


def lonely_groups(lines: Iterable[Line]) -> tuple[str, ...]:
    """Groups of alternatives with a single line: there is nothing to choose from."""
    return tuple(name for name, group in _groups(lines).items() if len(group) < 2)


def figures(
    lines: Iterable[Line],
    chosen: Collection[int],
    *,
    discount_ppm: int = 0,
    tax: tuple[TaxKind, int] | None = None,
    rounding: TaxRounding = "total",
) -> Figures:
    """What the chosen lines come to. `tax`: kind and rate in millionths, None when it is not known."""
    counted = [line_figures(line, discount_ppm) for line in lines if line.key in chosen]
    net = sum(one.net for one in counted)
    recurring = sum(one.net for one in counted if one.per_period is not None)
    taxed = [Taxed(one.net, *tax) for one in counted] if tax else []
    tax_lines = tuple(taxes.tax_lines(taxed, rounding))
    owed = sum(one.tax for one in tax_lines)
    return Figures(
        tuple(counted),
        sum(one.gross for one in counted),
        sum(one.line_discount + one.quote_discount for one in counted),
        net,
        net - recurring,
        recurring,
        sum(one.per_period or 0 for one in counted),
        tax_lines,
        owed,
        net + owed,
    )


def margin(
    lines: Iterable[Line], chosen: Collection[int], costs: Mapping[int, int], discount_ppm: int = 0
) -> Margin:
    """Net less minutes × the role's standard cost an hour (`costs`, in the quote's currency).

    A line without a role, without hours, or whose role has no cost is left out and named.
    """
    net = cost = 0
    unknown = []
    for line in lines:
        if line.key not in chosen:
            continue
        rate = costs.get(line.role_id) if line.role_id is not None else None
        if rate is None or not line.minutes:
            unknown.append(line.key)
            continue
        minutes = line.minutes * (line.periods if line.model in PERIODIC else 1)
        net += line_figures(line, discount_ppm).net
        cost += money.per_hour(minutes, rate)
    gain = net - cost
    ppm = money.divide(gain * taxes.MILLION, net) if net else None
    return Margin(net, cost, gain, ppm, tuple(unknown))


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a line: `kind` is added, removed or changed; `fields` holds (before, after)."""

    kind: str
    title: str
    fields: Mapping[str, tuple[Any, Any]]


def compare(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> tuple[Change, ...]:
    """How the lines of two versions differ, in the order of the new one, what is gone at the end.

    Each line is a mapping with a "title". Lines with the same title belong together (in their order);
    of the others those at the same place with the same "model" do: that one was renamed.
    """
    pairs = _paired(old, new)
    changes = []
    for place, line in enumerate(new):
        before = old[pairs[place]] if place in pairs else None
        if before is None:
            changes.append(Change("added", str(line["title"]), {}))
            continue
        differing = {
            name: (before.get(name), value) for name, value in line.items() if before.get(name) != value
        }
        if differing:
            changes.append(Change("changed", str(line["title"]), differing))
    gone = set(range(len(old))) - set(pairs.values())
    changes += [Change("removed", str(old[place]["title"]), {}) for place in sorted(gone)]
    return tuple(changes)


def _paired(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    free: dict[tuple[str, int], int] = {key: place for place, key in enumerate(_named(old))}
    pairs = {place: free.pop(key) for place, key in enumerate(_named(new)) if key in free}
    left = set(free.values())
    for place, line in enumerate(new):
        if place not in pairs and place in left and old[place].get("model") == line.get("model"):
            pairs[place] = place
    return pairs


def _named(lines: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    named = []
    for line in lines:
        title = str(line["title"]).casefold()
        named.append((title, seen[title]))
        seen[title] += 1
    return named
