"""A firm's own fields: made, changed, put in order, archived. Values lie in the records' `own`."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlmodel import Session, col, select

from psa_app.access import Actor, act, fetch
from psa_app.access.permissions import STAFF
from psa_app.errors import Conflict, Invalid, Stale
from psa_app.models import CustomField, touch
from psa_app.queries.own_fields import MODELS, spec_of, used_values
from psa_app.queries.values import typed
from psa_app.rules import fields as check
from psa_app.rules.own_fields import TYPES, key_of
from psa_app.services import history
from psa_app.services.lowcode import own_values

Type = Literal["text", "multiline", "number", "money", "date", "choice", "person", "link", "bool"]
Role = Literal["owner", "finance", "lead", "member"]
MOST_FIELDS = 60
MOST_CHOICES = 200
LONGEST_CHOICE = 80


@act("custom_fields", "create", right="fields.change")
def create_field(
    session: Session,
    actor: Actor,
    *,
    kind: str,
    label: str,
    type: Type,  # noqa: A002
    choices: Sequence[str] = (),
    links_to: str = "",
    help: str = "",  # noqa: A002
    is_required: bool = False,
    default: str = "",
    seen_by: Sequence[Role] = (),
) -> CustomField:
    """Adds a field to a kind of record; its key comes from the label and never changes.

    `default` is as it would be typed ("yes" for a yes or no); `seen_by` empty: all of the firm.
    Records that are there already keep what they have, also when the field is required: it is asked
    when someone saves their form next. Raises `Invalid` with the field.
    """
    if kind not in MODELS:
        raise Invalid(f"Own fields go to one of {', '.join(MODELS)}.", "kind")
    beside = session.exec(select(CustomField).where(CustomField.kind == kind)).all()
    if sum(not one.is_archived for one in beside) >= MOST_FIELDS:
        raise Conflict(f"There are {MOST_FIELDS} fields already. Archive one that nobody needs.")
    field = CustomField(
        kind=kind,
        key=key_of(label, {one.key for one in beside}),
        label=_label(label, beside),
        type=type,
        position=1 + max((one.position for one in beside), default=0),
    )
    _fill(field, choices=choices, links_to=links_to, hint=help, seen_by=seen_by)
    field.is_required = is_required
    field.default = _default(session, field, default)
    session.add(field)
    session.flush()
    history.note(session, actor, "custom_field", int(field.id or 0), "created", {}, _told(field))
    return field


@act("custom_fields", "change", right="fields.change")
def change_field(
    session: Session,
    actor: Actor,
    field_id: int,
    *,
    version: int,
    label: str,
    type: Type,  # noqa: A002
    choices: Sequence[str] = (),
    links_to: str = "",
    help: str = "",  # noqa: A002
    is_required: bool = False,
    default: str = "",
    seen_by: Sequence[Role] = (),
) -> CustomField:
    """Changes all of a field but its key. Raises `Stale`, and `Invalid` for what its values forbid."""
    field = _fetched(session, actor, field_id, version)
    before = _told(field)
    beside = session.exec(select(CustomField).where(CustomField.kind == field.kind)).all()
    field.label = _label(label, [one for one in beside if one.id != field.id])
    used = used_values(session, field.kind, field.key)
    if used and (type, links_to if type == "link" else "") != (field.type, field.links_to):
        raise Invalid(
            "Records hold values of this field, so its type stays. Make a new field and archive this one.",
            "links_to" if type == field.type else "type",
        )
    field.type = type
    _fill(field, choices=choices, links_to=links_to, hint=help, seen_by=seen_by)
    lost = sorted(used - set(field.choices)) if type == "choice" else []
    if lost:
        raise Invalid(f"Records hold “{lost[0]}”, so it stays a choice. Change them first.", "choices")
    field.is_required = is_required
    field.default = _default(session, field, default)
    return _noted(session, actor, field, "changed", before)


@act("custom_fields", "archive", right="fields.change")
def archive_field(session: Session, actor: Actor, field_id: int, *, version: int) -> CustomField:
    """Takes a field out of lists and forms; its values stay, and come back with `restore`."""
    field = _fetched(session, actor, field_id, version)
    before = _told(field)
    field.is_archived = True
    return _noted(session, actor, field, "archived", before)


@act("custom_fields", "restore", right="fields.change")
def restore_field(session: Session, actor: Actor, field_id: int, *, version: int) -> CustomField:
    """Puts an archived field back, with the values that it had."""
    field = _fetched(session, actor, field_id, version)
    beside = session.exec(select(CustomField).where(CustomField.kind == field.kind)).all()
    _label(field.label, [one for one in beside if one.id != field.id])
    before = _told(field)
    field.is_archived = False
    return _noted(session, actor, field, "restored", before)


@act("custom_fields", "reorder", right="fields.change")
def reorder_fields(session: Session, actor: Actor, *, kind: str, ids: Sequence[int]) -> None:
    """Puts the fields of a kind in this order; `ids` are all that are not archived."""
    fields = session.exec(
        select(CustomField)
        .where(CustomField.kind == kind, col(CustomField.is_archived).is_(False))
        .with_for_update()
    ).all()
    if sorted(ids) != sorted(int(one.id or 0) for one in fields):
        raise Invalid("Someone added or archived a field. Open the page again, then sort.", "ids")
    by_id = {one.id: one for one in fields}
    for position, field_id in enumerate(ids, start=1):
        field = by_id[field_id]
        if field.position != position:
            before = _told(field)
            field.position = position
            _noted(session, actor, field, "moved", before)


def _fetched(session: Session, actor: Actor, field_id: int, version: int) -> CustomField:
    field = fetch(session, actor, CustomField, field_id, lock=True)
    if field.version != version:
        raise Stale()
    return field


def _noted(
    session: Session, actor: Actor, field: CustomField, verb: str, before: dict[str, Any]
) -> CustomField:
    old, new = history.changed(before, _told(field))
    if new:
        touch(field)
        session.flush()
        history.note(session, actor, "custom_field", int(field.id or 0), verb, old, new)
    return field


def _told(field: CustomField) -> dict[str, Any]:
    names = [name for name in CustomField.model_fields if name not in ("id", "created_at", "updated_at")]
    return history.values_of(field, names)


def _label(label: str, beside: Iterable[CustomField]) -> str:
    clean = check.text(label, "label", 60)
    if any(one.label.casefold() == clean.casefold() and not one.is_archived for one in beside):
        raise Invalid(f"There is already a field called {clean}.", "label")
    return clean


def _fill(
    field: CustomField,
    *,
    choices: Sequence[str],
    links_to: str,
    hint: str,
    seen_by: Sequence[str],
) -> None:
    if field.type not in TYPES:
        raise Invalid(f"Choose one of {', '.join(TYPES)}.", "type")
    field.choices = _choices(choices) if field.type == "choice" else []
    if field.type == "link" and links_to not in MODELS:
        raise Invalid(f"A link leads to one of {', '.join(MODELS)}.", "links_to")
    field.links_to = links_to if field.type == "link" else ""
    field.help = check.text(hint, "help", 200, required=False)
    if set(seen_by) - set(STAFF):
        raise Invalid(f"Choose among {', '.join(STAFF)}.", "seen_by")
    field.seen_by = ",".join(role for role in STAFF if role in seen_by)


def _choices(given: Sequence[str]) -> list[str]:
    clean = [check.text(one, "choices", LONGEST_CHOICE, required=False) for one in given]
    found = list(dict.fromkeys(one for one in clean if one))
    if not found:
        raise Invalid("Give at least one choice.", "choices")
    if len(found) > MOST_CHOICES:
        raise Invalid(f"Give at most {MOST_CHOICES} choices.", "choices")
    return found


def _default(session: Session, field: CustomField, default: str) -> str:
    """The default as it will be typed into new records; it must be one that the field takes."""
    clean = default.strip()
    if not clean:
        return ""
    if field.type in ("person", "link"):
        raise Invalid("A link has no default. Leave this empty.", "default")
    if field.type == "bool":
        if clean not in ("yes", "no"):
            raise Invalid("Say yes or no.", "default")
        return clean
    try:
        spec = spec_of(field, has_currency=False)
        own_values.kept(spec, clean, lambda one, given: typed(one, given, currency="", session=session))
    except Invalid as error:
        raise Invalid(error.sentence, "default") from None
    return clean
