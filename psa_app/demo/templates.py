"""Templates of the demo firm: made from its own work and by hand; one checklist is under way at a client."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo.scopes import Running
from psa_app.models import Account, Project, Role, Task, User
from psa_app.resources import RESOURCES
from psa_app.services.projects.plan import plan_task, set_reports
from psa_app.services.projects.tasks import create_task, set_task_status
from psa_app.services.records import create_record
from psa_app.services.templates.change import create_template
from psa_app.services.templates.checklist import start_onboarding, tick_item
from psa_app.services.templates.make import make_template_from

PHASES = ("Discover", "Shape", "Build")
DONE = ("Interviews and findings", "Sketches agreed")  # of the first two phases
RAID = (  # kind, title, likelihood, impact, what is done
    (
        "risk",
        "Test accounts come late",
        "medium",
        "high",
        "Ask for them in the kick-off; remind every Monday.",
    ),
    ("assumption", "The client decides within three working days", "", "", ""),
    ("issue", "Content of the old site is not complete", "", "medium", "The client names an editor."),
    ("decision", "Work is shown every second Thursday", "", "", ""),
)
RESEARCH: dict[str, Any] = {
    "title": "Discovery for {client}",
    "currency": "EUR",
    "ends_on": "6w",
    "payment_days": 14,
    "summary": "Interviews, a map of what there is, and a plan that {client} can decide on.",
    "assumptions": "{client} names ten people to talk to in the first week.",
    "terms": "Work is billed when the findings are accepted.",
    "lines": [
        {
            "title": "Discovery",
            "model": "fixed",
            "value_minor": 1_480_000,
            "estimate_minutes": 110 * 60,
            "rhythm": "on_acceptance",
            "milestones": [
                {"title": "Interviews held", "value_minor": 480_000, "due_on": "14d"},
                {
                    "title": "Findings and plan",
                    "value_minor": 1_000_000,
                    "due_on": "1m",
                    "criteria": "Shown to and discussed with the people who decide.",
                },
            ],
        }
    ],
    "deliverables": [{"title": "Report with findings", "criteria": "At most 30 pages.", "due_on": "1m"}],
}
RELAUNCH: dict[str, Any] = {
    "ends_on": "65w",
    "report_every": "fortnightly",
    "report_on": "9w",
    "phases": [
        {
            "name": "Concept",
            "starts_on": "0w",
            "ends_on": "19w",
            "tasks": [
                {"name": "Kick-off", "due_on": "1w", "budget_minutes": 480},
                {"name": "Interviews", "starts_on": "2w", "due_on": "9w", "budget_minutes": 2400},
                {"name": "Site map", "starts_on": "8w", "due_on": "14w", "budget_minutes": 1440},
            ],
            "milestones": [{"name": "Concept agreed", "due_on": "19w"}],
        },
        {
            "name": "Design",
            "starts_on": "20w",
            "ends_on": "39w",
            "tasks": [
                {"name": "Key pages", "starts_on": "20w", "due_on": "31w", "budget_minutes": 4800},
                {"name": "Component library", "starts_on": "28w", "due_on": "39w", "budget_minutes": 3600},
            ],
        },
        {
            "name": "Launch",
            "starts_on": "40w",
            "ends_on": "65w",
            "tasks": [
                {"name": "Content moved over", "starts_on": "44w", "due_on": "58w", "budget_minutes": 3000},
                {"name": "Test with people", "starts_on": "52w", "due_on": "60w", "budget_minutes": 1200},
            ],
            "milestones": [{"name": "Live", "due_on": "64w"}],
        },
    ],
    "tasks": [{"name": "Steering", "budget_minutes": 1800}],
    "raid": [
        {"kind": kind, "title": title, "likelihood": likely, "impact": impact, "response": response}
        for kind, title, likely, impact, response in RAID
    ],
}
ONBOARDING = (  # what, working days after the start, who
    ("Signed scope and order number in the folder", "1w", "felix"),
    ("Billing contact and VAT number checked", "2w", "felix"),
    ("Kick-off with {client}", "3w", "ines"),
    ("Access to systems asked for", "3w", "ines"),
    ("Shared folder and channel open", "4w", "ines"),
    ("Portal shown to the contacts", "8w", "mara"),
    ("First month looked back on with {client}", "1m", "mara"),
)


def keep_templates(
    session: Session,
    actors: dict[str, Actor],
    clients: dict[str, tuple[Account, Actor]],
    running: list[Running],
    today: date,
) -> None:
    """A project gets its plan, templates are made from it and its scope, and a client is being taken on."""
    mara, last = actors["Mara"], _active(session, running)
    _plan(session, actors[last.scope.lead], last, today)
    made = (
        ("sow", last.sow_id, "Build by time, with a cap"),
        ("billing", last.sow_id, "Monthly by quarter-hours"),
        ("project", last.project_id, "Discover, shape, build"),
    )
    for kind, record_id, name in made:
        make_template_from(session, mara, kind=kind, record_id=record_id, name=name)  # type: ignore[arg-type]
    create_template(session, mara, kind="sow", name="Discovery at a fixed price", body=RESEARCH)
    create_template(session, mara, kind="project", name="Relaunch of a site", body=RELAUNCH)
    users = {user.email.split("@")[0]: user.id for user in session.exec(select(User)).all()}
    items = [{"title": title, "due_on": due, "owner_id": users[who]} for title, due, who in ONBOARDING]
    welcome = create_template(
        session,
        mara,
        kind="onboarding",
        name="New client",
        description="What is done for every new client in the first month.",
        body={"items": items},
    )
    account = clients[last.scope.client][0]
    begun = start_onboarding(
        session,
        mara,
        int(welcome.id or 0),
        account_id=int(account.id or 0),
        starts_on=today - timedelta(days=6),
    )
    for item, who in zip(begun, ("Felix", "Felix", "Ines"), strict=False):
        tick_item(session, actors[who], int(item.id or 0))


def _active(session: Session, running: list[Running]) -> Running:
    """The scope at work that began last."""
    states = dict(session.exec(select(Project.id, Project.status)).all())
    return max((one for one in running if states[one.project_id] == "active"), key=lambda one: one.starts)


def _plan(session: Session, lead: Actor, running: Running, today: date) -> None:
    shared = {"project_id": running.project_id}
    step = max((running.ends - running.starts).days // len(PHASES), 7)
    phases = []
    for place, name in enumerate(PHASES):
        starts = running.starts + timedelta(days=place * step)
        ends = running.ends if place == len(PHASES) - 1 else starts + timedelta(days=step - 3)
        values = shared | {
            "name": name,
            "position": place + 1,
            "starts_on": starts.isoformat(),
            "ends_on": ends.isoformat(),
        }
        phases.append((create_record(session, lead, RESOURCES["phases"], values), starts, ends))
    for place, (phase, _, ends) in enumerate(phases):
        point = shared | {
            "name": f"{phase.name}: shown and agreed",
            "phase_id": phase.id,
            "position": place + 1,
            "due_on": ends.isoformat(),
        }
        if ends < today:
            point["reached_on"] = ends.isoformat()
        create_record(session, lead, RESOURCES["project_milestones"], point)
    tasks = session.exec(
        select(Task).where(Task.project_id == running.project_id).order_by(col(Task.position))
    ).all()
    role = session.exec(select(Role.id).where(Role.name == "Engineer")).first()
    for place, task in enumerate(tasks):
        phase, _, ends = phases[-1]
        plan_task(
            session,
            lead,
            int(task.id or 0),
            phase_id=phase.id if place else None,
            due_on=ends,
            role_id=role if place == len(tasks) - 1 else None,
        )
    for (phase, starts, ends), name in zip(phases, DONE, strict=False):
        task = create_task(session, lead, project_id=running.project_id, name=name, is_billable=False)
        plan_task(session, lead, int(task.id or 0), phase_id=phase.id, starts_on=starts, due_on=ends)
        if ends < today:
            set_task_status(session, lead, int(task.id or 0), status="done")
    for place, (kind, title, likely, impact, response) in enumerate(RAID, 1):
        values = shared | {
            "kind": kind,
            "title": title,
            "likelihood": likely,
            "impact": impact,
            "response": response,
            "position": place,
        }
        create_record(session, lead, RESOURCES["raid_items"], values)
    set_reports(session, lead, running.project_id, every="weekly", first=running.starts + timedelta(days=4))
