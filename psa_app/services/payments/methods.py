"""A client's saved cards and bank accounts: saved on the provider's page, listed, removed, kept in step."""

import secrets
from datetime import timedelta

from sqlmodel import Session, col, or_, select

from psa_app import clock, routes
from psa_app.access import Actor, act, fetch, require, visible
from psa_app.config import settings
from psa_app.db import reading, unit_of_work
from psa_app.errors import Busy, Conflict, Forbidden, Invalid
from psa_app.gateways.payments import ProviderError, Refused, SeenMethod, SetupOrder, Unknown
from psa_app.gateways.providers import provider_for
from psa_app.models import Account, Autopay, Firm, Invoice, Payment, SavedMethod, Sow, move
from psa_app.queries.invoices.mode import takes_test_money
from psa_app.queries.portal.methods import consent_text
from psa_app.services import history
from psa_app.services.payments.book import service
from psa_app.services.payments.pages import close_pages, gateway_of
from psa_app.services.promises import promise

PAGE_OPEN_FOR = timedelta(hours=2)
COLLECTS = ("off", "due", "issued")
TABLE = "saved_method"


@act("saved_methods", "intend", right="payments.start", hidden=True)
def intend_method(session: Session, actor: Actor, *, agreed: bool) -> SavedMethod:
    """A row for a way to pay that a client is about to save, with what they agreed to.

    Raises `Invalid` (field "agreed") without consent, `Conflict` where nothing is collected by itself.
    """
    if actor.account_id is None:
        raise Forbidden("Only a client saves a way to pay.")
    account = fetch(session, actor, Account, actor.account_id, lock=True)
    firm = session.exec(select(Firm)).one()
    if firm.payment_provider == "manual":
        raise Conflict("This firm is paid by bank transfer; nothing is saved here.")
    if not agreed:
        raise Invalid("Agree to this first.", "agreed")
    now = clock.now()
    method = SavedMethod(
        account_id=int(account.id or 0),
        provider=firm.payment_provider,
        livemode=not takes_test_money(firm),
        customer_ref=_customer(session, firm, int(account.id or 0)),
        currency=account.currency,
        idempotency_key=secrets.token_urlsafe(24),
        expires_at=now + PAGE_OPEN_FOR,
        consent=consent_text(firm.name),
        consent_by=actor.name,
        consent_email=actor.email,
        consent_address=actor.address,
        consent_at=now,
    )
    session.add(method)
    session.flush()
    after = {"consent": method.consent, "by": method.consent_by, "address": method.consent_address}
    history.note(session, actor, TABLE, int(method.id or 0), "consented", {}, after)
    return method


def _customer(session: Session, firm: Firm, account_id: int) -> str:
    """The client's id at the provider, in the mode of now; "" until they have one."""
    known = select(SavedMethod.customer_ref).where(
        SavedMethod.account_id == account_id,
        SavedMethod.provider == firm.payment_provider,
        SavedMethod.livemode == (not takes_test_money(firm)),
        SavedMethod.customer_ref != "",
    )
    return session.exec(known.order_by(col(SavedMethod.id).desc())).first() or ""


def start_setup(actor: Actor, agreed: bool) -> str:
    """The address of the provider's page on which the client saves a way to pay.

    Opens its own units of work. Raises `Busy` when the provider does not answer.
    """
    with unit_of_work() as session:
        method = intend_method(session, actor, agreed=agreed)
        firm = session.exec(select(Firm)).one()
        order = _order(method, firm)
        gateway = gateway_of(provider_for(method.provider, settings(), firm.instance))
    try:
        session_id, url = gateway.open_setup(order)
    except Unknown as error:
        raise Busy(error.sentence) from error
    except ProviderError as error:
        raise Conflict(error.sentence) from error
    with unit_of_work() as session:
        row = locked_method(session, int(method.id or 0))
        row.session_id, row.session_url = session_id, url
        move(row, TABLE, "open")
    return url


def _order(method: SavedMethod, firm: Firm) -> SetupOrder:
    back = routes.absolute(settings().base_url, routes.PORTAL_PAYMENT)
    return SetupOrder(
        method_id=str(method.id),
        customer_ref=method.customer_ref,
        customer_email=method.consent_email,
        currency=method.currency,
        success_url=f"{back}?saved=1",
        cancel_url=back,
        expires_at=method.expires_at or clock.now() + PAGE_OPEN_FOR,
        idempotency_key=method.idempotency_key,
        firm_name=firm.name,
    )


