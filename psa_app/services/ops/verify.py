"""Does everything still add up? Each check names the first thing that does not, in a sentence."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select, text
from sqlmodel import Session, col
from sqlmodel import select as select_models

from psa_app.db import is_sqlite
from psa_app.models import Evidence, History, Invoice, NumberSeries, Payment, ProviderFinding, Signature
from psa_app.queries.evidence import link_of
from psa_app.queries.invoices.tables import (
    ALLOCATION,
    BILLED_TIME,
    DEPOSIT_USE,
    ENTRY,
    FACT,
    INVOICE,
    INVOICE_LINE,
    INVOICE_TAX,
    USED,
)
from psa_app.rules.deposits import ASKED
from psa_app.rules.evidence import first_broken
from psa_app.rules.money import plain
from psa_app.services.history import digest_of
from psa_app.services.ops.seal import next_seal


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: `broken` is "" when all is well. `looked_at` counts the rows."""

    check: str
    broken: str
    looked_at: int


class Broken(Exception):
    """The first thing that does not add up."""


_LIVE_USE = case((DEPOSIT_USE.c.released_at.is_(None), DEPOSIT_USE.c.amount_minor), else_=0)


def verify(session: Session) -> Iterator[Finding]:
    """Runs every check, one finding each; run it in one reading transaction."""
    for name, check in CHECKS:
        try:
            yield Finding(name, "", check(session))
        except Broken as broken:
            yield Finding(name, str(broken), 0)


def check_database(session: Session) -> int:
    """The database file itself, and that no row has lost its parent (SQLite)."""
    if not is_sqlite(session):
        return 1
    said = session.connection().execute(text("PRAGMA quick_check(1)")).scalar_one()
    if said != "ok":
        raise Broken(f"The database file is damaged: {said}. Restore the last backup.")
    orphan = session.connection().execute(text("PRAGMA foreign_key_check")).first()
    if orphan is not None:
        raise Broken(f"A row of {orphan[0]} (rowid {orphan[1]}) points to a row of {orphan[2]} that is gone.")
    return 1


def check_history(session: Session) -> int:
    """Each row's digest fits its text, and each seal follows from the one before."""
    seal, count, is_open = "", 0, False
    rows = session.exec(select_models(History).order_by(col(History.id)).execution_options(yield_per=2000))
    for row in rows:
        count += 1
        if digest_of(row) != row.digest:
            raise Broken(f"Line {row.id} of the history ({row.kind} {row.record_id}) was changed.")
        if row.seal is None:
            is_open = True
            continue
        seal = next_seal(seal, row.digest)
        if is_open or row.seal != seal:
            raise Broken(f"A line of the history before number {row.id} was added, changed or taken out.")
    return count


def check_signatures(session: Session) -> int:
    """Every signed text still has the hash that was signed."""
    count = 0
    for one in session.exec(select_models(Signature).order_by(col(Signature.id))):
        count += 1
        if hashlib.sha256(one.text.encode()).hexdigest() != one.text_hash:
            raise Broken(f"The text that {one.name} signed ({one.document} {one.document_id}) was changed.")
    return count


def check_evidence(session: Session) -> int:
    """The chain of evidence holds, and every signature is a link of it that tells of the same text."""
    rows = session.exec(select_models(Evidence).order_by(col(Evidence.position))).all()
    broken = first_broken(link_of(row) for row in rows)
    if broken:
        raise Broken(broken)
    told = {row.signature_id: row.content for row in rows if row.signature_id}
    for one in session.exec(select_models(Signature).order_by(col(Signature.id))):
        content = told.get(int(one.id or 0))
        if content is None:
            raise Broken(f"What {one.name} signed ({one.document} {one.document_id}) is in no link.")
        if content and one.text_hash not in content:
            raise Broken(f"The link of what {one.name} signed tells of another text.")
    return len(rows)


