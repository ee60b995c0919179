"""Deposits and advances of clients: what was asked, what is paid, taken off and still open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.models import Account, Invoice, Sow
from psa_app.queries.invoices.tables import (
    ALLOCATION,
    BILLED_DEPOSIT,
    DEPOSIT_USE,
    INVOICE,
    INVOICE_LINE,
    SOW,
)
from psa_app.rules import deposits as rules

ISSUED = ("issued", "written_off")


@dataclass(frozen=True, slots=True)
class DepositRow:
    """A deposit on an issued invoice, net in minor units: `asked` less what was credited, of it `paid`,
    `used` by invoices and drafts, and `open` to be taken off. `of_scope` None: for all work of the client.
    """

    line_id: int
    invoice_id: int
    number: str
    issued_on: date | None
    text: str
    currency: str
    sow_id: int | None
    tax: tuple[str, int]
    asked: int
    paid: int
    used: int
    open: int

    @property
    def rest(self) -> int:
        """What no invoice takes off, paid or not: so much of it can be given back."""
        return max(self.asked - self.used, 0)


@dataclass(frozen=True, slots=True)
class UseRow:
    """What an invoice or draft takes off for a deposit."""

    deposit_line_id: int
    line_id: int
    invoice_id: int
    number: str
    amount: int


class HeldDeposit(NamedTuple):
    """What a deposit will take off later invoices: `net` in minor units, taxed at `tax_ppm`."""

    account_id: int
    sow_id: int | None
    currency: str
    net: int
    tax_ppm: int


@dataclass(frozen=True, slots=True)
class DueDeposit:
    """The deposit of a signed scope that no invoice asks for yet; net in minor units."""

    sow_id: int
    account_id: int
    number: str
    title: str
    currency: str
    amount: int
    share_ppm: int


@dataclass(frozen=True, slots=True)
class AskedDeposit:
    """The invoice that asks for a scope's deposit; without a number it is a draft."""

    invoice_id: int
    number: str


def deposits(
    session: Session,
    account_id: int,
    *,
    currency: str = "",
    is_test: bool | None = None,
    besides: int = 0,
    issued_only: bool = False,
) -> list[DepositRow]:
    """A client's deposits: those of scopes first, then the oldest first.

    What the draft `besides` takes off counts as open, with `issued_only` what any draft does: clients know
    of no drafts. The caller has checked who asks.
    """
    statement = (
        select(
            INVOICE_LINE.c.id,
            INVOICE_LINE.c.description,
            INVOICE_LINE.c.net_minor,
            INVOICE_LINE.c.tax_kind,
            INVOICE_LINE.c.tax_ppm,
            INVOICE.c.id.label("invoice_id"),
            INVOICE.c.number,
            INVOICE.c.issued_on,
            INVOICE.c.currency,
            INVOICE.c.sow_id,
            INVOICE.c.total_minor,
        )
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(
            INVOICE.c.account_id == account_id,
            INVOICE.c.kind == "invoice",
            INVOICE.c.status.in_(ISSUED),
            INVOICE_LINE.c.kind == rules.ASKED,
        )
        .order_by(INVOICE.c.sow_id.is_(None), INVOICE.c.issued_on, INVOICE_LINE.c.id)
    )
    if currency:
        statement = statement.where(INVOICE.c.currency == currency)
    if is_test is not None:
        statement = statement.where(INVOICE.c.is_sandbox.is_(is_test))
    rows = session.connection().execute(statement).all()
    if not rows:
        return []
    ids = [row.id for row in rows], {row.invoice_id for row in rows}
    sums = _Sums(session, *ids, _not_on(besides, issued_only))
    return [_row(row, sums) for row in rows]


class _Sums:
    """What was credited, paid and taken off, each read once."""

    def __init__(
        self, session: Session, line_ids: Sequence[int], invoice_ids: Iterable[int], left_out: Any
    ) -> None:
        ids, live = list(invoice_ids), DEPOSIT_USE.c.released_at.is_(None)
        credited = INVOICE_LINE.c.credits_line_id
        of_line = credited.in_(line_ids)
        self.credited = _sums(session, credited, INVOICE_LINE.c.net_minor, of_line)
        of_note = INVOICE.c.credits_id.in_(ids)
        self.given_back = _sums(session, INVOICE.c.credits_id, INVOICE.c.total_minor, of_note)
        came = (ALLOCATION.c.invoice_id.in_(ids), ALLOCATION.c.payment_id.is_not(None))
        self.paid = _sums(session, ALLOCATION.c.invoice_id, ALLOCATION.c.amount_minor, *came)
        used = [live, DEPOSIT_USE.c.deposit_line_id.in_(line_ids)]
        if left_out is not None:
            used.append(DEPOSIT_USE.c.line_id.not_in(left_out))
        self.used = _sums(session, DEPOSIT_USE.c.deposit_line_id, DEPOSIT_USE.c.amount_minor, *used)


