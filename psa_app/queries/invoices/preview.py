"""What a draft would bill, and why something is missing, before it is made."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from psa_app.access import Actor, fetch, require
from psa_app.formats import words
from psa_app.models import Account, Firm
from psa_app.queries.invoices.deposits import deposits
from psa_app.queries.invoices.missing import (
    Missing,
    elsewhere,
    not_asked,
    other_currencies,
    over_cap,
    unapproved_expenses,
    unpriced,
    with_the_client,
)
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.open_work import chosen_currency, open_work
from psa_app.queries.invoices.reminder_fees import open_fees
from psa_app.rules.billing import plan_time_lines


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """What would be billed, one sentence a row, its net sum; what stays away; what stops it."""

    lines: tuple[str, ...]
    net: str
    missing: tuple[Missing, ...]
    is_stopped: bool


def preview_draft(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    until: date,
    include: tuple[str, ...] = ("time", "milestones", "expenses"),
    currency: str | None = None,
) -> DraftPreview:
    """What `draft_invoice` would bill for a client up to a day, and what not. Writes nothing."""
    require(actor, "invoices.draft")
    account = fetch(session, actor, Account, account_id)
    work = open_work(session, account_id, until, include=include, held="without")
    money_in = chosen_currency(work, currency, None, account.currency)
    plan = plan_time_lines(work.time.get(money_in, []), work.terms, "none")
    lines: list[str] = []
    if plan.lines:
        minutes = sum(line.minutes for line in plan.lines)
        lines.append(f"{words.hours(minutes)} h of time: {words.money(plan.amount, money_in)}")
    due = [one for one in work.milestones if one.currency == money_in]
    lines += [f"{one.title}: {words.money(one.value, one.currency)}" for one in due]
    spent = [one for one in work.expenses if one.currency == money_in]
    if spent:
        what = "1 expense" if len(spent) == 1 else f"{len(spent)} expenses"
        lines.append(f"{what}: {words.money(sum(one.value for one in spent), money_in)}")
    fees = [one for one in open_fees(session, account_id, until) if one.currency == money_in and include]
    lines += [f"Reminder of {one.number}: {words.money(one.amount, money_in)}" for one in fees]
    net = plan.amount + sum(one.value for one in due) + sum(one.value for one in spent)
    net += sum(one.amount for one in fees)
    lines += _taken_off(session, account_id, money_in, net)
    missing = [*unpriced(work), *other_currencies(work, money_in), *over_cap(plan)]
    if "time" in include:
        missing += with_the_client(session, account_id, until)
    if "expenses" in include:
        missing += unapproved_expenses(session, account_id, until)
    missing += [*not_asked(session, account_id), *elsewhere(session, account_id, until)]
    return DraftPreview(tuple(lines), words.money(net, money_in), tuple(missing), bool(work.unpriced))


def _taken_off(session: Session, account_id: int, currency: str, net: int) -> list[str]:
    """What deposits may take off: how much fits is seen on the draft."""
    is_test = takes_test_money(session.exec(select(Firm)).one())
    left = sum(one.open for one in deposits(session, account_id, currency=currency, is_test=is_test))
    if not left or net <= 0:
        return []
    return [f"Deposits take off up to {words.money(min(left, net), currency)}"]
