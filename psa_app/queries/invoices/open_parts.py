"""Prices that can be billed now without hours: milestones accepted, fees due, and fees of periods."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import islice
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select
from sqlmodel import Session

from psa_app.formats import words
from psa_app.prepared import Prepared
from psa_app.queries.invoices.tables import (
    BILLED_FEE,
    BILLED_MILESTONE,
    BILLED_PERIOD,
    FEE_PART,
    FIRM,
    MILESTONE,
    SOW,
    SOW_LINE,
    one_of,
)
from psa_app.queries.retainers.tables import LOT
from psa_app.queries.subscriptions.changes import changes_of
from psa_app.queries.subscriptions.managed import managed_from
from psa_app.rules.managed import is_ours
from psa_app.rules.periods import ADVANCE, Period, Schedule, all_periods, due_periods, schedule
from psa_app.rules.scopes import PERIODIC, fee_amounts
from psa_app.rules.subscriptions import PLAN, Change, Piece, in_order, pieces


@dataclass(frozen=True, slots=True)
class OpenMilestone:
    """A part of a fixed price that no invoice bills yet; `value` in minor units of `currency`.

    `accepted_on` is the day of acceptance in the firm's zone, or the day on which a fee is due. The fee
    of a `period` has no row of its own: its `id` is that of the line. A `piece` of a period is its fee, or
    what came besides, which `words` tell.
    """

    id: int
    title: str
    value: int
    currency: str
    accepted_on: date
    sow_id: int
    sow_line_id: int
    line_title: str
    kind: Literal["milestone", "fee", "retainer", "subscription"] = "milestone"
    period: Period | None = None  # of a retainer or subscription
    piece: str = "fee"
    words: str = ""


def due_parts(
    session: Session, account_id: int | None, until: date, sow_id: int | None
) -> tuple[OpenMilestone, ...]:
    """What a client (None: all), or one SOW, can be billed of fixed prices up to a day."""
    zone = ZoneInfo(_ZONE.first(session, {}).time_zone)
    of = _Asked(account_id, until, sow_id, datetime.combine(until + timedelta(days=1), time.min, zone), zone)
    return (*_milestones(session, of), *_fees(session, of), *_periods(session, of), *_top_ups(session, of))


_ZONE = Prepared(select(FIRM.c.time_zone))


@dataclass(frozen=True, slots=True)
class _Asked:
    """Whose parts, and up to which day; `before` is the instant when it ends in the firm's `zone`."""

    account_id: int | None
    until: date
    sow_id: int | None
    before: datetime
    zone: ZoneInfo

    def rows(self, session: Session, build: Callable[[], Select[Any]]) -> list[Any]:
        """The rows of a statement, kept for each choice of client and scope."""
        statement = _kept(build, self.account_id is not None, self.sow_id is not None)
        given = {"account_id": self.account_id, "sow_id": self.sow_id, "until": self.until}
        return statement.all(session, {**given, "before": self.before})


@cache
def _kept(build: Callable[[], Select[Any]], of_client: bool, of_sow: bool) -> Prepared:
    statement = build()
    if of_client:
        statement = statement.where(SOW.c.account_id == bindparam("account_id"))
    return Prepared(statement.where(SOW.c.id == bindparam("sow_id")) if of_sow else statement)


def _accepted() -> Select[Any]:
    taken = select(BILLED_MILESTONE.c.milestone_id).where(BILLED_MILESTONE.c.released_at.is_(None))
    return (
        select(
            MILESTONE.c.id,
            MILESTONE.c.title,
            MILESTONE.c.value_minor,
            SOW.c.currency,
            MILESTONE.c.accepted_at,
            SOW.c.id.label("sow_id"),
            SOW_LINE.c.id.label("line_id"),
            SOW_LINE.c.title.label("line_title"),
        )
        .join(SOW_LINE, SOW_LINE.c.id == MILESTONE.c.sow_line_id)
        .join(SOW, SOW.c.id == SOW_LINE.c.sow_id)
        .where(
            MILESTONE.c.status == "accepted",
            MILESTONE.c.accepted_at < bindparam("before"),
            MILESTONE.c.id.not_in(taken),
        )
        .order_by(MILESTONE.c.accepted_at, MILESTONE.c.id)
    )


