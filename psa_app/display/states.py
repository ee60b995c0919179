"""One word, one colour and one icon for every state a document can be in."""

from dataclasses import dataclass

OK, WARN, BAD, WAIT, ACCENT = "ok", "warn", "bad", "wait", "accent"


@dataclass(frozen=True)
class Badge:
    """A short state word with its colour (``ok|warn|bad|wait|accent``) and icon name (may be "")."""

    text: str
    tone: str = WAIT
    icon: str = ""


_TABLE: dict[str, tuple[str, str, str]] = {
    # word in the database: (word on the screen, colour, icon)
    "draft": ("Draft", WAIT, "edit"),
    "planned": ("Planned", WAIT, "calendar"),
    "tentative": ("Tentative", WAIT, "calendar"),
    "not_started": ("Not started", WAIT, "circle"),
    "open": ("Open", WAIT, "circle"),
    "closed": ("Closed", WAIT, "lock"),
    "locked": ("Locked", WAIT, "lock"),
    "archived": ("Archived", WAIT, "lock"),
    "disabled": ("Disabled", WAIT, "lock"),
    "void": ("Void", WAIT, "x"),
    "voided": ("Void", WAIT, "x"),
    "cancelled": ("Cancelled", WAIT, "x"),
    "withdrawn": ("Withdrawn", WAIT, "x"),
    "written_off": ("Written off", WAIT, "x"),
    "refunded": ("Refunded", WAIT, "undo"),
    "credited": ("Credited", WAIT, "undo"),
    "credit_note": ("Credit note", WAIT, "undo"),
    "superseded": ("Superseded", WAIT, "undo"),
    "not_billable": ("Not billable", WAIT, ""),
    "unbilled": ("Unbilled", WAIT, ""),
    "drafted": ("On a draft", WAIT, "invoices"),
    "sandbox": ("Sandbox", WAIT, ""),
    "suggested": ("Suggested", ACCENT, ""),
    "submitted": ("Submitted", ACCENT, "send"),
    "sent": ("Sent", ACCENT, "send"),
    "issued": ("Issued", ACCENT, "send"),
    "ready": ("Ready", ACCENT, "clock"),
    "invited": ("Invited", ACCENT, "mail"),
    "pending": ("Pending", ACCENT, "clock"),
    "processing": ("Processing", ACCENT, "clock"),
    "running": ("Running", ACCENT, "play"),
    "invoiced": ("Invoiced", ACCENT, "invoices"),
    "confirmed": ("Confirmed", OK, "check"),
    "approved": ("Approved", OK, "check"),
    "with_client": ("With the client", ACCENT, "clock"),
    "accepted": ("Accepted", OK, "check"),
    "signed": ("Signed", OK, "check"),
    "active": ("Active", OK, "check"),
    "done": ("Done", OK, "check"),
    "completed": ("Completed", OK, "check"),
    "succeeded": ("Succeeded", OK, "check"),
    "delivered": ("Delivered", OK, "check"),
    "on_track": ("On track", OK, "check"),
    "paid": ("Paid", OK, "check"),
    "overpaid": ("Overpaid", OK, "check"),
    "recalled": ("Recalled", WARN, "undo"),
    "due": ("Due", WARN, "clock"),
    "partly_paid": ("Partly paid", WARN, "clock"),
    "partly_approved": ("Partly approved", WARN, "clock"),
    "on_hold": ("On hold", WARN, "pause"),
    "paused": ("Paused", WARN, "pause"),
    "at_risk": ("At risk", WARN, "warning"),
    "hours_low": ("Hours low", WARN, "warning"),
    "over_cap": ("Over cap", WARN, "warning"),
    "out_of_scope": ("Out of scope", WARN, "warning"),
    "late": ("Late", WARN, "clock"),
    "missing": ("Missing", WARN, "warning"),
    "waiting": ("Waiting", WARN, "clock"),
    "unpriced": ("Unpriced", BAD, "warning"),
    "off_track": ("Off track", BAD, "warning"),
    "over_budget": ("Over budget", BAD, "warning"),
    "overbooked": ("Over-booked", BAD, "warning"),
    "overdue": ("Overdue", BAD, "warning"),
    "disputed": ("Disputed", BAD, "warning"),
    "rejected": ("Rejected", BAD, "x"),
    "refused": ("Refused", BAD, "x"),
    "declined": ("Declined", BAD, "x"),
    "failed": ("Failed", BAD, "x"),
    "expired": ("Expired", BAD, "clock"),
}

STATES: dict[str, Badge] = {key: Badge(*row) for key, row in _TABLE.items()}


def badge(state: str, text: str = "") -> Badge:
    """The badge of a state; ``text`` replaces its word ("Issued · due 12 Dec").

    A state that the table does not know is shown in grey, as words.
    """
    known = STATES.get(state) or Badge(state.replace("_", " ").capitalize())
    return Badge(text or known.text, known.tone, known.icon)
