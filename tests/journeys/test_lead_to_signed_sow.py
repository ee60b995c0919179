"""The path of a sale: opportunity, quote with options, won, scope, signed by both sides, project."""

import json
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from psa_app.access import Actor
from psa_app.errors import Conflict, Forbidden, Stale
from psa_app.models import Opportunity, Project, Signature, Sow, SowLine, Stage, StageChange, Task
from psa_app.queries.contracts.one import one_scope
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import agreed_text, hash_of
from psa_app.queries.quotes.text import read_offer, sent_text
from psa_app.rules.money import Money
from psa_app.services.contracts.accept import accept_sow
from psa_app.services.contracts.files import add_file, read_file
from psa_app.services.contracts.inputs import DeliverableInput, Head
from psa_app.services.contracts.send import send_sow
from psa_app.services.contracts.write import change_sow
from psa_app.services.evidence import head as chain_head
from psa_app.services.problems import FieldProblems
from psa_app.services.projects.make import make_project_from_sow
from psa_app.services.quotes.answer import accept_quote
from psa_app.services.quotes.inputs import QuoteHead, QuoteLineInput
from psa_app.services.quotes.scope import make_scope
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import create_quote
from psa_app.state.contracts.scope_drafts import drafts_of, read_lines
from tests.services.sales_world import chance, now
from tests.support.world import World, ask, do, row, rows

pytestmark = pytest.mark.journey


def test_a_lead_becomes_a_scope_that_both_sides_have_signed(world: World, clock: Any) -> None:
    lead = chance(world)
    quote = offer(world, lead)
    accept(world, quote)
    assert_won(lead)
    sow = do(make_scope, world["Olga"], quote)
    assert do(make_scope, world["Olga"], quote).id == sow.id
    sow_id = int(sow.id)
    assert [(x.title, x.model, x.value_minor, x.periods) for x in lines_of(sow_id)] == [
        ("Building", "time_and_materials", 0, 0),
        ("Concept", "fixed", 600_000, 0),
        ("Prototype", "milestone", 250_000, 0),
        ("Care", "retainer", 120_000, 6),
        ("Hosting, large", "subscription", 9_000, 12),
    ]
    file_id = complete(world, sow_id)
    sign(world, sow_id, file_id)
    project = do(make_project_from_sow, world["Olga"], sow_id)
    tasks = [one for one in rows(Task) if one.project_id == project.id]
    assert [one.name for one in tasks] == [one.title for one in lines_of(sow_id)]
    assert row(Project, int(project.id)).sow_id == sow_id


def offer(world: World, lead: Opportunity) -> int:
    """A quote with an option and two alternatives, sent."""

    def eur(units: int) -> Money:
        return Money(units * 100, "EUR")

    lines = (
        QuoteLineInput("Building", "time_and_materials", minutes=6_000, rate=eur(120), cap=eur(14_000)),
        QuoteLineInput("Concept", "fixed", value=eur(6_000)),
        QuoteLineInput("Prototype", "milestone", value=eur(2_500), is_optional=True, is_chosen=False),
        QuoteLineInput("Care", "retainer", value=eur(1_200), periods=6, minutes=600),
        QuoteLineInput("Hosting, small", "subscription", value=eur(40), periods=12, alternative="Hosting"),
        QuoteLineInput(
            "Hosting, large",
            "subscription",
            value=eur(90),
            periods=12,
            alternative="Hosting",
            is_chosen=False,
        ),
    )
    head = QuoteHead(
        "Relaunch", opportunity_id=lead.id, starts_on=date(2026, 12, 7), ends_on=date(2027, 6, 30)
    )
    made = do(create_quote, world["Lea"], account_id=world.clients["Northwind"], head=head, lines=lines)
    do(send_quote, world["Olga"], int(made.id))
    return int(made.id)


