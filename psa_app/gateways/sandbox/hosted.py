"""The payment page: what the payer sees and presses."""

from html import escape
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from psa_app.gateways.sandbox import html, moves, saved
from psa_app.gateways.sandbox.answers import ApiError, Json
from psa_app.gateways.sandbox.courier import Courier
from psa_app.gateways.sandbox.events import Book

_ACTS = {
    "pay": moves.pay,
    "decline": moves.decline,
    "challenge": moves.challenge,
    "authorise": moves.authorise,
    "fail_challenge": moves.fail_challenge,
    "debit": moves.debit,
    "expire": moves.expire,
    "save_card": saved.save_card,
    "save_debit": saved.save_debit,
}
_LEADS_BACK = ("pay", "authorise", "debit", "save_card", "save_debit")


class HostedPage:
    """Shows one payment page and does what its buttons say."""

    def __init__(self, courier: Courier) -> None:
        self.courier = courier
        self.store = courier.store

    async def show(self, request: Request) -> Response:
        """The page itself, or a word about why it is closed."""
        return await run_in_threadpool(self._show, request, challenged=False)

    async def show_challenge(self, request: Request) -> Response:
        """The bank's question (3-D Secure)."""
        return await run_in_threadpool(self._show, request, challenged=True)

    async def act(self, request: Request) -> Response:
        """One button pressed: 303 to what comes next, 403 from another site, 404 for what is not there."""
        if not html.same_origin(request):
            return html.page(request, "Refused", _note("This form came from another site."), status=403)
        return await run_in_threadpool(self._act, request)

    def _show(self, request: Request, *, challenged: bool, error: str = "") -> Response:
        with self.store.transaction():
            moves.expire_due(Book(self.store))
            page = self._page(request)
            intent = self._intent(page) if page else None
        self.courier.wake()
        if page is None:
            return html.page(request, "Not found", _note("There is no such payment page."), status=404)
        if page["status"] != "open":
            title, sentence = _closed(page)
            body = f"<h1>{title}</h1><p>{sentence}</p>{_back(page, 'Back to the invoice')}"
            return html.page(request, title, body, status=410 if error else 200)
        address = f"{request.scope.get('root_path', '')}/pay/{page['id']}"
        waiting = intent is not None and intent["status"] == "requires_action"
        form = _setup_form if page["mode"] == "setup" else _pay_form
        buttons = _challenge_form(address) if challenged and waiting else form(address)
        body = _summary(page) + _error(error or _declined(intent)) + buttons + _back(page)
        return html.page(
            request, f"Pay {page['_name']}", body, status=409 if error else 200, forms_lead_to=_origins(page)
        )

    def _act(self, request: Request) -> Response:
        act, session_id = request.path_params["act"], request.path_params["session"]
        page = self._page(request)
        if act not in _ACTS or page is None:
            return html.page(request, "Not found", _note("There is no such payment page."), status=404)
        try:
            with self.store.transaction():
                _ACTS[act](Book(self.store), session_id)
        except ApiError as error:
            return self._show(request, challenged=False, error=str(error))
        self.courier.wake()
        return RedirectResponse(self._next(request, act, page), 303, {"cache-control": "no-store"})

    def _next(self, request: Request, act: str, page: Json) -> str:
        if act in _LEADS_BACK:
            return str(page["success_url"].replace("{CHECKOUT_SESSION_ID}", page["id"]))
        address = f"{request.scope.get('root_path', '')}/pay/{page['id']}"
        return address + ("/3ds" if act == "challenge" else "")

    def _page(self, request: Request) -> Json | None:
        found = self.store.find(request.path_params["session"])
        return found if found and found["object"] == "checkout.session" else None

    def _intent(self, page: Json) -> Json | None:
        return self.store.find(page["payment_intent"]) if page["payment_intent"] else None


def _summary(page: Json) -> str:
    firm = page.get("branding_settings", {}).get("display_name") or "Sandbox firm"
    about = f'<p class="quiet">{escape(page["_about"])}</p>' if page["_about"] else ""
    payer = f"<dt>Payer</dt><dd>{escape(page['customer_email'])}</dd>" if page["customer_email"] else ""
    if page["mode"] == "setup":
        return f'<p class="firm">{escape(firm)}</p><h1>{escape(page["_name"])}</h1><dl>{payer}</dl>'
    return (
        f'<p class="firm">{escape(firm)}</p><h1>{escape(page["_name"])}</h1>{about}'
        f'<dl><dt>To pay</dt><dd class="sum">{html.amount(page["amount_total"], page["currency"])}</dd>'
        f"{payer}</dl>"
    )


def _pay_form(address: str) -> str:
    return (
        '<div class="choices" role="group" aria-label="How the payment ends">'
        + html.button(f"{address}/pay", "Pay", kind="main")
        + html.button(f"{address}/decline", "Decline: insufficient funds")
        + html.button(f"{address}/challenge", "Needs 3-D Secure")
        + html.button(f"{address}/debit", "Bank debit: settles later")
        + html.button(f"{address}/expire", "Expire")
        + "</div>"
    )


def _setup_form(address: str) -> str:
    return (
        '<div class="choices" role="group" aria-label="What is saved">'
        + html.button(f"{address}/save_card", "Save a card", kind="main")
        + html.button(f"{address}/save_debit", "Save a bank account")
        + html.button(f"{address}/expire", "Expire")
        + "</div>"
    )


def _challenge_form(address: str) -> str:
    return (
        "<h2>Your bank asks: is this you?</h2>"
        '<div class="choices" role="group" aria-label="Answer to the bank">'
        + html.button(f"{address}/authorise", "Authorise", kind="main")
        + html.button(f"{address}/fail_challenge", "Fail")
        + "</div>"
    )


def _declined(intent: Json | None) -> str:
    failure = (intent or {}).get("last_payment_error") or {}
    return str(failure.get("message") or "")


def _error(sentence: str) -> str:
    return f'<p class="error" role="alert">{escape(sentence)}</p>' if sentence else ""


def _note(sentence: str) -> str:
    return f"<h1>Sandbox</h1><p>{escape(sentence)}</p>"


def _closed(page: Json) -> tuple[str, str]:
    if page["status"] == "expired":
        return "This page has expired", "Open the invoice again to get a new payment page."
    if page["payment_status"] == "unpaid":
        return "Payment on its way", "The bank debit takes some days. There is nothing more to do here."
    return "Already paid", "This invoice has been paid on this page. You can close it."


def _back(page: Json, label: str = "Back without paying") -> str:
    address = page["cancel_url"]
    return f'<p><a href="{escape(address)}">{label}</a></p>' if address else ""


def _origins(page: Json) -> str:
    parts = urlsplit(page["success_url"])
    return f"{parts.scheme}://{parts.netloc}"
