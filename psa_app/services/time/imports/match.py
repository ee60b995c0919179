"""Finding whose time it is and where it goes: people by name or e-mail, the rest by name."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from psa_app.db import among
from psa_app.errors import Invalid
from psa_app.formats.time_exports import ImportedEntry
from psa_app.queries.rates import CONTRACT_CURRENCY
from psa_app.queries.time.tables import ACCOUNT, ENTRY, LINE, PERSON, PROJECT, SOW, TASK
from psa_app.rules import fields
from psa_app.services.time.imports.values import ImportChoices, ProblemList, ProjectTarget, Row, TaskTarget


def unknown_entries(session: Session, entries: Sequence[ImportedEntry]) -> list[ImportedEntry]:
    """The entries that no earlier import brought."""
    keys = [entry.key for entry in entries]
    found = session.connection().execute(
        select(ENTRY.c.import_key).where(among(session, ENTRY.c.import_key, keys))
    )
    known = {key for (key,) in found}
    return [entry for entry in entries if entry.key not in known] if known else list(entries)


class Matcher:
    """Reads what there is once, then finds a person and a task for each row."""

    def __init__(self, session: Session, choices: ImportChoices, problems: ProblemList) -> None:
        self._session = session
        self._choices = choices
        self._problems = problems
        self._people: dict[tuple[str, str], int | None] = {}
        self._projects: dict[tuple[str, str], ProjectTarget | None] = {}
        self._tasks: dict[tuple[str, str, str], TaskTarget | None] = {}
        self._known_projects: dict[int, ProjectTarget] = {}
        self._new_projects: dict[tuple[int | None, str, str], ProjectTarget] = {}
        self._task_targets: dict[tuple[int, str], TaskTarget] = {}
        self._named_projects: dict[str, list[Any]] = defaultdict(list)
        self._named_tasks: dict[tuple[int | None, str], Any] = {}
        self.person_rows: dict[int, Any] = {}
        self._read()

    def match(self, entries: Iterable[ImportedEntry]) -> list[Row]:
        """A row for each entry whose person and task are found or can be made."""
        rows: list[Row] = []
        for entry in entries:
            person_id, task = self.person_of(entry), self.task_of(entry)
            if person_id is None or task is None:
                continue
            if task.id is None and entry.billable is not False and task.project.has_client:
                task.is_billable = True
            rows.append(Row(entry, person_id, task))
        return rows

    def person_of(self, entry: ImportedEntry) -> int | None:
        """The person of an entry; None (a problem, told once) when nobody is found."""
        who = (entry.person, entry.email)
        if who not in self._people:
            self._people[who] = self._find_person(entry)
        return self._people[who]

    def task_of(self, entry: ImportedEntry) -> TaskTarget | None:
        """The task of an entry, to be made when it has no id."""
        where = (entry.client, entry.project, entry.task)
        if where not in self._tasks:
            self._tasks[where] = self._find_task(entry)
        return self._tasks[where]

    @property
    def tasks(self) -> list[TaskTarget]:
        """Each task that rows go to, once."""
        return list(self._task_targets.values())

    @property
    def new_projects(self) -> list[ProjectTarget]:
        """Each project that is to be made, once."""
        return list(self._new_projects.values())

    @property
    def people(self) -> dict[tuple[str, str], int | None]:
        """The person found for each (name, e-mail) of the file."""
        return self._people

    def _read(self) -> None:
        connection = self._session.connection()
        people = select(
            PERSON.c.id,
            PERSON.c.name,
            PERSON.c.email,
            PERSON.c.hired_on,
            PERSON.c.left_on,
            PERSON.c.time_zone,
            PERSON.c.role_id,
        )
        self.person_rows = {row.id: row for row in connection.execute(people.order_by(PERSON.c.id))}
        self._by_email: dict[str, int] = {row.email.lower(): row.id for row in self.person_rows.values()}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for row in self.person_rows.values():
            self._by_name[folded(row.name)].append(row.id)
        self._accounts = {row.id: row for row in connection.execute(select(ACCOUNT.c.id, ACCOUNT.c.name))}
        self._account_ids = {folded(row.name): row.id for row in self._accounts.values()}
        projects = connection.execute(select(PROJECT).order_by(PROJECT.c.id)).all()
        self._project_rows = {row.id: row for row in projects}
        for row in projects:
            self._named_projects[folded(row.name)].append(row)
        for row in connection.execute(_TASKS):
            self._named_tasks[row.project_id, folded(row.name)] = row

    def _find_person(self, entry: ImportedEntry) -> int | None:
        for name in (entry.person, entry.email):
            chosen = self._choices.people.get(name) if name else None
            if chosen in self.person_rows:
                return chosen
        for text in (entry.email, entry.person):
            found = self._by_email.get(text.lower()) if text else None
            if found is not None:
                return found
        named = self._by_name.get(folded(entry.person), []) if entry.person else []
        if len(named) == 1:
            return named[0]
        who = entry.person or entry.email
        sentence = (
            f"Several people are called {who}. Choose who is meant."
            if named
            else f"{who} is nobody here. Choose who it is, or add the person first."
        )
        self._problems.add(entry.line, sentence, "person")
        return None

    def _find_task(self, entry: ImportedEntry) -> TaskTarget | None:
        where = (entry.client, entry.project)
        if where not in self._projects:
            self._projects[where] = self._find_project(entry)
        project = self._projects[where]
        name = self._name(entry, entry.task or self._choices.default_task, "task")
        if project is None or name is None:
            return None
        about = (id(project), folded(name))
        if about not in self._task_targets:
            self._task_targets[about] = self._task_target(project, name)
        return self._task_targets[about]

    def _task_target(self, project: ProjectTarget, name: str) -> TaskTarget:
        row = self._named_tasks.get((project.id, folded(name)))
        if row is None:
            return TaskTarget(project, name, is_billable=False)
        return TaskTarget(
            project, row.name, row.id, row.status, row.is_billable, row.sow_line_id, row.currency
        )

    def _find_project(self, entry: ImportedEntry) -> ProjectTarget | None:
        chosen = self._choices.projects.get((entry.client, entry.project))
        if chosen in self._project_rows:
            return self._known_project(self._project_rows[chosen])
        if not entry.project:
            sentence = "This row names no project. Choose one for rows without."
            self._problems.add(entry.line, sentence, "project")
            return None
        account_id, account_name = self._find_account(entry)
        named = self._projects_named(entry, account_id, account_name)
        if len(named) > 1:
            sentence = f"Several projects are called {entry.project}. Choose which one is meant."
            self._problems.add(entry.line, sentence, "project")
            return None
        if named:
            return self._known_project(named[0])
        name = self._name(entry, entry.project, "project")
        if name is None:
            return None
        about = (account_id, folded(account_name), folded(name))
        if about not in self._new_projects:
            self._new_projects[about] = ProjectTarget(
                name, account_name, account_id, lead_id=self._choices.lead_id
            )
        return self._new_projects[about]

    def _projects_named(self, entry: ImportedEntry, account_id: int | None, account_name: str) -> list[Any]:
        """Projects of the client with this name, the running ones if there are any; of any client
        where the file names none.
        """
        named = self._named_projects.get(folded(entry.project), [])
        if account_id is not None:
            named = [row for row in named if row.account_id == account_id]
        elif account_name:
            named = []
        return [row for row in named if row.status == "active"] or named

    def _known_project(self, row: Any) -> ProjectTarget:
        if row.id not in self._known_projects:
            account = self._accounts.get(row.account_id)
            self._known_projects[row.id] = ProjectTarget(
                row.name,
                account.name if account else "",
                row.account_id,
                row.id,
                row.lead_id,
                row.status,
                row.currency,
            )
        return self._known_projects[row.id]

    def _find_account(self, entry: ImportedEntry) -> tuple[int | None, str]:
        """The account's id and name; no id for one to be made, neither for the firm's own work."""
        for found in (self._choices.clients.get(entry.client), self._account_ids.get(folded(entry.client))):
            if found in self._accounts:
                return found, self._accounts[found].name
        if not entry.client.strip():
            return None, ""
        return None, self._name(entry, entry.client, "client") or ""

    def _name(self, entry: ImportedEntry, name: str, column: str) -> str | None:
        try:
            return fields.text(name, column)
        except Invalid as error:
            self._problems.add(entry.line, error.sentence, column)
            return None


_TASKS = (
    select(
        TASK.c.id,
        TASK.c.project_id,
        TASK.c.name,
        TASK.c.status,
        TASK.c.is_billable,
        TASK.c.sow_line_id,
        CONTRACT_CURRENCY,
    )
    .select_from(TASK)
    .join(PROJECT, PROJECT.c.id == TASK.c.project_id)
    .outerjoin(LINE, LINE.c.id == TASK.c.sow_line_id)
    .outerjoin(SOW, SOW.c.id == LINE.c.sow_id)
)


def folded(name: str) -> str:
    """A name as it is compared: blanks and capitals do not count."""
    return " ".join(name.split()).casefold()
