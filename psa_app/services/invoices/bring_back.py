"""Undoing "bill later": work that was moved to later is on a draft again, or open for the next one."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.models import Account, BillLater, Firm, Invoice
from psa_app.queries.invoices.later import due_now, spent_now
from psa_app.queries.invoices.open_work import open_work
from psa_app.services import history
from psa_app.services.invoices.draft import locked_draft
from psa_app.services.invoices.edit import changed_draft, draw_time
from psa_app.services.invoices.entries import billed_on
from psa_app.services.invoices.expense_lines import write_expense_lines
from psa_app.services.invoices.lines import period_of, renumber, write_milestone_lines
from psa_app.services.invoices.taxes import TaxBook

Key = tuple[str, int, int]


@act("bill_later", "bring_back", right="invoices.draft")
def bring_back(session: Session, actor: Actor, later_id: int) -> None:
    """Makes a thing that was moved to a later invoice open for the next draft."""
    row = fetch(session, actor, BillLater, later_id)
    fetch(session, actor, Account, row.account_id, lock=True)
    gone = {"kind": row.kind, "record": row.record_id, "not_before": row.not_before}
    history.note(session, actor, "account", row.account_id, "billed now", gone, {})
    session.delete(row)
    session.flush()


@act("invoices", "bring_back", right="invoices.draft")
def bring_back_to(
    session: Session, actor: Actor, invoice_id: int, *, later_ids: tuple[int, ...] = ()
) -> Invoice:
    """Brings what was moved to later onto a draft: all of it that fits, or only these rows.

    It fits when it is of the draft's client and currency, of its scope where the draft has one, and not
    later than its cut-off day; the rest waits on. Raises `Conflict` when nothing fits, and for time where a
    line of the draft was written down or up.
    """
    invoice = locked_draft(session, actor, invoice_id)
    rows = session.exec(
        select(BillLater).where(BillLater.account_id == invoice.account_id).order_by(col(BillLater.id))
    ).all()
    chosen = [row for row in rows if not later_ids or row.id in later_ids]
    zone = session.exec(select(Firm.time_zone)).one()
    followed = period_of(session, invoice, zone) in (None, (invoice.service_from, invoice.service_to))
    came = _add(session, invoice, chosen)
    if not came:
        raise Conflict("Nothing that was moved to later fits this draft: look at its day and currency.")
    renumber(session, invoice)
    period = period_of(session, invoice, zone)
    if followed and period:
        invoice.service_from, invoice.service_to = period
    changed_draft(session, actor, invoice, "brought back", {}, {"things": len(came)})
    return invoice


def _add(session: Session, invoice: Invoice, chosen: Sequence[BillLater]) -> set[Key]:
    """Puts what fits of some rows on a draft and takes those rows away; their keys."""
    keys = {(row.kind, row.record_id, row.number): row for row in chosen}
    for row in chosen:
        session.delete(row)
    session.flush()
    work = open_work(session, invoice.account_id, invoice.cutoff, invoice.sow_id, lock=True, held="without")
    waits = dict.fromkeys(keys, invoice.cutoff)
    mine = [one for one in work.milestones if one.currency == invoice.currency]
    others = due_now(mine, waits)
    parts = [one for one in mine if one not in others]
    spent = [one for one in work.expenses if one.currency == invoice.currency]
    left = spent_now(spent, waits)
    expenses = [one for one in spent if one not in left]
    entries = {one.id for one in work.time.get(invoice.currency, []) if ("time", one.id, 0) in keys}
    came: set[Key] = {("time", one, 0) for one in entries} | {("expense", one.id, 0) for one in expenses}
    came |= {(one.kind, one.id, one.period.number if one.period else 0) for one in parts}
    _put_off_again(session, [row for key, row in keys.items() if key not in came])
    account = session.get_one(Account, invoice.account_id)
    taxes = TaxBook(session, account)
    write_milestone_lines(session, invoice, account, parts, taxes)
    write_expense_lines(session, invoice, account, expenses, taxes)
    if entries:
        draw_time(session, invoice, set(billed_on(session, invoice)) | entries)
    return came


def _put_off_again(session: Session, rows: Sequence[BillLater]) -> None:
    """What does not fit waits as before."""
    for row in rows:
        session.add(BillLater(**row.model_dump(exclude={"id"})))
    session.flush()
