"""The state of a week, where late time goes, and who decides about a line."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.rules.timesheets import (
    Approver,
    Decision,
    Exceptional,
    HandedIn,
    Line,
    Sheet,
    Waiting,
    Week,
    exceptions,
    may_decide,
    sheet_to_fill,
    week_state,
)

STATUSES = ("draft", "submitted", "approved", "invoiced")


def sheet(*statuses: str, number: int = 0, is_empty: bool = False, is_recalled: bool = False) -> HandedIn:
    return HandedIn(number, statuses, is_empty, is_recalled)


@pytest.mark.parametrize(
    ("handed_in", "state"),
    [
        (sheet(), Sheet.open),
        (sheet(is_empty=True), Sheet.empty),
        (sheet("submitted"), Sheet.submitted),
        (sheet("submitted", "approved"), Sheet.submitted),
        (sheet("submitted", "approved", "draft"), Sheet.returned),
        (sheet("approved"), Sheet.approved),
        (sheet("approved", "invoiced"), Sheet.approved),
        (sheet("invoiced"), Sheet.invoiced),
        (sheet("approved", is_recalled=True), Sheet.open),
    ],
)
def test_a_sheet_is_what_its_lines_are(handed_in: HandedIn, state: Sheet) -> None:
    assert handed_in.state is state


@pytest.mark.parametrize(
    ("sheets", "has_unsent", "state"),
    [
        ([], False, Week.open),
        ([], True, Week.draft),
        ([sheet("submitted")], False, Week.submitted),
        ([sheet("submitted")], True, Week.late),
        ([sheet("draft", "approved")], False, Week.returned),
        ([sheet("draft", "approved")], True, Week.returned),
        ([sheet("approved")], False, Week.approved),
        ([sheet("approved")], True, Week.late),
        ([sheet("approved"), sheet("submitted", number=1)], False, Week.submitted),
        ([sheet("approved"), sheet("invoiced", number=1)], False, Week.approved),
        ([sheet("invoiced"), sheet("invoiced", number=1)], False, Week.invoiced),
        ([sheet(is_empty=True)], False, Week.empty),
        ([sheet(is_empty=True)], True, Week.late),
        ([sheet(is_recalled=True)], True, Week.draft),
    ],
)
def test_a_week_is_approved_when_all_its_lines_are(
    sheets: list[HandedIn], has_unsent: bool, state: Week
) -> None:
    assert week_state(sheets, has_unsent) is state


@given(
    st.lists(st.lists(st.sampled_from(STATUSES), min_size=1), min_size=1, max_size=4),
    st.booleans(),
)
def test_no_week_counts_as_approved_while_a_line_is_not(lines: list[list[str]], has_unsent: bool) -> None:
    sheets = [sheet(*statuses, number=number) for number, statuses in enumerate(lines)]
    everything = {status for statuses in lines for status in statuses}
    settled = everything <= {"approved", "invoiced"} and not has_unsent
    assert (week_state(sheets, has_unsent) in (Week.approved, Week.invoiced)) == settled


@pytest.mark.parametrize(
    ("sheets", "number"),
    [
        ([], 0),
        ([sheet(is_recalled=True)], 0),
        ([sheet("draft", "approved")], 0),
        ([sheet("submitted")], 1),
        ([sheet("approved")], 1),
        ([sheet(is_empty=True)], 1),
        ([sheet("approved"), sheet("approved", number=1)], 2),
        ([sheet("approved"), sheet("draft", number=1)], 1),
    ],
)
def test_late_time_is_a_supplement_and_returned_time_goes_back_where_it_was(
    sheets: list[HandedIn], number: int
) -> None:
    assert sheet_to_fill(sheets) == number


ANN, BEN, CARL = 1, 2, 3
LEAD_BEN = Approver(BEN, frozenset({BEN}))
FINANCE_CARL = Approver(CARL, frozenset({CARL}), decides_all=True)
ALONE_CARL = Approver(CARL, frozenset({CARL}), decides_all=True, is_alone=True)


@pytest.mark.parametrize(
    ("approver", "line", "decision"),
    [
        (LEAD_BEN, Line(ANN, lead_id=BEN), Decision.yes),
        (LEAD_BEN, Line(ANN, lead_id=CARL), Decision.other),
        (LEAD_BEN, Line(ANN, lead_id=None), Decision.other),
        (LEAD_BEN, Line(BEN, lead_id=BEN), Decision.own),
        (Approver(BEN, frozenset({BEN}), is_alone=True), Line(BEN, lead_id=BEN), Decision.own),
        (Approver(BEN, frozenset({BEN, CARL})), Line(ANN, lead_id=CARL), Decision.yes),
        (Approver(BEN, frozenset({BEN, CARL})), Line(CARL, lead_id=CARL), Decision.other),
        (Approver(None, frozenset({CARL})), Line(ANN, lead_id=CARL), Decision.yes),
        (FINANCE_CARL, Line(ANN, lead_id=None), Decision.yes),
        (FINANCE_CARL, Line(BEN, lead_id=BEN), Decision.yes),
        (FINANCE_CARL, Line(ANN, lead_id=BEN), Decision.yes),
        (FINANCE_CARL, Line(CARL, lead_id=BEN), Decision.own),
        (FINANCE_CARL, Line(CARL, lead_id=CARL), Decision.own),
        (ALONE_CARL, Line(CARL, lead_id=None), Decision.own_alone),
        (ALONE_CARL, Line(ANN, lead_id=None), Decision.yes),
    ],
)
def test_a_lead_decides_on_own_projects_and_nobody_on_their_own_time(
    approver: Approver, line: Line, decision: Decision
) -> None:
    assert may_decide(approver, line) is decision


def waiting(**changes: object) -> Waiting:
    usual: dict[str, object] = {
        "work_date": date(2026, 11, 20),
        "day_seconds": 8 * 3600,
        "is_billable": True,
        "is_priced": True,
        "over_budget": False,
        "sheet_number": 0,
    }
    return Waiting(**(usual | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (waiting(), ()),
        (waiting(is_priced=False), (Exceptional.unpriced,)),
        (waiting(is_priced=False, is_billable=False), ()),
        (waiting(day_seconds=10 * 3600), ()),
        (waiting(day_seconds=10 * 3600 + 1), (Exceptional.long_day,)),
        (waiting(work_date=date(2026, 11, 21)), (Exceptional.weekend,)),
        (waiting(sheet_number=1), (Exceptional.supplement,)),
        (waiting(over_budget=True, is_priced=False), (Exceptional.unpriced, Exceptional.over_budget)),
    ],
)
def test_what_is_unusual_comes_first(line: Waiting, found: tuple[Exceptional, ...]) -> None:
    assert exceptions(line) == found
