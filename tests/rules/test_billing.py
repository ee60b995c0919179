import csv
import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.rules import billing, money
from psa_app.rules.billing import BillableEntry, Billed, Grouping, LineTerms, TimePlan, plan_time_lines
from psa_app.rules.hours import INCREMENTS, MODES, SCOPES, Rounding

LINE, ANNA, BEN, DESIGN, BUILD, DEV, LEAD = 1, 10, 11, 20, 21, 30, 31
MONDAY = date(2026, 11, 16)


def entry(
    number: int,
    minutes: float,
    rate: int = 12000,
    day: int = 0,
    person: int | None = ANNA,
    task: int | None = DESIGN,
    role: int | None = DEV,
    line: int = LINE,
    offset: int = 0,
) -> BillableEntry:
    seconds = round(minutes * 60)
    return BillableEntry(
        number, person, task, role, line, MONDAY + timedelta(days=day), seconds, rate, offset
    )


def terms(cap: int | None = None, billed: int = 0, rounding: Rounding | None = None) -> dict[int, LineTerms]:
    return {LINE: LineTerms(LINE, rounding or Rounding(), cap, billed)}


def plan(
    entries: Sequence[BillableEntry],
    grouping: Grouping = "none",
    cap: int | None = None,
    billed: int = 0,
    rounding: Rounding | None = None,
) -> TimePlan:
    return plan_time_lines(entries, terms(cap, billed, rounding), grouping)


def printed(made: TimePlan) -> list[tuple[object, ...]]:
    return [(*line.key, line.rate, line.minutes, line.amount) for line in made.lines]


def test_ten_minutes_at_120_print_20_00() -> None:
    assert printed(plan([entry(1, 10)])) == [(12000, 10, 2000)]


def test_no_time_makes_no_line() -> None:
    assert plan([]) == TimePlan([], [])


@pytest.mark.parametrize(
    ("grouping", "lines"),
    [
        ("none", [(9000, 30, 4500), (12000, 150, 30000)]),
        ("person", [(ANNA, 12000, 120, 24000), (BEN, 9000, 30, 4500), (BEN, 12000, 30, 6000)]),
        ("task", [(DESIGN, 12000, 90, 18000), (BUILD, 9000, 30, 4500), (BUILD, 12000, 60, 12000)]),
        ("role", [(DEV, 9000, 30, 4500), (DEV, 12000, 120, 24000), (LEAD, 12000, 30, 6000)]),
        (
            "day",
            [
                (MONDAY, 9000, 30, 4500),
                (MONDAY, 12000, 60, 12000),
                (MONDAY + timedelta(days=1), 12000, 90, 18000),
            ],
        ),
    ],
)
def test_one_line_is_printed_per_group_and_rate(grouping: Grouping, lines: list[tuple[object, ...]]) -> None:
    entries = [
        entry(1, 60),
        entry(2, 30, rate=9000, person=BEN, task=BUILD),
        entry(3, 60, day=1, task=BUILD),
        entry(4, 30, day=1, person=BEN, role=LEAD),
    ]
    assert printed(plan(entries, grouping)) == lines


def test_entries_without_a_task_stand_last() -> None:
    made = plan([entry(1, 60, task=None), entry(2, 60)], "task")
    assert [line.key for line in made.lines] == [(DESIGN,), (None,)]


def test_each_sow_line_has_its_own_terms_and_lines() -> None:
    both = {
        1: LineTerms(1, Rounding(15, "up"), None, 0),
        2: LineTerms(2, Rounding(15, "nearest"), None, 0),
    }
    made = plan_time_lines([entry(1, 7, line=2), entry(2, 7), entry(3, 8, line=2)], both, "none")
    assert [(line.sow_line_id, line.minutes) for line in made.lines] == [(1, 15), (2, 15)]


def test_time_whose_sow_line_has_no_terms_stops_the_draft() -> None:
    with pytest.raises(Invalid, match="does not say how time is billed"):
        plan([entry(1, 60, line=99)])


def test_rounding_per_day_and_task_rounds_the_sum_and_shares_it() -> None:
    entries = [
        entry(1, 100 / 60),
        entry(2, 200 / 60),
        entry(3, 2),
        entry(4, 1, day=1),
        entry(5, 1, task=BUILD),
    ]
    made = plan(entries, rounding=Rounding(15, "up", per="day_task"))
    assert [(share.entry_id, share.minutes) for share in made.lines[0].shares] == [
        (1, 4),
        (2, 7),
        (3, 4),
        (5, 15),
        (4, 15),
    ]
    assert made.lines[0].minutes == 45


def test_the_shares_amounts_sum_to_the_printed_line() -> None:
    made = plan([entry(number, 1, rate=10) for number in range(1, 4)])
    assert printed(made) == [(10, 3, 1)]
    assert [share.amount for share in made.lines[0].shares] == [0, 1, 0]


