"""Tables from files that people bring along, read in a program of their own: however long that takes and
whatever it unpacks to, those who share the server do not wait for it.

`python -m psa_app.formats.apart` reads limits and bytes from its input, and writes the table as JSON.
"""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import Any, Literal

from psa_app.errors import Busy, Invalid
from psa_app.formats.csv_files import Dialect, Limits, Table, read_table
from psa_app.formats.tables_in import LIMITS, read_any
from psa_app.formats.xlsx_in import is_workbook

Way = Literal["any", "csv"]  # read_any or read_table
SMALL = 200_000  # bytes of a CSV file that is read at once, in some ten milliseconds
MEMORY = 1_500_000_000  # bytes that a reader may take
SECONDS = 40  # of work
PATIENCE = 90  # seconds until a reader is given up
_AT_ONCE = BoundedSemaphore(2)
TOO_MUCH = "This file takes too much memory or time to be read. Save its first sheet as CSV, or split it."


def read_apart(data: bytes, limits: Limits = LIMITS, way: Way = "any") -> Table:
    """The table in a file, as `read_any` or `read_table` gives it. Raises `Invalid` ("file").

    Blocks until it is there: call it in a thread. Raises `Busy` while others' files keep the readers.
    """
    if len(data) > limits.bytes:
        raise Invalid(limits.too_large, "file")
    if len(data) <= SMALL and not is_workbook(data):
        return _read(data, limits, way)
    return _taken(ask_apart("psa_app.formats.apart", {"limits": asdict(limits), "way": way}, data))


def ask_apart(program: str, words: dict[str, Any], data: bytes) -> dict[str, Any]:
    """What a reader answers to words and a file; {} when it was stopped. Raises `Busy`. Blocks."""
    if not _AT_ONCE.acquire(timeout=PATIENCE):
        raise Busy("Other files are being read. Try again in a minute.")
    try:
        return _asked(program, words, data)
    finally:
        _AT_ONCE.release()


def _read(data: bytes, limits: Limits, way: Way) -> Table:
    return read_any(data, limits) if way == "any" else read_table(data, limits)


def _asked(program: str, words: dict[str, Any], data: bytes) -> dict[str, Any]:
    line = json.dumps(words).encode() + b"\n"
    command = [sys.executable, "-m", program]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, input=line + data, capture_output=True, timeout=PATIENCE, check=False
        )
        found: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    except subprocess.TimeoutExpired:
        found = {}
    return found


def _taken(found: dict[str, Any]) -> Table:
    if "headers" not in found:
        raise Invalid(found.get("refused", TOO_MUCH), "file")
    return Table(
        tuple(found["headers"]),
        tuple(map(tuple, found["rows"])),
        tuple(found["lines"]),
        Dialect(*found["dialect"]),
        found["encoding"],
    )


def bounded() -> None:
    """Of a reader: this program gives way to others, and ends where it asks for too much."""
    import resource

    os.nice(5)
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        with suppress(ValueError, OSError):  # macOS knows no limit of memory
            resource.setrlimit(what, (most, most))


def _answer() -> dict[str, Any]:
    words = json.loads(sys.stdin.buffer.readline())
    try:
        table = _read(sys.stdin.buffer.read(), Limits(**words["limits"]), words["way"])
    except Invalid as error:
        return {"refused": error.sentence}
    except MemoryError:
        return {"refused": TOO_MUCH}
    return {
        "headers": table.headers,
        "rows": table.rows,
        "lines": table.lines,
        "dialect": (table.dialect.delimiter, table.dialect.name),
        "encoding": table.encoding,
    }


if __name__ == "__main__":
    bounded()
    sys.stdout.write(json.dumps(_answer()))
