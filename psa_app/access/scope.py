"""Which rows an actor reaches. A row outside is *not found*, never *forbidden*.

`visible(actor, Model)` gives the WHERE clause, `fetch` the row. A model that has no clause
for a role is closed to it.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, true
from sqlmodel import Session, SQLModel, col, select

from psa_app import clock
from psa_app.access.actor import Actor
from psa_app.access.client_scope import CLIENT
from psa_app.access.link_scope import reached_by_link
from psa_app.access.permissions import LISTS, may
from psa_app.access.whole_tables import BOOKS, SALES
from psa_app.errors import NotFound
from psa_app.models import (
    Account,
    ApiToken,
    Attachment,
    Booking,
    BulkRow,
    BulkRun,
    ChecklistItem,
    Contact,
    CustomField,
    Deputy,
    Expense,
    ExpenseCategory,
    Firm,
    GridCell,
    History,
    Holiday,
    Leave,
    ListColumns,
    LoginSession,
    Mail,
    Milestone,
    Person,
    Phase,
    Project,
    ProjectMember,
    ProjectMilestone,
    RaidItem,
    Rate,
    Role,
    SavedView,
    Signature,
    Sow,
    SowLine,
    Task,
    TimeEntry,
    Timer,
    TimeRequest,
    TimeRequestLine,
    Timesheet,
    User,
    WorkPattern,
)

M = TypeVar("M", bound=SQLModel)
S = TypeVar("S")
Clause = ColumnElement[bool]
Rule = Callable[[Actor], Clause]

EVERYTHING: Rule = lambda _: true()  # noqa: E731
NOTHING: Rule = lambda _: false()  # noqa: E731


def _led_projects(actor: Actor) -> Any:
    return select(Project.id).where(Project.lead_id == actor.person_id)


def _joined_projects(actor: Actor) -> Any:
    return select(ProjectMember.project_id).where(ProjectMember.person_id == actor.person_id)


def _lists(actor: Actor) -> list[str]:
    """The kinds of record whose lists the actor may open: a shared view of another is not theirs to see."""
    return [kind for kind, right in LISTS.items() if may(actor, right)]


def _receipts(actor: Actor, rules: dict[type[SQLModel], Rule]) -> Clause:
    """The receipts of the expenses that the actor sees."""
    seen = select(Expense.id).where(rules[Expense](actor))
    return and_(col(Attachment.kind) == "expense", col(Attachment.record_id).in_(seen))


def _of_project(column: Any) -> Rule:
    """Rows of projects on which the actor works, and of the firm's own."""
    internal = select(Project.id).where(col(Project.account_id).is_(None))
    return lambda actor: or_(column.in_(_joined_projects(actor)), column.in_(internal))


def _own(column: Any) -> Rule:
    return lambda actor: column == actor.person_id if actor.person_id else false()


