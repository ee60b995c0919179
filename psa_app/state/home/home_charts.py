"""Home's two charts and the tables of the same numbers."""

from fractions import Fraction

from psa_app.display.charts import LineFigure, Point, Rule, StackBar
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.queries.home.cash import Cash, CashWeek
from psa_app.queries.home.cash_items import CashItem
from psa_app.queries.home.facts import FirmFacts
from psa_app.queries.home.utilization import MonthUse, Use
from psa_app.rules import weeks

KINDS = {
    "invoice": "Invoiced",
    "draft": "On a draft",
    "deposit": "Deposit",
    "ready": "Ready to bill",
    "milestone": "Milestone",
    "period": "Recurring",
    "plan": "Planned",
    "tentative": "Tentative",
}
STEP = 10  # percentage points between two rules
WIDEST = 20


def use_line(use: Use, facts: FirmFacts) -> tuple[LineFigure, str]:
    """The line of billable utilization with the firm's target, and what it shows in words."""
    known = [(index, one, one.share) for index, one in enumerate(use.months) if one.share is not None]
    shares = [share for _, _, share in known]
    if not shares:
        return LineFigure(), "No capacity yet."
    target = Fraction(facts.target, 100)
    low, high = _span([*shares, target])

    def place(share: Fraction) -> float:
        return _place(share, low, high)

    points = [
        Point(
            round(index * 100 / (len(use.months) - 1), 2),
            place(share),
            f"{_month(one, facts)}: {words.percent(share, 0, facts.locale)}",
            _month(one, facts) if index % 2 == 0 else "",
            index == len(use.months) - 1,
        )
        for index, one, share in known
    ]
    path = "M" + " L".join(f"{point.x:g},{point.y:g}" for point in points)
    step = STEP if high - low <= 5 * STEP else WIDEST
    rules = [
        Rule(place(Fraction(value, 100)), words.percent(Fraction(value, 100), 0, facts.locale))
        for value in range(low, high + 1, step)
    ]
    said = words.percent(target, 0, facts.locale)
    span = f"{words.percent(min(shares), 0, facts.locale)} to {words.percent(max(shares), 0, facts.locale)}"
    return LineFigure(path, rules, points, place(target), f"target {said}"), (
        f"Billable utilization by month, {span}; the target is {said}."
    )


def _span(shares: list[Fraction]) -> tuple[int, int]:
    """The whole tens around the values, in percent, at least twenty apart."""
    low = int(min(shares) * 100) // STEP * STEP
    high = -(-int(max(shares) * 100 + 1) // STEP) * STEP
    return low, max(high, low + 2 * STEP)


def _place(share: Fraction, low: int, high: int) -> float:
    return round(float(100 - (share * 100 - low) * 100 / (high - low)), 2)


def _month(one: MonthUse, facts: FirmFacts) -> str:
    return words.month(weeks.month_days(one.month)[0], facts.locale, short=True)


def use_table(use: Use, facts: FirmFacts) -> list[Row]:
    """Month, billable hours, net capacity, share; the newest first."""
    return [
        Row(
            str(one.month),
            [
                Cell(words.month(weeks.month_days(one.month)[0], facts.locale, year=True)),
                Cell(words.hours(one.billable), align="right"),
                Cell(words.hours(one.capacity), align="right"),
                Cell(words.MISSING if one.share is None else words.percent(one.share, 1, facts.locale)),
            ],
        )
        for one in reversed(use.months)
    ]


def cash_bars(cash: Cash, facts: FirmFacts) -> tuple[list[StackBar], str]:
    """A bar for each week, and what they show in words."""
    tallest = max((week.invoiced + week.scheduled for week in cash.weeks), default=0) or 1
    bars = [
        StackBar(
            words.day(week.monday, facts.locale, year=False),
            round(week.invoiced * 100 / tallest, 1),
            round(week.scheduled * 100 / tallest, 1),
            _week_words(week, facts),
        )
        for week in cash.weeks
    ]
    total = words.money_whole(cash.total, facts.currency, facts.locale)
    return bars, f"Cash expected in the next 13 weeks: {total} in all."


def _week_words(week: CashWeek, facts: FirmFacts) -> str:
    day = words.day(week.monday, facts.locale, year=False)
    invoiced = words.money_whole(week.invoiced, facts.currency, facts.locale)
    scheduled = words.money_whole(week.scheduled, facts.currency, facts.locale)
    return f"Week of {day}: {invoiced} invoiced, {scheduled} scheduled"


def cash_table(cash: Cash, facts: FirmFacts) -> list[Row]:
    """Week, invoiced, scheduled."""
    return [
        Row(
            week.monday.isoformat(),
            [
                Cell(words.day(week.monday, facts.locale)),
                Cell(words.money_whole(week.invoiced, facts.currency, facts.locale), align="right"),
                Cell(words.money_whole(week.scheduled, facts.currency, facts.locale), align="right"),
            ],
        )
        for week in cash.weeks
    ]


def cash_rows(cash: Cash, facts: FirmFacts) -> list[Row]:
    """Every amount behind the forecast by day, with what its day stands on."""
    return [_cash_row(number, one, facts) for number, one in enumerate(cash.items)]


def _cash_row(number: int, one: CashItem, facts: FirmFacts) -> Row:
    return Row(
        str(number),
        [
            Cell(words.day(one.day, facts.locale)),
            Cell(one.label, sub=one.account, href=one.href),
            Cell(KINDS[one.kind]),
            Cell(words.with_days(one.why), kind="muted"),
            Cell(words.money_whole(one.amount, facts.currency, facts.locale), align="right"),
        ],
    )
