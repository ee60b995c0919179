"""The provider's own book against ours: what it knows is rebuilt from its lists and compared, each night."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.errors import Conflict
from psa_app.gateways.payments import ProviderError
from psa_app.gateways.providers import provider_for
from psa_app.gateways.stripe_ledger import Book, ListedFact
from psa_app.models import Firm, Payment, ProviderFinding
from psa_app.queries.invoices.tables import ALLOCATION, FACT, USED
from psa_app.rules import fields
from psa_app.rules.money import plain
from psa_app.services import history
from psa_app.services.payments.alert import alert_staff
from psa_app.services.payments.book import sync_payment
from psa_app.services.payments.pages import gateway_of
from psa_app.services.subscriptions.managed_compare import compare_managed

DAYS = 7
TABLE = "provider_finding"
Found = dict[tuple[str, str], tuple[int | None, str]]  # (kind, ref) → (payment, sentence)


def reconcile(days: int = DAYS) -> str:
    """Compares the last days with the provider's lists; says what came of it in a few words.

    What we lack is read anew and booked first; what still differs then is a finding that staff are
    told of. Findings that are gone settle themselves. Raises `Unknown` without an answer.
    """
    with reading() as session:
        firm = session.exec(select(Firm)).first()
    if firm is None or firm.payment_provider == "manual":
        return "nothing to compare"
    gateway = gateway_of(provider_for(firm.payment_provider, settings(), firm.instance))
    since = clock.now() - timedelta(days=days)
    book = gateway.book_since(since)
    _heal(firm.payment_provider, book)
    managed = compare_managed(firm.payment_provider, since)
    with unit_of_work() as session:
        found = differences(session, firm.payment_provider, book, since) | managed
        new = _keep(session, firm.payment_provider, found)
        if new:
            _tell(session, new)
    return f"{len(book.payments)} payments compared, {len(found)} differ"


def _heal(provider: str, book: Book) -> None:
    """Reads payments anew of which the provider knows more than we do."""
    with reading() as session:
        known = set(session.connection().execute(select_columns(FACT.c.kind, FACT.c.ref)).all())
        ours = _by_intent(session, provider)
    lacking = {ours.get(one.intent_id) for one in book.facts if (one.fact.kind, one.fact.ref) not in known}
    marked = {int(one.payment_mark) for one in book.payments if one.payment_mark.isdecimal()}
    waiting = {payment_id for payment_id in marked if payment_id not in set(ours.values())}
    for payment_id in sorted({one for one in lacking if one} | waiting):
        try:
            sync_payment(payment_id)
        except (ProviderError, LookupError):
            continue  # what stays different is told below
        except Exception as error:
            if type(error).__name__ != "NoResultFound":
                raise


def _by_intent(session: Session, provider: str) -> dict[str, int]:
    rows = session.exec(
        select(Payment.intent_id, Payment.id).where(Payment.provider == provider, Payment.intent_id != "")
    ).all()
    return {intent: int(payment or 0) for intent, payment in rows}


def differences(session: Session, provider: str, book: Book, since: datetime) -> Found:
    """Where the cash side rebuilt from the provider's objects is not what is booked here."""
    ours = _by_intent(session, provider)
    found: Found = {}
    for seen in book.payments:
        if seen.payment_mark and seen.intent_id not in ours and seen.status == "succeeded":
            amount = f"{plain(seen.amount, seen.currency)} {seen.currency}"
            found["stray", seen.intent_id] = (None, f"{amount} came with our mark, but no payment knows it.")
    mine = [one for one in book.facts if one.intent_id in ours]
    found |= _facts_differ(session, provider, mine, ours, since)
    found |= _allocations_differ(session, {ours[one.intent_id] for one in mine}, mine, ours, since)
    return found