_MEMBER: dict[type[SQLModel], Rule] = {
    Firm: EVERYTHING,
    Holiday: EVERYTHING,
    Role: EVERYTHING,
    Person: EVERYTHING,
    Project: lambda a: or_(col(Project.id).in_(_joined_projects(a)), col(Project.account_id).is_(None)),
    Task: lambda a: or_(
        col(Task.project_id).in_(_joined_projects(a)),
        col(Task.project_id).in_(select(Project.id).where(col(Project.account_id).is_(None))),
    ),
    Phase: _of_project(col(Phase.project_id)),
    ProjectMilestone: _of_project(col(ProjectMilestone.project_id)),
    RaidItem: _of_project(col(RaidItem.project_id)),
    ProjectMember: lambda a: or_(
        col(ProjectMember.person_id) == a.person_id, col(ProjectMember.project_id).in_(_joined_projects(a))
    ),
    Booking: _own(Booking.person_id),
    Leave: _own(Leave.person_id),
    WorkPattern: _own(WorkPattern.person_id),
    TimeEntry: _own(TimeEntry.person_id),
    Timesheet: _own(Timesheet.person_id),
    Timer: _own(Timer.person_id),
    GridCell: _own(GridCell.person_id),
    ExpenseCategory: EVERYTHING,
    Expense: _own(Expense.person_id),
    Attachment: lambda a: _receipts(a, _MEMBER),
    Account: lambda a: col(Account.id).in_(
        select(Project.account_id).where(col(Project.id).in_(_joined_projects(a)))
    ),
    User: lambda a: col(User.id) == a.user_id,
    LoginSession: lambda a: col(LoginSession.user_id) == a.user_id,
    Deputy: lambda a: or_(col(Deputy.user_id) == a.user_id, col(Deputy.deputy_id) == a.user_id),
    CustomField: EVERYTHING,
    SavedView: lambda a: or_(
        col(SavedView.user_id) == a.user_id, col(SavedView.is_shared) & col(SavedView.kind).in_(_lists(a))
    ),
    ListColumns: lambda a: col(ListColumns.user_id) == a.user_id,
    ChecklistItem: lambda a: col(ChecklistItem.owner_id) == a.user_id,
    BulkRun: lambda a: col(BulkRun.by_user) == a.user_id,
    BulkRow: lambda a: col(BulkRow.bulk_run_id).in_(
        select(BulkRun.id).where(col(BulkRun.by_user) == a.user_id)
    ),
}


def _seen_entries(actor: Actor) -> Any:
    """The time that a lead sees: their own, that of their projects, and where they stand in."""
    return select(TimeEntry.id).where(_LEAD[TimeEntry](actor))


_LEAD: dict[type[SQLModel], Rule] = (
    _MEMBER
    | dict.fromkeys(SALES, EVERYTHING)
    | {
        Account: EVERYTHING,
        Contact: EVERYTHING,
        Sow: EVERYTHING,
        SowLine: EVERYTHING,
        Milestone: EVERYTHING,
        Signature: EVERYTHING,
        Rate: EVERYTHING,
        Project: EVERYTHING,
        Task: EVERYTHING,
        Phase: EVERYTHING,
        ProjectMilestone: EVERYTHING,
        RaidItem: EVERYTHING,
        ProjectMember: EVERYTHING,
        Booking: EVERYTHING,
        Leave: EVERYTHING,
        WorkPattern: EVERYTHING,
        TimeEntry: lambda a: or_(
            col(TimeEntry.person_id) == a.person_id,
            col(TimeEntry.project_id).in_(_led_projects(a)),
            _deputized(a, TimeEntry.project_id),
        ),
        Expense: lambda a: or_(
            col(Expense.person_id) == a.person_id,
            col(Expense.project_id).in_(_led_projects(a)),
            _deputized(a, Expense.project_id),
        ),
        Attachment: lambda a: or_(col(Attachment.kind) != "expense", _receipts(a, _LEAD)),
        Timesheet: lambda a: or_(
            col(Timesheet.person_id) == a.person_id,
            col(Timesheet.id).in_(
                select(TimeEntry.timesheet_id).where(
                    or_(col(TimeEntry.project_id).in_(_led_projects(a)), _deputized(a, TimeEntry.project_id))
                )
            ),
        ),
        TimeRequest: lambda a: col(TimeRequest.id).in_(
            select(TimeRequestLine.request_id).where(col(TimeRequestLine.entry_id).in_(_seen_entries(a)))
        ),
        TimeRequestLine: lambda a: col(TimeRequestLine.entry_id).in_(_seen_entries(a)),
        History: EVERYTHING,
        Mail: lambda _: col(Mail.about).in_(("quote", "sow", "change_order", "milestone", "contact")),
    }
)
_FINANCE: dict[type[SQLModel], Rule] = dict.fromkeys((*_LEAD, *BOOKS), EVERYTHING) | {
    User: lambda a: col(User.id) == a.user_id,
    LoginSession: lambda a: col(LoginSession.user_id) == a.user_id,
    ApiToken: lambda a: col(ApiToken.user_id) == a.user_id,
    Timer: _own(Timer.person_id),
    SavedView: _MEMBER[SavedView],
    ListColumns: _MEMBER[ListColumns],
    BulkRun: _MEMBER[BulkRun],
    BulkRow: _MEMBER[BulkRow],
}
_OWNER: dict[type[SQLModel], Rule] = dict.fromkeys((*_FINANCE,), EVERYTHING) | {
    Timer: _own(Timer.person_id),
    SavedView: _MEMBER[SavedView],
    ListColumns: _MEMBER[ListColumns],
    BulkRun: _MEMBER[BulkRun],
    BulkRow: _MEMBER[BulkRow],
}
SCOPES: dict[str, dict[type[SQLModel], Rule]] = {
    "owner": _OWNER,
    "finance": _FINANCE,
    "lead": _LEAD,
    "member": _MEMBER,
    "client": CLIENT,
}


