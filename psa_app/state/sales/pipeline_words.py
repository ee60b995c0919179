"""The pipeline in words: columns and cards of the board, rows of the list, tables of the numbers."""

from datetime import date, datetime

from psa_app import routes
from psa_app.display.board import BoardCard, BoardColumn
from psa_app.display.charts import StackBar
from psa_app.display.figures import Kpi
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.home.facts import FirmFacts
from psa_app.queries.sales.board import BoardStage, PipelineBoard
from psa_app.queries.sales.listing import ChancePage
from psa_app.queries.sales.numbers import Ageing, Expected, Numbers
from psa_app.queries.sales.rows import Chance, StageRow, Todo
from psa_app.queries.sales.worth import Worth
from psa_app.resources.sales import MODELS, SOURCES
from psa_app.rules import weeks
from psa_app.rules.pipeline import OPEN, Conversion, age
from psa_app.state.frame import initials

SOURCE_WORDS = dict(SOURCES)
MODEL_WORDS = dict(MODELS)
LIST_COLUMNS = [
    Column("title", "Opportunity", sortable=True),
    Column("client", "Client", sortable=True),
    Column("stage", "Stage", sortable=True, phone="side"),
    Column("amount", "Amount", align="right", sortable=True),
    Column("percent", "Probability", align="right", sortable=True, phone="hide"),
    Column("expected_on", "Expected", sortable=True),
    Column("since", "In stage", align="right", sortable=True, phone="hide"),
    Column("owner", "Owner", sortable=True, phone="hide"),
    Column("source", "Source", phone="hide"),
]
CONVERSION_COLUMNS = [
    Column("stage", "Stage"),
    Column("entered", "Entered", align="right"),
    Column("here", "Still there", align="right"),
    Column("on", "Went on", align="right"),
    Column("share", "Of those that left"),
    Column("won", "Won", align="right"),
    Column("lost", "Lost", align="right"),
]
AGEING_COLUMNS = [
    Column("stage", "Stage"),
    Column("here", "In it now", align="right"),
    Column("stale", "Too long", align="right"),
    Column("oldest", "Oldest", align="right"),
    Column("middle", "Usual stay", align="right"),
    Column("limit", "Too long after", align="right"),
]
MONTH_COLUMNS = [
    Column("month", "Month"),
    Column("count", "Opportunities", align="right"),
    Column("weighted", "Weighted", align="right"),
    Column("total", "In full", align="right"),
]


def days(count: int) -> str:
    """ "1 day", "12 days"."""
    return "1 day" if count == 1 else f"{count} days"


def board_columns(found: PipelineBoard, facts: FirmFacts) -> list[BoardColumn]:
    """A column for each stage: how many, in full, weighted."""
    return [_column(one, found.currency, facts) for one in found.stages]


def _column(one: BoardStage, currency: str, facts: FirmFacts) -> BoardColumn:
    is_open = one.stage.outcome == OPEN
    total = words.money_whole(one.worth.total, currency, facts.locale)
    likely = words.money_whole(one.worth.weighted, currency, facts.locale)
    has_sum = one.worth.count > one.worth.unknown
    tip = f"{_sums(one.worth.by_currency, facts)} in full; {likely} weighted by probability"
    unknown = without_amount(one.worth.unknown)
    below = f"{likely} weighted" if is_open else "last 30 days"
    tones = {"won": "ok", "lost": "wait"}
    return BoardColumn(
        str(one.stage.id),
        one.stage.name,
        str(one.worth.count),
        total if has_sum else words.MISSING,
        " · ".join(part for part in (below if has_sum or not is_open else "", unknown) if part),
        "; ".join(part for part in (tip if has_sum else "", unknown) if part),
        tones.get(one.stage.outcome, ""),
    )


def without_amount(count: int) -> str:
    """ "2 without an amount": what the sums leave out; "" for none."""
    return f"{count} without an amount" if count else ""


def _sums(sums: tuple[tuple[str, int], ...], facts: FirmFacts) -> str:
    return " + ".join(words.money(amount, currency, facts.locale) for currency, amount in sums)


def board_cards(found: PipelineBoard, facts: FirmFacts, now: datetime) -> list[BoardCard]:
    """All cards, column by column from the top."""
    return [
        _card(card, column, found.todos.get(card.id), facts, now)
        for column in found.stages
        for card in column.cards
    ]


