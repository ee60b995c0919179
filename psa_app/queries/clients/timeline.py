"""Everything that happened with a client in one list, the newest first.

Four sources (tickets will be another), each read in its own order by its own index and merged:
activities, history of the account's records, approvals of time, and mails that the app wrote. A cursor
keeps a place in each, so that a page costs the same however long the story is, and nothing is skipped or
doubled while others write.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from psa_app.access import Actor, fetch, may, require, visible
from psa_app.errors import Invalid
from psa_app.models import (
    Account,
    Activity,
    Address,
    ChangeOrder,
    Contact,
    History,
    Invoice,
    Mail,
    Milestone,
    Opportunity,
    Payment,
    Project,
    Quote,
    Sow,
    SowLine,
    TimeEntry,
    TimeRequest,
    User,
)
from psa_app.queries.history import RIGHTS

select: Any = sql_select  # its overloads know no tables of SQLModel
PAGE = 30
# What can be asked for: key, and the tables whose history it holds.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "activities": (),
    "mails": (),
    "approvals": ("time_request",),
    "sales": ("opportunity", "quote"),
    "scopes": ("sow", "change_order", "milestone", "project"),
    "invoices": ("invoice",),
    "payments": ("payment",),
    "changes": ("account", "contact", "address"),
}


@dataclass(frozen=True, slots=True)
class Event:
    """One line. `kind` is a table's name, or "approval"; `record_id` is what it is about.

    `before` and `after` are what history holds; an activity and a mail have their own fields, an approval
    its seconds. A mail's kind is that of the record it is about.
    """

    at: datetime
    kind: str
    record_id: int
    verb: str
    who: str
    via: str = ""
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    activity: Activity | None = None
    mail: Mail | None = None
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page, what its records are called by (kind, id), and where the next one starts ("" at the end).

    `homes` tells where a record without a page of its own stands: milestones and change orders in a
    scope, payments at an invoice.
    """

    events: tuple[Event, ...]
    names: Mapping[tuple[str, int], str]
    next_cursor: str
    homes: Mapping[tuple[str, int], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Place:
    """How far each source was read: history's id, else the time and an id (a project's of approvals)."""

    history: int | None = None
    activity: tuple[datetime, int] | None = None
    approval: tuple[datetime, int] | None = None
    mail: tuple[datetime, int] | None = None


def timeline(
    session: Session, actor: Actor, account_id: int, *, group: str = "", cursor: str = "", limit: int = PAGE
) -> Timeline:
    """One page of what the actor may know. What was merged into the account is part of its story.

    Raises `Invalid` for an unknown group or a cursor that is not ours.
    """
    require(actor, "accounts.read")
    fetch(session, actor, Account, account_id)
    if group and group not in GROUPS:
        raise Invalid("There is no such view of the timeline.", "kind")
    place, limit = _parsed(cursor), max(1, min(limit, 100))
    ids = [account_id, *session.scalars(select(Account.id).where(col(Account.merged_into_id) == account_id))]
    lists = [
        _activities(session, actor, account_id, place, limit) if group in ("", "activities") else [],
        _history(session, actor, ids, _kinds(actor, group), place, limit),
        _approvals(session, actor, account_id, place, limit) if group in ("", "approvals") else [],
        _mails(session, actor, account_id, place, limit) if group in ("", "mails") else [],
    ]
    chosen, place, is_more = _merged(lists, place, limit)
    events = tuple(event for event, _ in chosen)
    next_cursor = _cursor(place) if is_more else ""
    return Timeline(events, _names(session, actor, events), next_cursor, _homes(session, actor, events))


_Found = list[tuple[Event, Any]]  # with its place in its own source


def _merged(lists: list[_Found], place: _Place, limit: int) -> tuple[_Found, _Place, bool]:
    """The newest head first, each source in its own order."""
    chosen: _Found = []
    at = [0] * len(lists)
    while len(chosen) < limit:
        heads = [index for index, found in enumerate(lists) if at[index] < len(found)]
        if not heads:
            break
        best = max(heads, key=lambda index: lists[index][at[index]][0].at)
        chosen.append(lists[best][at[best]])
        at[best] += 1
    last = [found[n - 1][1] if n else None for found, n in zip(lists, at, strict=True)]
    kept = (place.activity, place.history, place.approval, place.mail)
    reached: list[Any] = [new or old for new, old in zip(last, kept, strict=True)]
    activity, history, approval, mail = reached
    after = _Place(history, activity, approval, mail)
    return chosen, after, any(n < len(found) for found, n in zip(lists, at, strict=True))


def _activities(session: Session, actor: Actor, account_id: int, place: _Place, limit: int) -> _Found:
    if not may(actor, "activities.read"):
        return []
    statement = (
        select(Activity, User.name)
        .outerjoin(User, col(User.id) == func.coalesce(Activity.made_by, Activity.owner_id))
        .where(col(Activity.account_id) == account_id, visible(actor, Activity))
        .order_by(col(Activity.at).desc(), col(Activity.id).desc())
        .limit(limit + 1)
    )
    if place.activity is not None:
        earlier = _before(col(Activity.at), col(Activity.id), *place.activity)
        statement = statement.where(earlier)
    return [
        (Event(one.at, "activity", one.id, one.kind, name or "", activity=one), (one.at, one.id))
        for one, name in session.execute(statement)
    ]


def _mails(session: Session, actor: Actor, account_id: int, place: _Place, limit: int) -> _Found:
    """What the app wrote to the client; what was merged into it moved along."""
    if not may(actor, "activities.read"):
        return []
    statement = (
        select(Mail)
        .where(col(Mail.account_id) == account_id, visible(actor, Mail))
        .order_by(col(Mail.at).desc(), col(Mail.id).desc())
        .limit(limit + 1)
    )
    if place.mail is not None:
        statement = statement.where(_before(col(Mail.at), col(Mail.id), *place.mail))
    return [
        (Event(one.at, one.about, one.about_id, "mailed", one.sent_by, mail=one), (one.at, one.id))
        for one in session.scalars(statement)
    ]


def _kinds(actor: Actor, group: str) -> list[str]:
    if not may(actor, "history.read"):
        return []
    wanted = GROUPS[group] if group else tuple(kind for kinds in GROUPS.values() for kind in kinds)
    return [kind for kind in wanted if may(actor, RIGHTS.get(kind, _READ.get(kind, "history.read")))]


_READ = {
    "opportunity": "opportunities.read",
    "quote": "quotes.read",
    "change_order": "changes.read",
    "time_request": "time.approve",
}
_OF_ACCOUNT: Mapping[str, Callable[[list[int]], Any]] = {
    "account": lambda ids: select(Account.id).where(col(Account.id).in_(ids)),
    "milestone": lambda ids: (
        select(Milestone.id)
        .join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id))
        .where(col(SowLine.sow_id).in_(select(Sow.id).where(col(Sow.account_id).in_(ids))))
    ),
    "change_order": lambda ids: select(ChangeOrder.id).where(
        col(ChangeOrder.sow_id).in_(select(Sow.id).where(col(Sow.account_id).in_(ids)))
    ),
    **{
        kind: lambda ids, model=model: select(model.id).where(model.account_id.in_(ids))  # type: ignore[misc]
        for kind, model in {
            "address": Address,
            "contact": Contact,
            "invoice": Invoice,
            "opportunity": Opportunity,
            "payment": Payment,
            "project": Project,
            "quote": Quote,
            "sow": Sow,
            "time_request": TimeRequest,
        }.items()
    },
}


