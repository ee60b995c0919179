"""Bank statements read in a program of their own, with limits of memory and time, as tables are.

`python -m psa_app.formats.bank_statements.apart` reads choices and bytes from its input, and writes JSON.
"""

import json
import sys
from dataclasses import asdict
from datetime import date
from typing import Any

from psa_app.errors import Invalid
from psa_app.formats.apart import SMALL, ask_apart, bounded
from psa_app.formats.bank_statements import MOST_BYTES, csv_headers, read_statements
from psa_app.formats.bank_statements.csv_lines import CsvChoices
from psa_app.formats.bank_statements.values import Entry, Statement

PROGRAM = "psa_app.formats.bank_statements.apart"
TOO_MUCH = "This file takes too much memory or time to be read. Export fewer days at a time."
_DAYS = ("booked_on", "value_on")


def statements_apart(data: bytes, choices: CsvChoices) -> tuple[Statement, ...]:
    """The statements in a file, as `read_statements` gives them, and with what it raises.

    Blocks until they are there: call it in a thread, with no transaction open. Raises `Busy`.
    """
    if _is_small(data):
        return read_statements(data, choices)
    found = _answer_of({"choices": asdict(choices)}, data)
    return tuple(_statement(one) for one in found["statements"])


def headers_apart(data: bytes) -> tuple[str, ...]:
    """The columns of a CSV file, as `csv_headers` gives them."""
    return csv_headers(data) if _is_small(data) else tuple(_answer_of({"heads": True}, data)["heads"])


def _is_small(data: bytes) -> bool:
    """Read at once, in some ten milliseconds; what is refused by its size needs no reader either."""
    return len(data) > MOST_BYTES or len(data) <= SMALL


def _answer_of(words: dict[str, Any], data: bytes) -> dict[str, Any]:
    found = ask_apart(PROGRAM, words, data)
    if "refused" in found or not found:
        raise Invalid(found.get("refused", TOO_MUCH), found.get("field", "file"))
    return found


def _statement(raw: dict[str, Any]) -> Statement:
    return Statement(**{**raw, "entries": tuple(_entry(one) for one in raw["entries"])})


def _entry(raw: dict[str, Any]) -> Entry:
    return Entry(**{**raw, **{day: date.fromisoformat(raw[day]) for day in _DAYS if raw[day]}})


def _answer() -> dict[str, Any]:
    words = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    try:
        if "heads" in words:
            return {"heads": csv_headers(data)}
        return {"statements": [asdict(one) for one in read_statements(data, CsvChoices(**words["choices"]))]}
    except Invalid as error:
        return {"refused": error.sentence, "field": error.field}
    except MemoryError:
        return {"refused": TOO_MUCH}


if __name__ == "__main__":
    bounded()
    sys.stdout.write(json.dumps(_answer(), default=date.isoformat))
