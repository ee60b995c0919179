"""The lines of a scope on paper, and how each is billed, in words."""

from collections.abc import Iterable

from psa_app.formats import words
from psa_app.gateways.pdf.papers import Column, Section, Table, Total
from psa_app.queries.contracts.terms import LineTerm, RateTerm, RoundingTerm, Terms
from psa_app.rules import scopes
from psa_app.rules.periods import ADVANCE, CALENDAR

ROUNDED = {"up": "up to", "nearest": "to the nearest", "down": "down to"}
PERIODS = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}
CARDS = {
    "client": "Hours cost what your rate card says on the day of the work; as this is written:",
    "firm": "Hours cost what our price list says on the day of the work; as this is written:",
}
RHYTHMS = {"weekly": "Billed every week.", "at_end": "Billed when it is done."}


def prices(terms: Terms, locale: str) -> Table:
    """Each line with what it is billed by and the most it may cost."""

    def value(line: LineTerm) -> str:
        amount = line.worth()
        if amount is not None:
            return words.money(amount, terms.currency, locale)
        if line.model in scopes.PERIODIC:
            return f"{words.money(line.value, terms.currency, locale)} a {_period(line)}"
        return "as worked"

    total, has_end = terms.value()
    sum_of_all = words.money(total, terms.currency, locale)
    label = "At most" if has_end and any(line.model == scopes.TIME for line in terms.lines) else "Total"
    end = (
        Total(label, sum_of_all, strong=True)
        if has_end
        else Total("Fixed and capped, besides what has no end", sum_of_all)
    )
    return Table(
        (Column("Line", share=3), Column("Billed", share=2), Column("Value", numeric=True)),
        tuple((line.title, _how(line), value(line)) for line in terms.lines),
        (end,) if total or has_end else (),
    )


def _how(line: LineTerm) -> str:
    if line.model == scopes.RETAINER:
        return f"Retainer, {_each(line)}"
    if line.model == scopes.SUBSCRIPTION:
        many = f" for {line.quantity:,}" if line.quantity > 1 else ""
        return f"Subscription{many}, {_each(line)}"
    if line.milestones:
        return f"Fixed, {count(len(line.milestones), 'milestone')}"
    if line.fees:
        return f"Fixed, on {count(len(line.fees), 'date')}"
    return "By time, at most" if line.cap is not None else "By time"


def _each(line: LineTerm) -> str:
    return f"each {_period(line)}" if not line.periods else count(line.periods, _period(line))


def _period(line: LineTerm) -> str:
    return PERIODS.get(line.rhythm, "month")


def line_section(heading: str, line: LineTerm, terms: Terms, locale: str) -> Section:
    """A line with its description, its rules, and its rates, milestones or dates."""
    texts = [*paragraphs(line.description), *_rules(line, terms, locale)]
    if line.milestones:
        return Section(heading, tuple(texts), _milestones(line, terms, locale))
    if line.fees:
        return Section(heading, tuple(texts), _fees(line, terms, locale))
    return Section(heading, tuple(texts), _rates(line, terms, locale))


def _rules(line: LineTerm, terms: Terms, locale: str) -> Iterable[str]:
    if line.estimate_minutes:
        yield f"Estimated at {words.hours(line.estimate_minutes)} h."
    if line.model == scopes.TIME and line.cap is not None:
        cap = words.money(line.cap, terms.currency, locale)
        yield f"Not more than {cap}; hours beyond need a new agreement."
    if line.model in scopes.PERIODIC:
        yield _periodic(line, terms, locale)
        yield from _rest(line, terms, locale)
        yield from _due(line)
    elif line.rhythm in RHYTHMS:
        yield RHYTHMS[line.rhythm]
    if line.approval == "client":
        yield _approval(line)
    if line.rounding is not None:
        yield f"On this line: {lower_first(rounding_sentence(line.rounding))}"
    if line.rate_card in CARDS:
        yield CARDS[line.rate_card]


