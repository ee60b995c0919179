"""Cells that can be read in two ways or not at all: asked for, or refused with their line."""

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psa_app.errors import Invalid
from psa_app.formats.csv_files import read_table
from psa_app.formats.csv_out import write_csv
from psa_app.formats.time_exports import Mapping, answered, read_entries, suggest_mapping
from tests.formats.time_files import load, read, table, told

HEADS = "Person,Project,Date,Duration,Billable"


def dated(*days: str) -> list[str]:
    return [HEADS, *(f"Ada,P,{day},1:00,yes" for day in days)]


def lasting(*durations: str) -> list[str]:
    return ["Person;Project;Date;Duration", *(f"Ada;P;2026-12-24;{text}" for text in durations)]


class TestDates:
    @pytest.mark.parametrize(
        ("cells", "days"),
        [
            (["2026-12-24"], [date(2026, 12, 24)]),
            (["2026/1/5"], [date(2026, 1, 5)]),
            (["25/12/2024"], [date(2024, 12, 25)]),
            (["12/25/2024"], [date(2024, 12, 25)]),
            (["31.12.26"], [date(2026, 12, 31)]),
            (["31. 12. 2026"], [date(2026, 12, 31)]),
            (["13-01-2024"], [date(2024, 1, 13)]),
            (["05/05/2024"], [date(2024, 5, 5)]),
            (["03/04/2024", "13/04/2024"], [date(2024, 4, 3), date(2024, 4, 13)]),
            (["03/04/2024", "04/13/2024"], [date(2024, 3, 4), date(2024, 4, 13)]),
            (["25/12/2024", "12/25/2024"], [date(2024, 12, 25), date(2024, 12, 25)]),
            (["2026-12-24 10:00:00", "2026-12-25T10:00"], [date(2026, 12, 24), date(2026, 12, 25)]),
        ],
    )
    def test_a_date_that_fits_only_one_order_is_read_so(self, cells: list[str], days: list[date]) -> None:
        assert [entry.day for entry in read(table(*dated(*cells))).entries] == days

    @pytest.mark.parametrize("cells", [["03/04/2024"], ["03/04/2024", "13/01/2024", "01/13/2024"]])
    def test_a_date_that_fits_both_orders_is_asked_for(self, cells: list[str]) -> None:
        reading = read(table(*dated(*cells)))
        (question,) = reading.questions
        assert (question.kind, question.column) == ("date_order", "Date")
        assert question.sentence == "Is “03/04/2024” day/month/year or month/day/year?"
        assert question.examples == ("03/04/2024",)
        assert reading.entries == ()

    @pytest.mark.parametrize(("choice", "day"), [("dmy", date(2024, 4, 3)), ("mdy", date(2024, 3, 4))])
    def test_the_answer_decides(self, choice: str, day: date) -> None:
        source = table(*dated("03/04/2024"))
        mapping = suggest_mapping(source)
        (question,) = read_entries(source, mapping).questions
        reading = read_entries(source, answered(mapping, question, choice))
        assert [entry.day for entry in reading.entries] == [day]

    def test_am_and_pm_suggest_the_month_first(self) -> None:
        source = table(
            "Project,User,Start Date,Start Time,End Date,End Time,Duration (h)",
            "P,Ada,03/04/2024,1:00 PM,03/04/2024,2:00 PM,01:00:00",
        )
        assert read(source).questions[0].suggestion == "mdy"

    @pytest.mark.parametrize(
        ("cell", "sentence"),
        [
            ("13/15/2024", "Line 3, Date: “13/15/2024” is no day of the calendar. Correct it in the file."),
            ("2024-02-30", "Line 3, Date: “2024-02-30” is no day of the calendar. Correct it in the file."),
            ("0001-01-01", "Line 3, Date: “0001-01-01” is not between 1990 and 2100. Correct the year."),
            ("9999-12-31", "Line 3, Date: “9999-12-31” is not between 1990 and 2100. Correct the year."),
            ("", "Line 3, Date: There is no day. Add it in the file."),
            (
                "soon",
                "Line 3, Date: “soon” is no date or time. Write 2024-12-31 for a day, 14:30 for a time.",
            ),
            ("10:00", "Line 3, Date: There is only a time of day. Add the day in the file."),
        ],
    )
    def test_an_impossible_date_is_refused_with_its_line(self, cell: str, sentence: str) -> None:
        reading = read(table(*dated("2024-01-13", cell, "2024-01-14")))
        assert told(reading) == [sentence]
        assert reading.entries == ()

    def test_a_date_in_another_order_than_chosen_is_refused(self) -> None:
        reading = read(table(*dated("25/12/2024")), date_order="mdy")
        assert told(reading) == [
            "Line 2, Date: “25/12/2024” does not fit the order month/day/year of this file."
        ]


