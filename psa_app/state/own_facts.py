"""The firm's own fields of one record as facts: those that the reader may see and that are filled in."""

from zoneinfo import ZoneInfo

from sqlmodel import Session

from psa_app.access import Actor
from psa_app.display.figures import Fact
from psa_app.models.resource import Resource
from psa_app.queries.own_fields import full
from psa_app.queries.record_links import names
from psa_app.queries.records import read_record
from psa_app.resources import RESOURCES
from psa_app.state.lowcode import record_words


def own_facts(
    session: Session, who: Actor, kind: str, record_id: int, currency: str, zone: ZoneInfo
) -> list[Fact]:
    """Label and value of each; `currency` is the one of the record's amounts."""
    resource: Resource = full(session, RESOURCES[kind], who)
    own = [field for field in resource.fields if field.own_key]
    if not own:
        return []
    values = read_record(session, who, resource, record_id) | {"currency": currency}
    named = names(session, who, own, [values])
    cells = [
        (one.label, record_words.cell(one, values, named.get(one.name, {}), currency, zone)) for one in own
    ]
    return [Fact(label, cell.text) for label, cell in cells if cell.text != "–"]
