"""A firm's own fields as Settings shows them."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class OwnField:
    """One field: what it is, who sees it, and whether it can move."""

    id: int
    label: str
    sub: str
    type: str
    seen_by: str
    is_required: bool = False
    is_archived: bool = False
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True)
class OwnKind:
    """A kind of record and the fields that the firm gave it."""

    kind: str
    title: str
    href: str
    fields: list[OwnField] = field(default_factory=list)
