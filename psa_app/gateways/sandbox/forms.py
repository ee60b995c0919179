"""Reading the nested form encoding that Stripe's API uses: a[b][0][c]=x."""

import re
from typing import Any
from urllib.parse import parse_qsl

from psa_app.gateways.sandbox.answers import ApiError, Json, required

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_DEEPEST = 8


def decode(text: str) -> Json:
    """Nested dicts and lists with text leaves. Raises `ApiError` for a name that cannot be read."""
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        match = _NAME.fullmatch(name)
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])] if match else []
        if not 0 < len(path) <= _DEEPEST:
            raise ApiError(f"Invalid request parameter name: {name[:80]}", param=name[:80])
        _put(tree, path, value, name)
    return {name: _lists(value) for name, value in tree.items()}


def _put(tree: Json, path: list[str], value: str, name: str) -> None:
    node = tree
    for step in path[:-1]:
        node = node.setdefault(step or str(len(node)), {})
        if not isinstance(node, dict):
            raise ApiError(f"Invalid object: {name}", param=name)
    last = path[-1] or str(len(node))
    if last in node:
        raise ApiError(f"Duplicate parameter: {name}", param=name)
    node[last] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdecimal() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(inner) for key, inner in value.items()}


def text(params: Json, name: str, default: str = "") -> str:
    """A text parameter. Raises `ApiError` when it is an object or a list."""
    value = params.get(name, default)
    if not isinstance(value, str):
        raise ApiError(f"Invalid string: {name}", param=name)
    return value


def whole(params: Json, name: str, default: int | None = None) -> int:
    """An integer parameter; without a default it is required. Raises `ApiError`."""
    if name not in params and default is None:
        raise required(name)
    value = str(params.get(name, default))
    if not re.fullmatch(r"-?[0-9]{1,15}", value):
        raise ApiError(f"Invalid integer: {value[:20]}", param=name, code="parameter_invalid_integer")
    return int(value)


def group(params: Json, name: str) -> Json:
    """An object parameter, {} when it is left out or cleared. Raises `ApiError`."""
    value = params.get(name) or {}
    if not isinstance(value, dict):
        raise ApiError("Invalid object", param=name)
    return value


def sequence(params: Json, name: str) -> list[Any]:
    """A list parameter, [] when it is left out. Raises `ApiError`."""
    value = params.get(name) or []
    if not isinstance(value, list):
        raise ApiError("Invalid array", param=name)
    return value


def metadata(params: Json) -> dict[str, str]:
    """The caller's own names, within Stripe's limits. Raises `ApiError`."""
    given = group(params, "metadata")
    if len(given) > 50:
        raise ApiError("Metadata cannot have more than 50 keys", param="metadata")
    for name, value in given.items():
        if len(name) > 40 or not isinstance(value, str) or len(value) > 500:
            raise ApiError(
                "Metadata takes keys of up to 40 and texts of up to 500 characters.", param="metadata"
            )
    return given
