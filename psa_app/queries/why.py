"""The rate of an entry, of work not logged yet, or of a quote's line: one answer for one page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, fetch, require, visible
from psa_app.errors import Invalid
from psa_app.models import Quote, QuoteLine, Task, TimeEntry
from psa_app.queries.rate_explain import explain_rate
from psa_app.queries.rates import Explanation, explain_entry
from psa_app.rules.rates import Step

KEYS = ("entry", "quote_line", "task", "project", "sow_line", "person", "role", "client")


@dataclass(frozen=True, slots=True)
class Why:
    """What was asked in words, the rate of the day (minor units an hour; None: none fits), and the ladder.

    `asked` is what a quote's line asks for an hour, `entry` the whole story where time is logged.
    """

    about: tuple[tuple[str, str], ...]
    day: date
    amount: int | None
    currency: str
    level: str
    steps: tuple[Step, ...]
    asked: int | None = None
    entry: Explanation | None = None


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
        return _of_entry(explain_entry(session, actor, entry))
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


def _of_entry(told: Explanation) -> Why:
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
        told.steps if told.is_billable else (),
        entry=told,
    )


def _of_work(session: Session, actor: Actor, keys: Mapping[str, int], day: date) -> Why:
    project, line = keys.get("project"), keys.get("sow_line")
    about: tuple[tuple[str, str], ...] = ()
    if "task" in keys:
        task = fetch(session, actor, Task, keys["task"])
        project, line = task.project_id, task.sow_line_id
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
    return Why((*told.about, *about), day, told.amount, told.currency, told.level, told.steps)


def _of_quote(session: Session, actor: Actor, line_id: int, day: date | None) -> Why:
    require(actor, "quotes.read")
    line = fetch(session, actor, QuoteLine, line_id)
    quote = fetch(session, actor, Quote, line.quote_id)
    when = day or quote.starts_on or clock.now().date()
    told = explain_rate(
        session, actor, day=when, role_id=line.role_id, account_id=quote.account_id, currency=quote.currency
    )
    about = (("Quote", f"{quote.number or quote.title}: {line.title}"), *told.about)
    return Why(about, when, told.amount, told.currency, told.level, told.steps, asked=line.rate_minor)
