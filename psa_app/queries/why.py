"""The rate of an entry, of work not logged yet, or of a quote's line: one answer for one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.errors import Invalid
from psa_app.models import Person, Project, ProjectMember, Quote, QuoteLine, Sow, SowLine, Task, TimeEntry
from psa_app.queries.rate_explain import explain_rate
from psa_app.queries.rates import Explanation, explain_entry
from psa_app.rules import quotes, scopes
from psa_app.rules.rates import Step

KEYS = ("entry", "quote_line", "task", "project", "sow_line", "person", "role", "client")


@dataclass(frozen=True, slots=True)
class Fee:
    """A line that is no time and materials: its model, and its price (minor units; `each` its rhythm)."""

    title: str
    model: str
    amount: int
    currency: str
    each: str


@dataclass(frozen=True, slots=True)
class Why:
    """What was asked in words, the rate of the day (minor units an hour; None: none fits), and the ladder.

    `asked` is what a quote's line asks for an hour, `entry` the whole story where time is logged. Where a
    `fee` covers the time, or it `is_billable` not, no hour has a price and there are no steps. `people` are
    those on the project (id and name) where nobody was named, as a rate by role or person needs.
    """

    about: tuple[tuple[str, str], ...]
    day: date
    amount: int | None
    currency: str
    level: str
    steps: tuple[Step, ...]
    asked: int | None = None
    entry: Explanation | None = None
    fee: Fee | None = None
    is_billable: bool = True
    people: tuple[tuple[int, str], ...] = ()


def why(session: Session, actor: Actor, keys: Mapping[str, int], day: date | None = None) -> Why:
    """The ladder for what `keys` name (ids by the words of `KEYS`), today if no day is given.

    A task with a person and a day that has one entry is explained as that entry. Raises `NotFound` outside
    the actor's scope, `Invalid` when nothing is named or the names do not belong together.
    """
    require(actor, "rates.read")
    if not keys:
        raise Invalid("Say which entry, work or line the rate is for.", "entry")
    if "quote_line" in keys:
        return _of_quote(session, actor, keys["quote_line"], day)
    entry = keys.get("entry") or _only_entry(session, actor, keys, day)
    if entry:
        return _of_entry(session, explain_entry(session, actor, entry))
    return _of_work(session, actor, keys, day or clock.now().date())


def _only_entry(session: Session, actor: Actor, keys: Mapping[str, int], day: date | None) -> int | None:
    if day is None or not {"task", "person"} <= keys.keys():
        return None
    found = session.exec(
        select(TimeEntry.id).where(
            TimeEntry.task_id == keys["task"],
            TimeEntry.person_id == keys["person"],
            TimeEntry.work_date == day,
            visible(actor, TimeEntry),
        )
    ).all()
    return found[0] if len(found) == 1 else None


def _of_entry(session: Session, told: Explanation) -> Why:
    task = session.get_one(Task, session.get_one(TimeEntry, told.entry_id).task_id)
    fee = _fee(session, task.sow_line_id) if told.is_billable else None
    about = (
        ("Person", told.person),
        ("Role here", told.role),
        ("Project", told.project),
        ("Task", told.task),
    )
    return Why(
        about,
        told.day,
        told.amount,
        told.currency,
        told.level,
        told.steps if told.is_billable and fee is None else (),
        entry=told,
        fee=fee,
        is_billable=told.is_billable,
    )


def _fee(session: Session, line_id: int | None) -> Fee | None:
    """The line's price where it covers all its time."""
    line = session.get(SowLine, line_id) if line_id is not None else None
    if line is None or line.model == scopes.TIME:
        return None
    each = line.rhythm if line.model in scopes.PERIODIC else ""
    currency = session.get_one(Sow, line.sow_id).currency
    return Fee(line.title, line.model, line.value_minor, currency, each)


def _of_work(session: Session, actor: Actor, keys: Mapping[str, int], day: date) -> Why:
    project, line = keys.get("project"), keys.get("sow_line")
    about: tuple[tuple[str, str], ...] = ()
    is_billable = True
    if "task" in keys:
        task = fetch(session, actor, Task, keys["task"])
        project, line = task.project_id, task.sow_line_id
        is_billable = task.is_billable and session.get_one(Project, project).account_id is not None
        about = (("Task", task.name),)
    told = explain_rate(
        session,
        actor,
        day=day,
        role_id=keys.get("role"),
        account_id=keys.get("client"),
        project_id=project,
        sow_line_id=line,
        person_id=keys.get("person"),
    )
    fee = _fee(session, line) if is_billable else None
    is_priced = is_billable and fee is None
    is_somebodys = not is_priced or "person" in keys or "role" in keys
    return Why(
        (*told.about, *about),
        day,
        told.amount if is_priced else None,
        told.currency,
        told.level,
        told.steps if is_priced else (),
        fee=fee,
        is_billable=is_billable,
        people=() if is_somebodys or project is None else _people(session, actor, project),
    )


def _people(session: Session, actor: Actor, project_id: int) -> tuple[tuple[int, str], ...]:
    found = session.exec(
        select(Person.id, Person.name)
        .join(ProjectMember, col(ProjectMember.person_id) == col(Person.id))
        .where(ProjectMember.project_id == project_id, visible(actor, Person))
        .order_by(Person.name, col(Person.id))
        .limit(50)
    )
    return tuple((int(key or 0), name) for key, name in found)


def _of_quote(session: Session, actor: Actor, line_id: int, day: date | None) -> Why:
    require(actor, "quotes.read")
    line = fetch(session, actor, QuoteLine, line_id)
    quote = fetch(session, actor, Quote, line.quote_id)
    when = day or quote.starts_on or clock.now().date()
    told = explain_rate(
        session, actor, day=when, role_id=line.role_id, account_id=quote.account_id, currency=quote.currency
    )
    about = (("Quote", f"{quote.number or quote.title}: {line.title}"), *told.about)
    if line.model != quotes.TIME:
        each = "monthly" if line.model in scopes.PERIODIC else ""
        fee = Fee(line.title, line.model, line.value_minor, quote.currency, each)
        return Why(about, when, None, quote.currency, "", (), fee=fee)
    return Why(about, when, told.amount, told.currency, told.level, told.steps, asked=line.rate_minor)
