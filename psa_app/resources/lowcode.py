"""What a firm makes without code: its own fields and saved views."""

from psa_app.models import CustomField, SavedView, User
from psa_app.models.resource import FieldSpec, Resource

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
SAVED_VIEWS = Resource(
    kind="saved_views",
    model=SavedView,
    one="Saved view",
    many="Saved views",
    read_right="views.own",
    sort="name",
    bulk=("delete",),
    fields=(
        FieldSpec("kind", "List", filterable=True),
        FieldSpec("name", "Name"),
        FieldSpec("user_id", "Made by", "link", links_to=User),
        FieldSpec("is_shared", "Shared", "bool", filterable=True),
    ),
)
