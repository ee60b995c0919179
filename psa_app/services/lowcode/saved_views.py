"""Saved views of a list: made, renamed, changed, shared, deleted; and the columns that someone chose."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, act, fetch, require
from psa_app.access.permissions import LISTS
from psa_app.errors import Conflict, Forbidden, Invalid, Stale
from psa_app.models import ListColumns, SavedView, User, touch
from psa_app.queries.filtering import LONGEST, plain_text
from psa_app.queries.saved_views import may_change_view
from psa_app.rules import fields as check
from psa_app.services import history

MOST_VIEWS = 40
MOST_FILTERS = 20
MOST_COLUMNS = 60


@act("saved_views", "create", right="views.own")
def create_view(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    name: str,
    q: str = "",
    sort: str = "",
    columns: Sequence[str] = (),
    filters: Mapping[str, str] | None = None,
    is_shared: bool = False,
) -> SavedView:
    """Keeps a list of a kind under a name: `q` searches, `sort` and `filters` are as in the API.

    Raises `Forbidden` for a kind that is not the actor's to read, or to share without the right;
    `Invalid` with the field.
    """
    _may_list(actor, kind)
    if is_shared:
        require(actor, "views.share")
    _one_after_the_other(session, actor)
    own = session.exec(
        select(SavedView).where(SavedView.kind == kind, SavedView.user_id == actor.user_id)
    ).all()
    if len(own) >= MOST_VIEWS:
        raise Conflict(f"You have {MOST_VIEWS} views of this list already. Delete one that you do not use.")
    view = SavedView(
        kind=kind,
        name=_name(name, own),
        user_id=_user(actor),
        is_shared=is_shared,
        query=_query(q, sort, columns, filters or {}),
    )
    session.add(view)
    session.flush()
    history.note(session, actor, "saved_view", int(view.id or 0), "created", {}, _told(view))
    return view


@act("saved_views", "rename", right="views.own")
def rename_view(session: Session, actor: Actor, view_id: int, *, version: int, name: str) -> SavedView:
    """Gives a view another name. Raises `Invalid` with "name"."""
    _one_after_the_other(session, actor)
    view = _fetched(session, actor, view_id, version)
    before = _told(view)
    beside = select(SavedView).where(
        SavedView.kind == view.kind, SavedView.user_id == view.user_id, SavedView.id != view.id
    )
    view.name = _name(name, session.exec(beside).all())
    return _noted(session, actor, view, "renamed", before)


@act("saved_views", "change", right="views.own")
def change_view(
    session: Session,
    actor: Actor,
    view_id: int,
    *,
    version: int,
    q: str = "",
    sort: str = "",
    columns: Sequence[str] = (),
    filters: Mapping[str, str] | None = None,
) -> SavedView:
    """Puts another search, order, columns and filters in place of all that the view held."""
    view = _fetched(session, actor, view_id, version)
    before = _told(view)
    view.query = _query(q, sort, columns, filters or {})
    return _noted(session, actor, view, "changed", before)


@act("saved_views", "share", right="views.share")
def share_view(session: Session, actor: Actor, view_id: int, *, version: int) -> SavedView:
    """Shows a view to everyone who may see its list."""
    view = _fetched(session, actor, view_id, version)
    before = _told(view)
    view.is_shared = True
    return _noted(session, actor, view, "shared", before)


@act("saved_views", "unshare", right="views.own")
def unshare_view(session: Session, actor: Actor, view_id: int, *, version: int) -> SavedView:
    """Keeps a view to whoever made it."""
    view = _fetched(session, actor, view_id, version)
    before = _told(view)
    view.is_shared = False
    return _noted(session, actor, view, "unshared", before)


@act("saved_views", "delete", right="views.own")
def delete_view(session: Session, actor: Actor, view_id: int) -> SavedView:
    """Deletes a view; the records that it shows stay."""
    view = _fetched(session, actor, view_id, None)
    history.note(session, actor, "saved_view", view_id, "deleted", _told(view), {})
    session.delete(view)
    session.flush()
    return view


@act("saved_views", "choose_columns", right="views.own")
def choose_columns(session: Session, actor: Actor, *, kind: str, columns: Sequence[str] = ()) -> None:
    """Remembers with which columns a list opens for the actor; none: with those of its declaration."""
    _may_list(actor, kind)
    _one_after_the_other(session, actor)
    mine = (ListColumns.user_id == actor.user_id, ListColumns.kind == kind)
    kept = session.exec(select(ListColumns).where(*mine).with_for_update()).first()
    names = _names(columns)
    if kept is None and names:
        session.add(ListColumns(user_id=_user(actor), kind=kind, names=names))
    elif kept is not None and names:
        kept.names = names
    elif kept is not None:
        session.delete(kept)
    session.flush()


def _may_list(actor: Actor, kind: str) -> None:
    if kind not in LISTS:
        raise Invalid("There is no such list.", "kind")
    require(actor, LISTS[kind])


def _one_after_the_other(session: Session, actor: Actor) -> None:
    """Two tabs of one person: neither makes what the other makes at the same moment."""
    held = select(User.id).where(User.id == actor.user_id).with_for_update(key_share=True)
    session.connection().execute(held)


def _user(actor: Actor) -> int:
    if actor.user_id is None:
        raise Forbidden("Views belong to whoever is signed in.")
    return actor.user_id


def _fetched(session: Session, actor: Actor, view_id: int, version: int | None) -> SavedView:
    view = fetch(session, actor, SavedView, view_id, lock=True)
    if not may_change_view(actor, view):
        raise Forbidden("Whoever made this view can change it. Save it under a name of your own.")
    if version is not None and view.version != version:
        raise Stale()
    return view


def _noted(session: Session, actor: Actor, view: SavedView, verb: str, before: dict[str, Any]) -> SavedView:
    old, new = history.changed(before, _told(view))
    if new:
        touch(view)
        session.flush()
        history.note(session, actor, "saved_view", int(view.id or 0), verb, old, new)
    return view


def _told(view: SavedView) -> dict[str, Any]:
    return {"kind": view.kind, "name": view.name, "is_shared": view.is_shared, "query": dict(view.query)}


def _name(text: str, beside: Sequence[SavedView]) -> str:
    name = check.text(text, "name", max=60, required=True)
    if any(one.name.lower() == name.lower() for one in beside):
        raise Invalid("There is a view of this name already.", "name")
    return name


def _query(q: str, sort: str, columns: Sequence[str], filters: Mapping[str, str]) -> dict[str, Any]:
    """What a view keeps; whether the fields exist is told when the list is opened, for they come and go."""
    if len(filters) > MOST_FILTERS:
        raise Invalid(f"Filter by at most {MOST_FILTERS} fields.", "filters")
    kept = {plain_text(name, "filters"): plain_text(text, "filters") for name, text in filters.items()}
    return {
        "q": plain_text(q.strip(), "q"),
        "sort": plain_text(sort, "sort"),
        "columns": _names(columns),
        "filters": {name: text for name, text in kept.items() if name and text},
    }


def _names(columns: Sequence[str]) -> list[str]:
    names = [name for name in dict.fromkeys(columns) if name]
    if len(names) > MOST_COLUMNS or any(len(name) > LONGEST for name in names):
        raise Invalid(f"Choose at most {MOST_COLUMNS} columns.", "columns")
    return [plain_text(name, "columns") for name in names]
