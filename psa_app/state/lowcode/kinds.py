"""Which kinds of record a person may see on the generic pages, and where a record of a kind opens."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from psa_app import routes
from psa_app.access import Actor, may
from psa_app.errors import NotFound
from psa_app.models.resource import Resource
from psa_app.queries.own_fields import full
from psa_app.resources import RESOURCES

STAFF = "views.own"  # the generic pages are the firm's; a client has the portal
OWN_PAGES: dict[str, Callable[[int], str]] = {
    "accounts": routes.client,
    "sows": routes.sow,
    "projects": routes.project,
    "people": routes.person,
    "invoices": routes.invoice,
    "templates": routes.template,
}
LIST_PAGES = {  # generic lists that a page of the app holds
    "service_items": routes.CATALOGUE,
    "templates": routes.TEMPLATES,
}
OWN_LISTS = {
    "accounts": routes.CLIENTS,
    "opportunities": routes.PIPELINE,
    "people": routes.PEOPLE,
    **LIST_PAGES,
}
_AREAS = {
    "clients": "clients",
    "contracts": "clients",
    "sales": "sales",
    "people": "people",
    "projects": "projects",
}
_GROUPS = {
    "clients": "Clients",
    "sales": "Sales",
    "contracts": "Contracts",
    "projects": "Projects",
    "people": "People",
    "time": "Time",
    "invoices": "Invoices",
    "firm": "The firm",
    "identity": "Sign-ins",
    "lowcode": "Own fields and views",
    "system": "Behind the scenes",
}


@dataclass(frozen=True)
class Group:
    """Kinds of record that belong together."""

    title: str
    resources: list[Resource]


def resource_of(session: Session, who: Actor, kind: str) -> Resource:
    """The declaration with the firm's own fields; `NotFound` for a kind that is not theirs to see."""
    resource = RESOURCES.get(kind)
    if resource is None or not sees(who, resource):
        raise NotFound()
    return full(session, resource, who)


def sees(who: Actor, resource: Resource) -> bool:
    """Whether someone may open the list of a kind."""
    return may(who, STAFF) and may(who, resource.read_right)


def may_create(who: Actor, resource: Resource) -> bool:
    """Whether someone may make a record of a kind by its form."""
    right = resource.create_right or resource.change_right
    return bool(right) and may(who, right)


def may_change(who: Actor, resource: Resource) -> bool:
    """Whether someone may change a record of a kind by its form."""
    return bool(resource.change_right) and may(who, resource.change_right)


def address_of(kind: str, record_id: int) -> str:
    """Where a record opens: on a page of its own, or on the generic one."""
    own = OWN_PAGES.get(kind)
    return own(record_id) if own else routes.record(kind, record_id)


def list_at(kind: str, /, **query: object) -> str:
    """Where the list of a kind opens: on the page that holds it, or on one of its own."""
    page = LIST_PAGES.get(kind)
    return routes.with_query(page, **query) if page else routes.records(kind, **query)


def kind_at(path: str) -> str:
    """The kind whose list an address shows."""
    bare = path.rstrip("/")
    return next((kind for kind, page in LIST_PAGES.items() if page == bare), bare.rpartition("/")[2])


def list_of_kind(kind: str) -> str:
    """Where the records of a kind are listed."""
    return OWN_LISTS.get(kind) or routes.records(kind)


def kind_of(model: Any) -> str:
    """The kind whose records lie in a table, or ""."""
    return next((kind for kind, one in RESOURCES.items() if one.model is model), "")


def area_of(resource: Resource) -> str:
    """The entry of the rail that a kind belongs to, or ""."""
    return _AREAS.get(_module(resource), "settings")


def groups(who: Actor) -> list[Group]:
    """Every kind that someone may see, by the subject that it belongs to."""
    found: dict[str, list[Resource]] = {}
    for resource in RESOURCES.values():
        if sees(who, resource):
            found.setdefault(_module(resource), []).append(resource)
    order = [*_GROUPS, *sorted(set(found) - set(_GROUPS))]
    return [
        Group(
            _GROUPS.get(name, name.replace("_", " ").capitalize()),
            sorted(found[name], key=lambda one: one.many),
        )
        for name in order
        if name in found
    ]


def within(name: str) -> str:
    """A kind inside a sentence: "cost rate", while "RAID entry" stays."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _module(resource: Resource) -> str:
    return resource.model.__module__.rpartition(".")[2]
