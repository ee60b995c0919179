"""A scope while it is a draft."""

import json
from dataclasses import asdict, replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.display.scope import LineDraft
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Problems, Stale
from psa_app.models import History, Milestone, Rate, Sow, SowLine
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import sow_text
from psa_app.queries.records import list_records
from psa_app.resources import RESOURCES
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import LineInput, MilestoneInput, RateInput
from psa_app.services.contracts.send import take_back_sow
from psa_app.services.contracts.write import change_sow, create_sow, delete_sow, refused_of
from psa_app.services.problems import FieldProblems
from psa_app.state.contracts.scope_drafts import read_lines, said_too
from tests.services.contract_world import (
    HEAD,
    Firm,
    a_draft,
    a_sent,
    a_signed,
    by_dates,
    by_time,
    fixed,
    make_firm,
    sow,
)
from tests.services.time_world import ask, do, past
from tests.support.prepared import prepared

firm = prepared(make_firm)


def count(model: Any) -> int:
    with db.reading() as session:
        return len(session.exec(select(model)).all())


def change(firm: Firm, sow_id: int, **changes: Any) -> Any:
    given = {"version": sow(sow_id).version, "head": HEAD, "lines": (by_time(firm), fixed())} | changes
    return do(change_sow, firm["Olga"], sow_id, **given)


def refused(firm: Firm, **inputs: Any) -> dict[str, str]:
    """The sentences by field that a new scope is refused with; nothing of it may be left."""
    rows = [count(model) for model in (Sow, SowLine, Rate, Milestone, History)]
    given = {"account_id": firm.northwind, "head": HEAD, "lines": (by_time(firm),)} | inputs
    with pytest.raises((Invalid, Problems)) as caught:
        do(create_sow, firm["Olga"], **given)
    assert [count(model) for model in (Sow, SowLine, Rate, Milestone, History)] == rows
    error: Any = caught.value
    return dict(error.fields) if isinstance(error, Problems) else {error.field: error.sentence}


def test_a_scope_takes_its_number_and_the_clients_defaults(firm: Firm) -> None:
    first, second = sow(a_draft(firm)), sow(a_draft(firm))
    assert (first.number, second.number) == ("SOW-001", "SOW-002")
    assert (first.status, first.currency, first.payment_days) == ("draft", "EUR", 30)
    assert (first.round_increment, first.round_mode, first.round_per) == (1, "up", "entry")
    assert past(int(first.id or 0), "sow") == ["created"]


def test_rates_and_milestones_stand_as_they_were_given(firm: Firm) -> None:
    sow_id = a_draft(firm)
    terms = read_text(ask(sow_text, sow(sow_id)))
    work, prototype = terms.lines
    assert [(rate.role, rate.amount) for rate in work.rates] == [("Engineer", 15000), ("Junior", 9000)]
    assert (work.cap, work.estimate_minutes, work.value) == (6_000_000, 24_000, 0)
    assert [(part.title, part.value) for part in prototype.milestones] == [
        ("Prototype", 450_000),
        ("Launch", 450_000),
    ]
    assert (prototype.value, prototype.milestones[0].due_on) == (900_000, date(2027, 1, 15))
    assert terms.value() == (6_900_000, True)
    with db.reading() as session:
        rates = session.exec(
            select(Rate).where(Rate.level == "sow_line", col(Rate.valid_from) == HEAD.starts_on)
        )
        assert len(rates.all()) == 2


