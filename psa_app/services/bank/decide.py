"""What a line of a bank statement pays: certain ones at one press, others as a person says, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, BankLine, Firm, Invoice, Payment, Payout, move
from psa_app.queries.bank.matches import open_books
from psa_app.rules import fields
from psa_app.rules.money import Money, plain
from psa_app.services import history
from psa_app.services.books.lock import check_books_open, note_past_close
from psa_app.services.payments.record import Came, book_money, reverse_payment
from psa_app.services.payments.settle import open_amount, received

ShortKind = Literal["", "bank_charge", "discount", "withholding"]
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PartIn:
    """How much of a line pays an invoice."""

    invoice_id: int
    amount: Money


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of booking certain lines at once: `left` were not certain any more, or decided meanwhile."""

    booked: int
    left: int


@act("bank_lines", "book", right="payments.record")
def book_line(
    session: Session,
    actor: Actor,
    line_id: int,
    *,
    parts: list[PartIn],
    short_kind: ShortKind = "",
    past_lock_reason: str = "",
) -> BankLine:
    """Books a line on the invoices of one client; what is left of it becomes credit on account.

    Money in another currency pays one invoice: all of it what the part says, in the invoice's currency.
    With `short_kind` what stays open on these invoices is settled as a bank charge, a discount for paying
    early or tax withheld. Raises `Invalid` for amounts that do not fit or a day in closed books
    (`past_lock_reason` with the right "books.override" passes them), `Conflict` for a line that is
    decided already.
    """
    line = _open_line(session, actor, line_id)
    invoices = _locked(session, actor, parts)
    _check(session, line, invoices, parts)
    short = _short(session, invoices, parts, line, short_kind)
    pairs = [
        (one, part.amount.amount + missing) for one, part, missing in zip(invoices, parts, short, strict=True)
    ]
    shorts: dict[str, int] = {short_kind: sum(short)} if short_kind else {}
    settles = parts[0].amount if invoices[0].currency != line.currency else None
    account_id = invoices[0].account_id
    return _book(session, actor, line, account_id, pairs, shorts, settles, past_lock_reason)


@act("bank_lines", "credit", right="payments.record")
def credit_line(
    session: Session, actor: Actor, line_id: int, *, account_id: int, past_lock_reason: str = ""
) -> BankLine:
    """Books a line as credit on account of a client: it pays no invoice yet."""
    line = _open_line(session, actor, line_id)
    if line.amount_minor <= 0:
        raise Conflict("Money that went out is nobody's credit.")
    fetch(session, actor, Account, account_id, lock=True)
    return _book(session, actor, line, account_id, [], {}, past_lock_reason=past_lock_reason)


@act("bank_lines", "link", right="payments.record")
def link_line(session: Session, actor: Actor, line_id: int, *, payment_id: int) -> BankLine:
    """Says that a line is a payment recorded by hand before: nothing is booked a second time."""
    line = _open_line(session, actor, line_id)
    payment = fetch(session, actor, Payment, payment_id, lock=True)
    amount = payment.amount_minor
    if payment.provider != "manual" or received(session, payment) <= 0:
        raise Conflict("This payment was not recorded by hand, or it was taken back.")
    if (amount, payment.currency) != (line.amount_minor, line.currency):
        raise Invalid("This payment has another amount than the line.", "payment_id")
    taken = select(BankLine.id).where(BankLine.payment_id == payment_id, BankLine.amount_minor > 0)
    if session.exec(taken).first() is not None:
        raise Conflict("Another line of a statement is this payment already.")
    _decide(session, actor, line, "booked", account_id=payment.account_id, payment_id=payment_id)
    return line


@act("bank_lines", "take_back", right="payments.record")
def take_back_by_line(session: Session, actor: Actor, line_id: int, *, payment_id: int) -> BankLine:
    """Takes a payment back because the bank did: the line is money out that reverses it."""
    line = _open_line(session, actor, line_id)
    payment = fetch(session, actor, Payment, payment_id)
    if line.amount_minor >= 0:
        raise Conflict("This line is money that came. Book it instead.")
    if (payment.amount_minor, payment.currency) != (-line.amount_minor, line.currency):
        raise Invalid("This payment has another amount than what the bank took back.", "payment_id")
    reverse_payment(session, actor, payment_id, reason=f"The bank took it back on {line.booked_on}.")
    _decide(session, actor, line, "booked", account_id=payment.account_id, payment_id=payment_id)
    return line