def accept(world: World, quote_id: int) -> None:
    """Nina takes the prototype and the large hosting; a second acceptance is refused."""
    from psa_app.models import Quote

    quote = row(Quote, quote_id)
    terms = ask(lambda session, _: read_offer(sent_text(session, session.merge(quote))), world["Olga"])
    total = Money(terms.figures({1, 2, 3, 4, 6}).total, "EUR")
    given: dict[str, Any] = {
        "text_hash": quote.text_hash,
        "chosen": (3, 6),
        "total": total,
        "name": "Nina Client",
        "agrees": True,
    }
    do(accept_quote, world["Nina"], quote_id, **given)
    with pytest.raises(Conflict, match="already been accepted"):
        do(accept_quote, world["Nina"], quote_id, **given)


def assert_won(lead: Opportunity) -> None:
    opportunity = now(lead)
    assert row(Stage, opportunity.stage_id).outcome == "won"
    assert (opportunity.percent, opportunity.closed_at is not None) == (100, True)
    changes = [one for one in rows(StageChange) if one.opportunity_id == lead.id]
    assert changes[-1].to_stage_id == opportunity.stage_id
    assert changes[-1].amount_minor == opportunity.amount_minor


def lines_of(sow_id: int) -> list[SowLine]:
    return sorted((one for one in rows(SowLine) if one.sow_id == sow_id), key=lambda one: one.position)


def complete(world: World, sow_id: int) -> int:
    """Deliverables, an agreement, a term and a file; the lines as the editor read and sends them."""
    sow = row(Sow, sow_id)
    found = FieldProblems()
    scope = ask(one_scope, world["Olga"], sow_id)
    typed = json.dumps([asdict(one) for one in drafts_of(scope.lines, "EUR")])
    lines = read_lines(typed, "EUR", found)
    found.stop_if_any()
    head = Head(
        title=sow.title,
        starts_on=sow.starts_on,
        ends_on=sow.ends_on,
        new_agreement="Master agreement",
        assumptions="Texts come from the client.",
        renewal="ask",
        renews_on=date(2027, 7, 1),
        notice_days=30,
    )
    deliverables = (DeliverableInput("Shop", "Orders can be placed.", date(2027, 5, 1)),)
    given: dict[str, Any] = {
        "version": sow.version,
        "head": head,
        "lines": lines,
        "deliverables": deliverables,
    }
    do(change_sow, world["Olga"], sow_id, **given)
    with pytest.raises(Stale):
        do(change_sow, world["Olga"], sow_id, **given)
    return int(do(add_file, world["Olga"], sow_id, name="plan.txt", content=b"The plan").id)


def sign(world: World, sow_id: int, file_id: int) -> None:
    """Sent and signed for the firm, refused to who may not, signed by the client; what they read is kept."""
    with pytest.raises(Forbidden):
        do(send_sow, world["Lea"], sow_id)
    do(send_sow, world["Olga"], sow_id, title="Managing director")
    text_hash = row(Sow, sow_id).text_hash
    before = ask(lambda session, _: chain_head(session), world["Olga"])
    given = {"text_hash": text_hash, "name": "Nina Client", "title": "Head of web", "agrees": True}
    with pytest.raises(Forbidden):
        do(accept_sow, world["Olga"], sow_id, **given)
    do(accept_sow, world["Nina"], sow_id, **given)
    sides = [one for one in rows(Signature) if one.document == "sow" and one.document_id == sow_id]
    assert [(one.side, one.title, one.text_hash) for one in sides] == [
        ("firm", "Managing director", text_hash),
        ("client", "Head of web", text_hash),
    ]
    assert ask(lambda session, _: chain_head(session), world["Olga"]) != before
    text = ask(_agreed, world["Olga"], sow_id)
    assert hash_of(text) == text_hash
    terms = read_text(text)
    assert (terms.agreement, terms.deliverables[0].title, terms.files[0].name) == (
        "Master agreement",
        "Shop",
        "plan.txt",
    )
    assert read_file(world["Nina"], file_id)[2] == b"The plan"
    with pytest.raises(Conflict, match="signed and never changes"):
        do(change_sow, world["Olga"], sow_id, version=1, head=Head("x", date(2026, 12, 1)), lines=())
    assert row(Sow, sow_id).ends_on == date(2027, 7, 1) - timedelta(days=1)


def _agreed(session: Session, _: Actor, sow_id: int) -> str:
    return agreed_text(session, session.get_one(Sow, sow_id))
