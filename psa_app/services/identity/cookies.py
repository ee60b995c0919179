"""The session cookie's name, and how it is read from a `Cookie` header."""

from psa_app.access import secrets
from psa_app.config import settings


def cookie_name() -> str:
    """`__Host-psa` under https, where the browser then enforces Secure and no Domain; else `psa`."""
    return "__Host-psa" if settings().secure else "psa"


def token_in(header: str) -> str:
    """The session token in a `Cookie` header, or "" when there is none, or when two disagree."""
    if len(header) > 8192:
        return ""
    name = cookie_name()
    pairs = (part.strip().partition("=") for part in header.split(";"))
    found = {value for key, _, value in pairs if key == name}
    token = found.pop() if len(found) == 1 else ""
    return token if secrets.plausible(token) else ""