@act("bank_lines", "is_payout", right="payments.record")
def take_payout(
    session: Session, actor: Actor, line_id: int, *, payout_id: int, past_lock_reason: str = ""
) -> BankLine:
    """Says that a line is a payout of the payment service: the payments in it are in the books already.

    Raises `Invalid` for another amount, `Conflict` for a payout that is another line or did not come.
    """
    line = _open_line(session, actor, line_id)
    payout = fetch(session, actor, Payout, payout_id, lock=True)
    if (payout.amount_minor, payout.currency) != (line.amount_minor, line.currency):
        raise Invalid("This payout has another amount than the line.", "payout_id")
    if payout.state in ("failed", "canceled"):
        raise Conflict("This payout did not come: the payment service says that it failed.")
    if session.exec(select(BankLine.id).where(BankLine.payout_id == payout_id)).first() is not None:
        raise Conflict("Another line of a statement is this payout already.")
    why = past_lock_reason
    line.ledger_on = check_books_open(session, line.booked_on, "booked_on", actor, why)
    note_past_close(session, actor, f"payout {payout.ref}", line.booked_on, line.ledger_on, why)
    line.payout_id = payout_id
    _decide(session, actor, line, "booked", reason=f"Payout {payout.ref}")
    return line


@act("bank_lines", "ignore", right="payments.record")
def ignore_line(session: Session, actor: Actor, line_id: int, *, reason: str) -> BankLine:
    """Puts a line aside because it pays no invoice; the reason stays with it."""
    line = _open_line(session, actor, line_id)
    _decide(session, actor, line, "ignored", reason=fields.text(reason, "reason", max=400))
    return line


@act("bank_lines", "undo", right="payments.record")
def undo_line(session: Session, actor: Actor, line_id: int, *, reason: str = "") -> BankLine:
    """Takes a decision back: what the line booked is taken back by a counter entry, and the line is open."""
    line = fetch(session, actor, BankLine, line_id, lock=True)
    why = fields.text(reason, "reason", max=400, required=False) or "Undone on the bank page."
    if line.status not in ("booked", "ignored"):
        raise Conflict("Nothing was decided about this line.")
    if line.amount_minor < 0 and line.payment_id is not None:
        raise Conflict("This took a payment back. Record the payment again if that was wrong.")
    if line.made_payment and line.payment_id is not None:
        payment = fetch(session, actor, Payment, line.payment_id)
        if received(session, payment) > 0:
            reverse_payment(session, actor, line.payment_id, reason=why)
    _decide(session, actor, line, "open", reason=why, verb="opened again")
    line.reason, line.decided_at, line.decided_by, line.payout_id = "", None, None, None
    line.ledger_on = None
    return line


@act("bank_lines", "book_certain", right="payments.record")
def book_certain(session: Session, actor: Actor, *, line_ids: list[int]) -> Booked:
    """Books those of the lines that are certain still: they name what they pay, to the cent.

    One of a day in closed books is left: it is decided by itself.
    """
    wanted = sorted(set(line_ids))
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"Book at most {MOST_AT_ONCE} lines at once.", "line_ids")
    firm = session.exec(select(Firm)).one()
    lines = [fetch(session, actor, BankLine, one, lock=True) for one in wanted]
    today = clock.today(firm.time_zone)
    first = open_books(session, today)
    owners = {one.account_id for line in lines for one in first.match(line).candidates}
    for account_id in sorted(owners):
        fetch(session, actor, Account, account_id, lock=True)
    books, count = open_books(session, today), 0
    for line in lines:
        if firm.books_closed_through and line.booked_on <= firm.books_closed_through:
            continue
        payout = books.payout(line) if line.status == "open" else None
        if payout is not None:
            take_payout(session, actor, int(line.id or 0), payout_id=payout.id)
            books, count = books.without(payout.id), count + 1
            continue
        found = books.match(line) if line.status == "open" else None
        if found is None or found.grade != "certain":
            continue
        best = found.candidates[0]
        parts = [PartIn(key, Money(amount, line.currency)) for key, amount in best.parts]
        invoices = _locked(session, actor, parts)
        pairs = [(one, part.amount.amount) for one, part in zip(invoices, parts, strict=True)]
        _book(session, actor, line, best.account_id, pairs, {})
        books, count = books.after(best.parts), count + 1
    return Booked(count, len(lines) - count)


def _open_line(session: Session, actor: Actor, line_id: int) -> BankLine:
    line = fetch(session, actor, BankLine, line_id, lock=True)
    if line.status == "outgoing":
        raise Conflict("This is money that went out; nothing of it is booked here.")
    if line.status != "open":
        raise Conflict("Someone has decided about this line already. Undo that first.")
    return line


