"""A week of the demo firm: hours logged, handed in, approved; now and then one comes back."""

from datetime import date, timedelta
from random import Random

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo import world
from psa_app.demo.scopes import Running
from psa_app.models import Holiday, Leave, TimeEntry
from psa_app.queries.rates import forget
from psa_app.rules.weeks import week_of
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.log import log_time
from psa_app.services.time.reject import reject_entries
from psa_app.services.time.submit import submit_week

QUARTER = 15 * 60
BUSY = {"member": (76, 94), "lead": (58, 78)}  # per cent of the day on client work, while booked at all


def log_week(
    session: Session,
    actors: dict[str, Actor],
    running: list[Running],
    internal: dict[str, int],
    monday: date,
    until: date,
) -> None:
    """Everyone's hours from Monday to the day before `until`, on what they are booked on."""
    forget(session)
    free = set(session.exec(select(col(Holiday.day)).where(Holiday.calendar == "AT")).all())
    all_away = _away(session, monday)
    for place, someone in enumerate(world.PEOPLE):
        actor = actors[someone.name.split()[0]]
        random = Random(f"{someone.name} {monday.isoformat()}")
        away = all_away.get(actor.person_id, set())
        for offset, hours in enumerate(someone.hours):
            day = monday + timedelta(days=offset)
            if (
                day >= until
                or hours == 0
                or day in free
                or day in away
                or not _employed(place, monday, running)
            ):
                continue
            for task_id, seconds in _day(someone, random, running, internal, day, hours):
                note = random.choice(world.NOTES)
                log_time(session, actor, task_id=task_id, work_date=day, seconds=seconds, note=note)


def hand_in(session: Session, actors: dict[str, Actor], monday: date, *, but: tuple[str, ...] = ()) -> None:
    """Everyone hands in the week, except those named in `but`."""
    with_drafts = set(
        session.exec(
            select(TimeEntry.person_id).where(_within(monday), TimeEntry.status == "draft").distinct()
        ).all()
    )
    for name, actor in actors.items():
        if name not in but and actor.person_id in with_drafts:
            submit_week(session, actor, week=week_of(monday))


def decide(session: Session, actors: dict[str, Actor], running: list[Running], monday: date) -> None:
    """Leads approve their projects' lines, the owner the rest; once in a while one is sent back first."""
    random = Random(f"decide {monday.isoformat()}")
    leads = {r.project_id: r.scope.lead for r in running}
    by_lead: dict[str, list[int]] = {}
    waiting = (
        select(TimeEntry.id, TimeEntry.project_id, TimeEntry.person_id)
        .where(_within(monday), TimeEntry.status == "submitted")
        .order_by(col(TimeEntry.id))
    )
    for entry_id, project_id, person_id in session.exec(waiting).all():
        lead = leads.get(project_id, "Mara")
        if actors[lead].person_id == person_id:
            lead = "Felix" if lead == "Mara" else "Mara"
        by_lead.setdefault(lead, []).append(int(entry_id or 0))
    for lead, ids in by_lead.items():
        if random.random() < 0.08:
            _send_back(session, actors, lead, ids[0], monday)
        approve_entries(session, actors[lead], entry_ids=tuple(ids))


def _send_back(session: Session, actors: dict[str, Actor], lead: str, entry_id: int, monday: date) -> None:
    reject_entries(session, actors[lead], entry_ids=(entry_id,), reason="Please say what this was for.")
    person_id = session.exec(select(TimeEntry.person_id).where(TimeEntry.id == entry_id)).one()
    actor = next(a for a in actors.values() if a.person_id == person_id)
    submit_week(session, actor, week=week_of(monday))


def _within(monday: date) -> ColumnElement[bool]:
    return col(TimeEntry.work_date).between(monday, monday + timedelta(days=6))


def _employed(place: int, monday: date, running: list[Running]) -> bool:
    first = min(r.starts for r in running)
    return monday >= first + timedelta(weeks=world.PEOPLE[place].from_week)


def _away(session: Session, monday: date) -> dict[int | None, set[date]]:
    """The days of approved leave that touch the week, by person."""
    rows = session.exec(
        select(Leave).where(
            Leave.status == "approved",
            Leave.starts_on <= monday + timedelta(days=6),
            Leave.ends_on >= monday,
        )
    ).all()
    away: dict[int | None, set[date]] = {}
    for row in rows:
        days = (row.starts_on + timedelta(days=n) for n in range((row.ends_on - row.starts_on).days + 1))
        away.setdefault(row.person_id, set()).update(days)
    return away


def _day(
    someone: world.Someone,
    random: Random,
    running: list[Running],
    internal: dict[str, int],
    day: date,
    hours: int,
) -> list[tuple[int, int]]:
    """The day's (task, seconds): client work by percent, the rest internal, in quarters of an hour."""
    name = someone.name.split()[0]
    booked = [
        (one, dict(one.scope.team)[name])
        for one in running
        if name in dict(one.scope.team) and one.starts <= day <= one.ends
    ]
    full, planned = hours * 3600, sum(percent for _, percent in booked)
    low, high = BUSY.get(someone.sign_in, (planned, planned))
    target = random.randint(low, high)
    parts = [
        (
            random.choice(one.task_ids),
            max(QUARTER, full * percent * target // planned // 100 // QUARTER * QUARTER),
        )
        for one, percent in booked
    ]
    rest = full - sum(seconds for _, seconds in parts)
    if rest >= QUARTER:
        names = [n for n, weight in world.INTERNAL for _ in range(weight)]
        parts.append((internal[random.choice(names)], rest // QUARTER * QUARTER))
    return parts
