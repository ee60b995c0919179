"""Taking a bank statement in: it must add up, and no line comes twice."""

import binascii
from base64 import b64decode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, act, require
from psa_app.db import reading
from psa_app.errors import Conflict, Invalid
from psa_app.formats import words
from psa_app.formats.bank_statements import CsvChoices, is_xml
from psa_app.formats.bank_statements.apart import statements_apart
from psa_app.formats.bank_statements.values import Entry, Statement
from psa_app.models import BankAccount, BankLine, BankStatement, Firm
from psa_app.rules import fields
from psa_app.rules.bank_lines import digests
from psa_app.services import history

Order = Literal["dmy", "mdy"]
Mark = Literal["", ".", ","]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person says beside the file: which account it is of, and what the file leaves open.

    `gap_reason` takes a statement that does not balance all the same.
    """

    bank_account_id: int | None = None
    gap_reason: str = ""
    columns: dict[str, str] | None = None
    order: Order | None = None
    mark: Mark = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file: statements with new lines, and how many lines were new, known and money out."""

    statement_ids: list[int]
    new: int
    known: int
    outgoing: int
    waiting: int  # entries that the bank had not booked yet
    unchecked: bool  # some statement carried no balances to check against


@act("bank_statements", "take", right="payments.record")
def take_encoded(
    session: Session,
    actor: Actor,
    *,
    content: str,
    file_name: str = "",
    bank_account_id: int | None = None,
    gap_reason: str = "",
    columns: dict[str, str] | None = None,
    order: Order | None = None,
    mark: Mark = "",
) -> Taken:
    """Takes a file (CAMT.053 or CSV) whose bytes stand in `content` as base64; see `take_statements`."""
    try:
        data = b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("Send the file's bytes as base64.", "content") from None
    asked = Asked(bank_account_id, gap_reason, columns, order, mark)
    return take_statements(session, actor, data, file_name, asked)


def read_file(actor: Actor, data: bytes, asked: Asked) -> tuple[Statement, ...]:
    """The statements in a file, read in a program of their own and with no transaction open meanwhile.

    Opens its own reading. Raises as `take_statements` does.
    """
    require(actor, "payments.record")
    with reading() as session:
        accounts = session.exec(select(BankAccount).order_by(col(BankAccount.id))).all()
        choices = _choices(accounts, data, asked)
    return statements_apart(data, choices)


def _choices(accounts: Sequence[BankAccount], data: bytes, asked: Asked) -> CsvChoices:
    chosen = _chosen(accounts, asked.bank_account_id, is_xml(data))
    return CsvChoices(chosen.currency if chosen else "", asked.columns, asked.order, asked.mark)


def take_statements(
    session: Session,
    actor: Actor,
    data: bytes,
    file_name: str,
    asked: Asked,
    read: tuple[Statement, ...] | None = None,
) -> Taken:
    """Writes down every line of the file that no earlier file held, all statements or none.

    `read` is what `read_file` found in it, where that was asked before. Raises `Invalid` for a file that
    cannot be read or is of another account, `Conflict` ("gap_reason") for a statement whose closing balance
    is not its opening balance and its lines.
    """
    require(actor, "payments.record")
    accounts = session.exec(select(BankAccount).order_by(col(BankAccount.id)).with_for_update()).all()
    chosen = _chosen(accounts, asked.bank_account_id, is_xml(data))
    if read is None:
        read = statements_apart(data, _choices(accounts, data, asked))
    reason = fields.text(asked.gap_reason, "gap_reason", max=400, required=False)
    taken = Taken([], 0, 0, 0, 0, False)
    for statement in read:
        account = _account_of(statement, accounts, chosen)
        _check(session, statement, account, reason)
        taken = _take(session, actor, statement, account, file_name[:200], reason, taken)
    return taken


def _chosen(
    accounts: Sequence[BankAccount], account_id: int | None, names_itself: bool
) -> BankAccount | None:
    if account_id is not None:
        found = next((one for one in accounts if one.id == account_id), None)
        if found is None:
            raise Invalid("Choose one of the firm's bank accounts.", "bank_account_id")
        return found
    if names_itself:
        return None
    if len(accounts) != 1:
        raise Invalid("Say which of the firm's bank accounts this file is of.", "bank_account_id")
    return accounts[0]


def _account_of(
    statement: Statement, accounts: Sequence[BankAccount], chosen: BankAccount | None
) -> BankAccount:
    if not statement.account:
        if chosen is None:
            raise Invalid("Say which of the firm's bank accounts this file is of.", "bank_account_id")
        return chosen
    named = [one for one in accounts if statement.account in (_plain(one.iban), _plain(one.account_number))]
    of_currency = [one for one in named if one.currency == statement.currency] or named
    if not of_currency:
        raise Invalid(
            f"This statement is of {statement.account}, which is none of the firm's bank accounts. "
            "Add it in Settings, or choose another file.",
            "bank_account_id",
        )
    if chosen is not None and chosen not in named:
        raise Invalid(f"This statement is of {statement.account}, not of {chosen.label}.", "bank_account_id")
    return chosen or of_currency[0]


def _plain(number: str) -> str:
    return "".join(number.split()).upper() or "-"


