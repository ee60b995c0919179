"""The one table of who may do what. A right not listed for a role is refused.

Which rows a right reaches is a second question: `scope.py` answers it.
"""

from psa_app.access.actor import Actor
from psa_app.errors import Forbidden

ROLES = ("owner", "finance", "lead", "member", "client")
STAFF = ("owner", "finance", "lead", "member")

_MEMBER = {
    "home.read",
    "profile.change",
    "firm.name",
    "people.name",
    "projects.read",
    "tasks.read",
    "bookings.read",
    "time.log",
    "time.read",
    "timer.run",
    "leave.request",
    "leave.read",
    "holidays.read",
    "search.use",
    "views.own",
    "expenses.log",
    "expenses.read",
    "checklists.own",
}
_LEAD = _MEMBER | {
    "accounts.read",
    "contacts.read",
    "sows.read",
    "rates.read",
    "people.read",
    "projects.change",
    "milestones.ready",
    "bookings.change",
    "time.approve",
    "time.export",
    "expenses.approve",
    "deputies.change",
    "projects.margin",
    "history.read",
    "roles.read",
    "activities.read",
    "activities.change",
    "opportunities.read",
    "opportunities.change",
    "catalogue.read",
    "quotes.read",
    "quotes.change",
    "agreements.read",
    "changes.read",
    "changes.draft",
    "attachments.read",
    "attachments.change",
    "checklists.change",
    "templates.read",
    "views.share",
}
_FINANCE = _MEMBER | {
    "accounts.read",
    "accounts.change",
    "contacts.read",
    "contacts.change",
    "sows.read",
    "rates.read",
    "rates.change",
    "people.read",
    "cost.read",
    "cost.change",
    "leave.decide",
    "roles.read",
    "roles.change",
    "projects.change",
    "projects.margin",
    "bookings.change",
    "milestones.ready",
    "time.approve",
    "time.approve_any",
    "time.lock",
    "time.import",
    "time.export",
    "time.override",
    "expenses.approve",
    "deputies.change",
    "invoices.read",
    "invoices.draft",
    "invoices.issue",
    "invoices.void",
    "invoices.credit",
    "payments.read",
    "payments.record",
    "payments.refund",
    "payments.autopay",
    "books.close",
    "books.export",
    "firm.read",
    "firm.money",
    "reports.firm",
    "history.read",
    "mail.read",
    "provider.read",
    "exchange.change",
    "tokens.own",
    "accounts.merge",
    "activities.read",
    "activities.change",
    "opportunities.read",
    "opportunities.change",
    "catalogue.read",
    "catalogue.change",
    "quotes.read",
    "quotes.change",
    "agreements.read",
    "agreements.change",
    "changes.read",
    "changes.draft",
    "attachments.read",
    "attachments.change",
    "checklists.change",
    "templates.read",
    "templates.change",
    "views.share",
    "records.import",
    "evidence.read",
}
_OWNER = _FINANCE | {
    "firm.change",
    "people.change",
    "users.read",
    "users.change",
    "sows.change",
    "sows.send",
    "tokens.change",
    "system.read",
    "milestones.accept_for_client",
    "time.unlock",
    "books.open",
    "books.override",
    "fields.change",
    "stages.change",
    "quotes.send",
    "changes.send",
    "views.all",
}
_CLIENT = {
    "portal.read",
    "sows.read",
    "sows.accept",
    "quotes.read",
    "quotes.answer",
    "changes.read",
    "changes.accept",
    "projects.read",
    "milestones.accept",
    "time.read",
    "time.approve_for_client",
    "expenses.read",
    "invoices.read",
    "payments.start",
    "payments.autopay",
    "payments.read",
    "profile.change",
    "firm.name",
}

RIGHTS: dict[str, frozenset[str]] = {
    "owner": frozenset(_OWNER),
    "finance": frozenset(_FINANCE),
    "lead": frozenset(_LEAD),
    "member": frozenset(_MEMBER),
    "client": frozenset(_CLIENT),
}
ALL_RIGHTS = frozenset().union(*RIGHTS.values())

LISTS: dict[str, str] = {}  # kind of record → the right to read its list, as `resources/` declare it


def may(actor: Actor | None, right: str) -> bool:
    """True if the actor's role has the right (the app itself has every right)."""
    if actor is None:
        return False
    if actor.role == "system":
        return True
    return right in RIGHTS.get(actor.role, frozenset())


def require(actor: Actor | None, right: str) -> None:
    """Refuses with `Forbidden` unless the actor has the right; an unknown right is a programming error."""
    if right not in ALL_RIGHTS:
        raise LookupError(f"No role has the right {right!r}: add it to access/permissions.py")
    if not may(actor, right):
        raise Forbidden()


def require_scope(actor: Actor, scope: str) -> None:
    """Refuses an API token that was not given `scope` ("read" or "write")."""
    if scope not in actor.scopes.split():
        raise Forbidden(f"This token may not {scope}. Make one with the scope “{scope}”.")