def _deputized(actor: Actor, project_id: Any) -> Clause:
    """Rows of projects led by someone who named the actor as deputy for today."""
    today = clock.now().date()
    leads = (
        select(User.person_id)
        .join(Deputy, col(Deputy.user_id) == col(User.id))
        .where(Deputy.deputy_id == actor.user_id, Deputy.starts_on <= today, Deputy.ends_on >= today)
    )
    return col(project_id).in_(select(Project.id).where(col(Project.lead_id).in_(leads)))


def visible(actor: Actor, model: type[SQLModel]) -> Clause:
    """The WHERE clause that keeps only the rows of `model` which the actor may see."""
    if actor.role == "system":
        return true()
    if actor.document is not None:
        return reached_by_link(actor, model)
    return SCOPES.get(actor.role, {}).get(model, NOTHING)(actor)


def once_each(build: Callable[[Actor], S]) -> Callable[[Actor], S]:
    """Keeps the statement that `build` makes for an actor; to build one takes longer than to run it.

    `build` may use nothing but the actor: what else a statement needs are its bind parameters. A day
    later it is built anew, for a deputy's sight begins and ends with days.
    """

    @lru_cache(maxsize=512)
    def kept(actor: Actor, today: object) -> S:  # noqa: ARG001 - part of the key
        return build(actor)

    @wraps(build)
    def of(actor: Actor) -> S:
        return kept(actor, clock.now().date())

    return of


def scoped(actor: Actor, model: type[M]) -> Select[tuple[M]]:
    """A SELECT of the rows of `model` which the actor may see."""
    return select(model).where(visible(actor, model))  # type: ignore[return-value]


def fetch(session: Session, actor: Actor, model: type[M], row_id: int, *, lock: bool = False) -> M:
    """The row with this id if the actor may see it, locked for update if asked; else `NotFound`.

    With `lock` the row is read afresh, so that what it says is true until the commit.
    """
    statement = _fetching(actor, model, lock, clock.now().date())
    row: M | None = session.exec(statement, params={"row_id": as_id(row_id)}).first()
    if row is None:
        raise NotFound()
    return row


@lru_cache(maxsize=2048)
def _fetching(actor: Actor, model: type[SQLModel], lock: bool, today: object) -> Any:  # noqa: ARG001 (as `once_each`)
    """Kept as by `once_each`: a service fetches the same kinds of records at every call."""
    identity = model.id  # type: ignore[attr-defined]
    statement = select(model).where(identity == bindparam("row_id"), visible(actor, model))
    return statement.with_for_update().execution_options(populate_existing=True) if lock else statement


def as_id(value: Any) -> int:
    """A row's id from what a browser or caller handed in; anything else is *not found*."""
    if isinstance(value, bool):
        raise NotFound()
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        raise NotFound() from None
    if not 0 < number < 2**31:
        raise NotFound()
    return number
