"""From a resource's values to what its list and form show: finished text by the kind of field."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from psa_app.display import forms
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column
from psa_app.formats import places, words
from psa_app.models.resource import FieldSpec
from psa_app.rules import hours, money
from psa_app.rules.outside import outside

LONGEST = 80  # characters of a note that stand in a list
NUMERIC = ("money", "hours", "minutes", "seconds", "number", "percent", "ppm", "nano")
_FORM_KINDS = {
    "multiline": "textarea",
    "email": "email",
    "money": "money",
    "hours": "hours",
    "minutes": "hours",
    "number": "number",
    "percent": "percent",
    "ppm": "percent",
    "nano": "number",
    "date": "date",
    "bool": "bool",
    "choice": "choice",
    "link": "choice",
    "country": "find",
    "zone": "find",
    "currency": "find",
}
_NAMED = {"country": places.countries, "zone": places.zones, "currency": places.currencies}


def column(field: FieldSpec) -> Column:
    """The head of a field's column."""
    phone = "named" if field.kind == "bool" else "line"
    return Column(field.name, field.label, align="right" if field.kind in NUMERIC else "left", phone=phone)


def cell(
    field: FieldSpec, values: Mapping[str, Any], names: Mapping[int, str], base: str, zone: ZoneInfo
) -> Cell:
    """A field's value in a list; missing is "–"."""
    shown = text(field, values, names, base, zone)
    if not shown:
        return Cell("–", kind="muted", align="right" if field.kind in NUMERIC else "left")
    if field.name == "status":
        state = badge(str(values[field.name]))
        return Cell(state.text, kind="badge", tone=state.tone, icon=state.icon)
    if field.kind == "multiline" and len(shown) > LONGEST:
        return Cell(f"{shown[:LONGEST].rstrip()}…")
    align = "right" if field.kind in NUMERIC else "left"
    return Cell(shown, href=outside(field.opens, shown), align=align)


def text(
    field: FieldSpec, values: Mapping[str, Any], names: Mapping[int, str], base: str, zone: ZoneInfo
) -> str:
    """A field's value in words; "" for nothing."""
    value = values.get(field.name)
    return "" if value is None or value == "" else _text(field, value, values, names, base, zone)


def _text(
    field: FieldSpec,
    value: Any,
    values: Mapping[str, Any],
    names: Mapping[int, str],
    base: str,
    zone: ZoneInfo,
) -> str:
    match field.kind:
        case "money":
            return words.money(value, currency_of(field, values, base))
        case "hours" | "minutes":
            return hours.h_mm(value)
        case "seconds":
            return hours.h_mm_seconds(value)
        case "date":
            return words.day(value)
        case "instant":
            return words.moment(value, zone)
        case "bool":
            return "Yes" if value else ""
        case "percent":
            return f"{value}{words.NARROW_SPACE}%"
        case "ppm":
            return f"{_decimal(value, 4)}{words.NARROW_SPACE}%"
        case "nano":
            return _decimal(value, 9, 4)
        case "link":
            return names.get(value, "")
        case "choice":
            return dict(field.choices).get(value, str(value))
    return str(value)


def currency_of(field: FieldSpec, values: Mapping[str, Any], base: str) -> str:
    """The currency that a money field is in."""
    return str(values.get(field.money_in) or base) if field.money_in else base


def spec(
    field: FieldSpec, values: Mapping[str, Any], options: list[forms.Option], base: str, new: bool
) -> forms.FieldSpec:
    """A field as the form draws it, with its present value as text."""
    usual = base if field.kind == "currency" and field.required else field.default
    given = values.get(field.name, usual if new else None)
    chosen = [forms.Option(value, label) for value, label in field.choices] or options
    if field.kind in ("link", "choice") and not field.required and field.default is None:
        chosen = [forms.Option("", "–"), *chosen]
    if field.kind in _NAMED:
        chosen = named(field.kind, _typed(field, given, values, base))
    return forms.FieldSpec(
        name=field.name,
        label=field.label,
        kind=_FORM_KINDS.get(field.kind, "text"),
        value=_typed(field, given, values, base),
        help=field.help,
        unit=currency_of(field, values, base) if field.kind == "money" else "",
        required=field.required,
        locked=field.set == "create" and not new,
        wide=field.kind == "multiline",
        options=chosen,
    )


def named(kind: str, value: str = "") -> list[forms.Option]:
    """The countries, zones or currencies to choose from, `value` among them whatever it is."""
    known = _NAMED[kind]()
    if kind == "country":
        options = [forms.Option(code, name, code) for code, name in known]
    else:
        options = [forms.Option(code, code, name) for code, name in known]
    kept = value and all(value != code for code, _ in known)
    return [forms.Option(value, value), *options] if kept else options


def _typed(field: FieldSpec, value: Any, values: Mapping[str, Any], base: str) -> str:
    if value is None:
        return ""
    match field.kind:
        case "money":
            return money.plain(value, currency_of(field, values, base))
        case "hours" | "minutes":
            return hours.h_mm(value)
        case "bool":
            return "true" if value else ""
        case "date":
            return str(value.isoformat())
        case "ppm":
            return _decimal(value, 4)
        case "nano":
            return _decimal(value, 9)
    return str(value)


def _decimal(value: int, digits: int, least: int = 0) -> str:
    """The decimal that a whole number stands for: 200000 with 4 digits is "20", with `least` 2 "20.00"."""
    whole, rest = divmod(value, 10**digits)
    decimals = f"{rest:0{digits}}".rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else str(whole)