def _check(session: Session, statement: Statement, account: BankAccount, reason: str) -> None:
    if statement.currency and statement.currency != account.currency:
        raise Invalid(
            f"This statement is in {statement.currency}, and {account.label} in {account.currency}.",
            "bank_account_id",
        )
    firm = session.exec(select(Firm)).one()
    if statement.days is not None and statement.days[1] > clock.today(firm.time_zone):
        raise Invalid("A line of this statement is booked in the future. Is this the right file?", "file")
    if statement.gap and not reason:
        raise Conflict(_not_balanced(statement), "gap_reason")


def _not_balanced(statement: Statement) -> str:
    def told(amount: int) -> str:
        return words.money(amount, statement.currency)

    opening, closing = statement.opening or 0, statement.closing or 0
    name = f"Statement {statement.number}" if statement.number else "This statement"
    return (
        f"{name} does not balance: it opens with {told(opening)}, its lines make "
        f"{told(closing - opening - statement.gap)}, and it closes with {told(closing)}. "
        f"{told(abs(statement.gap))} {'is missing' if statement.gap > 0 else 'is too much'}. "
        "Ask the bank for the whole statement, or say why you take it so."
    )


def _take(
    session: Session,
    actor: Actor,
    read: Statement,
    account: BankAccount,
    file_name: str,
    reason: str,
    so_far: Taken,
) -> Taken:
    account_id = int(account.id or 0)
    marks = digests((one.bank_ref, _facts(one)) for one in read.entries)
    known = _known(session, account_id, marks)
    fresh = [(mark, one) for mark, one in zip(marks, read.entries, strict=True) if mark not in known]
    so_far = replace(
        so_far,
        new=so_far.new + len(fresh),
        known=so_far.known + len(read.entries) - len(fresh),
        outgoing=so_far.outgoing + sum(_is_outgoing(one) for _, one in fresh),
        waiting=so_far.waiting + read.waiting,
        unchecked=so_far.unchecked or not read.is_checked,
    )
    if not fresh:
        return so_far
    statement = _statement(read, account_id, account.currency, file_name, reason if read.gap else "")
    statement.new_lines, statement.known_lines = len(fresh), len(read.entries) - len(fresh)
    session.add(statement)
    session.flush()
    statement_id = int(statement.id or 0)
    twins = _other_kinds(session, account_id, read.kind, [one.booked_on for _, one in fresh])
    for mark, one in fresh:
        line = _line(one, statement_id, account_id, mark)
        line.is_twin = twins[(one.booked_on, one.amount)] > 0
        twins[(one.booked_on, one.amount)] -= 1
        session.add(line)
    session.flush()
    after = {"file_name": file_name, "new": len(fresh), "known": statement.known_lines, "gap": read.gap}
    history.note(session, actor, "bank_statement", statement_id, "taken in", {}, after, reason)
    return replace(so_far, statement_ids=[*so_far.statement_ids, statement_id])


def _facts(one: Entry) -> tuple[object, ...]:
    return (one.booked_on, one.amount, one.currency, one.payer, one.iban, one.reference, one.text)


def _known(session: Session, account_id: int, marks: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(marks), 500):
        some = marks[start : start + 500]
        held = select(BankLine.digest).where(
            BankLine.bank_account_id == account_id, col(BankLine.digest).in_(some)
        )
        found.update(session.exec(held))
    return found


def _other_kinds(
    session: Session, account_id: int, kind: str, days: Sequence[date]
) -> Counter[tuple[date, int]]:
    """How many lines of a day and amount came from files of another kind: they may be the same ones."""
    held = (
        select(BankLine)
        .join(BankStatement, col(BankStatement.id) == col(BankLine.statement_id))
        .where(
            BankLine.bank_account_id == account_id,
            BankStatement.kind != kind,
            col(BankLine.booked_on).between(min(days), max(days)),
        )
    )
    return Counter((one.booked_on, one.amount_minor) for one in session.exec(held))


def _is_outgoing(one: Entry) -> bool:
    """Money out is not decided on here, unless it takes back what came."""
    return one.amount <= 0 and not one.is_reversal


def _statement(read: Statement, account_id: int, currency: str, file_name: str, reason: str) -> BankStatement:
    first, last = read.days or (None, None)
    return BankStatement(
        bank_account_id=account_id,
        kind=read.kind,
        number=read.number[:60],
        file_name=file_name,
        currency=currency,
        first_on=first,
        last_on=last,
        opening_minor=read.opening,
        closing_minor=read.closing,
        gap_minor=read.gap,
        gap_reason=reason,
    )


def _line(one: Entry, statement_id: int, account_id: int, mark: str) -> BankLine:
    return BankLine(
        statement_id=statement_id,
        bank_account_id=account_id,
        digest=mark,
        status="outgoing" if _is_outgoing(one) else "open",
        booked_on=one.booked_on,
        value_on=one.value_on,
        amount_minor=one.amount,
        currency=one.currency,
        payer=one.payer[:140],
        payer_iban=one.iban[:40],
        text=one.text[:1000],
        reference=one.reference[:140],
        bank_ref=one.bank_ref[:140],
        charges_minor=one.charges,
        told=one.told[:40],
        is_reversal=one.is_reversal,
    )
