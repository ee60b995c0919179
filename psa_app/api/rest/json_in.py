"""Reading JSON that a stranger sent: small, unambiguous, and of numbers and text that can be kept."""

import json
from typing import Any

from psa_app.api.rest.problems import Refused

LARGEST = 1_000_000  # bytes
DEEPEST = 12
LONGEST_TEXT = 100_000
MOST = 10**15


def parse(body: bytes, content_type: str) -> dict[str, Any]:
    """The JSON object of a request; no body at all is an empty one.

    Raises `Refused`: 413, 415, 400 for what is no JSON, 422 for numbers and text beyond all use.
    """
    if len(body) > LARGEST:
        raise Refused(413, f"Send at most {LARGEST // 1000} kB.")
    if not body.strip():
        return {}
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "Send JSON, with Content-Type: application/json.")
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_float=_whole,
            parse_int=_bounded,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        raise Refused(400, "This is not JSON.") from None
    if not isinstance(value, dict):
        raise Refused(422, 'Send an object: {"field": value}.')
    _check(value, 0, "")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(400, "A field stands twice in one object.")
    return found


def _whole(text: str) -> int:
    """86.0 is the whole number 86 (JSON knows no difference); 86.5 is nothing that a field takes."""
    number = float(text)
    if not number.is_integer() or abs(number) > MOST:
        raise Refused(422, "Numbers are whole: minor units, minutes, seconds.")
    return int(number)


def _bounded(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MOST:
        raise Refused(422, "A number has 15 digits at most.")
    return int(text)


def _no_number(_: str) -> None:
    raise Refused(400, "NaN and Infinity are no numbers in JSON.")


def _check(value: Any, depth: int, name: str) -> None:
    if depth > DEEPEST:
        raise Refused(422, "This is nested too deeply.", name)
    if isinstance(value, str):
        _check_text(value, name)
    elif isinstance(value, dict):
        for key, one in value.items():
            _check_text(key, "")
            _check(one, depth + 1, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for number, one in enumerate(value):
            _check(one, depth + 1, f"{name}.{number}")


def _check_text(text: str, name: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise Refused(422, f"A text has {LONGEST_TEXT} characters at most.", name)
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Refused(422, "This text holds characters that cannot be kept.", name)
