"""The states of each document, and one table of the moves between them.

What an invoice's payments make of it (paid, overdue, ...) is no state but derived: see `invoices`.
"""

from collections.abc import Mapping, Set
from enum import StrEnum

from psa_app.errors import Invalid


class Kind(StrEnum):
    """The documents that have states; the keys of `MOVES`."""

    sow = "sow"
    change_order = "change_order"
    milestone = "milestone"
    project = "project"
    entry = "entry"
    invoice = "invoice"
    payment = "payment"
    refund = "refund"
    saved_method = "saved_method"
    managed_subscription = "managed_subscription"
    leave = "leave"
    task = "task"
    quote = "quote"
    time_request = "time_request"
    expense = "expense"
    bank_line = "bank_line"


class Sow(StrEnum):
    """A statement of work; once signed it never changes, only change orders move it."""

    draft = "draft"
    sent = "sent"
    signed = "signed"
    declined = "declined"
    closed = "closed"


class ChangeOrder(StrEnum):
    """A delta on a signed SOW; once signed or withdrawn it stays so."""

    draft = "draft"
    sent = "sent"
    signed = "signed"
    declined = "declined"
    withdrawn = "withdrawn"


class SowLineModel(StrEnum):
    """The billing model of a SOW line: it has exactly one, and keeps it."""

    time_and_materials = "time_and_materials"
    fixed = "fixed"
    milestone = "milestone"
    retainer = "retainer"
    subscription = "subscription"


class Milestone(StrEnum):
    """Due for billing when accepted, and accepted once."""

    planned = "planned"
    ready = "ready"
    accepted = "accepted"


class Project(StrEnum):
    """A project may be opened again."""

    planned = "planned"
    active = "active"
    closed = "closed"


class Entry(StrEnum):
    """A time entry: only voiding or crediting the invoice takes it back from invoiced."""

    draft = "draft"
    submitted = "submitted"
    approved = "approved"
    invoiced = "invoiced"


class Expense(StrEnum):
    """An expense moves as time does: only voiding or crediting the invoice takes it back from invoiced."""

    draft = "draft"
    submitted = "submitted"
    approved = "approved"
    invoiced = "invoiced"


class Invoice(StrEnum):
    """An issued invoice never changes; a written-off one can be reopened, a void one cannot."""

    draft = "draft"
    issued = "issued"
    void = "void"
    written_off = "written_off"


class Payment(StrEnum):
    """One attempt to collect. `sending` means nobody knows yet; `review` waits for a person."""

    created = "created"
    sending = "sending"
    open = "open"
    action = "action"
    processing = "processing"
    succeeded = "succeeded"
    failed = "failed"
    canceled = "canceled"
    review = "review"


class Refund(StrEnum):
    """Money on its way back; `sending` means nobody knows yet. Even one that arrived can come back."""

    created = "created"
    sending = "sending"
    pending = "pending"
    succeeded = "succeeded"
    failed = "failed"


class SavedMethod(StrEnum):
    """A saved way to pay: active once the payer has saved it, removed for good."""

    created = "created"
    open = "open"
    active = "active"
    removed = "removed"
    failed = "failed"


class Leave(StrEnum):
    """A request for days off; only approved leave lowers net capacity."""

    requested = "requested"
    approved = "approved"
    rejected = "rejected"


class Task(StrEnum):
    """A task takes time while it is open."""

    open = "open"
    done = "done"


class ManagedSubscription(StrEnum):
    """A subscription at the payment service; one that it refused can be ordered again."""

    sending = "sending"
    running = "running"
    ended = "ended"
    failed = "failed"


class Quote(StrEnum):
    """An offer: once sent it never changes, a new version takes its place."""

    draft = "draft"
    sent = "sent"
    accepted = "accepted"
    declined = "declined"
    expired = "expired"
    superseded = "superseded"


class TimeRequest(StrEnum):
    """Time that a client is asked to approve; answered once, by people or by silence."""

    open = "open"
    approved = "approved"
    refused = "refused"
    silent = "silent"
    withdrawn = "withdrawn"


class BankLine(StrEnum):
    """A line of a bank statement waits for a decision, which can be taken back; money out is only kept."""

    open = "open"
    booked = "booked"
    ignored = "ignored"
    outgoing = "outgoing"


_PAYMENT_ENDS: Set[str] = {Payment.succeeded, Payment.failed, Payment.canceled, Payment.review}

