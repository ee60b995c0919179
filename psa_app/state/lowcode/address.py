"""What the address of a list says: search, filters, order, columns, page, saved view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from psa_app.state.lowcode.kinds import list_at

LONGEST = 200
MOST_FILTERS = 20
# Words of the address that are no filters; a field of such a name cannot be filtered by the page.
RESERVED = ("q", "sort", "columns", "page", "cursor", "view", "new")


@dataclass(frozen=True)
class Asked:
    """A list as its address describes it. Filters are as in the API: `status`, `due_on__from`."""

    kind: str
    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()  # () = those that the declaration lists
    page: int = 1
    cursor: str = ""  # where the page begins; "" on the first one
    view: int = 0  # the saved view that it came from
    filters: Mapping[str, str] = field(default_factory=dict)

    @property
    def query(self) -> dict[str, Any]:
        """What a saved view keeps."""
        return {"q": self.q, "sort": self.sort, "columns": list(self.columns), "filters": dict(self.filters)}

    @property
    def says_more(self) -> bool:
        """Whether it asks for anything but the list as it is declared."""
        return bool(self.q or self.sort or self.columns or self.filters)

    @property
    def narrowed(self) -> dict[str, str]:
        """Search, order and filters, as the files and the bulk acts take them."""
        return {"q": self.q, "sort": self.sort, **self.filters}

    @property
    def href(self) -> str:
        """The address."""
        return list_at(
            self.kind,
            view=self.view or "",
            **self.narrowed,
            columns=",".join(self.columns),
            page=self.page if self.page > 1 else "",
            cursor=self.cursor if self.page > 1 else "",
        )

    def but(self, **changes: Any) -> "Asked":
        """The same list from its first page, with some things changed."""
        fresh: dict[str, Any] = {"page": 1, "cursor": ""}
        return replace(self, **(fresh | changes))

    def with_columns(self, names: Sequence[str]) -> "Asked":
        """The same page with these columns, where the address does not say any itself."""
        return self if self.columns else replace(self, columns=tuple(names))

    def filtered(self, changes: Mapping[str, str]) -> "Asked":
        """With these filters; "" takes one off."""
        kept = {name: text for name, text in {**self.filters, **changes}.items() if text}
        return self.but(filters=kept)


def asked(kind: str, query: Mapping[str, Any]) -> Asked:
    """Reads an address. What is too long or in excess is cut off; the list itself refuses the rest."""
    said = {str(name): str(text)[:1000] for name, text in query.items()}
    filters = {name: text[:LONGEST] for name, text in said.items() if name not in RESERVED and text and name}
    return Asked(
        kind,
        q=said.get("q", "")[:100],
        sort=said.get("sort", "")[:60],
        columns=_names(said.get("columns", "")),
        page=max(1, _number(said.get("page", ""))),
        cursor=said.get("cursor", ""),
        view=_number(said.get("view", "")),
        filters=dict(list(filters.items())[:MOST_FILTERS]),
    )


def of_view(kind: str, view_id: int, query: Mapping[str, Any]) -> Asked:
    """The list that a saved view describes."""
    return Asked(
        kind,
        q=str(query.get("q") or ""),
        sort=str(query.get("sort") or ""),
        columns=tuple(str(name) for name in query.get("columns") or ()),
        view=view_id,
        filters={
            str(name): str(text)
            for name, text in (query.get("filters") or {}).items()
            if name not in RESERVED
        },
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in text.split(",") if name))[:60]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
