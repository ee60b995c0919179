"""The standing of single projects: health and money, as far as the reader may see them."""

from collections.abc import Collection

from sqlmodel import Session

from psa_app.access import Actor, may, require
from psa_app.queries.exchange import Exchange, exchange
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.projects.contracts import contracts
from psa_app.queries.projects.earned import Earned, earned
from psa_app.queries.projects.health import Health, health
from psa_app.queries.projects.periods import periods
from psa_app.queries.projects.planned import by_project, planned_from, still_to_come
from psa_app.queries.projects.tables import BOOKING, PROJECT
from psa_app.queries.projects.worked import worked


def project_figures(
    session: Session, actor: Actor, project_ids: Collection[int]
) -> tuple[dict[int, Earned], dict[int, Health]]:
    """Figures and standing of client projects by id; empty for who may see neither.

    Owner and finance see all at real cost. A lead sees own projects, at the roles' standard cost.
    """
    if not project_ids or not may(actor, "projects.margin"):
        return {}, {}
    facts, fx = firm_facts(session), exchange(session)
    found, planned = read_figures(session, actor, facts, fx, project_ids)
    standing = {
        one.contract.key: health(one, facts.today, planned.get(one.contract.key, 0), shows_margin=True)
        for one in found
    }
    return {one.contract.key: one for one in found}, standing


def read_figures(
    session: Session,
    actor: Actor,
    facts: FirmFacts,
    fx: Exchange,
    project_ids: Collection[int] | None = None,
) -> tuple[list[Earned], dict[int, int]]:
    """What projects earn, and their minutes still to come. Without ids: the lead's own projects."""
    require(actor, "projects.margin")
    at = periods(facts.today)
    real = may(actor, "cost.read")
    where = [] if project_ids is None else [PROJECT.c.id.in_(project_ids)]
    if not real:
        where.append(PROJECT.c.lead_id == (actor.person_id or 0))
    chosen = contracts(session, *where) if where else contracts(session)
    mine = BOOKING.c.project_id.in_([key for key in chosen if key > 0])
    plan = planned_from(session, actor, facts.today, mine)
    work = worked(session, at, *where, standard=not real)
    found = earned(session, at, fx, chosen, work, still_to_come(plan))
    return found, dict(by_project(plan))