def _milestones(session: Session, of: _Asked) -> list[OpenMilestone]:
    return [
        OpenMilestone(
            row.id,
            row.title,
            row.value_minor,
            row.currency,
            row.accepted_at.astimezone(of.zone).date(),
            row.sow_id,
            row.line_id,
            row.line_title,
        )
        for row in of.rows(session, _accepted)
    ]


def _parts() -> Select[Any]:
    taken = select(BILLED_FEE.c.fee_part_id).where(BILLED_FEE.c.released_at.is_(None))
    return (
        select(
            FEE_PART,
            FEE_PART.c.id.in_(taken).label("is_billed"),
            SOW.c.currency,
            SOW.c.id.label("sow_id"),
            SOW_LINE.c.value_minor.label("fee"),
            SOW_LINE.c.title.label("line_title"),
        )
        .join(SOW_LINE, SOW_LINE.c.id == FEE_PART.c.sow_line_id)
        .join(SOW, SOW.c.id == SOW_LINE.c.sow_id)
        .where(one_of(SOW.c.status, ("signed", "closed")))
        .order_by(FEE_PART.c.sow_line_id, FEE_PART.c.position, FEE_PART.c.id)
    )


def _fees(session: Session, of: _Asked) -> list[OpenMilestone]:
    """Fees of signed scopes that are due. A share is of the whole fee, so all parts of a line are read."""
    lines: dict[int, list[Any]] = defaultdict(list)
    for row in of.rows(session, _parts):
        lines[row.sow_line_id].append(row)
    found = [
        OpenMilestone(
            row.id,
            row.title or f"{row.line_title}, part {place} of {len(rows)}",
            amount,
            row.currency,
            row.due_on,
            row.sow_id,
            row.sow_line_id,
            row.line_title,
            "fee",
        )
        for rows in lines.values()
        for place, (row, amount) in enumerate(zip(rows, amounts_of(rows), strict=True), 1)
        if row.due_on <= of.until and not row.is_billed
    ]
    return sorted(found, key=lambda one: (one.accepted_on, one.id))


def _periodic() -> Select[Any]:
    return (
        select(SOW_LINE, SOW.c.currency, SOW.c.starts_on, SOW.c.ends_on)
        .join(SOW, SOW.c.id == SOW_LINE.c.sow_id)
        .where(one_of(SOW_LINE.c.model, PERIODIC), SOW.c.starts_on <= bindparam("until"))
        .where(running_or_ended())
        .order_by(SOW_LINE.c.sow_id, SOW_LINE.c.position, SOW_LINE.c.id)
    )


def _periods(session: Session, of: _Asked) -> list[OpenMilestone]:
    """Fees of a period that are due and on no invoice, each once however many were missed."""
    return [one for one, is_billed_here in _open_periods(session, of) if is_billed_here]


def coming_periods(session: Session, today: date, until: date) -> list[tuple[OpenMilestone, bool]]:
    """Fees of retainers and subscriptions due after today, up to a day; with whether the app bills them.

    The payment service bills the others, on the day itself.
    """
    zone = ZoneInfo(_ZONE.first(session, {}).time_zone)
    of = _Asked(None, until, None, datetime.combine(until + timedelta(days=1), time.min, zone), zone)
    return [(one, here) for one, here in _open_periods(session, of) if one.accepted_on > today]


def _open_periods(session: Session, of: _Asked) -> Iterator[tuple[OpenMilestone, bool]]:
    rows, until = of.rows(session, _periodic), of.until
    line_ids = [row.id for row in rows]
    taken, changes = _billed_pieces(session, line_ids), changes_of(session, line_ids)
    elsewhere = managed_from(session, line_ids)
    for row in rows:
        for period in due_periods(schedule_of(row), row.billed_in, until):
            here = is_ours(period, elsewhere.get(row.id))
            for piece in pieces(row.value_minor, changes[row.id], period):
                is_taken = (row.id, period.number, piece.key) in taken
                if not is_taken and _is_due(piece, row.billed_in, until):
                    yield _open_piece(row, period, piece, changes[row.id]), here


def _is_due(piece: Piece, billed_in: str, until: date) -> bool:
    """A change within a period that is billed in advance is billed from its own day on."""
    return piece.amount != 0 and (billed_in != ADVANCE or piece.starts_on <= until)


_CHANGES = {"plan": "Change of plan", "pause": "Pause", "resume": "Goes on", "cancel": "Cancelled"}


