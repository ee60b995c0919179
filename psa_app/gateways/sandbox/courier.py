"""Sends the signed messages: a thread takes what is due from the store, so a restart goes on with it."""

import hashlib
import hmac
import json
import logging
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from psa_app import clock
from psa_app.gateways.sandbox import moves, objects
from psa_app.gateways.sandbox.answers import Json
from psa_app.gateways.sandbox.events import Book
from psa_app.gateways.sandbox.store import Store

# Seconds before each further try; Stripe goes on for three days.
RETRY_DELAYS = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0, *[7200.0] * 34)
_LEASE = 30
_TIMEOUT = 10
_LOOK_AGAIN = 5.0

_log = logging.getLogger(__name__)


def signature(payload: str, secret: str, stamp: int) -> str:
    """The Stripe-Signature header of a message: HMAC-SHA256 over "stamp.payload"."""
    mac = hmac.new(secret.encode(), f"{stamp}.{payload}".encode(), hashlib.sha256)
    return f"t={stamp},v1={mac.hexdigest()}"


@dataclass(frozen=True)
class Parcel:
    """One message for one endpoint."""

    delivery: int
    event: Json
    endpoint: Json
    tries: int


class Courier:
    """The thread that delivers; `start()` and `stop()` may be called more than once."""

    def __init__(self, store: Store, retry_delays: Sequence[float] = RETRY_DELAYS) -> None:
        self.store = store
        self.retry_delays = retry_delays
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins, or goes on, to deliver in the background."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stopping.clear()
                self._thread = threading.Thread(target=self._run, name="sandbox-courier", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Ends the thread after the message that it is sending."""
        with self._lock:
            thread, self._thread = self._thread, None
        self._stopping.set()
        self._wake.set()
        if thread:
            thread.join(_TIMEOUT + 5)

    def wake(self) -> None:
        """Says that there may be something to deliver."""
        self.start()
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                pause = self._round()
            except sqlite3.OperationalError:
                _log.warning("The sandbox's file is busy; its messages wait.")
                pause = _LOOK_AGAIN
            self._wake.wait(pause)

    def _round(self) -> float:
        with self.store.transaction():
            moves.expire_due(Book(self.store))
        while not self._stopping.is_set():
            parcel = self._claim()
            if parcel is None:
                break
            self._settle(parcel, _send(parcel))
        due = self.store.rows("SELECT min(due_at) AS due FROM delivery WHERE due_at IS NOT NULL")[0]["due"]
        return _LOOK_AGAIN if due is None else min(max(due - _instant(), 0.02), _LOOK_AGAIN)

    def _claim(self) -> Parcel | None:
        """The next message that is due; it comes due again by itself if this process dies."""
        with self.store.transaction():
            found = self.store.rows(
                "SELECT * FROM delivery WHERE due_at <= ? ORDER BY due_at, id LIMIT 1", (_instant(),)
            )
            if not found:
                return None
            row = found[0]
            event, endpoint = self.store.find(row["event"]), self.store.find(row["endpoint"])
            if event is None or endpoint is None:
                self.store.rows(
                    "UPDATE delivery SET due_at = NULL, state = 'dropped' WHERE id = ?", (row["id"],)
                )
                return Parcel(row["id"], {}, {}, 0)
            self.store.rows(
                "UPDATE delivery SET due_at = ?, tries = tries + 1 WHERE id = ?",
                (_instant() + _LEASE, row["id"]),
            )
            return Parcel(row["id"], event, endpoint, row["tries"] + 1)

    def _settle(self, parcel: Parcel, answer: str) -> None:
        if not parcel.event:
            return
        delivered = answer.startswith("2")
        tried = parcel.tries - 1
        due = None if delivered or tried >= len(self.retry_delays) else _instant() + self.retry_delays[tried]
        state = "delivered" if delivered else "failed" if due is None else "waiting"
        with self.store.transaction():
            self.store.rows(
                "UPDATE delivery SET due_at = ?, state = ?, answer = ? WHERE id = ?",
                (due, state, answer, parcel.delivery),
            )
            self._count(parcel.event["id"])

    def _count(self, event_id: str) -> None:
        found = self.store.rows(
            "SELECT max(state = 'delivered') AS arrived FROM delivery WHERE event = ? GROUP BY endpoint",
            (event_id,),
        )
        open_ones = sum(not row["arrived"] for row in found)
        event = self.store.get("event", event_id)
        self.store.put({**event, "pending_webhooks": open_ones, "_delivered": int(not open_ones)})


def _send(parcel: Parcel) -> str:
    """The endpoint's status, or the kind of failure."""
    import httpx

    if not parcel.event:
        return ""
    payload = json.dumps(objects.shown(parcel.event), separators=(",", ":"))
    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Stripe/1.0 (sandbox)",
        "stripe-signature": signature(payload, parcel.endpoint["_secret"], int(_instant())),
    }
    try:
        with httpx.Client(timeout=_TIMEOUT, trust_env=False) as client:
            answer = client.post(parcel.endpoint["url"], content=payload.encode(), headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return str(answer.status_code)


def _instant() -> float:
    return clock.now().timestamp()
