"""Taking back a dated row of a person: hours by weekday, or what an hour costs."""

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Conflict
from psa_app.models import CostRate, WorkPattern
from psa_app.services import history
from psa_app.services.time.pricing import reprice_person


@act("work_patterns", "delete", right="people.change")
def delete_hours(session: Session, actor: Actor, row_id: int) -> None:
    """Removes hours from a day on, so that the former go on. Raises `Conflict` for a person's only ones."""
    row = fetch(session, actor, WorkPattern, row_id, lock=True)
    others = select(WorkPattern.id).where(
        WorkPattern.person_id == row.person_id, col(WorkPattern.id) != row_id
    )
    if session.exec(others).first() is None:
        raise Conflict("These are the person's only hours. Change them instead.")
    history.note(session, actor, "work_pattern", row_id, "deleted", history.values_of(row), {})
    session.delete(row)


@act("cost_rates", "delete", right="cost.change")
def delete_cost(session: Session, actor: Actor, row_id: int) -> None:
    """Removes a cost rate; unapproved time is priced anew, approved time keeps what it cost."""
    row = fetch(session, actor, CostRate, row_id, lock=True)
    before = history.values_of(row, ("person_id", "valid_from"))
    history.note(session, actor, "cost_rate", row_id, "deleted", before, {})
    session.delete(row)
    reprice_person(session, actor, row.person_id)
