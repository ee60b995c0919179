"""The lines that are retainers: what is agreed, which periods they have, and which of them are closed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, select

from psa_app.models import RetainerPeriod, Sow, SowLine
from psa_app.queries.invoices.open_parts import running_or_ended
from psa_app.rules import scopes
from psa_app.rules.periods import Period, Schedule, periods, schedule
from psa_app.rules.retainers import MONEY, Lot, State, Terms, Use


@dataclass(frozen=True)
class Agreed:
    """A retainer's line with its scope. A unit is a minute, or a minor unit of the scope's currency."""

    line: SowLine
    sow: Sow

    @property
    def id(self) -> int:
        """The line's id."""
        return int(self.line.id or 0)

    @property
    def of_money(self) -> bool:
        """Whether a period holds money instead of hours."""
        return self.line.holds == MONEY

    @cached_property
    def schedule(self) -> Schedule:
        """When its periods begin and end."""
        line = self.line
        return schedule(
            line.rhythm,
            self.sow.starts_on,
            self.sow.ends_on,
            count=line.periods,
            trial_days=line.trial_days,
            counted_from=line.counted_from,
        )

    @property
    def terms(self) -> Terms:
        """What becomes of the rest, and of work beyond."""
        line = self.line
        return Terms(line.rollover, line.rollover_cap, line.rollover_periods, line.deficit)

    def grant(self, period: Period) -> int:
        """What a period holds, a part of one by its days."""
        whole = self.line.period_value_minor if self.of_money else self.line.period_minutes
        return period.share_of(whole)

    def periods(self, until: date) -> list[Period]:
        """The periods that begin up to a day."""
        return periods(self.schedule, until)

    def is_last(self, period: Period) -> bool:
        """Whether the retainer ends with it."""
        return self.schedule.ends_on == period.ends_on


def agreed(session: Session, line_id: int, *, lock: bool = False) -> Agreed | None:
    """The line, locked until the commit if asked; None when it is no retainer that runs or has ended."""
    statement = (
        select(SowLine, Sow)
        .join(Sow)
        .where(SowLine.id == line_id, SowLine.model == scopes.RETAINER, running_or_ended())
    )
    if lock:
        statement = statement.with_for_update(of=SowLine).execution_options(populate_existing=True)
    found = session.exec(statement).first()
    return Agreed(*found) if found else None


def running(session: Session, account_id: int | None = None, sow_id: int | None = None) -> list[Agreed]:
    """The retainers of a client (None: of all), or of one scope, those that have ended too."""
    statement = select(SowLine, Sow).join(Sow).where(SowLine.model == scopes.RETAINER, running_or_ended())
    if account_id is not None:
        statement = statement.where(Sow.account_id == account_id)
    if sow_id is not None:
        statement = statement.where(Sow.id == sow_id)
    return [Agreed(*row) for row in session.exec(statement.order_by(col(SowLine.id))).all()]


@dataclass(frozen=True, slots=True)
class Carried:
    """A piece of work that a closed period left to be drawn; `minutes` are those of the whole entry."""

    use: Use
    minutes: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands at the beginning of the first open period."""

    state: State
    carried: Mapping[int, Carried]


def standing(session: Session, line_id: int) -> Standing:
    """What the last closed period of a line left; its beginning when none is closed."""
    last = session.exec(
        select(RetainerPeriod)
        .where(RetainerPeriod.sow_line_id == line_id)
        .order_by(col(RetainerPeriod.number).desc())
        .limit(1)
    ).first()
    if last is None:
        return Standing(State(), {})
    carried = [_carried(row) for row in last.after["owed"]]
    lots = tuple(Lot(*row) for row in last.after["lots"])
    state = State(last.number + 1, lots, tuple(one.use for one in carried))
    return Standing(state, {one.use.entry_id: one for one in carried})


def written(state: State, minutes: Mapping[int, int]) -> dict[str, Any]:
    """A state as JSON; `minutes` are those of whole entries."""
    return {
        "lots": [list(lot) for lot in state.lots],
        "owed": [
            [one.entry_id, one.day.isoformat(), one.number, one.units, one.offset, minutes[one.entry_id]]
            for one in state.owed
        ],
    }


def _carried(row: list[Any]) -> Carried:
    entry_id, day, number, units, offset, minutes = row
    return Carried(Use(entry_id, date.fromisoformat(day), number, units, offset), minutes)
