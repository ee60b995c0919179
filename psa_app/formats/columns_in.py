"""How the cells of a column are read: its decimal mark, the order of its dates, and each cell by its kind.

What comes out is text as a form would give it (1234.56, 2026-11-23, yes): the same checks follow.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from psa_app.errors import Invalid
from psa_app.formats.country_names import country_code
from psa_app.formats.time_exports.dates import find_order, read_moment
from psa_app.formats.time_exports.heads import fold
from psa_app.formats.time_exports.values import BadCell, DateOrder, shown
from psa_app.formats.time_exports.yes_no import read_yes_no
from psa_app.rules import money

Mark = Literal["", ".", ","]
FACTORS = ("ppm", "nano")
NUMBERS = ("money", "number", "percent", "ppm", "nano")
_SIGNS = str.maketrans({"−": "-", "–": "-", "‒": "-"})
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’]")
_NUMBER = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)", re.ASCII)
_BODY = re.compile(r"(?:\d|[.,]\d)[\d.,\s\u00a0\u202f\u2009'’]*", re.ASCII)
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "zł": "PLN",
    "kč": "CZK",
    "fr.": "CHF",
    "sfr.": "CHF",
    "us$": "USD",
}
_WORDS = {"wahr": True, "falsch": False, "on": True, "off": False, "✓": True, "✔": True, "✗": False}
_MONTHS = (
    "jan feb mar apr may jun jul aug sep oct nov dec|jan feb mär apr mai jun jul aug sep okt nov dez|"
    "january february march april may june july august september october november december|"
    "januar februar märz april mai juni juli august september oktober november dezember"
)
_MONTH = {name: number for row in _MONTHS.split("|") for number, name in enumerate(row.split(), 1)}
_NAMED = re.compile(r"(\d{1,2})[.\s-]+([^\W\d]+)\.?,?[\s-]+(\d{4})|([^\W\d]+)\.?\s+(\d{1,2}),?\s+(\d{4})")


@dataclass(frozen=True, slots=True)
class ColumnForm:
    """How a column is written: its decimal mark and the order of its dates; "" and None when open."""

    mark: Mark = ""
    order: DateOrder | None = None


@dataclass(frozen=True, slots=True)
class OpenForm:
    """What the cells leave open: "mark" or "order", with a cell that shows it and what it may mean."""

    kind: Literal["mark", "order"]
    example: str
    choices: tuple[str, ...]


def form_of(kind: str, cells: Iterable[str]) -> tuple[ColumnForm, OpenForm | None]:
    """How a column of this kind of field is written, from all of its cells."""
    given = list(dict.fromkeys(cell for cell in cells if cell))
    if kind == "date":
        found = find_order(given)
        is_open = found.order is None and bool(found.ambiguous)
        asked = OpenForm("order", found.ambiguous[0], ("dmy", "mdy")) if is_open else None
        return ColumnForm(order=found.order), asked
    if kind in FACTORS:
        return _factor_form(given), None
    if kind in NUMBERS:
        return _number_form(given)
    return ColumnForm(), None


def _number_form(cells: list[str]) -> tuple[ColumnForm, OpenForm | None]:
    bodies = [(cell, _split(cell)[0]) for cell in cells]
    marks: set[Mark] = {mark for _, body in bodies if (mark := _own_mark(body))}
    if len(marks) == 1:
        return ColumnForm(mark=marks.pop()), None
    unsure = next((cell for cell, body in bodies if _is_unsure(body)), "")
    if not unsure:
        return ColumnForm(), None
    mark = "." if "." in unsure else ","
    return ColumnForm(), OpenForm("mark", unsure, (mark, "," if mark == "." else "."))


def _factor_form(cells: list[str]) -> ColumnForm:
    """A percentage or a rate of exchange has no thousands: the one mark in 1.095 begins its decimals."""
    found, is_open = _number_form(cells)
    return found if is_open is None else ColumnForm(mark="." if "." in is_open.example else ",")


def _own_mark(body: str) -> Mark:
    """The decimal mark that a number shows by itself; "" when it does not."""
    points, commas = body.count("."), body.count(",")
    if points and commas:
        return "," if body.rindex(",") > body.rindex(".") else "."
    if points > 1 or commas > 1:
        return "," if points else "."
    if points or commas:
        before, after = re.split(r"[.,]", body)
        if len(after) != 3 or not re.fullmatch(r"[+-]?[1-9]\d{0,2}", before):
            return "." if points else ","
    return ""


def _is_unsure(body: str) -> bool:
    return ("." in body or "," in body) and not _own_mark(body)


def _split(cell: str) -> tuple[str, str]:
    """The number of a cell and what stands before or after it: "€ 1.234,56" is ("1.234,56", "€")."""
    clean = cell.strip().translate(_SIGNS)
    if clean.startswith("(") and clean.endswith(")"):  # bookkeeping's way of a minus
        clean = f"-{clean[1:-1]}"
    clean = re.sub(r"([.,])[-—]+$", "", clean)
    sign = "-" if clean.startswith("-") else ""
    match = _BODY.search(clean.removeprefix("-"))
    if match is None:
        return "", clean
    rest = clean.removeprefix("-")
    beside = (rest[: match.start()] + " " + rest[match.end() :]).strip()
    body = _SPACES.sub("", match[0])
    if beside.startswith("-"):
        sign, beside = "-", beside[1:].strip()
    if len(body) > 1 and body[-1] in ".,":  # "Fr. 100." or the rest of "100,-"
        body = body[:-1]
    return sign + body, beside


def number_text(cell: str, mark: Mark) -> tuple[str, str]:
    """A number with a point and nothing between its digits, and what stood beside it ("EUR", "%", "")."""
    body, beside = _split(cell)
    if not _NUMBER.fullmatch(body):
        raise Invalid(f"{shown(cell)} is no number. Write it as 1234.56.")
    own = _own_mark(body) or mark
    if not own and _is_unsure(body):
        raise Invalid(f"{shown(cell)} can be read in two ways. Choose the decimal mark of this column.")
    whole, _, part = body.partition(own) if own else (body, "", "")
    groups = re.split(r"[.,]", whole)
    ragged = any(len(group) != 3 for group in groups[1:])
    if ragged or re.search(r"[.,]", part):
        raise Invalid(f"{shown(cell)} is no number. Write it as 1234.56.")
    part = part.rstrip("0")
    return "".join(groups or ["0"]) + (f".{part}" if part else ""), beside


def currency_text(cell: str) -> str:
    """A currency's code from "EUR", "eur" or "€"; "" for an empty cell. Raises `Invalid`."""
    clean = cell.strip().strip(".").strip()
    code = _SYMBOLS.get(cell.strip().casefold()) or clean.upper()
    if code and code not in money.CURRENCIES:
        raise Invalid(f"{shown(cell)} is no currency that is known here. Use a code such as EUR or USD.")
    return code


