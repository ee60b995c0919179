"""The headers of every answer: what a browser may run, frame, guess and keep."""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

from psa_app.config import Settings

_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
_FOR_EVER = "public, max-age=31536000, immutable"
_DATA = ("/auth/", "/files/", "/api/", "/open/", "/webhooks/", "/healthz", "/_upload", "/_sandbox")
_STATIC = (".js", ".css", ".woff2", ".png", ".svg", ".ico", ".webmanifest", ".webp", ".jpg", ".html", ".gz")


def script_hashes(build: Path) -> list[str]:
    """The CSP sources of the inline scripts in the built pages, such as 'sha256-…'."""
    found = {
        "'sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() + "'"
        for page in build.rglob("*.html")
        for script in _INLINE.findall(page.read_text())
        if script
    }
    return sorted(found)


def content_policy(settings: Settings, hashes: Iterable[str]) -> str:
    """What a page may load and run: only what comes from here, and only the scripts that were built."""
    sockets = " ".join(origin.replace("http", "ws", 1) for origin in settings.origins)
    checkout = " https://checkout.stripe.com" if settings.stripe_api_key else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src 'self' {sockets}",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            f"form-action 'self'{checkout}",
            "frame-ancestors 'none'",
            "worker-src 'self'",
            "manifest-src 'self'",
            "style-src 'self' 'unsafe-inline'",
            " ".join(("script-src 'self'", *hashes)),
        )
    )


def fixed_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """The headers that every answer carries, besides its content policy."""
    headers = {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    if settings.secure:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def cache_policy(path: str, content_type: str) -> str:
    """How long an answer may be kept: built files for ever, pages until asked again, data never."""
    if path.startswith("/assets/") and "reflex-env-" not in path:
        return _FOR_EVER
    if path.startswith(_DATA):
        return "private, no-store"
    if path.endswith(_STATIC) or content_type.startswith("text/html"):
        return "no-cache"
    return "private, no-store"
