"""What one may ask the rate of: entries, lines of quotes and tasks, the newest first, found by words."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from psa_app.access import Actor, may, require, visible
from psa_app.models import Account, Person, Project, Quote, QuoteLine, Task, TimeEntry
from psa_app.rules.quotes import TIME

MOST = 8


@dataclass(frozen=True, slots=True)
class WhyChoices:
    """Rows of each kind: an entry with person, project and task; a quote's line; a task."""

    entries: tuple[Any, ...]
    quote_lines: tuple[Any, ...]
    tasks: tuple[Any, ...]


def why_choices(session: Session, actor: Actor, text: str = "") -> WhyChoices:
    """Billable time, lines of quotes by time and billable tasks that the actor may see, at most 8 of each."""
    require(actor, "rates.read")
    words = text.split()[:6]
    return WhyChoices(
        _entries(session, actor, words),
        _quote_lines(session, actor, words) if may(actor, "quotes.read") else (),
        _tasks(session, actor, words),
    )


def _found(words: list[str], *columns: Any) -> list[ColumnElement[bool]]:
    return [or_(*(col(one).icontains(word, autoescape=True) for one in columns)) for word in words]


def _entries(session: Session, actor: Actor, words: list[str]) -> tuple[Any, ...]:
    columns: Any = (
        TimeEntry.id,
        TimeEntry.work_date,
        TimeEntry.seconds,
        Person.name.label("person"),  # type: ignore[attr-defined]
        Project.name.label("project"),  # type: ignore[attr-defined]
        Task.name.label("task"),  # type: ignore[attr-defined]
    )
    found = session.exec(
        select(*columns)
        .join(Person, col(Person.id) == col(TimeEntry.person_id))
        .join(Project, col(Project.id) == col(TimeEntry.project_id))
        .join(Task, col(Task.id) == col(TimeEntry.task_id))
        .where(
            visible(actor, TimeEntry),
            col(TimeEntry.is_billable),
            *_found(words, Person.name, Project.name, Task.name),
        )
        .order_by(col(TimeEntry.work_date).desc(), col(TimeEntry.id).desc())
        .limit(MOST)
    )
    return tuple(found)


def _quote_lines(session: Session, actor: Actor, words: list[str]) -> tuple[Any, ...]:
    columns: Any = (
        QuoteLine.id,
        QuoteLine.title.label("line"),  # type: ignore[attr-defined]
        QuoteLine.rate_minor,
        Quote.number,
        Quote.title,
        Quote.currency,
        Account.name.label("client"),  # type: ignore[attr-defined]
    )
    found = session.exec(
        select(*columns)
        .join(Quote, col(Quote.id) == col(QuoteLine.quote_id))
        .join(Account, col(Account.id) == col(Quote.account_id))
        .where(
            visible(actor, QuoteLine),
            QuoteLine.model == TIME,
            *_found(words, QuoteLine.title, Quote.title, Quote.number, Account.name),
        )
        .order_by(col(Quote.id).desc(), col(QuoteLine.position), col(QuoteLine.id))
        .limit(MOST)
    )
    return tuple(found)


def _tasks(session: Session, actor: Actor, words: list[str]) -> tuple[Any, ...]:
    columns: Any = (
        Task.id,
        Task.name,
        Project.name.label("project"),  # type: ignore[attr-defined]
        Account.name.label("client"),  # type: ignore[attr-defined]
    )
    found = session.exec(
        select(*columns)
        .join(Project, col(Project.id) == col(Task.project_id))
        .join(Account, col(Account.id) == col(Project.account_id))
        .where(
            visible(actor, Task),
            col(Task.is_billable),
            Task.status == "open",
            *_found(words, Task.name, Project.name, Account.name),
        )
        .order_by(col(Task.id).desc())
        .limit(MOST)
    )
    return tuple(found)
