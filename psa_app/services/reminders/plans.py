"""The plan of reminders that a firm starts from."""

from sqlmodel import Session, select

from psa_app.access import Actor, act
from psa_app.errors import Conflict
from psa_app.models import ReminderPlan, ReminderStep
from psa_app.services import history

USUAL = (-3, 7, 14, 30)


@act("reminder_plans", "start", right="firm.money")
def start_reminders(session: Session, actor: Actor) -> ReminderPlan:
    """Makes the usual plan, 3 days before an invoice is due and 7, 14 and 30 days after, the default one.

    Raises `Conflict` when there is a plan already.
    """
    if session.exec(select(ReminderPlan.id)).first() is not None:
        raise Conflict("There is a plan of reminders already. Change that one.")
    plan = ReminderPlan(name="Usual", is_default=True)
    session.add(plan)
    session.flush()
    plan_id = int(plan.id or 0)
    for days in USUAL:
        session.add(ReminderStep(plan_id=plan_id, days=days))
    session.flush()
    after = {"name": plan.name, "days": ", ".join(map(str, USUAL))}
    history.note(session, actor, "reminder_plan", plan_id, "created", {}, after)
    return plan
