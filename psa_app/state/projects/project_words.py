"""A project in words: key figures, facts, rows of its tabs."""

from fractions import Fraction

from psa_app import routes
from psa_app.display.charts import StackBar
from psa_app.display.figures import Fact, Kpi, Step
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.projects.detail import MemberRow, MilestoneRow, ProjectInvoice, RecentTime, TaskRow
from psa_app.queries.projects.earned import Earned
from psa_app.queries.projects.overview import Overview
from psa_app.rules import weeks
from psa_app.rules.hours import Rounding, h_mm_seconds
from psa_app.rules.money import half_up
from psa_app.state.frame import initials

BURN_WEEKS = 26
TASK_COLUMNS = (
    Column("task", "Task"),
    Column("used", "Time and budget"),
    Column("billing", "Billing", phone="hide"),
    Column("state", "State", align="right", phone="side"),
)
TEAM_COLUMNS = (
    Column("person", "Person"),
    Column("role", "Role here"),
    Column("time", "Time", align="right"),
    Column("planned", "Booked to come", align="right"),
)
MILESTONE_COLUMNS = (
    Column("title", "Milestone"),
    Column("due", "Due"),
    Column("value", "Value", align="right"),
    Column("state", "State", align="right", phone="side"),
)
INVOICE_COLUMNS = (
    Column("number", "Invoice"),
    Column("total", "Total", align="right"),
    Column("state", "State", align="right", phone="side"),
)
TIME_COLUMNS = (
    Column("day", "Day"),
    Column("person", "Person"),
    Column("task", "Task"),
    Column("note", "Note"),
    Column("time", "Time", align="right", phone="side"),
    Column("state", "State", align="right"),
)
MODELS = {"time_and_materials": "by time", "fixed": "fixed price"}


def subtitle_of(found: Overview) -> str:
    """ "25 May 2026 – 1 Jan 2027 · led by Ines Kofler"."""
    head = found.head
    parts = []
    if head.starts_on and head.ends_on:
        parts.append(words.day_range(head.starts_on, head.ends_on, found.facts.locale))
    elif head.starts_on:
        parts.append(f"from {words.day(head.starts_on, found.facts.locale)}")
    elif head.ends_on:
        parts.append(f"until {words.day(head.ends_on, found.facts.locale)}")
    parts.append(f"led by {head.lead}" if head.lead else "nobody leads it yet")
    return " · ".join(parts)


def figures_of(found: Overview) -> list[Kpi]:
    """Scope, time, budget and margin, as far as the reader may see them."""
    if not found.head.sees_all:
        return [_own_time(found), _to_come(found)]
    kpis = [_time(found), _to_come(found)]
    if found.figures is not None:
        kpis += [_margin(found, found.figures), _progress(found, found.figures)]
    return kpis


def _own_time(found: Overview) -> Kpi:
    return Kpi("Your time", words.hours(found.minutes), hint="on this project, all you have logged")