def _card(card: Chance, column: BoardStage, todo: Todo | None, facts: FirmFacts, now: datetime) -> BoardCard:
    old = age(card.stage_since, now)
    is_open = card.outcome == OPEN
    stale = is_open and old > column.limit
    tip = f"{days(old)} in {card.stage}; too long after {days(column.limit)}" if is_open else ""
    decided = words.day(card.closed_at.date(), facts.locale, year=False) if card.closed_at else ""
    return BoardCard(
        str(card.id),
        str(card.stage_id),
        card.title,
        card.account,
        routes.opportunity(card.id),
        words.money_whole(card.amount, card.currency, facts.locale) if card.amount else words.MISSING,
        days(old) if is_open else decided,
        tip,
        stale,
        _todo(todo, facts) if is_open else card.loss_reason,
        "bad" if todo and todo.due_on and todo.due_on < facts.today else "",
        initials(card.owner) if card.owner else "",
        card.owner,
    )


def _todo(todo: Todo | None, facts: FirmFacts) -> str:
    if todo is None:
        return ""
    due = f"{words.day(todo.due_on, facts.locale, year=False)}: " if todo.due_on else ""
    return due + todo.subject


def open_words(open_: Worth, currency: str, missing: tuple[str, ...], facts: FirmFacts) -> str:
    """ "12 open · €240,000 · €96,000 weighted", and which currency has no rate."""
    if not open_.count:
        return "Nothing open"
    total = words.money_whole(open_.total, currency, facts.locale)
    likely = words.money_whole(open_.weighted, currency, facts.locale)
    parts = [f"{open_.count} open", total, f"{likely} weighted", without_amount(open_.unknown)]
    said = " · ".join(part for part in parts if part)
    return f"{said} · without {', '.join(missing)}: no exchange rate" if missing else said


def list_rows(found: ChancePage, facts: FirmFacts, now: datetime) -> list[Row]:
    """A row for each opportunity of the page."""
    return [_row(one, facts, now) for one in found.rows]


def _row(one: Chance, facts: FirmFacts, now: datetime) -> Row:
    is_open = one.outcome == OPEN
    late = is_open and one.expected_on is not None and one.expected_on < facts.today
    tones = {"won": "ok", "lost": "wait"}
    percent = f"{one.percent}{words.NARROW_SPACE}%"
    expected = words.day(one.expected_on, facts.locale) if one.expected_on else words.MISSING
    return Row(
        str(one.id),
        [
            Cell(one.title, kind="strong"),
            Cell(one.account),
            Cell(one.stage, kind="badge", tone=tones.get(one.outcome, "accent")),
            money_cell(one.amount, one.currency, facts),
            Cell(percent, align="right", tip="Set by hand" if one.percent_is_own else ""),
            Cell(expected, kind="bad" if late else "text" if one.expected_on else "muted"),
            Cell(days(age(one.stage_since, now)) if is_open else words.MISSING, align="right"),
            Cell(one.owner or words.MISSING, kind="text" if one.owner else "muted"),
            Cell(_source(one)),
        ],
        href=routes.opportunity(one.id),
        name=one.title,
    )


def _source(one: Chance) -> str:
    return one.partner or SOURCE_WORDS.get(one.source, words.MISSING)


def money_cell(amount: int, currency: str, facts: FirmFacts) -> Cell:
    """An amount; nothing said is "–"."""
    if not amount:
        return Cell(words.MISSING, align="right", kind="muted")
    return Cell(words.money(amount, currency, facts.locale), align="right")


def list_totals(found: ChancePage, facts: FirmFacts) -> list[Cell]:
    """The sums of the whole list, in the firm's currency."""
    if not found.count:
        return []
    likely = f"{words.money(found.weighted, found.currency, facts.locale)} weighted"
    total = words.money(found.total, found.currency, facts.locale)
    return [
        Cell(f"{found.count} in all", kind="strong", sub=without_amount(found.unknown)),
        Cell(likely, kind="muted"),
        Cell(""),
        Cell(total, align="right", kind="strong"),
        *(Cell("") for _ in range(5)),
    ]


