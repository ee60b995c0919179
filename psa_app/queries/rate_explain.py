"""What an hour of some work would cost, and why: for a quote or an invoice, before any time is logged."""

from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from psa_app.access import Actor, fetch, require
from psa_app.errors import Invalid
from psa_app.models import Account, Person, Project, Role, Sow, SowLine
from psa_app.queries.rates import ladder
from psa_app.rules import money
from psa_app.rules.rates import Level, Step, Work

_NEEDS = {
    Level.sow_line: ("sow_line_id", "SOW line"),
    Level.project_person: ("project_id", "project"),
    Level.project_role: ("project_id", "project"),
    Level.project: ("project_id", "project"),
    Level.account_role: ("account_id", "client"),
    Level.account: ("account_id", "client"),
    Level.firm_role: ("role_id", "role"),
    Level.person: ("person_id", "person"),
}
_ALSO = {
    Level.project_person: ("person_id", "person"),
    Level.project_role: ("role_id", "role"),
    Level.account_role: ("role_id", "role"),
}


@dataclass(frozen=True, slots=True)
class RateExplanation:
    """The rate of an hour in minor units (None: no rate fits), the level that won, and every rung's answer.

    `about` names what was asked: ("Role", "Engineer"), ...
    """

    about: tuple[tuple[str, str], ...]
    day: date
    amount: int | None
    currency: str
    level: str
    steps: tuple[Step, ...]


def explain_rate(
    session: Session,
    actor: Actor,
    *,
    day: date,
    role_id: int | None = None,
    account_id: int | None = None,
    project_id: int | None = None,
    sow_line_id: int | None = None,
    person_id: int | None = None,
    currency: str | None = None,
) -> RateExplanation:
    """The ladder for work that nobody has logged yet; without `currency` the contract's own counts.

    The client follows from the project or SOW line, the role from the person. Raises `NotFound` outside the
    actor's scope, `Invalid` when project, SOW line and client do not belong together.
    """
    require(actor, "rates.read")
    if currency is not None:
        money.exponent(currency)
    role_id, about = _who(session, actor, role_id, person_id)
    account_id, contract, more = _contract(session, actor, account_id, project_id, sow_line_id)
    work = Work(sow_line_id, project_id, account_id, person_id, role_id, day, currency or contract)
    rungs = ladder(session)
    hit = rungs.pick(work)
    steps = tuple(_asked(step, work) for step in rungs.explain(work) if step.level != Level.override)
    about = (*about, *more)
    if hit is None:
        return RateExplanation(about, day, None, work.currency or "", "", steps)
    return RateExplanation(about, day, hit.amount, hit.currency, hit.level.value, steps)


def _who(
    session: Session, actor: Actor, role_id: int | None, person_id: int | None
) -> tuple[int | None, tuple[tuple[str, str], ...]]:
    about: tuple[tuple[str, str], ...] = ()
    if person_id is not None:
        person = fetch(session, actor, Person, person_id)
        about = (("Person", person.name),)
        role_id = role_id or person.role_id
    if role_id is not None:
        about = (*about, ("Role", fetch(session, actor, Role, role_id).name))
    return role_id, about


def _contract(
    session: Session, actor: Actor, account_id: int | None, project_id: int | None, line_id: int | None
) -> tuple[int | None, str | None, tuple[tuple[str, str], ...]]:
    """The client, the contract's currency, and the names of what was given."""
    currency = None
    about: list[tuple[str, str]] = []
    if project_id is not None:
        project = fetch(session, actor, Project, project_id)
        account_id = _same(account_id, project.account_id, "project")
        currency = project.currency
        about.append(("Project", project.name))
    if line_id is not None:
        line = fetch(session, actor, SowLine, line_id)
        sow = fetch(session, actor, Sow, line.sow_id)
        account_id = _same(account_id, sow.account_id, "SOW line")
        currency = sow.currency
        about.append(("SOW line", f"{sow.number or sow.title}: {line.title}"))
    if account_id is not None:
        account = fetch(session, actor, Account, account_id)
        currency = currency or account.currency
        about.append(("Client", account.name))
    return account_id, currency, tuple(about)


def _same(given: int | None, found: int | None, what: str) -> int | None:
    if given is not None and given != found:
        raise Invalid(f"The {what} belongs to another client. Choose one of the same client.", "account_id")
    return found


def _asked(step: Step, work: Work) -> Step:
    """A rung that needs what was not named says so, rather than that there is no rate."""
    for needs in (_NEEDS.get(step.level), _ALSO.get(step.level)):
        if needs is not None and getattr(work, needs[0]) is None:
            return replace(step, sentence=f"Does not apply: no {needs[1]} is named.")
    return step