def history_ids(kind: str, account_ids: list[int], before: int | None, limit: int) -> Any:
    """The newest lines of history of an account's records of one kind: an index holds all that it reads."""
    statement = (
        select(History.id)
        .where(col(History.kind) == kind, col(History.record_id).in_(_OF_ACCOUNT[kind](account_ids)))
        .order_by(col(History.id).desc())
        .limit(limit)
    )
    return statement.where(col(History.id) < before) if before is not None else statement


def _history(
    session: Session, actor: Actor, account_ids: list[int], kinds: list[str], place: _Place, limit: int
) -> _Found:
    ids = [
        row_id
        for kind in kinds
        for row_id in session.scalars(history_ids(kind, account_ids, place.history, limit + 1))
    ]
    newest = sorted(ids, reverse=True)[: limit + 1]
    rows = session.scalars(
        select(History)
        .where(col(History.id).in_(newest), visible(actor, History))
        .order_by(col(History.id).desc())
    )
    return [
        (
            Event(
                one.at,
                one.kind,
                one.record_id,
                one.verb,
                one.actor,
                one.via,
                one.reason,
                json.loads(one.before),
                json.loads(one.after),
            ),
            one.id,
        )
        for one in rows
    ]


def _approvals(session: Session, actor: Actor, account_id: int, place: _Place, limit: int) -> _Found:
    """Time approved in one act on one project is one line."""
    if not may(actor, "time.approve"):
        return []
    at, project = col(TimeEntry.decided_at), col(TimeEntry.project_id)
    statement = (
        select(at, project, func.max(TimeEntry.decided_by), func.sum(TimeEntry.seconds))
        .where(
            project.in_(select(Project.id).where(col(Project.account_id) == account_id)),
            col(TimeEntry.status).in_(("approved", "invoiced")),
            at.is_not(None),
            visible(actor, TimeEntry),
        )
        .group_by(at, project)
        .order_by(at.desc(), project.desc())
        .limit(limit + 1)
    )
    if place.approval is not None:
        statement = statement.where(_before(at, project, *place.approval))
    rows = list(session.execute(statement))
    users = {by for _, _, by, _ in rows if by}
    named = select(User.id, User.name).where(col(User.id).in_(users))
    names = dict(session.execute(named).all())
    return [
        (Event(when, "approval", where, "approved", names.get(by, ""), seconds=int(seconds)), (when, where))
        for when, where, by, seconds in rows
    ]