def _open_piece(row: Any, period: Period, piece: Piece, changes: Sequence[Change]) -> OpenMilestone:
    if piece.change is None:
        one = _open_period(row, period, row.title + _times(_quantity(row.quantity, changes, period)))
        return replace(one, value=piece.amount)
    many = _times(piece.change.quantity) if piece.change.kind == PLAN else ""
    one, what = _open_period(row, period, row.title + many), _CHANGES[piece.change.kind]
    title = f"{one.line_title}, {what.lower()} {words.day(piece.starts_on)}"
    one = replace(one, title=title, piece=piece.key, words=what)
    return replace(one, value=piece.amount, accepted_on=piece.starts_on)


def _quantity(agreed: int, changes: Sequence[Change], period: Period) -> int:
    """How many a subscription is for as a period begins."""
    counts = [one.quantity for one in in_order(changes) if one.day <= period.starts_on and one.kind == PLAN]
    return counts[-1] if counts else agreed


def _times(quantity: int) -> str:
    return f" × {quantity:,}" if quantity > 1 else ""


def _bought() -> Select[Any]:
    return (
        select(
            SOW_LINE,
            SOW.c.currency,
            SOW.c.starts_on,
            SOW.c.ends_on,
            LOT.c.id.label("lot_id"),
            LOT.c.number,
            LOT.c.units,
            LOT.c.price_minor,
            LOT.c.at,
        )
        .join(SOW, SOW.c.id == SOW_LINE.c.sow_id)
        .join(LOT, LOT.c.sow_line_id == SOW_LINE.c.id)
        .where(LOT.c.source == "top_up", LOT.c.price_minor > 0, running_or_ended())
        .where(LOT.c.at < bindparam("before"))
        .order_by(LOT.c.id)
    )


def _top_ups(session: Session, of: _Asked) -> list[OpenMilestone]:
    """What clients bought of a retainer besides its periods, each once."""
    found = []
    rows = of.rows(session, _bought)
    taken = _billed_pieces(session, [row.id for row in rows])
    for row in rows:
        period = _numbered(schedule_of(row), row.number)
        piece = f"top_up {row.lot_id}"
        if period is None or (row.id, row.number, piece) in taken:
            continue
        told = words.money(row.units, row.currency) if row.holds == "money" else f"{words.hours(row.units)} h"
        bought = row.at.astimezone(of.zone).date()
        top_up = replace(
            _open_period(row, period, row.title), value=row.price_minor, accepted_on=bought, piece=piece
        )
        found.append(replace(top_up, title=f"{row.title}, top-up of {told}", words=f"Top-up of {told}"))
    return found


def _numbered(of: Schedule, number: int) -> Period | None:
    """The period of a number, None after the end."""
    return next(islice(all_periods(of), number - 1, None), None)


def running_or_ended() -> ColumnElement[bool]:
    """Scopes whose periods count: signed, or closed with a last day."""
    return or_(SOW.c.status == "signed", and_(SOW.c.status == "closed", SOW.c.ends_on.is_not(None)))


def _billed_pieces(session: Session, line_ids: Sequence[int]) -> set[tuple[int, int, str]]:
    """Line, period and piece of what is billed."""
    if not line_ids:
        return set()
    columns = BILLED_PERIOD.c
    statement = select(columns.sow_line_id, columns.number, columns.kind).where(
        columns.sow_line_id.in_(line_ids), columns.released_at.is_(None)
    )
    return {tuple(row) for row in session.connection().execute(statement)}


def schedule_of(row: Any) -> Schedule:
    """The schedule of a line; the row has its columns and the scope's `starts_on` and `ends_on`."""
    return schedule(
        row.rhythm,
        row.starts_on,
        row.ends_on,
        count=row.periods,
        trial_days=row.trial_days,
        counted_from=row.counted_from,
    )


def _open_period(row: Any, period: Period, name: str) -> OpenMilestone:
    days = words.day_range(period.starts_on, period.ends_on)
    return OpenMilestone(
        row.id,
        f"{name}, {days}",
        period.share_of(row.value_minor),
        row.currency,
        period.due_on(row.billed_in),
        row.sow_id,
        row.id,
        name,
        row.model,
        period,
    )


def amounts_of(rows: list[Any]) -> list[int]:
    """What the parts of one line come to; each row has `fee`, `value_minor` and `share_ppm`."""
    return fee_amounts(rows[0].fee, [(row.value_minor, row.share_ppm) for row in rows])