def date_text(cell: str, order: DateOrder | None) -> str:
    """A day as 2026-11-23 from "23.11.2026", "11/23/2026", "23 Nov 2026", with or without a time."""
    named = _NAMED.fullmatch(cell.strip().casefold())
    if named:
        day, month, year = (named[1], named[2], named[3]) if named[1] else (named[5], named[4], named[6])
        number = _MONTH.get(month)
        if number:
            cell, order = f"{year}-{number:02}-{int(day):02}", "iso"
    try:
        moment = read_moment(cell, None if order == "iso" else order)
    except BadCell as error:
        raise Invalid(str(error)) from None
    if moment.day is None:
        raise Invalid(f"{shown(cell)} is no day. Write it as 2026-11-23.")
    return moment.day.isoformat()


def bool_text(cell: str) -> str:
    """ "yes" or "no" in the words of several languages; "" for an empty cell. Raises `Invalid`."""
    try:
        found = read_yes_no(cell, _WORDS)
    except KeyError:
        raise Invalid(f"{shown(cell)} is neither yes nor no. Write yes or no.") from None
    return "" if found is None else "yes" if found else "no"


def choice_value(cell: str, choices: Iterable[tuple[str, str]]) -> str:
    """The value of a choice by its word or its value, whatever its case. Raises `Invalid`."""
    word = fold(cell)
    listed = [(value, label) for value, label in choices if value]
    for value, label in listed:
        if word in (fold(label), fold(value)):
            return value
    words = ", ".join(label for _, label in listed[:8]) + (", …" if len(listed) > 8 else "")
    raise Invalid(f"{shown(cell)} is none of the choices. Write one of: {words}.")


def country_text(cell: str) -> str:
    """A country's two letters from its name or the letters. Raises `Invalid`."""
    code = country_code(cell)
    if not code:
        raise Invalid(f"{shown(cell)} is no country that is known here. Write its name, or AT for Austria.")
    return code