def _facts_differ(
    session: Session, provider: str, mine: list[ListedFact], ours: dict[str, int], since: datetime
) -> Found:
    rows = session.connection().execute(
        select_columns(FACT.c.kind, FACT.c.ref, FACT.c.amount_minor, FACT.c.payment_id).where(
            FACT.c.provider == provider, FACT.c.at >= since
        )
    )
    booked = {(kind, ref): (int(amount), payment) for kind, ref, amount, payment in rows}
    opened = {ref for kind, ref in booked if kind == "dispute"}
    in_review = set(session.exec(select(Payment.id).where(Payment.status == "review")).all())
    found: Found = {}
    rebuilt = {(one.fact.kind, one.fact.ref): one for one in mine}
    for (kind, ref), one in rebuilt.items():
        payment_id = ours[one.intent_id]
        known = booked.pop((str(kind), ref), None)
        if payment_id in in_review:
            continue  # a person decides on it already
        if known is None:
            found["missing", f"{kind} {ref}"] = (payment_id, f"The {_word(kind)} {ref} is not booked here.")
        elif known[0] != one.fact.amount:
            found["differs", f"{kind} {ref}"] = (
                payment_id,
                f"The {_word(kind)} {ref} has another amount here.",
            )
    for (kind, ref), (_, payment_id) in booked.items():
        if kind == "dispute_won" and ref not in opened:
            continue  # its dispute is older than the days that were listed
        sentence = f"The {_word(kind)} {ref} is booked here, but the payment service does not know it."
        found["unknown", f"{kind} {ref}"] = (payment_id, sentence)
    return found


def _allocations_differ(
    session: Session, payments: set[int], mine: list[ListedFact], ours: dict[str, int], since: datetime
) -> Found:
    """No payment settles more than the provider's own objects say that it brought."""
    rebuilt: dict[int, int] = defaultdict(int)
    for one in mine:
        rebuilt[ours[one.intent_id]] += one.fact.amount
    young = select(Payment).where(col(Payment.id).in_(payments), col(Payment.created_at) >= since)
    found: Found = {}
    for payment in session.exec(young).all():
        payment_id = int(payment.id or 0)
        by_hand = select_columns(func.sum(FACT.c.amount_minor)).where(
            FACT.c.payment_id == payment_id, FACT.c.provider != payment.provider
        )
        settled = select_columns(func.sum(USED)).where(ALLOCATION.c.payment_id == payment_id)
        brought = rebuilt[payment_id] + int(session.connection().execute(by_hand).scalar() or 0)
        if int(session.connection().execute(settled).scalar() or 0) > max(brought, 0):
            amount = f"{plain(max(brought, 0), payment.currency)} {payment.currency}"
            sentence = f"Payment {payment_id} settles more than the {amount} that it brought."
            found["allocation", str(payment_id)] = (payment_id, sentence)
    return found


def _word(kind: str) -> str:
    return str(kind).replace("_", " ")


def _keep(session: Session, provider: str, found: Found) -> list[ProviderFinding]:
    """Writes down what is new, and settles what is gone; returns the new ones."""
    open_ones = session.exec(select(ProviderFinding).where(col(ProviderFinding.settled_at).is_(None))).all()
    known = {(one.kind, one.ref): one for one in open_ones}
    settled = select(ProviderFinding.kind, ProviderFinding.ref).where(
        col(ProviderFinding.settled_at).is_not(None), ProviderFinding.note != ""
    )
    decided = set(session.exec(settled).all())
    for key, one in known.items():
        if key not in found and one.provider == provider:
            one.settled_at, one.settled_by = clock.now(), "It is gone"
    new = []
    for key, (payment_id, sentence) in found.items():
        if key in known or key in decided:
            continue
        row = ProviderFinding(
            provider=provider,
            kind=key[0],
            ref=key[1],
            payment_id=payment_id,
            sentence=sentence,
            found_at=clock.now(),
        )
        session.add(row)
        new.append(row)
    session.flush()
    return new


def _tell(session: Session, new: list[ProviderFinding]) -> None:
    first = f"finding-{new[0].id}"
    more = f" And {len(new) - 1} more." if len(new) > 1 else ""
    title = "The payment service and the books differ"
    alert_staff(session, first, title, f"{new[0].sentence}{more}", routes.PROVIDER)


@act("provider_findings", "settle", right="payments.record")
def settle_finding(session: Session, actor: Actor, finding_id: int, *, note: str) -> ProviderFinding:
    """Says that a difference is looked after, and how; it is not told again. `Conflict` if it was before."""
    finding = fetch(session, actor, ProviderFinding, finding_id, lock=True)
    if finding.settled_at is not None:
        raise Conflict("This is settled already.")
    finding.note = fields.text(note, "note", max=400)
    finding.settled_at, finding.settled_by = clock.now(), actor.name
    history.note(session, actor, TABLE, finding_id, "settled", {}, {"ref": finding.ref}, finding.note)
    return finding
