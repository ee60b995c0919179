"""Scopes, projects, bookings, time and rates: written by their own services, read here."""

from psa_app.models import (
    Account,
    Booking,
    Milestone,
    Person,
    Project,
    ProjectMember,
    Rate,
    Role,
    Sow,
    SowLine,
    Task,
    TimeEntry,
    Timesheet,
)
from psa_app.models.resource import FieldSpec, Resource

SOWS = Resource(
    kind="sows", model=Sow, one="Scope", many="Scopes", read_right="sows.read", search=("number", "title"), sort="-id",
    title="title",
    fields=(
        FieldSpec("number", "Number"),
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("title", "Title"),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("starts_on", "From", "date"),
        FieldSpec("ends_on", "To", "date"),
        FieldSpec("summary", "Summary", "multiline", in_list=False),
        FieldSpec("terms", "Terms", "multiline", in_list=False),
        FieldSpec("purchase_order", "Purchase order", in_list=False),
        FieldSpec("payment_days", "Days to pay", "number", in_list=False),
        FieldSpec("round_increment", "Rounding in minutes", "number", in_list=False),
        FieldSpec("round_mode", "Rounding", in_list=False),
        FieldSpec("round_minimum", "At least", "minutes", in_list=False),
        FieldSpec("round_per", "Rounded per", in_list=False),
        FieldSpec("grouping", "Grouping", in_list=False),
        FieldSpec("sent_at", "Sent", "instant"),
        FieldSpec("signed_at", "Signed", "instant"),
        FieldSpec("text_hash", "Hash of the text", in_list=False),
    ),
)  # fmt: skip
SOW_LINES = Resource(
    kind="sow_lines", model=SowLine, one="Line", many="Lines", read_right="sows.read", search=("title",), sort="id",
    title="title",
    fields=(
        FieldSpec("sow_id", "Scope", "link", links_to=Sow, filterable=True),
        FieldSpec("position", "Position", "number"),
        FieldSpec("title", "Title"),
        FieldSpec("description", "Description", "multiline"),
        FieldSpec("model", "Billing", filterable=True),
        FieldSpec("value_minor", "Value", "money"),
        FieldSpec("cap_minor", "Cap", "money"),
        FieldSpec("estimate_minutes", "Estimate", "minutes"),
    ),
)  # fmt: skip
MILESTONES = Resource(
    kind="milestones", model=Milestone, one="Milestone", many="Milestones", read_right="sows.read",
    search=("title",), sort="id", title="title",
    fields=(
        FieldSpec("sow_line_id", "Line", "link", links_to=SowLine, filterable=True),
        FieldSpec("position", "Position", "number"),
        FieldSpec("title", "Title"),
        FieldSpec("criteria", "Accepted when", "multiline"),
        FieldSpec("value_minor", "Value", "money"),
        FieldSpec("due_on", "Due", "date"),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("accepted_at", "Accepted", "instant"),
        FieldSpec("accepted_by", "Accepted by"),
    ),
)  # fmt: skip
PROJECTS = Resource(
    kind="projects", model=Project, one="Project", many="Projects", read_right="projects.read", sort="name",
    fields=(
        FieldSpec("name", "Name"),
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("sow_id", "Scope", "link", links_to=Sow, filterable=True, read_right="sows.read"),
        FieldSpec("lead_id", "Lead", "link", links_to=Person, filterable=True),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("starts_on", "From", "date"),
        FieldSpec("ends_on", "To", "date"),
        FieldSpec("budget_minutes", "Budget", "minutes"),
        FieldSpec("budget_minor", "Budget value", "money", money_in="currency", read_right="sows.read"),
    ),
)  # fmt: skip
TASKS = Resource(
    kind="tasks", model=Task, one="Task", many="Tasks", read_right="tasks.read", sort="position",
    fields=(
        FieldSpec("project_id", "Project", "link", links_to=Project, filterable=True),
        FieldSpec("name", "Name"),
        FieldSpec("sow_line_id", "Bills to", "link", links_to=SowLine, read_right="sows.read"),
        FieldSpec("is_billable", "Billable", "bool", filterable=True),
        FieldSpec("budget_minutes", "Budget", "minutes"),
        FieldSpec("position", "Position", "number"),
        FieldSpec("status", "State", filterable=True),
    ),
)  # fmt: skip
MEMBERS = Resource(
    kind="members", model=ProjectMember, one="Member", many="Members", read_right="projects.read", sort="id",
    search=(), title="id",
    fields=(
        FieldSpec("project_id", "Project", "link", links_to=Project, filterable=True),
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("role_id", "Role", "link", links_to=Role),
    ),
)  # fmt: skip
BOOKINGS = Resource(
    kind="bookings", model=Booking, one="Booking", many="Bookings", read_right="bookings.read", sort="-starts_on",
    search=("note",), title="id",
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("role_id", "Open role", "link", links_to=Role),
        FieldSpec("project_id", "Project", "link", links_to=Project, filterable=True),
        FieldSpec("task_id", "Task", "link", links_to=Task),
        FieldSpec("starts_on", "From", "date", filterable=True),
        FieldSpec("ends_on", "To", "date", filterable=True),
        FieldSpec("mode", "Counted as"),
        FieldSpec("minutes_per_day", "Time a day", "minutes"),
        FieldSpec("percent", "Percent", "percent"),
        FieldSpec("total_minutes", "In all", "minutes"),
        FieldSpec("is_tentative", "Tentative", "bool", filterable=True),
        FieldSpec("is_billable", "Billable", "bool"),
        FieldSpec("note", "Note"),
    ),
)  # fmt: skip
ENTRIES = Resource(
    kind="entries", model=TimeEntry, one="Entry", many="Time", read_right="time.read", search=("note",), sort="-work_date",
    title="note",
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("project_id", "Project", "link", links_to=Project, filterable=True),
        FieldSpec("task_id", "Task", "link", links_to=Task, filterable=True),
        FieldSpec("work_date", "Day", "date", filterable=True),
        FieldSpec("week", "Week", "number", filterable=True),
        FieldSpec("seconds", "Time", "seconds"),
        FieldSpec("note", "Note"),
        FieldSpec("is_billable", "Billable", "bool", filterable=True),
        FieldSpec("status", "State", filterable=True),
        FieldSpec("started_at", "Started", "instant"),
        FieldSpec("ended_at", "Ended", "instant"),
        FieldSpec("source", "Came by"),
        FieldSpec("timesheet_id", "Timesheet", "link", links_to=Timesheet, filterable=True),
        FieldSpec("bill_rate_minor", "Rate", "money", money_in="bill_currency", read_right="rates.read"),
        FieldSpec("bill_currency", "Currency", "currency", read_right="rates.read"),
        FieldSpec("bill_level", "Rate from", read_right="rates.read"),
        FieldSpec("cost_rate_minor", "Cost rate", "money", read_right="cost.read"),
        FieldSpec("reject_reason", "Rejected because"),
    ),
)  # fmt: skip
TIMESHEETS = Resource(
    kind="timesheets", model=Timesheet, one="Timesheet", many="Timesheets", read_right="time.read", search=(),
    sort="-week", title="week",
    fields=(
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("week", "Week", "number", filterable=True),
        FieldSpec("number", "Supplement", "number"),
        FieldSpec("is_empty", "Empty", "bool"),
        FieldSpec("submitted_at", "Submitted", "instant"),
        FieldSpec("recalled_at", "Recalled", "instant"),
    ),
)  # fmt: skip
RATES = Resource(
    kind="rates", model=Rate, one="Rate", many="Rates", read_right="rates.read", search=("currency",), sort="-valid_from",
    title="level",
    fields=(
        FieldSpec("level", "Level", filterable=True),
        FieldSpec("sow_line_id", "Scope line", "link", links_to=SowLine, filterable=True),
        FieldSpec("project_id", "Project", "link", links_to=Project, filterable=True),
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("person_id", "Person", "link", links_to=Person, filterable=True),
        FieldSpec("role_id", "Role", "link", links_to=Role, filterable=True),
        FieldSpec("currency", "Currency", "currency"),
        FieldSpec("amount_minor", "An hour", "money", money_in="currency"),
        FieldSpec("valid_from", "From", "date"),
        FieldSpec("valid_to", "To", "date"),
    ),
)  # fmt: skip
