"""Cells of exported tables that a spreadsheet shows and never runs."""

import re
from datetime import date, datetime
from decimal import Decimal

Cell = str | int | float | Decimal | bool | date | datetime | None

_STARTERS = frozenset("=+-@|\t\r\n\0＝＋－＠")
_PARTS = re.compile(r"([;\t\r\n][ \u00a0]*)(?=[=+\-@|＝＋－＠])")


def defused(text: str) -> str:
    """The text, with an apostrophe before it when a spreadsheet would take it for a formula.

    Source: OWASP ASVS 5.0, 1.2.10. Numbers are no text: −5 as an `int` stays a number.
    """
    start = text.lstrip(" \u00a0")[:1]
    return f"'{text}" if start in _STARTERS and start else text


def defused_parts(text: str) -> str:
    """The same for each part that stands between semicolons, tabs and line ends.

    A spreadsheet that reads a CSV file with a semicolon between cells, as in much of Europe, pays no
    heed to our quotes: it would find a cell of its own in "Work;=1+1".
    """
    return _PARTS.sub(r"\1'", defused(text))
