"""One part of a billing run: what is drafted for a client, or one draft that is issued."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, fetch
from psa_app.errors import Conflict, PsaError
from psa_app.formats import words
from psa_app.models import Account, BillingPart, BillingRun, ExchangeRate, Firm, Invoice, Sow
from psa_app.queries.invoices import missing
from psa_app.queries.invoices.deposits import DueDeposit, due_deposits
from psa_app.queries.invoices.missing import Missing
from psa_app.queries.invoices.open_work import OpenWork, open_work
from psa_app.queries.invoices.reminder_fees import open_fees
from psa_app.rules import money
from psa_app.services.invoices.deposits import write_deposit
from psa_app.services.invoices.draft import (
    EVERYTHING,
    DraftPart,
    part_of,
    usual_grouping,
    write_draft,
)
from psa_app.services.invoices.issue import issue_invoice

DEPOSITS = "deposits"


def bill_part(session: Session, actor: Actor, run: BillingRun, part: BillingPart) -> None:
    """Drafts what a client has open, an invoice for each currency and each deposit; a dry run only says what.

    The client's row is locked, so that of two runs the second finds what the first has drafted.
    Further currencies get parts of their own.
    """
    account = fetch(session, actor, Account, part.account_id, lock=True)
    sow = session.get(Sow, part.sow_id) if part.sow_id is not None else None
    include = tuple(part.include.split(",")) if part.include else (*EVERYTHING, DEPOSITS)
    work = open_work(
        session,
        part.account_id,
        run.until,
        part.sow_id,
        include=include,
        lock=not run.is_dry,
        held="without",
    )
    reasons = _reasons(session, part.account_id, run.until, work, include)
    if work.unpriced:
        settle(part, "refused", reasons=reasons)
        part.currency = account.currency
        return
    how = usual_grouping(session, part.account_id, sow)
    fees = open_fees(session, part.account_id, run.until) if include else []
    found = [part_of(work, currency, how, fees) for currency in work.currencies()]
    asked = due_deposits(session, part.account_id, part.sow_id) if DEPOSITS in include else []
    if not found and not asked:
        part.currency = account.currency
        settle(part, "nothing", reasons=reasons or [_nothing(run.until)])
        return
    for deposit in asked:
        mine = part if deposit is asked[0] else _beside(session, part, f"deposit {deposit.sow_id}")
        _ask(session, actor, run, account, deposit, mine)
    for one in found:
        first = one is found[0] and not asked
        mine = part if first else _beside(session, part, one.currency)
        _draft(session, actor, run, account, sow, one, mine)
    part.reasons = [*part.reasons, *(reason.as_row() for reason in reasons)]


def issue_part(session: Session, actor: Actor, run: BillingRun, part: BillingPart) -> None:
    """Issues one draft. Raises what `issue_invoice` raises, and `Conflict` when it is gone."""
    made = session.get(Invoice, part.invoice_id)
    if made is None:
        raise Conflict("This draft was discarded meanwhile.")
    if made.status != "draft":
        settle(part, "nothing", reasons=[Missing(f"It is {made.number} already.", code="drafted")])
        part.number = made.number
        return
    invoice = issue_invoice(session, actor, int(part.invoice_id or 0), issued_on=run.until)
    part.number, part.net_minor, part.currency = invoice.number, invoice.net_minor, invoice.currency
    settle(part, "issued")


def refuse(part: BillingPart, error: PsaError) -> None:
    """Writes down why a part could not be done; nothing else of it is written."""
    settle(part, "refused", reasons=[Missing(error.sentence, code="refused")])


def settle(part: BillingPart, state: str, *, reasons: Sequence[Missing] = ()) -> None:
    """Ends a part."""
    part.state, part.done_at = state, clock.now()
    told = [Missing(part.why, code="threshold")] if part.why else []
    part.reasons = [one.as_row() for one in (*told, *reasons)]


def _draft(
    session: Session,
    actor: Actor,
    run: BillingRun,
    account: Account,
    sow: Sow | None,
    found: DraftPart,
    part: BillingPart,
) -> None:
    part.currency, part.net_minor = found.currency, found.net
    reasons = missing.over_cap(found.plan)
    low = _below_minimum(session, found)
    if found.is_empty or low:
        settle(part, "nothing", reasons=[*low, *reasons] or [_rounds_to_nothing()])
        return
    if run.is_dry:
        settle(part, "would", reasons=reasons)
        return
    invoice = write_draft(session, actor, account, sow, run.until, found)
    part.invoice_id = invoice.id
    settle(part, "drafted", reasons=reasons)


def _ask(
    session: Session,
    actor: Actor,
    run: BillingRun,
    account: Account,
    deposit: DueDeposit,
    part: BillingPart,
) -> None:
    """Drafts the deposit of a scope, on an invoice of its own."""
    part.currency, part.net_minor = deposit.currency, deposit.amount
    why = Missing(
        f"Deposit of {deposit.number}, due at signature.", routes.sow(deposit.sow_id), code="deposit"
    )
    if not run.is_dry:
        part.invoice_id = write_deposit(session, actor, account, deposit).id
    settle(part, "would" if run.is_dry else "drafted", reasons=[why])


def _beside(session: Session, part: BillingPart, what: str) -> BillingPart:
    """A part for a further currency of the same client, or for a deposit."""
    copied = {name: getattr(part, name) for name in ("run_id", "account_id", "sow_id", "include")}
    beside = BillingPart(**copied, cause=f"{part.cause} {what}" if part.cause else "")
    session.add(beside)
    return beside


def _reasons(
    session: Session, account_id: int, until: date, work: OpenWork, include: Sequence[str]
) -> list[Missing]:
    """What stays away of all the client's work."""
    found = missing.unpriced(work)
    if "time" in include:
        found += missing.with_the_client(session, account_id, until)
    if "expenses" in include:
        found += missing.unapproved_expenses(session, account_id, until)
    return found + missing.elsewhere(session, account_id, until)


def _nothing(until: date) -> Missing:
    return Missing(f"Nothing is open up to {until.isoformat()}.", code="nothing")


def _rounds_to_nothing() -> Missing:
    return Missing("The open time rounds to 0:00 and bills nothing yet.", code="nothing")


def _below_minimum(session: Session, part: DraftPart) -> list[Missing]:
    """Too little for an invoice: it waits. In another currency it is held against the last rate known."""
    firm = session.get_one(Firm, 1)
    least, base = firm.minimum_invoice_minor, firm.base_currency
    worth = _in_base(session, part.net, part.currency, base) if least else None
    if worth is None or worth >= least:
        return []
    sentence = (
        f"{words.money(part.net, part.currency)} are below the smallest invoice of "
        f"{words.money(least, base)} and wait for the next run."
    )
    return [Missing(sentence, routes.SETTINGS, "minimum")]


def _in_base(session: Session, amount: int, currency: str, base: str) -> int | None:
    if currency == base:
        return amount
    rate: Any = session.exec(
        select(ExchangeRate.rate_nano)
        .where(ExchangeRate.currency == currency)
        .order_by(col(ExchangeRate.day).desc())
    ).first()
    return None if rate is None else money.convert(amount, rate, currency, base)
