"""The list of projects: a page of them, with how they stand as far as the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlmodel import Session

from psa_app.access import Actor, may, require, visible
from psa_app.models import Project, TimeEntry
from psa_app.queries.projects.health import Health
from psa_app.queries.projects.standing import project_figures
from psa_app.queries.projects.tables import ACCOUNT, ENTRY, PERSON, PROJECT

Status = Literal["active", "planned", "closed", "all"]
Sort = Literal["name", "client", "lead", "ends", "used"]
PAGE = 25


@dataclass(frozen=True, slots=True)
class ListedProject:
    """A project in the list. `seconds` are those that the reader may see; `health` None for a member."""

    id: int
    name: str
    account: str
    lead: str
    status: str
    color: int
    starts_on: date | None
    ends_on: date | None
    budget_minutes: int
    seconds: int
    health: Health | None


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One page; `total` counts all that fit, `counts` the projects of each status that fit the search."""

    rows: tuple[ListedProject, ...]
    total: int
    counts: dict[str, int]


def project_page(
    session: Session,
    actor: Actor,
    *,
    status: Status = "active",
    text: str = "",
    lead_id: int | None = None,
    account_id: int | None = None,
    sort: Sort = "name",
    descending: bool = False,
    page: int = 1,
) -> ProjectPage:
    """Projects that the actor may see. Needs "tasks.read"."""
    require(actor, "tasks.read")
    where = [visible(actor, Project), *_search(text)]
    if lead_id is not None:
        where.append(PROJECT.c.lead_id == lead_id)
    if account_id is not None:
        where.append(PROJECT.c.account_id == account_id)
    counts = _counts(session, where)
    if status != "all":
        where.append(PROJECT.c.status == status)
    rows = _rows(session, actor, where, sort, descending, page)
    ids = [row.id for row in rows if row.account_id is not None]
    standing = project_figures(session, actor, ids)[1] if ids and may(actor, "projects.margin") else {}
    total = sum(counts.values()) if status == "all" else counts.get(status, 0)
    return ProjectPage(tuple(_listed(row, standing.get(row.id)) for row in rows), total, counts)


def _search(text: str) -> list[ColumnElement[bool]]:
    words = text.lower().split()[:6]
    name, client = func.lower(PROJECT.c.name), func.lower(func.coalesce(ACCOUNT.c.name, ""))
    return [
        or_(name.contains(word, autoescape=True), client.contains(word, autoescape=True)) for word in words
    ]


def _counts(session: Session, where: Sequence[ColumnElement[bool]]) -> dict[str, int]:
    statement = (
        select(PROJECT.c.status, func.count())
        .select_from(PROJECT)
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .where(*where)
        .group_by(PROJECT.c.status)
    )
    return {status: int(count) for status, count in session.connection().execute(statement)}


def _rows(
    session: Session,
    actor: Actor,
    where: Sequence[ColumnElement[bool]],
    sort: Sort,
    descending: bool,
    page: int,
) -> Sequence[Any]:
    seconds = func.coalesce(
        select(func.sum(ENTRY.c.seconds))
        .where(and_(ENTRY.c.project_id == PROJECT.c.id, visible(actor, TimeEntry)))
        .scalar_subquery(),
        0,
    )
    column = _order(sort, seconds)
    statement = (
        select(
            PROJECT, ACCOUNT.c.name.label("account"), PERSON.c.name.label("lead"), seconds.label("seconds")
        )
        .outerjoin(ACCOUNT, ACCOUNT.c.id == PROJECT.c.account_id)
        .outerjoin(PERSON, PERSON.c.id == PROJECT.c.lead_id)
        .where(*where)
        .order_by(column.is_(None), column.desc() if descending else column, PROJECT.c.name, PROJECT.c.id)
        .limit(PAGE)
        .offset(PAGE * (max(page, 1) - 1))
    )
    return session.connection().execute(statement).all()


def _order(sort: Sort, seconds: Any) -> Any:
    """Budget used is compared in thousandths, so that both databases divide alike."""
    used = case((PROJECT.c.budget_minutes > 0, seconds * 1000 / PROJECT.c.budget_minutes))
    columns = {
        "name": func.lower(PROJECT.c.name),
        "client": func.lower(ACCOUNT.c.name),
        "lead": func.lower(PERSON.c.name),
        "ends": PROJECT.c.ends_on,
        "used": used,
    }
    return columns[sort]


def _listed(row: Any, standing: Health | None) -> ListedProject:
    return ListedProject(
        row.id,
        row.name,
        row.account or "",
        row.lead or "",
        row.status,
        row.color,
        row.starts_on,
        row.ends_on,
        row.budget_minutes,
        int(row.seconds),
        standing,
    )
