"""All tables: every kind of record that someone may see; and the palette's entries for them."""

from dataclasses import dataclass, field

import reflex as rx

from psa_app import routes
from psa_app.access import Actor
from psa_app.display.frame import Hit
from psa_app.queries.import_keys import may_import
from psa_app.state.base import actor, allow
from psa_app.state.lowcode.kinds import STAFF, Group, groups, list_at, may_create, within

MOST_HITS = 8


@dataclass(frozen=True)
class TableLink:
    """A way to the list of a kind; `make` leads to a new record's form, `bring` to an import, or is ""."""

    label: str
    href: str
    make: str = ""
    make_label: str = ""
    bring: str = ""


@dataclass(frozen=True)
class TableGroup:
    """Tables that belong together."""

    title: str
    tables: list[TableLink] = field(default_factory=list)


class TablesState(rx.State):
    """The index of all tables."""

    groups: list[TableGroup] = []

    @rx.event
    @allow(STAFF)
    def load(self) -> None:
        """Lists what the person may see."""
        who = actor()
        self.groups = [TableGroup(one.title, _links(who, one)) for one in groups(who)]


def _links(who: Actor, group: Group) -> list[TableLink]:
    return [
        TableLink(
            one.many,
            list_at(one.kind),
            list_at(one.kind, new=1) if may_create(who, one) else "",
            f"New {within(one.one)}",
            routes.record_import(one.kind) if may_import(who, one) else "",
        )
        for one in group.resources
    ]


def table_hits(who: Actor, text: str) -> list[Hit]:
    """Palette entries whose words fit: "Contacts: all", "New contact"; only what the person may do."""
    words = text.lower()[:80].split()
    if len("".join(words)) < 2:
        return []
    found = []
    for group in groups(who):
        for one in _links(who, group):
            every = Hit(f"all-{one.href}", f"{one.label}: all", group.title, "Tables", "columns", one.href)
            new = Hit(f"new-{one.href}", one.make_label, group.title, "Tables", "plus", one.make)
            bring = Hit(
                f"import-{one.href}",
                f"Import {one.label.lower()}",
                group.title,
                "Tables",
                "upload",
                one.bring,
            )
            found += [every, *([new] if one.make else []), *([bring] if one.bring else [])]
    fitting = [hit for hit in found if all(word in hit.label.lower() for word in words)]
    fitting.sort(key=lambda hit: not hit.label.lower().startswith(words[0]))
    return fitting[:MOST_HITS]
