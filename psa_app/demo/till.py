"""The sandbox of the demo: its own objects, made without a network, booked as its messages are."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from psa_app import clock, routes
from psa_app.access import Actor
from psa_app.config import settings
from psa_app.db import insert_row
from psa_app.gateways.sandbox import moves, payouts, saved
from psa_app.gateways.sandbox.events import Book
from psa_app.gateways.sandbox.objects import shown
from psa_app.gateways.sandbox.operations import Call
from psa_app.gateways.sandbox.store import Store
from psa_app.gateways.stripe_answers import EVENTS, read_state
from psa_app.gateways.stripe_ledger import read_movement, read_payout
from psa_app.gateways.stripe_saved import read_method
from psa_app.models import Dispute, Firm, Inbox, Invoice, Payment, Refund, SavedMethod, move
from psa_app.services.payments.book import book_state, service
from psa_app.services.payments.collect import intend_payment
from psa_app.services.payments.ledger import Told, keep_told
from psa_app.services.payments.methods import intend_method, keep_method

PROVIDER = "sandbox"
REMEMBERED = timedelta(days=30)  # so long messages are kept
PAGE_LASTS = 3600  # seconds


class Till:
    """A sandbox in memory beside the story's session; `keep` writes it where the program finds it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.store = Store(Path(":memory:"))
        self.book = Book(self.store)
        self.instance = session.exec(select(Firm.instance)).one()

    def save(self, client: Actor, *, debit: bool = False) -> None:
        """The client saves a card, or gives a mandate for debits, on the sandbox's page."""
        method = intend_method(self.session, client, agreed=True)
        marks = self._marks(method=method.id)
        page = self._page({"mode": "setup", "currency": method.currency.lower()}, "setup_intent_data", marks)
        if method.customer_ref:
            page = self.store.put({**page, "customer": method.customer_ref})
        method.session_id, method.session_url = page["id"], page["url"]
        move(method, "saved_method", "open")
        made = (saved.save_debit if debit else saved.save_card)(self.book, page["id"])
        mandate = self.store.get("setup_intent", page["setup_intent"])["mandate"] or ""
        keep_method(self.session, service(), int(method.id or 0), read_method(shown(made)), mandate)

    def pay(self, client: Actor, invoice_id: int) -> Payment:
        """The client opens the payment page of an invoice and pays by card."""
        payment = intend_payment(self.session, client, invoice_id=invoice_id)
        number = self.session.get_one(Invoice, invoice_id).number
        price = {
            "currency": payment.currency.lower(),
            "unit_amount": str(payment.amount_minor),
            "product_data": {"name": number},
        }
        asked = {
            "mode": "payment",
            "customer_email": client.email,
            "line_items": [{"quantity": "1", "price_data": price}],
        }
        marks = self._marks(payment=payment.id, invoice=number)
        page = self._page(asked, "payment_intent_data", marks, description=f"Invoice {number}")
        move(payment, "payment", "sending")
        payment.session_id, payment.session_url, payment.return_path = page["id"], page["url"], ""
        move(payment, "payment", "open")
        payment.intent_id = moves.pay(self.book, page["id"])["id"]
        self._sync(payment)
        return payment

    def debit(self, payment: Payment) -> None:
        """A collection that was announced is ordered; the money is on its way."""
        method = self.session.get_one(SavedMethod, payment.method_id)
        number = self.session.get_one(Invoice, payment.invoice_id).number
        asked = {
            "amount": str(payment.amount_minor),
            "currency": payment.currency.lower(),
            "customer": method.customer_ref,
            "payment_method": method.ref,
            "confirm": "true",
            "description": f"Invoice {number}",
            "metadata": self._marks(payment=payment.id, invoice=number),
        }
        move(payment, "payment", "sending")
        payment.intent_id = saved.create_intent(Call(self.book, (), asked, ""))["id"]
        self._sync(payment)

    def settle(self, payment: Payment) -> None:
        """The debit's money arrives."""
        moves.settle(self.book, payment.intent_id)
        self._sync(payment)

    def give_back(self, refund: Refund, *, arrives: bool) -> None:
        """A refund that was started is ordered; a debit's arrives some days later."""
        payment = self.session.get_one(Payment, refund.payment_id)
        marks = {"metadata": self._marks(refund=refund.id)}
        made = moves.refund(self.book, self._charge(payment)["id"], refund.amount_minor, marks)
        if arrives and made["status"] == "pending":
            moves.settle_refund(self.book, made["id"])
        self._sync(payment)

    def dispute(self, payment: Payment) -> Dispute:
        """The payer's bank asks a payment back."""
        case = moves.dispute(self.book, self._charge(payment)["id"])
        self._sync(payment)
        return self.session.exec(select(Dispute).where(Dispute.ref == case["id"])).one()

    def win(self, case: Dispute) -> None:
        """The payer's bank decides for the firm."""
        moves.close_dispute(self.book, case.ref, won=True)
        self._sync(self.session.get_one(Payment, case.payment_id))

    def pay_out(self) -> None:
        """Pays out what is held, if anything is."""
        held = self.store.select("balance_transaction", {}, limit=1000)
        if sum(one["net"] for one in held if not one.get("_payout") and one["type"] != "payout") > 0:
            payouts.pay_out(self.book)

    def tell(self) -> None:
        """Books the lines of the balance and the payouts, as the nightly reading does."""
        lines = self.store.select("balance_transaction", {}, limit=1000)[::-1]
        made = self.store.select("payout", {}, limit=1000)[::-1]
        parts = {
            one["id"]: [line["id"] for line in lines if line.get("_payout") == one["id"]] for one in made
        }
        told = Told(
            PROVIDER, False, [read_movement(one) for one in lines], [read_payout(one) for one in made], parts
        )
        keep_told(self.session, told)

    def keep(self, place: Path) -> None:
        """Writes the objects where the program's sandbox finds them, and its messages as done."""
        since = clock.now() - REMEMBERED
        for event in self.store.select("event", {}, limit=1000)[::-1]:
            at = datetime.fromtimestamp(event["created"], UTC)
            if at >= since and event["type"] in EVENTS:
                self._heard(event, at)
        kept = Store(place)
        with kept.transaction():
            for row in self.store.rows("SELECT body FROM object ORDER BY seq"):
                kept.put(json.loads(row["body"]))
        kept.close()
        self.store.close()

    def _heard(self, event: dict[str, Any], at: datetime) -> None:
        insert_row(
            self.session,
            Inbox,
            event_id=event["id"],
            provider=PROVIDER,
            kind=event["type"],
            payload=json.dumps(shown(event)),
            received_at=at,
            due_at=at,
            tries=1,
            done_at=at,
            error="",
        )

    def _sync(self, payment: Payment) -> None:
        self.session.flush()
        intent = self.store.get("payment_intent", payment.intent_id)
        of_intent = {"payment_intent": intent["id"]}
        refunds, disputes = (self.store.select(kind, of_intent)[::-1] for kind in ("refund", "dispute"))
        state = read_state(shown(intent), shown(self._charge(payment)), shown(refunds), shown(disputes))
        book_state(self.session, service(), int(payment.id or 0), state)

    def _charge(self, payment: Payment) -> dict[str, Any]:
        intent = self.store.get("payment_intent", payment.intent_id)
        return self.store.get("charge", intent["latest_charge"])

    def _marks(self, **ids: object) -> dict[str, str]:
        return {"instance": self.instance, **{name: str(value) for name, value in ids.items()}}

    def _page(self, asked: dict[str, Any], inner: str, marks: dict[str, str], **more: str) -> dict[str, Any]:
        back = routes.absolute(settings().base_url, routes.PORTAL_PAYMENT)
        params = {
            "ui_mode": "hosted_page",
            "success_url": back,
            "cancel_url": back,
            "expires_at": str(int(clock.now().timestamp()) + PAGE_LASTS),
            "metadata": marks,
            inner: {"metadata": marks, **more},
            **asked,
        }
        return saved.open_session(Call(self.book, (), params, ""))
