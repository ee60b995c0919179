"""What an import is told, what it will do, and what it did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from psa_app.formats.time_exports import ImportedEntry, Problem
from psa_app.rules.modifiers import ModifierRow

MAX_PROBLEMS = 100
BILLED_ELSEWHERE = "Billed in another system before the import"
NOT_BILLABLE = "Not billable in the imported file"


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What a person decided where names do not say it.

    `people` and `clients` map a name as the file has it to a person or account, `projects` the
    pair (client, project) to a project. Rows without a task go to `default_task`. New projects
    get `lead_id`, new clients `currency` (the firm's when empty).
    """

    people: Mapping[str, int] = field(default_factory=dict)
    clients: Mapping[str, int] = field(default_factory=dict)
    projects: Mapping[tuple[str, str], int] = field(default_factory=dict)
    default_task: str = "General"
    lead_id: int | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """What goes to one project of the file: `project_id` is None when the project is to be made."""

    client: str
    project: str
    account_id: int | None
    project_id: int | None
    name: str
    entries: int
    seconds: int


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """Whose time it is: a name or address of the file, and the person found for it."""

    name: str
    person_id: int | None
    person: str
    entries: int
    seconds: int


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import will do. `known` entries came with an earlier import and are left out.

    Nothing is written while there are `problems` (the first of `problem_count`).
    """

    entries: int
    seconds: int
    known: int
    left_out: int
    first_day: date | None
    last_day: date | None
    people: tuple[PersonPlan, ...]
    projects: tuple[ProjectPlan, ...]
    new_clients: tuple[str, ...]
    new_projects: tuple[str, ...]
    new_tasks: tuple[str, ...]
    new_members: int
    billed_elsewhere: int
    warnings: tuple[str, ...]
    problems: tuple[Problem, ...]
    problem_count: int

    @property
    def ready(self) -> bool:
        """True when it can be applied as it is."""
        return self.problem_count == 0


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did; `unpriced` of the added entries are billable and have no rate yet.

    `accounts` are the clients of those, and `first_day` is the first day of all.
    """

    run_id: int
    added: int
    known: int
    seconds: int
    unpriced: int
    weeks: tuple[int, ...]
    people: tuple[int, ...]
    accounts: tuple[int, ...] = ()
    first_day: date | None = None


@dataclass(slots=True)
class ProjectTarget:
    """A project that rows go to; ids are None until it is made."""

    name: str
    account_name: str = ""
    account_id: int | None = None
    id: int | None = None
    lead_id: int | None = None
    status: str = "active"
    currency: str = ""

    @property
    def has_client(self) -> bool:
        """Whether it is a client's project, not the firm's own work."""
        return self.account_id is not None or bool(self.account_name)


@dataclass(slots=True)
class TaskTarget:
    """A task that rows go to."""

    project: ProjectTarget
    name: str
    id: int | None = None
    status: str = "open"
    is_billable: bool = True
    sow_line_id: int | None = None
    contract_currency: str = ""


class Row(NamedTuple):
    """An entry of the file with whose it is and where it goes."""

    entry: ImportedEntry
    person_id: int
    task: TaskTarget
    modifier: ModifierRow | None = None


class ProblemList:
    """The first problems, and how many there are."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.count = 0

    def add(self, line: int, sentence: str, column: str = "") -> None:
        self.count += 1
        if self.count <= MAX_PROBLEMS:
            self.first.append(Problem(line, column, sentence))
