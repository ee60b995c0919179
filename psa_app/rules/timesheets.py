"""The state of a week, which follows from its entries, and who decides about a line of time.

A handing-in (sheet 0 is the week, later ones are supplements) has no state of its own to set:
it is what its entries are. Approval is per entry; a week is approved when all its lines are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from psa_app.rules.moves import Entry

LONG_DAY_SECONDS = 10 * 3600


class Sheet(StrEnum):
    """What has become of one handing-in."""

    open = "open"  # taken back, or nothing is left in it
    submitted = "submitted"  # something waits for a decision
    returned = "returned"  # something was rejected and is to be corrected
    empty = "empty"  # handed in without any time
    approved = "approved"
    invoiced = "invoiced"


class Week(StrEnum):
    """What has become of a person's whole week."""

    open = "open"  # nothing logged, nothing handed in
    draft = "draft"
    submitted = "submitted"
    returned = "returned"
    late = "late"  # handed in, and new time has come since: a supplement to hand in
    empty = "empty"
    approved = "approved"
    invoiced = "invoiced"


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One handing-in: its number in the week and its entries' states, one for each entry or each kind."""

    number: int
    statuses: Collection[str]
    is_empty: bool = False
    is_recalled: bool = False

    @property
    def state(self) -> Sheet:
        """Follows from the entries: returned before submitted before approved."""
        if self.is_recalled:
            return Sheet.open
        if not self.statuses:
            return Sheet.empty if self.is_empty else Sheet.open
        if Entry.draft in self.statuses:
            return Sheet.returned
        if Entry.submitted in self.statuses:
            return Sheet.submitted
        if Entry.approved in self.statuses:
            return Sheet.approved
        return Sheet.invoiced


def week_state(sheets: Iterable[HandedIn], has_unsent: bool) -> Week:
    """The state of a week; `has_unsent` tells of entries that lie in no handing-in yet."""
    states = {sheet.state for sheet in sheets} - {Sheet.open}
    for state in (Sheet.returned, Sheet.submitted):
        if state in states:
            return Week.late if has_unsent and state is Sheet.submitted else Week(state.value)
    if has_unsent:
        return Week.late if states else Week.draft
    for state in (Sheet.approved, Sheet.invoiced, Sheet.empty):
        if state in states:
            return Week(state.value)
    return Week.open


def sheet_to_fill(sheets: Iterable[HandedIn]) -> int:
    """The number under which unsent time is handed in: the first sheet that is open again or was
    returned, else a new one. New time in a week that waits or is decided is so a supplement.
    """
    used = -1
    for sheet in sorted(sheets, key=lambda one: one.number):
        if sheet.state in (Sheet.open, Sheet.returned):
            return sheet.number
        used = sheet.number
    return used + 1


@dataclass(frozen=True, slots=True)
class Line:
    """What of an entry decides who approves it; `lead_id` is None for a project without a lead."""

    person_id: int
    lead_id: int | None


@dataclass(frozen=True, slots=True)
class Approver:
    """Someone with the right to approve.

    `leads` are the people in whose place they approve: themselves, and who named them deputy.
    `decides_all` is the owner's and finance's; `is_alone` means that the firm lets a sole
    approver decide on their own time and that there is nobody else.
    """

    person_id: int | None
    leads: frozenset[int] = frozenset()
    decides_all: bool = False
    is_alone: bool = False


class Decision(StrEnum):
    """Whether someone may approve a line."""

    yes = "yes"
    own_alone = "own_alone"  # yes, marked as approved by the person themselves
    own = "own"  # nobody approves their own time
    other = "other"  # someone else decides: the project's lead, or owner or finance


def may_decide(approver: Approver, line: Line) -> Decision:
    """Who may approve or reject a line.

    A lead decides on the lines of their own projects; internal lines, lines without a lead and a
    lead's own go to owner or finance, who may decide on every line. Nobody decides on their own,
    except a sole approver.
    """
    if approver.person_id is not None and line.person_id == approver.person_id:
        return Decision.own_alone if approver.decides_all and approver.is_alone else Decision.own
    if approver.decides_all:
        return Decision.yes
    if line.lead_id is None or line.lead_id not in approver.leads or line.person_id == line.lead_id:
        return Decision.other
    return Decision.yes


class Exceptional(StrEnum):
    """What an approver should look at before the rest, in this order."""

    unpriced = "unpriced"
    over_budget = "over_budget"
    long_day = "long_day"
    weekend = "weekend"
    supplement = "supplement"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line that waits for approval, with what makes it usual or not.

    `day_seconds` is what the person logged on that day in all; `over_budget` tells that the
    task or project has used more than its planned hours.
    """

    work_date: date
    day_seconds: int
    is_billable: bool
    is_priced: bool
    over_budget: bool
    sheet_number: int


def exceptions(line: Waiting) -> tuple[Exceptional, ...]:
    """Why this line should be looked at; nothing for a usual one."""
    found = {
        Exceptional.unpriced: line.is_billable and not line.is_priced,
        Exceptional.over_budget: line.over_budget,
        Exceptional.long_day: line.day_seconds > LONG_DAY_SECONDS,
        Exceptional.weekend: line.work_date.isoweekday() > 5,
        Exceptional.supplement: line.sheet_number > 0,
    }
    return tuple(kind for kind, is_so in found.items() if is_so)
