"""What must hold of the books at any moment, whatever was done to them before."""

import re
from collections import Counter, defaultdict
from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app import db
from psa_app.access import system
from psa_app.models import (
    Allocation,
    BilledDeposit,
    BilledExpense,
    BilledMilestone,
    BilledTime,
    DepositUse,
    Expense,
    Invoice,
    InvoiceLine,
    InvoiceTax,
    Milestone,
    Payment,
    PaymentFact,
    RetainerDraw,
    RetainerLot,
    RetainerPeriod,
    Sow,
    SowLine,
    Task,
    TimeEntry,
)
from psa_app.queries.books.ledger import books
from psa_app.queries.conservation import conservation
from psa_app.queries.invoices.open_work import rounding_of
from psa_app.rules.billing import open_parts
from psa_app.rules.hours import DAY_SECONDS, Rounding, billed_minutes
from psa_app.rules.money import per_hour
from psa_app.rules.taxes import tax_of


def check_books() -> None:
    """Conservation to the second, balanced papers, gapless numbers, nothing twice, states that agree."""
    with db.reading() as session:
        check_hours(session)
        check_papers(session)
        check_numbers(session)
        check_entries(session)
        check_expenses(session)
        check_money(session)
        check_credits(session)
        check_retainers(session)
        check_deposits(session)
        check_ledger(session)


def check_ledger(session: Session) -> None:
    """Each entry sums to zero; when nobody owes and nothing is on account, the accounts of both are empty."""
    found: Counter[str] = Counter()
    for entry in books(session, date(2000, 1, 1), date(2100, 1, 1)).entries:
        assert entry.balance == 0
        for part in entry.postings:
            found[part.account] += part.amount
    owed: Counter[int] = Counter()
    held: Counter[int] = Counter()
    for invoice in session.exec(select(Invoice)):
        if invoice.status == "issued" and invoice.kind == "invoice":
            owed[int(invoice.id or 0)] += invoice.total_minor
    for fact in session.exec(select(PaymentFact)):
        held[fact.payment_id] += fact.amount_minor
    for row in session.exec(select(Allocation)):
        owed[row.invoice_id] -= row.amount_minor
        if row.payment_id is not None:
            held[row.payment_id] -= row.amount_minor if row.paid_minor is None else row.paid_minor
    issued = {invoice.id for invoice in session.exec(select(Invoice).where(Invoice.status == "issued"))}
    assert any(owed[key] for key in issued) or found["receivable"] == 0
    assert any(held.values()) or found["unapplied"] == 0


def check_retainers(session: Session) -> None:
    """Nobody draws more than a lot has; what came into a closed period was used, taken back, went or is left;
    no second is both drawn and billed."""
    lots = {lot.id: lot for lot in session.exec(select(RetainerLot))}
    drawn: Counter[int] = Counter()
    parts: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for draw in session.exec(select(RetainerDraw)):
        assert (draw.lot_id is None) == (draw.outcome != "drawn" or draw.units == 0)
        drawn[draw.lot_id or 0] += draw.units
        if draw.outcome != "overage" and draw.seconds:
            parts[draw.entry_id].append((draw.offset_seconds, draw.seconds))
    assert all(drawn[key] <= lot.units for key, lot in lots.items() if key and lot.units > 0)
    for billed in session.exec(select(BilledTime).where(BilledTime.released_at == None)):  # noqa: E711
        parts[billed.entry_id].append((billed.offset_seconds, billed.seconds))
    for entry_id, found in parts.items():
        open_parts(session.get_one(TimeEntry, entry_id).seconds, found)
    for one in session.exec(select(RetainerPeriod)):
        came = one.opening + one.granted + one.added
        assert came == one.used + one.taken_back + one.expired + one.left


