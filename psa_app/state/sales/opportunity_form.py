"""The form of an opportunity, over the board and over its own page; drawn from its declaration."""

from dataclasses import replace
from typing import Any

import reflex as rx
from sqlmodel import Session, col, select

from psa_app.access import Actor, visible
from psa_app.display.forms import FieldSpec, Option
from psa_app.errors import PsaError
from psa_app.models import Account, Contact, Opportunity
from psa_app.models.resource import Resource
from psa_app.queries.own_fields import full
from psa_app.queries.sales.rows import owners, stages
from psa_app.resources import RESOURCES
from psa_app.rules.pipeline import OPEN
from psa_app.services.records import change_record, create_record
from psa_app.services.sales.shape import assign_owner
from psa_app.state.base import actor, allow, field_errors, read, say, write
from psa_app.state.lowcode.specs import form_specs, raw_values

NEW = ("contact_id", "loss_reason")  # asked for later
CHANGE = (
    "account_id",
    "stage_id",
    "currency",
    "amount_minor",
    "owner_id",
    "loss_reason",
)  # acts of their own


class OpportunityForm(rx.State):
    """One opportunity that is made or changed."""

    is_open: bool = False
    title: str = ""
    specs: list[FieldSpec] = []
    errors: dict[str, str] = {}
    form_key: int = 0
    _editing: int = 0
    _version: int = 0

    async def _new(self, client: str, stage: str) -> None:
        self.specs = await read(
            lambda s, who: _specs(s, who, 0, {"account_id": client, "stage_id": stage})[1]
        )
        self._editing, self._version, self.title = 0, 0, "New opportunity"
        self._show()

    async def _edit(self, opportunity_id: int) -> None:
        values, self.specs = await read(lambda s, who: _specs(s, who, opportunity_id, {}))
        self._editing, self._version = opportunity_id, int(values["version"])
        self.title = "Change the opportunity"
        self._show()

    def _show(self) -> None:
        self.errors = {}
        self.form_key += 1
        self.is_open = True

    async def _save(self, data: dict[str, Any]) -> int:
        """Writes it; gives its id, or 0 when something is wrong, said beside the fields."""
        editing, version = self._editing, self._version
        try:
            saved = await write(lambda s, who: _write(s, who, editing, version, data))
        except PsaError as error:
            self.errors = field_errors(error)
            return 0
        self.is_open = False
        await say(self, "Saved." if editing else "Opportunity made.")
        return saved

    @rx.event
    @allow("opportunities.change")
    def close(self) -> None:
        """Closes the form."""
        self.is_open = False


def _write(session: Session, who: Actor, editing: int, version: int, data: dict[str, Any]) -> int:
    resource = _resource(session, who, new=not editing)
    raw = raw_values(resource, data, {}, new=not editing)
    if editing:
        change_record(session, who, resource, editing, raw, version=version)
        return editing
    owner = str(raw.pop("owner_id", "") or "")
    made = create_record(session, who, resource, raw)
    if owner.isdecimal() and len(owner) < 10:
        assign_owner(session, who, int(made.id), owner_id=int(owner))
    return int(made.id)


def _resource(session: Session, who: Actor, *, new: bool) -> Resource:
    """The declaration with the firm's own fields, without those that have acts of their own."""
    resource = full(session, RESOURCES["opportunities"], who)
    left_out = NEW if new else CHANGE
    return replace(resource, fields=tuple(one for one in resource.fields if one.name not in left_out))


def _specs(
    session: Session, who: Actor, opportunity_id: int, given: dict[str, str]
) -> tuple[dict[str, Any], list[FieldSpec]]:
    resource = _resource(session, who, new=not opportunity_id)
    values, specs = form_specs(session, who, resource, opportunity_id, {})
    options = _options(session, who, opportunity_id)
    if not opportunity_id:
        given = given | {"owner_id": str(actor().user_id or "")}
    return values, [_spec(spec, options, given) for spec in specs]


def _spec(spec: FieldSpec, options: dict[str, list[Option]], given: dict[str, str]) -> FieldSpec:
    chosen = options.get(spec.name, spec.options)
    value = given.get(spec.name) or spec.value
    spec = replace(spec, options=chosen, value=value)
    if spec.name == "account_id":
        shown = next((one.label for one in chosen if one.value == value), "")
        return replace(spec, kind="picker", shown=shown, value=value if shown else "")
    return spec


def _options(session: Session, who: Actor, opportunity_id: int) -> dict[str, list[Option]]:
    """What can be chosen where the declaration alone would offer too much."""
    nothing = Option("", "–")
    accounts = session.exec(
        select(Account).where(visible(who, Account), ~col(Account.is_archived)).order_by(col(Account.name))
    ).all()
    found = {
        "account_id": [Option(str(one.id), one.name) for one in accounts],
        "partner_id": [
            nothing,
            *(Option(str(one.id), one.name) for one in accounts if one.kind == "partner"),
        ],
        "owner_id": [nothing, *(Option(str(key), name) for key, name in owners(session, who))],
        "stage_id": [Option(str(one.id), one.name) for one in stages(session, who) if one.outcome == OPEN],
    }
    if opportunity_id:
        record = session.get_one(Opportunity, opportunity_id)
        contacts = select(Contact).where(
            visible(who, Contact), Contact.account_id == record.account_id, ~col(Contact.is_archived)
        )
        listed = session.exec(contacts.order_by(col(Contact.name))).all()
        found["contact_id"] = [nothing, *(Option(str(one.id), one.name) for one in listed)]
    return found
