"""Change orders of a signed scope: drafted, changed, sent, answered, withdrawn.

The signed scope's own text never changes: the contract is that text and all signed change orders.
The scope's row is locked before the order's, so that two orders of one scope follow each other.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, func, select

from psa_app import clock
from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.formats import words
from psa_app.gateways.pdf import unprintable
from psa_app.models import ChangeOrder, Firm, Role, Sow, move, touch
from psa_app.queries.contracts.change_orders import agreed_order_text, contract_of, order_text
from psa_app.queries.contracts.text import hash_of
from psa_app.rules import fields
from psa_app.rules.change_orders import applied
from psa_app.rules.deltas import Delta, RateTo, read_deltas, write_deltas
from psa_app.services import history
from psa_app.services.contracts.accept import answering
from psa_app.services.contracts.amend import amend
from psa_app.services.contracts.evidence import sign
from psa_app.services.contracts.order_mail import mail_declined, mail_links, mail_signed
from psa_app.services.contracts.propose_later import propose_later
from psa_app.services.contracts.send import open_until, recipients
from psa_app.services.evidence import Deed, bind
from psa_app.services.identity.portal_links import revoke_portal_links

KIND = "change_order"
MOST_DELTAS = 50


@act("change_orders", "draft", right="changes.draft")
def draft_change_order(
    session: Session,
    actor: Actor,
    sow_id: int,
    *,
    title: str,
    effective_on: date,
    deltas: list[dict[str, Any]],
    reason: str = "",
) -> ChangeOrder:
    """Begins a change order on a signed scope; `deltas` as in `rules/change_orders.py`.

    Raises `Conflict` for a scope that is not signed, `Invalid` for a delta that cannot be.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    _check_signed(sow)
    values = _checked(session, sow, title, reason, effective_on, deltas)
    last = session.exec(select(func.max(ChangeOrder.position)).where(ChangeOrder.sow_id == sow_id)).one()
    order = ChangeOrder(sow_id=sow_id, position=(last or 0) + 1, **values)
    session.add(order)
    session.flush()
    history.note(session, actor, KIND, int(order.id or 0), "created", {}, values)
    return order


@act("change_orders", "change", right="changes.draft")
def change_change_order(
    session: Session,
    actor: Actor,
    order_id: int,
    *,
    version: int,
    title: str,
    effective_on: date,
    deltas: list[dict[str, Any]],
    reason: str = "",
) -> ChangeOrder:
    """Replaces what a draft says. Raises `Stale` if someone saved meanwhile, `Conflict` if it is no draft."""
    order, sow = _both(session, actor, order_id)
    if order.status != "draft":
        raise Conflict(f"This change order is {order.status}; only a draft can be changed.")
    if order.version != version:
        raise Stale()
    values = _checked(session, sow, title, reason, effective_on, deltas)
    before, after = history.changed(history.values_of(order, values), values)
    for name, value in values.items():
        setattr(order, name, value)
    touch(order)
    history.note(session, actor, KIND, order_id, "changed", before, after)
    return order


@act("change_orders", "send", right="changes.send")
def send_change_order(
    session: Session,
    actor: Actor,
    order_id: int,
    *,
    contact_ids: tuple[int, ...] = (),
    valid_until: date | None = None,
) -> ChangeOrder:
    """Sends a draft to contacts of the client (by default all who may sign), each with an own link.

    It is numbered (CO-001-02), its text fixed and signed for the firm. `valid_until` is the last day on
    which it can be accepted, 30 days from now when not given. Raises `Invalid` for nobody to send to, a
    day that has passed, or what cannot be any more; `Conflict` for what is no draft.
    """
    order, sow = _both(session, actor, order_id)
    _check_signed(sow)
    contacts = recipients(session, actor, sow.account_id, contact_ids)
    applied(contract_of(session, sow), read_deltas(order.deltas), order.effective_on)
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    until = open_until(valid_until, today)
    move(order, KIND, "sent")
    order.number = order.number or f"CO-{sow.number.removeprefix('SOW-')}-{order.position:02}"
    order.sent_at, order.valid_until = clock.now(), until
    text = order_text(session, order, sow)
    missing = unprintable(text)
    if missing:
        raise Invalid(
            f"The PDF has no letters for “{missing}”. Write the text in letters that can be printed."
        )
    order.text_hash = hash_of(text)
    sign(session, actor, KIND, order_id, side="firm", name=actor.name, text=text)
    mail_links(session, order, sow, contacts, actor)
    to = [contact.email for contact in contacts]
    after = {"status": "sent", "number": order.number, "text_hash": order.text_hash, "to": to}
    history.note(session, actor, KIND, order_id, "sent", {"status": "draft"}, after)
    return order


@act("change_orders", "take_back", right="changes.send")
def take_back_change_order(session: Session, actor: Actor, order_id: int) -> ChangeOrder:
    """Makes a sent or declined change order a draft again; the links in the mails stop working."""
    order, _ = _both(session, actor, order_id)
    old = move(order, KIND, "draft")
    order.text_hash, order.decline_reason, order.valid_until = "", "", None
    revoke_portal_links(session, KIND, order_id)
    history.note(session, actor, KIND, order_id, "taken back", {"status": old}, {"status": "draft"})
    return order


