"""People, roles, hours, cost and absence."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.models import CostRate, Leave, Person, Role, WorkPattern
from psa_app.models.resource import FieldSpec, Resource

DAYS = (
    ("mon", "Mon"),
    ("tue", "Tue"),
    ("wed", "Wed"),
    ("thu", "Thu"),
    ("fri", "Fri"),
    ("sat", "Sat"),
    ("sun", "Sun"),
)


def _check_person(session: Session, values: Mapping[str, Any], record: Person | None) -> None:
    hired = values.get("hired_on", record.hired_on if record else None)
    left = values.get("left_on", record.left_on if record else None)
    if hired and left and left < hired:
        raise Invalid("The last day lies before the first.", "left_on")


def _check_pattern(session: Session, values: Mapping[str, Any], record: WorkPattern | None) -> None:
    for name, label in DAYS:
        if not 0 <= values.get(name, 0) <= 24 * 60:
            raise Invalid(f"{label} must have between 0:00 and 24:00.", name)


ROLES = Resource(
    kind="roles",
    model=Role,
    one="Role",
    many="Roles",
    read_right="roles.read",
    change_right="roles.change",
    sort="name",
    fields=(
        FieldSpec("name", "Name", required=True, max_length=60),
        FieldSpec(
            "standard_cost_minor", "Standard cost an hour", "money", default=0, read_right="projects.margin"
        ),
        FieldSpec("is_active", "In use", "bool", default=True),
    ),
)
PEOPLE = Resource(
    kind="people",
    model=Person,
    one="Person",
    many="People",
    read_right="people.name",
    change_right="people.change",
    search=("name", "email"),
    sort="name",
    check=_check_person,
    fields=(
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("email", "E-mail", "email", required=True),
        FieldSpec("role_id", "Role", "link", required=True, links_to=Role, filterable=True),
        FieldSpec(
            "employment",
            "Employment",
            "choice",
            default="employee",
            choices=(("employee", "Employee"), ("contractor", "Contractor")),
        ),
        FieldSpec("hired_on", "First day", "date", required=True),
        FieldSpec("left_on", "Last day", "date"),
        FieldSpec("time_zone", "Time zone", "zone", default="Europe/Vienna", in_list=False),
        FieldSpec("calendar", "Holiday calendar", default="AT", max_length=10, in_list=False),
        FieldSpec(
            "target_percent", "Target utilization in %", "number", in_list=False, read_right="people.read"
        ),
    ),
)
WORK_PATTERNS = Resource(
    kind="work_patterns",
    model=WorkPattern,
    one="Hours",
    many="Hours by weekday",
    read_right="people.read",
    change_right="people.change",
    sort="valid_from",
    search=(),
    title="valid_from",
    check=_check_pattern,
    fields=(
        FieldSpec(
            "person_id", "Person", "link", required=True, links_to=Person, set="create", filterable=True
        ),
        FieldSpec("valid_from", "From", "date", required=True),
        *(FieldSpec(name, label, "minutes", default=0) for name, label in DAYS),
    ),
)
COST_RATES = Resource(
    kind="cost_rates",
    model=CostRate,
    one="Cost rate",
    many="Cost rates",
    read_right="cost.read",
    change_right="cost.change",
    sort="valid_from",
    search=(),
    title="valid_from",
    fields=(
        FieldSpec(
            "person_id", "Person", "link", required=True, links_to=Person, set="create", filterable=True
        ),
        FieldSpec("valid_from", "From", "date", required=True, set="create"),
        FieldSpec("amount_minor", "Cost an hour", "money", required=True),
    ),
)
LEAVES = Resource(
    kind="leaves",
    model=Leave,
    one="Leave",
    many="Leave",
    read_right="leave.read",
    sort="-starts_on",
    search=(),
    title="kind",
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("starts_on", "From", "date", filterable=True),
        FieldSpec("ends_on", "To", "date", filterable=True),
        FieldSpec(
            "kind", "Kind", "choice", choices=(("vacation", "Vacation"), ("sick", "Sick"), ("other", "Other"))
        ),
        FieldSpec("minutes_per_day", "Time a day", "minutes"),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("note", "Note"),
    ),
)
