"""Scopes as the firm's people and the PDF show them."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from psa_app import db
from psa_app.access import Actor
from psa_app.errors import Forbidden, NotFound
from psa_app.models import Account, Rate
from psa_app.queries.contracts.listing import scope_page
from psa_app.queries.contracts.one import one_scope
from psa_app.queries.contracts.paper import sow_paper
from psa_app.queries.contracts.paper_lines import rounding_sentence
from psa_app.queries.contracts.prices import role_prices, usual_terms
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import sow_text
from psa_app.services.contracts.papers import read_sow_pdf
from psa_app.services.projects.make import make_project_from_sow
from tests.services.contract_world import (
    HEAD,
    Firm,
    a_draft,
    a_sent,
    a_signed,
    by_time,
    fixed,
    make_firm,
    sow,
)
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

firm = prepared(make_firm)


def titles(firm: Firm, who: str = "Olga", **asked: Any) -> list[str]:
    return [row.title for row in ask(scope_page, firm[who], **asked).rows]


def test_scopes_are_found_filtered_sorted_and_paged(firm: Firm) -> None:
    for name in ("Apple", "Berry", "Cherry"):
        a_draft(firm, head=replace(HEAD, title=f"{name} shop"), lines=() if name == "Apple" else (fixed(),))
    a_sent(firm)
    assert titles(firm, search="SOW-002") == ["Berry shop"]
    assert titles(firm, search="north cherry") == ["Cherry shop"]
    assert titles(firm, status="sent") == ["Checkout redesign"]
    assert titles(firm, sort="title", limit=2, page=2) == ["Checkout", "Checkout redesign"]
    assert titles(firm, sort="-value")[0] == "Checkout redesign"
    found = ask(scope_page, firm["Olga"], page=99)
    assert (found.page, found.total, found.by_status) == (1, 5, {"draft": 3, "sent": 1, "signed": 1})


def test_a_search_is_no_pattern_and_no_statement(firm: Firm) -> None:
    a_draft(firm, head=replace(HEAD, title="100 % done"))
    assert titles(firm, search="100 %") == ["100 % done"]
    assert titles(firm, search="' OR 1=1 --") == titles(firm, search="_") == []


def test_the_list_says_what_is_fixed_or_capped(firm: Firm) -> None:
    a_draft(firm, lines=(by_time(firm, cap=None), fixed()))
    row = ask(scope_page, firm["Olga"]).rows[0]
    assert (row.value, row.has_end, row.account) == (900_000, False, "Northwind")


def test_a_client_lists_only_their_own_and_no_drafts(firm: Firm) -> None:
    a_draft(firm)
    sent = a_sent(firm)
    assert [row.id for row in ask(scope_page, firm["Nora"]).rows if row.id >= sent] == [sent]
    assert ask(scope_page, firm["Nora"]).by_status == {"sent": 1, "signed": 1}
    assert ask(scope_page, firm["Kim"]).total == 0


def test_members_see_no_scopes(firm: Firm) -> None:
    for query in (scope_page, one_scope):
        with pytest.raises(Forbidden):
            ask(query, firm["Ann"], *([1] if query is one_scope else []))


def test_a_client_does_not_read_the_firms_view_of_a_scope(firm: Firm) -> None:
    sow_id = a_sent(firm)
    with pytest.raises(Forbidden):
        ask(one_scope, firm["Nora"], sow_id)


def test_one_scope_shows_lines_people_evidence_and_project(firm: Firm) -> None:
    sow_id = a_signed(firm)
    project = do(make_project_from_sow, firm["Olga"], sow_id, lead_id=firm["Lea"].person_id)
    scope = ask(one_scope, firm["Lea"], sow_id)
    assert [(line.model, line.value, line.cap, line.billed) for line in scope.lines] == [
        ("time_and_materials", 0, 6_000_000, None),
        ("fixed", 900_000, None, None),
    ]
    assert [(one.name, one.is_approver) for one in scope.contacts] == [
        ("Nora Client", True),
        ("Rolf Client", False),
    ]
    assert [(one.side, one.address) for one in scope.signatures] == [
        ("firm", ""),
        ("client", "198.51.100.23"),
    ]
    assert (scope.project_id, scope.project, scope.leads) == (project.id, "Checkout redesign", True)
    assert [line.billed for line in ask(one_scope, firm["Fred"], sow_id).lines] == [0, 0]
    with pytest.raises(NotFound):
        ask(one_scope, firm["Olga"], 999_999)


def test_prices_come_from_the_ladder_the_clients_card_first(firm: Firm) -> None:
    with db.unit_of_work() as session:
        for level, keys, amount, currency in (
            ("firm_role", {"role_id": firm.role("Engineer")}, 14_000, "EUR"),
            ("firm_role", {"role_id": firm.role("Junior")}, 8_000, "EUR"),
            ("account_role", {"role_id": firm.role("Junior"), "account_id": firm.northwind}, 8_500, "EUR"),
            ("firm_role", {"role_id": firm.role("Engineer")}, 16_000, "USD"),
        ):
            session.add(
                Rate(level=level, amount_minor=amount, currency=currency, valid_from=date(2026, 1, 1), **keys)
            )

    def prices(client: str, currency: str, day: date = date(2026, 12, 1)) -> dict[str, int | None]:
        account = firm.world.accounts[client]
        return {one.name: one.amount for one in ask(role_prices, firm["Olga"], account, currency, day)}

    assert prices("Northwind", "EUR") == {"Engineer": 14_000, "Junior": 8_500}
    assert prices("Kestrel", "EUR") == {"Engineer": 14_000, "Junior": 8_000}
    assert prices("Northwind", "USD") == {"Engineer": 16_000, "Junior": None}
    assert prices("Northwind", "EUR", date(2025, 1, 1)) == {"Engineer": None, "Junior": None}


def test_usual_terms_are_the_clients_else_the_firms(firm: Firm) -> None:
    with db.unit_of_work() as session:
        session.get_one(Account, firm.northwind).payment_days = 14
    assert ask(usual_terms, firm["Olga"], firm.northwind).payment_days == 14
    assert ask(usual_terms, firm["Olga"], firm.world.accounts["Kestrel"]).payment_days == 30
    with pytest.raises(Forbidden):
        ask(usual_terms, firm["Fred"], firm.northwind)


def test_the_paper_holds_every_line_and_the_most_it_may_cost(firm: Firm) -> None:
    paper = ask(lambda session, _: sow_paper(session, session.merge(sow(a_signed(firm)))), None)
    headings = [section.heading for section in paper.sections]
    assert headings == ["Price", "1. Engineering", "2. Prototype", "How it is billed"]
    price, work, parts, billed = paper.sections
    assert (price.table.totals[0].label, price.table.totals[0].value) == ("At most", "€69,000.00")
    assert work.table.rows == (("Engineer", "€150.00"), ("Junior", "€90.00"))
    assert parts.table.rows[0] == ("Prototype", "Shown to five customers.", "15 Jan 2027", "€4,500.00")
    assert "A milestone is billed once it is accepted." in billed.paragraphs
    facts = {fact.label: fact.value for fact in paper.acceptance.facts}
    assert facts["For Northwind"] == "Nora Client, 23 Nov 2026, 10:00 CET"
    assert (facts["From the address"], len(facts["SHA-256 of the text"])) == ("198.51.100.23", 64)


def test_a_draft_is_marked_so_and_a_sent_scope_has_lines_to_sign_on(firm: Firm) -> None:
    def paper(sow_id: int) -> Any:
        return ask(lambda session, _: sow_paper(session, session.merge(sow(sow_id))), None)

    draft, sent = paper(a_draft(firm)), paper(a_sent(firm))
    assert (draft.marks, draft.acceptance) == (("Draft",), None)
    assert (sent.marks, sent.acceptance.signers) == ((), ("For Harbour Studio", "For Northwind"))


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({}, "Each entry counts in whole minutes."),
        ({"round_increment": 15}, "Each entry is rounded up to 15 minutes."),
        ({"round_increment": 6, "round_mode": "nearest"}, "Each entry is rounded to the nearest 6 minutes."),
        (
            {"round_increment": 30, "round_mode": "down", "round_minimum": 60, "round_per": "day_task"},
            "A person’s day on a task is rounded down to 30 minutes, at least 60 minutes.",
        ),
    ],
)
def test_the_rounding_policy_is_said_in_words(firm: Firm, policy: dict[str, Any], words: str) -> None:
    sow_id = a_draft(firm, head=replace(HEAD, **policy))
    assert rounding_sentence(read_text(ask(sow_text, sow(sow_id))).rounding) == words


def test_the_same_scope_gives_the_same_pdf(firm: Firm) -> None:
    sow_id = a_signed(firm)
    name, content = read_sow_pdf(firm["Nora"], sow_id)
    assert (name, content[:5], content) == (
        sow(sow_id).number + ".pdf",
        b"%PDF-",
        read_sow_pdf(firm["Olga"], sow_id)[1],
    )


@pytest.mark.parametrize("who", ["Kim", "Rolf"])
def test_a_pdf_goes_to_the_clients_own_people(firm: Firm, who: str) -> None:
    sow_id = a_sent(firm)
    if who == "Kim":
        with pytest.raises(NotFound):
            read_sow_pdf(firm[who], sow_id)
    else:
        assert read_sow_pdf(firm[who], sow_id)[0].startswith("SOW-")
    with pytest.raises(NotFound):
        read_sow_pdf(firm[who], a_draft(firm))
    with pytest.raises(Forbidden):
        read_sow_pdf(Actor("Ann", "member"), sow_id)
