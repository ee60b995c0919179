"""From what is typed about a change order to its deltas, and back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psa_app.display.change import DeltaDraft
from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import Invalid
from psa_app.formats import words
from psa_app.queries.contracts.orders import Choices
from psa_app.rules import fields, hours, money, scopes
from psa_app.rules.contract_value import TIME
from psa_app.rules.deltas import (
    AddFee,
    AddFixed,
    AddLine,
    AddPart,
    CapTo,
    Delta,
    DropPart,
    EndOn,
    FeeShare,
    HoursTo,
    MovePart,
    RateTo,
    StartOn,
    kind_of,
    read_deltas,
)
from psa_app.services.problems import FieldProblems

PREFIX = "change-"
MOST_PARTS = 60  # days on which one further fee is billed
TITLES = {
    "cap": "Another cap",
    "hours": "Another estimate",
    "rate": "Another rate",
    "add_milestone": "A further milestone",
    "change_milestone": "A milestone of another value or day",
    "drop_milestone": "A milestone taken out",
    "add_fee": "A higher fee",
    "add_line": "A new line by time",
    "add_fixed": "A new line at a fixed price",
    "start": "Another start",
    "end": "Another end",
}
Typed = dict[str, str]
_KEYS = {  # what is typed of each kind
    "cap": ("line", "amount"),
    "hours": ("line", "hours"),
    "rate": ("line", "role", "amount"),
    "add_milestone": ("line", "title", "amount", "day", "criteria"),
    "change_milestone": ("milestone", "amount", "day"),
    "drop_milestone": ("milestone",),
    "add_fee": ("line", "amount", "title"),  # and a day and a share for each of its parts
    "add_line": ("title", "amount", "cap", "hours"),
    "add_fixed": ("title", "amount", "day", "hours"),
    "start": ("day",),
    "end": ("day",),
}


def _keys(row: Typed) -> tuple[str, ...]:
    """The fields of a row: a fee's parts are as many as it has been given."""
    fixed = _KEYS[row["kind"]]
    if row["kind"] != "add_fee":
        return fixed
    return (*fixed, *(f"{name}{n}" for n in range(int(row["parts"])) for name in ("day", "share")))


@dataclass(frozen=True, slots=True)
class Offered:
    """What the editor chooses from, and the currency of its amounts."""

    choices: Choices
    currency: str


def head_specs(title: str, effective_on: str, reason: str) -> list[FieldSpec]:
    """What it is called, from when it counts, and why."""
    return [
        FieldSpec("title", "What it is called", value=title, required=True),
        FieldSpec(
            "effective_on",
            "Counts from",
            "date",
            effective_on,
            required=True,
            help="Work from this day on has the new cap and rates.",
        ),
        FieldSpec(
            "reason", "Why", "textarea", reason, wide=True, help="The client reads this above what changes."
        ),
    ]


def drafts(typed: Sequence[Typed], offered: Offered) -> list[DeltaDraft]:
    """The rows of the editor."""
    return [
        DeltaDraft(
            place,
            one["kind"],
            TITLES[one["kind"]],
            [
                _spec(one["kind"], key, f"deltas.{place}.{key}", one.get(key, ""), offered)
                for key in _keys(one)
            ],
            f"deltas.{place}",
            "Another day" if one["kind"] == "add_fee" else "",
        )
        for place, one in enumerate(typed)
    ]


