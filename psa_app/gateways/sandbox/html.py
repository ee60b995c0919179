"""The frame of the sandbox's pages, its small parts, and the check that a form came from its own page."""

from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse

from psa_app.gateways.sandbox.answers import Json
from psa_app.gateways.stripe_amounts import digits

MINUS = "\N{MINUS SIGN}"
_THIN = "\N{NARROW NO-BREAK SPACE}"


def page(
    request: Request, title: str, body: str, *, status: int = 200, forms_lead_to: str = ""
) -> HTMLResponse:
    """A whole page. `title` is text, `body` is markup whose texts are escaped already."""
    root = escape(request.scope.get("root_path", ""))
    markup = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><meta name="color-scheme" content="light dark">'
        '<link rel="icon" href="/icon.svg">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="{root}/sandbox.css"></head><body>'
        '<header class="banner">Sandbox – no real money</header>'
        f"<main>{body}</main></body></html>"
    )
    return HTMLResponse(markup, status, _headers(forms_lead_to))


def _headers(forms_lead_to: str) -> dict[str, str]:
    return {
        "content-security-policy": (
            "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            f"form-action 'self' {forms_lead_to}".rstrip()
        ),
        # The form's Origin would be "null" under no-referrer.
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
    }


def amount(units: int, currency: str) -> str:
    """Stripe's units for a reader, escaped: "1 234.50 EUR" with thin spaces."""
    places = digits(currency)
    whole, rest = divmod(abs(units), 10**places)
    text = f"{whole:,}".replace(",", _THIN) + (f".{rest:0{places}}" if places else "")
    return f"{MINUS if units < 0 else ''}{text}{_THIN}{escape(currency.upper())}"


def button(
    action: str, label: str, fields: Json | None = None, *, kind: str = "plain", about: str = ""
) -> str:
    """A form with one button. `about` completes the label for those who only hear it."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(str(value))}">'
        for name, value in (fields or {}).items()
    )
    spoken = f'<span class="unseen"> {escape(about)}</span>' if about else ""
    return (
        f'<form method="post" action="{escape(action)}">{hidden}'
        f'<button class="{kind}">{escape(label)}{spoken}</button></form>'
    )


def table(caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]], empty: str) -> str:
    """A table of cells that are markup already, or a sentence when there are no rows."""
    title = f"<h2>{escape(caption)}</h2>"
    lines = [f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows]
    if not lines:
        return f'{title}<p class="quiet">{escape(empty)}</p>'
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    return (
        f'{title}<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>"
    )


def same_origin(request: Request) -> bool:
    """True when a form was sent by a page of this very host, so that no other site can press a button."""
    origin = request.headers.get("origin", "")
    if origin and origin != "null":
        return urlsplit(origin).netloc == request.headers.get("host")
    return request.headers.get("sec-fetch-site") == "same-origin"
