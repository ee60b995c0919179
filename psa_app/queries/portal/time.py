"""Time that the client is asked to approve: the requests, and one with its entries. Never a rate or cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from psa_app.access import Actor, fetch, require, visible
from psa_app.models import Account, Firm, Sow, TimeRequest, TimeRequestLine
from psa_app.queries.portal.overview import may_sign
from psa_app.rules.client_time import last_day

MOST = 200  # requests in the list


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request; `until` is the last day before silence approves, None where it never does."""

    id: int
    scope: str
    first_day: date
    last_day: date
    seconds: int
    lines: int
    refused: int  # of the lines
    status: str
    asked_at: datetime
    until: date | None
    decided_at: datetime | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class TimeRequests:
    """All of a client's requests, the open ones first; `may_sign`: the reader may answer."""

    rows: tuple[RequestRow, ...]
    may_sign: bool
    locale: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class LineRow:
    """An entry as the client was asked about it, and what they said."""

    entry_id: int | None
    day: date
    person: str
    project: str
    task: str
    note: str
    seconds: int
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class TimeToRead:
    """A request with its entries by person and day, and what its reader can do."""

    request: RequestRow
    lines: tuple[LineRow, ...]
    may_sign: bool
    locale: str
    zone: ZoneInfo
    firm: str


def time_requests(session: Session, actor: Actor) -> TimeRequests:
    """The requests of the reader's company."""
    require(actor, "portal.read")
    account = session.exec(select(Account).where(visible(actor, Account))).first()
    zone = session.exec(select(Firm.time_zone)).one()
    locale = account.locale if account else "en"
    return TimeRequests(tuple(_rows(session, actor, zone)), may_sign(session, actor), locale, ZoneInfo(zone))


def open_requests(session: Session, actor: Actor, zone: str) -> tuple[RequestRow, ...]:
    """Those that wait for an answer, the oldest first."""
    return tuple(one for one in reversed(list(_rows(session, actor, zone))) if one.status == "open")


def request_to_read(session: Session, actor: Actor, request_id: int) -> TimeToRead:
    """For a client's contact, or the holder of a mail's link; `NotFound` for everyone else's."""
    require(actor, "portal.read")
    request = fetch(session, actor, TimeRequest, request_id)
    firm = session.exec(select(Firm)).one()
    account = session.get_one(Account, request.account_id)
    lines = session.exec(
        select(TimeRequestLine)
        .where(TimeRequestLine.request_id == request_id, visible(actor, TimeRequestLine))
        .order_by(TimeRequestLine.person, col(TimeRequestLine.work_date), col(TimeRequestLine.id))
    ).all()
    days = min((line.silence_days for line in lines if line.status == "open"), default=0)
    sow = session.get_one(Sow, request.sow_id)
    refused = sum(line.status == "refused" for line in lines)
    return TimeToRead(
        _row(request, sow, (len(lines), refused), days, firm.time_zone),
        tuple(_line(one) for one in lines),
        may_sign(session, actor),
        account.locale,
        ZoneInfo(firm.time_zone),
        firm.name,
    )


def _rows(session: Session, actor: Actor, zone: str) -> Iterable[RequestRow]:
    of_request = TimeRequestLine.request_id == TimeRequest.id
    count = select(func.count(col(TimeRequestLine.id))).where(of_request).scalar_subquery()
    refused = (
        select(func.count(col(TimeRequestLine.id)))
        .where(of_request, TimeRequestLine.status == "refused")
        .scalar_subquery()
    )
    days = (
        select(func.min(TimeRequestLine.silence_days))
        .where(of_request, TimeRequestLine.status == "open")
        .scalar_subquery()
    )
    statement: Any = (
        select(TimeRequest, Sow, count, refused, days)  # type: ignore[call-overload]
        .join(Sow, col(Sow.id) == col(TimeRequest.sow_id))
        .where(visible(actor, TimeRequest))
        .order_by(col(TimeRequest.status) != "open", col(TimeRequest.id).desc())
        .limit(MOST)
    )
    for request, sow, lines, no, silence in session.exec(statement):
        yield _row(request, sow, (int(lines), int(no)), int(silence or 0), zone)


def _row(request: TimeRequest, sow: Sow, lines: tuple[int, int], silence_days: int, zone: str) -> RequestRow:
    return RequestRow(
        int(request.id or 0),
        " ".join(filter(None, (sow.number, sow.title))),
        request.first_day,
        request.last_day,
        request.seconds,
        *lines,
        request.status,
        request.asked_at,
        last_day(request.accepted_at, silence_days, zone) if request.status == "open" else None,
        request.decided_at,
        request.decided_by,
    )


def _line(one: TimeRequestLine) -> LineRow:
    return LineRow(
        one.entry_id,
        one.work_date,
        one.person,
        one.project,
        one.task,
        one.note,
        one.seconds,
        one.status,
        one.reason,
    )