def _not_on(besides: int, issued_only: bool) -> Any:
    """The lines whose uses do not count, None for none."""
    if not besides and not issued_only:
        return None
    lines = select(INVOICE_LINE.c.id)
    if besides:
        return lines.where(INVOICE_LINE.c.invoice_id == besides)
    return lines.join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id).where(INVOICE.c.status == "draft")


def _sums(session: Session, by: Any, what: Any, *where: Any) -> dict[int, int]:
    rows = session.connection().execute(select(by, func.sum(what)).where(*where).group_by(by))
    return {key: int(amount) for key, amount in rows}


def _row(row: Any, sums: _Sums) -> DepositRow:
    credited, used = sums.credited.get(row.id, 0), sums.used.get(row.id, 0)
    paid, total = sums.paid.get(row.invoice_id, 0), row.total_minor - sums.given_back.get(row.invoice_id, 0)
    return DepositRow(
        row.id,
        row.invoice_id,
        row.number,
        row.issued_on,
        row.description,
        row.currency,
        row.sow_id,
        (row.tax_kind, row.tax_ppm),
        row.net_minor - credited,
        rules.paid_net(row.net_minor - credited, paid, total),
        used,
        rules.still_open(row.net_minor, credited, paid, total, used),
    )


def uses_of(session: Session, line_ids: Sequence[int]) -> list[UseRow]:
    """The invoices and drafts that take deposits off, by the deposits' lines, the first first."""
    rows = session.connection().execute(
        select(
            DEPOSIT_USE.c.deposit_line_id,
            DEPOSIT_USE.c.line_id,
            INVOICE.c.id,
            INVOICE.c.number,
            DEPOSIT_USE.c.amount_minor,
        )
        .join(INVOICE_LINE, INVOICE_LINE.c.id == DEPOSIT_USE.c.line_id)
        .join(INVOICE, INVOICE.c.id == INVOICE_LINE.c.invoice_id)
        .where(DEPOSIT_USE.c.deposit_line_id.in_(line_ids), DEPOSIT_USE.c.released_at.is_(None))
        .order_by(DEPOSIT_USE.c.id)
    )
    return [UseRow(*row) for row in rows]


def taken_off(session: Session, line_ids: Sequence[int]) -> dict[int, int]:
    """What invoices and drafts take off for some lines of deposits, by line."""
    mine = DEPOSIT_USE.c.deposit_line_id.in_(line_ids), DEPOSIT_USE.c.released_at.is_(None)
    return _sums(session, DEPOSIT_USE.c.deposit_line_id, DEPOSIT_USE.c.amount_minor, *mine)


def deposits_on(invoice: Invoice) -> Any:
    """The lines of the deposits that an invoice takes off, as a statement."""
    mine = select(INVOICE_LINE.c.id).where(INVOICE_LINE.c.invoice_id == invoice.id)
    return select(DEPOSIT_USE.c.deposit_line_id).where(
        DEPOSIT_USE.c.line_id.in_(mine), DEPOSIT_USE.c.released_at.is_(None)
    )


def due_deposits(
    session: Session, account_id: int | None = None, sow_id: int | None = None
) -> list[DueDeposit]:
    """Deposits of signed scopes that were not asked for yet, of a client (None: of all) or one scope."""
    asked = select(BILLED_DEPOSIT.c.sow_id).where(BILLED_DEPOSIT.c.released_at.is_(None))
    statement = (
        select(
            SOW.c.id,
            SOW.c.account_id,
            SOW.c.number,
            SOW.c.title,
            SOW.c.currency,
            SOW.c.deposit_minor,
            SOW.c.deposit_ppm,
        )
        .where(SOW.c.status == "signed", SOW.c.deposit_minor > 0, SOW.c.id.not_in(asked))
        .order_by(SOW.c.id)
    )
    if account_id is not None:
        statement = statement.where(SOW.c.account_id == account_id)
    if sow_id is not None:
        statement = statement.where(SOW.c.id == sow_id)
    return [DueDeposit(*row) for row in session.connection().execute(statement)]


