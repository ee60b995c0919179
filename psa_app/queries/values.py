"""From what a form or the API sends to a typed value, with a sentence for what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session, select

from psa_app.errors import Invalid
from psa_app.models import Firm
from psa_app.models.resource import FieldSpec
from psa_app.queries.many import once
from psa_app.rules import fields, hours, money
from psa_app.rules.outside import check_website

_TRUE = {"true", "on", "1", "yes"}
_FALSE = {"false", "off", "0", "no", ""}
_MOST = 10**15
_FACTOR = re.compile(r"(\d{1,6})(?:[.,](\d{1,9}))?", re.ASCII)


def typed(field: FieldSpec, given: Any, *, currency: str, session: Session) -> Any:
    """The value of `field` in Python's type for it; raises `Invalid` with a sentence."""
    if given is None or (isinstance(given, str) and not given.strip() and field.kind != "bool"):
        return _empty(field)
    match field.kind:
        case "text" | "multiline" | "email" | "currency" | "country" | "zone" | "choice":
            return _text(field, given)
        case "date":
            return fields.iso_date(str(given), field.name)
        case "bool":
            return _bool(field, given)
        case "money":
            return _money(field, given, currency or base_currency(session))
        case "hours" | "minutes":
            return _not_negative(field, _minutes(field, given))
        case "link" | "percent" | "seconds":
            return _not_negative(field, _whole(field, given))
        case "number":
            return _whole(field, given)
        case "ppm":
            return fields.percent_ppm(given, field.name) if isinstance(given, str) else _whole(field, given)
        case "nano":
            return nano(given, field.name) if isinstance(given, str) else _whole(field, given)
    raise Invalid("This field cannot be set.", field.name)


def with_usual(session: Session, field: FieldSpec) -> FieldSpec:
    """The field with what the firm itself has there as its default, where it says so."""
    if not field.usual:
        return field
    firm = once(session, ("usual", "firm"), lambda: session.exec(select(Firm)).first())
    return replace(field, default=getattr(firm, field.usual)) if firm is not None else field


def _empty(field: FieldSpec) -> Any:
    if field.required:
        raise Invalid("Please fill this in.", field.name)
    if field.kind in ("text", "multiline", "email", "choice", "currency", "country", "zone"):
        return field.default or ""
    return field.default


def _text(field: FieldSpec, given: Any) -> str:
    if not isinstance(given, str):
        raise Invalid("Please give text.", field.name)
    if field.kind == "choice":
        if given not in {value for value, _ in field.choices}:
            raise Invalid("Choose one from the list.", field.name)
        return given
    if field.kind == "email":
        return fields.email(given, field.name)
    if field.kind == "currency":
        money.exponent(given.strip().upper())
        return given.strip().upper()
    if field.kind == "country":
        return fields.country(given, field.name)
    if field.kind == "zone":
        return fields.zone(given, field.name)
    if field.form == "website":
        check_website(given, field.name)
    return fields.text(
        given, field.name, max=field.max_length, required=field.required, multiline=field.kind == "multiline"
    )


def _bool(field: FieldSpec, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    word = str(given).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise Invalid("Please say yes or no.", field.name)


def _money(field: FieldSpec, given: Any, currency: str) -> int:
    if isinstance(given, Mapping):
        if given.get("currency") != currency:
            raise Invalid(f"This amount must be in {currency}.", field.name)
        given = given.get("amount")
    if isinstance(given, bool) or not isinstance(given, (int, str)):
        raise Invalid("Please give an amount such as 120.00.", field.name)
    amount = given if isinstance(given, int) else money.parse_amount(given, currency, field.name)
    if not 0 <= amount <= _MOST:
        raise Invalid("Please give an amount that is not negative and has at most 15 digits.", field.name)
    return amount


def _minutes(field: FieldSpec, given: Any) -> int:
    if isinstance(given, str):
        return hours.parse_duration(given)
    return _whole(field, given)


def _whole(field: FieldSpec, given: Any) -> int:
    if isinstance(given, bool):
        raise Invalid("Please give a whole number.", field.name)
    if isinstance(given, str):
        return fields.whole(given, field.name)
    if not isinstance(given, int) or not -_MOST <= given <= _MOST:
        raise Invalid("Please give a whole number.", field.name)
    return given


def _not_negative(field: FieldSpec, number: int) -> int:
    if number < 0:
        raise Invalid("This cannot be less than zero.", field.name)
    return number


def base_currency(session: Session) -> str:
    """The firm's own currency."""
    found = once(session, "base currency", lambda: session.exec(select(Firm.base_currency)).first())
    return found or "EUR"


def nano(text: str, field: str) -> int:
    """A factor times 10⁹ from what is typed: "0.921" or "0,921" is 921,000,000. Raises `Invalid`."""
    match = _FACTOR.fullmatch(text.strip())
    if match is None:
        raise Invalid("Type a number such as 0.921, with at most 9 decimals.", field)
    return int(match[1]) * money.NANO + int((match[2] or "").ljust(9, "0"))
