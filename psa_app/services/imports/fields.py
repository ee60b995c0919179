"""Which fields of a kind a file may fill, for someone who may import."""

from collections.abc import Sequence

from sqlmodel import Session

from psa_app.access import Actor, require
from psa_app.models.resource import FieldSpec, Resource, as_imported
from psa_app.queries.import_keys import RIGHT, takes_parts
from psa_app.queries.own_fields import full
from psa_app.rules.import_columns import Wanted, guess
from psa_app.services.records import writable


def offered(session: Session, actor: Actor, resource: Resource) -> list[FieldSpec]:
    """The fields that a column may fill, the firm's own too."""
    require(actor, RIGHT)
    resource = as_imported(resource)
    return [field for field in full(session, resource, actor).fields if writable(resource, field, actor)]


def guessed(session: Session, actor: Actor, resource: Resource, headers: Sequence[str]) -> dict[int, str]:
    """Column's place → field, as the headers tell."""
    wanted = [
        Wanted(field.name, field.label, field.links_to is not None, field.kind == "money", takes_parts(field))
        for field in offered(session, actor, resource)
    ]
    return guess(resource.kind, headers, wanted)
