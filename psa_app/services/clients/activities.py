"""Calls, meetings, notes, mails and to-dos with a client."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from psa_app import clock
from psa_app.access import STAFF, Actor, act, fetch
from psa_app.errors import Conflict, Invalid, NotFound, Stale
from psa_app.models import Account, Activity, Contact, Opportunity, User, touch
from psa_app.rules import activities as rules
from psa_app.services import history


@act("activities", "log", right="activities.change")
def log_activity(
    session: Session,
    actor: Actor,
    *,
    account_id: int,
    kind: str,
    subject: str,
    body: str = "",
    at: datetime | None = None,
    due_on: date | None = None,
    owner_id: int | None = None,
    contact_id: int | None = None,
    opportunity_id: int | None = None,
) -> Activity:
    """Writes down what was said or done with a client, or what is to do.

    Without `at` it is now. A to-do without an owner is the actor's own. Raises `Invalid` for a wrong
    field, `Conflict` when the client was merged into another one.
    """
    account = fetch(session, actor, Account, account_id, lock=True)
    if account.merged_into_id is not None:
        raise Conflict("This client was merged into another one. Open that one and write it there.")
    kind = rules.kind(kind)
    subject, body = rules.check(kind, subject, body, due_on)
    at = at or clock.now()
    rules.check_at(at, clock.now())
    owner_id = _owner(session, actor, kind, owner_id)
    _check_links(session, actor, account_id, contact_id, opportunity_id)
    activity = Activity(
        account_id=account_id,
        kind=kind,
        subject=subject,
        body=body,
        at=at,
        due_on=due_on,
        owner_id=owner_id,
        contact_id=contact_id,
        opportunity_id=opportunity_id,
        made_by=actor.user_id,
    )
    session.add(activity)
    session.flush()
    after = {"account_id": account_id, "kind": kind, "subject": subject, "due_on": due_on}
    history.note(session, actor, "activity", int(activity.id or 0), "logged", {}, after)
    return activity


@act("activities", "change", right="activities.change")
def change_activity(
    session: Session,
    actor: Actor,
    activity_id: int,
    *,
    version: int,
    subject: str,
    body: str = "",
    at: datetime | None = None,
    due_on: date | None = None,
    owner_id: int | None = None,
    contact_id: int | None = None,
    opportunity_id: int | None = None,
) -> Activity:
    """Writes an activity anew; its kind and client stay, and without `at` its time.

    Raises `Stale` if someone saved meanwhile, and as `log_activity`.
    """
    activity = fetch(session, actor, Activity, activity_id, lock=True)
    if activity.version != version:
        raise Stale()
    subject, body = rules.check(activity.kind, subject, body, due_on)
    at = at or activity.at
    rules.check_at(at, clock.now())
    _check_links(session, actor, activity.account_id, contact_id, opportunity_id)
    values: dict[str, Any] = {
        "subject": subject,
        "body": body,
        "at": at,
        "due_on": due_on,
        "owner_id": _owner(session, actor, activity.kind, owner_id or activity.owner_id),
        "contact_id": contact_id,
        "opportunity_id": opportunity_id,
    }
    _write(session, actor, activity, "changed", values)
    return activity


@act("activities", "complete", right="activities.change")
def complete_activity(session: Session, actor: Actor, activity_id: int) -> Activity:
    """Ticks a to-do. Raises `Conflict` when it is no to-do or done already."""
    activity = fetch(session, actor, Activity, activity_id, lock=True)
    _check_todo(activity)
    if activity.done_at is not None:
        raise Conflict("This to-do is done already.")
    _write(session, actor, activity, "done", {"done_at": clock.now()})
    return activity


@act("activities", "reopen", right="activities.change")
def reopen_activity(session: Session, actor: Actor, activity_id: int) -> Activity:
    """Opens a to-do that was ticked. Raises `Conflict` when it is no to-do or still open."""
    activity = fetch(session, actor, Activity, activity_id, lock=True)
    _check_todo(activity)
    if activity.done_at is None:
        raise Conflict("This to-do is still open.")
    _write(session, actor, activity, "reopened", {"done_at": None})
    return activity


@act("activities", "delete", right="activities.change")
def delete_activity(session: Session, actor: Actor, activity_id: int) -> None:
    """Takes back what the actor wrote within the last day; older ones stay (`Conflict`)."""
    activity = fetch(session, actor, Activity, activity_id, lock=True)
    is_own = activity.made_by is not None and activity.made_by == actor.user_id
    rules.check_delete(activity.kind, activity.created_at, clock.now(), is_own=is_own)
    names = ("account_id", "kind", "subject", "body", "at", "due_on", "owner_id")
    history.note(session, actor, "activity", activity_id, "deleted", history.values_of(activity, names), {})
    session.delete(activity)


def _write(session: Session, actor: Actor, activity: Activity, verb: str, values: dict[str, Any]) -> None:
    before, after = history.changed(history.values_of(activity, values), values)
    if not after:
        return
    for name, value in after.items():
        setattr(activity, name, value)
    touch(activity)
    session.flush()
    history.note(session, actor, "activity", int(activity.id or 0), verb, before, after)


def _check_todo(activity: Activity) -> None:
    if activity.kind != "todo":
        raise Conflict("Only a to-do can be ticked.")


def _owner(session: Session, actor: Actor, kind: str, owner_id: int | None) -> int | None:
    if owner_id is None:
        return actor.user_id if kind == "todo" else None
    user = session.get(User, owner_id)
    if user is None or not user.is_active or user.role not in STAFF:
        raise Invalid("Choose someone of the firm who can sign in.", "owner_id")
    return owner_id


def _check_links(
    session: Session, actor: Actor, account_id: int, contact_id: int | None, opportunity_id: int | None
) -> None:
    for model, row_id, field, words in (
        (Contact, contact_id, "contact_id", "Choose a contact of this client."),
        (Opportunity, opportunity_id, "opportunity_id", "Choose an opportunity of this client."),
    ):
        if row_id is None:
            continue
        try:
            row: Any = fetch(session, actor, model, row_id)
        except NotFound:
            raise Invalid(words, field) from None
        if row.account_id != account_id:
            raise Invalid(words, field)