# cap | billed so far | (minutes, rate, day) of each entry | printed | over the cap
CAPS = [
    (None, 0, [(40, 12000, 0), (20, 12000, 0)], [(12000, 60, 12000)], []),
    (12000, 0, [(40, 12000, 0), (20, 12000, 0)], [(12000, 60, 12000)], []),
    (10000, 0, [(40, 12000, 0), (20, 12000, 0)], [(12000, 50, 10000)], [(2, 600, 600)]),
    (15000, 5000, [(40, 12000, 0), (20, 12000, 0)], [(12000, 50, 10000)], [(2, 600, 600)]),
    (10000, 0, [(40, 12000, 1), (20, 12000, 0)], [(12000, 50, 10000)], [(1, 1800, 600)]),
    (10000, 10000, [(10, 12000, 0)], [], [(1, 0, 600)]),
    (10000, 12000, [(10, 12000, 0)], [], [(1, 0, 600)]),
    (0, 0, [(10, 12000, 0)], [], [(1, 0, 600)]),
    (4000, 0, [(20, 12000, 0), (10, 12000, 1)], [(12000, 20, 4000)], [(2, 0, 600)]),
    (150, 0, [(10, 12000, 0), (1, 6000, 1)], [], [(1, 0, 600), (2, 0, 60)]),
    (199, 0, [(1, 12000, 0)], [], [(1, 0, 60)]),
    (250, 0, [(3, 12000, 0)], [(12000, 1, 200)], [(1, 60, 120)]),
    (0, 0, [(10, 0, 0)], [(0, 10, 0)], []),
]


@pytest.mark.parametrize(("cap", "billed", "worked", "lines", "over"), CAPS)
def test_billed_value_stops_at_the_cap(
    cap: int | None,
    billed: int,
    worked: list[tuple[int, int, int]],
    lines: list[tuple[object, ...]],
    over: list[tuple[int, int, int]],
) -> None:
    entries = [
        entry(number, minutes, rate, day) for number, (minutes, rate, day) in enumerate(worked, start=1)
    ]
    made = plan(entries, cap=cap, billed=billed)
    assert printed(made) == lines
    assert made.over_cap == over


def test_a_rounded_entry_is_split_in_proportion_to_its_raw_seconds() -> None:
    made = plan([entry(1, 7)], cap=2000, rounding=Rounding(15, "up"))
    (share,) = made.lines[0].shares
    assert (share.offset_seconds, share.seconds, share.minutes, share.amount) == (0, 280, 10, 2000)
    assert made.over_cap == [(1, 280, 140)]


def test_a_billed_part_keeps_at_least_one_second() -> None:
    made = plan([entry(1, 1 / 60)], cap=2000, rounding=Rounding(15, "up"))
    assert [share.seconds for share in made.lines[0].shares] == [1]
    assert made.over_cap == []


def test_an_entry_without_a_second_is_never_cut_into_less() -> None:
    line = LineTerms(LINE, Rounding(15, "up"), 2000, 0, {(1,): Billed(60, 0)})
    made = plan_time_lines([entry(1, 0, offset=60)], {LINE: line}, "none")
    assert [share.seconds for share in made.lines[0].shares] == [0]
    assert made.over_cap == []


def test_what_is_left_of_an_entry_keeps_its_place_in_it() -> None:
    made = plan([entry(1, 10, offset=600)], cap=1000)
    assert [share.offset_seconds for share in made.lines[0].shares] == [600]
    assert made.over_cap == [(1, 900, 300)]


def test_many_half_units_on_many_lines_stay_under_the_cap() -> None:
    # A minute at 0.30 is half a cent: printed alone it is 0.01, together sixty are 0.30.
    entries = [entry(number, 1, rate=30, person=number) for number in range(1, 61)]
    made = plan(entries, "person", cap=30)
    assert made.amount == 30
    assert len(made.lines) == 30
    assert len(made.over_cap) == 30


def test_a_cap_is_not_set_below_what_is_billed() -> None:
    billing.check_cap(None, 5000)
    billing.check_cap(5000, 5000)
    for cap, billed in ((4999, 5000), (-1, 0)):
        with pytest.raises(Invalid) as error:
            billing.check_cap(cap, billed)
        assert error.value.field == "cap"


entries_lists = st.lists(
    st.builds(
        BillableEntry,
        id=st.integers(1, 10**6),
        person_id=st.sampled_from([ANNA, BEN, None]),
        task_id=st.sampled_from([DESIGN, BUILD, None]),
        role_id=st.sampled_from([DEV, LEAD]),
        sow_line_id=st.sampled_from([1, 2]),
        day=st.dates(MONDAY, MONDAY + timedelta(days=3)),
        seconds=st.integers(0, 20_000),
        rate=st.sampled_from([0, 1, 29, 30, 31, 50, 9999, 12000]),
        offset_seconds=st.sampled_from([0, 900]),
    ),
    unique_by=lambda entry: entry.id,
    max_size=25,
)
line_terms = st.builds(
    LineTerms,
    sow_line_id=st.just(0),
    rounding=st.builds(
        Rounding,
        increment=st.sampled_from(INCREMENTS),
        mode=st.sampled_from(MODES),
        minimum=st.sampled_from([0, 0, 10]),
        per=st.sampled_from(SCOPES),
    ),
    cap=st.none() | st.integers(0, 300) | st.integers(0, 200_000),
    billed_so_far=st.integers(0, 300),
)
both_terms = st.fixed_dictionaries({1: line_terms, 2: line_terms})
groupings = st.sampled_from(billing.GROUPINGS)