def number_kpis(found: Numbers, open_: Worth, facts: FirmFacts) -> list[Kpi]:
    """What is open, what it is likely worth, what a year brought, and how often the firm wins."""

    def money(amount: int) -> str:
        return words.money_whole(amount, found.currency, facts.locale)

    decided = found.won.count + found.lost.count
    opened = (f"{open_.count} opportunities", without_amount(open_.unknown))
    rate = f"{words.percent(found.won.count / decided, 0, facts.locale)}" if decided else words.MISSING
    return [
        Kpi("Open", money(open_.total), ", ".join(part for part in opened if part)),
        Kpi("Weighted", money(open_.weighted), "amount × probability"),
        Kpi("Won in a year", money(found.won.total), f"{found.won.count} orders"),
        Kpi("Win rate", rate, f"{found.won.count} of {decided} decided in a year"),
    ]


def conversion_rows(rows: tuple[tuple[StageRow, Conversion], ...], facts: FirmFacts) -> list[Row]:
    """What became of those that entered each stage."""
    return [_conversion(stage, one, facts) for stage, one in rows]


def _conversion(stage: StageRow, one: Conversion, facts: FirmFacts) -> Row:
    share = one.share
    told = words.MISSING if share is None else words.percent(share, 0, facts.locale)
    bar = Cell(told, kind="bar" if share is not None else "muted", value=round(100 * (share or 0)))
    numbers = [Cell(str(number), align="right") for number in (one.entered, one.here, one.went_on)]
    ends = [Cell(str(number), align="right") for number in (one.won, one.lost)]
    return Row(str(stage.id), [Cell(stage.name, kind="strong"), *numbers, bar, *ends], name=stage.name)


def ageing_rows(rows: tuple[Ageing, ...]) -> list[Row]:
    """How old what is in each stage is, against how long others stayed."""
    return [
        Row(
            str(one.stage.id),
            [
                Cell(one.stage.name, kind="strong"),
                Cell(str(one.here), align="right"),
                Cell(str(one.stale), align="right", kind="warn" if one.stale else "text"),
                _days(one.oldest),
                _days(one.middle),
                _days(one.limit),
            ],
            name=one.stage.name,
        )
        for one in rows
    ]


def _days(count: int | None) -> Cell:
    known = count is not None
    return Cell(days(count) if known else words.MISSING, align="right", kind="text" if known else "muted")  # type: ignore[arg-type]


def month_words(month: int, facts: FirmFacts, *, short: bool = False) -> str:
    """ "December 2026"; what is overdue or has no day says so."""
    if month in (0, 1):
        return ("No day" if short else "No day named") if month == 0 else "Overdue"
    first = date(month // 100, month % 100, 1)
    return words.month(first, facts.locale, short=short, year=not short)


def month_rows(rows: tuple[Expected, ...], currency: str, facts: FirmFacts) -> list[Row]:
    """What is expected in each month."""
    return [
        Row(
            str(one.month),
            [
                Cell(month_words(one.month, facts), kind="strong"),
                Cell(str(one.worth.count), align="right"),
                money_cell(one.worth.weighted, currency, facts),
                money_cell(one.worth.total, currency, facts),
            ],
            href=routes.with_query(routes.PIPELINE, tab="list", month=one.month) if one.month > 1 else "",
            name=month_words(one.month, facts),
        )
        for one in rows
    ]


def month_bars(rows: tuple[Expected, ...], currency: str, facts: FirmFacts) -> tuple[list[StackBar], str]:
    """A bar a month, weighted below and the rest of the full amount above; and what they say in words."""
    tallest = max((one.worth.total for one in rows), default=0) or 1
    bars = [
        StackBar(
            month_words(one.month, facts, short=True),
            round(one.worth.weighted * 100 / tallest, 1),
            round((one.worth.total - one.worth.weighted) * 100 / tallest, 1),
            f"{month_words(one.month, facts)}: {_tip(one.worth, currency, facts)}",
        )
        for one in rows
    ]
    likely = words.money_whole(sum(one.worth.weighted for one in rows), currency, facts.locale)
    return bars, f"Open opportunities by expected month, {likely} weighted in all"


def _tip(worth: Worth, currency: str, facts: FirmFacts) -> str:
    likely, total = (words.money_whole(n, currency, facts.locale) for n in (worth.weighted, worth.total))
    parts = (f"{worth.count} opportunities", without_amount(worth.unknown))
    return f"{likely} weighted of {total}, {', '.join(part for part in parts if part)}"


def months_ahead(today: date, count: int = 12) -> list[int]:
    """This month and the next ones, as yyyymm."""
    found, month = [], weeks.month_of(today)
    for _ in range(count):
        found.append(month)
        month = month + 89 if month % 100 == 12 else month + 1
    return found