def check_deposits(session: Session) -> None:
    """No deposit is taken off twice or beyond what was asked of it, each line that takes off is tied to one
    for its amount, and no scope's deposit is asked twice."""
    invoices = {invoice.id: invoice for invoice in session.exec(select(Invoice))}
    lines = {line.id: line for line in session.exec(select(InvoiceLine))}
    credited: Counter[int] = Counter()
    for line in lines.values():
        credited[line.credits_line_id or 0] += line.net_minor
    live: Counter[int] = Counter()
    tied: Counter[int] = Counter()
    for use in session.exec(select(DepositUse)):
        asked, takes = lines[use.deposit_line_id], lines[use.line_id]
        assert (asked.kind, takes.kind) == ("deposit", "deposit_used")
        assert (asked.tax_kind, asked.tax_ppm) == (takes.tax_kind, takes.tax_ppm)
        of, by = invoices[asked.invoice_id], invoices[takes.invoice_id]
        assert (of.account_id, of.currency) == (by.account_id, by.currency)
        tied[use.line_id] += use.amount_minor
        assert use.released_at is not None or by.status != "void"
        if use.released_at is None:
            live[use.deposit_line_id] += use.amount_minor
            assert use.amount_minor == credited[use.line_id] - takes.net_minor
    for line in lines.values():
        if line.kind == "deposit_used" and line.credits_line_id is None:
            assert tied[line.id or 0] == -line.net_minor > 0
            assert invoices[line.invoice_id].total_minor >= 0
        if line.kind == "deposit" and line.credits_line_id is None:
            assert 0 <= live[line.id or 0] <= line.net_minor - credited[line.id or 0]
    asked_of = [one.sow_id for one in session.exec(select(BilledDeposit)) if one.released_at is None]
    assert len(asked_of) == len(set(asked_of))


def check_hours(session: Session) -> None:
    """Per client and month, logged time is the sum of its buckets."""
    report = conservation(session, system())
    for line in report:
        assert line.off == 0, line
        assert sum(line.buckets.values()) == line.logged, line
    logged = sum(entry.seconds for entry in session.exec(select(TimeEntry)))
    assert logged == sum(line.logged for line in report)


def check_papers(session: Session) -> None:
    """What is printed adds up: shares to lines, lines to net, taxes to tax, both to the total."""
    lines, taxes, parts = (
        _by(session, InvoiceLine, "invoice_id"),
        _by(session, InvoiceTax, "invoice_id"),
        _by(session, BilledTime, "line_id"),
    )
    for invoice in session.exec(select(Invoice)):
        if invoice.kind == "credit_note":
            continue
        mine = lines[invoice.id]
        assert sum(line.net_minor for line in mine) == invoice.net_minor
        assert sum(tax.base_minor for tax in taxes[invoice.id]) == invoice.net_minor
        assert sum(tax.tax_minor for tax in taxes[invoice.id]) == invoice.tax_minor
        assert all(tax.tax_minor == tax_of(tax.base_minor, tax.rate_ppm) for tax in taxes[invoice.id])
        assert invoice.net_minor + invoice.tax_minor == invoice.total_minor
        for line in mine:
            if line.kind == "time":
                listed = line.net_minor if line.list_minor is None else line.list_minor
                assert listed == per_hour(line.minutes or 0, line.rate_minor)
                assert sum(part.minutes for part in parts[line.id]) == line.minutes
                assert sum(part.amount_minor for part in parts[line.id]) == line.net_minor
            else:
                assert line.net_minor == line.rate_minor * line.quantity


