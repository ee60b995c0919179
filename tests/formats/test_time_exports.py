"""Reading the time that other tools export, layout by layout."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from psa_app.formats.csv_files import Table
from psa_app.formats.time_exports import detect, read_entries, suggest_mapping
from psa_app.rules.hours import Rounding, billed_minutes
from tests.formats.time_files import load, read, table, told

TOGGL = "User,Email,Client,Project,Task,Description,Billable,Start date,Start time,End date,End time,Duration"


@pytest.mark.parametrize(
    ("name", "layout"),
    [
        ("clockify_shared_report.csv", "clockify_shared"),
        ("clockify_detailed_us.csv", "clockify_detailed"),
        ("clockify_detailed_pt.csv", "clockify_detailed"),
        ("toggl_detailed.csv", "toggl"),
        ("toggl_finnish.csv", "toggl"),
        ("harvest_comma.csv", "harvest"),
        ("harvest_point.csv", "harvest"),
        ("kimai.csv", "kimai"),
    ],
)
def test_each_tool_is_known_by_its_headers(name: str, layout: str) -> None:
    found = detect(load(name))
    assert found is not None
    assert found.name == layout


def test_another_table_is_no_tools() -> None:
    assert detect(table("Title,Due", "a,b")) is None


class TestRealClockifyReport:
    """99 rows of a real shared report, with known sums."""

    def reading(self) -> Table:
        return load("clockify_shared_report.csv")

    def test_its_99_entries_sum_to_the_known_seconds(self) -> None:
        entries = read(self.reading(), "Mara").entries
        by_project: Counter[str] = Counter()
        for entry in entries:
            by_project[entry.project] += entry.seconds
        assert len(entries) == 99
        assert sum(entry.seconds for entry in entries) == 279_183
        assert by_project == {
            "Project A": 64_967,
            "Project B": 115_990,
            "Project C": 66_463,
            "Project D": 31_763,
        }

    def test_rounded_up_to_a_quarter_of_an_hour_each_it_is_90_hours(self) -> None:
        entries = read(self.reading(), "Mara").entries
        policy = Rounding(increment=15, mode="up", per="entry")
        assert sum(billed_minutes(entry.seconds, policy) for entry in entries) == 90 * 60

    def test_it_asks_whose_time_it_is_and_gives_nothing_until_told(self) -> None:
        reading = read(self.reading())
        assert [question.kind for question in reading.questions] == ["person"]
        assert not reading.ready
        assert reading.entries == ()

    def test_an_entry_has_what_the_report_has_and_no_more(self) -> None:
        entry = read(self.reading(), "Mara").entries[0]
        assert (entry.line, entry.person, entry.client) == (2, "Mara", "Company")
        assert (entry.project, entry.task, entry.day) == ("Project A", "", date(2024, 1, 3))
        assert (entry.seconds, entry.started_at, entry.billable) == (2300, None, None)
        assert not entry.already_invoiced

    def test_every_key_differs_and_the_next_reading_gives_the_same_ones(self) -> None:
        first = [entry.key for entry in read(self.reading(), "Mara").entries]
        assert len(set(first)) == 99
        assert first == [entry.key for entry in read(self.reading(), "Mara").entries]


class TestToggl:
    def test_text_comes_through_byte_for_byte(self) -> None:
        entries = read(load("toggl_detailed.csv")).entries
        assert entries[1].note == 'Call with "the baker"'
        assert entries[2].note == "  no project,\ttwo  spaces "
        assert entries[3].note == "Größe prüfen – 1.\r\nsecond line"

    def test_the_day_the_times_and_the_person_are_read(self) -> None:
        entry = read(load("toggl_detailed.csv"), zone="Europe/Vienna").entries[0]
        assert (entry.person, entry.email) == ("Mara Auer", "mara@harbour.example")
        assert (entry.day, entry.seconds) == (date(2026, 10, 5), 9015)
        assert entry.started_at == datetime(2026, 10, 5, 7, 0, tzinfo=UTC)
        assert entry.ended_at == datetime(2026, 10, 5, 9, 30, 15, tzinfo=UTC)
        assert (entry.billable, entry.tags) == (True, ("design", "remote"))

    def test_an_entry_over_midnight_keeps_its_first_day_and_its_length(self) -> None:
        entry = read(load("toggl_detailed.csv")).entries[2]
        assert (entry.day, entry.seconds) == (date(2026, 10, 6), 2700)
        assert (entry.client, entry.project, entry.task) == ("", "", "")

    def test_two_equal_rows_are_two_entries(self) -> None:
        third, fourth = read(load("toggl_detailed.csv")).entries[3:]
        assert third._replace(line=0, key="") == fourth._replace(line=0, key="")
        assert third.key != fourth.key

    def test_billable_may_be_said_in_another_language(self) -> None:
        assert [entry.billable for entry in read(load("toggl_finnish.csv")).entries] == [True, False]

    def test_the_clocks_going_back_do_not_lengthen_what_the_tool_counted(self) -> None:
        row = "Mara,,N,P,,x,Yes,2026-10-25,01:00:00,2026-10-25,04:00:00,04:00:00"
        entry = read(table(TOGGL, row), zone="Europe/Vienna").entries[0]
        assert entry.seconds == 4 * 3600
        assert entry.started_at is not None
        assert entry.ended_at is not None
        assert (entry.ended_at - entry.started_at).total_seconds() == 4 * 3600


class TestHarvest:
    def test_hours_with_a_comma_are_read_and_rounded_hours_are_not_used(self) -> None:
        entries = read(load("harvest_comma.csv")).entries
        assert [entry.seconds for entry in entries] == [5580, 1188, 7200]

    def test_hours_with_a_point_are_read(self) -> None:
        assert [entry.seconds for entry in read(load("harvest_point.csv")).entries] == [4500, 4500]

    def test_first_and_last_name_are_the_person(self) -> None:
        people = [entry.person for entry in read(load("harvest_comma.csv")).entries]
        assert people == ["Tomas Brandt", "Tomas Brandt", "Ada Lindqvist"]

    def test_invoiced_rows_are_marked(self) -> None:
        marks = [entry.already_invoiced for entry in read(load("harvest_comma.csv")).entries]
        assert marks == [False, True, False]

    def test_hours_may_be_shown_as_a_clock(self) -> None:
        heads = "Date,Client,Project,Task,Notes,Hours,First Name,Last Name"
        assert read(table(heads, "2026-10-05,C,P,T,,1:30,A,B")).entries[0].seconds == 5400

    def test_two_thousand_hours_are_two_thousand_and_refused(self) -> None:
        heads = "Date;Client;Project;Task;Notes;Hours;First Name;Last Name"
        reading = read(table(heads, "2026-10-05;C;P;T;;2.000,0;A;B", "2026-10-05;C;P;T;;1,5;A;B"))
        assert told(reading) == [
            "Line 2, Hours: “2.000,0” is more than 24 hours. Split it over its days in the file."
        ]
        assert reading.entries == ()


class TestClockifyDetailed:
    def test_times_come_from_the_clock_before_the_rounded_decimal(self) -> None:
        seconds = [entry.seconds for entry in read(load("clockify_detailed_us.csv")).entries]
        assert seconds == [13 * 60, 3 * 3600, 630, 5400, 5400]

    def test_thirteen_minutes_at_60_an_hour_are_worth_13(self) -> None:
        entry = read(load("clockify_detailed_us.csv")).entries[0]
        assert entry.seconds * 6000 // 3600 == 1300

    def test_twelve_hour_times_with_and_without_seconds_are_read_in_one_file(self) -> None:
        entries = read(load("clockify_detailed_us.csv")).entries
        assert entries[0].started_at == datetime(2026, 10, 14, 13, 26, tzinfo=UTC)
        assert entries[1].started_at == datetime(2026, 10, 9, 23, 0, tzinfo=UTC)
        assert entries[1].ended_at == datetime(2026, 10, 10, 2, 0, tzinfo=UTC)
        assert entries[2].started_at == datetime(2026, 10, 8, 0, 5, tzinfo=UTC)
        assert entries[2].ended_at == datetime(2026, 10, 8, 0, 15, 30, tzinfo=UTC)

    def test_one_date_that_fits_only_one_order_settles_the_file(self) -> None:
        mapping = suggest_mapping(load("clockify_detailed_us.csv"))
        assert mapping.date_order == "mdy"
        assert read(load("clockify_detailed_us.csv")).entries[4].day == date(2026, 10, 5)

    def test_an_activity_is_a_task_and_missing_columns_are_empty(self) -> None:
        entry = read(load("clockify_detailed_us.csv")).entries[0]
        assert (entry.task, entry.client, entry.billable) == ("Support", "", None)

    def test_a_number_in_invoiced_marks_the_row(self) -> None:
        marks = [entry.already_invoiced for entry in read(load("clockify_detailed_us.csv")).entries]
        assert marks == [False, True, False, False, False]

    def test_the_portuguese_report_is_read(self) -> None:
        entries = read(load("clockify_detailed_pt.csv")).entries
        assert [entry.day for entry in entries] == [date(2026, 10, 28), date(2026, 11, 3)]
        assert [entry.seconds for entry in entries] == [5400, 2700]
        assert [entry.billable for entry in entries] == [True, False]
        first = entries[0]
        assert (first.person, first.client) == ("João Conceição", "Padaria São João")
        assert (first.project, first.task) == ("Reforma do balcão", "Gestão")
        assert first.note == "Reunião – orçamento"


class TestKimai:
    def test_the_duration_is_in_seconds_and_a_break_is_no_work(self) -> None:
        entries = read(load("kimai.csv")).entries
        assert [entry.seconds for entry in entries] == [5400, 12_600]
        assert entries[0].started_at == datetime(2026, 10, 5, 8, 0, tzinfo=UTC)

    def test_customer_activity_and_exported_are_client_task_and_invoiced(self) -> None:
        first, second = read(load("kimai.csv")).entries
        assert (first.client, first.task, first.tags) == ("Municipal Library", "Requests", ("bug", "urgent"))
        assert (first.already_invoiced, second.already_invoiced) == (True, False)

    def test_decimal_durations_give_way_to_begin_and_end(self) -> None:
        heads = "Begin,End,Duration,User,Customer,Project,Activity"
        reading = read(table(heads, "2026-10-05 08:00,2026-10-05 08:13,0.22,ines,C,P,A"))
        assert reading.entries[0].seconds == 780

    def test_a_number_that_cannot_be_seconds_is_told(self) -> None:
        heads = "Begin,End,Duration,User,Customer,Project,Activity"
        reading = read(table(heads, "2026-10-05 08:00,2026-10-05 10:00,2,ines,C,P,A"))
        assert told(reading) == [
            "Line 2, Duration: This does not agree with start and end. Correct one of them in the file."
        ]

    def test_begin_alone_gives_the_day(self) -> None:
        heads = "Begin,End,User,Customer,Project,Activity"
        reading = read(table(heads, "2026-10-05T23:30:00+0200,2026-10-06T00:30:00+0200,i,C,P,A"))
        entry = reading.entries[0]
        assert (entry.day, entry.seconds) == (date(2026, 10, 5), 3600)
        assert entry.started_at == datetime(2026, 10, 5, 21, 30, tzinfo=UTC)


class TestAnotherTable:
    def test_columns_are_found_by_common_words(self) -> None:
        source = table("Mitarbeiter;Kunde;Projekt;Datum;Stunden;Bemerkung", "Ada;K;P;24.12.2026;1,5;x")
        entry = read(source).entries[0]
        assert (entry.person, entry.client, entry.project, entry.note) == ("Ada", "K", "P", "x")
        assert (entry.day, entry.seconds) == (date(2026, 12, 24), 5400)

    def test_what_has_no_column_is_asked_for(self) -> None:
        reading = read(table("a,b", "1,2"))
        assert [question.kind for question in reading.questions] == ["project", "day", "time", "person"]
        assert reading.questions[0].choices == ("a", "b")

    def test_a_chosen_column_wins(self) -> None:
        source = table("who,what,when,how long", "Ada,P,2026-12-24,1h 30m")
        mapping = suggest_mapping(source)
        columns = {"person": "who", "project": "what", "day": "when", "duration": "how long"}
        entry = read_entries(source, mapping.__class__(columns=columns)).entries[0]
        assert (entry.person, entry.project, entry.seconds) == ("Ada", "P", 5400)
