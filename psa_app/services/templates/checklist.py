"""A client's onboarding checklist: begun from a template, ticked off, added to."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, func, select

from psa_app import clock
from psa_app.access import STAFF, Actor, act, fetch
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import Account, ChecklistItem, User, touch
from psa_app.queries.templates.sources import firm_days
from psa_app.rules import fields
from psa_app.rules.templates import bodies
from psa_app.services import history
from psa_app.services.templates.change import offered

MOST_ITEMS = 200


@act("templates", "start_onboarding", right="checklists.change")
def start_onboarding(
    session: Session,
    actor: Actor,
    template_id: int,
    *,
    account_id: int,
    starts_on: date,
    owner_id: int | None = None,
) -> tuple[ChecklistItem, ...]:
    """Begins a client's checklist from a template: due days count from a first one; what nobody is named
    for, or someone who has left, is `owner_id`'s, else the actor's own.

    Raises `Conflict` while the same checklist is still open for the client, or when it was merged.
    """
    template = offered(session, actor, template_id, "onboarding")
    account = _account(session, actor, account_id)
    owner = owner_id if owner_id is not None else actor.user_id
    people = _people(session)
    if owner_id is not None and owner_id not in people:
        raise Invalid("Choose someone who works here.", "owner_id")
    running = select(ChecklistItem.id).where(
        ChecklistItem.account_id == account_id,
        ChecklistItem.template_id == template_id,
        col(ChecklistItem.done_at).is_(None),
    )
    if session.exec(running).first() is not None:
        raise Conflict(f"“{template.name}” is already under way for {account.name}. Finish it first.")
    named = bodies.for_client("onboarding", template.body, account.name)
    found = bodies.lay_out("onboarding", named, starts_on, firm_days(session))["items"]
    if not found:
        raise Conflict(f"“{template.name}” holds nothing to do yet. Add its items first.")
    last = _check_room(session, account_id, len(found))
    rows = [
        ChecklistItem(
            account_id=account_id,
            template_id=template_id,
            position=last + place,
            title=item["title"],
            due_on=item["due_on"],
            owner_id=item["owner_id"] if item["owner_id"] in people else owner,
        )
        for place, item in enumerate(found, 1)
    ]
    session.add_all(rows)
    session.flush()
    told: list[tuple[int, dict[str, Any], dict[str, Any]]] = [
        (int(row.id or 0), {}, history.values_of(row, _TOLD)) for row in rows
    ]
    history.note_many(session, actor, "checklist_item", "created", told)
    after = {"template": template.name, "items": len(rows), "starts_on": starts_on}
    history.note(session, actor, "account", account_id, "onboarding started", {}, after)
    return tuple(rows)


@act("checklist_items", "create", right="checklists.change")
def add_item(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    title: str,
    due_on: date | None = None,
    owner_id: int | None = None,
) -> ChecklistItem:
    """Adds something to do for a client, last in its checklist; without an owner it is the actor's own."""
    _account(session, actor, account_id)
    item = ChecklistItem(
        account_id=account_id,
        position=_check_room(session, account_id, 1) + 1,
        title=fields.text(title, "title"),
        due_on=due_on,
        owner_id=_owner(session, owner_id) or actor.user_id,
    )
    session.add(item)
    session.flush()
    told = history.values_of(item, _TOLD)
    history.note(session, actor, "checklist_item", int(item.id or 0), "created", {}, told)
    return item


@act("checklist_items", "change", right="checklists.change")
def change_item(
    session: Session,
    actor: Actor,
    item_id: int,
    *,
    version: int,
    title: str,
    due_on: date | None = None,
    owner_id: int | None = None,
) -> ChecklistItem:
    """Changes what is to do, until when, and by whom. Raises `Stale` if someone saved meanwhile."""
    item = fetch(session, actor, ChecklistItem, item_id, lock=True)
    if item.version != version:
        raise Stale()
    owner = owner_id if owner_id == item.owner_id else _owner(session, owner_id)
    values = {"title": fields.text(title, "title"), "due_on": due_on, "owner_id": owner}
    before, after = history.changed(history.values_of(item, values), values)
    if after:
        for name, value in after.items():
            setattr(item, name, value)
        touch(item)
        history.note(session, actor, "checklist_item", item_id, "changed", before, after)
    return item


@act("checklist_items", "tick", right="checklists.own")
def tick_item(session: Session, actor: Actor, item_id: int, *, done: bool = True) -> ChecklistItem:
    """Ticks an item off, with who and when, or takes that back: whoever may change checklists any, everyone
    else their own. Twice is as once."""
    item = fetch(session, actor, ChecklistItem, item_id, lock=True)
    if (item.done_at is not None) == done:
        return item
    item.done_at, item.done_by = (clock.now(), actor.name) if done else (None, "")
    touch(item)
    history.note(session, actor, "checklist_item", item_id, "done" if done else "opened again")
    return item


@act("checklist_items", "remove", right="checklists.change")
def remove_item(session: Session, actor: Actor, item_id: int) -> None:
    """Takes an item off the checklist."""
    item = fetch(session, actor, ChecklistItem, item_id, lock=True)
    before = history.values_of(item, _TOLD)
    history.note(session, actor, "checklist_item", item_id, "deleted", before, {})
    session.delete(item)


_TOLD = ("account_id", "title", "due_on", "owner_id")


def _account(session: Session, actor: Actor, account_id: int) -> Account:
    account = fetch(session, actor, Account, account_id, lock=True)
    if account.merged_into_id is not None:
        raise Conflict(f"{account.name} was merged into another client. Open that one.")
    return account


def _check_room(session: Session, account_id: int, more: int) -> int:
    """The last position that is taken. Raises `Conflict` when a checklist would grow beyond measure."""
    count, last = session.exec(
        select(func.count(), func.max(ChecklistItem.position)).where(ChecklistItem.account_id == account_id)
    ).one()
    if count + more > MOST_ITEMS:
        raise Conflict(f"A client's checklist has room for {MOST_ITEMS} items. Remove what is done.")
    return last or 0


def _people(session: Session) -> set[int | None]:
    return set(session.exec(select(User.id).where(User.is_active, col(User.role).in_(STAFF))).all())


def _owner(session: Session, owner_id: int | None) -> int | None:
    if owner_id is not None and owner_id not in _people(session):
        raise Invalid("Choose someone who works here.", "owner_id")
    return owner_id