def _spec(kind: str, key: str, name: str, value: str, offered: Offered) -> FieldSpec:
    found = offered.choices
    base = key.rstrip("0123456789")
    if base == "line":
        fit = [(line_id, title) for line_id, title, model in found.lines if _fits(kind, model)]
        lines = [Option(str(line_id), title + _cap_of(kind, line_id, offered)) for line_id, title in fit]
        none = [Option("", "Choose a line")] if len(lines) != 1 else []
        return FieldSpec(name, "Line", "choice", value, required=True, options=[*none, *lines])
    if base == "role":
        roles = [Option("", "Everyone"), *(Option(str(role_id), title) for role_id, title in found.roles)]
        return FieldSpec(name, "Role", "choice", value, options=roles)
    if base == "milestone":
        parts = [Option(str(part_id), title) for part_id, title in found.milestones]
        none = [Option("", "Choose a milestone")]
        return FieldSpec(name, "Milestone", "choice", value, required=True, options=[*none, *parts])
    if base in ("amount", "cap"):
        label, help_text = _AMOUNTS.get((kind, key), ("Value", ""))
        return FieldSpec(
            name, label, "money", value, unit=offered.currency, help=help_text, required=not help_text
        )
    if base == "hours":
        label = "Estimate from now on" if kind == "hours" else "Estimate"
        return FieldSpec(name, label, "hours", value, required=kind == "hours")
    if base == "day":
        required = kind in ("start", "end") or key == "day0"
        return FieldSpec(name, _day_label(kind, key), "date", value, required=required)
    if base == "share":
        return FieldSpec(name, "Share of it", "percent", value, required=key == "share0")
    if base == "criteria":
        return FieldSpec(name, "Accepted when", "text", value, wide=True)
    is_fee = kind == "add_fee"
    return FieldSpec(name, "What it is called", value=value, required=not is_fee, wide=is_fee)


def _cap_of(kind: str, line_id: int, offered: Offered) -> str:
    """What a line may cost today, where another cap is to be typed."""
    cap = dict(offered.choices.caps).get(line_id) if kind == "cap" else None
    return "" if cap is None else f" (now {words.money(cap, offered.currency)})"


_AMOUNTS = {
    ("cap", "amount"): ("Not more than", "Empty: no cap."),
    ("rate", "amount"): ("An hour", ""),
    ("add_fee", "amount"): ("The fee grows by", ""),
    ("add_line", "amount"): ("An hour", ""),
    ("add_line", "cap"): ("Not more than", "Empty: no cap."),
    ("add_fixed", "amount"): ("Price", ""),
}


def _day_label(kind: str, key: str) -> str:
    if kind == "add_fee":
        return "Due on" if key == "day0" else "And on"
    return {"start": "Starts", "end": "Ends"}.get(kind, "Planned for")


def _fits(kind: str, model: str) -> bool:
    if kind in ("cap", "rate"):
        return model == TIME
    return kind not in ("add_milestone", "add_fee") or model in scopes.FEES


def with_part(row: Typed) -> Typed:
    """A fee's row with fields for one more part. Raises `Invalid` when that is too many."""
    n = int(row["parts"])
    if n >= MOST_PARTS:
        raise Invalid(f"A fee is billed on at most {MOST_PARTS} days.")
    return row | {"parts": str(n + 1), f"day{n}": "", f"share{n}": ""}


def read_typed(data: Mapping[str, Any], shown: Sequence[Typed]) -> list[Typed]:
    """What the form says now of each row that it showed, as text."""

    def text(place: int, key: str) -> str:
        value = data.get(f"deltas.{place}.{key}", "")
        return value.strip()[:2000] if isinstance(value, str) else ""

    return [row | {key: text(place, key) for key in _keys(row)} for place, row in enumerate(shown)]


def begun(kind: str, offered: Offered) -> Typed:
    """An empty row; where there is one choice it is made, and another cap begins with that of today."""
    lines = [str(line_id) for line_id, _, model in offered.choices.lines if _fits(kind, model)]
    row = {"kind": kind} | dict.fromkeys(_KEYS[kind], "")
    if "line" in row and len(lines) == 1:
        row["line"] = lines[0]
    if kind == "cap" and len(lines) == 1:
        cap = dict(offered.choices.caps).get(int(lines[0]))
        row["amount"] = "" if cap is None else money.plain(cap, offered.currency)
    if kind == "add_fee":
        row |= {"parts": "1", "day0": "", "share0": "100"}
    return row


def deltas_in(typed: Sequence[Typed], currency: str, found: FieldProblems) -> list[Delta]:
    """The deltas; what cannot be read goes into `found`, beside its field."""
    return [_delta(one, f"deltas.{place}", currency, found) for place, one in enumerate(typed)]