class TestDurations:
    @pytest.mark.parametrize(
        ("cell", "seconds"),
        [
            ("01:30:00", 5400),
            ("1:30", 5400),
            ("0:13", 780),
            ("24:00", 86_400),
            ("24:00:00", 86_400),
            ("1h 30m", 5400),
            ("90 min", 5400),
            ("PT1H30M5S", 5405),
            ("1.5h", 5400),
        ],
    )
    def test_a_duration_is_read_to_the_second(self, cell: str, seconds: int) -> None:
        assert [entry.seconds for entry in read(table(*lasting(cell))).entries] == [seconds]

    @pytest.mark.parametrize(
        ("cells", "seconds"),
        [
            (["1.5", "2"], [5400, 7200]),
            (["1,5", "0,25"], [5400, 900]),
            (["1,250"], [4500]),
            ([".5"], [1800]),
            (["0.3333"], [1200]),
        ],
    )
    def test_hours_are_read_with_a_point_or_a_comma(self, cells: list[str], seconds: list[int]) -> None:
        assert [entry.seconds for entry in read(table(*lasting(*cells))).entries] == seconds

    @pytest.mark.parametrize(
        ("cell", "sentence"),
        [
            ("25:00:00", "“25:00:00” is more than 24 hours. Split it over its days in the file."),
            ("24:00:01", "“24:00:01” is more than 24 hours. Split it over its days in the file."),
            ("2.000,5", "“2.000,5” is more than 24 hours. Split it over its days in the file."),
            ("9" * 20 + ".5", "“99999999999999999999.5” is more than 24 hours. Split it over its days"),
            ("-1:00", "“-1:00” is less than nothing. Correct it in the file."),
            ("−1,5", "“−1,5” is less than nothing. Correct it in the file."),
            ("NaN", "“NaN” is no "),
            ("inf", "“inf” is no "),
            ("1e308", "“1e308” is no "),
            ("1:75", "“1:75” is no "),
            ("1,5,3", "“1,5,3” is no "),
            ("", "There is no time. Add it, or remove the line from the file."),
        ],
    )
    def test_an_impossible_duration_is_refused_with_its_line(self, cell: str, sentence: str) -> None:
        reading = read(table(*lasting("1:00", cell)), duration_kind="hours")
        (problem,) = reading.problems
        assert (problem.line, problem.column) == (3, "Duration")
        assert problem.sentence.startswith(sentence)
        assert reading.entries == ()

    def test_plain_numbers_without_a_unit_are_asked_for(self) -> None:
        source = table(*lasting("90", "30"))
        mapping = suggest_mapping(source)
        (question,) = read_entries(source, mapping).questions
        assert question.sentence == "Does “90” in “Duration” count hours, minutes or seconds?"
        reading = read_entries(source, answered(mapping, question, "minutes"))
        assert [entry.seconds for entry in reading.entries] == [5400, 1800]

    @pytest.mark.parametrize(("head", "seconds"), [("Minutes", 90 * 60), ("Duration (seconds)", 90)])
    def test_a_header_may_name_the_unit(self, head: str, seconds: int) -> None:
        source = table(f"Person,Project,Date,{head}", "Ada,P,2026-12-24,90")
        assert [entry.seconds for entry in read(source).entries] == [seconds]

    def test_start_and_end_give_the_time_when_nothing_else_does(self) -> None:
        source = table("Person,Project,Date,Start,End", "Ada,P,2026-12-24,22:30,01:00")
        assert [entry.seconds for entry in read(source).entries] == [9000]

    def test_an_end_before_the_start_is_refused(self) -> None:
        heads = "Person,Project,Date,Start,End date,End"
        reading = read(table(heads, "Ada,P,2026-12-24,22:30,2026-12-24,21:00"))
        assert told(reading) == [
            "Line 2, End: The end lies before the start. Correct one of them in the file."
        ]

    def test_a_row_without_worked_time_is_left_out_and_said(self) -> None:
        reading = read(table(*lasting("0:00", "1:00")))
        assert [entry.line for entry in reading.entries] == [3]
        assert [str(note) for note in reading.left_out] == [
            "Line 2: No time was worked, so the row is left out."
        ]
        assert reading.ready


