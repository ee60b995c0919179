"""What a firm makes without code: its own fields and saved views."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.models import CustomField, SavedView, User
from psa_app.models.resource import ActWords, Beside, FieldSpec, Resource
from psa_app.queries.own_fields import full
from psa_app.queries.saved_views import shown_query

CUSTOM_FIELDS = Resource(
    kind="custom_fields",
    model=CustomField,
    one="Own field",
    many="Own fields",
    read_right="fields.change",
    search=("label", "key"),
    sort="position",
    title="label",
    bulk=("archive", "restore"),
    words=(ActWords("restore", "Put back", "Put {rows} back?"),),
    fields=(
        FieldSpec("kind", "Goes to", filterable=True),
        FieldSpec("key", "Key"),
        FieldSpec("label", "Label"),
        FieldSpec("type", "Type", filterable=True),
        FieldSpec("links_to", "Leads to", in_list=False),
        FieldSpec("help", "Help", in_list=False),
        FieldSpec("is_required", "Required", "bool"),
        FieldSpec("default", "Default", in_list=False),
        FieldSpec("seen_by", "Seen by"),
        FieldSpec("position", "Position", "number"),
        FieldSpec("is_archived", "Archived", "bool", filterable=True),
    ),
)


def _query(session: Session, actor: Actor, view: SavedView) -> Mapping[str, Any] | None:
    from psa_app.resources import RESOURCES  # made from this module among others

    listed = RESOURCES.get(view.kind)
    return shown_query(actor, full(session, listed, actor), view) if listed is not None else None


_TEXT = {"type": "string"}
SAVED_VIEWS = Resource(
    kind="saved_views",
    model=SavedView,
    one="Saved view",
    many="Saved views",
    read_right="views.own",
    sort="name",
    bulk=("delete",),
    beside=(
        Beside(
            "query",
            "What the view shows; null where it names a field that is hidden from the reader",
            _query,
            {
                "q": _TEXT,
                "sort": _TEXT,
                "columns": {"type": "array", "items": _TEXT},
                "filters": {"type": "object", "additionalProperties": _TEXT},
            },
        ),
    ),
    fields=(
        FieldSpec("kind", "List", filterable=True),
        FieldSpec("name", "Name"),
        FieldSpec("user_id", "Made by", "link", links_to=User),
        FieldSpec("is_shared", "Shared", "bool", filterable=True),
    ),
)