def _before(at: Any, row_id: Any, when: datetime, last: int) -> Any:
    return and_(at <= when, or_(at < when, row_id < last))


def _names(session: Session, actor: Actor, events: tuple[Event, ...]) -> dict[tuple[str, int], str]:
    """What the records of a page are called today."""
    wanted: dict[str, set[int]] = {}
    for event in events:
        kind = "project" if event.kind == "approval" else event.kind
        wanted.setdefault(kind, set()).add(event.record_id)
        if event.activity is not None and event.activity.contact_id is not None:
            wanted.setdefault("contact", set()).add(event.activity.contact_id)
        if event.activity is not None and event.activity.opportunity_id is not None:
            wanted.setdefault("opportunity", set()).add(event.activity.opportunity_id)
    found: dict[tuple[str, int], str] = {}
    for kind, (model, columns) in _CALLED.items():
        if kind in wanted:
            statement = select(model.id, *columns).where(model.id.in_(wanted[kind]), visible(actor, model))
            for row_id, *parts in session.execute(statement):
                found[kind, row_id] = " ".join(str(part) for part in parts if part)
    return found


def _homes(session: Session, actor: Actor, events: tuple[Event, ...]) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for kind, (model, statement) in _HOMES.items():
        ids = {event.record_id for event in events if event.kind == kind}
        if ids:
            rows = session.execute(statement.where(model.id.in_(ids), visible(actor, model)))
            found |= {(kind, row_id): home for row_id, home in rows if home}
    return found


_HOMES: Mapping[str, tuple[Any, Any]] = {
    "change_order": (ChangeOrder, select(ChangeOrder.id, ChangeOrder.sow_id)),
    "milestone": (
        Milestone,
        select(Milestone.id, SowLine.sow_id).join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id)),
    ),
    "payment": (Payment, select(Payment.id, Payment.invoice_id)),
}
_CALLED: Mapping[str, tuple[Any, tuple[Any, ...]]] = {
    "change_order": (ChangeOrder, (ChangeOrder.number, ChangeOrder.title)),
    "contact": (Contact, (Contact.name,)),
    "address": (Address, (Address.label,)),
    "invoice": (Invoice, (Invoice.number,)),
    "milestone": (Milestone, (Milestone.title,)),
    "opportunity": (Opportunity, (Opportunity.title,)),
    "project": (Project, (Project.name,)),
    "quote": (Quote, (Quote.number, Quote.title)),
    "sow": (Sow, (Sow.number, Sow.title)),
}


def _cursor(place: _Place) -> str:
    stamps = "~".join(_stamp(one) for one in (place.activity, place.approval, place.mail))
    return f"{place.history or ''}~{stamps}"


def _stamp(place: tuple[datetime, int] | None) -> str:
    return f"{place[0].astimezone(UTC):%Y%m%dT%H%M%S.%f}_{place[1]}" if place else ""


def _parsed(cursor: str) -> _Place:
    if not cursor:
        return _Place()
    try:
        history, *stamps = cursor.split("~")
        activity, approval, mail = (_instant(one) for one in stamps)
        return _Place(int(history) if history else None, activity, approval, mail)
    except (ValueError, OverflowError):
        raise Invalid("This place in the timeline is not known. Begin at its top.", "cursor") from None


def _instant(text: str) -> tuple[datetime, int] | None:
    if not text:
        return None
    at, _, row_id = text.partition("_")
    return datetime.strptime(at, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC), int(row_id)
