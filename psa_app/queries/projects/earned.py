"""What client work has earned, cost and billed: the figures behind margin and work in progress.

Time is earned as approved, within the cap: what invoices and drafts hold, and the open rest at its
billed minutes. It costs when it earns: while it waits for approval, both stand aside (`open_cost`).
A fixed line is earned by percent complete where it has an estimate, else by its accepted milestones;
a loss that it is expected to make is a cost at once. Fees of periods are earned by the days that are
over, expenses count on both sides once approved, lines written by hand are earned when issued.
All is in the base currency: what is on an issued invoice at its frozen rate, all else at the rate of
the last day of the period worked.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app.queries.exchange import Exchange
from psa_app.queries.invoices.open_work import OpenWork, open_work
from psa_app.queries.projects.billed import Billed, billed
from psa_app.queries.projects.contracts import Contract, FixedLine, sow_projects
from psa_app.queries.projects.fixed import expected_losses, fixed_progress, spent_by_task
from psa_app.queries.projects.periodic import earned_fees
from psa_app.queries.projects.periods import THIS, Periods
from psa_app.queries.projects.spent import Spent, spent
from psa_app.queries.projects.tables import LINE
from psa_app.queries.projects.worked import Worked
from psa_app.queries.time.tables import ENTRY
from psa_app.queries.time.with_client import waiting_entries
from psa_app.rules import recognition
from psa_app.rules.billing import plan_time_lines
from psa_app.rules.money import half_up

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Earned:
    """A contract's figures in the base currency; triples are before last month, last month, this month.

    `ready` can be put on an invoice now: `ready_before` is its part from before this month,
    `ready_lines` its time by SOW line in the contract's currency. `drafted` waits on drafts,
    `over_cap_seconds` are worked beyond what may be billed.
    `open_seconds` and `open_cost` are billable by the hour and not approved yet; `cost` is without them.
    `provision` is the part of `cost` that is expected and not yet spent on contracts that lose money;
    `held` says that a fixed line's progress cannot be told any more.
    """

    contract: Contract
    recognized: Triple = (0, 0, 0)
    cost: Triple = (0, 0, 0)
    seconds: int = 0
    open_seconds: int = 0
    open_cost: Triple = (0, 0, 0)
    uncosted_seconds: int = 0
    unpriced: int = 0
    issued: int = 0
    drafted: int = 0
    ready: int = 0
    ready_before: int = 0
    ready_lines: Mapping[int, int] = field(default_factory=dict)
    over_cap_seconds: int = 0
    provision: int = 0
    held: bool = False

    @property
    def to_date(self) -> int:
        """All that is recognized so far."""
        return sum(self.recognized)

    @property
    def cost_to_date(self) -> int:
        """All that it has cost so far."""
        return sum(self.cost)

    @property
    def wip(self) -> int:
        """Earned and not billed."""
        return recognition.wip_and_deferred(self.to_date, self.issued)[0]

    @property
    def deferred(self) -> int:
        """Billed and not earned."""
        return recognition.wip_and_deferred(self.to_date, self.issued)[1]

    @property
    def margin(self) -> Fraction | None:
        """(Recognized − cost) ÷ recognized, to date."""
        return recognition.margin(self.to_date, self.cost_to_date)


@dataclass(slots=True)
class _Sums:
    recognized: list[int] = field(default_factory=lambda: [0, 0, 0])
    provision: list[int] = field(default_factory=lambda: [0, 0, 0])
    ready: int = 0
    ready_before: int = 0
    ready_lines: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    over_cap: int = 0
    held: bool = False


def earned(
    session: Session,
    at: Periods,
    fx: Exchange,
    found: Mapping[int, Contract],
    work: Sequence[Worked],
    planned: Mapping[int, int],
) -> list[Earned]:
    """Figures of contracts, in their order. `planned` are booked minutes still to come by task, and by
    project (as a negative number) where no task is named.
    """
    projects = sow_projects(found.values())
    books = billed(session, at, fx, projects)
    outlays = spent(session, at, fx, projects)
    sums: dict[int, _Sums] = defaultdict(_Sums)
    for key, book in books.items():
        for period in range(3):
            sums[key].recognized[period] += book.time[period] + book.manual[period]
    for key, outlay in outlays.items():
        for period in range(3):
            sums[key].recognized[period] += outlay.value[period]
        sums[key].ready += outlay.ready
        sums[key].ready_before += outlay.ready_before
    _add_open(session, at, fx, found, sums)
    _add_fixed(at, fx, found, work, planned, sums)
    _add_periodic(session, at, fx, found, sums)
    by_project: dict[int, list[Worked]] = defaultdict(list)
    for row in work:
        by_project[row.project_id].append(row)
    empty = Billed([0, 0, 0], [0, 0, 0])
    return [
        _together(
            one, sums[key], books.get(key, empty), by_project.get(key, []), outlays.get(key, Spent()).cost
        )
        for key, one in found.items()
    ]


def _together(
    contract: Contract, sums: _Sums, book: Billed, work: Sequence[Worked], outlay: Sequence[int]
) -> Earned:
    cost, open_cost = [sum(pair) for pair in zip(sums.provision, outlay, strict=True)], [0, 0, 0]
    fixed = {task_id for line in contract.fixed for task_id in line.tasks}
    waiting = [row for row in work if row.task_id not in fixed]
    for row in work:
        cost[row.period] += row.cost
    for row in waiting:
        cost[row.period] -= row.open_cost
        open_cost[row.period] += row.open_cost
    return Earned(
        contract,
        _triple(sums.recognized),
        _triple(cost),
        seconds=sum(row.seconds for row in work),
        open_seconds=sum(row.open_seconds for row in waiting),
        open_cost=_triple(open_cost),
        uncosted_seconds=sum(row.uncosted for row in work),
        unpriced=sum(row.unpriced for row in work),
        issued=book.issued,
        drafted=book.drafted,
        ready=sums.ready,
        ready_before=sums.ready_before,
        ready_lines=sums.ready_lines,
        over_cap_seconds=sums.over_cap,
        provision=sum(sums.provision),
        held=sums.held,
    )


def _triple(values: Sequence[int]) -> Triple:
    return values[0], values[1], values[2]


def _add_open(
    session: Session, at: Periods, fx: Exchange, found: Mapping[int, Contract], sums: dict[int, _Sums]
) -> None:
    """Approved time and accepted milestones that no invoice and no draft holds yet."""
    work = open_work(session, None, at.today, include=("time", "milestones"))
    waits = set(session.connection().execute(waiting_entries(ENTRY.c.id)).scalars())
    key_of = _keys_of_lines(session, found, work)
    ends = at.ends()
    for currency, entries in work.time.items():
        days = {entry.id: entry.day for entry in entries}
        plan = plan_time_lines(entries, work.terms, "none")
        amounts: dict[tuple[int, int, bool], int] = defaultdict(int)
        for line in plan.lines:
            sums[key_of(line.sow_line_id)].ready_lines[line.sow_line_id] += line.amount
            for share in line.shares:
                place = key_of(line.sow_line_id), at.of(days[share.entry_id]), share.entry_id in waits
                amounts[place] += share.amount
        for (key, period, is_with_client), amount in amounts.items():
            base = fx.to_base(amount, currency, ends[period])
            sums[key].recognized[period] += base
            if is_with_client:
                continue  # earned, and not to be billed before the client approves it
            sums[key].ready += base
            sums[key].ready_before += base if period != THIS else 0
        line_of = {entry.id: entry.sow_line_id for entry in entries}
        for entry_id, _, seconds in plan.over_cap:
            sums[key_of(line_of[entry_id])].over_cap += seconds
    projects = sow_projects(found.values())
    for part in work.milestones:
        key = projects.get(part.sow_id, -part.sow_id)
        base = fx.to_base(part.value, part.currency, at.today)
        sums[key].ready += base
        sums[key].ready_before += base if at.of(part.accepted_on) != THIS else 0


def _keys_of_lines(session: Session, found: Mapping[int, Contract], work: OpenWork) -> Any:
    """From a line's terms key (`open_work.terms_key`) to its contract."""
    wanted = [key for key in work.terms if key > 0]
    rows = session.connection().execute(select(LINE.c.id, LINE.c.sow_id).where(LINE.c.id.in_(wanted)))
    sow_of: dict[int, int] = {row.id: row.sow_id for row in rows}
    projects = sow_projects(found.values())

    def key_of(terms_key: int) -> int:
        if terms_key < 0:
            return -terms_key
        sow_id = sow_of[terms_key]
        return projects.get(sow_id, -sow_id)

    return key_of