def locked_method(session: Session, method_id: int) -> SavedMethod:
    """The row, read afresh and locked."""
    statement = select(SavedMethod).where(SavedMethod.id == method_id).with_for_update()
    return session.exec(statement.execution_options(populate_existing=True)).one()


def sync_method(method_id: int) -> None:
    """Reads a saved way to pay at the provider and keeps what it says. Raises `Unknown`."""
    with reading() as session:
        method = session.get_one(SavedMethod, method_id)
        instance = session.exec(select(Firm.instance)).one()
    gateway = gateway_of(provider_for(method.provider, settings(), instance))
    if method.ref:
        try:
            seen = gateway.fetch_method(method.ref)
        except Refused as error:
            if error.code != "resource_missing":
                raise
            seen = SeenMethod(method.ref, "", method.kind, "", "", 0, 0, method.livemode)
        _keep(method_id, seen, "")
    elif method.session_id:
        found = gateway.fetch_setup(method.session_id)
        if found.method is not None:
            _keep(method_id, found.method, found.mandate)
        elif found.status == "expired":
            with unit_of_work() as session:
                row = locked_method(session, method_id)
                if row.status == "open":
                    move(row, TABLE, "failed")


def _keep(method_id: int, seen: SeenMethod, mandate: str) -> None:
    with unit_of_work() as session:
        keep_method(session, service(), method_id, seen, mandate)


def keep_method(session: Session, actor: Actor, method_id: int, seen: SeenMethod, mandate: str) -> None:
    """Keeps what the provider says of a way to pay; a new one is in use from now on, and the default."""
    account_id = session.get_one(SavedMethod, method_id).account_id
    session.exec(select(Account.id).where(Account.id == account_id).with_for_update()).one()
    method = locked_method(session, method_id)
    if not seen.customer_ref:
        if method.status == "active":
            _take_away(session, actor, method, "It was removed at the payment service.")
        return
    if seen.livemode != method.livemode:
        return  # of the other mode: it can never be charged here
    before = (method.brand, method.last4, method.exp_month, method.exp_year)
    method.ref, method.customer_ref, method.kind = seen.ref, seen.customer_ref, seen.kind
    method.brand, method.last4 = seen.brand[:80], seen.last4[:8]
    method.exp_month, method.exp_year = seen.exp_month, seen.exp_year
    method.mandate_ref = mandate or method.mandate_ref
    if method.status in ("created", "open", "failed"):
        move(method, TABLE, "active")
        method.session_url, method.refreshed_at = "", clock.now()
        _make_default(session, method)
        history.note(session, actor, TABLE, method_id, "saved", {}, {"kind": method.kind})
    elif before != (method.brand, method.last4, method.exp_month, method.exp_year):
        method.refreshed_at, method.warned_on = clock.now(), None


def _make_default(session: Session, method: SavedMethod) -> None:
    """Collects from this one from now on; the provider is told after the commit."""
    set_default(session, method)
    key = f"prefer-{method.id}-{secrets.token_hex(8)}"
    promise(session, "prefer_method", key, {"method_id": method.id})


def set_default(session: Session, method: SavedMethod) -> None:
    """The one of a client's ways to pay that is collected from."""
    mine = select(SavedMethod).where(SavedMethod.account_id == method.account_id)
    for other in session.exec(mine).all():
        other.is_default = other.id == method.id