MOVES: Mapping[str, Mapping[str, Set[str]]] = {
    Kind.sow: {
        Sow.draft: {Sow.sent},
        Sow.sent: {Sow.draft, Sow.signed, Sow.declined},
        Sow.signed: {Sow.closed},
        Sow.declined: {Sow.draft},
        Sow.closed: set(),
    },
    Kind.change_order: {
        ChangeOrder.draft: {ChangeOrder.sent, ChangeOrder.withdrawn},
        ChangeOrder.sent: {
            ChangeOrder.draft,
            ChangeOrder.signed,
            ChangeOrder.declined,
            ChangeOrder.withdrawn,
        },
        ChangeOrder.signed: set(),
        ChangeOrder.declined: {ChangeOrder.draft},
        ChangeOrder.withdrawn: set(),
    },
    Kind.milestone: {
        Milestone.planned: {Milestone.ready},
        Milestone.ready: {Milestone.planned, Milestone.accepted},
        Milestone.accepted: set(),
    },
    Kind.project: {
        Project.planned: {Project.active, Project.closed},
        Project.active: {Project.closed},
        Project.closed: {Project.active},
    },
    Kind.entry: {
        Entry.draft: {Entry.submitted},
        Entry.submitted: {Entry.draft, Entry.approved},
        Entry.approved: {Entry.draft, Entry.submitted, Entry.invoiced},
        Entry.invoiced: {Entry.approved},
    },
    Kind.expense: {
        Expense.draft: {Expense.submitted},
        Expense.submitted: {Expense.draft, Expense.approved},
        Expense.approved: {Expense.submitted, Expense.invoiced},
        Expense.invoiced: {Expense.approved},
    },
    Kind.invoice: {
        Invoice.draft: {Invoice.issued},
        Invoice.issued: {Invoice.void, Invoice.written_off},
        Invoice.void: set(),
        Invoice.written_off: {Invoice.issued},
    },
    Kind.payment: {
        Payment.created: {Payment.sending, *_PAYMENT_ENDS},
        Payment.sending: {Payment.open, Payment.action, Payment.processing, *_PAYMENT_ENDS},
        Payment.open: {Payment.action, Payment.processing, *_PAYMENT_ENDS},
        Payment.action: {Payment.open, Payment.processing, *_PAYMENT_ENDS},
        Payment.processing: _PAYMENT_ENDS,
        Payment.succeeded: {Payment.review},
        Payment.failed: {Payment.review},
        Payment.canceled: {Payment.review},
        Payment.review: {Payment.succeeded, Payment.failed, Payment.canceled},
    },
    Kind.refund: {
        Refund.created: {Refund.sending, Refund.pending, Refund.succeeded, Refund.failed},
        Refund.sending: {Refund.pending, Refund.succeeded, Refund.failed},
        Refund.pending: {Refund.succeeded, Refund.failed},
        Refund.succeeded: {Refund.failed},
        Refund.failed: set(),
    },
    Kind.saved_method: {
        SavedMethod.created: {SavedMethod.open, SavedMethod.active, SavedMethod.failed},
        SavedMethod.open: {SavedMethod.active, SavedMethod.failed},
        SavedMethod.active: {SavedMethod.removed},
        SavedMethod.removed: set(),
        SavedMethod.failed: {SavedMethod.active},
    },
    Kind.managed_subscription: {
        ManagedSubscription.sending: {ManagedSubscription.running, ManagedSubscription.failed},
        ManagedSubscription.running: {ManagedSubscription.ended},
        ManagedSubscription.ended: set(),
        ManagedSubscription.failed: {ManagedSubscription.sending},
    },
    Kind.leave: {
        Leave.requested: {Leave.approved, Leave.rejected},
        Leave.approved: {Leave.requested, Leave.rejected},
        Leave.rejected: {Leave.requested},
    },
    Kind.task: {Task.open: {Task.done}, Task.done: {Task.open}},
    Kind.quote: {
        Quote.draft: {Quote.sent},
        Quote.sent: {Quote.accepted, Quote.declined, Quote.expired, Quote.superseded},
        Quote.accepted: set(),
        Quote.declined: {Quote.superseded},
        Quote.expired: {Quote.superseded},
        Quote.superseded: set(),
    },
    Kind.time_request: {
        TimeRequest.open: {
            TimeRequest.approved,
            TimeRequest.refused,
            TimeRequest.silent,
            TimeRequest.withdrawn,
        },
        TimeRequest.approved: set(),
        TimeRequest.refused: set(),
        TimeRequest.silent: set(),
        TimeRequest.withdrawn: set(),
    },
    Kind.bank_line: {
        BankLine.open: {BankLine.booked, BankLine.ignored},
        BankLine.booked: {BankLine.open},
        BankLine.ignored: {BankLine.open},
        BankLine.outgoing: set(),
    },
}

NOUNS: Mapping[str, str] = {
    Kind.sow: "SOW",
    Kind.entry: "time entry",
    Kind.leave: "leave request",
    Kind.time_request: "request",
    Kind.bank_line: "line",
    Kind.saved_method: "way to pay",
    Kind.managed_subscription: "subscription",
}


def can_move(kind: str, old: str, new: str) -> bool:
    """Whether a document of this kind may go from one state to another."""
    return new in MOVES[kind][old]


def check_move(kind: str, old: str, new: str) -> None:
    """Raises `Invalid` (field "status") for a move that is not in the table.

    "A signed SOW cannot go back to draft. It can become closed."
    """
    if can_move(kind, old, new):
        return
    noun = NOUNS.get(kind, kind)
    if old == new:
        raise Invalid(f"This {noun} is already {_words(old)}.", "status")
    states = list(MOVES[kind])
    step = "go back to" if states.index(new) < states.index(old) else "become"
    sentence = f"{_article(old)} {_words(old)} {noun} cannot {step} {_words(new)}."
    ways = sorted(MOVES[kind][old], key=states.index)
    if ways:
        sentence += f" It can become {' or '.join(_words(way) for way in ways)}."
    raise Invalid(sentence, "status")


def _words(state: str) -> str:
    return str(state).replace("_", " ")


def _article(state: str) -> str:
    return "An" if state[0] in "aeiou" else "A"
