"""The session cookie's name, and how it is read from a `Cookie` header."""

import base64
import binascii

from psa_app.access import secrets
from psa_app.config import settings


def cookie_name() -> str:
    """`__Host-psa` under https, where the browser then enforces Secure and no Domain; else `psa`."""
    return "__Host-psa" if settings().secure else "psa"


def tried_name() -> str:
    """The cookie that keeps for a minute what was typed as address in a sign-in that failed."""
    return cookie_name() + "-tried"


def token_in(header: str) -> str:
    """The session token in a `Cookie` header, or "" when there is none, or when two disagree."""
    token = value_in(header, cookie_name())
    return token if secrets.plausible(token) else ""


def value_in(header: str, name: str) -> str:
    """The value of one cookie, or "" when it is not there, or there twice with different values."""
    if len(header) > 8192:
        return ""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    found = {value for key, _, value in pairs if key == name}
    return found.pop() if len(found) == 1 else ""


def tried_value(address: str) -> str:
    """The address as the cookie keeps it."""
    return base64.urlsafe_b64encode(address[:254].encode("utf-8", "replace")).decode()


def tried_address(header: str) -> str:
    """The address that was typed in a sign-in that just failed, so that it need not be typed again."""
    try:
        return base64.urlsafe_b64decode(value_in(header, tried_name()).encode()).decode()[:254]
    except (binascii.Error, UnicodeError):
        return ""
