"""Merging two accounts: one stays with everything, the other is archived and leads to it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Account, ChangeOrder, Contact, Invoice, Quote, Sow, touch
from psa_app.queries import rates
from psa_app.queries.time.tables import PROJECT, RATE
from psa_app.rules.accounts import MAX_DEPTH
from psa_app.rules.rates import overlap
from psa_app.services import history
from psa_app.services.clients.apart import CLIENTS, lead_apart
from psa_app.services.clients.contacts import join
from psa_app.services.clients.links import lead
from psa_app.services.clients.picks import Choice, check_fields, picked, told
from psa_app.services.time.pricing import reprice

# Fields that are chosen together, because half an address of each would be neither's.
ADDRESS = ("street", "postcode", "city", "country")
FIELDS = (
    "name",
    "kind",
    "tier",
    "owner_id",
    "legal_name",
    "address",
    "vat_id",
    "email",
    "website",
    "currency",
    "locale",
    "time_zone",
    "payment_days",
    "bill_at_minutes",
    "bill_at_minor",
    "tax_rate_id",
    "purchase_order_needed",
    "einvoice",
    "buyer_reference",
    "reminder_plan_id",
    "notes",
)


@act("accounts", "merge", right="accounts.merge")
def merge_accounts(
    session: Session,
    actor: Actor,
    account_id: int,
    *,
    other_id: int,
    choices: dict[str, Choice] | None = None,
) -> Account:
    """Makes two accounts one: `account_id` stays, `other_id` is archived and leads to it.

    `choices` says by field ("address" is one) whose value counts: "keep" or "other"; without one the
    kept account's does, unless it is empty. Contacts with the same address become one. Everything
    that points to the other account points to the kept one afterwards; nothing is lost.

    Raises `Invalid` for two unlike VAT numbers without a choice, `Conflict` when one was merged
    before, papers of the other are out for an answer, its signed or issued papers are in a
    currency that the kept one does not have, or both have a price for the same work.
    """
    choices = dict(choices or {})
    check_fields(choices, FIELDS)
    kept, other = _locked(session, actor, account_id, other_id)
    _check(session, kept, other, choices)
    values = _values(kept, other, choices)
    _swap_names(session, kept, other, values)
    before, after = history.changed(history.values_of(kept, values), values)
    for name, value in after.items():
        setattr(kept, name, value)
    _lead_family(session, kept, other)
    lead_apart(session, CLIENTS, account_id, other_id)
    contacts = _lead_contacts(session, actor, kept, other)
    moved = lead(session, "account", other_id, account_id) | ({"contact": contacts} if contacts else {})
    _check_prices(session, account_id)
    other.is_archived, other.merged_into_id = True, account_id
    touch(kept)
    touch(other)
    session.flush()
    reprice(session, actor, PROJECT.c.account_id == account_id)
    before, after = told(session, "accounts", before), told(session, "accounts", after)
    after |= {"merged": other.name, "merged_id": other_id, "moved": moved}
    history.note(session, actor, "account", account_id, "merged", before, after)
    gone = {"into": kept.name, "into_id": account_id}
    history.note(session, actor, "account", other_id, "merged away", {}, gone)
    return kept


def _locked(session: Session, actor: Actor, account_id: int, other_id: int) -> tuple[Account, Account]:
    """Both in the order of their ids, so that two merges the other way round wait for each other."""
    if account_id == other_id:
        raise Invalid("Choose two different clients.", "other_id")
    locked = {
        row_id: fetch(session, actor, Account, row_id, lock=True) for row_id in sorted((account_id, other_id))
    }
    for one in locked.values():
        if one.merged_into_id is not None:
            raise Conflict(f"{one.name} was merged into another client already. Reload the page.")
    return locked[account_id], locked[other_id]


def _check(session: Session, kept: Account, other: Account, choices: Mapping[str, Choice]) -> None:
    if kept.vat_id and other.vat_id and kept.vat_id != other.vat_id and "vat_id" not in choices:
        raise Invalid(
            f"Their VAT numbers differ: {kept.vat_id} and {other.vat_id}. Choose which one is right.",
            "vat_id",
        )
    if waiting := _out(session, other):
        raise Conflict(
            f"{waiting} waits for an answer of {other.name}. Take it back or wait for the answer, then merge."
        )
    currency = other.currency if choices.get("currency") == "other" else kept.currency
    fits = {currency} | _bound(session, kept)
    strange = sorted(_bound(session, other) - fits)
    if strange:
        raise Conflict(
            f"{other.name} has signed scopes or issued invoices in {', '.join(strange)}, {kept.name} counts "
            f"in {currency}. Leave the two apart, one as the parent of the other."
        )
    if currency != kept.currency and _bound(session, kept) - {currency}:
        raise Conflict(
            f"{kept.name} has signed scopes or issued invoices in another currency than {currency}. "
            f"Keep {kept.currency}."
        )


def _out(session: Session, other: Account) -> str:
    """The number of a paper that the client has in hand, "" for none."""
    sows = select(Sow.id).where(Sow.account_id == other.id)
    for found in (
        select(Sow.number).where(Sow.account_id == other.id, Sow.status == "sent"),
        select(Quote.number).where(Quote.account_id == other.id, Quote.status == "sent"),
        select(ChangeOrder.number).where(col(ChangeOrder.sow_id).in_(sows), ChangeOrder.status == "sent"),
    ):
        number = session.exec(found.limit(1)).first()
        if number is not None:
            return str(number)
    return ""


def _bound(session: Session, account: Account) -> set[str]:
    """The currencies of what is signed or issued."""
    signed = select(Sow.currency).where(
        Sow.account_id == account.id, col(Sow.status).in_(("signed", "closed"))
    )
    issued = select(Invoice.currency).where(Invoice.account_id == account.id, Invoice.status != "draft")
    return {*session.exec(signed.distinct()), *session.exec(issued.distinct())}


def _values(kept: Account, other: Account, choices: Mapping[str, Choice]) -> dict[str, Any]:
    names = [name for name in FIELDS if name != "address"]
    values = picked(kept, other, names, choices)
    if "purchase_order_needed" not in choices:
        values["purchase_order_needed"] = kept.purchase_order_needed or other.purchase_order_needed
    of_other = choices.get("address") == "other" or (
        "address" not in choices
        and not any((kept.street, kept.postcode, kept.city))
        and any((other.street, other.postcode, other.city))
    )
    values |= {name: getattr(other if of_other else kept, name) for name in ADDRESS}
    values["own"] = {**other.own, **kept.own}
    values["is_archived"] = kept.is_archived and other.is_archived
    return values


def _swap_names(session: Session, kept: Account, other: Account, values: Mapping[str, Any]) -> None:
    """A name is taken once: with the other's name chosen, the two change theirs."""
    if values["name"] == kept.name:
        return
    mine, theirs = kept.name, other.name
    other.name = f"{theirs} (merged {other.id})"
    session.flush()
    kept.name = theirs
    session.flush()
    other.name = mine


