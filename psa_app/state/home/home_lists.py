"""Home's lists: projects that need a look, and what waits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from psa_app import routes
from psa_app.display.figures import Waiting
from psa_app.display.states import badge
from psa_app.display.tables import Cell, Column, Row
from psa_app.formats import words
from psa_app.queries.home.facts import FirmFacts
from psa_app.queries.home.waiting import Waits
from psa_app.queries.projects.health import Health
from psa_app.rules.money import half_up

PROJECT_COLUMNS = (
    Column("project", "Project"),
    Column("used", "Budget used"),
    Column("margin", "Margin", align="right"),
    Column("state", "State", align="right", phone="side"),
)
ACTS = {
    "leave": "Decide",
    "draft": "Issue",
    "payment": "Look at it",
    "deposit": "Open",
    "deposit_left": "Open",
    "sow": "Open",
    "milestone": "Open",
    "change_draft": "Look at it",
    "change_sent": "Open",
    "change_question": "Answer",
    "change_declined": "Look at it",
    "change_signed": "Open",
    "client_time": "Open",
}
NAMED = 2  # people named before "and 7 more"
WORDS = {
    "leave": "asks for leave",
    "draft": "invoice draft",
    "payment": "payment to look at",
    "deposit": "deposit due at signature, not asked yet",
    "deposit_left": "the scope has ended, and this deposit is left",
    "sow": "waits for the client’s signature",
    "milestone": "waits for the client’s acceptance",
    "change_draft": "change order drafted for hours that the contract does not cover",
    "change_sent": "change order, waits for the client’s signature",
    "change_question": "the client asks about this change order",
    "change_declined": "change order declined by the client",
    "change_signed": "change order signed by the client",
}


def project_rows(projects: Iterable[Health], locale: str) -> list[Row]:
    """A row for each project: budget used as a bar, margin to date, state."""
    return [_project(one, locale) for one in projects]


def _project(one: Health, locale: str) -> Row:
    word = badge(one.state)
    return Row(
        str(one.project_id),
        [
            Cell(one.name, sub=one.account, kind="strong"),
            used_cell(one, locale),
            Cell(words.MISSING if one.margin is None else words.percent(one.margin, 0, locale)),
            Cell(word.text, kind="badge", tone=word.tone, tip=one.why),
        ],
        href=routes.project(one.project_id),
        name=one.name,
    )


def used_cell(one: Health, locale: str) -> Cell:
    """Time worked ÷ budget as a bar; without a budget the hours alone."""
    if one.used is None:
        return Cell(f"{words.hours(one.minutes)} h", sub="no budget", kind="muted")
    tip = f"{words.hours(one.minutes)} of {words.hours(one.budget_minutes)} h"
    return Cell(words.percent(one.used, 0, locale), kind="bar", value=half_up(one.used * 100), tip=tip)


def waiting_items(waits: Sequence[Waits], facts: FirmFacts) -> list[Waiting]:
    """All weeks to approve as one line, all expenses as one, then each other thing that waits."""
    of_kind: dict[str, list[Waits]] = defaultdict(list)
    for one in waits:
        of_kind[one.kind].append(one)
    items = [_weeks(of_kind["time"], facts)] if of_kind["time"] else []
    items += [_expenses(of_kind["expense"], facts)] if of_kind["expense"] else []
    return [*items, *(_one(one, facts) for one in waits if one.kind not in ("time", "expense"))]


def _weeks(found: Sequence[Waits], facts: FirmFacts) -> Waiting:
    title = "1 week to approve" if len(found) == 1 else f"{len(found)} weeks to approve"
    return Waiting("time", title, _of_people(found, facts), routes.APPROVALS, "Approve")


def _expenses(found: Sequence[Waits], facts: FirmFacts) -> Waiting:
    title = "1 expense to approve" if len(found) == 1 else f"{len(found)} expenses to approve"
    href = found[0].href if len(found) == 1 else routes.APPROVALS
    return Waiting("expense", title, _of_people(found, facts), href, "Approve")


def _of_people(found: Sequence[Waits], facts: FirmFacts) -> str:
    """Whose they are, and since when the first one waits."""
    names = list(dict.fromkeys(one.title for one in found))
    more = len(names) - NAMED
    said = ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")
    since = min((one.since for one in found if one.since), default=None)
    return _joined(said, _since(since, facts))


def _one(one: Waits, facts: FirmFacts) -> Waiting:
    amount = words.money_whole(one.amount, one.currency, facts.locale) if one.currency else ""
    if one.kind == "leave":
        title, said = f"{one.title} {WORDS['leave']}", one.beside
    elif one.kind == "renewal":
        said = _joined(one.beside, _notice(one.since, facts))
        return Waiting(f"renewal-{one.id}", one.title, said, one.href, "Renew")
    elif one.kind == "agreement":
        said = _joined(one.beside, _ends(one.since, facts))
        return Waiting(f"agreement-{one.id}", one.title, said, one.href, "Open")
    elif one.kind == "retainer":
        return Waiting(f"retainer-{one.id}", one.title, one.beside, one.href, "Open")
    elif one.kind == "client_time":
        title, said = one.title, one.beside
    elif one.kind in ("sow", "milestone", "deposit", "deposit_left") or one.kind.startswith("change_"):
        title, said = one.title, _joined(one.beside, WORDS[one.kind])
    else:
        title, said = f"{one.title}, {WORDS[one.kind]}", one.beside if one.kind == "payment" else ""
    return Waiting(
        f"{one.kind}-{one.id}",
        title,
        _joined(amount, said, _since(one.since, facts)),
        one.href,
        ACTS[one.kind],
    )


def _notice(last: date | None, facts: FirmFacts) -> str:
    if last is None:
        return "renews"
    day = words.day(last, facts.locale)
    return f"notice until {day}" if last >= facts.today else f"renews; the notice was due by {day}"


def _ends(day: date | None, facts: FirmFacts) -> str:
    if day is None:
        return "agreement without an end"
    ends = "ends" if day >= facts.today else "ended"
    return f"agreement {ends} on {words.day(day, facts.locale)}"


def _since(day: date | None, facts: FirmFacts) -> str:
    if day is None:
        return ""
    days = (facts.today - day).days
    return "today" if days <= 0 else "since yesterday" if days == 1 else f"for {days} days"


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
