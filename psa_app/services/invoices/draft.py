"""Drafting an invoice from a client's open work. Doing it twice bills nothing twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, BankAccount, Firm, Invoice, Sow
from psa_app.queries.expenses.open import OpenExpense
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.open_parts import OpenMilestone
from psa_app.queries.invoices.open_work import OpenWork, chosen_currency, open_work
from psa_app.queries.invoices.reminder_fees import OpenFee, open_fees
from psa_app.rules.billing import BillableEntry, Grouping, TimePlan, plan_time_lines
from psa_app.services import history
from psa_app.services.invoices.expense_lines import write_expense_lines
from psa_app.services.invoices.lines import (
    line_ids,
    period_of,
    remove_lines,
    sows_of,
    write_milestone_lines,
    write_time_lines,
)
from psa_app.services.invoices.reminder_fees import write_fee_lines
from psa_app.services.invoices.taxes import TaxBook
from psa_app.services.invoices.totals import remove_taxes, write_totals

What = Literal["time", "milestones", "expenses"]
EVERYTHING: tuple[What, ...] = ("time", "milestones", "expenses")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass
class Unpriced(Conflict):
    """Approved time without a rate stops a draft; `entry_ids` names it all."""

    entry_ids: tuple[int, ...] = ()


@act("invoices", "draft", right="invoices.draft")
def draft_invoice(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    until: date,
    sow_id: int | None = None,
    grouping: Grouping | None = None,
    include: tuple[What, ...] = EVERYTHING,
    currency: str | None = None,
    group_expenses: bool = False,
) -> Invoice:
    """Makes a draft of everything that a client (or one SOW) can be billed up to a day, in one currency.

    The client's row is locked, so two who press at once get one draft: the second finds nothing
    left. With an empty `include` the draft has no line yet. Expenses stand one a line, or grouped by
    category. Raises `Unpriced` for time without a
    rate, `Conflict` when nothing is open (naming the draft that holds it already).
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    sow = fetch(session, actor, Sow, sow_id) if sow_id is not None else None
    if sow is not None and sow.account_id != account_id:
        raise Invalid("This scope belongs to another client.", "sow_id")
    check_until(until)
    work = open_work(session, account_id, until, sow_id, include=include, lock=True, held="without")
    check_priced(work)
    money_in = chosen_currency(work, currency, sow.currency if sow else None, account.currency)
    fees = open_fees(session, account_id, until) if include else []
    part = part_of(work, money_in, grouping or usual_grouping(session, account_id, sow), fees)
    if include and part.is_empty:
        raise Conflict(_nothing(session, account_id, until, work, part.plan, money_in), "until")
    return write_draft(session, actor, account, sow, until, part, group_expenses=group_expenses)


@dataclass(frozen=True, slots=True)
class DraftPart:
    """What one draft holds: a client's open work in one currency."""

    currency: str
    grouping: Grouping
    entries: list[BillableEntry]
    plan: TimePlan
    milestones: list[OpenMilestone]
    expenses: list[OpenExpense]
    fees: list[OpenFee]

    @property
    def net(self) -> int:
        """What it comes to before tax."""
        priced: list[OpenMilestone | OpenExpense] = [*self.milestones, *self.expenses]
        return self.plan.amount + sum(one.value for one in priced) + sum(one.amount for one in self.fees)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to bill; a reminder's fee alone waits for the next invoice."""
        return not self.milestones and not self.expenses and self.plan.amount == 0


def part_of(work: OpenWork, currency: str, grouping: Grouping, fees: Sequence[OpenFee] = ()) -> DraftPart:
    """What of some open work, and of fees of reminders, goes on a draft in a currency."""
    entries = work.time.get(currency, [])
    return DraftPart(
        currency,
        grouping,
        entries,
        plan_time_lines(entries, work.terms, grouping),
        [one for one in work.milestones if one.currency == currency],
        [one for one in work.expenses if one.currency == currency],
        [one for one in fees if one.currency == currency],
    )


def write_draft(
    session: Session,
    actor: Actor,
    account: Account,
    sow: Sow | None,
    until: date,
    part: DraftPart,
    *,
    group_expenses: bool = False,
) -> Invoice:
    """Writes the draft; the caller holds the client's row and has read the work since."""
    only = sow or _only_sow(session, [*part.milestones, *part.expenses], part.plan)
    firm = session.get_one(Firm, 1)
    invoice = draft_head(session, account, only, until, part.currency, part.grouping)
    taxes = TaxBook(session, account)
    periods = [one for one in part.milestones if one.period]
    others = [one for one in part.milestones if not one.period]
    write_milestone_lines(session, invoice, account, periods, taxes)
    write_time_lines(session, invoice, account, part.plan, part.entries, part.grouping, taxes)
    write_milestone_lines(session, invoice, account, others, taxes)
    write_expense_lines(session, invoice, account, part.expenses, taxes, grouped=group_expenses)
    write_fee_lines(session, invoice, account, part.fees, taxes)
    _finish(session, firm, invoice)
    _note(session, actor, invoice, part.plan)
    return invoice


@act("invoices", "discard", right="invoices.draft")
def discard_draft(session: Session, actor: Actor, invoice_id: int) -> None:
    """Throws a draft away; all it held is open again. Raises `Conflict` once issued."""
    invoice = locked_draft(session, actor, invoice_id)
    remove_lines(session, line_ids(session, invoice))
    remove_taxes(session, invoice)
    before = {"account_id": invoice.account_id, "total_minor": invoice.total_minor}
    history.note(session, actor, "invoice", invoice_id, "discarded", before, {})
    session.delete(invoice)
    session.flush()


