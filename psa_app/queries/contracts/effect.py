"""What a change order does to its contract, before it is sent: value, cap, hours, dates, margin, backlog."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, may
from psa_app.models import Firm, Project, Sow
from psa_app.queries.contracts.change_orders import contract_of, names_on
from psa_app.queries.contracts.order_bookings import BookingMove, booking_moves
from psa_app.queries.contracts.order_plan import PlanMove, plan_moves, shift
from psa_app.queries.exchange import exchange
from psa_app.queries.projects.earned import Earned
from psa_app.queries.projects.standing import project_figures
from psa_app.queries.quotes.one import role_costs
from psa_app.rules import money
from psa_app.rules.change_effect import Expected, expected, hourly
from psa_app.rules.change_orders import Contract, applied
from psa_app.rules.change_words import Names, Row, rows
from psa_app.rules.contract_value import TIME
from psa_app.rules.deltas import Delta
from psa_app.rules.recognition import backlog


@dataclass(frozen=True, slots=True)
class Side:
    """A contract as it is, or as it would be; minor units of the contract's currency, minutes.

    `cap` is None when no line by time has one. `expected` and `backlog` are in the firm's currency, None
    for who may not see them.
    """

    value: int
    has_end: bool
    cap: int | None
    minutes: int
    starts_on: date
    ends_on: date | None
    expected: Expected | None = None
    backlog: int | None = None

    @property
    def margin(self) -> Fraction | None:
        """What is expected to be left of the revenue."""
        return self.expected.margin if self.expected else None


@dataclass(frozen=True, slots=True)
class Effect:
    """`base` is the firm's currency; `at_standard`: costs are the roles' standard, never persons' own;
    `bookings` are those that its days move or cut, for who may see the plan; `planned` the phases, tasks
    and milestones that move, `by` so many days."""

    currency: str
    base: str
    before: Side
    after: Side
    rows: tuple[Row, ...]
    shows_margin: bool
    at_standard: bool
    bookings: tuple[BookingMove, ...] = ()
    planned: tuple[PlanMove, ...] = ()
    by: int = 0


def effect_of(
    session: Session, actor: Actor, sow: Sow, deltas: tuple[Delta, ...], effective_on: date
) -> Effect:
    """The effect of deltas on a scope that the caller may see. Raises `Invalid` for what cannot be.

    Owner and finance see the margin at real cost; a lead that of own projects, at the roles' standard.
    """
    before = contract_of(session, sow)
    after = applied(before, deltas, effective_on)
    names = names_on(session, int(sow.id or 0), effective_on)
    reader = _Reader(session, actor, sow, names)
    return Effect(
        sow.currency,
        reader.base,
        reader.side(before, ()),
        reader.side(after, deltas),
        tuple(rows(before, deltas, names)),
        reader.shows_margin,
        not may(actor, "cost.read"),
        reader.bookings(deltas),
        plan_moves(session, reader.project, deltas, reader.today),
        shift(reader.project, deltas).days if reader.project else 0,
    )


class _Reader:
    """What one reader may know of a contract."""

    def __init__(self, session: Session, actor: Actor, sow: Sow, names: Names) -> None:
        self.names, self.sow = names, sow
        self.fx = exchange(session)
        self.base = self.fx.base
        self.today = clock.today(session.exec(select(Firm.time_zone)).one())
        self.session, self.actor = session, actor
        self.project = project = session.exec(select(Project).where(Project.sow_id == sow.id)).first()
        leads = project is not None and project.lead_id == (actor.person_id or 0)
        self.shows_margin = may(actor, "projects.margin") and (may(actor, "cost.read") or leads)
        self.earned: Earned | None = None
        self.cost = 0
        if self.shows_margin:
            project_id = int(project.id or 0) if project else 0
            figures, _ = project_figures(session, actor, [project_id] if project_id else [])
            self.earned = figures.get(project_id)
            self.cost = self._cost_an_hour(role_costs(session, actor, self.base, self.today))

    def _cost_an_hour(self, standards: dict[int, int]) -> int:
        """What an hour has cost so far; before the first, what the roles on its lines cost by standard."""
        worked = self.earned
        if worked is not None and worked.seconds - worked.uncosted_seconds > 0:
            spent = worked.cost_to_date + sum(worked.open_cost) - worked.provision
            return money.divide(spent * 3600, worked.seconds - worked.uncosted_seconds)
        wanted = {role_id for _, role_id in self.names.rates if role_id in standards} or set(standards)
        return money.divide(sum(standards[one] for one in wanted), len(wanted)) if wanted else 0

    def bookings(self, deltas: tuple[Delta, ...]) -> tuple[BookingMove, ...]:
        """What the deltas do to the project's plan, as far as the reader sees it."""
        if not may(self.actor, "bookings.read"):
            return ()
        return booking_moves(self.session, self.actor, self.project, deltas, self.today)

    def side(self, contract: Contract, deltas: tuple[Delta, ...]) -> Side:
        """One side of the comparison."""
        worth = contract.worth()
        caps = [line.cap for line in contract.lines if line.model == TIME and line.cap is not None]
        plain = Side(
            worth,
            contract.has_end(),
            sum(caps) if caps else None,
            contract.minutes(),
            contract.starts_on,
            contract.ends_on,
        )
        if not self.shows_margin:
            return plain
        gain = expected(contract, hourly(contract, self.names.rates, deltas), 0).revenue
        cost = expected(contract, hourly(contract, self.names.rates, deltas), self.cost).cost
        in_base = self.fx.to_base(worth, self.sow.currency, self.today)
        return Side(
            plain.value,
            plain.has_end,
            plain.cap,
            plain.minutes,
            plain.starts_on,
            plain.ends_on,
            Expected(self.fx.to_base(gain, self.sow.currency, self.today), cost) if self.cost else None,
            backlog(in_base, self.earned.to_date if self.earned else 0),
        )
