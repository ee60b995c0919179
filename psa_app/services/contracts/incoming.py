"""Scopes with their lines from a file, as drafts: rows of the same client and title are one scope.

A row is a line, or one more rate or milestone of the line named as the row before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch
from psa_app.errors import Conflict, Invalid, Problems
from psa_app.models import Account, Firm, Sow, SowLine
from psa_app.queries.many import once
from psa_app.rules import scopes
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import FeePartInput, Head, LineInput, MilestoneInput, RateInput
from psa_app.services.contracts.write import check_sow, create_sow

Values = Mapping[str, Any]
_HEAD = ("title", "starts_on", "ends_on", "currency", "summary", "terms", "purchase_order", "payment_days")
_OF_LINE = (
    "model",
    "description",
    "value_minor",
    "cap_minor",
    "estimate_minutes",
    "rate_minor",
    "role_id",
    "period_minutes",
    "periods",
    "milestone",
    "due_on",
)
_FIELDS = {
    "title": "line_title",
    "value": "value_minor",
    "cap": "cap_minor",
    "rates": "rate_minor",
    "milestones": "milestone",
    "fee_parts": "due_on",
}


@dataclass(slots=True)
class _Line:
    """A line and the rows (by their index) that its parts came from."""

    rows: list[int]
    values: dict[str, Any]
    rates: list[tuple[int, RateInput]] = field(default_factory=list)
    milestones: list[tuple[int, MilestoneInput]] = field(default_factory=list)


def check_scope_row(session: Session, values: Values, record: Sow | None) -> None:  # noqa: ARG001
    """What a row says by itself. Raises `Invalid`."""
    if not values.get("line_title") and any(values.get(name) for name in _OF_LINE):
        raise Invalid("Name the line that this belongs to.", "line_title")
    if values.get("role_id") and not values.get("rate_minor"):
        raise Invalid("Give the rate an hour of this role.", "rate_minor")
    if values.get("milestone") and not values.get("value_minor"):
        raise Invalid("Give the value of the milestone.", "value_minor")


def check_scope_rows(session: Session, actor: Actor, record: Sow | None, rows: Sequence[Values]) -> None:
    """What the act would refuse of a scope; one that is here already is never changed by a file."""
    if record is not None:
        _refuse_changes(session, record, rows)
        return
    account = fetch(session, actor, Account, rows[0]["account_id"])
    if account.merged_into_id is not None:
        raise Conflict(f"{account.name} was merged into another client. Write the scope there.")
    firm = once(session, "firm", lambda: session.exec(select(Firm)).one())
    head, lines = _head(rows[0]), _lines(rows)
    try:
        check_sow(session, head, [_line(one, head) for one in lines], account, firm)
    except Problems as error:
        found = {_place(name, lines): sentence for name, sentence in error.fields.items()}
        raise Problems(error.sentence, found) from None
    except Invalid as error:
        raise Problems(error.sentence, {_place(error.field, lines): error.sentence}) from None


def write_scope(session: Session, actor: Actor, record: Sow | None, rows: Sequence[Values]) -> int:  # noqa: ARG001
    """Makes the draft of a scope. Rights and errors are those of `create_sow`."""
    head = _head(rows[0])
    lines = tuple(_line(one, head) for one in _lines(rows))
    made = create_sow(session, actor, account_id=rows[0]["account_id"], head=head, lines=lines)
    return int(made.id or 0)


def _head(values: Values) -> Head:
    return Head(**{name: values[name] for name in _HEAD if values.get(name) is not None})


def _lines(rows: Sequence[Values]) -> list[_Line]:
    """The lines of a scope, in the file's order."""
    found: dict[str, _Line] = {}
    for place, row in enumerate(rows):
        title = str(row.get("line_title") or "")
        if not title:
            continue
        line = found.setdefault(title, _Line([], {"model": "", "title": title}))
        line.rows.append(place)
        currency = row["currency"]
        if row.get("rate_minor") is not None:
            line.rates.append((place, RateInput(Money(row["rate_minor"], currency), row.get("role_id"))))
        names = {"cap_minor": "cap", "value_minor": "value"}
        if row.get("milestone"):
            value = Money(row["value_minor"], currency)
            line.milestones.append((place, MilestoneInput(row["milestone"], value, due_on=row.get("due_on"))))
            names.pop("value_minor")
        for name, to in names.items():
            if row.get(name) is not None:
                line.values.setdefault(to, Money(row[name], currency))
        for name in ("description", "estimate_minutes", "period_minutes", "periods", "due_on"):
            if row.get(name):
                line.values.setdefault(name, row[name])
        line.values["model"] = line.values["model"] or row.get("model") or ""
    return list(found.values())


def _line(line: _Line, head: Head) -> LineInput:
    """A fee without milestones falls due at once: on the day given, else when the scope ends."""
    values = dict(line.values)
    due = values.pop("due_on", None) or head.ends_on or head.starts_on
    milestones = tuple(one for _, one in line.milestones)
    if values["model"] == scopes.FIXED and not milestones:
        values["fee_parts"] = (FeePartInput(due, share_ppm=scopes.WHOLE),)
    return LineInput(**values, rates=tuple(one for _, one in line.rates), milestones=milestones)


def _place(name: str, lines: Sequence[_Line]) -> str:
    """The row and field of a problem with a scope: "lines.1.rates.0" is "3.rate_minor"."""
    parts = name.split(".")
    if parts[0] != "lines" or len(parts) < 2:
        return f"0.{parts[0]}"
    line = lines[int(parts[1])]
    what = parts[2] if len(parts) > 2 else ""
    row = line.rows[0]
    if what in ("rates", "milestones") and len(parts) > 3:
        row = (line.rates if what == "rates" else line.milestones)[int(parts[3])][0]
    if what == "milestones" and parts[-1] in ("value", "due_on"):
        what = parts[-1]
    return f"{row}.{_FIELDS.get(what, what)}"


def _refuse_changes(session: Session, sow: Sow, rows: Sequence[Values]) -> None:
    head = {name: rows[0][name] for name in ("account_id", *_HEAD) if rows[0].get(name) not in (None, "")}
    differs = [name for name, value in head.items() if getattr(sow, name) != value]
    wanted = [_facts_of(one) for one in _lines(rows)]
    if not differs and (not wanted or wanted == _facts(session, sow)):
        return
    raise Conflict(
        f"{sow.number} is here already and says it otherwise. Change it on its page: a file only adds scopes."
    )


def _facts_of(line: _Line) -> tuple[Any, ...]:
    values = line.values
    parts = sum(one.value.amount for _, one in line.milestones)
    value = values["value"].amount if "value" in values else parts
    cap = values["cap"].amount if "cap" in values else None
    return (values["title"], values["model"], value, cap, values.get("estimate_minutes", 0))


def _facts(session: Session, sow: Sow) -> list[tuple[Any, ...]]:
    found = session.exec(select(SowLine).where(SowLine.sow_id == sow.id).order_by(col(SowLine.position)))
    return [(one.title, one.model, one.value_minor, one.cap_minor, one.estimate_minutes) for one in found]
