"""Lines of bank statements for a screen: what came, what each may be for, and what was decided."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require, scoped, visible
from psa_app.models import Account, BankAccount, BankLine, Firm, Invoice, Payment, Payout
from psa_app.queries.bank.matches import Books, OpenPayout, open_books
from psa_app.queries.invoices.payments import sum_of
from psa_app.queries.invoices.tables import FACT
from psa_app.rules.matching import Match, OpenInvoice

PAGE = 25
MOST_MATCHED = 500
VIEWS = ("open", "booked", "ignored", "outgoing")
NO_MATCH = Match("none")
_RANK = {"certain": 0, "likely": 1, "doubtful": 2, "none": 3}


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line, what it may pay (while open), and the client and invoices' words of what it paid."""

    line: BankLine
    match: Match = NO_MATCH
    client: str = ""
    invoice: str = ""
    payout: str = ""  # of the payment service, by its number there


@dataclass(frozen=True, slots=True)
class BankPage:
    """Rows of a page, how many there are in all and by view, and the ids of lines that are certain."""

    rows: tuple[LineRow, ...]
    total: int
    page: int
    pages: int
    counts: dict[str, int]
    certain: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A payment that someone recorded by hand, of the line's amount."""

    id: int
    client: str
    invoice: str
    received_on: date | None
    reference: str


@dataclass(frozen=True, slots=True)
class LineToDecide:
    """One line with its candidates, every client, what each client still owes, and payments
    recorded by hand that may be the line (or that it takes back).
    """

    line: BankLine
    match: Match
    clients: dict[int, str]
    invoices: tuple[OpenInvoice, ...]
    recorded: tuple[Recorded, ...]
    payouts: tuple[OpenPayout, ...] = ()


def bank_page(
    session: Session, actor: Actor, *, view: str = "open", search: str = "", page: int = 1
) -> BankPage:
    """One page of 25 lines: of open ones the surest first, of others the latest first."""
    require(actor, "payments.record")
    counts = dict.fromkeys(VIEWS, 0) | dict(
        session.exec(
            select(BankLine.status, func.count(col(BankLine.id)))
            .where(visible(actor, BankLine))
            .group_by(BankLine.status)
        ).all()
    )
    ordered = (
        scoped(actor, BankLine)
        .where(col(BankLine.status) == view, *_search(search))
        .order_by(col(BankLine.booked_on).desc(), col(BankLine.id).desc())
    )
    if view == "open":
        return _open_page(session, list(session.scalars(ordered.limit(MOST_MATCHED))), counts, page)
    total = session.exec(
        select(func.count(col(BankLine.id))).where(
            visible(actor, BankLine), BankLine.status == view, *_search(search)
        )
    ).one()
    pages = max(1, -(-total // PAGE))
    page = max(1, min(page, pages))
    lines: list[BankLine] = list(session.scalars(ordered.limit(PAGE).offset((page - 1) * PAGE)))
    rows = tuple(_decided(session, one) for one in lines)
    return BankPage(rows, total, page, pages, counts, ())


def _open_page(session: Session, lines: list[BankLine], counts: dict[str, int], page: int) -> BankPage:
    books = open_books(session, _today(session))
    names = _clients(session)
    rows = [_open_row(one, books) for one in lines]
    rows.sort(key=lambda one: 0 if one.payout else _RANK[one.match.grade])
    certain = tuple(int(one.line.id or 0) for one in rows if one.payout or one.match.grade == "certain")
    pages = max(1, -(-len(rows) // PAGE))
    page = max(1, min(page, pages))
    numbers = {one.id: one.number for one in books.invoices}
    shown = tuple(_named(one, names, numbers) for one in rows[(page - 1) * PAGE : page * PAGE])
    return BankPage(shown, len(rows), page, pages, counts, certain)


def _open_row(line: BankLine, books: Books) -> LineRow:
    payout = books.payout(line)
    return LineRow(line, NO_MATCH, payout=payout.ref) if payout else LineRow(line, books.match(line))


def _named(row: LineRow, names: dict[int, str], numbers: dict[int, str]) -> LineRow:
    if not row.match.candidates:
        return row
    best = row.match.candidates[0]
    said = ", ".join(numbers[key] for key, _ in best.parts)
    return LineRow(row.line, row.match, names.get(best.account_id, ""), said)


def _decided(session: Session, line: BankLine) -> LineRow:
    client = session.get(Account, line.account_id) if line.account_id else None
    payment = session.get(Payment, line.payment_id) if line.payment_id else None
    invoice = session.get(Invoice, payment.invoice_id) if payment and payment.invoice_id else None
    payout = session.get(Payout, line.payout_id) if line.payout_id else None
    told = (client.name if client else "", invoice.number if invoice else "", payout.ref if payout else "")
    return LineRow(line, NO_MATCH, *told)


def line_to_decide(session: Session, actor: Actor, line_id: int) -> LineToDecide:
    """What a person needs to decide about one line. Raises `NotFound`."""
    require(actor, "payments.record")
    line = fetch(session, actor, BankLine, line_id)
    books = open_books(session, _today(session))
    owed = tuple(one for one in books.invoices if one.left > 0)
    match = books.match(line) if line.status == "open" else NO_MATCH
    recorded = _recorded(session, line) if line.status == "open" else ()
    fits = tuple(one for one in books.payouts if line.status == "open" and one.fits(line))
    return LineToDecide(line, match, _clients(session), owed, recorded, fits)


def _recorded(session: Session, line: BankLine) -> tuple[Recorded, ...]:
    """Of money that came: what no other line is yet; of money that went back: what could have been it."""
    taken = select(BankLine.payment_id).where(
        col(BankLine.payment_id).is_not(None), BankLine.amount_minor > 0
    )
    statement = (
        select(Payment, Account.name, Invoice.number)
        .join(Account, col(Account.id) == col(Payment.account_id))
        .outerjoin(Invoice, col(Invoice.id) == col(Payment.invoice_id))
        .where(
            Payment.provider == "manual",
            Payment.amount_minor == abs(line.amount_minor),
            Payment.currency == line.currency,
            sum_of(FACT) > 0,
        )
        .order_by(col(Payment.received_on).desc(), col(Payment.id).desc())
        .limit(10)
    )
    if line.amount_minor > 0:
        statement = statement.where(col(Payment.id).not_in(taken))
    return tuple(
        Recorded(int(one.id or 0), client, number or "", one.received_on, one.reference)
        for one, client, number in session.exec(statement)
    )


def bank_accounts(session: Session, actor: Actor) -> list[BankAccount]:
    """The firm's own accounts, as a file's owner is chosen from."""
    require(actor, "payments.record")
    return list(session.scalars(scoped(actor, BankAccount).order_by(col(BankAccount.id))))


def _today(session: Session) -> date:
    return clock.today(session.exec(select(Firm)).one().time_zone)


def _clients(session: Session) -> dict[int, str]:
    statement = select(Account.id, Account.name).where(~col(Account.is_archived)).order_by(Account.name)
    return {int(key or 0): name for key, name in session.exec(statement)}


def _search(text: str) -> list[ColumnElement[bool]]:
    fields = (BankLine.payer, BankLine.text, BankLine.reference)
    return [
        or_(*(col(field).icontains(word, autoescape=True) for field in fields)) for word in text.split()[:6]
    ]
