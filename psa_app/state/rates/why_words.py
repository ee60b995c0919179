"""The derivation of a rate in words, and what one may ask the rate of."""

from typing import Any

from psa_app import routes
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.queries.rates import Explanation
from psa_app.queries.why import Fee, Why
from psa_app.rules.hours import h_mm_seconds
from psa_app.rules.rates import WORDS

MODELS = {
    "fixed": "fixed fee",
    "milestone": "milestones",
    "retainer": "retainer",
    "subscription": "subscription",
}
EACH = {"monthly": "a month", "quarterly": "a quarter", "yearly": "a year", "weekly": "a week"}


def verdict(told: Why) -> str:
    """The answer in a sentence or two."""
    if told.fee is not None:
        return _of_fee(told.fee)
    if not told.is_billable and told.entry is None:
        return "This task is not billed, so no hour of it has a price."
    return _of_entry(told.entry) if told.entry else _of_work(told)


def _of_fee(fee: Fee) -> str:
    price = (
        f", {words.money(fee.amount, fee.currency)} {EACH.get(fee.each, '')}".rstrip() if fee.amount else ""
    )
    return f"Covered by the {MODELS.get(fee.model, fee.model)} {fee.title}{price}: its hours have no price."


def modifier(told: Explanation) -> str:
    """ "After hours: €150.00 ×1.5 = €225.00." or why it does not count."""
    row = told.modifier_row
    if row is None or told.base is None or told.amount is None:
        return told.modifier
    effect = words.modifier(row.factor_ppm, row.plus, row.currency)
    whole = words.money(told.amount, told.currency)
    return f"{row.name}: {words.money(told.base, told.currency)} {effect} = {whole}."


def entry_row(one: Any) -> Row:
    """An entry to choose."""
    return Row(
        str(one.id),
        [
            Cell(words.day(one.work_date)),
            Cell(one.person),
            Cell(f"{one.project}: {one.task}"),
            Cell(h_mm_seconds(one.seconds), align="right"),
        ],
        href=routes.why(entry=one.id),
        name=f"{one.person}, {words.day(one.work_date)}, {one.task}",
    )


def quote_row(one: Any) -> Row:
    """A quote's line to choose."""
    rate = words.money(one.rate_minor, one.currency) if one.rate_minor is not None else "–"
    return Row(
        str(one.id),
        [
            Cell(one.line),
            Cell(f"{one.number} {one.title}".strip(), sub=one.client),
            Cell(rate, align="right"),
        ],
        href=routes.why(quote_line=one.id),
        name=one.line,
    )


def task_row(one: Any) -> Row:
    """A task to choose."""
    return Row(
        str(one.id),
        [Cell(one.name), Cell(one.project, sub=one.client)],
        href=routes.why(task=one.id),
        name=f"{one.project}: {one.name}",
    )


def _of_work(told: Why) -> str:
    if told.people:
        return "Say for whom: a rate can hang on the person and their role."
    if told.amount is None:
        found = "No rate fits: such time would be unpriced."
    else:
        found = (
            f"{words.money(told.amount, told.currency)} an hour, by the {WORDS.get(told.level, told.level)}."
        )
    if told.asked is None:
        return found
    asked = f"The line asks {words.money(told.asked, told.currency)} an hour"
    if told.amount is None or told.asked == told.amount:
        return f"{asked}. {found}"
    more = "more" if told.asked > told.amount else "less"
    gap = words.money(abs(told.asked - told.amount), told.currency)
    return f"{asked}, {gap} {more} than the rate card: {found}"


def _of_entry(told: Explanation) -> str:
    if not told.is_billable:
        return (
            f"Not billable: {told.no_charge_reason}." if told.no_charge_reason else "This task is not billed."
        )
    if told.amount is None:
        return "No rate fits: this time is unpriced and stops the invoice draft until there is one."
    price = f"{words.money(told.amount, told.currency)} an hour"
    level = WORDS.get(told.level, told.level)
    if told.override_reason:
        level = f"{level}: {told.override_reason}"
    if told.has_modifier:
        level += " and a modifier"
    if told.is_frozen:
        return f"{price}, fixed at approval by the {level}. Below: what the rates say today."
    return f"{price}, by the {level}. It follows the rates until the time is approved."
