"""Home of a project lead: own projects at standard cost, what waits for them, and their team's load."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from psa_app.access import Actor, require
from psa_app.queries.exchange import exchange
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.home.waiting import Waits, waiting
from psa_app.queries.planning.board import Board, board
from psa_app.queries.projects.health import Health, by_urgency, health
from psa_app.queries.projects.standing import read_figures
from psa_app.queries.projects.tables import BOOKING, MEMBER, PROJECT
from psa_app.rules import weeks

AHEAD_WEEKS = 6


@dataclass(frozen=True, slots=True)
class LeadHome:
    """`projects` those that need a look first; `plan` the people of the lead's running projects."""

    facts: FirmFacts
    projects: tuple[Health, ...]
    waits: tuple[Waits, ...]
    plan: Board


def lead_home(session: Session, actor: Actor) -> LeadHome:
    """The lead's figures as of now. Margins are at the roles' standard cost. Needs "projects.margin"."""
    require(actor, "projects.margin")
    facts = firm_facts(session)
    found, planned = read_figures(session, actor, facts, exchange(session))
    stands = [
        health(one, facts.today, planned.get(one.contract.key, 0), shows_margin=True)
        for one in found
        if one.contract.status == "active"
    ]
    whole = board(session, actor, facts.today, AHEAD_WEEKS)
    led = {one.contract.key for one in found}
    open_roles = {bar.row for bar in whole.bars if bar.project_id in led}
    team = _team(session, actor.person_id or 0, whole.weeks)
    rows = tuple(row for row in whole.rows if row.key in open_roles or row.person_id in team)
    return LeadHome(
        facts,
        tuple(sorted(stands, key=by_urgency)),
        tuple(waiting(session, actor, facts.zone)),
        Board(whole.weeks, rows, whole.bars),
    )


def _team(session: Session, person_id: int, shown: tuple[int, ...]) -> set[int]:
    """Who is on a running project of the lead, or booked on one in these weeks."""
    led = select(PROJECT.c.id).where(PROJECT.c.lead_id == person_id, PROJECT.c.status == "active")
    members = select(MEMBER.c.person_id).where(MEMBER.c.project_id.in_(led))
    booked = select(BOOKING.c.person_id).where(
        BOOKING.c.project_id.in_(led),
        BOOKING.c.person_id.is_not(None),
        BOOKING.c.ends_on >= weeks.monday(shown[0]),
        BOOKING.c.starts_on <= weeks.days(shown[-1])[6],
    )
    return {row[0] for statement in (members, booked) for row in session.connection().execute(statement)}
