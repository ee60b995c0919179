"""The saved views of a list that someone sees, and the columns that they left it with."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, func, select

from psa_app.access import Actor, may, require, visible
from psa_app.models import ListColumns, SavedView
from psa_app.models.resource import Resource
from psa_app.queries.records import readable


def views_of(session: Session, actor: Actor, kind: str) -> Sequence[SavedView]:
    """The actor's own views of a kind and those that others share, by name."""
    require(actor, "views.own")
    statement = select(SavedView).where(visible(actor, SavedView), SavedView.kind == kind)
    return session.exec(statement.order_by(func.lower(SavedView.name), col(SavedView.id))).all()


def chosen_columns(session: Session, actor: Actor, kind: str) -> tuple[str, ...]:
    """The columns that the actor chose for a kind; () for those of its declaration."""
    require(actor, "views.own")
    statement = select(ListColumns).where(visible(actor, ListColumns), ListColumns.kind == kind)
    found = session.exec(statement).first()
    return tuple(found.names) if found is not None else ()


def shown_query(actor: Actor, resource: Resource, view: SavedView) -> Mapping[str, Any] | None:
    """What a view shows, as the actor may know it; `resource` is that of its list, with the own fields.

    None for one that others share by a field that is hidden from the actor: its filter would tell the
    field's values. Columns that are hidden are left out.
    """
    if view.user_id == actor.user_id:
        return view.query
    known = {field.name for field in readable(resource, actor)}
    if not _named_in(view.query) <= known:
        return None
    return {**view.query, "columns": [name for name in view.query.get("columns") or () if name in known]}


def opened_query(
    actor: Actor, resource: Resource, view: SavedView, there: Collection[str]
) -> tuple[Mapping[str, Any], tuple[str, ...]] | None:
    """What opens for a view: without the fields that are gone, which come second, so that one can still see
    it, save it anew or delete it. `there` are the fields that the list has for anybody.

    None as of `shown_query`, for what is only hidden.
    """
    known = {field.name for field in readable(resource, actor)} | {"id"}
    named = _named_in(view.query)
    if view.user_id != actor.user_id and not named & set(there) <= known:
        return None
    gone = named - known
    given = view.query.get("filters") or {}
    kept = {name: text for name, text in given.items() if str(name).partition("__")[0] not in gone}
    sort = str(view.query.get("sort") or "")
    columns = [name for name in view.query.get("columns") or () if name in known]
    left = {"filters": kept, "columns": columns, "sort": "" if sort.removeprefix("-") in gone else sort}
    return {**view.query, **left}, tuple(sorted(gone))


def _named_in(query: Mapping[str, Any]) -> set[str]:
    """The fields that a view filters and sorts by."""
    filters = {str(name).partition("__")[0] for name in query.get("filters") or {}}
    return filters | {str(query.get("sort") or "").removeprefix("-")} - {""}


def may_change_view(actor: Actor, view: SavedView) -> bool:
    """Whether a view is the actor's to rename, change, share and delete: their own; to the owner also
    those that others share.
    """
    return view.user_id == actor.user_id or (view.is_shared and may(actor, "views.all"))
