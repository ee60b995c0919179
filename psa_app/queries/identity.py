"""What the frame around every page shows, and the lists of users, sessions and tokens."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal
from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import ROLES, Actor, may, once_alike, require, visible
from psa_app.access.secrets import SESSION_IDLE
from psa_app.models import (
    Account,
    ApiToken,
    Contact,
    Expense,
    Firm,
    Leave,
    LoginSession,
    Person,
    Project,
    RateModifier,
    Task,
    TimeEntry,
    Timer,
    TimeRequest,
    User,
)
from psa_app.prepared import Prepared


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What stands around a page. `timer_since` is None while no timer runs."""

    firm: str
    accent: str
    time_zone: str
    locale: str
    currency: str
    is_demo: bool
    provider: str
    theme: str
    waiting: (
        int  # weeks, leave and expenses that wait for the actor; of a client: requests to approve time, ever
    )
    timer_since: datetime | None
    timer_task: str
    timer_project: str
    account: str  # the client's company, in the portal
    timer_modifier: str = ""


def frame(session: Session, actor: Actor) -> FrameFacts | None:
    """The frame's facts in one statement; None before the firm is set up."""
    require(actor, "firm.name")
    row = _frame(actor).first(session, {})
    if row is None:
        return None
    (name, accent, zone, locale, currency, is_demo, provider), rest = row[:7], row[7:]
    theme_name, weeks, leave, expenses, since, task, project, modifier, account = rest
    return FrameFacts(
        name,
        accent,
        zone,
        locale,
        currency,
        is_demo,
        provider,
        theme_name or "system",
        weeks + leave + expenses,
        since,
        task or "",
        project or "",
        account or "",
        modifier or "",
    )


@once_alike
def _frame(actor: Actor) -> Prepared:
    theme = select(User.theme).where(User.id == actor.user_id).scalar_subquery()
    account = select(Account.name).where(Account.id == (actor.account_id or 0)).scalar_subquery()
    return Prepared(
        select(
            Firm.name,
            Firm.accent,
            Firm.time_zone,
            Firm.locale,
            Firm.base_currency,
            Firm.is_demo,
            Firm.payment_provider,
            theme.label("theme"),
            _weeks_waiting(actor).label("weeks"),
            _leave_waiting(actor).label("leave"),
            _expenses_waiting(actor).label("expenses"),
            Timer.started_at,
            col(Task.name).label("task"),
            col(Project.name).label("project"),
            col(RateModifier.name).label("modifier"),
            account.label("account"),
        )  # type: ignore[call-overload]
        .select_from(Firm)
        .outerjoin(Timer, Timer.person_id == (actor.person_id or 0))
        .outerjoin(Task, col(Task.id) == col(Timer.task_id))
        .outerjoin(Project, col(Project.id) == col(Task.project_id))
        .outerjoin(RateModifier, col(RateModifier.id) == col(Timer.modifier_id))
        .limit(1)
    )


def last_task(session: Session, actor: Actor) -> int | None:
    """The task on which the actor logged time last, if it is still open."""
    require(actor, "timer.run")
    return session.exec(
        select(TimeEntry.task_id)
        .join(Task, col(Task.id) == col(TimeEntry.task_id))
        .where(TimeEntry.person_id == (actor.person_id or 0), Task.status == "open")
        .order_by(col(TimeEntry.work_date).desc(), col(TimeEntry.id).desc())
        .limit(1)
    ).first()


def _weeks_waiting(actor: Actor) -> ColumnElement[int]:
    if actor.role == "client":
        return select(func.count(col(TimeRequest.id))).where(visible(actor, TimeRequest)).scalar_subquery()
    if not may(actor, "time.approve"):
        return literal(0)
    return (
        select(func.count(func.distinct(TimeEntry.timesheet_id)))
        .where(
            TimeEntry.status == "submitted",
            TimeEntry.person_id != (actor.person_id or 0),
            visible(actor, TimeEntry),
        )
        .scalar_subquery()
    )


def _leave_waiting(actor: Actor) -> ColumnElement[int]:
    if not may(actor, "leave.decide"):
        return literal(0)
    return (
        select(func.count(col(Leave.id)))
        .where(Leave.status == "requested", Leave.person_id != (actor.person_id or 0), visible(actor, Leave))
        .scalar_subquery()
    )


