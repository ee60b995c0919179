"""Lines of all five billing models, deliverables, assumptions, agreement and term, up to the bill."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, Invalid, Problems
from psa_app.models import Agreement, BilledFee, Deliverable, FeePart, InvoiceLine, Sow, SowLine
from psa_app.queries.contracts.paper import sow_paper
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import hash_of, sow_text
from psa_app.services.contracts.inputs import DeliverableInput, FeePartInput
from psa_app.services.contracts.papers import read_sow_pdf
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import change_sow, create_sow
from psa_app.services.invoices.draft import discard_draft, draft_invoice
from psa_app.services.projects.make import make_project_from_sow
from tests.services.contract_world import (
    HEAD,
    Firm,
    a_draft,
    accept,
    by_dates,
    by_time,
    eur,
    make_firm,
    of_all_models,
    retainer,
    signatures,
    sow,
    subscription,
)
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

TERM = replace(
    HEAD,
    assumptions="Texts come from the client.\nOne round of changes.",
    new_agreement="Master agreement",
    renewal="automatic",
    renews_on=date(2027, 4, 1),
    notice_days=30,
)
DAY = date(2027, 1, 1)
DELIVERED = (
    DeliverableInput("Report", "Ten pages, in English.", date(2027, 2, 1)),
    DeliverableInput("Handover"),
)


firm = prepared(make_firm)


def signed(firm: Firm, **inputs: Any) -> int:
    sow_id = a_draft(firm, **inputs)
    do(send_sow, firm["Olga"], sow_id, title="Managing director")
    accept(firm, "Nora", sow_id, title="Head of digital")
    return sow_id


WRITTEN = (Sow, SowLine, Deliverable, FeePart, Agreement)


def rows() -> list[int]:
    with db.reading() as session:
        return [len(session.exec(select(model)).all()) for model in WRITTEN]


def refused(firm: Firm, **inputs: Any) -> dict[str, str]:
    before = rows()
    with pytest.raises((Invalid, Problems)) as caught:
        do(create_sow, firm["Olga"], **({"account_id": firm.northwind, "head": HEAD} | inputs))
    assert rows() == before
    error: Any = caught.value
    return dict(error.fields) if isinstance(error, Problems) else {error.field: error.sentence}


def test_everything_agreed_stands_in_the_exact_text_and_on_the_paper(firm: Firm) -> None:
    sow_id = a_draft(firm, head=TERM, lines=of_all_models(firm), deliverables=DELIVERED)
    terms = read_text(ask(sow_text, sow(sow_id)))
    _, dates, parts, care, hosting = terms.lines
    assert [x.worth() for x in terms.lines] == [6_000_000, 1_000_000, 900_000, 960_000, None]
    assert [(x.value, x.share_ppm) for x in dates.fees] == [(300_000, 300_000), (700_000, 700_000)]
    assert (len(parts.milestones), care.period_minutes, care.periods, hosting.rhythm) == (
        2,
        1_200,
        4,
        "quarterly",
    )
    assert [(one.title, one.due_on) for one in terms.deliverables] == [
        ("Report", date(2027, 2, 1)),
        ("Handover", None),
    ]
    assert (terms.agreement, terms.renewal, terms.notice_days) == ("Master agreement", "automatic", 30)
    paper = ask(lambda session, _: sow_paper(session, session.merge(sow(sow_id))), None)
    sections = {section.heading: section for section in paper.sections}
    assert [row[1:] for row in sections["Price"].table.rows] == [
        ("By time, at most", "€60,000.00"),
        ("Fixed, on 2 dates", "€10,000.00"),
        ("Fixed, 2 milestones", "€9,000.00"),
        ("Retainer, 4 months", "€9,600.00"),
        ("Subscription, each quarter", "€90.00 a quarter"),
    ]
    assert sections["2. Concept"].table.rows[0] == ("15 Dec 2026", "At the start", "30 %", "€3,000.00")
    assert "€2,400.00 each month for 20:00 h, for 4 months. Hours beyond are billed at the rates below." in (
        sections["4. Care"].paragraphs
    )
    assert sections["Assumptions"].paragraphs == ("Texts come from the client.", "One round of changes.")
    assert sections["Term and agreement"].paragraphs == (
        "“Master agreement” governs this statement of work.",
        "It renews on 1 Apr 2027, unless either side gives notice by 2 Mar 2027.",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"deliverables": DELIVERED[:1]},
        {"deliverables": (replace(DELIVERED[0], criteria="Other."),)},
        {"head": replace(TERM, assumptions="")},
        {"head": replace(TERM, notice_days=31)},
        {"head": replace(TERM, new_agreement="Another")},
        {"head": replace(TERM, renewal="ask")},
    ],
)
def test_the_hash_covers_each_part_of_it(firm: Firm, changes: dict[str, Any]) -> None:
    given = {"head": TERM, "lines": of_all_models(firm), "deliverables": DELIVERED}
    sow_id = a_draft(firm, **given)
    before = hash_of(ask(sow_text, sow(sow_id)))
    do(change_sow, firm["Olga"], sow_id, version=sow(sow_id).version, **(given | changes))
    assert hash_of(ask(sow_text, sow(sow_id))) != before


def test_a_text_of_the_first_form_is_read_as_it_was_signed() -> None:
    text = (
        '{"client":"Northwind","currency":"EUR","days_to_pay":30,"firm":"Harbour","from":"2026-01-01","lines":[{'
        '"cap":"","description":"","estimate_minutes":60,"milestones":[{"criteria":"","due":"","title":"Launch",'
        '"value":"900.00"}],"model":"fixed","rates":[],"title":"Shop","value":"900.00"}],"number":"SOW-001",'
        '"open_until":"","purchase_order":"","rounding":{"at_least":0,"minutes":1,"mode":"up","per":"entry"},'
        '"summary":"","tax":"","terms":"","title":"Shop","to":""}'
    )
    assert hash_of(text) == "82efbda70b217ed0eb5b7927fa88ef9b9cec4ac34878a89496bd9834e410465d"
    terms = read_text(text)
    assert (terms.value(), terms.deliverables, terms.renewal) == ((90_000, True), (), "none")
    assert terms.lines[0].milestones[0].value == 90_000


@pytest.mark.parametrize(
    ("line", "field", "told"),
    [
        (by_dates(fee_parts=(FeePartInput(DAY, share_ppm=900_000),)), "lines.0.fee_parts", "90 %"),
        (by_dates(fee_parts=(FeePartInput(DAY, value=eur(9_999)),)), "lines.0.fee_parts", "add up"),
        (by_dates(fee_parts=by_dates().fee_parts[::-1]), "lines.0.fee_parts", "earliest first"),
        (by_dates(fee_parts=(FeePartInput(DAY),)), "lines.0.fee_parts.0.value", "percentage"),
        (by_dates(value=None), "lines.0.value", "Give the fee"),
        (by_dates(fee_parts=()), "lines.0.milestones", "milestones"),
        (replace(subscription(), value=None), "lines.0.value", "price of a period"),
        (replace(subscription(), rhythm="daily"), "lines.0.rhythm", "how often"),
        (replace(subscription(), periods=-1), "lines.0.periods", "periods"),
        (replace(subscription(), model=""), "lines.0.model", "how this line is billed"),
        (replace(subscription(), approval="nobody"), "lines.0.approval", "who approves"),
        (replace(subscription(), silence_days=5), "lines.0.silence_days", "Silence"),
        (replace(subscription(), round_increment=15), "lines.0.round_increment", "own rounding"),
    ],
)
def test_a_line_that_cannot_be_billed_is_refused_beside_its_field(
    firm: Firm, line: Any, field: str, told: str
) -> None:
    found = refused(firm, lines=(line,))
    assert list(found) == [field]
    assert told in found[field]


def test_a_retainer_needs_hours_to_hold(firm: Firm) -> None:
    assert list(refused(firm, lines=(retainer(firm, period_minutes=0),))) == ["lines.0.period_minutes"]


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ({"renewal": "ask"}, "renews_on"),
        ({"renewal": "maybe"}, "renewal"),
        ({"renewal": "ask", "renews_on": HEAD.starts_on}, "renews_on"),
        ({"renewal": "ask", "renews_on": date(2027, 4, 1), "notice_days": 365}, "notice_days"),
        ({"renewal": "ask", "renews_on": date(2027, 4, 1), "notice_days": -1}, "notice_days"),
        ({"agreement_id": 999_999}, "agreement_id"),
    ],
)
def test_a_wrong_term_is_refused_beside_its_field(firm: Firm, head: dict[str, Any], field: str) -> None:
    sow_id = a_draft(firm)
    before = ask(sow_text, sow(sow_id))
    wrong = replace(TERM, **({"renewal": "none", "renews_on": None, "new_agreement": ""} | head))
    given = {"version": sow(sow_id).version, "head": wrong, "lines": (by_time(firm),)}
    with pytest.raises(Invalid) as caught:
        do(change_sow, firm["Olga"], sow_id, **given)
    assert caught.value.field == field
    assert ask(sow_text, sow(sow_id)) == before


def test_a_deliverable_before_the_start_is_refused(firm: Firm) -> None:
    early = (DeliverableInput("Report", due_on=date(2026, 11, 1)), DeliverableInput(" "))
    assert list(refused(firm, deliverables=early)) == ["deliverables.0.due_on", "deliverables.1.title"]


def test_both_sides_sign_with_name_and_position(firm: Firm) -> None:
    sow_id = signed(firm, head=TERM, lines=of_all_models(firm), deliverables=DELIVERED)
    ours, theirs = signatures("sow", sow_id)
    assert (ours.side, ours.title, theirs.side, theirs.title) == (
        "firm",
        "Managing director",
        "client",
        "Head of digital",
    )
    assert ours.text_hash == theirs.text_hash == sow(sow_id).text_hash
    assert read_sow_pdf(firm["Nora"], sow_id)[1].startswith(b"%PDF-")


def test_parts_of_a_fee_are_billed_once_when_they_are_due(firm: Firm) -> None:
    signed(firm, lines=(by_dates(),))
    given = {"account_id": firm.northwind, "include": ("milestones",)}
    with pytest.raises(Conflict, match="no fee due"):
        do(draft_invoice, firm["Fred"], until=date(2026, 12, 14), **given)
    draft = do(draft_invoice, firm["Fred"], until=date(2026, 12, 31), **given)
    assert (lines_of(draft.id), draft.service_from) == (
        [("fee", "At the start", 300_000)],
        date(2026, 12, 15),
    )
    with pytest.raises(Conflict, match="already on draft"):
        do(draft_invoice, firm["Fred"], until=date(2026, 12, 31), **given)
    do(discard_draft, firm["Fred"], draft.id)
    with db.reading() as session:
        assert session.exec(select(BilledFee)).all() == []
    rest = do(draft_invoice, firm["Fred"], until=date(2027, 4, 1), **given)
    assert lines_of(rest.id) == [
        ("fee", "At the start", 300_000),
        ("fee", "Concept, part 2 of 2", 700_000),
    ]


def test_a_project_of_all_models_takes_their_hours_and_worth(firm: Firm) -> None:
    sow_id = signed(firm, lines=of_all_models(firm))
    project = do(make_project_from_sow, firm["Olga"], sow_id)
    assert project.budget_minutes == 24_000 + 4 * 1_200
    assert project.budget_minor == 6_000_000 + 1_000_000 + 900_000 + 960_000


def lines_of(invoice_id: Any) -> list[tuple[str, str, int]]:
    with db.reading() as session:
        found = session.exec(select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id))
        return [(one.kind, one.description, one.net_minor) for one in found]


def test_no_price_no_sending(firm: Firm) -> None:
    sow_id = a_draft(firm, lines=(subscription(),))
    with db.unit_of_work() as session:
        session.exec(select(SowLine).where(SowLine.sow_id == sow_id)).one().value_minor = 0
    with pytest.raises(Invalid, match="has no price"):
        do(send_sow, firm["Olga"], sow_id)
    with db.reading() as session:
        assert session.get_one(Sow, sow_id).status == "draft"