def _lead_family(session: Session, kept: Account, other: Account) -> None:
    """Children follow. Where one stood above the other, the kept one takes the place above."""
    is_below = other.id in _above(session, kept)
    is_free = kept.parent_id is None and kept.id not in _above(session, other)
    if is_below or is_free:
        kept.parent_id = other.parent_id
    for child in session.exec(select(Account).where(Account.parent_id == other.id).with_for_update()):
        if child.id != kept.id:
            child.parent_id = kept.id
            touch(child)
    other.parent_id = None
    session.flush()
    height = _height(session, kept)
    if len(_above(session, kept)) + height > MAX_DEPTH:
        raise Conflict(f"Together they would be more than {MAX_DEPTH} levels. Change a parent first.")


def _above(session: Session, account: Account) -> list[int]:
    found: list[int] = []
    next_id = account.parent_id
    while next_id is not None and next_id not in found:
        found.append(next_id)
        next_id = session.exec(select(Account.parent_id).where(Account.id == next_id)).first()
    return found


def _height(session: Session, account: Account) -> int:
    level, height = [account.id], 0
    while level and height <= MAX_DEPTH:
        height += 1
        level = list(session.exec(select(Account.id).where(col(Account.parent_id).in_(level))))
    return height


def _lead_contacts(session: Session, actor: Actor, kept: Account, other: Account) -> int:
    """Contacts move; one whose address is there already becomes one with that contact."""
    known = {one.email.lower(): one for one in _contacts(session, (kept.id,))}
    moved = 0
    for contact in _contacts(session, (other.id,)):
        twin = known.get(contact.email.lower())
        if twin is None:
            contact.account_id = int(kept.id or 0)
            touch(contact)
            moved += 1
        elif contact.merged_into_id is None:
            join(session, actor, _living(session, twin), contact, {})
    session.flush()
    return moved


def _living(session: Session, contact: Contact) -> Contact:
    while contact.merged_into_id is not None:
        contact = session.get_one(Contact, contact.merged_into_id)
    return contact


def _contacts(session: Session, ids: Iterable[int | None]) -> list[Contact]:
    statement = select(Contact).where(col(Contact.account_id).in_(tuple(ids))).order_by(col(Contact.id))
    return list(session.exec(statement.with_for_update()))


def _check_prices(session: Session, account_id: int) -> None:
    found = overlap(rates.rate_rows(session, RATE.c.account_id == account_id))
    if found is not None:
        since = max(found[0].valid_from, found[1].valid_from).isoformat()
        raise Conflict(
            f"Both have a price for the same work from {since} on. End one of them in Rates, then merge."
        )