def _delta(one: Typed, field: str, currency: str, found: FieldProblems) -> Delta:
    def amount(key: str) -> int:
        read: Callable[[], int] = lambda: money.parse_amount(one[key], currency, f"{field}.{key}")  # noqa: E731
        return found.tried(read, 1)

    def optional(key: str) -> int | None:
        return amount(key) if one[key] else None

    def minutes() -> int:
        read: Callable[[], int] = lambda: hours.parse_duration(one["hours"], f"{field}.hours")  # noqa: E731
        return found.tried(read, 0) if one["hours"] else 0

    def whole(key: str) -> int:
        return found.tried(lambda: fields.optional_whole(one[key], f"{field}.{key}"), None) or 0

    def day(key: str) -> date | None:
        return found.tried(lambda: fields.optional_date(one[key], f"{field}.{key}"), None)

    def must(key: str) -> date:
        return found.tried(lambda: fields.iso_date(one[key], f"{field}.{key}"), date(2000, 1, 1))

    kind = one["kind"]
    makers: dict[str, Callable[[], Delta]] = {
        "cap": lambda: CapTo(whole("line"), optional("amount")),
        "hours": lambda: HoursTo(whole("line"), minutes()),
        "rate": lambda: RateTo(whole("line"), whole("role") or None, amount("amount")),
        "add_milestone": lambda: AddPart(
            whole("line"), one["title"], optional("amount") or 0, day("day"), one["criteria"]
        ),
        "change_milestone": lambda: MovePart(whole("milestone"), optional("amount") or 0, day("day")),
        "drop_milestone": lambda: DropPart(whole("milestone")),
        "add_fee": lambda: AddFee(
            whole("line"), amount("amount"), tuple(_shares(one, field, found)), one["title"]
        ),
        "add_line": lambda: AddLine(one["title"], amount("amount"), optional("cap"), minutes()),
        "add_fixed": lambda: AddFixed(one["title"], amount("amount"), day("day"), minutes()),
        "start": lambda: StartOn(must("day")),
        "end": lambda: EndOn(must("day")),
    }
    return makers[kind]()


def _shares(one: Typed, field: str, found: FieldProblems) -> list[FeeShare]:
    parts = []
    for n in range(int(one["parts"])):
        day, share = one[f"day{n}"], one[f"share{n}"]
        if day or (share and n):
            when = found.tried(lambda n=n: fields.iso_date(one[f"day{n}"], f"{field}.day{n}"), date.max)
            ppm = found.tried(lambda n=n: fields.percent_ppm(one[f"share{n}"], f"{field}.share{n}"), 0)
            parts.append(FeeShare(when, ppm))
    return parts


def typed_of(stored: Sequence[Mapping[str, Any]], currency: str) -> list[Typed]:
    """The rows of a kept change order, as they would be typed."""
    return [_typed(delta, currency) for delta in read_deltas(stored)]


def _typed(delta: Delta, currency: str) -> Typed:
    def amount(value: int | None) -> str:
        return money.plain(value, currency) if value else ""

    kind = kind_of(delta)
    row = {"kind": kind} | dict.fromkeys(_KEYS[kind], "")
    match delta:
        case CapTo(line, to):
            return row | {"line": str(line), "amount": amount(to)}
        case HoursTo(line, to):
            return row | {"line": str(line), "hours": hours.h_mm(to)}
        case RateTo(line, role, to):
            return row | {"line": str(line), "role": str(role or ""), "amount": amount(to)}
        case AddPart(line, title, value, due, criteria):
            return row | {
                "line": str(line),
                "title": title,
                "amount": amount(value),
                "day": _iso(due),
                "criteria": criteria,
            }
        case MovePart(part, value, due):
            return row | {"milestone": str(part), "amount": amount(value), "day": _iso(due)}
        case DropPart(part):
            return row | {"milestone": str(part)}
        case AddFee(line, value, parts, title):
            return row | {"line": str(line), "amount": amount(value), "title": title} | _parts_of(parts)
        case AddLine(title, rate, cap, minutes):
            return row | {"title": title, "amount": amount(rate), "cap": amount(cap), "hours": _h(minutes)}
        case AddFixed(title, value, due, minutes):
            return row | {"title": title, "amount": amount(value), "day": _iso(due), "hours": _h(minutes)}
        case StartOn(to) | EndOn(to):
            return row | {"day": _iso(to)}


def _parts_of(parts: Sequence[FeeShare]) -> Typed:
    row: Typed = {"parts": str(len(parts))}
    for n, part in enumerate(parts):
        row |= {f"day{n}": _iso(part.due_on), f"share{n}": f"{part.share_ppm / 10_000:g}"}
    return row


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _h(minutes: int) -> str:
    return hours.h_mm(minutes) if minutes else ""
