"""Messages about what happened: written with the change itself, sent later by the courier."""

from dataclasses import dataclass, field
from functools import cached_property

from psa_app import clock
from psa_app.gateways.sandbox import objects
from psa_app.gateways.sandbox.answers import Json
from psa_app.gateways.sandbox.store import Store

HELD_SECONDS = 60


@dataclass(frozen=True)
class Book:
    """One step: the store, and the request on whose behalf it changes (for the messages)."""

    store: Store
    request: Json = field(default_factory=lambda: {"id": None, "idempotency_key": None})

    @cached_property
    def wish(self) -> str:
        """What the control page asked for the messages of the next step: hold, drop, repeat, or ""."""
        return self.store.take_wish("webhook")


def save(book: Book, kind: str, thing: Json) -> Json:
    """Stores an object and promises a message of a kind such as "charge.refunded"."""
    book.store.put(thing)
    emit(book, kind, thing)
    return thing


def emit(book: Book, kind: str, thing: Json) -> None:
    """Promises a message to every endpoint that wants it; the control page may hold, drop or repeat it."""
    wanted = [e for e in book.store.newest("webhook_endpoint") if _wants(e, kind)]
    message = objects.event(kind, thing, book.request, len(wanted))
    message["_delivered"] = 0 if wanted else 1
    book.store.put(message)
    for endpoint in wanted:
        for _ in range(3 if book.wish == "repeat" else 1):
            promise(book.store, message["id"], endpoint["id"], book.wish)


def promise(store: Store, event_id: str, endpoint_id: str, wish: str = "") -> None:
    """Queues one message for one endpoint: at once, held for a minute, or dropped for good."""
    present = clock.now().timestamp()
    due = None if wish == "drop" else present + HELD_SECONDS if wish == "hold" else present
    store.rows(
        "INSERT INTO delivery (event, endpoint, due_at, tries, state, answer) VALUES (?, ?, ?, 0, ?, '')",
        (event_id, endpoint_id, due, "dropped" if due is None else "waiting"),
    )


def _wants(endpoint: Json, kind: str) -> bool:
    wanted = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in wanted or kind in wanted)