def _add_fixed(
    at: Periods,
    fx: Exchange,
    found: Mapping[int, Contract],
    work: Sequence[Worked],
    planned: Mapping[int, int],
    sums: dict[int, _Sums],
) -> None:
    spent = spent_by_task(work)
    ends = at.ends()
    for key, contract in found.items():
        for line in contract.fixed:
            progress = fixed_progress(line, at, spent, _remaining(contract, line, planned))
            value = fx.to_base(line.value, contract.currency, at.today)
            sums[key].held |= progress.is_held
            losses = expected_losses(progress, value)
            before = 0
            for period, amount in enumerate(progress.earned):
                sums[key].recognized[period] += fx.to_base(amount - before, contract.currency, ends[period])
                sums[key].provision[period] += losses[period]
                before = amount


def _add_periodic(
    session: Session, at: Periods, fx: Exchange, found: Mapping[int, Contract], sums: dict[int, _Sums]
) -> None:
    projects, ends = sow_projects(found.values()), at.ends()
    for sow_id, currency, upto in earned_fees(session, ends):
        key = projects.get(sow_id, -sow_id)
        before = 0
        for period, amount in enumerate(upto):
            sums[key].recognized[period] += fx.to_base(amount - before, currency, ends[period])
            before = amount


def _remaining(contract: Contract, line: FixedLine, planned: Mapping[int, int]) -> int:
    """Booked minutes for a line: on its tasks, and its share of what is booked without a task."""
    minutes = sum(planned.get(task_id, 0) for task_id in line.tasks)
    if contract.project_id is not None:
        minutes += half_up(planned.get(-contract.project_id, 0) * line.share)
    return minutes