@act("saved_methods", "make_default", right="payments.autopay")
def make_default(session: Session, actor: Actor, method_id: int) -> SavedMethod:
    """Collects from this one from now on; failed collections are tried again with it."""
    seen = fetch(session, actor, SavedMethod, method_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    method = fetch(session, actor, SavedMethod, method_id, lock=True)
    if method.status != "active":
        raise Conflict("This way to pay is not in use any more.")
    _make_default(session, method)
    method.refreshed_at = clock.now()
    history.note(session, actor, TABLE, method_id, "made default")
    return method


@act("saved_methods", "remove", right="payments.autopay")
def remove_method(session: Session, actor: Actor, method_id: int) -> SavedMethod:
    """Takes a way to pay away for good; the provider is told after the commit."""
    seen = fetch(session, actor, SavedMethod, method_id)
    fetch(session, actor, Account, seen.account_id, lock=True)
    method = fetch(session, actor, SavedMethod, method_id, lock=True)
    if method.status != "active":
        raise Conflict("This way to pay is removed already.")
    _take_away(session, actor, method, "")
    promise(session, "detach_method", f"detach-{method_id}", {"method_id": method_id})
    return method


def _take_away(session: Session, actor: Actor, method: SavedMethod, why: str) -> None:
    """Removed here; what was announced with it is not collected, and another becomes the default."""

    move(method, TABLE, "removed")
    was_default, method.is_default, method.failure = method.is_default, False, why
    announced = select(Payment).where(Payment.method_id == method.id, Payment.status == "created")
    for payment in session.exec(announced).all():
        invoice = session.get_one(Invoice, payment.invoice_id)
        close_pages(session, actor, invoice, "The saved way to pay was removed.")
    rest = select(SavedMethod).where(
        SavedMethod.account_id == method.account_id, SavedMethod.status == "active"
    )
    other = session.exec(rest.order_by(col(SavedMethod.id).desc())).first()
    if was_default and other is not None:
        _make_default(session, other)
    history.note(session, actor, TABLE, int(method.id or 0), "removed", {}, {}, why)


def detach_method(method_id: int) -> None:
    """Takes it away at the provider; what the outbox's "detach_method" does."""
    with reading() as session:
        method = session.get_one(SavedMethod, method_id)
        instance = session.exec(select(Firm.instance)).one()
    gateway = gateway_of(provider_for(method.provider, settings(), instance))
    try:
        if gateway.fetch_method(method.ref).customer_ref:
            gateway.detach(method.ref)
    except Refused as error:
        if error.code != "resource_missing":
            raise


@act("autopay", "set", right="payments.autopay")
def set_autopay(
    session: Session, actor: Actor, *, account_id: int, collects: str, sow_id: int | None = None
) -> Autopay:
    """When a client's invoices, or those of one scope, are collected by themselves: off, due or issued.

    Raises `Invalid` (field "collects") while the client has saved no way to pay.
    """

    fetch(session, actor, Account, account_id, lock=True)
    if sow_id is not None and fetch(session, actor, Sow, sow_id).account_id != account_id:
        raise Invalid("This scope is another client's.", "sow_id")
    if collects not in COLLECTS:
        raise Invalid("Choose off, due or issued.", "collects")
    usable = select(SavedMethod.id).where(
        SavedMethod.account_id == account_id, SavedMethod.status == "active"
    )
    if collects != "off" and session.exec(usable).first() is None:
        raise Invalid(
            "Nothing is saved that could be charged. The client saves it in the portal.", "collects"
        )
    known = select(Autopay).where(Autopay.account_id == account_id, col(Autopay.sow_id) == sow_id)
    row = session.exec(known).first()
    old = row.collects if row else "off"
    row = row or Autopay(account_id=account_id, sow_id=sow_id)
    row.collects = collects
    session.add(row)
    session.flush()
    before, after = {"collects": old}, {"collects": collects}
    history.note(session, actor, "autopay", int(row.id or 0), "changed", before, after)
    return row


def sync_saved(actor: Actor) -> None:
    """Asks after what the client has just saved, so that the page need not wait for the message."""
    require(actor, "payments.start")
    with reading() as session:
        waiting = select(SavedMethod.id).where(visible(actor, SavedMethod), SavedMethod.status == "open")
        found = session.exec(waiting.order_by(col(SavedMethod.id).desc()).limit(3)).all()
    for method_id in found:
        try:
            sync_method(int(method_id or 0))
        except ProviderError:
            continue  # the message or the sweeper brings it


def sweep_methods(limit: int = 20) -> int:
    """Asks after pages on which something may have been saved without a message; how many were asked."""
    now = clock.now()
    young = now - timedelta(minutes=10)
    with reading() as session:
        waiting = select(SavedMethod.id).where(
            SavedMethod.status == "open",
            or_(col(SavedMethod.created_at) > young, col(SavedMethod.expires_at) <= now),
        )
        found = session.exec(waiting.order_by(col(SavedMethod.id)).limit(limit)).all()
    for method_id in found:
        try:
            sync_method(int(method_id or 0))
        except ProviderError:
            continue
    return len(found)
