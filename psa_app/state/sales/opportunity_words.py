"""One opportunity in words: facts, amounts, roles, its way, what was done about it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from psa_app import routes
from psa_app.display.figures import Fact, Happening
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.home.facts import FirmFacts
from psa_app.queries.sales.one import Change, Done, Need, OneOpportunity
from psa_app.queries.sales.rows import Chance
from psa_app.rules import hours
from psa_app.rules.pipeline import OPEN, age, weighted
from psa_app.state.sales.pipeline_words import MODEL_WORDS, SOURCE_WORDS, days

AMOUNT_COLUMNS = [Column("model", "Billing"), Column("amount", "Amount", align="right", phone="side")]
NEED_COLUMNS = [
    Column("role", "Role"),
    Column("hours", "Hours", align="right", phone="side"),
    Column("when", "When"),
]
ACTIVITY_COLUMNS = [Column("subject", "What"), Column("kind", "Kind"), Column("when", "When", phone="side")]
KIND_WORDS = {"call": "Call", "meeting": "Meeting", "note": "Note", "mail": "Mail", "todo": "To-do"}


def headline(one: Chance, facts: FirmFacts) -> str:
    """ "Northwind · €40,000 at 50 % is €20,000"."""
    if not one.amount:
        return f"{one.account} · no amount yet"
    amount = words.money_whole(one.amount, one.currency, facts.locale)
    if one.outcome != OPEN:
        return f"{one.account} · {amount}"
    likely = words.money_whole(weighted(one.amount, one.percent), one.currency, facts.locale)
    return f"{one.account} · {amount} at {one.percent}{words.NARROW_SPACE}% is {likely}"


def facts_of(found: OneOpportunity, facts: FirmFacts, now: datetime) -> list[Fact]:
    """What stands beside it; a day that is over is red."""
    one = found.chance
    by_hand = " (set by hand)" if one.percent_is_own else ""
    rows = [
        Fact("Client", one.account, routes.client(one.account_id)),
        *([Fact("Contact", found.contact)] if found.contact else []),
        Fact("Probability", f"{one.percent}{words.NARROW_SPACE}%{by_hand}"),
        _expected(one, facts),
    ]
    if one.source:
        rows.append(Fact("Source", SOURCE_WORDS.get(one.source, one.source)))
    if one.partner_id is not None:
        rows.append(Fact("Partner", one.partner, routes.client(one.partner_id)))
    if one.outcome == OPEN:
        rows.append(Fact("In this stage", days(age(one.stage_since, now))))
    elif one.closed_at is not None:
        word = "Won" if one.outcome == "won" else "Lost"
        day = one.closed_at.astimezone(ZoneInfo(facts.zone)).date()
        rows.append(Fact(word, words.day(day, facts.locale)))
    if one.loss_reason:
        rows.append(Fact("Lost because", one.loss_reason))
    return rows


def _expected(one: Chance, facts: FirmFacts) -> Fact:
    if one.expected_on is None:
        return Fact("Expected", words.MISSING, tone="muted")
    late = one.outcome == OPEN and one.expected_on < facts.today
    return Fact("Expected", words.day(one.expected_on, facts.locale), tone="bad" if late else "")


def amount_rows(found: OneOpportunity, facts: FirmFacts) -> tuple[list[Row], list[Cell]]:
    """What it may bring by billing model, and the sum."""

    def money(amount: int) -> Cell:
        return Cell(words.money(amount, found.chance.currency, facts.locale), align="right")

    rows = [
        Row(model, [Cell(MODEL_WORDS.get(model, model)), money(amount)]) for model, amount in found.amounts
    ]
    total = [Cell("In all", kind="strong"), money(found.chance.amount)] if len(rows) > 1 else []
    return rows, total


def need_rows(found: OneOpportunity, facts: FirmFacts) -> tuple[list[Row], list[Cell]]:
    """The roles and hours that it would need, and the sum."""
    rows = [
        Row(
            str(place),
            [Cell(one.role), Cell(hours.h_mm(one.minutes), align="right"), Cell(_when(one, facts))],
        )
        for place, one in enumerate(found.needs)
    ]
    total = hours.h_mm(sum(one.minutes for one in found.needs))
    foot = [Cell("In all", kind="strong"), Cell(total, align="right"), Cell("")] if len(rows) > 1 else []
    return rows, foot


def _when(one: Need, facts: FirmFacts) -> str:
    if one.starts_on and one.ends_on:
        return words.day_range(one.starts_on, one.ends_on, facts.locale)
    if one.starts_on:
        return f"from {words.day(one.starts_on, facts.locale)}"
    if one.ends_on:
        return f"until {words.day(one.ends_on, facts.locale)}"
    return "when the order comes"


def activity_rows(found: OneOpportunity, facts: FirmFacts, zone: ZoneInfo) -> list[Row]:
    """What was said and done about it, and what is to be done."""
    return [_activity(one, facts, zone) for one in found.activities]


def _activity(one: Done, facts: FirmFacts, zone: ZoneInfo) -> Row:
    is_due = one.kind == "todo" and one.done_at is None
    late = is_due and one.due_on is not None and one.due_on < facts.today
    when = words.moment(one.done_at or one.at, zone, facts.locale)
    if is_due:
        when = f"due {words.day(one.due_on, facts.locale)}" if one.due_on else "to do"
    return Row(
        str(one.id),
        [
            Cell(one.subject, sub=one.owner, kind="strong"),
            Cell(KIND_WORDS.get(one.kind, one.kind)),
            Cell(when, kind="bad" if late else "text"),
        ],
    )


def way_of(found: OneOpportunity, zone: ZoneInfo, facts: FirmFacts) -> list[Happening]:
    """Its way through the stages, newest first, with how long it stayed in each."""
    rows = []
    later: datetime | None = None
    for one in found.changes:
        rows.append(_change(one, later, zone, facts))
        later = one.at
    return rows


def _change(one: Change, later: datetime | None, zone: ZoneInfo, facts: FirmFacts) -> Happening:
    by = f" by {one.by}" if one.by else ""
    text = f"{one.before} to {one.to}{by}" if one.before else f"Began in {one.to}{by}"
    stayed = f"Stayed {days(age(one.at, later))}" if later is not None else ""
    return Happening(words.moment(one.at, zone, facts.locale), text, stayed)
