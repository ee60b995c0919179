"""Parts of a scope that are changed one by one while it is a draft: deliverables, and the dates of a fee.

Amounts of a fee belong together: they change with their line (`write.change_sow`).
"""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from psa_app.access import Actor, act, fetch
from psa_app.errors import Invalid, NotFound, Stale
from psa_app.models import Deliverable, FeePart, Sow, SowLine, touch
from psa_app.rules import fields
from psa_app.services import history
from psa_app.services.contracts.write import check_draft


@act("deliverables", "delete", right="sows.change")
def delete_deliverable(session: Session, actor: Actor, deliverable_id: int) -> None:
    """Takes a deliverable out of a draft. Raises `Conflict` once the scope was sent."""
    one = fetch(session, actor, Deliverable, deliverable_id)
    held_draft(session, one.sow_id)
    history.note(session, actor, "deliverable", deliverable_id, "deleted", history.values_of(one), {})
    scope_changed(session, actor, one.sow_id, {"deliverable": f"{one.title}, taken out"})
    session.delete(one)
    session.flush()


@act("fee_parts", "change", right="sows.change")
def change_fee_part(
    session: Session, actor: Actor, fee_part_id: int, *, version: int, title: str, due_on: date
) -> FeePart:
    """Gives a dated part of a draft's fee another name or day; its amount changes with its line.

    Raises `Stale`, `Conflict` once the scope was sent, `Invalid` for a day before the scope's start or
    out of the order of the parts.
    """
    part = fetch(session, actor, FeePart, fee_part_id)
    line = session.get_one(SowLine, part.sow_line_id)
    sow = held_draft(session, line.sow_id)
    session.refresh(part)
    if part.version != version:
        raise Stale()
    if due_on < sow.starts_on:
        raise Invalid("This lies before the start of the scope.", "due_on")
    _check_order(session, part, due_on)
    given: dict[str, Any] = {"title": fields.text(title, "title", max=200, required=False), "due_on": due_on}
    before, after = history.changed(history.values_of(part, given), given)
    if not after:
        return part
    part.title, part.due_on = given["title"], due_on
    touch(part)
    history.note(session, actor, "fee_part", fee_part_id, "changed", before, after)
    scope_changed(session, actor, line.sow_id, {"fee_part": part.title, "due_on": due_on})
    session.flush()
    return part


def _check_order(session: Session, part: FeePart, due_on: date) -> None:
    for one in session.exec(select(FeePart).where(FeePart.sow_line_id == part.sow_line_id)):
        early = one.position < part.position and one.due_on > due_on
        late = one.position > part.position and one.due_on < due_on
        if early or late:
            raise Invalid("The dates go back and forth; keep the earliest first.", "due_on")


def held_draft(session: Session, sow_id: int) -> Sow:
    """The scope, locked until the commit. Raises `Conflict` unless it is a draft, `NotFound` without one."""
    fresh = select(Sow).where(Sow.id == sow_id).with_for_update().execution_options(populate_existing=True)
    sow = session.exec(fresh).first()
    if sow is None:
        raise NotFound()
    check_draft(sow)
    return sow


def scope_changed(session: Session, actor: Actor, sow_id: int, told: dict[str, Any]) -> None:
    """A part stands in the scope's text: whoever has the draft open is told that it is another one now."""
    touch(session.get_one(Sow, sow_id))
    history.note(session, actor, "sow", sow_id, "changed", {}, told)
