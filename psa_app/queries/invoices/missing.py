"""Why a client's work is not on a draft, in sentences, each with the way to its rows."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, not_, select
from sqlmodel import Session

from psa_app import routes
from psa_app.formats import words
from psa_app.prepared import Prepared
from psa_app.queries.expenses.open import waiting_expenses
from psa_app.queries.invoices.deposits import due_deposits
from psa_app.queries.invoices.later import put_off
from psa_app.queries.invoices.open_work import OpenWork, open_work
from psa_app.queries.invoices.tables import ENTRY, INVOICE, PROJECT, SOW_LINE, TASK, of_projects, one_of
from psa_app.queries.time.with_client import with_client
from psa_app.rules.billing import TimePlan, plan_time_lines
from psa_app.rules.scopes import COVERED, RETAINER


@dataclass(frozen=True, slots=True)
class Missing:
    """A reason why work is not on the draft, and where to see it (`href` may be "").

    `code`: unpriced | currency | over_cap | client | unapproved | drafted | later | minimum | nothing.
    """

    sentence: str
    href: str = ""
    code: str = ""

    def as_row(self) -> dict[str, Any]:
        """As it is kept with a billing run."""
        return asdict(self)


def unpriced(work: OpenWork) -> list[Missing]:
    """Approved time without a rate."""
    count = len(work.unpriced)
    if not count:
        return []
    what = "1 entry has" if count == 1 else f"{count} entries have"
    href = routes.with_query(routes.TIME_ENTRIES, money="unpriced", status="approved")
    sentence = f"{what} no rate. Give a rate, or mark the time as not billable."
    return [Missing(sentence, href, "unpriced")]


def other_currencies(work: OpenWork, currency: str) -> list[Missing]:
    """Work that goes on another invoice, because it is in another currency."""
    others = [code for code in work.currencies() if code != currency]
    sentence = f"Work in {' and '.join(others)} goes on an invoice of its own."
    return [Missing(sentence, code="currency")] if others else []


def over_cap(plan: TimePlan) -> list[Missing]:
    """Hours above a cap."""
    seconds = sum(length for _, _, length in plan.over_cap)
    if not seconds:
        return []
    sentence = f"{words.hours(seconds // 60)} h lie over the cap and stay open. Agree a change first."
    return [Missing(sentence, code="over_cap")]


def with_the_client(session: Session, account_id: int, until: date) -> list[Missing]:
    """Time that its lead has approved and the client has not: how much, what it is worth, and why."""
    work = open_work(session, account_id, until, include=("time",), held="only")
    if not work.time:
        return []
    asked = sum(one.asked for one in with_client(session, PROJECT.c.account_id == account_id))
    found = []
    for currency, entries in sorted(work.time.items()):
        plan = plan_time_lines(entries, work.terms, "none")
        amount = words.money(plan.amount, currency)
        time = words.hours(sum(one.seconds for one in entries) // 60)
        why = "They have been asked." if asked else "They have not been asked yet."
        sentence = f"{time} h, {amount}, wait for the client to approve them. {why}"
        found.append(Missing(sentence, routes.APPROVALS, "client"))
    return found


def unapproved_expenses(session: Session, account_id: int, until: date) -> list[Missing]:
    """Expenses that nobody has decided on."""
    count = waiting_expenses(session, account_id, until)
    if not count:
        return []
    what = "1 expense is" if count == 1 else f"{count} expenses are"
    href = routes.records("expenses", status="submitted")
    return [Missing(f"{what} not approved yet.", href, "unapproved")]


def not_asked(session: Session, account_id: int) -> list[Missing]:
    """Deposits that scopes agreed and no invoice asks for: each stands on an invoice of its own."""
    return [
        Missing(
            f"The deposit of {one.number}, {words.money(one.amount, one.currency)}, is not asked for yet.",
            routes.sow(one.sow_id),
            "deposit",
        )
        for one in due_deposits(session, account_id)
    ]


def elsewhere(session: Session, account_id: int, until: date) -> list[Missing]:
    """Time that waits for approval, and the drafts that hold work already."""
    found = _put_off(session, account_id)
    waiting = unapproved_seconds(session, account_id, until)
    if waiting:
        much = f"{words.hours(waiting // 60)} h are" if waiting >= 60 else "Less than a minute is"
        sentence = f"{much} not approved yet."
        found.append(Missing(sentence, routes.APPROVALS, "unapproved"))
    for row in _DRAFTS.all(session, {"account_id": account_id}):
        amount = words.money(row.total_minor, row.currency)
        sentence = f"{amount} are on draft {row.id} already."
        found.append(Missing(sentence, routes.invoice(row.id), "drafted"))
    return found


def unapproved_seconds(session: Session, account_id: int, until: date) -> int:
    """Billable time up to a day that nobody has approved yet."""
    return int(_UNAPPROVED.first(session, {"account_id": account_id, "until": until}).seconds or 0)


def _put_off(session: Session, account_id: int) -> list[Missing]:
    waits = put_off(session, account_id)
    if not waits:
        return []
    what = "1 thing was" if len(waits) == 1 else f"{len(waits)} things were"
    sentence = f"{what} moved to a later invoice, the first for {words.day(min(waits.values()))}."
    return [Missing(sentence, routes.records("bill_later"), "later")]


# Billable time that neither a fixed price nor a retainer covers.
_UNAPPROVED = Prepared(
    select(func.sum(ENTRY.c.seconds).label("seconds"))
    .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
    .join(TASK, TASK.c.id == ENTRY.c.task_id)
    .outerjoin(SOW_LINE, SOW_LINE.c.id == TASK.c.sow_line_id)
    .where(
        of_projects(ENTRY.c.project_id),
        ENTRY.c.work_date <= bindparam("until"),
        ENTRY.c.is_billable,
        not_(one_of(func.coalesce(SOW_LINE.c.model, ""), (*COVERED, RETAINER))),
        one_of(ENTRY.c.status, ("draft", "submitted")),
    )
)
_DRAFTS = Prepared(
    select(INVOICE.c.id, INVOICE.c.total_minor, INVOICE.c.currency)
    .where(INVOICE.c.account_id == bindparam("account_id"), INVOICE.c.status == "draft")
    .order_by(INVOICE.c.id)
)
