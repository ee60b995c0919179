"""A firm's own fields as Settings lists them: of every kind, archived ones last."""

from sqlmodel import Session, col, select

from psa_app.access import Actor, require, visible
from psa_app.models import CustomField
from psa_app.queries.own_fields import MODELS


def own_fields(session: Session, actor: Actor) -> dict[str, list[CustomField]]:
    """Every kind that can carry own fields, with those that it has."""
    require(actor, "fields.change")
    statement = (
        select(CustomField)
        .where(visible(actor, CustomField))
        .order_by(col(CustomField.is_archived), col(CustomField.position), col(CustomField.id))
    )
    found: dict[str, list[CustomField]] = {kind: [] for kind in MODELS}
    for field in session.exec(statement):
        found.setdefault(field.kind, []).append(field)
    return found
