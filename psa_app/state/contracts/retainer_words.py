"""A retainer's statement in words, for staff and clients alike."""

from datetime import date

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.tables import Cell, Row
from psa_app.formats import words
from psa_app.queries.retainers.lines import Agreed
from psa_app.queries.retainers.statement import DrawLine, PeriodLine, RetainerStatement
from psa_app.queries.retainers.words import amount

SOURCES = {"grant": "Granted", "rollover": "From", "top_up": "Top-up", "adjustment": "Adjustment"}
OUTCOMES = {"overage": "Beyond", "absorbed": "Beyond, free"}
WARNINGS = {50: "Half used", 80: "80 % used", 100: "Used up"}
PER = {"weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year"}


def period_rows(found: RetainerStatement, here: str, locale: str = "en") -> list[Row]:
    """The periods, each a link to its work."""
    return [_period(found, one, here, locale) for one in found.periods]


def _period(found: RetainerStatement, one: PeriodLine, here: str, locale: str) -> Row:
    def units(number: int, kind: str = "text") -> Cell:
        return Cell(amount(found.of, number, locale) if number else "0", kind=kind, align="right")

    beyond = one.overage + one.absorbed + one.carried
    warn = "bad" if one.warning == 100 and not one.is_closed else ""
    cells = [
        Cell(
            words.day_range(one.starts_on, one.ends_on, locale),
            kind="strong" if one == found.chosen else "text",
        ),
        units(one.opening),
        units(one.granted),
        units(one.added - one.taken_back),
        units(one.used),
        units(beyond, "warn" if beyond and not one.is_closed else "text"),
        units(one.expired),
        units(one.left, "strong"),
        _state(one),
    ]
    return Row(str(one.number), cells, href=f"{here}?period={one.number}", tone=warn)


def _state(one: PeriodLine) -> Cell:
    if one.is_closed:
        return Cell("Closed", kind="badge", tone="")
    told = WARNINGS.get(one.warning, "Open")
    tone = {50: "", 80: "warn", 100: "bad"}.get(one.warning, "good")
    return Cell(told, kind="badge", tone=tone)


def draw_rows(found: RetainerStatement, locale: str = "en") -> list[Row]:
    """The work of the period that is shown."""
    return [
        Row(str(place), _work(found.of, one, locale), tone="warn" if one.outcome == "overage" else "")
        for place, one in enumerate(found.draws)
    ]


def _work(of: Agreed, one: DrawLine, locale: str) -> list[Cell]:
    late = "approved later" if one.is_late else ""
    return [
        Cell(words.day(one.day, locale, year=False), sub=late),
        Cell(one.person),
        Cell(one.task, sub=one.note),
        Cell(_source(one, locale), kind="muted"),
        Cell(amount(of, one.units, locale), align="right"),
    ]


def _source(one: DrawLine, locale: str) -> str:
    if one.outcome != "drawn":
        return OUTCOMES[one.outcome]
    since: date | None = one.source_from
    return f"{SOURCES.get(one.source, '')} {words.day(since, locale, year=False)}" if since else ""


def statement_facts(found: RetainerStatement, locale: str = "en") -> list[Fact]:
    """What is agreed, and how the period that is shown stands."""
    of, per = found.of, PER[found.of.line.rhythm]
    holds = amount(of, of.line.period_value_minor if of.of_money else of.line.period_minutes, locale)
    price = words.money(of.line.value_minor, of.sow.currency, locale)
    facts = [Fact(f"Each {per}", f"{holds} for {price}", tone="strong"), Fact("Unused", _rest(of, locale))]
    facts.append(Fact("Work beyond", BEYOND[of.line.deficit]))
    if found.chosen is not None:
        facts.append(
            Fact(words.day_range(found.chosen.starts_on, found.chosen.ends_on, locale), _left(found))
        )
    for one in found.added:
        told = f"{amount(of, one.units, locale)}{f' · {one.reason}' if one.reason else ''}"
        facts.append(Fact(SOURCES[one.source], told))
    return facts


def statement_files(found: RetainerStatement) -> tuple[str, list[str], list[str]]:
    """The addresses of the PDF, of the periods as files, and of the work that is shown."""
    line, period = found.of.id, found.chosen.number if found.chosen else ""
    work = routes.retainer_files(line, period, work=True)
    return routes.retainer_pdf(line, period), routes.retainer_files(line), work


BEYOND = {"overage": "is billed", "carry": "counts against the next period", "absorb": "costs nothing more"}


def _left(found: RetainerStatement) -> str:
    one = found.chosen
    return "" if one is None else f"{amount(found.of, one.left)} left"


def _rest(of: Agreed, locale: str) -> str:
    line = of.line
    if line.rollover == "none":
        return "expires with its period"
    lasts = "the next period" if line.rollover_periods == 1 else f"{line.rollover_periods} more periods"
    cap = f"up to {amount(of, line.rollover_cap, locale)} " if line.rollover == "capped" else ""
    return f"{cap}goes over, for {lasts}"
