"""Home of owner and finance: the firm's figures, each with the rows behind it, read in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from psa_app.access import Actor, require
from psa_app.queries.exchange import exchange
from psa_app.queries.home.cash import Cash, cash
from psa_app.queries.home.facts import FirmFacts, firm_facts
from psa_app.queries.home.margin import Margin, margin
from psa_app.queries.home.receivables import OpenInvoice, days_to_pay, open_invoices
from psa_app.queries.home.utilization import Use, use
from psa_app.queries.home.waiting import Waits, waiting
from psa_app.queries.projects.contracts import contracts
from psa_app.queries.projects.earned import Earned, earned
from psa_app.queries.projects.health import Health, by_urgency, health
from psa_app.queries.projects.periods import periods
from psa_app.queries.projects.planned import by_project, planned_from, still_to_come
from psa_app.queries.projects.worked import worked


@dataclass(frozen=True, slots=True)
class FirmHome:
    """The whole page. Amounts are minor units of the firm's currency.

    `ready_before` is the part of `ready` from before this month. `unbilled` are contracts with work in
    progress, the largest first; `owed` open invoices, the longest due first; `projects` the active ones,
    those that need a look first; `no_rate` the currencies whose amounts are missing because no exchange
    rate is stored.
    """

    facts: FirmFacts
    use: Use
    margin: Margin
    wip: int
    deferred: int
    ready: int
    ready_before: int
    drafted: int
    unbilled: tuple[Earned, ...]
    owed: tuple[OpenInvoice, ...]
    cash: Cash
    projects: tuple[Health, ...]
    waits: tuple[Waits, ...]
    no_rate: tuple[str, ...]

    @property
    def overdue(self) -> tuple[OpenInvoice, ...]:
        """Open invoices past their day."""
        return tuple(one for one in self.owed if one.is_overdue)


def firm_home(session: Session, actor: Actor) -> FirmHome:
    """Home's figures as of now. Needs "reports.firm" and "cost.read"."""
    require(actor, "reports.firm")
    require(actor, "cost.read")
    facts = firm_facts(session)
    at, fx = periods(facts.today), exchange(session)
    plan = planned_from(session, actor, facts.today)
    found = earned(session, at, fx, contracts(session), worked(session, at), still_to_come(plan))
    owed = open_invoices(session, actor, fx, facts.today)
    usual = days_to_pay(session, facts.zone)
    forecast = cash(session, fx, facts.today, owed, usual, found, plan)
    return FirmHome(
        facts,
        use(session, actor, facts.today),
        margin(found),
        sum(one.wip for one in found),
        sum(one.deferred for one in found),
        sum(one.ready for one in found),
        sum(one.ready_before for one in found),
        sum(one.drafted for one in found),
        tuple(sorted((one for one in found if one.wip or one.ready), key=lambda one: -one.wip)),
        tuple(owed),
        forecast,
        standing(found, facts.today, by_project(plan), shows_margin=True),
        tuple(waiting(session, actor, facts.zone)),
        tuple(sorted(fx.missing)),
    )


def standing(
    found: Sequence[Earned], today: date, planned: Mapping[int, int], *, shows_margin: bool
) -> tuple[Health, ...]:
    """Active projects, those that need a look first."""
    active = (one for one in found if one.contract.project_id and one.contract.status == "active")
    stands = [
        health(one, today, planned.get(one.contract.key, 0), shows_margin=shows_margin) for one in active
    ]
    return tuple(sorted(stands, key=by_urgency))