def _periodic(line: LineTerm, terms: Terms, locale: str) -> str:
    price = words.money(line.value, terms.currency, locale)
    holds = f" for {words.hours(line.period_minutes)} h" if line.period_minutes else ""
    if line.period_value:
        holds = f" for work worth {words.money(line.period_value, terms.currency, locale)}"
    if line.quantity > 1:
        one = words.money(line.value // line.quantity, terms.currency, locale)
        price = f"{line.quantity:,} × {one} = {price}"
    ends = f", for {count(line.periods, _period(line))}" if line.periods else ", until the scope ends"
    return f"{price} each {_period(line)}{holds}{ends}.{_beyond(line)}"


def _beyond(line: LineTerm) -> str:
    """What becomes of work beyond what a retainer's period holds."""
    rates = " at the rates below" if line.rates else ""
    worth = f" Work counts{rates}." if line.period_value and rates else ""
    if line.deficit == "carry":
        return f"{worth} What is worked beyond counts against the next {_period(line)}."
    if line.deficit == "absorb":
        return f"{worth} What is worked beyond costs nothing more."
    if line.period_value:
        return f"{worth} What is worked beyond is billed{rates}."
    return f" Hours beyond are billed{rates}." if line.rates else ""


def _rest(line: LineTerm, terms: Terms, locale: str) -> Iterable[str]:
    """What becomes of what a retainer's period leaves unused; texts of before do not say it."""
    if line.rollover == "none":
        yield f"What is not used expires with its {_period(line)}."
    elif line.rollover:
        cap = f" up to {_amount(line, terms, locale)}" if line.rollover == "capped" else ""
        lasts = count(line.rollover_periods, f"more {_period(line)}")
        yield f"What is not used{cap} can be used for {lasts}."


def _amount(line: LineTerm, terms: Terms, locale: str) -> str:
    if line.holds == "money":
        return words.money(line.rollover_cap, terms.currency, locale)
    return f"{words.hours(line.rollover_cap)} h"


def _due(line: LineTerm) -> Iterable[str]:
    """When a period is billed and from which day it counts, and the trial before the first."""
    each = _period(line)
    if line.billed_in:
        yield f"Each {each} is billed {'when it begins' if line.billed_in == ADVANCE else 'when it is over'}."
    if line.counted_from == CALENDAR:
        yield f"A {each} is that of the calendar; one that is not whole is billed by its days."
    if line.trial_days:
        yield f"Nothing is due for the first {count(line.trial_days, 'day')}."


def _approval(line: LineTerm) -> str:
    silence = (
        f"; what is not answered within {count(line.silence_days, 'day')} counts as approved"
        if line.silence_days
        else ""
    )
    return f"The client approves the time before it is billed{silence}."


def _rates(line: LineTerm, terms: Terms, locale: str) -> Table | None:
    if not line.rates:
        return None
    dated = any(rate.since or rate.until for rate in line.rates)

    def row(rate: RateTerm) -> tuple[str, ...]:
        amount = words.money(rate.amount, terms.currency, locale)
        return (rate.role or "Everyone", *((_days(rate, locale),) if dated else ()), amount)

    counts = (Column("Counts", share=1),) if dated else ()
    columns = (Column("Role"), *counts, Column("An hour", numeric=True))
    return Table(columns, tuple(row(rate) for rate in line.rates))


def _days(rate: RateTerm, locale: str) -> str:
    """ "from 1 Jan 2027", "until 31 Dec 2026", both, or "from the start" """
    since = f"from {words.day(rate.since, locale)}" if rate.since else ""
    until = f"until {words.day(rate.until, locale)}" if rate.until else ""
    return " ".join(one for one in (since, until) if one) or "from the start"


def _milestones(line: LineTerm, terms: Terms, locale: str) -> Table:
    return Table(
        (
            Column("Milestone", share=2),
            Column("Accepted when", share=3),
            Column("Planned", share=0),
            Column("Value", numeric=True),
        ),
        tuple(
            (
                part.title,
                part.criteria or "It is delivered as described.",
                words.day(part.due_on, locale) if part.due_on else "",
                words.money(part.value, terms.currency, locale),
            )
            for part in line.milestones
        ),
    )


def _fees(line: LineTerm, terms: Terms, locale: str) -> Table:
    def share(ppm: int | None) -> str:
        return scopes.percent(ppm) if ppm is not None else ""

    return Table(
        (
            Column("Billed on", share=0),
            Column("Part of the fee", share=3),
            Column("Share", share=0),
            Column("Amount", numeric=True),
        ),
        tuple(
            (
                words.day(part.due_on, locale),
                part.title or f"Part {place}",
                share(part.share_ppm),
                words.money(part.value, terms.currency, locale),
            )
            for place, part in enumerate(line.fees, 1)
        ),
    )


def billing_sentences(terms: Terms, locale: str) -> Iterable[str]:
    """How time is counted, when invoices are due and what is asked at signature, in words."""
    tax = f"All amounts are net of tax ({terms.tax})." if terms.tax else "All amounts are net of tax."
    yield f"{tax} Invoices are due within {count(terms.payment_days, 'day')}."
    if terms.deposit:
        amount = words.money(terms.deposit, terms.currency, locale)
        share = f" ({scopes.percent(terms.deposit_ppm)} of the value)" if terms.deposit_ppm else ""
        yield f"A deposit of {amount}{share} is due at signature. Once paid, it is taken off later invoices."
    models = {line.model for line in terms.lines}
    if scopes.TIME in models:
        yield f"Time is billed for what was worked and approved. {rounding_sentence(terms.rounding)}"
    if any(line.milestones for line in terms.lines):
        yield "A milestone is billed once it is accepted."
    if any(line.fees for line in terms.lines):
        yield "A fixed fee is billed on the dates given."
    if models & set(scopes.PERIODIC):
        yield "Retainers and subscriptions are billed for each period."


def rounding_sentence(rounding: RoundingTerm) -> str:
    """ "Each entry is rounded up to 15 minutes, at least 30." """
    what = "Each entry" if rounding.per == "entry" else "A person’s day on a task"
    if rounding.increment == 1 and rounding.mode == "up":
        sentence = f"{what} counts in whole minutes"
    else:
        step = count(rounding.increment, "minute")
        sentence = f"{what} is rounded {ROUNDED[rounding.mode]} {step}"
    least = f", at least {count(rounding.minimum, 'minute')}" if rounding.minimum else ""
    return f"{sentence}{least}."


def lower_first(sentence: str) -> str:
    """The sentence as it goes on after a colon."""
    return sentence[:1].lower() + sentence[1:]


def paragraphs(text: str) -> tuple[str, ...]:
    """The lines of a text that say something."""
    return tuple(part.strip() for part in text.split("\n") if part.strip())


def count(number: int, noun: str) -> str:
    """ "1 day", "3 days" """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
