"""Addresses outside the app: what a website, a mail address or a phone number may lead to."""

import re
from urllib.parse import quote, urlsplit

from psa_app.errors import Invalid

_HOST = re.compile(r"(?:[\w-]{1,63}\.)+[\w-]{2,63}", re.UNICODE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>()\[\]\",;:\\?&%]+@[^\s@<>()\[\]\",;:\\?&%]+")
LEAST_DIGITS = 5


def outside(form: str, value: str) -> str:
    """The address that a value of this form ("website", "email", "phone") opens, "" for none.

    Only https, http, mailto and tel: anything else that someone typed stays plain text.
    """
    value = value.strip()
    if form == "website":
        return _website(value)
    if form == "email":
        return f"mailto:{quote(value, safe='@+.-_')}" if _MAIL.fullmatch(value) else ""
    if form == "phone":
        return _phone(value)
    return ""


def shown(form: str, value: str) -> str:
    """A website as people say it, "northwind.com"; anything else as it is."""
    if form != "website" or not outside(form, value):
        return value
    return re.sub(r"^https?://(www\.)?", "", value.strip(), flags=re.IGNORECASE).rstrip("/")


def check_website(value: str, field: str) -> None:
    """Raises `Invalid` for what is no address of the web; "northwind.com" is one."""
    if value.strip() and not _website(value.strip()):
        raise Invalid("Give a web address such as northwind.com.", field)


def _website(value: str) -> str:
    address = value if _SCHEME.match(value) else f"https://{value}"
    if re.search(r"[\s<>\"'\\`]", address):
        return ""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    is_safe = parts.scheme.lower() in ("http", "https") and not parts.username and not parts.password
    return address if is_safe and _HOST.fullmatch(host) else ""


def _phone(value: str) -> str:
    """ "+43 (0)660 123 45 67" dials +436601234567."""
    number = re.sub(r"^(\+\d+)\s*\(0\)", r"\1", value)
    if not re.fullmatch(r"\+?[\d\s()./-]+", number):
        return ""
    digits = re.sub(r"\D", "", number)
    mark = "+" if number.startswith("+") else ""
    return f"tel:{mark}{digits}" if len(digits) >= LEAST_DIGITS else ""
