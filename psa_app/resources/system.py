"""The firm as a record, who may sign in, deputies, running timers, imports and the history."""

from psa_app.access.permissions import STAFF
from psa_app.models import Contact, Deputy, Firm, History, ImportRun, Person, Task, Timer, User
from psa_app.models.resource import FieldSpec, Resource

FIRM = Resource(
    kind="firm",
    model=Firm,
    one="Firm",
    many="The firm",
    read_right="firm.read",
    fields=(
        FieldSpec("name", "Name"),
        FieldSpec("legal_name", "Legal name"),
        FieldSpec("street", "Street"),
        FieldSpec("postcode", "Postcode"),
        FieldSpec("city", "City"),
        FieldSpec("country", "Country", "country"),
        FieldSpec("email", "E-mail", "email"),
        FieldSpec("phone", "Phone"),
        FieldSpec("website", "Website"),
        FieldSpec("base_currency", "Base currency", "currency"),
        FieldSpec("time_zone", "Time zone", "zone"),
        FieldSpec("week_start", "First day of a week", "number"),
        FieldSpec("payment_days", "Days to pay", "number"),
        FieldSpec("tax_rounding", "Tax is rounded"),
        FieldSpec("target_percent", "Target utilization in %", "percent"),
        FieldSpec("payment_provider", "Paid by"),
        FieldSpec("locked_through", "Time is locked up to", "date"),
    ),
)
USERS = Resource(
    kind="users",
    model=User,
    one="Sign-in",
    many="Sign-ins",
    read_right="users.read",
    search=("name", "email"),
    sort="name",
    bulk=("activate", "deactivate", "invite_again", "change_role"),
    asks=(FieldSpec("role", "Role", "choice", choices=tuple((role, role.capitalize()) for role in STAFF)),),
    fields=(
        FieldSpec("name", "Name"),
        FieldSpec("email", "E-mail", "email"),
        FieldSpec("role", "Role", filterable=True),
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("contact_id", "Contact", "link", links_to=Contact, filterable=True),
        FieldSpec("is_active", "May sign in", "bool", filterable=True),
    ),
)
DEPUTIES = Resource(
    kind="deputies",
    model=Deputy,
    one="Deputy",
    many="Deputies",
    read_right="deputies.change",
    search=(),
    sort="-starts_on",
    title="id",
    bulk=("end",),
    fields=(
        FieldSpec("user_id", "In place of", "link", links_to=User, filterable=True),
        FieldSpec("deputy_id", "Deputy", "link", links_to=User, filterable=True),
        FieldSpec("starts_on", "From", "date"),
        FieldSpec("ends_on", "To", "date"),
    ),
)
TIMERS = Resource(
    kind="timers",
    model=Timer,
    one="Timer",
    many="Timers",
    read_right="timer.run",
    search=(),
    sort="id",
    title="id",
    has_version=False,
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person),
        FieldSpec("task_id", "Task", "link", links_to=Task),
        FieldSpec("note", "Note"),
        FieldSpec("started_at", "Started", "instant"),
        FieldSpec("time_zone", "Time zone", "zone"),
    ),
)
IMPORTS = Resource(
    kind="imports",
    model=ImportRun,
    one="Import",
    many="Imports",
    read_right="time.import",
    sort="-id",
    fields=(
        FieldSpec("name", "File"),
        FieldSpec("layout", "Layout"),
        FieldSpec("rows", "Rows", "number"),
        FieldSpec("added", "Added", "number"),
        FieldSpec("known", "Known before", "number"),
        FieldSpec("seconds", "Time", "seconds"),
        FieldSpec("by_user", "By", "link", links_to=User),
    ),
)
HISTORY = Resource(
    kind="history",
    model=History,
    one="Line of history",
    many="History",
    read_right="cost.read",  # what was before and after may hold cost rates
    search=("actor", "verb"),
    sort="-id",
    title="verb",
    has_version=False,
    fields=(
        FieldSpec("at", "When", "instant", filterable=True),
        FieldSpec("actor", "Who"),
        FieldSpec("via", "By which door", filterable=True),
        FieldSpec("kind", "Kind of record", filterable=True),
        FieldSpec("record_id", "Record", "number", filterable=True),
        FieldSpec("verb", "What", filterable=True),
        FieldSpec("before", "Before, as JSON"),
        FieldSpec("after", "After, as JSON"),
        FieldSpec("reason", "Reason"),
    ),
)