def check_numbers(session: Session) -> None:
    """Every issued or void invoice has a number, drafts have none, and no number is left out."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for invoice in session.exec(select(Invoice)):
        assert bool(invoice.number) == (invoice.status != "draft")
        if invoice.number and not invoice.is_taken_over:
            series, running = re.fullmatch(r"(.*-)(\d+)", invoice.number).groups()  # type: ignore[union-attr]
            numbers[series].append(int(running))
    for given in numbers.values():
        assert sorted(given) == list(range(1, len(given) + 1))


def check_entries(session: Session) -> None:
    """No second and no milestone is billed twice; states and caps agree with what is billed."""
    status = {invoice.id: invoice.status for invoice in session.exec(select(Invoice))}
    invoice_of = {line.id: line.invoice_id for line in session.exec(select(InvoiceLine))}
    is_released = {line.id: line.release for line in session.exec(select(InvoiceLine))}
    sow_line_of = {line.id: line.sow_line_id for line in session.exec(select(InvoiceLine))}
    parts: dict[int, list[BilledTime]] = defaultdict(list)
    billed: Counter[int | None] = Counter()
    for part in session.exec(select(BilledTime)):
        is_void = status[invoice_of[part.line_id]] == "void"
        is_free = is_void or is_released.get(part.credit_line_id, False)
        assert (part.released_at is not None) == is_free
        if not is_free:
            parts[part.entry_id].append(part)
            billed[sow_line_of[part.line_id]] += 0 if part.credit_line_id else part.amount_minor
    for entry in session.exec(select(TimeEntry)):
        mine = parts[entry.id or 0]
        left = open_parts(entry.seconds, [(part.offset_seconds, part.seconds) for part in mine])
        is_issued = all(status[invoice_of[part.line_id]] in ("issued", "written_off") for part in mine)
        assert (entry.status == "invoiced") == (bool(mine) and not left and is_issued)
        assert not mine or entry.status in ("approved", "invoiced")
        assert sum(part.minutes for part in mine) <= _most_minutes(session, entry)
    for line in session.exec(select(SowLine)):
        assert line.cap_minor is None or billed[line.id] <= line.cap_minor
    _check_milestones(session)


def _most_minutes(session: Session, entry: TimeEntry) -> int:
    """What rounding makes of a whole entry, however often it was cut; a day together is not looked at."""
    line_id = session.get_one(Task, entry.task_id).sow_line_id
    line = session.get(SowLine, line_id) if line_id else None
    rounding = rounding_of(session.get_one(Sow, line.sow_id)) if line else Rounding()
    return billed_minutes(entry.seconds, rounding) if rounding.per == "entry" else DAY_SECONDS


def _check_milestones(session: Session) -> None:
    accepted = {one.id for one in session.exec(select(Milestone)) if one.status == "accepted"}
    billed = [one.milestone_id for one in session.exec(select(BilledMilestone)) if one.released_at is None]
    assert len(billed) == len(set(billed))
    assert set(billed) <= accepted


def check_expenses(session: Session) -> None:
    """No expense is billed twice, each line is the sum of its expenses, states agree with what is billed."""
    invoices = {invoice.id: invoice for invoice in session.exec(select(Invoice))}
    lines = {line.id: line for line in session.exec(select(InvoiceLine))}
    parts: dict[int, list[int]] = defaultdict(list)
    on: dict[int, str] = {}
    released = {line.credits_line_id for line in lines.values() if line.release}
    for part in session.exec(select(BilledExpense)):
        invoice = invoices[lines[part.line_id].invoice_id]
        parts[part.line_id].append(part.amount_minor)
        given_back = part.line_id in released
        assert (part.released_at is not None) == (invoice.status == "void" or given_back)
        if part.released_at is None:
            assert part.expense_id not in on
            on[part.expense_id] = invoice.status
            expense = session.get_one(Expense, part.expense_id)
            assert (part.amount_minor, invoice.currency) == (expense.value_minor, expense.contract_currency)
    for line in lines.values():
        billed = line.kind == "expense" and line.credits_line_id is None
        assert not billed or sum(parts[line.id or 0]) == line.net_minor
    for expense in session.exec(select(Expense)):
        assert (expense.status == "invoiced") == (on.get(expense.id or 0) in ("issued", "written_off"))
        assert expense.id not in on or expense.status in ("approved", "invoiced")


def check_money(session: Session) -> None:
    """Payments settle no more than came, invoices take no more than they are for."""
    invoices = {invoice.id: invoice for invoice in session.exec(select(Invoice))}
    payments = {payment.id: payment for payment in session.exec(select(Payment))}
    came: Counter[int] = Counter()
    for fact in session.exec(select(PaymentFact)):
        came[fact.payment_id] += fact.amount_minor
    used: Counter[int] = Counter()
    paid: Counter[int] = Counter()
    for row in session.exec(select(Allocation)):
        paid[row.invoice_id] += row.amount_minor
        if row.payment_id is None:
            continue
        used[row.payment_id] += row.amount_minor if row.paid_minor is None else row.paid_minor
        assert payments[row.payment_id].account_id == invoices[row.invoice_id].account_id
        is_same = payments[row.payment_id].currency == invoices[row.invoice_id].currency
        assert is_same == (row.paid_minor is None)
    for payment_id in payments:
        assert 0 <= used[payment_id] <= max(came[payment_id], 0)
    for invoice_id, amount in paid.items():
        assert 0 <= amount <= invoices[invoice_id].total_minor
        assert amount == 0 or invoices[invoice_id].status in ("issued", "written_off")


def check_credits(session: Session) -> None:
    """A credit note stands on the work it gives back, and all of a line's never take more than the line."""
    lines = {line.id: line for line in session.exec(select(InvoiceLine))}
    invoices = {invoice.id: invoice for invoice in session.exec(select(Invoice))}
    parts = _by(session, BilledTime, "credit_line_id")
    taxes = _by(session, InvoiceTax, "invoice_id")
    left = {key: [line.net_minor, line.minutes or 0] for key, line in lines.items()}
    totals: Counter[int | None] = Counter()
    printed: Counter[int | None] = Counter()
    for line in lines.values():
        if not line.credits_line_id or invoices[line.invoice_id].status == "void":
            continue
        assert lines[line.credits_line_id].invoice_id == invoices[line.invoice_id].credits_id
        left[line.credits_line_id][0] -= line.net_minor
        left[line.credits_line_id][1] -= line.minutes or 0
        printed[line.invoice_id] += line.net_minor
        if line.kind == "time":
            assert sum(part.minutes for part in parts[line.id]) == line.minutes
            assert sum(part.amount_minor for part in parts[line.id]) == line.net_minor
    assert all(minutes >= 0 and net * lines[key].net_minor >= 0 for key, (net, minutes) in left.items())
    for line in (one for one in lines.values() if one.kind == "credit_kept"):
        if invoices[line.invoice_id].credits_id:  # a copied note keeps it for the client's next invoice
            printed[line.invoice_id] += line.net_minor
            totals[invoices[line.invoice_id].credits_id] -= line.net_minor
    for note in (one for one in invoices.values() if one.credits_id and one.status != "void"):
        of, mine = invoices[note.credits_id], taxes[note.id]
        totals[of.id] += note.total_minor
        assert (note.status, of.status) in (("issued", "issued"), ("issued", "written_off"))
        assert note.net_minor == printed[note.id] == sum(tax.base_minor for tax in mine)
        assert note.total_minor == note.net_minor + note.tax_minor
        assert note.tax_minor == sum(tax.tax_minor for tax in mine)
        assert (note.currency, note.base_rate_nano) == (of.currency, of.base_rate_nano)
    for invoice_id, total in totals.items():
        assert total <= invoices[invoice_id].total_minor
        mine = [left[key][0] for key, line in lines.items() if line.invoice_id == invoice_id]
        assert any(mine) or total == invoices[invoice_id].total_minor
    taken: Counter[int] = Counter()
    for row in session.exec(select(Allocation).where(Allocation.credit_id != None)):  # noqa: E711
        taken[row.credit_id] += row.amount_minor
        assert row.invoice_id == invoices[row.credit_id].credits_id
        assert abs(row.amount_minor) == invoices[row.credit_id].total_minor
    for note_id, amount in taken.items():
        assert amount == (0 if invoices[note_id].status == "void" else invoices[note_id].total_minor)


def _by(session: Session, model: Any, key: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in session.exec(select(model)):
        found[getattr(row, key)].append(row)
    return found