def held_deposits(session: Session) -> list[HeldDeposit]:
    """What later invoices will take off for all deposits that are asked, on drafts too."""
    asks = (
        select(
            INVOICE.c.account_id,
            INVOICE.c.sow_id,
            INVOICE.c.currency,
            INVOICE_LINE.c.net_minor,
            INVOICE_LINE.c.tax_ppm,
            INVOICE.c.status,
        )
        .join(INVOICE_LINE, INVOICE_LINE.c.invoice_id == INVOICE.c.id)
        .where(INVOICE_LINE.c.kind == rules.ASKED, INVOICE.c.status.in_(("draft", "issued")))
        .order_by(INVOICE_LINE.c.id)
    )
    rows = session.connection().execute(asks).all()
    drafted = [HeldDeposit(*row[:5]) for row in rows if row.status == "draft"]
    issued = [
        HeldDeposit(account_id, one.sow_id, one.currency, one.rest, one.tax[1])
        for account_id in sorted({row.account_id for row in rows if row.status == "issued"})
        for one in deposits(session, account_id)
        if one.rest
    ]
    return [*issued, *drafted]


def asked_deposit(session: Session, actor: Actor, sow_id: int) -> AskedDeposit | None:
    """The invoice that asks for what a scope agreed, or the draft of it; None while nothing does."""
    require(actor, "invoices.read")
    fetch(session, actor, Sow, sow_id)
    found = session.connection().execute(
        select(INVOICE.c.id, INVOICE.c.number)
        .join(INVOICE_LINE, INVOICE_LINE.c.invoice_id == INVOICE.c.id)
        .join(BILLED_DEPOSIT, BILLED_DEPOSIT.c.line_id == INVOICE_LINE.c.id)
        .where(BILLED_DEPOSIT.c.sow_id == sow_id, BILLED_DEPOSIT.c.released_at.is_(None))
    )
    row = found.first()
    return AskedDeposit(*row) if row else None


def client_deposits(session: Session, actor: Actor, account_id: int) -> list[DepositRow]:
    """A client's deposits of which something is paid or asked and no invoice has taken it off.

    A client reads their own. Raises `NotFound` outside the actor's scope.
    """
    require(actor, "invoices.read")
    fetch(session, actor, Account, account_id)
    is_client = actor.account_id is not None
    return [one for one in deposits(session, account_id, issued_only=is_client) if one.rest]


def scope_deposits(session: Session, actor: Actor, sow_id: int) -> list[DepositRow]:
    """The deposits asked for a scope. Raises `NotFound` outside the actor's scope."""
    require(actor, "invoices.read")
    sow = fetch(session, actor, Sow, sow_id)
    return [one for one in deposits(session, sow.account_id) if one.sow_id == sow_id]


def deposits_for(session: Session, invoice: Invoice) -> list[DepositRow]:
    """Deposits that a draft may take off: of its client, in its currency; its own uses count as open."""
    of = {"currency": invoice.currency, "is_test": invoice.is_sandbox, "besides": int(invoice.id or 0)}
    return deposits(session, invoice.account_id, **of)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class DepositView:
    """Deposits on the page of an invoice: those that it may take off or takes off, and what it takes off;
    or those that it asks for itself, with the invoices that take them off."""

    currency: str
    is_draft: bool
    offered: tuple[DepositRow, ...]
    taken_off: int
    own: tuple[DepositRow, ...]
    uses: tuple[UseRow, ...]

    @property
    def rest(self) -> int:
        """What of its own deposits nobody takes off."""
        return sum(one.rest for one in self.own)


def deposit_view(session: Session, actor: Actor, invoice_id: int) -> DepositView:
    """What an invoice, or a draft, has to do with deposits. Raises `NotFound` outside the actor's scope."""
    require(actor, "invoices.read")
    invoice = fetch(session, actor, Invoice, invoice_id)
    is_draft, takes = invoice.status == "draft", _taken_by(session, invoice_id)
    every = deposits_for(session, invoice) if is_draft else deposits(session, invoice.account_id)
    own = tuple(one for one in every if one.invoice_id == invoice_id)
    offered = tuple(one for one in every if one.open > 0 or one.line_id in takes) if is_draft else ()
    return DepositView(
        invoice.currency,
        is_draft,
        offered if not _asks(session, invoice_id) else (),
        sum(takes.values()),
        own,
        tuple(uses_of(session, [one.line_id for one in own])) if own else (),
    )


def _taken_by(session: Session, invoice_id: int) -> dict[int, int]:
    mine = select(INVOICE_LINE.c.id).where(INVOICE_LINE.c.invoice_id == invoice_id)
    live = DEPOSIT_USE.c.line_id.in_(mine), DEPOSIT_USE.c.released_at.is_(None)
    return _sums(session, DEPOSIT_USE.c.deposit_line_id, DEPOSIT_USE.c.amount_minor, *live)


def _asks(session: Session, invoice_id: int) -> bool:
    asks = select(INVOICE_LINE.c.id).where(
        INVOICE_LINE.c.invoice_id == invoice_id, INVOICE_LINE.c.kind == rules.ASKED
    )
    return session.connection().execute(asks).first() is not None
