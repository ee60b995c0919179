"""A scope draft begun from a template, and billing rules laid on a draft."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from psa_app.access import Actor, act, fetch
from psa_app.models import (
    Account,
    Deliverable,
    FeePart,
    Firm,
    Milestone,
    Rate,
    RateModifier,
    Sow,
    SowLine,
    touch,
)
from psa_app.queries.templates.sources import firm_days
from psa_app.rules.contract_value import line_worth
from psa_app.rules.deposits import agreed
from psa_app.rules.templates import bodies
from psa_app.services import history
from psa_app.services.contracts.check import rounding_of
from psa_app.services.contracts.inputs import Head
from psa_app.services.contracts.write import check_draft, create_sow
from psa_app.services.templates.change import check, offered

_IN_HEAD = (
    "ends_on",
    "currency",
    "summary",
    "terms",
    "payment_days",
    "round_increment",
    "round_mode",
    "round_minimum",
    "round_per",
    "grouping",
    "tax_rate_id",
)
_AFTER = (
    "assumptions",
    "renewal",
    "renews_on",
    "notice_days",
    "deposit_ppm",
    "receipt_above_minor",
    "bill_at_minutes",
    "bill_at_minor",
)
_PARTS = ("rates", "milestones", "fee_parts", "modifiers")
BY_TIME = ("monthly", "weekly", "at_end")


@act("templates", "make_scope", right="sows.change")
def make_scope_from_template(
    session: Session, actor: Actor, template_id: int, *, account_id: int, starts_on: date, title: str = ""
) -> Sow:
    """Begins a scope for a client with everything that a template holds, its days counted from a first one.

    Prices keep the template's currency. Raises `NotFound`, `Conflict` for an archived template or a
    merged client, and as `create_sow`; `Invalid` for a deposit that its lines do not bear.
    """
    template = offered(session, actor, template_id, "sow")
    account = fetch(session, actor, Account, account_id)
    body = bodies.for_client("sow", check(session, "sow", template.body), account.name)
    found = bodies.lay_out("sow", body, starts_on, firm_days(session))
    head = Head(
        title=title.strip() or found["title"],
        starts_on=starts_on,
        **{name: found[name] for name in _IN_HEAD},
    )
    sow = create_sow(session, actor, account_id=account_id, head=head)
    for name in _AFTER:
        setattr(sow, name, found[name])
    sow.deposit_minor = agreed(found["deposit_minor"], found["deposit_ppm"], _worth(found["lines"]))
    for place, line in enumerate(found["lines"], 1):
        _add_line(session, sow, place, line)
    _add_all(session, Deliverable, found["deliverables"], sow_id=sow.id)
    session.flush()
    told = {"template": template.name, "lines": len(found["lines"])}
    history.note(session, actor, "sow", int(sow.id or 0), "changed", {}, told)
    return sow


def _worth(lines: list[dict[str, Any]]) -> int:
    """What the lines come to, as a deposit counts it."""
    return sum(
        line_worth(line["model"], _value(line), line["cap_minor"], line["periods"]) or 0 for line in lines
    )


def _value(line: Mapping[str, Any]) -> int:
    parts = [part["value_minor"] for part in line["milestones"]]
    return sum(parts) if parts else int(line["value_minor"])


def _add_line(session: Session, sow: Sow, place: int, found: Mapping[str, Any]) -> None:
    own = {name: value for name, value in found.items() if name not in _PARTS}
    line = SowLine(sow_id=int(sow.id or 0), position=place, **own)
    session.add(line)
    session.flush()
    priced: dict[str, Any] = {"sow_line_id": line.id, "currency": sow.currency, "valid_from": sow.starts_on}
    session.add_all(Rate(level="sow_line", **priced, **rate) for rate in found["rates"])
    session.add_all(RateModifier(**priced, **one) for one in found["modifiers"])
    _add_all(session, Milestone, found["milestones"], sow_line_id=line.id)
    _add_all(session, FeePart, found["fee_parts"], sow_line_id=line.id)


def _add_all(session: Session, model: type[SQLModel], parts: list[dict[str, Any]], **common: Any) -> None:
    session.add_all(model(position=place, **common, **part) for place, part in enumerate(parts, 1))


@act("templates", "apply_billing", right="sows.change")
def apply_billing(session: Session, actor: Actor, template_id: int, *, sow_id: int) -> Sow:
    """Lays billing rules on a scope draft: rounding, grouping, days to pay and tax on the scope; the
    approval on its lines by time, the rhythm on those whose rhythm is a span of time.

    Raises `Conflict` when the scope is no draft.
    """
    template = offered(session, actor, template_id, "billing")
    sow = fetch(session, actor, Sow, sow_id, lock=True)
    check_draft(sow)
    rules = check(session, "billing", template.body)
    values = _head_of(session, rules)
    before, after = history.changed(history.values_of(sow, values), values)
    for name, value in values.items():
        setattr(sow, name, value)
    changed = _lay_on_lines(session, sow_id, rules)
    if after or changed:
        touch(sow)
        told = after | {"template": template.name, "lines": changed}
        history.note(session, actor, "sow", sow_id, "changed", before, told)
    return sow


def _head_of(session: Session, rules: Mapping[str, Any]) -> dict[str, Any]:
    firm = session.exec(select(Firm)).one()
    rounding = rounding_of(Head(title="", starts_on=date.min, **{n: rules[n] for n in _ROUNDING}), firm)
    values = {
        "round_increment": rounding.increment,
        "round_mode": rounding.mode,
        "round_minimum": rounding.minimum,
        "round_per": rounding.per,
        "payment_days": rules["payment_days"],
        "grouping": rules["grouping"],
    }
    return values if rules["tax_rate_id"] is None else values | {"tax_rate_id": rules["tax_rate_id"]}


_ROUNDING = ("round_increment", "round_mode", "round_minimum", "round_per")


def _lay_on_lines(session: Session, sow_id: int, rules: Mapping[str, Any]) -> int:
    """How many lines changed."""
    changed = 0
    lines = session.exec(
        select(SowLine).where(SowLine.sow_id == sow_id, col(SowLine.model) == "time_and_materials")
    ).all()
    for line in lines:
        values = {"approval": rules["approval"], "silence_days": rules["silence_days"]}
        if rules["rhythm"] in BY_TIME:
            values["rhythm"] = rules["rhythm"]
        _, after = history.changed(history.values_of(line, values), values)
        for name, value in after.items():
            setattr(line, name, value)
        changed += bool(after)
    session.flush()
    return changed