def _expenses_waiting(actor: Actor) -> ColumnElement[int]:
    if not may(actor, "expenses.approve"):
        return literal(0)
    mine = Expense.person_id != (actor.person_id or 0)
    return (
        select(func.count(col(Expense.id)))
        .where(Expense.status == "submitted", mine, visible(actor, Expense))
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class UserRow:
    """A sign-in as the owner's list shows it."""

    id: int
    version: int
    name: str
    email: str
    role: str
    is_active: bool
    has_password: bool
    last_seen_at: datetime | None


def users(session: Session, actor: Actor) -> list[UserRow]:
    """All sign-ins, the active first, by name."""
    require(actor, "users.read")
    seen = (
        select(func.max(LoginSession.last_seen_at))
        .where(col(LoginSession.user_id) == col(User.id))
        .scalar_subquery()
    )
    statement = (
        select(User, seen)
        .where(visible(actor, User))
        .order_by(col(User.is_active).desc(), User.name, col(User.id))
    )
    return [
        UserRow(
            user.id or 0,
            user.version,
            user.name,
            user.email,
            user.role,
            user.is_active,
            bool(user.password_hash),
            at,
        )
        for user, at in session.exec(statement)
    ]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """An open session of the actor."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    address: str
    agent: str


def own_sessions(session: Session, actor: Actor) -> list[SessionRow]:
    """The actor's open sessions, the most recent first."""
    require(actor, "profile.change")
    now = clock.now()
    statement = (
        select(LoginSession)
        .where(
            LoginSession.user_id == actor.user_id,
            col(LoginSession.revoked_at).is_(None),
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - SESSION_IDLE,
        )
        .order_by(col(LoginSession.last_seen_at).desc())
        .limit(100)
    )
    return [
        SessionRow(one.id or 0, one.created_at, one.last_seen_at, one.address, one.agent)
        for one in session.exec(statement)
    ]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """An API token; its secret is not kept."""

    id: int
    name: str
    scopes: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def own_tokens(session: Session, actor: Actor) -> list[TokenRow]:
    """The actor's API tokens that are not revoked, the newest first."""
    require(actor, "tokens.own")
    statement = (
        select(ApiToken)
        .where(ApiToken.user_id == actor.user_id, col(ApiToken.revoked_at).is_(None))
        .order_by(col(ApiToken.id).desc())
        .limit(100)
    )
    return [
        TokenRow(one.id or 0, one.name, one.scopes, one.created_at, one.expires_at, one.last_used_at)
        for one in session.exec(statement)
    ]


@dataclass(frozen=True, slots=True)
class Door:
    """What the sign-in page says of the firm; `demo` holds (role, name, address) where everyone may know."""

    firm: str
    is_demo: bool
    demo: tuple[tuple[str, str, str], ...]


def door(session: Session) -> Door | None:
    """For those who are not signed in: the firm's name, and the demo firm's sign-ins by role."""
    row = session.exec(select(Firm.name, Firm.is_demo)).first()
    if row is None:
        return None
    name, is_demo = row
    return Door(name, is_demo, _first_of_each_role(session) if is_demo else ())


def _first_of_each_role(session: Session) -> tuple[tuple[str, str, str], ...]:
    users = session.exec(
        select(User.role, User.name, User.email)
        .where(col(User.is_active), User.password_hash != "")
        .order_by(col(User.id))
    ).all()
    first: dict[str, tuple[str, str, str]] = {}
    for role, name, email in users:
        first.setdefault(role, (role, name, email))
    return tuple(first[role] for role in ROLES if role in first)


@dataclass(frozen=True, slots=True)
class Choice:
    """A person or contact who has no sign-in yet."""

    id: int
    name: str
    email: str
    beside: str


def people_without_user(session: Session, actor: Actor) -> list[Choice]:
    """People of the firm who cannot sign in yet, by name."""
    require(actor, "users.read")
    taken = select(User.person_id).where(col(User.person_id).is_not(None))
    rows = session.exec(
        select(Person.id, Person.name, Person.email)
        .where(visible(actor, Person), col(Person.id).not_in(taken), col(Person.left_on).is_(None))
        .order_by(Person.name)
        .limit(500)
    )
    return [Choice(person_id or 0, name, email, "") for person_id, name, email in rows]


def contacts_without_user(session: Session, actor: Actor) -> list[Choice]:
    """Contacts of clients who cannot sign in yet, by client and name."""
    require(actor, "users.read")
    taken = select(User.contact_id).where(col(User.contact_id).is_not(None))
    rows = session.exec(
        select(Contact.id, Contact.name, Contact.email, Account.name)
        .join(Account, col(Account.id) == col(Contact.account_id))
        .where(visible(actor, Contact), col(Contact.id).not_in(taken), col(Contact.is_archived).is_(False))
        .order_by(Account.name, Contact.name)
        .limit(500)
    )
    return [Choice(contact_id or 0, name, email, account) for contact_id, name, email, account in rows]