class TestRows:
    def test_an_unknown_word_in_billable_is_asked_for(self) -> None:
        source = table(HEADS, "Ada,P,2026-12-24,1:00,Perhaps", "Ada,P,2026-12-24,1:00,no")
        mapping = suggest_mapping(source)
        (question,) = read_entries(source, mapping).questions
        assert question.sentence == "Does “Perhaps” mean billable?"
        reading = read_entries(source, answered(mapping, question, "yes"))
        assert [entry.billable for entry in reading.entries] == [True, False]

    def test_a_row_longer_than_the_header_is_refused(self) -> None:
        reading = read(table(HEADS, "Ada,P,2026-12-24,1:00,yes,and, more"))
        assert told(reading) == ["Line 2: There are more cells than headers. Put text with commas in quotes."]

    def test_a_row_without_a_person_takes_the_one_given_or_is_refused(self) -> None:
        source = table(HEADS, ",P,2026-12-24,1:00,yes", "Ada,P,2026-12-24,1:00,yes")
        assert told(read(source)) == [
            "Line 2, Person: There is no person. Add the name, or choose whose time it is."
        ]
        assert [entry.person for entry in read(source, "Mara").entries] == ["Mara", "Ada"]

    def test_all_problems_are_counted_and_the_first_hundred_told(self) -> None:
        reading = read(table(*dated(*["13/15/2024"] * 150)))
        assert (reading.problem_count, len(reading.problems), reading.rows) == (150, 100, 150)

    def test_a_long_or_unprintable_cell_is_quoted_short(self) -> None:
        reading = read(table(*dated("\x1b[31m" + "x" * 200)))
        (problem,) = reading.problems
        assert problem.sentence.startswith("“[31mxxxxx")
        assert len(problem.sentence) < 130

    @pytest.mark.parametrize(
        ("mapping", "field"),
        [
            (Mapping(columns={"project": "Nowhere"}), "columns"),
            (Mapping(columns={"salary": "Project"}), "columns"),
            (Mapping(columns={}, zone="Mars/Base"), "zone"),
            (Mapping(columns={}, zone="../../etc/passwd"), "zone"),
        ],
    )
    def test_a_mapping_that_fits_no_file_is_refused(self, mapping: Mapping, field: str) -> None:
        with pytest.raises(Invalid) as refused:
            read_entries(table(*dated("2026-12-24")), mapping)
        assert refused.value.field == field

    def test_a_file_without_rows_is_told(self) -> None:
        reading = read(table(HEADS))
        assert told(reading) == [
            "Line 1: Below the headers there are no rows. Export a period with time in it."
        ]
        assert not reading.ready

    @pytest.mark.parametrize("cell", ["1h" + " " * 90_000 + "x", "9" * 90_000, "1,1" * 30_000])
    def test_an_endless_cell_is_refused_at_once(self, cell: str) -> None:
        began = time.thread_time()
        reading = read(
            table(HEADS, f'Ada,P,"{cell}","{cell}",yes', "Ada,P,2026-12-24,1:00,yes"), duration_kind="clock"
        )
        assert reading.problem_count == 1
        assert time.thread_time() - began < 2


