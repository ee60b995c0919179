"""When the work of a scope is billed before its period ends: the firm's own setting, agreed with nobody."""

from sqlmodel import Session

from psa_app.access import Actor, act, fetch
from psa_app.errors import Stale
from psa_app.models import Sow, touch
from psa_app.rules.money import Money
from psa_app.services import history
from psa_app.services.contracts.check import threshold_values
from psa_app.services.problems import FieldProblems


@act("sows", "bill_at", right="invoices.draft")
def set_threshold(
    session: Session,
    actor: Actor,
    sow_id: int,
    *,
    version: int,
    minutes: int | None = None,
    value: Money | None = None,
) -> Sow:
    """Sets at how much approved work a draft is made, by time or by value; neither: as the client has it.

    It is no part of what is signed, so it changes at any time. Raises `Stale`, `Invalid` or `Problems`.
    """
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    if sow.version != version:
        raise Stale()
    found = FieldProblems()
    values = threshold_values(minutes, value, sow.currency, found)
    found.stop_if_any()
    before, after = history.changed(history.values_of(sow, values), values)
    if after:
        for name, given in after.items():
            setattr(sow, name, given)
        touch(sow)
        history.note(session, actor, "sow", sow_id, "changed", before, after)
    return sow
