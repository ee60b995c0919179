"""The saved views of a list that someone sees, and the columns that they left it with."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from psa_app.access import Actor, may, require, visible
from psa_app.models import ListColumns, SavedView


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


def may_change_view(actor: Actor, view: SavedView) -> bool:
    """Whether a view is the actor's to rename, change, share and delete: their own; to the owner also
    those that others share.
    """
    return view.user_id == actor.user_id or (view.is_shared and may(actor, "views.all"))