def locked_draft(session: Session, actor: Actor, invoice_id: int) -> Invoice:
    """The draft, its client's row locked first. Raises `Conflict` when it is no draft any more."""
    seen = fetch(session, actor, Invoice, invoice_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    invoice = fetch(session, actor, Invoice, invoice_id, lock=True)
    if invoice.status != "draft":
        state = invoice.status.replace("_", " ")
        raise Conflict(f"{invoice.number} is {state} and does not change any more.")
    return invoice


def check_until(until: date) -> None:
    """Refuses a day that no calendar of a firm holds."""
    if not FIRST_YEAR <= until.year < LAST_YEAR:
        raise Invalid(f"Choose a day between {FIRST_YEAR} and {LAST_YEAR}.", "until")


def check_priced(work: OpenWork) -> None:
    """Raises `Unpriced` when approved time has no rate."""
    if not work.unpriced:
        return
    shown = ", ".join(str(entry_id) for entry_id in work.unpriced[:10])
    more = len(work.unpriced) - 10
    names = f"{shown} and {more} more" if more > 0 else shown
    what = "1 entry has" if len(work.unpriced) == 1 else f"{len(work.unpriced)} entries have"
    raise Unpriced(
        f"{what} no rate ({names}). Give a rate or mark the time as not billable, then draft again.",
        "until",
        work.unpriced,
    )


def usual_grouping(session: Session, account_id: int, sow: Sow | None = None) -> Grouping:
    """How the client's lines are grouped: as the SOW says, or the one signed last, else by role."""
    last = sow or session.exec(_LAST_SIGNED, params={"account_id": account_id}).first()
    return cast("Grouping", last.grouping) if last else "role"


_LAST_SIGNED = (
    select(Sow)
    .where(Sow.account_id == bindparam("account_id"), Sow.status == "signed")
    .order_by(col(Sow.id).desc())
    .limit(1)
)


def _nothing(
    session: Session, account_id: int, until: date, work: OpenWork, plan: TimePlan, currency: str
) -> str:
    others = [other for other in work.currencies() if other != currency]
    if others:
        return f"Nothing is open in {currency}, but there is work in {' and '.join(others)}. Choose that."
    if plan.over_cap:
        return "The cap is used up: the open hours lie above it. Agree a change with the client first."
    if plan.lines:
        return "The open time rounds to 0:00 and bills nothing yet. Draft again when there is more."
    day = until.isoformat()
    draft = session.exec(
        select(Invoice.id)
        .where(Invoice.account_id == account_id, Invoice.status == "draft")
        .order_by(col(Invoice.id).desc())
    ).first()
    if draft is not None:
        return f"Everything up to {day} is already on draft {draft}. Open it, or choose a later day."
    if open_work(session, account_id, until, include=("time",), held="only").time:
        return "The open time waits for the client to approve it. It can be billed once they have."
    return f"Nothing is open up to {day}: no approved time or expense, no accepted milestone and no fee due."


def _only_sow(session: Session, parts: Sequence[OpenMilestone | OpenExpense], plan: TimePlan) -> Sow | None:
    """The SOW when all the billed work belongs to a single one."""
    keys = {line.sow_line_id for line in plan.lines}
    known = sows_of(session, keys)
    found = {known.get(key) for key in keys} | {part.sow_id for part in parts}
    only = found.pop() if len(found) == 1 else None
    return session.get(Sow, only) if only is not None else None


def draft_head(
    session: Session, account: Account, sow: Sow | None, until: date, currency: str, grouping: Grouping
) -> Invoice:
    """A draft without lines, with what the scope, the client and the firm say of each invoice."""
    firm = session.get_one(Firm, 1)
    days = sow.payment_days if sow else account.payment_days
    invoice = Invoice(
        account_id=int(account.id or 0),
        sow_id=sow.id if sow else None,
        currency=currency,
        cutoff=until,
        grouping=grouping,
        payment_days=firm.payment_days if days is None else days,
        purchase_order=sow.purchase_order if sow else "",
        bank_account_id=_bank(session, currency),
        tax_rounding=firm.tax_rounding,
        is_sandbox=takes_test_money(firm),
        created_at=clock.now(),
        updated_at=clock.now(),
    )
    session.add(invoice)
    session.flush()
    return invoice


def _bank(session: Session, currency: str) -> int | None:
    """The firm's account in the invoice's currency, else its usual one."""
    accounts = session.exec(_BANK_ACCOUNTS).all()
    return next(
        (one.id for one in accounts if one.currency == currency), accounts[0].id if accounts else None
    )


_BANK_ACCOUNTS = select(BankAccount).order_by(col(BankAccount.is_default).desc(), col(BankAccount.id))


def _finish(session: Session, firm: Firm, invoice: Invoice) -> None:
    """Service period and sums, from the lines as they stand."""
    period = period_of(session, invoice, firm.time_zone)
    if period:
        invoice.service_from, invoice.service_to = period
    write_totals(session, invoice)


def _note(session: Session, actor: Actor, invoice: Invoice, plan: TimePlan) -> None:
    after = {
        "account_id": invoice.account_id,
        "until": invoice.cutoff,
        "total_minor": invoice.total_minor,
        "over_cap": len(plan.over_cap),
    }
    history.note(session, actor, "invoice", int(invoice.id or 0), "drafted", {}, after)
