"""The control page: what happens to payments later, and what goes wrong on the way."""

import inspect
from collections.abc import Callable
from html import escape
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from psa_app.gateways.sandbox import bill_moves, html, moves, payouts, saved, subscribing
from psa_app.gateways.sandbox.answers import ApiError, Json
from psa_app.gateways.sandbox.courier import Courier
from psa_app.gateways.sandbox.events import Book, promise

Authorise = Callable[[Request], object]
_MOST_FAULTS = 20
_CREDIT = ("credit", "Credit it", {"to": "balance"})
_BILL_ACTS: dict[str, tuple[tuple[str, str, dict[str, str]], ...]] = {
    "open": (
        ("pay_outside", "Paid elsewhere", {}),
        ("give_up", "Give up", {}),
        ("void", "Void", {}),
        _CREDIT,
    ),
    "paid": (("credit", "Credit and refund", {"to": "refund"}), _CREDIT),
}
_ANSWERS = {"429": "Too many requests", "500": "Server error", "lose": "Lose the reply"}
_MESSAGES = {"hold": "Hold for a minute", "drop": "Drop", "repeat": "Send three times"}


class Control:
    """Lists what the sandbox holds and does what its buttons say, for those whom `authorise` lets in."""

    def __init__(self, courier: Courier, authorise: Authorise) -> None:
        self.courier = courier
        self.store = courier.store
        self.authorise = authorise

    async def show(self, request: Request) -> Response:
        """The page; 404 for anyone else."""
        if not await self._allowed(request):
            return _refused(request, "There is nothing here, or it is not yours to see.", 404)
        return await run_in_threadpool(self._show, request)

    async def act(self, request: Request) -> Response:
        """One button pressed: back to the page, or the sentence that says why not."""
        if not await self._allowed(request):
            return _refused(request, "There is nothing here, or it is not yours to see.", 404)
        if not html.same_origin(request):
            return _refused(request, "This form came from another site.", 403)
        fields = dict(parse_qsl((await request.body())[:4096].decode("utf-8", "replace")))
        return await run_in_threadpool(self._act, request, fields)

    async def _allowed(self, request: Request) -> bool:
        answer = await run_in_threadpool(self.authorise, request)
        return bool(await answer if inspect.isawaitable(answer) else answer)

    def _act(self, request: Request, fields: dict[str, str]) -> Response:
        act = _ACTS.get(request.path_params["act"])
        if act is None:
            return _refused(request, "There is no such button.", 404)
        try:
            with self.store.transaction():
                act(Book(self.store), fields)
        except ApiError as error:
            return _refused(request, str(error), 409)
        self.courier.wake()
        return RedirectResponse(request.scope.get("root_path", "") + "/", 303)

    def _show(self, request: Request) -> Response:
        self.courier.wake()
        root = request.scope.get("root_path", "") + "/control"
        body = (
            "<h1>Payment sandbox</h1>"
            + html.button(f"{root}/pay_out", "Pay out what is held")
            + self._faults(root)
            + self._payments(root)
            + self._refunds(root)
            + self._disputes(root)
            + self._methods(root)
            + self._subscriptions(root)
            + self._bills(root)
            + self._sessions()
            + self._messages(root)
        )
        return html.page(request, "Payment sandbox", body)

    def _faults(self, root: str) -> str:
        asked = "".join(
            f"<li>Next {escape(name)}: {escape(value)} ({times}×)</li>"
            for name, (value, times) in self.store.wishes().items()
        )
        answers = "".join(html.button(f"{root}/answer", text, {"value": v}) for v, text in _ANSWERS.items())
        messages = "".join(
            html.button(f"{root}/message", text, {"value": v}) for v, text in _MESSAGES.items()
        )
        return (
            f'<h2>Next answer of the API</h2><div class="row">{answers}</div>'
            f'<h2>Messages of the next step</h2><div class="row">{messages}</div>'
            + (
                f'<ul class="quiet">{asked}</ul>{html.button(f"{root}/forget", "Forget these")}'
                if asked
                else ""
            )
        )

    def _payments(self, root: str) -> str:
        rows = []
        for paid in self.store.newest("charge"):
            acts = _charge_acts(root, paid)
            left = paid["amount_captured"] - paid["amount_refunded"]
            rows.append(
                (
                    escape(paid["description"] or paid["id"]),
                    html.amount(paid["amount"], paid["currency"]),
                    html.amount(left, paid["currency"]) if paid["paid"] else "–",
                    _state(paid["status"] + (", disputed" if paid["disputed"] else "")),
                    acts,
                )
            )
        return html.table("Payments", ("Invoice", "Amount", "Left", "State", "Do"), rows, "No payment yet.")

    def _refunds(self, root: str) -> str:
        rows = []
        for back in self.store.newest("refund"):
            fields = {"id": back["id"]}
            acts = ""
            if back["status"] == "pending":
                acts += html.button(f"{root}/settle_refund", "Settle", fields, about=back["id"])
            if back["status"] in ("pending", "succeeded"):
                acts += html.button(f"{root}/fail_refund", "Fail", fields, about=back["id"])
            money = html.amount(back["amount"], back["currency"])
            rows.append((escape(back["id"]), money, _state(back["status"]), acts))
        return html.table("Refunds", ("Refund", "Amount", "State", "Do"), rows, "No refund yet.")

    def _disputes(self, root: str) -> str:
        rows = []
        for case in self.store.newest("dispute"):
            fields = {"id": case["id"]}
            acts = ""
            if case["status"] == "needs_response":
                acts = html.button(f"{root}/win", "Win", fields, about=case["id"])
                acts += html.button(f"{root}/lose", "Lose", fields, about=case["id"])
            money = html.amount(case["amount"], case["currency"])
            rows.append((escape(case["id"]), money, _state(case["status"]), acts))
        return html.table("Disputes", ("Dispute", "Amount", "State", "Do"), rows, "No dispute yet.")

    def _methods(self, root: str) -> str:
        rows = []
        for method in self.store.newest("payment_method"):
            last4 = method[method["type"]]["last4"]
            acts = "".join(
                html.button(f"{root}/behave", _state(word), {"id": method["id"], "value": word}, about=last4)
                for word in saved.BEHAVIOURS
                if word != method["_behaviour"]
            )
            if method["customer"]:
                acts += html.button(f"{root}/prefer", "Make default", {"id": method["id"]}, about=last4)
            state = method["_behaviour"] if method["customer"] else "removed"
            rows.append((f"{_state(method['type'])} {last4}", _state(state), acts))
        heads = ("Method", "When charged", "Do")
        return html.table("Saved ways to pay", heads, rows, "No way to pay is saved yet.")

    def _subscriptions(self, root: str) -> str:
        rows = []
        for one in self.store.newest("subscription"):
            item, fields = one["items"]["data"][0], {"id": one["id"]}
            acts = ""
            if one["status"] in ("trialing", "active", "past_due"):
                acts = html.button(f"{root}/renew", "Bill the next period", fields, about=one["id"])
            unpaid = self.store.select("invoice", {"_subscription": one["id"], "status": "open"}, limit=1)
            if unpaid:
                acts += html.button(
                    f"{root}/retry", "Collect again", {"id": unpaid[0]["id"]}, about=one["id"]
                )
            each = html.amount(item["price"]["unit_amount"] * item["quantity"], one["currency"])
            rows.append((escape(one["id"]), each, _state(one["status"]), acts))
        heads = ("Subscription", "A period", "State", "Do")
        return html.table("Subscriptions", heads, rows, "No subscription yet.")

    def _bills(self, root: str) -> str:
        rows = []
        for one in self.store.newest("invoice"):
            fields = {"id": one["id"]}
            offered = _BILL_ACTS.get(one["status"], ())
            acts = "".join(
                html.button(f"{root}/{a}", text, fields | f, about=one["number"]) for a, text, f in offered
            )
            left = html.amount(one["amount_remaining"], one["currency"])
            rows.append((escape(one["number"]), left, _state(one["status"]), acts))
        return html.table(
            "Invoices of subscriptions", ("Invoice", "Left", "State", "Do"), rows, "No invoice yet."
        )

    def _sessions(self) -> str:
        rows = []
        for page in self.store.newest("checkout.session"):
            name = escape(page["_name"])
            link = f'<a href="{escape(page["url"])}">{name}</a>' if page["url"] else name
            asked = page["amount_total"]
            money = "–" if asked is None else html.amount(asked, page["currency"])
            rows.append((link, money, _state(page["status"]), _state(page["payment_status"])))
        heads = ("Invoice", "Amount", "Page", "Payment")
        return html.table("Payment pages", heads, rows, "No payment page yet.")

    def _messages(self, root: str) -> str:
        found = self.store.rows("SELECT * FROM delivery ORDER BY id DESC LIMIT 50")
        rows = []
        for row in found:
            event = self.store.find(row["event"]) or {"type": row["event"]}
            resend = html.button(f"{root}/resend", "Send again", {"id": row["id"]}, about=event["type"])
            rows.append(
                (
                    escape(event["type"]),
                    _state(row["state"]),
                    str(row["tries"]),
                    escape(row["answer"]),
                    resend,
                )
            )
        heads = ("Message", "State", "Tries", "Answer", "Do")
        return html.table("Messages", heads, rows, "No message yet.")


