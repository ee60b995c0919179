"""Merging two contacts of one client."""

from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy import update
from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict, Invalid
from psa_app.models import Contact, User, touch
from psa_app.services import history
from psa_app.services.clients.apart import CONTACTS, lead_apart
from psa_app.services.clients.links import lead
from psa_app.services.clients.picks import Choice, check_fields, picked, told

FIELDS = ("name", "email", "phone", "title", "notes")
ROLES = ("is_approver", "is_billing", "is_technical")
Which = Literal["keep", "other"]


@act("contacts", "merge", right="accounts.merge")
def merge_contacts(
    session: Session, actor: Actor, contact_id: int, *, other_id: int, choices: dict[str, Which] | None = None
) -> Contact:
    """Makes two contacts of one client one: `contact_id` stays, `other_id` is archived and leads to it.

    `choices` says by field whose value counts; without one the kept contact's does, unless it is empty.
    What either of them may do, the one contact may. Raises `Conflict` when one was merged before, both
    sign in, or they are at different clients.
    """
    check_fields(choices or {}, FIELDS)
    if contact_id == other_id:
        raise Invalid("Choose two different contacts.", "other_id")
    for row_id in sorted((contact_id, other_id)):
        fetch(session, actor, Contact, row_id, lock=True)
    kept, other = fetch(session, actor, Contact, contact_id), fetch(session, actor, Contact, other_id)
    if kept.account_id != other.account_id:
        raise Conflict("They are at different clients. Merge the clients first.")
    join(session, actor, kept, other, choices or {})
    return kept


def join(
    session: Session, actor: Actor, kept: Contact, other: Contact, choices: Mapping[str, Choice]
) -> None:
    """Does it for two locked contacts. Errors as of `merge_contacts`."""
    if kept.merged_into_id is not None or other.merged_into_id is not None:
        raise Conflict("One of these contacts was merged already. Reload the page.")
    kept_id, other_id = int(kept.id or 0), int(other.id or 0)
    _lead_user(session, kept, other)
    values = picked(kept, other, FIELDS, choices)
    values |= {name: getattr(kept, name) or getattr(other, name) for name in ROLES}
    if kept.account_id == other.account_id and values["email"] != kept.email:
        values["email"] = _swap_mail(session, kept, other)
    values["own"] = {**other.own, **kept.own}
    values["is_archived"] = kept.is_archived and other.is_archived
    before, after = history.changed(history.values_of(kept, values), values)
    for name, value in after.items():
        setattr(kept, name, value)
    lead_apart(session, CONTACTS, kept_id, other_id)
    moved = lead(session, "contact", other_id, kept_id)
    other.is_archived, other.merged_into_id = True, kept_id
    touch(kept)
    touch(other)
    session.flush()
    before, after = told(session, "contacts", before), told(session, "contacts", after)
    after |= {"merged": other.name, "merged_id": other_id, "moved": moved}
    history.note(session, actor, "contact", kept_id, "merged", before, after)
    gone: dict[str, Any] = {"into": kept.name, "into_id": kept_id}
    history.note(session, actor, "contact", other_id, "merged away", {}, gone)


def _swap_mail(session: Session, kept: Contact, other: Contact) -> str:
    """An address is taken once at a client, so the two change theirs."""
    wanted, given = other.email, kept.email
    other.email = f"merged-{other.id}@merged.invalid"
    session.flush()
    kept.email = wanted
    session.flush()
    other.email = given
    return wanted


def _lead_user(session: Session, kept: Contact, other: Contact) -> None:
    users = session.exec(select(User).where(col(User.contact_id).in_((kept.id, other.id)))).all()
    if len(users) > 1:
        raise Conflict(
            f"{kept.name} and {other.name} both sign in to the portal. Have one of these users removed "
            "from Settings → Users first."
        )
    if users and users[0].contact_id == other.id:
        session.connection().execute(
            update(User).where(col(User.id) == users[0].id).values(contact_id=kept.id)
        )
