"""What files may hold of kinds that acts write: projects, tasks, scopes with their lines, rates."""

from itertools import combinations

from psa_app.models import Account, Person, Phase, Project, Role, SowLine
from psa_app.models.resource import FieldSpec, Incoming
from psa_app.rules.templates.bodies import EVERY
from psa_app.services.contracts.incoming import check_scope_row, check_scope_rows, write_scope
from psa_app.services.projects.incoming import check_project, check_task, write_project, write_task
from psa_app.services.rates_incoming import check_rate, write_rate

PROJECT_STATES = (("planned", "Planned"), ("active", "Active"), ("closed", "Closed"))
TASK_STATES = (("open", "Open"), ("done", "Done"))
BILLING = (
    ("time_and_materials", "Time and materials"),
    ("fixed", "Fixed fee"),
    ("milestone", "Milestones"),
    ("retainer", "Retainer"),
    ("subscription", "Subscription"),
)
LEVELS = (
    ("firm_role", "Role"),
    ("account", "Client"),
    ("account_role", "Client and role"),
    ("project", "Project"),
    ("project_role", "Project and role"),
    ("project_person", "Project and person"),
    ("person", "Person"),
    ("sow_line", "Line of a scope"),  # known, and refused: it is written with its scope
)
_OF_RATE = ("account_id", "project_id", "person_id", "role_id")
RATE_KEYS = tuple(
    ("level", *owners, "currency", "valid_from")
    for many in range(len(_OF_RATE), -1, -1)
    for owners in combinations(_OF_RATE, many)
)

PROJECTS_IN = Incoming(
    right="projects.change",
    write=write_project,
    check=check_project,
    fields=(
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("account_id", "Client", "link", links_to=Account, set="create"),
        FieldSpec("lead_id", "Lead", "link", links_to=Person),
        FieldSpec("status", "State", "choice", choices=PROJECT_STATES),
        FieldSpec("currency", "Currency", "currency", set="create"),
        FieldSpec("starts_on", "From", "date"),
        FieldSpec("ends_on", "To", "date"),
        FieldSpec("budget_minutes", "Budget", "minutes"),
        FieldSpec("report_every", "Status report", "choice", choices=EVERY),
        FieldSpec("report_on", "First status report", "date"),
    ),
)
TASKS_IN = Incoming(
    right="projects.change",
    write=write_task,
    check=check_task,
    fields=(
        FieldSpec("project_id", "Project", "link", required=True, links_to=Project, set="create"),
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("sow_line_id", "Bills to", "link", links_to=SowLine, read_right="sows.read"),
        FieldSpec("is_billable", "Billable", "bool"),
        FieldSpec("budget_minutes", "Budget", "minutes"),
        FieldSpec("status", "State", "choice", choices=TASK_STATES),
        FieldSpec("phase_id", "Phase", "link", links_to=Phase),
        FieldSpec("role_id", "Role", "link", links_to=Role, read_right="roles.read"),
        FieldSpec("starts_on", "From", "date"),
        FieldSpec("due_on", "Due", "date"),
    ),
)
SCOPES_IN = Incoming(
    right="sows.change",
    write=write_scope,
    check=check_scope_row,
    together=check_scope_rows,
    gathered_by=("account_id", "title"),
    fields=(
        FieldSpec("account_id", "Client", "link", required=True, links_to=Account),
        FieldSpec("title", "Title", required=True),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("starts_on", "From", "date", required=True),
        FieldSpec("ends_on", "To", "date"),
        FieldSpec("summary", "Summary", "multiline", max_length=4000),
        FieldSpec("terms", "Terms", "multiline", max_length=20000),
        FieldSpec("purchase_order", "Purchase order", max_length=60),
        FieldSpec("payment_days", "Days to pay", "number"),
        FieldSpec("line_title", "Line"),
        FieldSpec("model", "Billing", "choice", choices=BILLING),
        FieldSpec("description", "Description of the line", "multiline", max_length=4000),
        FieldSpec("value_minor", "Value", "money", money_in="currency"),
        FieldSpec("cap_minor", "Cap", "money", money_in="currency"),
        FieldSpec("estimate_minutes", "Estimate", "minutes"),
        FieldSpec("rate_minor", "Rate an hour", "money", money_in="currency"),
        FieldSpec("role_id", "Role", "link", links_to=Role),
        FieldSpec("period_minutes", "Hours a period", "minutes"),
        FieldSpec("periods", "Periods", "number"),
        FieldSpec("milestone", "Milestone"),
        FieldSpec("due_on", "Milestone due", "date"),
    ),
)
RATES_IN = Incoming(
    right="rates.change",
    write=write_rate,
    check=check_rate,
    fields=(
        FieldSpec("level", "Level", "choice", required=True, choices=LEVELS, set="create"),
        FieldSpec("account_id", "Client", "link", links_to=Account, set="create"),
        FieldSpec("project_id", "Project", "link", links_to=Project, set="create"),
        FieldSpec("person_id", "Person", "link", links_to=Person, set="create"),
        FieldSpec("role_id", "Role", "link", links_to=Role, set="create"),
        FieldSpec("currency", "Currency", "currency", required=True),
        FieldSpec("amount_minor", "An hour", "money", required=True, money_in="currency"),
        FieldSpec("valid_from", "From", "date", required=True),
        FieldSpec("valid_to", "To", "date"),
    ),
)
