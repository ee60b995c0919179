"""Governing agreements, and what belongs to a scope: deliverables and the dates of a fee."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, func, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.errors import Invalid
from psa_app.formats import words
from psa_app.models import Account, Agreement, Deliverable, FeePart, Firm, Sow, SowLine
from psa_app.models.resource import FieldSpec, Resource
from psa_app.queries.many import once, twin
from psa_app.resources.clients import hold
from psa_app.rules.scopes import agreement_state, notice_on
from psa_app.services.contracts.parts import held_draft, scope_changed

MOST_NOTICE = 730


def _check_agreement(session: Session, values: Mapping[str, Any], record: Agreement | None) -> None:
    def now(name: str) -> Any:
        return values.get(name, getattr(record, name) if record else None)

    if record is None:
        hold(session, values.get("account_id"))
    _check_names(session, values, record, now("account_id"))
    starts, ends, signed = now("starts_on"), now("ends_on"), now("signed_on")
    if starts and ends and ends < starts:
        raise Invalid("The agreement ends before it starts.", "ends_on")
    if signed and signed > _today(session):
        raise Invalid("This day lies ahead. Leave it empty until it is signed.", "signed_on")
    if signed and ends and ends < signed:
        raise Invalid("The agreement ends before it was signed.", "ends_on")
    notice = now("notice_days") or 0
    if not 0 <= notice <= MOST_NOTICE:
        raise Invalid(f"Give from 0 to {MOST_NOTICE} days of notice.", "notice_days")


def _check_names(
    session: Session, values: Mapping[str, Any], record: Agreement | None, account_id: int | None
) -> None:
    """A client's agreements are told apart by title, and by number where there is one."""
    for name in ("title", "number"):
        given = values.get(name)
        other = twin(session, Agreement, record, fold=name, account_id=account_id, **{name: given or ""})
        if given and other is not None:
            raise Invalid(f"This client’s agreement “{other.title}” has this {name} already.", name)


def _today(session: Session) -> date:
    zone = once(session, ("zone",), lambda: session.exec(select(Firm.time_zone)).first() or "UTC")
    return clock.today(zone)


def _agreement_warns(record: Agreement, today: date) -> str:
    state = "" if record.is_archived else agreement_state(record.ends_on, record.notice_days, today)
    if not state or record.ends_on is None:
        return ""
    day = words.day(record.ends_on)
    if state == "over":
        return f"It ended on {day}. Give it a later end if it goes on, or archive it."
    if not record.notice_days:
        return f"It ends on {day}."
    last = words.day(notice_on(record.ends_on, record.notice_days))
    return f"It ends on {day}. " + (
        f"Notice can be given until {last}." if state == "soon" else f"The last day for a notice was {last}."
    )


def _check_deliverable(
    session: Session, values: Mapping[str, Any], record: Deliverable | None
) -> dict[str, Any]:
    sow = held_draft(session, record.sow_id if record else values["sow_id"])
    due = values.get("due_on")
    if due is not None and due < sow.starts_on:
        raise Invalid("This lies before the start of the scope.", "due_on")
    if values.get("position", 1) > 0:
        return {}
    last = session.exec(select(func.max(Deliverable.position)).where(Deliverable.sow_id == sow.id)).one()
    return {"position": (last or 0) + 1}


def _saved_deliverable(session: Session, actor: Actor, record: Deliverable) -> None:
    scope_changed(session, actor, record.sow_id, {"deliverable": record.title})


AGREEMENTS = Resource(
    kind="agreements",
    model=Agreement,
    one="Agreement",
    many="Agreements",
    read_right="agreements.read",
    change_right="agreements.change",
    search=("title", "number"),
    sort="title",
    title="title",
    check=_check_agreement,
    warns=_agreement_warns,
    bulk=("delete",),
    keys=(("account_id", "number"), ("account_id", "title")),
    fields=(
        FieldSpec(
            "account_id", "Client", "link", required=True, links_to=Account, set="create", filterable=True
        ),
        FieldSpec("title", "Title", required=True, help="Such as: Master services agreement 2026."),
        FieldSpec("number", "Reference", max_length=60, help="The number that both sides know it by."),
        FieldSpec("signed_on", "Signed", "date", filterable=True),
        FieldSpec("starts_on", "From", "date"),
        FieldSpec("ends_on", "To", "date", filterable=True, help="Empty: until someone ends it."),
        FieldSpec(
            "notice_days", "Days of notice", "number", default=0, in_list=False, help="Before its last day."
        ),
        FieldSpec("notes", "Notes", "multiline", in_list=False, max_length=4000),
        FieldSpec("is_archived", "Archived", "bool", default=False, in_list=False, filterable=True),
    ),
)
DELIVERABLES = Resource(
    kind="deliverables",
    model=Deliverable,
    one="Deliverable",
    many="Deliverables",
    read_right="sows.read",
    change_right="sows.change",
    search=("title",),
    sort="position",
    title="title",
    check=_check_deliverable,
    saved=_saved_deliverable,
    bulk=("delete",),
    keys=(("sow_id", "title"),),
    fields=(
        FieldSpec("sow_id", "Scope", "link", required=True, links_to=Sow, set="create", filterable=True),
        FieldSpec("position", "Place", "number", default=0, in_list=False, help="Empty or 0: at the end."),
        FieldSpec("title", "Title", required=True),
        FieldSpec("criteria", "Accepted when", "multiline", max_length=2000),
        FieldSpec("due_on", "Due", "date", filterable=True),
    ),
)
FEE_PARTS = Resource(
    kind="fee_parts",
    model=FeePart,
    one="Part of a fee",
    many="Parts of fees",
    read_right="sows.read",
    search=("title",),
    sort="due_on",
    title="title",
    fields=(
        FieldSpec("sow_line_id", "Line", "link", links_to=SowLine, filterable=True),
        FieldSpec(
            "sow_id",
            "Scope",
            "link",
            links_to=Sow,
            set="never",
            sortable=False,
            filterable=True,
            through="sow_line_id",
        ),
        FieldSpec("position", "Place", "number", in_list=False),
        FieldSpec("title", "What for"),
        FieldSpec("due_on", "Billed on", "date", filterable=True),
        FieldSpec("value_minor", "Amount", "money", money_in="sow_line_id.sow_id.currency"),
        FieldSpec("share_ppm", "Share of the fee", "ppm"),
    ),
)
