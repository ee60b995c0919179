"""A template's parts in words, and what is typed into them."""

import pytest

from psa_app.errors import Problems
from psa_app.rules.templates import bodies
from psa_app.state.templates import template_words as words

NAMES = {"role": {7: "Engineer"}, "user": {3: "Ines Kofler"}, "tax": {1: "VAT 20 %"}}
BODY = bodies.check_body(
    "project",
    {
        "phases": [
            {
                "name": "Discover",
                "starts_on": "0w",
                "ends_on": "9w",
                "tasks": [{"name": "Interviews", "role_id": 7, "budget_minutes": 600, "is_billable": False}],
            }
        ],
        "raid": [{"title": "Access comes late", "likelihood": "high"}],
    },
)


def test_parts_are_told_in_a_line_without_what_goes_without_saying() -> None:
    phases, *_, raid = words.sections("project", BODY, NAMES)
    phase, task = phases.pieces
    assert (phase.title, phase.sub, phase.beside) == (
        "Discover",
        "Starts on the first day",
        "after 9 working days",
    )
    assert (task.title, task.sub, task.inner) == ("Interviews", "Engineer · 10:00 h · Not billable", True)
    assert [add.label for add in phase.adds] == ["Add task", "Add milestone"]
    assert raid.pieces[0].sub == "Risk · Likelihood high"


def test_what_a_form_shows_is_read_as_it_was() -> None:
    line = {"title": "Build", "model": "time_and_materials", "cap_minor": 6_000_000, "estimate_minutes": 90}
    body = bodies.check_body("sow", {"title": "T", "currency": "EUR", "lines": [line]})
    (kept,) = body["lines"]
    shown = {spec.name: spec.value for spec in words.specs(bodies.LINE, kept, NAMES, "EUR")}
    texts = {name: "on" if value == "true" else value for name, value in shown.items()}
    read = words.read(bodies.LINE, texts, "EUR")
    again = bodies.check_body("sow", body | {"lines": [read]})
    assert again == body
    assert shown["cap_minor"] == "60000.00"


def test_a_wrong_field_is_told_beside_it() -> None:
    with pytest.raises(Problems) as refused:
        words.read(bodies.TASK, {"name": "T", "budget_minutes": "many", "due_on": "soon"}, "")
    assert set(refused.value.fields) == {"budget_minutes", "due_on"}