def test_a_line_without_a_cap_has_no_end(firm: Firm) -> None:
    sow_id = a_draft(firm, lines=(by_time(firm, cap=None), fixed()))
    assert read_text(ask(sow_text, sow(sow_id))).value() == (900_000, False)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"title": " "}, "lines.0.title"),
        ({"title": "x" * 201}, "lines.0.title"),
        ({"model": "guess"}, "lines.0.model"),
        ({"cap": Money(0, "EUR")}, "lines.0.cap"),
        ({"cap": Money(-5, "EUR")}, "lines.0.cap"),
        ({"cap": Money(10**15, "EUR")}, "lines.0.cap"),
        ({"cap": Money(100, "USD")}, "lines.0.cap"),
        ({"value": Money(100, "EUR")}, "lines.0.value"),
        ({"estimate_minutes": -1}, "lines.0.estimate_minutes"),
        ({"estimate_minutes": 10**9}, "lines.0.estimate_minutes"),
        ({"rates": (RateInput(Money(0, "EUR")),)}, "lines.0.rates.0"),
        ({"rates": (RateInput(Money(100, "CHF")),)}, "lines.0.rates.0"),
        ({"rates": (RateInput(Money(100, "EUR"), 999_999),)}, "lines.0.rates.0"),
        ({"rates": (RateInput(Money(100, "EUR")),) * 2}, "lines.0.rates.1"),
        ({"milestones": fixed().milestones}, "lines.0.milestones"),
        ({"description": "x" * 4001}, "lines.0.description"),
    ],
)
def test_a_wrong_line_by_time_is_refused_beside_its_field(
    firm: Firm, line: dict[str, Any], field: str
) -> None:
    assert list(refused(firm, lines=(replace(by_time(firm), **line),))) == [field]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"milestones": ()}, "lines.0.milestones"),
        ({"milestones": (MilestoneInput("One", Money(1, "EUR")),) * 51}, "lines.0.milestones"),
        ({"milestones": (MilestoneInput(" ", Money(1, "EUR")),)}, "lines.0.milestones.0.title"),
        ({"milestones": (MilestoneInput("One", Money(0, "EUR")),)}, "lines.0.milestones.0.value"),
        ({"milestones": (MilestoneInput("One", Money(1, "JPY")),)}, "lines.0.milestones.0.value"),
        ({"milestones": (MilestoneInput("One", Money(10**15 - 1, "EUR")),) * 2}, "lines.0.value"),
        ({"value": Money(899_999, "EUR")}, "lines.0.value"),
        ({"cap": Money(1, "EUR")}, "lines.0.cap"),
    ],
)
def test_a_wrong_fixed_line_is_refused_beside_its_field(firm: Firm, line: dict[str, Any], field: str) -> None:
    assert list(refused(firm, lines=(fixed(**line),))) == [field]


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ({"title": ""}, "title"),
        ({"ends_on": date(2026, 11, 30)}, "ends_on"),
        ({"currency": "XXX"}, "currency"),
        ({"payment_days": 366}, "payment_days"),
        ({"round_increment": 7}, "round_increment"),
        ({"round_mode": "sideways"}, "round_mode"),
        ({"round_minimum": 1441}, "round_minimum"),
        ({"round_per": "moon"}, "round_per"),
        ({"grouping": "mood"}, "grouping"),
        ({"tax_rate_id": 999_999}, "tax_rate_id"),
        ({"purchase_order": "x" * 61}, "purchase_order"),
        ({"terms": "x" * 20_001}, "terms"),
    ],
)
def test_a_wrong_head_is_refused_beside_its_field(firm: Firm, head: dict[str, Any], field: str) -> None:
    assert list(refused(firm, head=replace(HEAD, **head))) == [field]


def test_everything_that_is_wrong_is_told_at_once(firm: Firm) -> None:
    lines = (by_time(firm, title="", cap=Money(0, "EUR")), fixed(milestones=()))
    told = refused(firm, head=replace(HEAD, title="", payment_days=-1), lines=lines)
    assert set(told) == {"title", "payment_days", "lines.0.title", "lines.0.cap", "lines.1.milestones"}


def test_a_fixed_price_that_differs_from_its_milestones_says_the_right_one(firm: Firm) -> None:
    told = refused(firm, lines=(fixed(value=Money(1, "EUR")),))
    assert told["lines.0.value"] == "The milestones add up to 9000.00 EUR; make the price the same."


def test_fifty_lines_are_the_most(firm: Firm) -> None:
    assert list(refused(firm, lines=(fixed(),) * 51)) == ["lines"]


def test_amounts_of_a_currency_without_decimals_stay_whole(firm: Firm) -> None:
    line = LineInput("Kiosk", "fixed", milestones=(MilestoneInput("All", Money(1_500_000, "JPY")),))
    sow_id = a_draft(firm, head=replace(HEAD, currency="jpy"), lines=(line,))
    text = ask(sow_text, sow(sow_id))
    assert '"value":"1500000"' in text
    assert read_text(text).value() == (1_500_000, True)