@given(entries_lists, both_terms, groupings)
def test_each_second_is_in_one_share_or_over_the_cap(
    entries: list[BillableEntry], of: dict[int, LineTerms], grouping: Grouping
) -> None:
    made = plan_time_lines(entries, of, grouping)
    spans = [
        (share.entry_id, share.offset_seconds, share.seconds) for line in made.lines for share in line.shares
    ]
    spans += made.over_cap
    for each in entries:
        mine = sorted((offset, seconds) for number, offset, seconds in spans if number == each.id)
        at = each.offset_seconds
        for offset, seconds in mine:
            assert offset == at
            at += seconds
        assert at == each.offset_seconds + each.seconds
        assert mine


@given(entries_lists, both_terms, groupings)
def test_printed_lines_are_minutes_times_rate_and_the_sum_of_their_shares(
    entries: list[BillableEntry], of: dict[int, LineTerms], grouping: Grouping
) -> None:
    made = plan_time_lines(entries, of, grouping)
    keys = Counter((line.sow_line_id, line.key, line.rate) for line in made.lines)
    assert not keys or max(keys.values()) == 1
    for line in made.lines:
        assert line.amount == money.per_hour(line.minutes, line.rate)
        assert line.minutes == sum(share.minutes for share in line.shares)
        assert line.amount == sum(share.amount for share in line.shares)
        assert all(share.amount >= 0 for share in line.shares)


@given(entries_lists, both_terms, groupings)
def test_the_printed_sum_never_exceeds_the_cap_and_stops_close_to_it(
    entries: list[BillableEntry], of: dict[int, LineTerms], grouping: Grouping
) -> None:
    made = plan_time_lines(entries, of, grouping)
    rates = {each.id: each.rate for each in entries}
    lines_of = {each.id: each.sow_line_id for each in entries}
    for number, agreed in of.items():
        amount = sum(line.amount for line in made.lines if line.sow_line_id == number)
        over = [entry_id for entry_id, _, _ in made.over_cap if lines_of[entry_id] == number]
        if agreed.cap is None:
            assert not over
            continue
        room = max(agreed.cap - agreed.billed_so_far, 0)
        assert amount <= room
        if over:
            one_minute_more = -(-rates[over[0]] // 60) + 1
            assert amount + one_minute_more > room


@given(entries_lists, both_terms, groupings)
def test_time_is_taken_by_work_date_then_id(
    entries: list[BillableEntry], of: dict[int, LineTerms], grouping: Grouping
) -> None:
    made = plan_time_lines(entries, of, grouping)
    place = {each.id: (each.day, each.id) for each in entries}
    lines_of = {each.id: each.sow_line_id for each in entries}
    for number in of:
        over = [place[entry_id] for entry_id, _, _ in made.over_cap if lines_of[entry_id] == number]
        taken = [
            place[share.entry_id]
            for line in made.lines
            if line.sow_line_id == number
            for share in line.shares
        ]
        if over and taken:
            assert max(taken) <= min(over)


@given(entries_lists, both_terms, groupings, st.randoms(use_true_random=False))
def test_the_order_in_which_entries_come_changes_nothing(
    entries: list[BillableEntry], of: dict[int, LineTerms], grouping: Grouping, chance: random.Random
) -> None:
    shuffled = list(entries)
    chance.shuffle(shuffled)
    assert plan_time_lines(shuffled, of, grouping) == plan_time_lines(entries, of, grouping)


def real_export() -> list[BillableEntry]:
    """The 99 entries of a real export; each project stands for a task, at 120.00 an hour."""
    file = Path(__file__).parents[1] / "data" / "time-exports" / "clockify_shared_report.csv"
    with file.open(encoding="utf-8-sig", newline="") as rows:
        read = list(csv.DictReader(rows))
    projects = sorted({row["Project"] for row in read})
    found = []
    for number, row in enumerate(read, start=1):
        hours, minutes, seconds = (int(part) for part in row["Time (h)"].split(":"))
        task, day = projects.index(row["Project"]), date.fromisoformat(row["Date"])
        worked = hours * 3600 + minutes * 60 + seconds
        found.append(BillableEntry(number, ANNA, task, DEV, LINE, day, worked, 12000))
    return found


@pytest.mark.parametrize(
    ("rounding", "minutes", "amount"),
    [
        (Rounding(15, "up"), 90 * 60, 1_080_000),
        (Rounding(15, "up", per="day_task"), 5070, 1_014_000),
    ],
)
def test_a_real_export_is_billed_to_the_minute(rounding: Rounding, minutes: int, amount: int) -> None:
    entries = real_export()
    made = plan(entries, rounding=rounding)
    assert (len(entries), sum(each.seconds for each in entries)) == (99, 279_183)
    assert printed(made) == [(12000, minutes, amount)]
    assert sum(share.seconds for share in made.lines[0].shares) == 279_183