def _charge_acts(root: str, paid: Json) -> str:
    charge, intent = {"id": paid["id"]}, {"id": paid["payment_intent"]}
    about = paid["description"] or paid["id"]
    if paid["status"] == "pending":
        settle = html.button(f"{root}/settle", "Settle", intent, about=about)
        return settle + html.button(f"{root}/bounce", "Return unpaid", intent, about=about)
    if paid["status"] != "succeeded" or paid["refunded"] or paid["disputed"]:
        return ""
    return html.button(f"{root}/refund", "Refund", charge, about=about) + html.button(
        f"{root}/dispute", "Dispute", charge, about=about
    )


def _state(text: str) -> str:
    return escape(text.replace("_", " "))


def _refused(request: Request, sentence: str, status: int) -> Response:
    return html.page(request, "Sandbox", f"<h1>Sandbox</h1><p>{escape(sentence)}</p>", status=status)


def _refund(book: Book, fields: dict[str, str]) -> None:
    moves.refund(book, fields.get("id", ""), None, {})


def _answer(book: Book, fields: dict[str, str]) -> None:
    times = fields.get("times", "1")
    if fields.get("value") not in _ANSWERS or not times.isdecimal() or not 1 <= int(times) <= _MOST_FAULTS:
        raise ApiError(f"Choose 429, 500 or lose, up to {_MOST_FAULTS} times.")
    book.store.wish("answer", fields["value"], int(times))