@act("change_orders", "withdraw", right="changes.send")
def withdraw_change_order(session: Session, actor: Actor, order_id: int) -> ChangeOrder:
    """Ends a draft or sent change order; it is kept and can no longer be accepted.

    Time that it was drafted for stays out of scope until somebody says otherwise.
    """
    order, _ = _both(session, actor, order_id)
    old = move(order, KIND, "withdrawn")
    revoke_portal_links(session, KIND, order_id)
    history.note(session, actor, KIND, order_id, "withdrawn", {"status": old}, {"status": "withdrawn"})
    return order


@act("change_orders", "accept", right="changes.accept")
def accept_change_order(
    session: Session,
    actor: Actor,
    order_id: int,
    *,
    text_hash: str,
    name: str,
    title: str = "",
    agrees: bool = False,
) -> ChangeOrder:
    """The client's approver signs, and the contract, its project and its rates move at once.

    `text_hash` is what the reader had in front of them. Raises `Forbidden` for a contact who may
    not sign, `Conflict` when it is answered, past its day, or the contract has changed since.
    """
    order, sow = _both(session, actor, order_id)
    contact = answering(session, actor, sow)
    check_open(session, order)
    if not agrees:
        raise Invalid("Tick the box to say that you agree.", "agrees")
    signer = fields.text(name, "name", max=120)
    position = fields.text(title, "title", max=120, required=False)
    text = agreed_order_text(session, order)
    now = hash_of(order_text(session, order, sow))
    if text_hash != order.text_hash or now != order.text_hash:
        raise Conflict("The contract has changed since this was sent. Ask for the change order anew.")
    move(order, KIND, "signed")
    order.signed_at = clock.now()
    sign(session, actor, KIND, order_id, side="client", name=signer, title=position, text=text)
    moved = amend(session, actor, order, sow)
    after = {"status": "signed", "by": signer, "text_hash": order.text_hash} | moved
    history.note(session, actor, KIND, order_id, "signed", {"status": "sent"}, after)
    mail_signed(session, order, sow, contact, signer)
    propose_later(session, [int(sow.id or 0)])
    return order


@act("change_orders", "decline", right="changes.accept")
def decline_change_order(session: Session, actor: Actor, order_id: int, *, reason: str) -> ChangeOrder:
    """The client says no, with a reason that the firm reads. Errors as of `accept_change_order`."""
    order, sow = _both(session, actor, order_id)
    contact = answering(session, actor, sow)
    check_open(session, order)
    order.decline_reason = fields.text(reason, "reason", max=1000, multiline=True)
    move(order, KIND, "declined")
    change = {"status": "sent"}, {"status": "declined"}
    history.note(session, actor, KIND, order_id, "declined", *change, reason=order.decline_reason)
    told = {"side": "client", "reason": order.decline_reason, "text_hash": order.text_hash}
    bind(session, actor, [Deed(KIND, order_id, "declined", told)])
    mail_declined(session, order, contact)
    return order


def _both(session: Session, actor: Actor, order_id: int) -> tuple[ChangeOrder, Sow]:
    """The order and its scope, both locked, the scope first. Who sees the order may do this with its scope,
    but a mail's link to the one does not open the other.
    """
    order = fetch(session, actor, ChangeOrder, order_id)
    sow = session.get_one(Sow, order.sow_id, with_for_update=True, populate_existing=True)
    return fetch(session, actor, ChangeOrder, order_id, lock=True), sow


def _check_signed(sow: Sow) -> None:
    if sow.status != "signed":
        raise Conflict(f"{sow.number} is {sow.status}. A change order needs a signed scope.")


def check_open(session: Session, order: ChangeOrder) -> None:
    """Raises `Conflict` with the reason unless the order still waits for an answer."""
    if order.status == "signed":
        raise Conflict(f"{order.number} has already been accepted.")
    if order.status == "declined":
        raise Conflict(f"{order.number} has been declined. Ask for a new one.")
    if order.status != "sent":
        raise Conflict(f"This change order is {order.status} and can no longer be answered.")
    today = clock.today(session.exec(select(Firm.time_zone)).one())
    if order.valid_until and today > order.valid_until:
        until = words.day(order.valid_until)
        raise Conflict(f"{order.number} could be accepted until {until}. Ask for a new one.")


def _checked(
    session: Session, sow: Sow, title: str, reason: str, effective_on: date, stored: list[dict[str, Any]]
) -> dict[str, Any]:
    if len(stored) > MOST_DELTAS:
        raise Invalid(f"A change order moves at most {MOST_DELTAS} things.", "deltas")
    deltas = read_deltas(stored)
    _check_roles(session, deltas)
    applied(contract_of(session, sow), deltas, effective_on)
    return {
        "title": fields.text(title, "title", max=200),
        "reason": fields.text(reason, "reason", max=4000, required=False, multiline=True),
        "effective_on": effective_on,
        "deltas": write_deltas(deltas),
    }


def _check_roles(session: Session, deltas: Sequence[Delta]) -> None:
    roles = set(session.exec(select(Role.id)).all())
    for place, delta in enumerate(deltas):
        if isinstance(delta, RateTo) and delta.role_id is not None and delta.role_id not in roles:
            raise Invalid("Choose a role from the list.", f"deltas.{place}")
