"""A client's statement of account, from its invoices, credit notes, payments and write-offs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require
from psa_app.errors import Invalid
from psa_app.formats import languages, words
from psa_app.gateways.pdf.papers import Column, Fact, Party, Section, SowPaper, Table, Total
from psa_app.models import Account, Firm, Invoice, Payment, PaymentFact, WriteOff
from psa_app.queries.invoices.deposits import DepositRow, deposits
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.invoices.parties import buyer_block, seller_block
from psa_app.rules import statements
from psa_app.rules.statements import Move


@dataclass(frozen=True, slots=True)
class Statement:
    """A client's statement for a period, by currency."""

    client: str
    first: date
    last: date
    accounts: tuple[statements.Account, ...]
    deposits: tuple[DepositRow, ...] = ()  # what is paid in advance and not taken off yet, as of now


def client_statement(
    session: Session, actor: Actor, account_id: int, first: date | None = None, last: date | None = None
) -> Statement:
    """The statement up to a day (today) from a day (the first of that year's).

    A client reads their own. Raises `NotFound` outside the actor's scope, `Invalid` for a wrong period.
    """
    require(actor, "invoices.read")
    account = fetch(session, actor, Account, account_id)
    firm = session.exec(select(Firm)).one()
    until = last or clock.today(firm.time_zone)
    since = first or until.replace(month=1, day=1)
    if since > until:
        raise Invalid("The first day lies after the last one.", "from")
    moves = list(_moves(session, account_id, firm))
    left = deposits(session, account_id, is_test=takes_test_money(firm), issued_only=True)
    waiting = tuple(one for one in left if one.open)
    return Statement(account.name, since, until, statements.statement(moves, since, until), waiting)


def _moves(session: Session, account_id: int, firm: Firm) -> Iterator[Move]:
    """Everything that changed what the client owes, in the firm's zone."""
    is_test, zone = takes_test_money(firm), ZoneInfo(firm.time_zone)
    of_client = (Invoice.account_id == account_id, col(Invoice.is_sandbox).is_(is_test))
    invoices = session.exec(
        select(Invoice).where(*of_client, Invoice.status != "draft").order_by(col(Invoice.id))
    ).all()
    numbers = {one.id: one.number for one in invoices}
    for one in invoices:
        day = one.issued_on or one.cutoff
        what: statements.What = "credit_note" if one.kind == "credit_note" else "invoice"
        owed = -one.total_minor if one.kind == "credit_note" else one.total_minor
        yield Move(day, what, one.number, owed, one.currency)
        if one.voided_at is not None:
            void_day = max(one.voided_at.astimezone(zone).date(), day)
            yield Move(void_day, "void", one.number, -owed, one.currency)
    facts = session.exec(
        select(PaymentFact, Payment)
        .join(Payment, col(Payment.id) == col(PaymentFact.payment_id))
        .where(Payment.account_id == account_id, col(Payment.livemode).is_(not is_test))
        .order_by(col(PaymentFact.id))
    )
    for fact, payment in facts:
        number = numbers.get(payment.invoice_id, "") if payment.invoice_id else ""
        what = "payment" if fact.amount_minor > 0 else "taken_back"
        yield Move(fact.at.astimezone(zone).date(), what, number, -fact.amount_minor, fact.currency)
    lost = select(WriteOff).where(col(WriteOff.invoice_id).in_(list(numbers))).order_by(col(WriteOff.id))
    for row in session.exec(lost):
        back: statements.What = "written_off" if row.amount_minor > 0 else "reopened"
        yield Move(row.made_on, back, numbers[row.invoice_id], -row.amount_minor, row.currency)


def what_words(locale: str) -> dict[str, str]:
    """What happened, in a language."""
    labels = languages.of(locale)
    return {
        "invoice": labels.invoice,
        "void": labels.void,
        "credit_note": labels.credit_note,
        "payment": labels.payment,
        "taken_back": labels.taken_back,
        "written_off": labels.written_off,
        "reopened": labels.invoice,
    }


def statement_paper(session: Session, found: Statement, account: Account) -> SowPaper:
    """The statement on paper, in the client's language; the caller has checked who asks."""
    firm, locale = session.exec(select(Firm)).one(), account.locale
    labels = languages.of(locale)
    sections = tuple(_section(one, found, locale) for one in found.accounts)
    period = words.day_range(found.first, found.last, locale)
    return SowPaper(
        title=labels.statement,
        number="",
        subtitle="",
        seller=_party(seller_block(session, firm, locale)),
        buyer=_party(buyer_block(account)),
        buyer_label=labels.to,
        page_label=labels.page,
        facts=(Fact(labels.period, period),),
        stamp=clock.now().replace(hour=0, minute=0, second=0, microsecond=0),
        footer=firm.invoice_footer,
        accent=firm.accent,
        language=languages.code(locale),
        sheet="us-letter" if firm.country in ("US", "CA", "MX") else "a4",
        sections=(sections or (Section(labels.nothing),)) + _deposits(found, locale),
    )


def _section(one: statements.Account, found: Statement, locale: str) -> Section:
    labels, said = languages.of(locale), what_words(locale)

    def amount(minor: int) -> str:
        return words.money(minor, one.currency, locale)

    date_, what, charged, settled, balance = labels.statement_columns
    rows = [(words.day(found.first, locale), labels.opening, "", "", amount(one.opening))]
    for row in one.rows:
        name = f"{said[row.what]} {row.number}".strip()
        up, down = (amount(row.amount), "") if row.amount > 0 else ("", amount(-row.amount))
        rows.append((words.day(row.on, locale), name, up, down, amount(row.balance)))
    columns = (
        Column(date_, share=0),
        Column(what),
        Column(charged, numeric=True),
        Column(settled, numeric=True),
        Column(balance, numeric=True),
    )
    total = Total(labels.closing, amount(one.closing), strong=True)
    return Section(labels.currency.format(currency=one.currency), table=Table(columns, tuple(rows), (total,)))


def _deposits(found: Statement, locale: str) -> tuple[Section, ...]:
    """What the client has paid in advance and no invoice has taken off yet."""
    if not found.deposits:
        return ()
    labels = languages.of(locale)
    number, text, left = labels.deposit_columns
    rows = tuple(
        (one.number, one.text, words.money(one.open, one.currency, locale)) for one in found.deposits
    )
    columns = (Column(number, share=0), Column(text), Column(left, numeric=True))
    return (Section(labels.deposits, table=Table(columns, rows)),)


def _party(block: str) -> Party:
    name, *rest = block.splitlines() or [""]
    return Party(name, tuple(rest))