class TestKeys:
    def keys(self, *lines: str) -> list[str]:
        return [entry.key for entry in read(table(*lines)).entries]

    def test_the_same_row_has_the_same_key_in_a_longer_export(self) -> None:
        first = dated("2026-12-23", "2026-12-23", "2026-12-24")
        longer = dated("2026-12-22", "2026-12-23", "2026-12-23", "2026-12-24", "2026-12-23")
        assert len(set(self.keys(*first))) == 3
        assert len(set(self.keys(*longer)) - set(self.keys(*first))) == 2

    def test_the_order_of_the_rows_does_not_matter(self) -> None:
        head, *rows = dated("2026-12-23", "2026-12-24", "2026-12-23")
        assert set(self.keys(head, *rows)) == set(self.keys(head, *reversed(rows)))

    def test_being_invoiced_meanwhile_makes_no_new_row(self) -> None:
        before = table("Person,Project,Date,Duration,Invoiced", "Ada,P,2026-12-24,1:00,No")
        after = table("Person,Project,Date,Duration,Invoiced", "Ada,P,2026-12-24,1:00,Yes")
        assert [e.key for e in read(before).entries] == [e.key for e in read(after).entries]

    def test_equal_rows_of_two_people_differ(self) -> None:
        source = load("clockify_shared_report.csv")
        mara = {entry.key for entry in read(source, "Mara").entries}
        assert mara.isdisjoint({entry.key for entry in read(source, "Ada").entries})

    def test_text_moved_from_one_cell_to_the_next_is_another_row(self) -> None:
        heads = "Person,Project,Task,Date,Duration"
        keys = self.keys(heads, "Ada,PT,,2026-12-24,1:00", "Ada,P,T,2026-12-24,1:00")
        assert len(set(keys)) == 2

    def test_the_zone_of_the_reader_changes_no_key(self) -> None:
        source = load("toggl_detailed.csv")
        vienna = [entry.key for entry in read(source, zone="Europe/Vienna").entries]
        assert vienna == [entry.key for entry in read(source, zone="Asia/Tokyo").entries]


GOOD = {
    "User": ["Ada", "Mara"],
    "Email": ["", "ada@x.example"],
    "Client": ["Northwind", ""],
    "Project": ["P", " P "],
    "Description": ["work", "one\r\ntwo", '"', ""],
    "Billable": ["Yes", "não", ""],
    "Start date": ["2026-12-24", "24/12/2026", "2026-03-29"],
    "Start time": ["9:00", "09:00:30", "11:30 PM", ""],
    "End time": ["10:00", "12:15 am", ""],
    "Duration": ["1:30:00", "0:13", "0:00", "24:00:00"],
}
BAD = st.one_of(
    st.sampled_from(["03/04/2024", "13/15/2024", "1,5", "2.000,0", "-1", "25:00", "NaN", "1e308"]),
    st.text(max_size=12),
)
ROWS = st.tuples(*(st.sampled_from(cells) for cells in GOOD.values())).map(list)


@given(st.lists(ROWS, min_size=1, max_size=6), st.integers(0, 5), st.integers(0, 9), st.none() | BAD)
def test_a_file_is_read_whole_or_not_at_all(
    rows: list[list[str]], line: int, column: int, bad: str | None
) -> None:
    if bad is not None:
        rows[line % len(rows)][column] = bad
    source = read_table(write_csv(list(GOOD), rows).replace(b"\0", b""))
    reading = read(source)
    assert bad is not None or reading.ready
    assert reading.ready == (not reading.problems and not reading.questions)
    if reading.ready:
        assert len(reading.entries) + len(reading.left_out) == len(source.rows)
        assert all(0 < entry.seconds <= 86_400 for entry in reading.entries)
        assert len({entry.key for entry in reading.entries}) == len(reading.entries)
    else:
        assert reading.entries == ()


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_sentence(data: bytes) -> None:
    try:
        source = read_table(data)
    except Invalid:
        return
    assert all(len(row) >= len(source.headers) for row in source.rows)
