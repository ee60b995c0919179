"""Changing one part of a template’s body. A path leads to it: "phases.0.tasks.2", or to a list."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from psa_app.errors import Invalid
from psa_app.rules.templates.shape import Body, Shape

GONE = "This part of the template is not there any more. Reload the page."


def shape_at(shape: Shape, path: str) -> Shape:
    """The shape of the part, or of a list's parts, to which a path leads; "" is the whole."""
    for name in path.split(".") if path else []:
        if name.isdecimal():
            continue
        field = shape.field(name)
        if field is None or field.of is None:
            raise Invalid(GONE)
        shape = field.of
    return shape


def part(body: Mapping[str, Any], path: str) -> Any:
    """The part or list to which a path leads. Raises `Invalid` when there is none."""
    found: Any = body
    for name in path.split(".") if path else []:
        try:
            found = found[int(name)] if name.isdecimal() and isinstance(found, list) else found[name]
        except (IndexError, KeyError, TypeError):
            raise Invalid(GONE) from None
    if not isinstance(found, list | dict):
        raise Invalid(GONE)
    return found


def added(body: Mapping[str, Any], path: str, values: Mapping[str, Any]) -> Body:
    """The body with a part more, last in the list at `path`."""
    new = deepcopy(dict(body))
    part(new, path).append(dict(values))
    return new


def changed(body: Mapping[str, Any], path: str, values: Mapping[str, Any]) -> Body:
    """The body with these fields of the part at `path`; its lists stay."""
    new = deepcopy(dict(body))
    part(new, path).update(values)
    return new


def removed(body: Mapping[str, Any], path: str) -> Body:
    """The body without the part at `path`, and what it holds."""
    new = deepcopy(dict(body))
    rows, place = _place(new, path)
    del rows[place]
    return new


def moved(body: Mapping[str, Any], path: str, by: int) -> Body:
    """The body with the part at `path` so many places further down; at an end it stays."""
    new = deepcopy(dict(body))
    rows, place = _place(new, path)
    rows.insert(min(max(place + by, 0), len(rows) - 1), rows.pop(place))
    return new


def _place(body: Mapping[str, Any], path: str) -> tuple[list[Any], int]:
    above, _, place = path.rpartition(".")
    rows = part(body, above) if above else None
    if not isinstance(rows, list) or not place.isdecimal() or int(place) >= len(rows):
        raise Invalid(GONE)
    return rows, int(place)
