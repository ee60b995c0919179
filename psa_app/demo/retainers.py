"""A retainer of the demo in its third period: some hours of the first went over, the second ran beyond."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, select

from psa_app.access import Actor
from psa_app.models import Account, SowLine, Task
from psa_app.queries.retainers.lines import running
from psa_app.rules.money import Money
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.inputs import Head, LineInput, RateInput
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import create_sow
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.projects.team import add_member
from psa_app.services.retainers.close import close_due
from psa_app.services.time.log import log_time

CLIENT, TEAM = "Northwind", ("Ada", "Nina")
HOURS = 16
A_DAY = (75, 150, 90)  # minutes on Tuesdays and Thursdays, month by month
NOTES = ("Updates and a look at the logs", "Prices of the season", "Pictures moved", "Search made faster")


@dataclass(frozen=True, slots=True)
class Care:
    """The retainer at work."""

    line_id: int
    task_id: int
    starts: date


def begins(today: date) -> date:
    """The first day of the month two months ago."""
    return (today.replace(day=1) - timedelta(days=35)).replace(day=1)


def sell_care(
    session: Session, actors: Mapping[str, Actor], client: tuple[Account, Actor], today: date
) -> Care:
    """Written, sent, signed, with a project and its team."""
    owner, lead, (account, contact) = actors["Mara"], actors["Ines"], client
    line = LineInput(
        "Care of the web shop",
        "retainer",
        f"{HOURS} hours each month for updates, small changes and questions.",
        value=Money(224_000, account.currency),
        period_minutes=HOURS * 60,
        rates=(RateInput(Money(16_500, account.currency)),),
        counted_from="calendar",
        rollover="capped",
        rollover_cap=6 * 60,
        rollover_periods=1,
    )
    deposit = Money(448_000, account.currency)  # two months
    head = Head(title="Care of the web shop", starts_on=begins(today), round_increment=15, deposit=deposit)
    sow = create_sow(session, owner, account_id=int(account.id or 0), head=head, lines=(line,))
    sow_id = int(sow.id or 0)
    send_sow(session, owner, sow_id)
    signs = {"name": contact.name, "title": "Head of digital", "agrees": True}
    accept_sow(session, contact, sow_id, text_hash=sow.text_hash, **signs)  # type: ignore[arg-type]
    project = make_project_from_sow(session, lead, sow_id, lead_id=lead.person_id)
    for name in TEAM:
        add_member(session, lead, int(project.id or 0), person_id=int(actors[name].person_id or 0))
    made = session.exec(select(SowLine).where(SowLine.sow_id == sow_id)).one()
    task = session.exec(select(Task).where(Task.project_id == project.id)).one()
    return Care(int(made.id or 0), int(task.id or 0), head.starts_on)


def log_care(session: Session, actors: Mapping[str, Actor], care: Care, monday: date, until: date) -> None:
    """Tuesday's and Thursday's work of a week, before the day `until`."""
    for place, offset in enumerate((1, 3)):
        day = monday + timedelta(days=offset)
        if not care.starts <= day < until:
            continue
        month = (day.year - care.starts.year) * 12 + day.month - care.starts.month
        seconds = A_DAY[min(month, 2)] * 60
        note = NOTES[(day.day + place) % len(NOTES)]
        log_time(
            session, actors[TEAM[place]], task_id=care.task_id, work_date=day, seconds=seconds, note=note
        )


def close_care(session: Session, finance: Actor) -> None:
    """Before a month is billed, what is over of the retainers is closed."""
    for one in running(session):
        close_due(session, finance, one.id)
