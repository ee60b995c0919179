"""References on payments: an invoice's number in free text, and structured ones with check digits."""

import re
from functools import lru_cache

_MOD10 = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)
_LEAST_DIGITS = 4  # fewer digits by themselves are anything: a day, an amount, a street


def creditor_body(reference: str) -> str:
    """What an issuer put into a structured reference; "" when it is none or its check digits are wrong.

    Sources: ISO 11649 ("RF", two check digits, mod 97 as an IBAN) and the Swiss QR reference (27 digits,
    the last by recursive mod 10, leading zeros are filling).
    """
    clean = "".join(reference.split()).upper()
    if not (clean.isascii() and clean.isalnum()):
        return ""
    if clean.startswith("RF") and 5 <= len(clean) <= 25 and clean[2:4].isdigit():
        digits = "".join(str(int(sign, 36)) for sign in clean[4:] + clean[:4])
        return clean[4:] if int(digits) % 97 == 1 else ""
    if len(clean) == 27 and clean.isdigit() and clean[-1] == swiss_check(clean[:-1]):
        return clean[:-1].lstrip("0")
    return ""


def swiss_check(digits: str) -> str:
    """The check digit of a QR reference. Source: Swiss Implementation Guidelines QR-bill, annex B."""
    carry = 0
    for digit in digits:
        carry = _MOD10[(carry + int(digit)) % 10]
    return str((10 - carry) % 10)


def plain_number(number: str) -> str:
    """A number with nothing but letters and digits: "INV-2026/0001" is "INV20260001"."""
    return "".join(sign for sign in number.upper() if sign.isalnum())


@lru_cache(maxsize=4096)
def _pattern(number: str) -> re.Pattern[str]:
    """The number with anything short that people and banks put between its signs."""
    signs = r"[\s./\-–_]{0,2}".join(map(re.escape, plain_number(number)))
    return re.compile(rf"(?<![A-Z0-9]){signs}(?!\d)")


def names_number(text: str, number: str) -> bool:
    """Whether a text names this number, whatever stands between its parts: "inv 2026 0001"."""
    plain = plain_number(number)
    if not plain or (plain.isdigit() and len(plain) < _LEAST_DIGITS):
        return False
    return _pattern(number).search(text.upper()) is not None


def names_digits(text: str, number: str) -> bool:
    """Whether a text has the digits of this number without its letters: "2026-0001" for "INV-2026-0001"."""
    digits = "".join(sign for sign in number if sign.isdigit())
    if len(digits) <= _LEAST_DIGITS:
        return False
    return re.search(r"(?<!\d)" + r"[\s./\-–_]{0,2}".join(digits) + r"(?!\d)", text) is not None


def is_reference_of(body: str, number: str) -> bool:
    """Whether the body of a structured reference is this number, or its digits."""
    if not body:
        return False
    digits = "".join(sign for sign in number if sign.isdigit())
    return body == plain_number(number) or (len(digits) > _LEAST_DIGITS and body == digits.lstrip("0"))
