"""What a browser hands to a handler: checked before the handler sees it.

Reflex does not enforce the type hints of a handler. Here the arguments are measured, then
brought to the hinted types; what does not fit is refused before anything happens.
"""

import inspect
import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, get_type_hints

from pydantic import PydanticUserError, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError

MAX_TEXT = 100_000  # characters in one text
MAX_DEPTH = 12
MAX_NODES = 50_000
MAX_NUMBER = 10**15  # 15 digits


class BadArguments(ValueError):
    """The arguments cannot be taken; `sentence` is for the person, if it was one."""

    def __init__(
        self, why: str, sentence: str = "That could not be taken over. Please reload the page."
    ) -> None:
        super().__init__(why)
        self.sentence = sentence


def settle(handler: Callable[..., Any], payload: dict[str, Any]) -> None:
    """Brings the payload to the handler's types, in place. Raises `BadArguments`."""
    measure(payload)
    adapters, required = _signature(handler)
    unknown = payload.keys() - adapters.keys()
    missing = required - payload.keys()
    if unknown or missing:
        raise BadArguments("unknown or missing arguments")
    for name, value in payload.items():
        adapter = adapters[name]
        if adapter is None:
            continue
        try:
            payload[name] = adapter.validate_python(value)
        except (ValidationError, RecursionError, OverflowError):
            raise BadArguments(f"argument {name} has the wrong type") from None


def measure(value: Any) -> None:
    """Refuses what no honest page sends: endless nesting, huge texts and numbers, NaN, broken text."""
    todo: list[tuple[Any, int]] = [(value, 0)]
    nodes = 0
    while todo:
        one, depth = todo.pop()
        nodes += 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise BadArguments("nested too deep or too many parts")
        if isinstance(one, dict):
            todo.extend((part, depth + 1) for pair in one.items() for part in pair)
        elif isinstance(one, (list, tuple, set)):
            todo.extend((part, depth + 1) for part in one)
        else:
            _measure_plain(one)


def _measure_plain(one: Any) -> None:
    if isinstance(one, str):
        if len(one) > MAX_TEXT:
            raise BadArguments("a text is too long", "That text is too long.")
        if "\x00" in one or (not one.isascii() and any("\ud800" <= c <= "\udfff" for c in one)):
            raise BadArguments(
                "a text holds characters that no text has", "That text holds broken characters."
            )
    elif isinstance(one, float) and not math.isfinite(one):
        raise BadArguments("a number is not finite", "That is not a number.")
    elif isinstance(one, (int, float)) and abs(one) >= MAX_NUMBER:
        raise BadArguments("a number is too large", "That number is too large.")


@lru_cache(maxsize=2000)
def _signature(handler: Callable[..., Any]) -> tuple[dict[str, TypeAdapter[Any] | None], frozenset[str]]:
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    try:
        hints = get_type_hints(handler)
    except NameError:
        hints = {}
    adapters = {one.name: _adapter(hints.get(one.name, Any)) for one in parameters}
    required = frozenset(one.name for one in parameters if one.default is inspect.Parameter.empty)
    return adapters, required


def _adapter(hint: Any) -> TypeAdapter[Any] | None:
    """Checks values of a type; None where the type is Reflex's own, such as an uploaded file."""
    if hint is Any:
        return None
    try:
        return TypeAdapter(hint)
    except (PydanticSchemaGenerationError, PydanticUserError):
        return None
