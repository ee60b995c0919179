"""The plan of projects (phases, milestones, RAID), templates, and the checklists of clients."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from psa_app.errors import Invalid
from psa_app.models import (
    Account,
    ChecklistItem,
    Person,
    Phase,
    Project,
    ProjectMilestone,
    RaidItem,
    Template,
    User,
)
from psa_app.models.resource import FieldSpec, Resource, Shelf
from psa_app.rules.templates.bodies import KINDS, LEVELS, RAID
from psa_app.rules.templates.summary import summary
from psa_app.services.projects.plan import check_phase


def _check_phase_days(_: Session, values: Mapping[str, Any], record: Phase | None) -> None:
    starts = values.get("starts_on", record.starts_on if record else None)
    ends = values.get("ends_on", record.ends_on if record else None)
    if starts and ends and ends < starts:
        raise Invalid("The phase ends before it starts.", "ends_on")


def _check_point(session: Session, values: Mapping[str, Any], record: ProjectMilestone | None) -> None:
    project_id = record.project_id if record else values["project_id"]
    check_phase(session, project_id, values.get("phase_id"))


PHASES = Resource(
    kind="phases",
    model=Phase,
    one="Phase",
    many="Phases",
    read_right="tasks.read",
    change_right="projects.change",
    sort="position",
    check=_check_phase_days,
    fields=(
        FieldSpec(
            "project_id", "Project", "link", required=True, links_to=Project, filterable=True, set="create"
        ),
        FieldSpec("position", "Place", "number", default=1),
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("starts_on", "From", "date"),
        FieldSpec("ends_on", "To", "date"),
    ),
)
PROJECT_MILESTONES = Resource(
    kind="project_milestones",
    model=ProjectMilestone,
    one="Project milestone",
    many="Project milestones",
    read_right="tasks.read",
    change_right="projects.change",
    sort="position",
    check=_check_point,
    fields=(
        FieldSpec(
            "project_id", "Project", "link", required=True, links_to=Project, filterable=True, set="create"
        ),
        FieldSpec("phase_id", "Phase", "link", links_to=Phase, filterable=True),
        FieldSpec("position", "Place", "number", default=1),
        FieldSpec("name", "Name", required=True, max_length=120),
        FieldSpec("due_on", "Due", "date", filterable=True),
        FieldSpec("reached_on", "Reached", "date", filterable=True),
    ),
)
RAID_ITEMS = Resource(
    kind="raid_items",
    model=RaidItem,
    one="RAID entry",
    many="RAID",
    read_right="tasks.read",
    change_right="projects.change",
    search=("title", "details"),
    sort="position",
    title="title",
    fields=(
        FieldSpec(
            "project_id", "Project", "link", required=True, links_to=Project, filterable=True, set="create"
        ),
        FieldSpec("title", "Title", required=True),
        FieldSpec("kind", "Kind", "choice", required=True, choices=RAID, default="risk", filterable=True),
        FieldSpec("likelihood", "Likelihood", "choice", choices=LEVELS, filterable=True, default=""),
        FieldSpec("impact", "Impact", "choice", choices=LEVELS, filterable=True, default=""),
        FieldSpec("owner_id", "Owner", "link", links_to=Person, filterable=True),
        FieldSpec("due_on", "Look at it on", "date", filterable=True),
        FieldSpec("details", "Details", "multiline", max_length=4000, in_list=False),
        FieldSpec("response", "What is done", "multiline", max_length=4000, in_list=False),
        FieldSpec("position", "Place", "number", default=1, in_list=False),
        FieldSpec("is_closed", "Closed", "bool", default=False, filterable=True),
    ),
)
_SHELVES = (
    ("sow", "Scopes"),
    ("project", "Projects"),
    ("billing", "Billing rules"),
    ("onboarding", "Onboarding"),
)


def _holds(record: Template) -> str:
    """What a template is made of, in words."""
    return summary(record.kind, record.body)


TEMPLATES = Resource(
    kind="templates",
    model=Template,
    one="Template",
    many="Templates",
    read_right="templates.read",
    search=("name", "description"),
    sort="name",
    shelves=tuple(Shelf(name, {"kind": kind}) for kind, name in _SHELVES),
    fields=(
        FieldSpec("kind", "For", "choice", choices=KINDS, filterable=True),
        FieldSpec("name", "Name"),
        FieldSpec("holds", "Holds", set="never", sortable=False, reads=_holds),
        FieldSpec("updated_at", "Changed", "instant", set="never"),
        FieldSpec("description", "Description", "multiline"),
        FieldSpec("is_archived", "Archived", "bool", filterable=True, in_list=False),
    ),
)
CHECKLIST_ITEMS = Resource(
    kind="checklist_items",
    model=ChecklistItem,
    one="Checklist item",
    many="Checklist items",
    read_right="checklists.own",
    search=("title",),
    sort="position",
    title="title",
    fields=(
        FieldSpec("account_id", "Client", "link", links_to=Account, filterable=True),
        FieldSpec("template_id", "From the template", "link", links_to=Template, filterable=True),
        FieldSpec("position", "Place", "number", in_list=False),
        FieldSpec("title", "To do"),
        FieldSpec("due_on", "Due", "date", filterable=True),
        FieldSpec("owner_id", "Who", "link", links_to=User, filterable=True),
        FieldSpec("done_at", "Done", "instant"),
        FieldSpec("done_by", "Done by"),
    ),
)
