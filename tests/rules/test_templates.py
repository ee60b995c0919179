"""Templates: days that count from a first one, what a body may hold, and that nothing is lost on the way."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psa_app.errors import Invalid, Problems
from psa_app.rules.templates import bodies, dates, edit
from psa_app.rules.templates.dates import Days
from psa_app.rules.templates.shape import LINKS, OFFSETS, Field, Shape
from psa_app.rules.templates.summary import summary

MON, SAT = date(2026, 11, 23), date(2026, 11, 28)
HOLIDAYS = Days(frozenset({date(2026, 12, 8), date(2026, 12, 25)}))


@pytest.mark.parametrize(
    ("start", "offset", "day"),
    [
        (MON, "", None),
        (MON, "0d", MON),
        (MON, "0w", MON),
        (SAT, "0w", date(2026, 11, 30)),  # the first working day
        (SAT, "0d", SAT),
        (MON, "5w", date(2026, 11, 30)),
        (MON, "11w", date(2026, 12, 9)),  # 8 December is free
        (MON, "7d", date(2026, 11, 30)),
        (date(2026, 1, 31), "1m", date(2026, 2, 28)),
        (date(2026, 1, 31), "2m", date(2026, 3, 31)),
        (date(2024, 1, 31), "1m", date(2024, 2, 29)),
        (date(2026, 11, 30), "3m", date(2027, 2, 28)),
    ],
)
def test_a_day_follows_from_its_offset(start: date, offset: str, day: date | None) -> None:
    assert dates.day_at(start, offset, HOLIDAYS) == day


@pytest.mark.parametrize(
    ("start", "day", "working", "offset"),
    [
        (MON, None, True, ""),
        (MON, MON, True, "0w"),
        (MON, MON, False, "0d"),
        (MON, date(2026, 12, 9), True, "11w"),
        (MON, date(2026, 11, 29), True, "6d"),  # a Sunday is no working day
        (SAT, SAT, True, "0d"),
        (MON, date(2026, 12, 23), False, "1m"),
        (MON, date(2026, 12, 24), False, "31d"),
        (MON, date(2025, 1, 1), True, "0w"),  # before the start counts as the start
        (MON, date(2025, 1, 1), False, "0d"),
        (MON, date(2090, 1, 1), False, "3650d"),
    ],
)
def test_an_offset_follows_from_its_day(start: date, day: date | None, working: bool, offset: str) -> None:
    assert dates.offset_of(start, day, HOLIDAYS, working=working) == offset


@pytest.mark.parametrize(
    ("start", "end", "term"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), "12m"),
        (date(2026, 1, 31), date(2026, 2, 27), "1m"),
        (date(2026, 1, 1), date(2026, 1, 10), "9d"),
        (date(2026, 1, 1), None, ""),
        (date(2026, 1, 1), date(2026, 1, 1), "0d"),
    ],
)
def test_a_term_is_told_in_months_where_it_can_be(start: date, end: date | None, term: str) -> None:
    assert dates.term_of(start, end) == term
    assert dates.term_end(start, term) == end


@pytest.mark.parametrize(
    ("typed", "offset"),
    [
        ("5 working days", "5w"),
        ("after 1 working day", "1w"),
        ("10", "10d"),
        ("2 months", "2m"),
        ("3w", "3w"),
        ("7 Days", "7d"),
        ("", ""),
    ],
)
def test_an_offset_is_typed_in_words(typed: str, offset: str) -> None:
    assert dates.parse_offset(typed) == offset
    assert dates.parse_offset(dates.offset_words(offset)) == offset


@pytest.mark.parametrize(
    "typed", ["soon", "-3 days", "5 fortnights", "99999 days", "1.5 months", "2026-11-23"]
)
def test_an_offset_that_cannot_be_read_says_how_to_write_it(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        dates.parse_offset(typed, "due_on")
    assert "5 working days" in refused.value.sentence


@pytest.mark.parametrize(
    ("every", "today", "due"),
    [
        ("none", MON, None),
        ("weekly", MON, date(2026, 11, 27)),
        ("weekly", date(2026, 11, 27), date(2026, 11, 27)),
        ("fortnightly", MON, date(2026, 12, 4)),
        ("monthly", MON, date(2026, 12, 6)),
    ],
)
def test_the_next_report_follows_from_the_first(every: str, today: date, due: date | None) -> None:
    first = date(2026, 11, 6)
    assert dates.next_report(first, every, today) == due
    assert dates.next_report(first, every, date(2026, 1, 1)) == (None if every == "none" else first)


def test_a_report_on_the_31st_comes_on_the_last_day_of_short_months() -> None:
    assert dates.next_report(date(2026, 1, 31), "monthly", date(2026, 2, 1)) == date(2026, 2, 28)
    assert dates.next_report(date(2026, 1, 31), "monthly", date(2026, 3, 1)) == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("project", {"phases": [{"tasks": [{"name": ""}]}]}, "phases.0.tasks.0.name"),
        ("project", {"tasks": [{"name": "A"}, {"name": "A"}]}, "tasks.1.name"),
        ("project", {"tasks": [{"name": "A", "starts_on": "5w", "due_on": "2w"}]}, "tasks.0.due_on"),
        ("project", {"phases": [{"name": "A", "starts_on": "2m", "ends_on": "1m"}]}, "phases.0.ends_on"),
        ("project", {"tasks": [{"name": "A", "due_on": "later"}]}, "tasks.0.due_on"),
        ("project", {"tasks": [{"name": "A", "is_billable": "yes"}]}, "tasks.0.is_billable"),
        ("project", {"raid": [{"title": "R", "kind": "wish"}]}, "raid.0.kind"),
        ("project", {"phases": 3}, "phases"),
        ("project", {"phases": [7]}, "phases.0"),
        ("project", {"phases": [{"name": "A"}] * 201}, "phases"),
        ("project", {"report_every": "daily"}, "report_every"),
        ("project", {"stages": []}, "stages"),
        ("sow", {"title": "T", "currency": "EURO"}, "currency"),
        ("sow", {"currency": "EUR"}, "title"),
        ("sow", {"title": "T", "currency": "EUR", "round_increment": 7}, "round_increment"),
        ("sow", {"title": "T", "currency": "EUR", "lines": [{"cap_minor": 1.5}]}, "lines.0.cap_minor"),
        ("billing", {"payment_days": 999}, "payment_days"),
        ("billing", {"payment_days": True}, "payment_days"),
        ("onboarding", {"items": [{"title": "x" * 201}]}, "items.0.title"),
        ("onboarding", [], "body"),
    ],
)
def test_a_wrong_field_of_a_body_is_named(kind: str, body: Any, field: str) -> None:
    with pytest.raises(Problems) as refused:
        bodies.check_body(kind, body)
    assert field in refused.value.fields, refused.value.fields


def test_a_body_of_a_newer_release_is_not_guessed_at() -> None:
    with pytest.raises(Invalid):
        bodies.check_body("billing", {"version": 2})


def test_a_body_that_was_checked_is_its_own_check() -> None:
    body = bodies.check_body("sow", {"title": "T", "currency": "EUR", "lines": [{"title": "L"}]})
    assert bodies.check_body("sow", body) == body


def test_the_client_goes_out_of_the_texts_and_another_comes_in() -> None:
    body = bodies.check_body(
        "sow",
        {
            "title": "Shop for Northwind",
            "currency": "EUR",
            "summary": "Northwind GmbH, Nora Frey (nora@northwind.example), on 3 March 2026, PO 88-310.",
            "terms": "Northwindow stays. Until 2027-01-31 or 31.01.2027.",
        },
    )
    names, others = ("Northwind", "Northwind GmbH"), ("Nora Frey", "Nora", "PO 88-310")
    clean, left_out = bodies.without_client("sow", body, names, others)
    assert clean["title"] == "Shop for {client}"
    assert clean["summary"] == "{client}, [left out] ([left out]), on [left out], [left out]."
    assert clean["terms"] == "Northwindow stays. Until [left out] or [left out]."
    assert left_out == 6
    assert bodies.for_client("sow", clean, "Kestrel")["title"] == "Shop for Kestrel"


def test_a_template_says_what_it_holds() -> None:
    body = {"phases": [{"name": "A", "tasks": [{"name": "T"}, {"name": "U"}]}], "raid": [{"title": "R"}]}
    assert summary("project", bodies.check_body("project", body)) == "1 phase, 2 tasks, 1 RAID entry"
    assert summary("onboarding", {"items": []}) == "Nothing yet"


def test_parts_are_put_in_moved_and_taken_out() -> None:
    body = bodies.check_body("project", {"phases": [{"name": "A"}, {"name": "B"}]})
    more = edit.added(body, "phases.0.tasks", {"name": "T"})
    assert edit.part(more, "phases.0.tasks.0") == {"name": "T"}
    assert edit.part(edit.changed(more, "phases.0.tasks.0", {"name": "U"}), "phases.0.tasks.0") == {
        "name": "U"
    }
    assert [one["name"] for one in edit.moved(more, "phases.1", -1)["phases"]] == ["B", "A"]
    assert edit.moved(more, "phases.1", 1) == more
    assert [one["name"] for one in edit.removed(more, "phases.0")["phases"]] == ["B"]
    assert body["phases"][0]["tasks"] == []


@pytest.mark.parametrize(
    "path", ["phases.9", "phases.x", "nothing.0", "phases", "phases.-1", "phases.0.name.0"]
)
def test_a_part_that_is_not_there_is_refused(path: str) -> None:
    body = bodies.check_body("project", {"phases": [{"name": "A"}]})
    with pytest.raises(Invalid):
        edit.removed(body, path)


def things(shape: Shape, start: date) -> st.SearchStrategy[dict[str, Any]]:
    """Finished things of a shape: by days, none of them before the start."""
    return st.fixed_dictionaries({field.name: _values(field, start) for field in shape.fields}).map(_ordered)


def _values(field: Field, start: date) -> st.SearchStrategy[Any]:
    days = st.integers(0, 1500).map(lambda many: start + timedelta(days=many))
    if field.kind == "list" and field.of is not None:
        return st.lists(things(field.of, start), max_size=2)
    if field.kind in (*OFFSETS, "term"):
        return days if field.required else st.none() | days
    if field.kind == "choice":
        return st.sampled_from([value for value, _ in field.choices])
    if field.kind == "bool":
        return st.booleans()
    if field.kind in LINKS:
        return st.none() | st.integers(1, 99)
    if field.kind in ("text", "lines"):
        return st.sampled_from(["EUR"]) if field.name == "currency" else st.uuids().map(str)
    if field.name == "round_increment":
        return st.sampled_from([1, 6, 15])
    return st.integers(field.least, min(field.most or 10**6, 10**6))


def _ordered(thing: dict[str, Any]) -> dict[str, Any]:
    for last in ("ends_on", "due_on"):
        if thing.get("starts_on") and thing.get(last):
            thing["starts_on"], thing[last] = sorted((thing["starts_on"], thing[last]))
    return thing


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(list(bodies.SHAPES)), st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_what_is_made_from_a_thing_and_laid_out_on_its_start_is_that_thing(
    data: st.DataObject, kind: str, start: date
) -> None:
    thing = data.draw(things(bodies.SHAPES[kind], start))
    body = bodies.body_of(kind, thing, start, HOLIDAYS)
    assert bodies.lay_out(kind, body, start, HOLIDAYS) == thing
