"""Drafts that the app begins by itself when something falls due; each thing begins one once.

It is off unless the firm turns it on: a draft holds its work, so that nobody can take an approval back,
and a firm that has just moved in wants its opening figures in place first. Nothing is ever issued by itself.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, select

from psa_app import clock
from psa_app.access import Actor
from psa_app.models import BillingPart, BillingRun, Firm, Sow, SowLine
from psa_app.queries.invoices.deposits import due_deposits
from psa_app.queries.invoices.later import due_now, put_off
from psa_app.queries.invoices.missing import Missing, unapproved_seconds
from psa_app.queries.invoices.open_parts import OpenMilestone, due_parts
from psa_app.queries.invoices.open_work import open_work
from psa_app.queries.invoices.thresholds import over_threshold
from psa_app.rules.periods import RHYTHMS, calendar_start
from psa_app.services import history
from psa_app.services.invoices.run_parts import DEPOSITS
from psa_app.services.invoices.runs import KIND

GRACE = timedelta(days=5)  # after a period's end, in which time that is not approved yet is waited for
DAY = timedelta(days=1)


class Due(NamedTuple):
    """Why a scope is billed now: work up to `until`, of these kinds; `cause` names what fell due."""

    cause: str
    account_id: int
    sow_id: int
    include: str
    until: date
    why: str = ""


def begin_due(session: Session, actor: Actor) -> int:
    """Begins runs for what fell due: deposits at signature, milestones accepted, fees and periods due, the
    ends of periods, and work that has come to a threshold.

    Returns how many drafts are asked for. What was asked for once is not asked for again, whatever
    became of it.
    """
    firm = session.exec(select(Firm)).one()
    if not firm.drafts_itself:
        return 0
    today = clock.today(firm.time_zone)
    known = set(session.exec(select(BillingPart.cause).where(BillingPart.cause != "")))
    wanted: dict[date, list[Due]] = defaultdict(list)
    found = (*_deposits(session, today), *_fixed(session, today), *_worked(session, today))
    for one in (*found, *(Due(*full) for full in over_threshold(session, today))):
        if one.cause not in known:
            wanted[one.until].append(one)
    return sum(_begin(session, actor, until, wanted[until]) for until in sorted(wanted))


def _deposits(session: Session, today: date) -> Iterator[Due]:
    """Deposits of scopes that were signed."""
    for one in due_deposits(session):
        yield Due(f"deposit {one.sow_id}", one.account_id, one.sow_id, DEPOSITS, today)


def _fixed(session: Session, today: date) -> Iterator[Due]:
    """Milestones, fees and fees of periods."""
    parts = due_now(due_parts(session, None, today, None), put_off(session, None))
    client_of = dict(session.exec(select(Sow.id, Sow.account_id)).all())
    for part in parts:
        yield Due(_cause(part), client_of[part.sow_id], part.sow_id, "milestones", today)


def _cause(part: OpenMilestone) -> str:
    return f"{part.kind} {part.id}" + (f" {part.period.number} {part.piece}" if part.period else "")


def _worked(session: Session, today: date) -> Iterator[Due]:
    """Time and expenses of a scope whose calendar period has ended, by the rhythm of its lines."""
    rows = session.exec(
        select(Sow, SowLine.rhythm)
        .join(SowLine, col(SowLine.sow_id) == col(Sow.id))
        .where(Sow.status == "signed", SowLine.model == "time_and_materials")
        .order_by(col(Sow.id))
        .distinct()
    ).all()
    for sow, rhythm in rows:
        end = calendar_start(rhythm, today) - DAY if rhythm in RHYTHMS else None
        if end is None or end < sow.starts_on:
            continue
        sow_id, kinds = int(sow.id or 0), ("time", "expenses")
        if today - end <= GRACE and unapproved_seconds(session, sow.account_id, end):
            continue
        work = open_work(session, sow.account_id, end, sow_id, include=kinds, held="without")
        if work.currencies() or work.unpriced:
            yield Due(f"work {sow_id} {end}", sow.account_id, sow_id, ",".join(kinds), end)


def _begin(session: Session, actor: Actor, until: date, wanted: list[Due]) -> int:
    run = BillingRun(until=until, source="itself", by_user=None, by_name=actor.name)
    session.add(run)
    session.flush()
    asked: set[tuple[int, str]] = set()
    for one in wanted:
        part = BillingPart(
            run_id=int(run.id or 0),
            account_id=one.account_id,
            sow_id=one.sow_id,
            include=one.include,
            cause=one.cause,
            why=one.why,
        )
        if (one.sow_id, one.include) in asked:
            part.state = "nothing"
            part.reasons = [Missing("It comes with what else of this scope is due.", code="nothing").as_row()]
        asked.add((one.sow_id, one.include))
        session.add(part)
    after = {"kind": "draft", "until": until, "parts": len(wanted), "is_dry": False}
    history.note(session, actor, KIND, int(run.id or 0), "begun", {}, after)
    session.flush()
    return len(asked)
