"""What the lines and deliverables of a scope must be before anything of them is written.

Field names are those of the form: "lines.0.cap", "lines.1.milestones.0.value", "deliverables.0.title".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from sqlmodel import Session, select

from psa_app.errors import Invalid
from psa_app.models import Role
from psa_app.rules import fields, money, periods, scopes
from psa_app.rules.hours import Mode, Rounding, Scope
from psa_app.rules.money import Money
from psa_app.services.contracts.check_retainers import check_held
from psa_app.services.contracts.inputs import (
    DeliverableInput,
    FeePartInput,
    LineInput,
    MilestoneInput,
    RateInput,
)
from psa_app.services.problems import FieldProblems

MOST_PARTS = 50
MOST_MINUTES = 10**7
MOST_MONEY = 10**15 - 1
MOST_PERIODS = 600
MOST_TRIAL = 366
MOST_QUANTITY = 100_000
MOST_SILENCE = 90
ROUNDING = ("increment", "mode", "minimum", "per")


@dataclass(frozen=True, slots=True)
class Around:
    """What a line is checked against: the scope's currency and first day, the firm's roles."""

    currency: str
    starts_on: date
    roles: frozenset[int | None]
    found: FieldProblems


def check_lines(
    session: Session, lines: Sequence[LineInput], currency: str, starts_on: date, found: FieldProblems
) -> None:
    """Everything that can be wrong with the lines goes into `found`."""
    if len(lines) > MOST_PARTS:
        found.say("lines", f"A scope has at most {MOST_PARTS} lines.")
    roles = frozenset(session.exec(select(Role.id)).all())
    around = Around(currency, starts_on, roles, found)
    for place, line in enumerate(lines):
        _check_line(line, f"lines.{place}", around)


def check_deliverables(given: Sequence[DeliverableInput], starts_on: date, found: FieldProblems) -> None:
    """Everything that can be wrong with the deliverables goes into `found`."""
    if len(given) > MOST_PARTS:
        found.say("deliverables", f"A scope has at most {MOST_PARTS} deliverables.")
    for place, one in enumerate(given):
        _check_deliverable(one, f"deliverables.{place}", starts_on, found)


def _check_deliverable(one: DeliverableInput, field: str, starts_on: date, found: FieldProblems) -> None:
    found.tried(lambda: fields.text(one.title, f"{field}.title", max=200), "")
    multiline(found, one.criteria, f"{field}.criteria", 2000)
    _check_day(one.due_on, starts_on, f"{field}.due_on", found)


def _check_line(line: LineInput, field: str, around: Around) -> None:
    found = around.found
    found.tried(lambda: fields.text(line.title, f"{field}.title", max=200), "")
    multiline(found, line.description, f"{field}.description", 4000)
    if not 0 <= line.estimate_minutes <= MOST_MINUTES:
        found.say(f"{field}.estimate_minutes", "The estimate is not a sensible number of hours.")
    check = _BY_MODEL.get(line.model)
    if check is None:
        sentence = (
            "Choose how this line is billed: by time, at a fixed fee, by milestones, "
            "as a retainer or as a subscription."
        )
        found.say(f"{field}.model", sentence)
        return
    check(line, field, around)
    _check_quantity(line, field, found)
    _check_rules(line, field, found)


def _check_quantity(line: LineInput, field: str, found: FieldProblems) -> None:
    """How many a subscription is for; any other line is for one."""
    if line.model != scopes.SUBSCRIPTION and line.quantity != 1:
        found.say(f"{field}.quantity", "A quantity belongs to a subscription.")
    elif not 1 <= line.quantity <= MOST_QUANTITY:
        found.say(f"{field}.quantity", f"Give how many, 1 to {MOST_QUANTITY:,}.")
    elif line.value is not None and line.value.amount * line.quantity > MOST_MONEY:
        found.say(f"{field}.quantity", "Price and quantity come to more than a line can hold.")


def _check_rules(line: LineInput, field: str, found: FieldProblems) -> None:
    """How often it is billed, who approves its time, how that is rounded."""
    if line.rhythm and line.rhythm not in scopes.RHYTHMS[line.model]:
        found.say(f"{field}.rhythm", "Choose from the list how often this line is billed.")
    if line.approval not in scopes.APPROVALS:
        found.say(f"{field}.approval", "Say who approves the time: the lead, or the client too.")
    if not 0 <= line.silence_days <= MOST_SILENCE:
        found.say(f"{field}.silence_days", f"Give from 0 to {MOST_SILENCE} days.")
    elif line.silence_days and line.approval != "client":
        found.say(f"{field}.silence_days", "Silence counts only where the client approves.")
    found.tried(lambda: own_rounding(line, field), None)


def own_rounding(line: LineInput, field: str) -> Rounding | None:
    """The line's own rounding, None for the scope's. Raises `Invalid` for half of one."""
    given = [getattr(line, f"round_{name}") for name in ROUNDING]
    if all(one is None for one in given):
        return None
    if any(one is None for one in given):
        raise Invalid("Give all of the line’s own rounding, or none of it.", f"{field}.round_increment")
    increment, mode, minimum, per = given
    try:
        return Rounding(increment, cast(Mode, mode), minimum, cast(Scope, per))
    except Invalid as error:
        raise Invalid(error.sentence, f"{field}.round_{error.field}") from None


def _check_fixed(line: LineInput, field: str, around: Around) -> None:
    if line.milestones or not line.fee_parts:
        _check_milestones(line, field, around)
        if line.fee_parts:
            around.found.say(f"{field}.fee_parts", "Bill this by dates or by milestones, not by both.")
        return
    _refuse(line, field, around.found, "rates", "cap", "periods")
    fee = _price(line, field, "fee", around)
    _check_fees(line.fee_parts, fee, field, around)


def _check_fees(parts: Sequence[FeePartInput], fee: int, field: str, around: Around) -> None:
    found, where = around.found, f"{field}.fee_parts"
    if len(parts) > MOST_PARTS:
        found.say(where, f"A fee has at most {MOST_PARTS} parts.")
    before = len(found.fields)
    given = [_checked_fee(part, f"{where}.{place}", around) for place, part in enumerate(parts)]
    days = [part.due_on for part in parts]
    if days != sorted(days):
        found.say(where, "The dates go back and forth; put the earliest first.")
    if fee and len(found.fields) == before:
        try:
            scopes.fee_amounts(fee, given)
        except Invalid as error:
            found.say(where, error.sentence)


def _checked_fee(part: FeePartInput, field: str, around: Around) -> tuple[int | None, int | None]:
    found = around.found
    found.tried(lambda: fields.text(part.title, f"{field}.title", max=200, required=False), "")
    if (part.value is None) == (part.share_ppm is None):
        found.say(f"{field}.value", "Give an amount, or a percentage of the fee.")
        return None, None
    if part.share_ppm is not None:
        if not 0 < part.share_ppm <= scopes.WHOLE:
            found.say(f"{field}.value", "Give a percentage above 0 and up to 100.")
        return None, part.share_ppm
    value = cast(Money, part.value)
    return found.tried(lambda: amount(value, around.currency, f"{field}.value"), 1), None


def _check_milestones(line: LineInput, field: str, around: Around) -> None:
    found, parts = around.found, line.milestones
    if line.cap is not None or line.rates:
        found.say(f"{field}.cap", "A fixed line has a price; cap and rates belong to a line billed by time.")
    if not 0 < len(parts) <= MOST_PARTS:
        what = (
            "a fixed line its fee’s dates, or"
            if line.model == scopes.FIXED
            else "a line billed by milestones"
        )
        found.say(
            f"{field}.milestones", f"Give {what} from 1 to {MOST_PARTS} milestones, so that it can be billed."
        )
    total = sum(
        _checked_milestone(part, f"{field}.milestones.{place}", around) for place, part in enumerate(parts)
    )
    if total > MOST_MONEY:
        found.say(f"{field}.value", "The milestones add up to more than can be kept.")
    elif line.value is not None and parts and line.value != Money(total, around.currency):
        said = f"{money.plain(total, around.currency)} {around.currency}"
        found.say(f"{field}.value", f"The milestones add up to {said}; make the price the same.")


def _checked_milestone(part: MilestoneInput, field: str, around: Around) -> int:
    found = around.found
    found.tried(lambda: fields.text(part.title, f"{field}.title", max=200), "")
    multiline(found, part.criteria, f"{field}.criteria", 2000)
    _check_day(part.due_on, around.starts_on, f"{field}.due_on", found)
    return found.tried(lambda: amount(part.value, around.currency, f"{field}.value"), 0)


def _check_time(line: LineInput, field: str, around: Around) -> None:
    found = around.found
    if line.value is not None:
        found.say(f"{field}.value", "A line billed by time has rates and a cap, no price.")
    _refuse(line, field, found, "milestones", "fee_parts", "periods")
    if line.cap is not None:
        cap = line.cap
        found.tried(lambda: amount(cap, around.currency, f"{field}.cap"), 0)
    _check_rates(line, field, around)


def _check_rates(line: LineInput, field: str, around: Around) -> None:
    if len(line.rates) > MOST_PARTS:
        around.found.say(f"{field}.rates", f"A line has at most {MOST_PARTS} rates.")
    for place, rate in enumerate(line.rates):
        _check_rate(rate, f"{field}.rates.{place}", around)


def _check_rate(rate: RateInput, field: str, around: Around) -> None:
    found = around.found
    found.tried(lambda: amount(rate.amount, around.currency, field), 0)
    if rate.role_id is not None and rate.role_id not in around.roles:
        found.say(field, "Choose a role from the list.")


def _check_retainer(line: LineInput, field: str, around: Around) -> None:
    _check_subscription(line, field, around)
    check_held(line, field, around.currency, around.found)


def _check_subscription(line: LineInput, field: str, around: Around) -> None:
    if line.model == scopes.RETAINER:  # its rates are those of the hours beyond
        _refuse(line, field, around.found, "milestones", "fee_parts", "cap")
        _check_rates(line, field, around)
    else:
        _refuse(line, field, around.found, "milestones", "fee_parts", "cap", "rates")
    _price(line, field, "price of a period", around)
    if not 0 <= line.periods <= MOST_PERIODS:
        around.found.say(f"{field}.periods", f"Give up to {MOST_PERIODS} periods, 0 for no end.")
    if line.billed_in not in periods.BILLED_IN:
        around.found.say(f"{field}.billed_in", "Bill each period in advance or in arrears.")
    if line.counted_from not in periods.ANCHORS:
        around.found.say(
            f"{field}.counted_from", "Count periods from the contract’s day, or by the calendar."
        )
    if not 0 <= line.trial_days <= MOST_TRIAL:
        around.found.say(f"{field}.trial_days", f"Give a trial of 0 to {MOST_TRIAL} days.")


_REFUSED = {
    "milestones": "Milestones belong to a line billed by milestones.",
    "fee_parts": "Dates of a fee belong to a line at a fixed fee.",
    "rates": "Rates belong to a line billed by time.",
    "cap": "A cap belongs to a line billed by time.",
    "periods": "Periods belong to a retainer or a subscription.",
}


def _refuse(line: LineInput, field: str, found: FieldProblems, *names: str) -> None:
    for name in names:
        if getattr(line, name):
            found.say(f"{field}.{name}", _REFUSED[name])


def _price(line: LineInput, field: str, what: str, around: Around) -> int:
    given = line.value
    if given is None:
        around.found.say(f"{field}.value", f"Give the {what}.")
        return 0
    return around.found.tried(lambda: amount(given, around.currency, f"{field}.value"), 0)


def _check_day(day: date | None, starts_on: date, field: str, found: FieldProblems) -> None:
    if day is not None and day < starts_on:
        found.say(field, "This lies before the start of the scope.")


def amount(given: Money, currency: str, field: str) -> int:
    """Minor units above zero in the scope's currency. Raises `Invalid`."""
    if given.currency != currency:
        raise Invalid(f"Amounts of this scope are in {currency}.", field)
    if not 0 < given.amount <= MOST_MONEY:
        raise Invalid("Give an amount above zero.", field)
    return given.amount


def multiline(found: FieldProblems, value: str, field: str, most: int) -> str:
    """The text trimmed, "" when it is wrong (which goes into `found`)."""
    return found.tried(lambda: fields.text(value, field, max=most, required=False, multiline=True), "")


_BY_MODEL: dict[str, Any] = {
    scopes.TIME: _check_time,
    scopes.FIXED: _check_fixed,
    scopes.MILESTONE: _check_milestones,
    scopes.RETAINER: _check_retainer,
    scopes.SUBSCRIPTION: _check_subscription,
}
