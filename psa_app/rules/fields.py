"""Checks of single form fields, the same for the page, the API, imports and the command line.

Each takes what was typed and the field's name, and gives the clean value or raises `Invalid` with
that field. With `required=False` an empty input gives an empty text.
"""

import re
import unicodedata
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from psa_app.errors import Invalid
from psa_app.rules import codes

WHOLE_MAX = 2**31 - 1

_EMAIL_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WHOLE = re.compile(r"[+-]?\d{1,12}", re.ASCII)
_PERCENT = re.compile(r"\d{1,5}(?:\.\d{1,4})?", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]+", re.ASCII)
# Bidirectional overrides can make a name read as another one.
_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def text(
    value: str,
    field: str,
    max: int = 200,  # noqa: A002
    required: bool = True,
    multiline: bool = False,
) -> str:
    """The text without blanks around it, at most `max` characters long.

    Control characters are refused (so that no line break slips into a mail header); with
    `multiline` line breaks and tabs are kept, every line break as "\\n".
    """
    clean = value.replace("\r\n", "\n") if multiline else value
    clean = clean.strip(" \t\r\n\u00a0")
    if required and not clean:
        raise Invalid("Fill this in.", field)
    if not clean.isprintable() and any(_forbidden(char, multiline) for char in clean):
        kind = "text" if multiline else "text on one line"
        raise Invalid(f"This holds characters that cannot be kept. Type plain {kind}.", field)
    if len(clean) > max:
        raise Invalid(f"This is {len(clean)} characters long; {max} is the most.", field)
    return clean


def _forbidden(char: str, multiline: bool) -> bool:
    if multiline and char in "\n\t":
        return False
    return char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def email(value: str, field: str = "email", required: bool = True) -> str:
    """An e-mail address in lower case: " Anna@Müller.example " is "anna@xn--mller-kva.example"."""
    clean = text(value, field, 254, required)
    if not clean:
        return ""
    local, _, domain = clean.rpartition("@")
    labels = _ascii_domain(domain).split(".")
    well_formed = len(labels) > 1 and all(_HOST_LABEL.fullmatch(label) for label in labels)
    if not well_formed or len(local) > 64 or not _EMAIL_LOCAL.fullmatch(local):
        raise Invalid("Type an e-mail address such as anna@example.com.", field)
    return f"{local}@{'.'.join(labels)}".lower()


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def iso_date(value: str, field: str) -> date:
    """A day between 1900 and 2199 from "2026-11-23"."""
    clean = value.strip()
    try:
        if not _ISO_DATE.fullmatch(clean):
            raise ValueError
        day = date.fromisoformat(clean)
    except ValueError:
        raise Invalid("Type a date that exists, as 2026-11-23.", field) from None
    if not 1900 <= day.year <= 2199:
        raise Invalid("Type a date between 1900 and 2199.", field)
    return day


def optional_date(value: str, field: str) -> date | None:
    """Like `iso_date`; an empty text is None."""
    return iso_date(value, field) if value.strip() else None


def whole(value: str | int, field: str, low: int = 0, high: int = WHOLE_MAX) -> int:
    """A whole number from `low` to `high`, both included."""
    clean = str(value).strip().replace("−", "-")
    if isinstance(value, bool) or not _WHOLE.fullmatch(clean):
        raise Invalid("Type a whole number.", field)
    number = int(clean)
    if not low <= number <= high:
        raise Invalid(f"Type a whole number from {low} to {high}.", field)
    return number


def optional_whole(value: str | int, field: str, low: int = 0, high: int = WHOLE_MAX) -> int | None:
    """Like `whole`; an empty text is None."""
    return whole(value, field, low, high) if str(value).strip() else None


def percent_ppm(value: str, field: str, high: int = 1_000_000) -> int:
    """A percentage as parts per million, from 0 to `high`: "20" is 200,000, "7,7 %" is 77,000."""
    clean = value.strip().removesuffix("%").strip().replace(",", ".")
    if not _PERCENT.fullmatch(clean):
        raise Invalid("Type a percentage such as 20 or 7.7, with at most 4 decimals.", field)
    before, _, after = clean.partition(".")
    ppm = int(before) * 10_000 + int(after.ljust(4, "0"))
    if ppm > high:
        raise Invalid(f"Type a percentage from 0 to {high // 10_000}.", field)
    return ppm


def country(value: str, field: str = "country", required: bool = True) -> str:
    """An ISO 3166-1 code of two letters in upper case: "at" is "AT"."""
    clean = value.strip().upper()
    if not clean and not required:
        return ""
    if clean not in codes.COUNTRIES:
        raise Invalid("Choose a country by its two letters, such as AT.", field)
    return clean


def language(value: str, field: str = "language", required: bool = True) -> str:
    """An ISO 639-1 language with an optional country: "DE-at" is "de-AT"."""
    clean = value.strip()
    if not clean and not required:
        return ""
    tongue, dash, where = clean.replace("_", "-").partition("-")
    known = tongue.lower() in codes.LANGUAGES and (not dash or where.upper() in codes.COUNTRIES)
    if not known:
        raise Invalid("Choose a language such as en or de-AT.", field)
    return f"{tongue.lower()}{dash}{where.upper()}"


def zone(value: str, field: str = "zone") -> str:
    """An IANA time zone such as "Europe/Vienna"."""
    clean = value.strip()
    if clean not in _zones():
        raise Invalid("Choose a time zone such as Europe/Vienna.", field)
    return clean


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def iban(value: str, field: str = "iban", required: bool = True) -> str:
    """An IBAN without blanks, its check digits right (ISO 13616: remainder 1 modulo 97)."""
    clean = re.sub(r"\s", "", value).upper()
    if not clean and not required:
        return ""
    if not _IBAN.fullmatch(clean) or not _right_length(clean):
        raise Invalid("This is not a whole IBAN. Copy it as the bank wrote it.", field)
    turned = clean[4:] + clean[:4]
    if int("".join(str(int(char, 36)) for char in turned)) % 97 != 1:
        raise Invalid("A digit of this IBAN is wrong: its check digits do not fit. Compare it again.", field)
    return clean


def _right_length(clean: str) -> bool:
    known = codes.IBAN_LENGTHS.get(clean[:2])
    return len(clean) == known if known else 15 <= len(clean) <= 34


def vat_id(value: str, field: str = "vat_id", country: str = "", required: bool = True) -> str:
    """A VAT number with its country's prefix and without blanks; only its form is checked.

    Without a country the number's own prefix tells it: "ATU 1234 5678" is "ATU12345678", and so is
    "u12345678" for AT. Where the country's form is not known here the text itself is kept.
    """
    if not value.strip() and not required:
        return ""
    bare = re.sub(r"[\s.\-/]", "", value).upper()
    code = country.upper() or codes.VAT_COUNTRIES.get(bare[:2], "")
    pattern = codes.VAT_PATTERNS.get(code)
    if pattern is None:
        return text(value, field, 40)
    prefix = codes.VAT_PREFIXES.get(code, code)
    bare = bare.removeprefix(prefix)
    if not re.fullmatch(pattern, bare, re.ASCII):
        example = codes.VAT_EXAMPLES[code]
        raise Invalid(f"This is not the form of a VAT number there. It looks like {example}.", field)
    return prefix + bare