def test_a_change_replaces_head_and_lines(firm: Firm) -> None:
    sow_id = a_draft(firm)
    change(firm, sow_id, head=replace(HEAD, title="Checkout, again"), lines=(fixed(title="All of it"),))
    terms = read_text(ask(sow_text, sow(sow_id)))
    assert (terms.title, [line.title for line in terms.lines]) == ("Checkout, again", ["All of it"])
    with db.reading() as session:
        assert (
            session.exec(
                select(Rate).where(Rate.level == "sow_line", Rate.valid_from == HEAD.starts_on)
            ).all()
            == []
        )
    assert past(sow_id, "sow") == ["created", "changed"]


def test_the_second_of_two_tabs_is_told_that_someone_saved(firm: Firm) -> None:
    sow_id = a_draft(firm)
    seen = sow(sow_id).version
    change(firm, sow_id, version=seen, head=replace(HEAD, title="First tab"))
    with pytest.raises(Stale):
        change(firm, sow_id, version=seen, head=replace(HEAD, title="Second tab"))
    assert sow(sow_id).title == "First tab"


def test_a_refused_change_leaves_everything_as_it_was(firm: Firm) -> None:
    sow_id = a_draft(firm)
    before = ask(sow_text, sow(sow_id))
    with pytest.raises(Invalid):
        change(firm, sow_id, lines=(fixed(), by_time(firm, cap=Money(0, "EUR"))))
    assert ask(sow_text, sow(sow_id)) == before


def test_what_was_sent_is_not_changed(firm: Firm) -> None:
    sow_id = a_sent(firm)
    with pytest.raises(Conflict, match="Take it back first"):
        change(firm, sow_id)


def test_a_draft_that_was_never_sent_can_be_deleted(firm: Firm) -> None:
    sow_id = a_draft(firm)
    do(delete_sow, firm["Olga"], sow_id)
    with pytest.raises(NotFound):
        do(delete_sow, firm["Olga"], sow_id)
    assert count(Milestone) == 0
    assert past(sow_id, "sow") == ["created", "deleted"]


def test_what_was_ever_sent_is_kept(firm: Firm) -> None:
    taken_back, signed = a_sent(firm), a_signed(firm)
    do(take_back_sow, firm["Olga"], taken_back)
    for sow_id in (taken_back, signed):
        with pytest.raises(Conflict, match="is kept"):
            do(delete_sow, firm["Olga"], sow_id)


def test_what_would_be_refused_is_told_beside_what_could_not_be_read(firm: Firm) -> None:
    sow_id = a_draft(firm)
    found = FieldProblems()
    typed = [
        {"model": "time_and_materials", "title": "Work", "cap": "a lot"},
        {
            "model": "fixed",
            "title": "Fee",
            "value": "1000",
            "fees": [{"title": "", "due": "2026-12-15", "value": "80 %"}],
        },
        {
            "model": "milestone",
            "title": "Steps",
            "value": "1000",
            "milestones": [{"title": "One", "value": "some", "due": "", "criteria": ""}],
        },
    ]
    drafts = [asdict(LineDraft(**one)) for one in typed]  # type: ignore[arg-type]
    lines = read_lines(json.dumps(drafts), "EUR", found)
    assert set(found.fields) == {"lines.0.cap", "lines.2.milestones.0.value"}
    backwards = replace(HEAD, ends_on=date(2020, 1, 1))
    refused = ask(refused_of, firm["Olga"], sow_id, head=backwards, lines=lines)
    told = said_too(refused, found.fields)
    assert told["ends_on"] == "The end lies before the start."
    assert "80 %" in told["lines.1.fee_parts"]
    assert "lines.2.value" in refused
    assert "lines.2.value" not in told
    with pytest.raises(Forbidden):
        ask(refused_of, firm["Ann"], sow_id, head=HEAD, lines=())


def test_the_parts_of_a_fee_are_found_by_their_scope(firm: Firm) -> None:
    mine, other = a_draft(firm, lines=(by_dates(),)), a_draft(firm, lines=(by_dates(),))
    filters = {"sow_id": str(mine)}
    found = ask(list_records, firm["Olga"], RESOURCES["fee_parts"], filters=filters)
    assert [one["sow_id"] for one in found.rows] == [mine, mine]
    whole = ask(list_records, firm["Olga"], RESOURCES["fee_parts"])
    assert sorted(one["sow_id"] for one in whole.rows) == [mine, mine, other, other]