def _time(found: Overview) -> Kpi:
    budget = found.head.budget_minutes
    if not budget:
        return Kpi("Time", words.hours(found.minutes), hint="no budget of hours")
    share = Fraction(found.minutes, budget)
    rest = budget - found.minutes
    left = f"{words.hours(rest)} h left" if rest >= 0 else f"{words.hours(-rest)} h over"
    steps = [Step(one.name, words.hours(one.seconds // 60)) for one in found.tasks if one.seconds]
    return Kpi(
        "Budget used",
        words.percent(share, 0, found.facts.locale),
        hint=f"{words.hours(found.minutes)} of {words.hours(budget)} h · {left}",
        how=[*steps, Step("All time", words.hours(found.minutes), strong=True)],
        how_text="Time logged, approved or not ÷ the project’s budget of hours.",
    )


def _to_come(found: Overview) -> Kpi:
    opened = f" · {words.hours(found.open_planned)} for open roles" if found.open_planned else ""
    label = "Booked to come" if found.head.sees_all else "Booked for you"
    return Kpi(
        label,
        words.hours(found.to_come),
        hint=f"from tomorrow on, confirmed{opened}",
        href=routes.with_query(routes.PLANNER, project=found.head.id),
    )


def _margin(found: Overview, one: Earned) -> Kpi:
    share = one.margin
    cost = "real cost" if found.sees_cost else "the roles’ standard cost"
    return Kpi(
        "Margin",
        words.MISSING if share is None else words.percent(share, 1, found.facts.locale),
        hint=f"to date, at {cost}",
        how=_margin_steps(found, one),
        how_text="(Recognized revenue − cost) ÷ recognized revenue to date, in the firm’s currency. "
        "Time billed by the hour counts, on both sides, when it is approved.",
    )


def _margin_steps(found: Overview, one: Earned) -> list[Step]:
    steps = [Step("Recognized", _base(one.to_date, found))]
    if found.sees_cost:
        steps.append(Step("Cost of time", f"{words.MINUS}{_base(one.cost_to_date - one.provision, found)}"))
        if one.provision:
            steps.append(Step("Loss expected, taken now", f"{words.MINUS}{_base(one.provision, found)}"))
        if sum(one.open_cost):
            hours = words.hours(one.open_seconds // 60)
            steps.append(Step(f"Not approved yet: {hours} h, cost", _base(sum(one.open_cost), found)))
    else:
        steps.append(Step("Standard cost of time", f"{words.MINUS}{_base(one.cost_to_date, found)}"))
    return steps


def _progress(found: Overview, one: Earned) -> Kpi:
    over = f" · {words.hours(one.over_cap_seconds // 60)} h beyond the cap" if one.over_cap_seconds else ""
    steps = [
        Step("Recognized", _base(one.to_date, found)),
        Step("Invoiced", f"{words.MINUS}{_base(one.issued, found)}"),
        Step("Work in progress", _base(one.wip, found), strong=True),
    ]
    if one.deferred:
        steps.append(Step("Billed ahead of the work", _base(one.deferred, found)))
    return Kpi(
        "Work in progress",
        _base(one.wip, found),
        hint=f"{_base(one.ready, found)} ready to bill{over}",
        how=steps,
        how_text="Earned and not billed yet.",
    )


def _base(amount: int, found: Overview) -> str:
    return words.money_whole(amount, found.facts.currency, found.facts.locale)


def burn_bars(found: Overview) -> tuple[list[StackBar], str, str, str]:
    """The last weeks worked and the next ones booked; words, first and last week."""
    this = weeks.week_of(found.facts.today)
    past = [one for one in found.burn if one.week <= this][-BURN_WEEKS // 2 - 4 :]
    shown = [*past, *[one for one in found.burn if one.week > this][: BURN_WEEKS - len(past)]]
    if not shown:
        return [], "No time yet.", "", ""
    tallest = max(one.seconds // 60 + one.planned for one in shown) or 1
    bars = [
        StackBar(
            _monday(one.week, found),
            round(one.seconds // 60 * 100 / tallest, 1),
            round(one.planned * 100 / tallest, 1),
            f"Week of {_monday(one.week, found)}: {h_mm_seconds(one.seconds)} h worked, "
            f"{words.hours(one.planned)} h booked",
        )
        for one in shown
    ]
    said = f"Hours by week from {_monday(shown[0].week, found)} to {_monday(shown[-1].week, found)}."
    return bars, said, _monday(shown[0].week, found), _monday(shown[-1].week, found)


def _monday(week: int, found: Overview) -> str:
    return words.day(weeks.monday(week), found.facts.locale, year=False)


def facts_of(found: Overview) -> list[Fact]:
    """Client, scope, lead, dates, currency."""
    head = found.head
    client = routes.client(head.account_id) if head.account_id and head.sow_id else ""
    facts = [Fact("Client", head.account or "The firm itself", client)]
    if head.sow_id is not None:
        facts.append(Fact("Scope", head.sow, routes.sow(head.sow_id)))
    facts.append(Fact("Lead", head.lead or words.MISSING))
    if head.sees_all:
        budget = words.hours(head.budget_minutes) + " h" if head.budget_minutes else words.MISSING
        facts += [Fact("Budget", budget), Fact("Currency", head.currency)]
        if head.rounding is not None and head.account_id is not None:
            facts.append(Fact("Billed time", _rounded(head.rounding)))
    if found.figures is not None and found.figures.unpriced:
        facts.append(Fact("Entries without a rate", str(found.figures.unpriced), tone="bad"))
    return facts


def _rounded(rounding: Rounding) -> str:
    """ "15 min up, each entry"."""
    where = "each entry" if rounding.per == "entry" else "each person, day and task"
    mode = "to the nearest" if rounding.mode == "nearest" else rounding.mode
    least = f", at least {words.hours(rounding.minimum)}" if rounding.minimum else ""
    return f"{rounding.increment} min {mode}, {where}{least}"


def task_row(one: TaskRow, found: Overview) -> Row:
    """A task: time against budget, how it is billed, its state."""
    bills = "Not billable"
    if one.is_billable:
        bills = " · ".join(part for part in (one.line, MODELS.get(one.model, "")) if part) or "Billable"
    word = badge(one.status)
    return Row(
        str(one.id),
        [
            Cell(one.name, kind="strong" if one.status == "open" else "muted"),
            _task_time(one, found),
            Cell(bills, kind="text" if one.is_billable else "muted"),
            Cell(word.text, kind="badge", tone=word.tone),
        ],
        name=one.name,
    )


def _task_time(one: TaskRow, found: Overview) -> Cell:
    minutes = one.seconds // 60
    if not one.budget_minutes or not found.head.sees_all:
        return Cell(f"{words.hours(minutes)} h")
    share = Fraction(minutes, one.budget_minutes)
    text = f"{words.hours(minutes)} of {words.hours(one.budget_minutes)}"
    return Cell(text, kind="bar", value=half_up(share * 100), tip=words.percent(share, 0, found.facts.locale))


def task_totals(found: Overview) -> list[Cell]:
    """The sum of time."""
    if not found.tasks:
        return []
    label = "All tasks" if found.head.sees_all else "Your time"
    return [Cell(label), Cell(f"{words.hours(found.minutes)} h"), Cell(""), Cell("")]


def team_row(one: MemberRow, found: Overview) -> Row:
    """Someone on the team; a member sees only their own time."""
    planned = found.planned.get(one.person_id, 0)
    shown = found.head.sees_all or one.seconds
    return Row(
        str(one.person_id),
        [
            Cell(one.name, kind="person", icon=initials(one.name), sub="Lead" if one.is_lead else ""),
            Cell(one.role),
            Cell(h_mm_seconds(one.seconds) if shown else words.MISSING, align="right"),
            Cell(words.hours(planned) if planned else words.MISSING, align="right"),
        ],
        name=one.name,
        locked=one.is_lead,
    )


def milestone_row(one: MilestoneRow, found: Overview) -> Row:
    """A milestone with its value and state."""
    late = one.status == "planned" and one.due_on is not None and one.due_on < found.facts.today
    word = (
        badge("late") if late else badge(one.status, "Waits for the client" if one.status == "ready" else "")
    )
    when = words.day(one.due_on, found.facts.locale) if one.due_on else words.MISSING
    by = f"accepted by {one.accepted_by}" if one.accepted_by else one.line
    return Row(
        str(one.id),
        [
            Cell(one.title, sub=by, kind="strong", tip=one.criteria),
            Cell(when, kind="bad" if late else "text"),
            Cell(words.money(one.value, one.currency, found.facts.locale), align="right"),
            Cell(word.text, kind="badge", tone=word.tone),
        ],
        name=one.title,
    )


def invoice_row(one: ProjectInvoice, found: Overview) -> Row:
    """An invoice that holds work of the project."""
    word = badge(one.state)
    day = words.day(one.issued_on, found.facts.locale) if one.issued_on else ""
    return Row(
        str(one.id),
        [
            Cell(one.number or "Draft", sub=day, kind="strong"),
            Cell(words.money(one.total, one.currency, found.facts.locale), align="right"),
            Cell(word.text, kind="badge", tone=word.tone),
        ],
        href=routes.invoice(one.number or one.id),
        name=one.number or "Draft",
    )


def time_row(one: RecentTime, found: Overview) -> Row:
    """An entry; no price."""
    word = badge(one.status)
    return Row(
        str(one.id),
        [
            Cell(words.day(one.day, found.facts.locale, year=False), kind="strong"),
            Cell(one.person),
            Cell(one.task),
            Cell(one.note, kind="muted"),
            Cell(h_mm_seconds(one.seconds), align="right"),
            Cell(word.text, kind="badge", tone=word.tone),
        ],
    )
