"""Random secrets, and what is kept of them: a sha-256. Whoever reads the database learns no secret."""

import hashlib
import secrets
from datetime import timedelta

SESSION_IDLE = timedelta(hours=12)  # a session ends after this long without a sign of life
SESSION_LONGEST = timedelta(days=7)  # and after this long whatever happens
PREFIX = "psa_"  # an API token says what it is, so that a scanner finds one that leaked


def new_secret() -> str:
    """256 random bits as URL-safe text of 43 characters: for sessions and links in mails."""
    return secrets.token_urlsafe(32)


def new_bearer() -> str:
    """An API token."""
    return PREFIX + secrets.token_urlsafe(32)


def kept(secret: str) -> str:
    """What the database keeps of a secret, 64 hex digits. A secret is random, so a fast hash is enough."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def plausible(secret: object) -> bool:
    """False for what cannot be one of our secrets, so that it is not even looked up."""
    return isinstance(secret, str) and 20 <= len(secret) <= 100 and secret.isascii() and secret.isprintable()