def _message(book: Book, fields: dict[str, str]) -> None:
    if fields.get("value") not in _MESSAGES:
        raise ApiError("Choose hold, drop or repeat.")
    book.store.wish("webhook", fields["value"])


def _forget(book: Book, _fields: dict[str, str]) -> None:
    book.store.rows("DELETE FROM wish")


def _resend(book: Book, fields: dict[str, str]) -> None:
    found = book.store.rows("SELECT * FROM delivery WHERE id = ?", (fields.get("id", ""),))
    if not fields.get("id"):
        found = book.store.rows("SELECT * FROM delivery ORDER BY id DESC LIMIT 1")
    if not found:
        raise ApiError("There is no such message.")
    promise(book.store, found[0]["event"], found[0]["endpoint"])


_ACTS: dict[str, Callable[[Book, dict[str, str]], object]] = {
    "refund": _refund,
    "settle_refund": lambda book, fields: moves.settle_refund(book, fields.get("id", "")),
    "fail_refund": lambda book, fields: moves.fail_refund(book, fields.get("id", "")),
    "dispute": lambda book, fields: moves.dispute(book, fields.get("id", "")),
    "win": lambda book, fields: moves.close_dispute(book, fields.get("id", ""), won=True),
    "lose": lambda book, fields: moves.close_dispute(book, fields.get("id", ""), won=False),
    "settle": lambda book, fields: moves.settle(book, fields.get("id", "")),
    "bounce": lambda book, fields: moves.bounce(book, fields.get("id", "")),
    "behave": lambda book, fields: saved.behave(book, fields.get("id", ""), fields.get("value", "")),
    "detach": lambda book, fields: saved.remove(book, fields.get("id", "")),
    "renew": lambda book, fields: subscribing.renew(book, fields.get("id", "")),
    "retry": lambda book, fields: subscribing.retry(book, fields.get("id", "")),
    "credit": lambda book, fields: bill_moves.credit(
        book, fields.get("id", ""), bill_moves.whole(fields, "net"), fields.get("to", "refund")
    ),
    "void_credit": lambda book, fields: bill_moves.void_credit(book, fields.get("id", "")),
    "void": lambda book, fields: bill_moves.void(book, fields.get("id", "")),
    "give_up": lambda book, fields: bill_moves.give_up(book, fields.get("id", "")),
    "pay_outside": lambda book, fields: bill_moves.pay_outside(book, fields.get("id", "")),
    "prefer": lambda book, fields: bill_moves.prefer(book, fields.get("id", "")),
    "attach": lambda book, fields: bill_moves.attach(book, fields.get("id", "")),
    "pay_out": lambda book, _fields: payouts.pay_out(book),
    "answer": _answer,
    "message": _message,
    "forget": _forget,
    "resend": _resend,
}
