"""An import in words: its columns, questions, matches, totals and result."""

from collections import Counter
from collections.abc import Mapping, Sequence

from psa_app import routes
from psa_app.display.figures import Fact
from psa_app.display.forms import Option
from psa_app.display.imports import Ask, MapField, Match
from psa_app.formats import words
from psa_app.formats.time_exports import FIELDS, Problem, Reading
from psa_app.rules.hours import h_mm_seconds
from psa_app.services.time.imports import ImportPlan, ImportResult

NO_CLIENT = "No client"
NO_PROJECT = "No project"
CHOICES = {
    "dmy": "Day / month / year",
    "mdy": "Month / day / year",
    "hours": "Hours",
    "minutes": "Minutes",
    "seconds": "Seconds",
    "yes": "Yes",
    "no": "No",
}
OFFERED = (
    "person",
    "email",
    "client",
    "project",
    "task",
    "note",
    "day",
    "start",
    "end",
    "duration",
    "billable",
    "invoiced",
)


def counted(number: int, one: str, many: str) -> str:
    """ "1 entry", "1,200 entries"."""
    return f"{number:,} {one if number == 1 else many}"


def columns(mapped: Mapping[str, str]) -> list[MapField]:
    """Our fields with the file's headers that fill them."""
    return [MapField(key, FIELDS[key], mapped.get(key, "")) for key in OFFERED]


def asks(reading: Reading) -> list[Ask]:
    """The open questions, but for whose time it is, which has a field of its own."""
    return [
        Ask(
            place,
            question.sentence,
            ", ".join(question.examples),
            [Option(choice, CHOICES.get(choice, choice)) for choice in question.choices],
            question.suggestion,
        )
        for place, question in enumerate(reading.questions)
        if question.kind != "person"
    ]


def problem_words(count: int) -> str:
    """What stands above the problems."""
    if not count:
        return ""
    return (
        f"{counted(count, 'row stands', 'rows stand')} in the way. Nothing is imported until that is mended."
    )


def problem_lines(problems: Sequence[Problem]) -> list[str]:
    """Problems as a person reads them: lines with the same trouble are told once."""
    lines: dict[tuple[str, str], list[int]] = {}
    for problem in problems:
        lines.setdefault((problem.column, problem.sentence), []).append(problem.line)
    return [
        f"{_lines(found)}{f', {column}' if column else ''}: {sentence}"
        for (column, sentence), found in lines.items()
    ]


def _lines(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"Line {numbers[0]}"
    named = ", ".join(str(number) for number in numbers[:3])
    return f"Lines {named}" + (f" and {len(numbers) - 3} more" if len(numbers) > 3 else "")


def totals(plan: ImportPlan) -> list[Fact]:
    """What the import will do."""
    facts = [
        Fact("New entries", f"{plan.entries:,}", tone="strong"),
        Fact("Time", f"{h_mm_seconds(plan.seconds)} ({plan.seconds:,} s)"),
    ]
    if plan.first_day and plan.last_day:
        facts.append(Fact("Days", words.day_range(plan.first_day, plan.last_day)))
    more = {
        "Here already, left out": plan.known,
        "Without time, left out": plan.left_out,
        "Billed elsewhere, not billed again": plan.billed_elsewhere,
        "Clients to make": ", ".join(plan.new_clients),
        "Projects to make": ", ".join(plan.new_projects),
        "Tasks to make": len(plan.new_tasks),
        "People to add to projects": plan.new_members,
    }
    return facts + [Fact(label, str(value)) for label, value in more.items() if value]


def project_matches(plan: ImportPlan, chosen: Mapping[tuple[str, str], int]) -> list[Match]:
    """Each project of the file with where its rows go."""
    return [
        Match(
            place,
            one.project or NO_PROJECT,
            one.client or NO_CLIENT,
            one.name if one.project_id is not None else f"New: {one.name}",
            str(chosen.get((one.client, one.project), "")),
            f"{one.entries:,}",
            h_mm_seconds(one.seconds),
            one.project_id is None,
        )
        for place, one in enumerate(plan.projects)
    ]


def person_matches(plan: ImportPlan, chosen: Mapping[str, int]) -> list[Match]:
    """Each name of the file with the person it stands for."""
    return [
        Match(
            place,
            one.name,
            "",
            one.person or "Nobody found",
            str(chosen.get(one.name, "")),
            f"{one.entries:,}",
            h_mm_seconds(one.seconds),
            one.person_id is None,
        )
        for place, one in enumerate(plan.people)
    ]


def client_matches(plan: ImportPlan, chosen: Mapping[str, int]) -> list[Match]:
    """Each client of the file with the account it stands for."""
    entries: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for one in plan.projects:
        entries[one.client] += one.entries
        seconds[one.client] += one.seconds
    new = {one.client for one in plan.projects if one.account_id is None and one.project_id is None}
    return [
        Match(
            place,
            client or NO_CLIENT,
            "",
            _client_found(client, client in new),
            str(chosen.get(client, "")),
            f"{entries[client]:,}",
            h_mm_seconds(seconds[client]),
            client in new,
        )
        for place, client in enumerate(entries)
    ]


def _client_found(client: str, is_new: bool) -> str:
    if not client:
        return "The firm's own work" if is_new else "By project"
    return f"New: {client}" if is_new else "Found by name"


def done(result: ImportResult) -> list[Fact]:
    """What the import did."""
    facts = [
        Fact("Imported", counted(result.added, "entry", "entries"), tone="strong"),
        Fact("Time", f"{h_mm_seconds(result.seconds)} ({result.seconds:,} s)"),
        Fact("Weeks", f"{len(result.weeks):,}"),
    ]
    if result.known:
        facts.append(Fact("Here already, left out", f"{result.known:,}"))
    if result.unpriced:
        facts.append(
            Fact("Without a rate", f"{result.unpriced:,}", href=unpriced_list(), link="", tone="warn")
        )
    return facts


def rate_form(result: ImportResult) -> str:
    """Where a rate for the time without one is set: for its client, if it is one, from the first day on."""
    first_day = result.first_day.isoformat() if result.first_day else ""
    return routes.new_rate(result.accounts[0] if len(result.accounts) == 1 else None, first_day)


def unpriced_list() -> str:
    """Where the entries without a rate stand."""
    return routes.with_query(routes.TIME_ENTRIES, money="unpriced")