def check_billed_time(session: Session) -> int:
    """No second is billed twice; an entry is invoiced just when issued invoices bill all of it."""
    live = and_(BILLED_TIME.c.entry_id == ENTRY.c.id, BILLED_TIME.c.released_at.is_(None))
    issued = case((INVOICE.c.status.in_(("issued", "written_off")), BILLED_TIME.c.seconds), else_=0)
    billed_seconds = func.coalesce(func.sum(BILLED_TIME.c.seconds), 0)
    statement = (
        select(ENTRY.c.id, ENTRY.c.seconds, ENTRY.c.status, billed_seconds, func.sum(issued))
        .select_from(ENTRY)
        .outerjoin(BILLED_TIME, live)
        .outerjoin(INVOICE_LINE, INVOICE_LINE.c.id == BILLED_TIME.c.line_id)
        .outerjoin(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .group_by(ENTRY.c.id, ENTRY.c.seconds, ENTRY.c.status)
        .order_by(ENTRY.c.id)
    )
    count = 0
    for entry_id, seconds, status, billed, on_issued in session.connection().execute(statement):
        count += 1
        if billed > seconds:
            raise Broken(f"Entry {entry_id} has {seconds} seconds, but {billed} of them are billed.")
        if billed and status not in ("approved", "invoiced"):
            raise Broken(f"Entry {entry_id} is billed, but {status}.")
        if (status == "invoiced") != (on_issued >= seconds):
            raise Broken(
                f"Entry {entry_id} is {status}, but {on_issued} of its {seconds} seconds are billed."
            )
    return count


def check_invoices(session: Session) -> int:
    """Lines, taxes and total of every issued invoice add up, and time lines to the work behind them.

    Of a credit note too, which takes no more of an invoice than that is for.
    """
    lines = _sums(session, INVOICE_LINE.c.invoice_id, INVOICE_LINE.c.net_minor)
    bases = _sums(session, INVOICE_TAX.c.invoice_id, INVOICE_TAX.c.base_minor)
    taxes = _sums(session, INVOICE_TAX.c.invoice_id, INVOICE_TAX.c.tax_minor)
    invoices = session.exec(
        select_models(Invoice).where(Invoice.status != "draft").order_by(col(Invoice.id))
    ).all()
    for one in invoices:
        net, tax = lines.get(one.id or 0, 0), taxes.get(one.id or 0, 0)
        if (net, tax, net + tax) != (one.net_minor, one.tax_minor, one.total_minor):
            raise Broken(f"{one.number}: the lines and taxes do not sum to what is printed as total.")
        if bases.get(one.id or 0, 0) != net:
            raise Broken(f"{one.number}: the tax block does not stand on the sum of the lines.")
    _check_time_lines(session, "invoice", BILLED_TIME.c.line_id)
    _check_time_lines(session, "credit_note", BILLED_TIME.c.credit_line_id)
    _check_credits(invoices)
    return len(invoices)


def check_deposits(session: Session) -> int:
    """No deposit is taken off beyond what was asked of it, less what was credited."""
    used = _sums(session, DEPOSIT_USE.c.deposit_line_id, _LIVE_USE)
    credited = _sums(session, INVOICE_LINE.c.credits_line_id, INVOICE_LINE.c.net_minor)
    asked = (
        select(INVOICE_LINE.c.id, INVOICE_LINE.c.net_minor, INVOICE.c.number)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(INVOICE_LINE.c.kind == ASKED, INVOICE.c.kind == "invoice")
        .order_by(INVOICE_LINE.c.id)
    )
    rows = session.connection().execute(asked).all()
    for line_id, net, number in rows:
        if used.get(line_id, 0) > net - credited.get(line_id, 0):
            raise Broken(f"Invoices take more off than the deposit of {number} is for.")
    return len(rows)


def check_payments(session: Session) -> int:
    """What settles invoices has been received, and no invoice is settled beyond its total."""
    facts = _sums(session, FACT.c.payment_id, FACT.c.amount_minor)
    given = _sums(session, ALLOCATION.c.payment_id, USED)
    taken = _sums(session, ALLOCATION.c.invoice_id, ALLOCATION.c.amount_minor)
    payments = session.exec(select_models(Payment).order_by(col(Payment.id))).all()
    for payment in payments:
        received, settled = facts.get(payment.id or 0, 0), given.get(payment.id or 0, 0)
        if not 0 <= settled <= max(received, 0):
            raise Broken(
                f"Payment {payment.id}: {plain(received, payment.currency)} came, "
                f"but {plain(settled, payment.currency)} settles invoices."
            )
    for invoice in session.exec(select_models(Invoice).order_by(col(Invoice.id))):
        settled = taken.get(invoice.id or 0, 0)
        if not 0 <= settled <= invoice.total_minor:
            raise Broken(f"{invoice.number or 'A draft'} is settled beyond its total.")
    return len(payments)


def check_provider(session: Session) -> int:
    """What the provider's own objects say of the last days is what is booked (compared each night)."""
    rows = session.exec(select_models(ProviderFinding).order_by(col(ProviderFinding.id))).all()
    first = next((one for one in rows if one.settled_at is None), None)
    if first is not None:
        raise Broken(first.sentence)
    return len(rows)


def check_numbers(session: Session) -> int:
    """Within a series and year the numbers of invoices and credit notes follow without a gap."""
    count = 0
    of_papers = col(NumberSeries.kind).in_(("invoice", "credit_note"))
    for series in session.exec(select_models(NumberSeries).where(of_papers)):
        mine = (
            Invoice.is_sandbox == series.sandbox,
            Invoice.kind == series.kind,
            ~col(Invoice.is_taken_over),
        )
        numbers = session.exec(select_models(Invoice.number).where(*mine, Invoice.number != "")).all()
        count += len(numbers)
        for year, found in _by_year(series.pattern, numbers).items():
            whole = set(range(min(found), max(found) + 1))
            missing = sorted(whole - set(found))
            if missing:
                raise Broken(f"{_printed(series.pattern, year, missing[0])} is missing from its series.")
            if year in ("", str(series.year)) and max(found) >= series.next_number:
                raise Broken(f"The series {series.pattern} would give a number a second time.")
    return count


CHECKS: tuple[tuple[str, Callable[[Session], int]], ...] = (
    ("database", check_database),
    ("history", check_history),
    ("signatures", check_signatures),
    ("evidence", check_evidence),
    ("billed time", check_billed_time),
    ("invoices", check_invoices),
    ("deposits", check_deposits),
    ("payments", check_payments),
    ("provider", check_provider),
    ("numbers", check_numbers),
)


def _check_credits(invoices: Sequence[Invoice]) -> None:
    total = {one.id: one.total_minor for one in invoices}
    number = {one.id: one.number for one in invoices}
    for note in (one for one in invoices if one.credits_id is not None and one.status != "void"):
        total[note.credits_id] = total.get(note.credits_id, 0) - note.total_minor
        if total[note.credits_id] < 0:
            raise Broken(f"{number.get(note.credits_id)} is credited beyond its total.")


def _check_time_lines(session: Session, kind: str, line_of: Any) -> None:
    is_printed = and_(INVOICE_LINE.c.kind == "time", INVOICE.c.kind == kind, INVOICE.c.status != "draft")
    minutes, amount = func.sum(BILLED_TIME.c.minutes), func.sum(BILLED_TIME.c.amount_minor)
    work = (
        select(line_of, minutes, amount)
        .join(INVOICE_LINE, INVOICE_LINE.c.id == line_of)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(is_printed)
        .group_by(line_of)
    )
    behind = {row[0]: (int(row[1]), int(row[2])) for row in session.connection().execute(work)}
    printed = (
        select(INVOICE_LINE.c.id, INVOICE_LINE.c.minutes, INVOICE_LINE.c.net_minor, INVOICE.c.number)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(is_printed)
        .order_by(INVOICE_LINE.c.id)
    )
    for line_id, in_minutes, net, number in session.connection().execute(printed):
        if behind.get(line_id, (0, 0)) != (in_minutes, net):
            raise Broken(f"{number}: a line prints other minutes or money than the work behind it has.")


def _sums(session: Session, by: Any, what: Any) -> dict[int, int]:
    rows = session.connection().execute(select(by, func.sum(what)).group_by(by))
    return {row[0]: int(row[1]) for row in rows}


def _by_year(pattern: str, numbers: Any) -> dict[str, list[int]]:
    """The running numbers by year, of those that the pattern makes; one without a year counts as one."""
    known = re.escape(pattern).replace(r"\{year\}", r"(?P<year>[0-9]{4})")
    known = re.sub(r"\\\{n(:0[1-9])?\\\}", r"(?P<n>[0-9]+)", known)
    found: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        match = re.fullmatch(known, number)
        if match is not None:
            found[match.groupdict().get("year", "")].append(int(match["n"]))
    return found


def _printed(pattern: str, year: Any, n: int) -> str:
    from psa_app.rules.invoices import series_number

    return series_number(pattern, int(year or 0), n)
