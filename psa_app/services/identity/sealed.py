"""Sentences that travel in an address from one of our pages to the next, and that nobody else can write.

Without a seal whoever sends a link could put words of their own on the page of an invoice, such as
another bank account.
"""

import hmac
from hashlib import sha256

from psa_app.config import settings

LONGEST = 200
_DIGITS = 32  # 128 bits


def seal(text: str, about: str) -> str:
    """The text, at most 200 characters, behind a seal that holds for the page `about` only."""
    kept = text[:LONGEST]
    return _mac(kept, about) + kept


def unseal(value: object, about: str) -> str:
    """The text behind a seal of ours, or "" for anything else."""
    if not isinstance(value, str):
        return ""
    mac, text = value[:_DIGITS], value[_DIGITS:]
    fits = hmac.compare_digest(mac.encode("utf-8", "replace"), _mac(text, about).encode())
    return text if fits else ""


def _mac(text: str, about: str) -> str:
    message = f"told\0{about}\0{text}".encode("utf-8", "replace")
    return hmac.new(settings().secret_key.encode(), message, sha256).hexdigest()[:_DIGITS]
