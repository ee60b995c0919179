"""People, roles, hours, cost and absence."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.models import CostRate, Leave, Person, Role, WorkPattern
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.many import twin
from psa_app.services.firm.calendars import calendar_code
from psa_app.services.time.pricing import reprice, reprice_person

DAYS = (
    ("mon", "Mon"),
    ("tue", "Tue"),
    ("wed", "Wed"),
    ("thu", "Thu"),
    ("fri", "Fri"),
    ("sat", "Sat"),
    ("sun", "Sun"),
)


def _check_role(session: Session, values: Mapping[str, Any], record: Role | None) -> None:
    name = values.get("name")
    other = twin(session, Role, record, fold="name", name=name) if name else None
    if other is not None:
        raise Invalid(f"There is already a role called {other.title}.", "name")


def _check_person(session: Session, values: Mapping[str, Any], record: Person | None) -> dict[str, str]:
    hired = values.get("hired_on", record.hired_on if record else None)
    left = values.get("left_on", record.left_on if record else None)
    if hired and left and left < hired:
        raise Invalid("The last day lies before the first.", "left_on")
    target = values.get("target_percent")
    if target is not None and not 0 <= target <= 100:
        raise Invalid("The target lies between 0 and 100 %.", "target_percent")
    email = values.get("email")
    other = twin(session, Person, record, email=email) if email else None
    if other is not None:
        raise Invalid(f"{other.title} already has this address.", "email")
    calendar = values.get("calendar")
    return {"calendar": calendar_code(calendar)} if calendar else {}


def _check_pattern(session: Session, values: Mapping[str, Any], record: WorkPattern | None) -> None:
    for name, label in DAYS:
        if not 0 <= (values.get(name) or 0) <= 24 * 60:
            raise Invalid(f"{label} must have between 0:00 and 24:00.", name)
    _check_day(session, WorkPattern, values, record)


def _check_cost(session: Session, values: Mapping[str, Any], record: CostRate | None) -> None:
    _check_day(session, CostRate, values, record)


def _check_day(session: Session, model: Any, values: Mapping[str, Any], record: Any) -> None:
    """Dated rows of a person begin on different days."""
    person_id = values.get("person_id", record.person_id if record else None)
    day = values.get("valid_from", record.valid_from if record else None)
    if twin(session, model, record, person_id=person_id, valid_from=day) is not None:
        raise Invalid("There is a row from this day already. Change that one.", "valid_from")


def _price_person(session: Session, actor: Actor, record: Person) -> None:
    reprice_person(session, actor, int(record.id or 0))


def _price_of_cost(session: Session, actor: Actor, record: CostRate) -> None:
    reprice_person(session, actor, record.person_id)


def _price_all(session: Session, actor: Actor, record: Role) -> None:
    """A role's standard cost counts for all who have none of their own."""
    reprice(session, actor)


ROLES = Resource(
    kind="roles",
    model=Role,
    one="Role",
    many="Roles",
    read_right="roles.read",
    change_right="roles.change",
    sort="name",
    check=_check_role,
    saved=_price_all,
    keys=(("name",),),
    fields=(
        FieldSpec("name", "Name", required=True, max_length=60),
        FieldSpec(
            "standard_cost_minor",
            "Standard cost an hour",
            "money",
            default=0,
            read_right="projects.margin",
            adds_up=False,
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
    saved=_price_person,
    keys=(("email",), ("name",)),
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
        FieldSpec(
            "time_zone", "Time zone", "zone", default="Europe/Vienna", usual="time_zone", in_list=False
        ),
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
    bulk=("delete",),
    keys=(("person_id", "valid_from"),),
    fields=(
        FieldSpec(
            "person_id", "Person", "link", required=True, links_to=Person, set="create", filterable=True
        ),
        FieldSpec("valid_from", "From", "date", required=True),
        *(FieldSpec(name, label, "minutes", default=0, adds_up=False) for name, label in DAYS),
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
    check=_check_cost,
    saved=_price_of_cost,
    bulk=("delete",),
    keys=(("person_id", "valid_from"),),
    fields=(
        FieldSpec(
            "person_id", "Person", "link", required=True, links_to=Person, set="create", filterable=True
        ),
        FieldSpec("valid_from", "From", "date", required=True, set="create"),
        FieldSpec(
            "amount_minor", "Cost an hour", "money", required=True, read_right="cost.read", adds_up=False
        ),
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
    bulk=("approve", "reject", "withdraw"),
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("starts_on", "From", "date", filterable=True),
        FieldSpec("ends_on", "To", "date", filterable=True),
        FieldSpec(
            "kind", "Kind", "choice", choices=(("vacation", "Vacation"), ("sick", "Sick"), ("other", "Other"))
        ),
        FieldSpec("minutes_per_day", "Time a day", "minutes", adds_up=False),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("note", "Note"),
    ),
)
