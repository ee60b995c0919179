"""How the demo firm stands today: things that wait for someone, so that every page is alive."""

from datetime import date, timedelta

from sqlmodel import Session, col, select

from psa_app.access import Actor
from psa_app.demo import world
from psa_app.demo.scopes import Running, write
from psa_app.models import Account, Milestone, SowLine, Task, TimeEntry
from psa_app.rules.money import Money
from psa_app.rules.weeks import week_of
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.inputs import FeePartInput, Head, LineInput
from psa_app.services.contracts.milestones import ready_milestone
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import create_sow
from psa_app.services.people.leave import request_leave
from psa_app.services.planning.book import create_booking
from psa_app.services.time.reject import reject_entries
from psa_app.services.time.timer import start_timer

OFFER = world.Scope(
    "Alder & Co",
    "Member area",
    "Ines",
    0,
    14,
    (("Yuki", 50), ("Ada", 60)),
    ("Member area",),
    58_000,
    460,
    (("Concept accepted", 6_000, 4), ("Launch", 9_000, 13)),
)
IDEA = world.Scope(
    "Bergbahn Zell", "Winter campaign", "Ines", 0, 8, (("Lea", 40), ("Paul", 40)), ("Campaign",), 30_000, 240
)


def leave_open(
    session: Session,
    actors: dict[str, Actor],
    clients: dict[str, tuple[Account, Actor]],
    running: list[Running],
    today: date,
) -> None:
    """A scope to accept, a draft, a milestone, a request for leave, a timer, a line sent back."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=2)
    offer = write(session, OFFER, actors["Mara"], clients[OFFER.client][0], monday)
    send_sow(session, actors["Mara"], int(offer.id or 0))
    write(session, IDEA, actors["Mara"], clients[IDEA.client][0], monday)
    _sign_with_deposit(session, actors["Mara"], clients["Aare Logistics"], monday)
    _milestone_ready(session, actors, running)
    request_leave(
        session,
        actors["Lea"],
        starts_on=monday + timedelta(weeks=1),
        ends_on=monday + timedelta(weeks=1, days=4),
    )
    _plan_ahead(session, actors, running, monday)
    _send_one_back(session, actors, running, today)
    _run_timer(session, actors["Yuki"], running)


def _sign_with_deposit(session: Session, owner: Actor, client: tuple[Account, Actor], monday: date) -> None:
    """A scope signed just now, whose deposit is still to be asked for."""
    account, contact = client
    line = LineInput(
        "Driver app, first steps",
        "fixed",
        "Interviews at two depots, and a prototype that can be tried.",
        value=Money(1_800_000, account.currency),
        estimate_minutes=130 * 60,
        fee_parts=(FeePartInput(monday + timedelta(weeks=8), "At the end", share_ppm=1_000_000),),
    )
    head = Head("Driver app", monday, monday + timedelta(weeks=7, days=4), deposit_ppm=300_000)
    sow = create_sow(session, owner, account_id=int(account.id or 0), head=head, lines=(line,))
    sow_id = int(sow.id or 0)
    send_sow(session, owner, sow_id)
    signs = {"name": contact.name, "title": "Managing director", "agrees": True}
    accept_sow(session, contact, sow_id, text_hash=sow.text_hash, **signs)  # type: ignore[arg-type]


def _run_timer(session: Session, member: Actor, running: list[Running]) -> None:
    checkout = next(r for r in running if r.scope.title == "Checkout redesign")
    start_timer(session, member, task_id=checkout.task_ids[0], note="Prototype of the address step")


def _milestone_ready(session: Session, actors: dict[str, Actor], running: list[Running]) -> None:
    checkout = next(r for r in running if r.scope.title == "Checkout redesign")
    found = session.exec(
        select(Milestone)
        .join(SowLine, col(SowLine.id) == col(Milestone.sow_line_id))
        .where(SowLine.sow_id == checkout.sow_id, Milestone.status == "planned")
        .order_by(col(Milestone.position))
    ).first()
    if found is not None:
        ready_milestone(session, actors["Ines"], int(found.id or 0))


def _plan_ahead(session: Session, actors: dict[str, Actor], running: list[Running], monday: date) -> None:
    """An overbooking, a tentative booking and an open role, so that the planner shows each."""
    by_title = {r.scope.title: r for r in running}
    plan = (
        ("Data platform", "Tomas", 0, 2, 45, False),
        ("Reader analytics", "Ada", 1, 4, 50, False),
        ("Brand refresh", "Clara", 2, 5, 60, True),
    )
    for title, name, begins, weeks, percent, tentative in plan:
        start = monday + timedelta(weeks=begins)
        create_booking(
            session,
            actors["Ines"],
            project_id=by_title[title].project_id,
            person_id=actors[name].person_id,
            starts_on=start,
            ends_on=start + timedelta(weeks=weeks, days=-3),
            percent=percent,
            is_tentative=tentative,
        )
    role = session.exec(
        select(Task.id).where(Task.project_id == by_title["Data platform"].project_id)
    ).first()
    engineer = _role_of(session, actors["Ada"])
    create_booking(
        session,
        actors["Jonas"],
        project_id=by_title["Data platform"].project_id,
        role_id=engineer,
        task_id=role,
        starts_on=monday + timedelta(weeks=2),
        ends_on=monday + timedelta(weeks=4, days=-3),
        percent=100,
    )


def _role_of(session: Session, actor: Actor) -> int:
    from psa_app.models import Person

    return session.get_one(Person, actor.person_id).role_id


def _send_one_back(session: Session, actors: dict[str, Actor], running: list[Running], today: date) -> None:
    last_monday = today - timedelta(days=today.weekday() + 7)
    project = next(r for r in running if r.scope.title == "Checkout redesign").project_id
    entry = session.exec(
        select(TimeEntry).where(
            TimeEntry.week == week_of(last_monday),
            TimeEntry.project_id == project,
            TimeEntry.status == "submitted",
            TimeEntry.person_id == actors["Tomas"].person_id,
        )
    ).first()
    if entry is not None:
        reject_entries(
            session,
            actors["Ines"],
            entry_ids=(int(entry.id or 0),),
            reason="This belongs to “Usability tests”, please move it.",
        )
