"""What must hold before an expense is written, whichever way it comes: page, API, or a file."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from psa_app import clock
from psa_app.access import Actor, as_id, may
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Expense, ExpenseCategory, Person, Project, ProjectMember, Sow, SowLine, Task
from psa_app.queries.expenses import rates
from psa_app.rules import money
from psa_app.rules.expenses import counted, net_of, value_of
from psa_app.rules.money import Money
from psa_app.services.locks import Lock, passes_lock
from psa_app.services.time.facts import locked_through

SENT: dict[str, str] = {
    "submitted": "This expense is handed in. Take it back to change it.",
    "approved": "This expense is approved. An approver has to take the approval back before it can change.",
    "invoiced": "This expense is on an invoice and can no longer change.",
}
EARLIEST = 2000
UNIT_WORDS = {"km": "kilometres", "mile": "miles", "day": "days"}


@dataclass(frozen=True, slots=True)
class Place:
    """What an expense is for: `currency` is the contract's; `line` the scope line it bills to."""

    project: Project
    task: Task | None
    line: SowLine | None
    currency: str


def whose(actor: Actor, person_id: int | None) -> int:
    """The person who spent: oneself, or another with the right "time.import". Raises `Forbidden`."""
    if person_id is None or person_id == actor.person_id:
        if actor.person_id is None:
            raise Forbidden("You have no expenses of your own: your sign-in belongs to no person.")
        return actor.person_id
    if not may(actor, "time.import"):
        raise Forbidden("You may write your own expenses only.")
    return as_id(person_id)


def check_draft(status: str) -> None:
    """Refuses an expense that is handed in, approved or invoiced, and says what to do."""
    if status != "draft":
        raise Conflict(SENT[status], "status")


def check_open(session: Session, actor: Actor, day: date, reason: str = "") -> None:
    """Refuses a day in a locked period, unless the actor may override it and says why."""
    told = "The books are locked up to {day}. Choose a later day, or ask finance."
    lock = Lock(locked_through(session), "time.override", told, "spent_on")
    passes_lock(lock, day, actor, reason)


def check_day(person: Person, day: date) -> None:
    """Refuses a day to come, one before the person came, and one after they left."""
    if day > clock.today(person.time_zone):
        raise Invalid("This day is still to come. Give the day on the receipt.", "spent_on")
    if day.year < EARLIEST or day < person.hired_on:
        raise Invalid(
            f"{person.name} starts on {person.hired_on.isoformat()}. Choose that day or a later one.",
            "spent_on",
        )
    if person.left_on is not None and day > person.left_on:
        raise Invalid(
            f"{person.name} left on {person.left_on.isoformat()}. Choose that day or an earlier one.",
            "spent_on",
        )


def category_of(session: Session, category_id: int, now: Expense | None = None) -> ExpenseCategory:
    """A category in use, or the one that the expense has already. Raises `Invalid`."""
    category = session.get(ExpenseCategory, category_id)
    if category is None or not (category.is_active or (now and now.category_id == category_id)):
        raise Invalid("Choose a category from the list.", "category_id")
    return category


def amount_of(
    session: Session, category: ExpenseCategory, amount: Money | None, quantity_milli: int | None
) -> Money:
    """What was spent: the quantity at the category's rate where there is one, else the amount.

    Raises `Invalid` when neither is given, and for a quantity of what is not counted.
    """
    if quantity_milli is None:
        if amount is None:
            what = f"how many {UNIT_WORDS[category.unit]}" if category.unit else "the amount on the receipt"
            raise Invalid(f"Give {what}.", "quantity_milli" if category.unit else "amount")
        return amount
    if not category.unit or category.rate_minor is None:
        raise Invalid(f"{category.name} is not counted: give the amount.", "quantity_milli")
    return Money(counted(quantity_milli, category.rate_minor), rates.base_currency(session))


def place_of(
    session: Session, project: Project, person_id: int, task_id: int | None, line_id: int | None
) -> Place:
    """What the expense is for, checked: the person works there, task and line belong to the project.

    Without a line of its own it bills to that of its task.
    """
    _check_project(session, project, person_id)
    task = session.get(Task, task_id) if task_id is not None else None
    if task_id is not None and (task is None or task.project_id != project.id):
        raise Invalid("Choose a task of this project.", "task_id")
    wanted = line_id if line_id is not None else (task.sow_line_id if task else None)
    line = session.get(SowLine, wanted) if wanted is not None else None
    if line_id is not None and (line is None or line.sow_id != project.sow_id):
        raise Invalid("Choose a line of this project's scope.", "sow_line_id")
    sow_id = line.sow_id if line else project.sow_id
    sow = session.get(Sow, sow_id) if sow_id is not None else None
    return Place(project, task, line, sow.currency if sow else project.currency)


def _check_project(session: Session, project: Project, person_id: int) -> None:
    if project.status != "active":
        state = "has not started yet" if project.status == "planned" else "is closed"
        raise Conflict(f"{project.name} {state}. Choose another project, or make it active.", "project_id")
    if project.account_id is None or project.lead_id == person_id:
        return
    member = select(ProjectMember.id).where(
        ProjectMember.project_id == project.id, ProjectMember.person_id == person_id
    )
    if session.exec(member).first() is None:
        name = session.get_one(Person, person_id).name
        raise Conflict(f"{name} is not on {project.name}. Add them to the project first.", "project_id")


def billable(project: Project, asked: bool | None, *, usual: bool) -> bool:
    """Whether the client pays: as asked, else as usual. Raises `Invalid` for the firm's own work."""
    if project.account_id is None:
        if asked:
            raise Invalid(f"{project.name} is the firm's own work: nobody is billed for it.", "is_billable")
        return False
    return usual if asked is None else asked


def price(session: Session, expense: Expense) -> None:
    """Works out rate, value and cost at the day's stored rates; without a rate they are None."""
    net = net_of(expense.amount_minor, expense.tax_minor)
    day, currency, contract = expense.spent_on, expense.currency, expense.contract_currency
    base = rates.base_currency(session)
    rate, own = rates.to_contract(session, currency, contract, day), rates.to_base(session, currency, day)
    expense.rate_nano = rate
    expense.cost_minor = None if own is None else money.convert(net, own, currency, base)
    if not expense.is_billable:
        expense.value_minor = 0
    elif rate is None:
        expense.value_minor = None
    else:
        expense.value_minor = value_of(net, expense.markup_ppm, rate, currency, contract)


def check_rates(session: Session, expense: Expense) -> None:
    """Raises `Conflict` with the names of the currencies that have no rate on the day."""
    if expense.rate_nano is not None and expense.cost_minor is not None:
        return
    names = rates.lacking(session, {expense.currency, expense.contract_currency}, expense.spent_on)
    day = expense.spent_on.isoformat()
    raise Conflict(
        f"There is no exchange rate for {' and '.join(names)} on {day}. Add one in Settings, then approve.",
        "currency",
    )


def person_of(session: Session, person_id: int) -> Person:
    """The person who spent. Raises `NotFound`."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound()
    return person