def _locked(session: Session, actor: Actor, parts: Sequence[PartIn]) -> list[Invoice]:
    """The invoices, locked after their client, so that two payments never meet on one."""
    if not parts:
        raise Invalid("Say which invoice this pays, or book it as credit on account.", "parts")
    ids = [part.invoice_id for part in parts]
    if len(set(ids)) < len(ids):
        raise Invalid("Name each invoice once.", "parts")
    seen = [fetch(session, actor, Invoice, one) for one in ids]
    for account_id in sorted({one.account_id for one in seen}):
        fetch(session, actor, Account, account_id, lock=True)
    locked = {one: fetch(session, actor, Invoice, one, lock=True) for one in sorted(ids)}
    return [locked[one] for one in ids]


def _check(session: Session, line: BankLine, invoices: Sequence[Invoice], parts: Sequence[PartIn]) -> None:
    if line.amount_minor <= 0:
        raise Conflict("Money that went out pays no invoice.")
    if len({one.account_id for one in invoices}) > 1:
        raise Invalid("These invoices are of several clients. One payment is of one client.", "parts")
    for invoice, part in zip(invoices, parts, strict=True):
        if invoice.status != "issued":
            raise Conflict(f"{invoice.number or 'A draft'} is not issued, so it cannot be paid.")
        if part.amount.currency != invoice.currency:
            raise Invalid(f"{invoice.number} is in {invoice.currency}. Say what it pays in that.", "parts")
        if invoice.currency != line.currency and len(parts) > 1:
            raise Invalid(
                f"{invoice.number} is in {invoice.currency}, and this money in {line.currency}: it pays one "
                "invoice of another currency only.",
                "parts",
            )
        left = open_amount(session, invoice)
        if not 0 < part.amount.amount <= left:
            raise Invalid(f"Give {invoice.number} an amount above zero and up to what is open.", "parts")
    if invoices[0].currency != line.currency:
        return
    if sum(part.amount.amount for part in parts) > line.amount_minor:
        raise Invalid("These parts are more than what came.", "parts")


def _short(
    session: Session, invoices: Sequence[Invoice], parts: Sequence[PartIn], line: BankLine, kind: ShortKind
) -> list[int]:
    """What of each invoice is settled without money."""
    if not kind:
        return [0 for _ in parts]
    if invoices[0].currency != line.currency:
        raise Invalid("Say what the money settles; what is then open stays open.", "short_kind")
    if sum(part.amount.amount for part in parts) != line.amount_minor:
        raise Invalid("First use up the money; only then is something short.", "short_kind")
    missing = [
        open_amount(session, one) - part.amount.amount for one, part in zip(invoices, parts, strict=True)
    ]
    if not sum(missing):
        raise Invalid("Nothing is short on these invoices.", "short_kind")
    return missing


def _book(
    session: Session,
    actor: Actor,
    line: BankLine,
    account_id: int,
    pairs: Sequence[tuple[Invoice, int | None]],
    short: dict[str, int],
    settles: Money | None = None,
    past_lock_reason: str = "",
) -> BankLine:
    said = line.reference or line.text
    came = Came(
        Money(line.amount_minor, line.currency),
        line.booked_on,
        reference=said[:140],
        note=_told(line, short)[:400],
    )
    payment = book_money(session, actor, account_id, came, pairs, short, settles, past_lock_reason)
    line.made_payment = True
    _decide(session, actor, line, "booked", account_id=account_id, payment_id=int(payment.id or 0))
    return line


def _told(line: BankLine, short: dict[str, int]) -> str:
    """Who paid, and what never came: "From Northwind. 2.50 EUR bank charge"."""
    said = [f"From {line.payer}"] if line.payer else []
    said += [
        f"{plain(amount, line.currency)} {line.currency} {kind.replace('_', ' ')}"
        for kind, amount in short.items()
    ]
    return ". ".join(said)


def _decide(
    session: Session,
    actor: Actor,
    line: BankLine,
    to: str,
    *,
    account_id: int | None = None,
    payment_id: int | None = None,
    reason: str = "",
    verb: str = "",
) -> None:
    before = {"status": line.status, "payment_id": line.payment_id}
    move(line, "bank_line", to)
    line.account_id, line.payment_id, line.reason = account_id, payment_id, reason
    line.made_payment = line.made_payment and payment_id is not None
    line.decided_at, line.decided_by = clock.now(), actor.user_id
    session.flush()
    after = {"status": to, "payment_id": payment_id}
    history.note(session, actor, "bank_line", int(line.id or 0), verb or to, before, after, reason)
