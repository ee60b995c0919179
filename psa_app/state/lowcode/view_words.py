"""The saved views of a list as its page shows them: tabs, and what can be done with the open one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.frame import Tab
from psa_app.models import SavedView
from psa_app.models.resource import Shelf
from psa_app.queries.own_fields import full
from psa_app.queries.saved_views import may_change_view, opened_query, views_of
from psa_app.state.lowcode.address import Asked, of_view
from psa_app.state.lowcode.kinds import list_at, resource_of


@dataclass(frozen=True)
class Views:
    """The tabs of a list, and the view that is open: its name is "" when none is.

    `tab` is the open one: a view's id, "shelf-0" for the first declared part, "" for the whole list.
    """

    tabs: list[Tab]
    tab: str = ""
    id: int = 0
    version: int = 0
    name: str = ""
    is_shared: bool = False
    may_change: bool = False
    is_changed: bool = False  # the list shows something else than what is saved
    gone: str = ""  # what the open view was narrowed or sorted by and is not there any more, in a sentence


def resolved(session: Session, who: Actor, asked: Asked) -> Asked:
    """What a bare `?view=7` stands for; an address that says more says it all."""
    if not asked.view or asked.says_more:
        return asked
    query = next(
        (query for one, query, _ in _open_to(session, who, asked.kind) if one.id == asked.view), None
    )
    return asked.but(view=0) if query is None else of_view(asked.kind, asked.view, query)


def views(session: Session, who: Actor, asked: Asked) -> Views:
    """The tabs of a kind, with the view that the address names."""
    saved = _open_to(session, who, asked.kind)
    shelves = resource_of(session, who, asked.kind).shelves
    tabs = _tabs(asked.kind, shelves, saved)
    view, query, gone = next((one for one in saved if one[0].id == asked.view), (None, {}, ()))
    if view is None:
        tab = _shelf_open(shelves, asked)
        return Views(tabs, tab, is_changed=asked.says_more and not tab)
    return Views(
        tabs,
        str(view.id),
        id=int(view.id or 0),
        version=view.version,
        name=view.name,
        is_shared=view.is_shared,
        may_change=may_change_view(who, view),
        is_changed=bool(gone) or asked.query != of_view(asked.kind, 0, query).query,
        gone=_gone(gone),
    )


def _gone(names: Sequence[str]) -> str:
    """Which fields a view cannot narrow or sort by any more."""
    if not names:
        return ""
    named = " and ".join(name.removeprefix("own_").replace("_", " ") for name in names)
    one = "a field that is" if len(names) == 1 else "fields that are"
    return f"This view was made with {one} not here any more ({named}). Save it as it is now, or delete it."


def _open_to(
    session: Session, who: Actor, kind: str
) -> list[tuple[SavedView, Mapping[str, Any], tuple[str, ...]]]:
    """Views, what they show, and the fields that they name and are gone; one that would tell what is hidden
    from the reader is not offered."""
    resource = resource_of(session, who, kind)
    there = {field.name for field in full(session, resource).fields}
    found = []
    for view in views_of(session, who, kind):
        opened = opened_query(who, resource, view, there)
        if opened is not None:
            found.append((view, *opened))
    return found


def _shelf_open(shelves: Sequence[Shelf], asked: Asked) -> str:
    """The declared part that the address shows and nothing else, or ""."""
    if asked.q or asked.sort or asked.columns:
        return ""
    found = (f"shelf-{at}" for at, one in enumerate(shelves) if dict(one.filters) == dict(asked.filters))
    return next(found, "")


def _tabs(
    kind: str, shelves: Sequence[Shelf], saved: Sequence[tuple[SavedView, Mapping[str, Any], tuple[str, ...]]]
) -> list[Tab]:
    if not saved and not shelves:
        return []
    return [
        Tab("", "All", list_at(kind)),
        *(Tab(f"shelf-{at}", one.name, list_at(kind, **one.filters)) for at, one in enumerate(shelves)),
        *(
            Tab(
                str(view.id),
                view.name,
                of_view(kind, int(view.id or 0), query).href,
                "shared" if view.is_shared else "",
            )
            for view, query, _ in saved
        ),
    ]
