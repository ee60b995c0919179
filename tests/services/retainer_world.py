"""A retainer for Northwind: 40 h a month for 4,000.00 from September on, hours beyond at 150.00."""

from datetime import date, timedelta

from sqlmodel import select

from psa_app import db
from psa_app.models import Task
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput, RateInput
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.projects.team import add_member
from tests.support.world import World, sign

SEP = date(2026, 9, 1)
HEAD = Head("Care of the shop", SEP)
CARE = LineInput(
    "Care",
    "retainer",
    value=Money(400_000, "EUR"),
    period_minutes=40 * 60,
    rates=(RateInput(Money(15_000, "EUR")),),
)


def begun(world: World, line: LineInput = CARE, head: Head = HEAD) -> int:
    """A signed retainer with the task "Care" in a project of its own; the line's id."""
    with db.unit_of_work() as session:
        sow_id = sign(session, world, "Northwind", "Nina", head, (line,))
        project = make_project_from_sow(session, world["Lea"], sow_id, lead_id=world.people["Lea"])
        for who in ("Ann", "Ben"):
            add_member(session, world["Lea"], int(project.id or 0), person_id=world.people[who])
        task = session.exec(select(Task).where(Task.project_id == project.id)).one()
        world.tasks["Care"] = int(task.id or 0)
    return world.lines[line.title]


def worked(world: World, day: date, hours: float, who: str = "Ann") -> list[int]:
    """Approved hours on the retainer from a day on, at most eight a day."""
    found = []
    while hours > 0:
        found.append(world.log(who, "Care", day, min(hours, 8) * 60))
        day, hours = day + timedelta(days=1), hours - 8
    world.approve(*found)
    return found
