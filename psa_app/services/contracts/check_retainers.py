"""What a retainer's line must say of its hours or money before it is written."""

from psa_app.rules import retainers
from psa_app.services.contracts.inputs import LineInput
from psa_app.services.problems import FieldProblems

MOST_MINUTES = 10**7
MOST_MONEY = 10**15 - 1
MOST_PERIODS = 120


def check_held(line: LineInput, field: str, currency: str, found: FieldProblems) -> None:
    """Everything that can be wrong with what its periods hold goes into `found`."""
    if line.holds not in retainers.HOLDS:
        found.say(f"{field}.holds", "Choose whether a period holds hours or money.")
    elif line.holds == retainers.HOURS and not 0 < line.period_minutes <= MOST_MINUTES:
        found.say(f"{field}.period_minutes", "Say how many hours a period holds.")
    elif line.holds == retainers.MONEY:
        _check_money(line, field, currency, found)
    _check_rest(line, field, found)


def _check_money(line: LineInput, field: str, currency: str, found: FieldProblems) -> None:
    held = line.period_value
    if held is None or not 0 < held.amount <= MOST_MONEY:
        found.say(f"{field}.period_value", "Say how much work a period holds, by its value.")
    elif held.currency != currency:
        found.say(f"{field}.period_value", f"Amounts of this scope are in {currency}.")


def _check_rest(line: LineInput, field: str, found: FieldProblems) -> None:
    if line.rollover not in retainers.ROLLOVERS:
        found.say(f"{field}.rollover", "Choose what becomes of an unused rest.")
    elif line.rollover == "capped" and not 0 < line.rollover_cap <= MOST_MONEY:
        found.say(f"{field}.rollover_cap", "Say how much of an unused rest goes over at most.")
    if not 1 <= line.rollover_periods <= MOST_PERIODS:
        found.say(f"{field}.rollover_periods", f"An unused rest can be used for 1 to {MOST_PERIODS} periods.")
    if line.deficit not in retainers.DEFICITS:
        found.say(f"{field}.deficit", "Choose what becomes of work beyond the period.")
