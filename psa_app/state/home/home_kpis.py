"""The four key figures of Home, each with its definition and the rows that it is made of."""

from fractions import Fraction

from psa_app import routes
from psa_app.display.figures import Kpi, Step
from psa_app.formats import words
from psa_app.queries.home.firm import FirmHome
from psa_app.queries.projects.earned import Earned
from psa_app.rules import weeks

MOST_STEPS = 14


def key_figures(found: FirmHome) -> list[Kpi]:
    """Utilization, margin, work in progress, overdue."""
    return [_use(found), _margin(found), _progress(found), _overdue(found)]


def points(change: Fraction, digits: int, locale: str) -> tuple[str, str]:
    """A change in percentage points ("+2", "−1.1") and its tone; nothing when it rounds to zero."""
    text = words.number(change * 100, locale, digits, sign=True)
    if not any(character in "123456789" for character in text):
        return "", ""
    return text, "ok" if change > 0 else "bad"


def _use(found: FirmHome) -> Kpi:
    facts, use = found.facts, found.use
    this, last = use.months[-1], use.months[-2]
    month = words.month(weeks.month_days(last.month)[0], facts.locale)
    trend, tone = "", ""
    if this.share is not None and last.share is not None:
        trend, tone = points(this.share - last.share, 0, facts.locale)
    compared = f"on {month} · " if trend else ""
    rows = [
        Step(
            one.name,
            f"{_share(one.share, facts.locale)} · {words.hours(one.billable)} of {words.hours(one.capacity)}",
            href=routes.person(one.person_id),
        )
        for one in use.people
    ]
    whole = f"{words.hours(this.billable)} of {words.hours(this.capacity)}"
    return Kpi(
        "Billable utilization",
        _share(this.share, facts.locale),
        hint=f"{compared}target {words.percent(Fraction(facts.target, 100), 0, facts.locale)}",
        trend=trend,
        tone=tone,
        how=[*rows, Step("Everyone, sum by sum", whole, strong=True)],
        how_text="Billable hours logged ÷ net capacity this month up to today: contract hours less public "
        "holidays and approved leave.",
    )


def _share(share: Fraction | None, locale: str, digits: int = 0) -> str:
    return words.MISSING if share is None else words.percent(share, digits, locale)


def _margin(found: FirmHome) -> Kpi:
    facts, margin = found.facts, found.margin
    trend, tone = "", ""
    if margin.share is not None and margin.last is not None:
        trend, tone = points(margin.share - margin.last, 1, facts.locale)
    month = words.month(weeks.month_days(found.use.months[-2].month)[0], facts.locale)
    heaviest = margin.heaviest()
    takes = ""
    if heaviest is not None:
        takes = f"{heaviest[0].name} takes {words.number(heaviest[1] * 100, facts.locale, 1)}"
    hint = " · ".join(part for part in (f"on {month}" if trend and not takes else "", takes) if part)
    return Kpi(
        "Margin",
        _share(margin.share, facts.locale, 1),
        hint=f"· {hint}" if trend and takes else hint,
        trend=trend,
        tone=tone,
        how=_margin_steps(found),
        how_text="(Recognized revenue − cost) ÷ recognized revenue of client work this month up to today. "
        "Time billed by the hour counts, on both sides, when it is approved.",
    )


def _margin_steps(found: FirmHome) -> list[Step]:
    facts, margin = found.facts, found.margin
    steps = [
        Step(
            one.name,
            f"{_share(one.margin, facts.locale)} · "
            f"{_money(one.recognized, found)} − {_money(one.cost, found)}",
            href=_contract(one.key),
        )
        for one in margin.projects[:MOST_STEPS]
    ]
    steps += [
        Step("Recognized", _money(margin.recognized, found), strong=True),
        Step("Cost", f"{words.MINUS}{_money(margin.cost, found)}", strong=True),
        Step("Last month", _share(margin.last, facts.locale, 1)),
    ]
    if margin.open_seconds:
        hours = words.hours(margin.open_seconds // 60)
        steps.append(Step(f"Not approved yet: {hours} h, cost", _money(margin.open_cost, found)))
        steps.append(Step("Margin if that cost counted now", _share(margin.with_open, facts.locale, 1)))
    return steps


def _progress(found: FirmHome) -> Kpi:
    parts = [f"{_money(found.ready, found)} ready to bill"]
    if found.drafted:
        parts.append(f"{_money(found.drafted, found)} on drafts")
    steps = [
        Step(one.contract.name, _of_contract(one, found), href=_contract(one.contract.key))
        for one in found.unbilled[:MOST_STEPS]
    ]
    steps.append(Step("Work in progress", _money(found.wip, found), strong=True))
    if found.deferred:
        steps.append(Step("Billed ahead of the work", _money(found.deferred, found)))
    return Kpi(
        "Work in progress",
        _money(found.wip, found),
        hint=" · ".join(parts),
        how=steps,
        how_text="Earned and not billed: recognized revenue − what is invoiced, contract by contract.",
    )


def _of_contract(one: Earned, found: FirmHome) -> str:
    ready = f" · {_money(one.ready, found)} ready" if one.ready else ""
    return f"{_money(one.wip, found)}{ready}"


def _overdue(found: FirmHome) -> Kpi:
    late = found.overdue
    count = "1 invoice" if len(late) == 1 else f"{len(late)} invoices"
    oldest = max((one.days_over for one in late), default=0)
    days = "1 day" if oldest == 1 else f"{oldest} days"
    steps = [
        Step(
            f"{one.number} {one.account}",
            f"{words.money(one.base, found.facts.currency, found.facts.locale)} · {one.days_over} days",
            href=routes.invoice(one.number),
        )
        for one in late[:MOST_STEPS]
    ]
    return Kpi(
        "Overdue",
        _money(sum(one.base for one in late), found),
        hint=f"{count} · oldest {days}" if late else "Everything due is paid",
        href=routes.with_query(routes.INVOICES, view="overdue") if late else "",
        how=[*steps, Step("Open in all", _money(sum(one.base for one in found.owed), found), strong=True)],
        how_text="What is left to pay on issued invoices whose day has passed, at the rates of their issue.",
    )


def _contract(key: int) -> str:
    return routes.project(key) if key > 0 else routes.sow(-key)


def _money(amount: int, found: FirmHome) -> str:
    return words.money_whole(amount, found.facts.currency, found.facts.locale)
