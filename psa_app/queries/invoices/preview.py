"""What a draft would bill, and why something is missing, before it is made."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.formats import words
from psa_app.models import Account
from psa_app.queries.invoices.open_work import open_work
from psa_app.queries.invoices.tables import ENTRY, PROJECT
from psa_app.rules.billing import plan_time_lines


@dataclass(frozen=True, slots=True)
class DraftPreview:
    """Sentences: what would be billed, and what stays away with the reason."""

    lines: tuple[str, ...]
    missing: tuple[str, ...]


def preview_draft(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    until: date,
    include: tuple[str, ...] = ("time", "milestones"),
) -> DraftPreview:
    """What `draft_invoice` would bill for a client up to a day, in the client's currency. Writes nothing."""
    require(actor, "invoices.draft")
    account = fetch(session, actor, Account, account_id)
    work = open_work(session, account_id, until)
    lines: list[str] = []
    missing: list[str] = []
    entries = work.time.get(account.currency, []) if "time" in include else []
    plan = plan_time_lines(entries, work.terms, "none")
    if plan.lines:
        minutes = sum(line.minutes for line in plan.lines)
        lines.append(f"{words.hours(minutes)} h of time: {words.money(plan.amount, account.currency)}")
    if "milestones" in include:
        lines += [
            f"{one.title}: {words.money(one.value, one.currency)}"
            for one in work.milestones
            if one.currency == account.currency
        ]
    if plan.over_cap:
        hours = words.hours(sum(seconds for _, _, seconds in plan.over_cap) // 60)
        missing.append(f"{hours} h lie over the cap and stay open.")
    missing += _left_out(session, account_id, until)
    return DraftPreview(tuple(lines), tuple(missing))


def _left_out(session: Session, account_id: int, until: date) -> list[str]:
    rows: Any = session.connection().execute(
        select_columns(ENTRY.c.status, ENTRY.c.bill_level == "", func.count(), func.sum(ENTRY.c.seconds))
        .join(PROJECT, PROJECT.c.id == ENTRY.c.project_id)
        .where(
            PROJECT.c.account_id == account_id,
            ENTRY.c.work_date <= until,
            ENTRY.c.is_billable,
            ENTRY.c.status != "invoiced",
        )
        .group_by(ENTRY.c.status, ENTRY.c.bill_level == "")
    )
    waiting = unpriced = 0
    for status, is_unpriced, count, seconds in rows:
        if status in ("draft", "submitted"):
            waiting += int(seconds)
        elif is_unpriced:
            unpriced += int(count)
    found = []
    if waiting:
        found.append(f"{words.hours(waiting // 60)} h are not approved yet.")
    if unpriced:
        found.append(f"{unpriced} approved {'entry has' if unpriced == 1 else 'entries have'} no rate.")
    return found
