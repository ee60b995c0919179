"""The way to Stripe, or to the sandbox on this machine."""

from typing import Any
from urllib.parse import urlsplit


def session_without_proxy(base: str) -> Any:
    """The sandbox answers on this machine, where a company's proxy cannot reach it."""
    if urlsplit(base).hostname not in ("127.0.0.1", "localhost", "::1"):
        return None
    import requests

    session = requests.Session()
    session.trust_env = False
    return session
