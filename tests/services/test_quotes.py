"""Quotes: written, sent, asked about, answered, renewed, made into a scope."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from psa_app import clock as clocks
from psa_app import db
from psa_app.access import Actor, system
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Problems, PsaError, Stale
from psa_app.models import NumberSeries, Quote, QuoteQuestion
from psa_app.queries.contracts.text import hash_of
from psa_app.rules.money import Money
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.quotes.answer import accept_quote, decline_quote
from psa_app.services.quotes.papers import read_quote_pdf
from psa_app.services.quotes.questions import answer_question, ask_question
from psa_app.services.quotes.scope import make_scope
from psa_app.services.quotes.send import expire_quotes, send_quote
from psa_app.services.quotes.write import change_quote, create_quote, delete_quote, new_version
from tests.services.contract_world import Firm, mails, make_firm, signatures
from tests.services.quote_world import (
    HEAD,
    a_draft,
    a_sent,
    accept,
    an_accepted,
    by_time,
    eur,
    lines,
    priced,
    quote,
    total_of,
)
from tests.services.time_world import TODAY, ask, do, past
from tests.support.prepared import prepared

firm = prepared(make_firm)


def link_actor(template: str) -> Actor:
    """Who holds the link in the last mail of this kind."""
    actor: Actor = ask(open_portal_link, str(mails(template)[-1]["path"]).removeprefix("/open/")).actor
    return actor


def test_a_quote_is_written_with_all_its_lines_in_one_save(firm: Firm) -> None:
    quote_id = a_draft(firm)
    assert (quote(quote_id).status, quote(quote_id).number, quote(quote_id).root_id) == (
        "draft",
        "",
        quote_id,
    )
    assert [one.is_chosen for one in lines(quote_id)] == [True, True, True, False, True, False]
    assert past(quote_id, "quote") == ["created"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "lines.0.title"),
        ({"minutes": 0}, "lines.0.minutes"),
        ({"rate": None, "cap": None}, "lines.0.rate"),
        ({"rate": Money(100, "USD"), "cap": None}, "lines.0.rate"),
        ({"rate": Money(-1, "EUR"), "cap": None}, "lines.0.rate"),
        ({"cap": Money(100, "EUR")}, "lines.0.cap"),
        ({"value": Money(100, "EUR")}, "lines.0.value"),
        ({"model": "barter"}, "lines.0.model"),
        ({"model": ""}, "lines.0.model"),
        ({"discount_ppm": 1_000_001}, "lines.0.discount"),
        ({"discount_ppm": -1}, "lines.0.discount"),
        ({"periods": 3}, "lines.0.periods"),
        ({"role_id": 9999}, "lines.0.role_id"),
        ({"alternative": "Colour"}, "lines.0.alternative"),
        ({"service_item_id": 9999}, "lines.0.title"),
    ],
)
def test_a_wrong_line_is_told_beside_its_field_and_nothing_is_written(
    firm: Firm, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as told:
        do(
            create_quote,
            firm["Olga"],
            account_id=firm.northwind,
            head=HEAD,
            lines=(replace(by_time(firm), **change),),
        )
    assert told.value.field == field
    with db.reading() as session:
        assert session.exec(select(Quote)).all() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": " "}, "title"),
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"discount_ppm": 1_010_000}, "discount"),
        ({"currency": "XXX"}, "currency"),
        ({"contact_id": 9999}, "contact_id"),
        ({"opportunity_id": 9999}, "opportunity_id"),
        ({"tax_rate_id": 9999}, "tax_rate_id"),
    ],
)
def test_a_wrong_head_is_told(firm: Firm, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as told:
        a_draft(firm, head=replace(HEAD, **change))
    assert told.value.field == field


def test_a_contact_of_another_client_is_refused(firm: Firm) -> None:
    with pytest.raises(Invalid, match="contact of this client"):
        a_draft(firm, head=replace(HEAD, contact_id=firm.contacts["Kim"]))


def test_all_that_is_wrong_is_told_at_once(firm: Firm) -> None:
    with pytest.raises(Problems) as told:
        a_draft(firm, head=replace(HEAD, title=""), lines=(priced("", 100), priced("B", 0)))
    assert set(told.value.fields) == {"title", "lines.0.title", "lines.1.value"}


def test_a_draft_is_changed_as_a_whole_and_a_stale_save_is_refused(firm: Firm) -> None:
    quote_id = a_draft(firm)
    version = quote(quote_id).version
    do(change_quote, firm["Lea"], quote_id, version=version, head=HEAD, lines=(priced("All", 5),))
    assert [one.title for one in lines(quote_id)] == ["All"]
    with pytest.raises(Stale):
        do(change_quote, firm["Olga"], quote_id, version=version, head=HEAD, lines=())
    assert [one.title for one in lines(quote_id)] == ["All"]


def test_a_draft_can_be_deleted_and_what_was_sent_cannot(firm: Firm) -> None:
    do(delete_quote, firm["Olga"], a_draft(firm))
    with db.reading() as session:
        assert session.exec(select(Quote)).all() == []
    with pytest.raises(Conflict, match="is kept"):
        do(delete_quote, firm["Olga"], a_sent(firm))


def test_the_number_is_given_at_the_first_sending(firm: Firm) -> None:
    a_draft(firm)
    assert quote(a_sent(firm)).number == "Q-2026-001"
    assert quote(a_sent(firm)).number == "Q-2026-002"
    with db.reading() as session:
        assert len(session.exec(select(NumberSeries).where(NumberSeries.kind == "quote")).all()) == 1


def test_those_who_may_accept_get_a_mail_with_a_link_and_the_pdf(firm: Firm) -> None:
    quote_id = a_sent(firm)
    (mail,) = mails("quote_to_accept")
    assert (mail["to"], mail["attach"]) == (["nora@northwind.example"], {"quote_pdf": quote_id})
    assert mail["values"]["total"] == "€3,930.00"
    assert link_actor("quote_to_accept").document == ("quote", quote_id)
    name, content = read_quote_pdf(link_actor("quote_to_accept"), quote_id)
    assert (name, content[:5]) == ("Q-2026-001.pdf", b"%PDF-")


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=1)])
def test_the_last_day_is_still_to_come(firm: Firm, until: date) -> None:
    with pytest.raises(Invalid, match="still to come"):
        a_sent(firm, valid_until=until)
    assert mails() == []


def test_a_quote_without_lines_or_without_an_approver_is_not_sent(firm: Firm) -> None:
    with pytest.raises(Invalid, match="at least one line"):
        a_sent(firm, lines=())
    with pytest.raises(Invalid, match="approver"):
        a_sent(firm, contact_ids=(firm.contacts["Rolf"],))


def test_what_was_sent_never_changes(firm: Firm) -> None:
    quote_id = a_sent(firm)
    with pytest.raises(Conflict, match="never changes"):
        do(change_quote, firm["Olga"], quote_id, version=quote(quote_id).version, head=HEAD, lines=())


def test_accepting_keeps_who_when_where_and_the_hash_of_the_text_with_the_choices(firm: Firm) -> None:
    quote_id = an_accepted(firm, chosen=(4, 6), title="Head of digital")
    firms, clients = signatures("quote", quote_id)
    assert (firms.side, firms.text_hash) == ("firm", quote(quote_id).text_hash)
    assert (clients.side, clients.name, clients.title) == ("client", "Nora Client", "Head of digital")
    assert (clients.address, clients.agent) == ("198.51.100.23", "Firefox")
    assert clients.text_hash == hash_of(clients.text)
    body = json.loads(clients.text)
    assert body["chosen"] == [1, 2, 3, 4, 6]
    assert body["totals"] == {"net": "4180.00", "discount": "0.00", "tax": "0.00", "total": "4180.00"}
    assert [one.is_chosen for one in lines(quote_id)] == [True, True, True, True, False, True]
    assert (quote(quote_id).status, quote(quote_id).answered_by) == ("accepted", "Nora Client")
    assert [one["to"][0] for one in mails("quote_accepted")] == ["nora@northwind.example", "olga@example.com"]


def test_the_holder_of_the_mails_link_accepts_without_signing_in(firm: Firm) -> None:
    quote_id = a_sent(firm)
    who = replace(link_actor("quote_to_accept"), address="203.0.113.9")
    do(
        accept_quote,
        who,
        quote_id,
        text_hash=quote(quote_id).text_hash,
        chosen=(5,),
        total=total_of(quote_id, (5,)),
        name="Nora",
        agrees=True,
    )
    assert signatures("quote", quote_id)[1].address == "203.0.113.9"


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"agrees": False}, "Tick the box"),
        ({"name": " "}, "Fill this in"),
        ({"chosen": ()}, "Choose one of “Colour”"),
        ({"chosen": (5, 6)}, "only one"),
        ({"chosen": (5, 99)}, "lines of this quote"),
        ({"text_hash": "0" * 64}, "has changed since you opened it"),
        ({"total": eur(1)}, "total has changed"),
        ({"total": Money(393_000, "USD")}, "total has changed"),
    ],
)
def test_a_wrong_acceptance_is_refused_and_leaves_no_signature(
    firm: Firm, inputs: dict[str, Any], words: str
) -> None:
    quote_id = a_sent(firm)
    with pytest.raises(PsaError, match=words):
        accept(firm, "Nora", quote_id, **inputs)
    assert quote(quote_id).status == "sent"
    assert [one.side for one in signatures("quote", quote_id)] == ["firm"]


def test_a_quote_is_accepted_once(firm: Firm) -> None:
    quote_id = an_accepted(firm)
    with pytest.raises(Conflict, match="already been accepted"):
        accept(firm, "Nora", quote_id)
    with pytest.raises(Conflict, match="already been accepted"):
        do(decline_quote, firm["Nora"], quote_id, reason="Too late")


def test_after_its_last_day_nobody_accepts_whether_or_not_the_night_has_passed(
    firm: Firm, clock: Any
) -> None:
    quote_id = a_sent(firm, valid_until=TODAY + timedelta(days=2))
    late = clocks.now() + timedelta(days=3)
    clocks.set_source(lambda: late)
    with pytest.raises(Conflict, match="open until 25 Nov 2026"):
        accept(firm, "Nora", quote_id)
    assert do(expire_quotes, system()) == 1
    assert do(expire_quotes, system()) == 0
    assert quote(quote_id).status == "expired"
    with pytest.raises(Conflict, match="open until 25 Nov 2026"):
        accept(firm, "Nora", quote_id)


def test_on_its_last_day_it_can_still_be_accepted(firm: Firm, clock: Any) -> None:
    quote_id = a_sent(firm, valid_until=TODAY + timedelta(days=2))
    late = clocks.now() + timedelta(days=2)
    clocks.set_source(lambda: late)
    assert do(expire_quotes, system()) == 0
    accept(firm, "Nora", quote_id)
    assert quote(quote_id).status == "accepted"


def test_who_may_not_accept_is_told_and_another_client_finds_nothing(firm: Firm) -> None:
    quote_id = a_sent(firm)
    with pytest.raises(Forbidden):
        accept(firm, "Rolf", quote_id)
    for service, given in (
        (decline_quote, {"reason": "No"}),
        (ask_question, {"text": "What?"}),
    ):
        with pytest.raises(NotFound):
            do(service, firm["Kim"], quote_id, **given)
    with pytest.raises(NotFound):
        accept(firm, "Kim", quote_id)
    with pytest.raises(NotFound):
        read_quote_pdf(firm["Kim"], quote_id)


def test_a_client_never_sees_a_draft(firm: Firm) -> None:
    quote_id = a_draft(firm)
    with pytest.raises(NotFound):
        read_quote_pdf(firm["Nora"], quote_id)


@pytest.mark.parametrize(
    ("who", "service", "given"),
    [
        ("Ann", change_quote, {"version": 1, "head": HEAD, "lines": ()}),
        ("Ann", new_version, {}),
        ("Ann", make_scope, {}),
        ("Fred", send_quote, {}),
        ("Lea", send_quote, {}),
        ("Lea", make_scope, {}),
        ("Nora", send_quote, {}),
        ("Nora", new_version, {}),
        ("Nora", make_scope, {}),
        ("Nora", delete_quote, {}),
        ("Olga", decline_quote, {"reason": "No"}),
        ("Olga", ask_question, {"text": "What?"}),
    ],
)
def test_a_role_without_the_right_is_refused(firm: Firm, who: str, service: Any, given: Any) -> None:
    quote_id = a_draft(firm)
    with pytest.raises(Forbidden):
        do(service, firm[who], quote_id, **given)


def test_declining_keeps_the_reason_and_tells_the_sender(firm: Firm) -> None:
    quote_id = a_sent(firm)
    with pytest.raises(Invalid):
        do(decline_quote, firm["Nora"], quote_id, reason=" ")
    do(decline_quote, firm["Nora"], quote_id, reason="Over budget")
    assert (quote(quote_id).status, quote(quote_id).decline_reason) == ("declined", "Over budget")
    (mail,) = mails("quote_declined")
    assert (mail["to"], mail["values"]["reason"]) == (["olga@example.com"], "Over budget")


def test_a_question_goes_to_the_sender_and_its_answer_back_to_who_asked(firm: Firm) -> None:
    quote_id = a_sent(firm)
    question = do(ask_question, firm["Rolf"], quote_id, text="Is hosting in it?")
    assert mails("quote_question")[0]["to"] == ["olga@example.com"]
    do(answer_question, firm["Lea"], quote_id, question_id=question.id, text="It is optional.")
    (mail,) = mails("quote_answer")
    assert (mail["to"], mail["values"]["answer"]) == (["rolf@northwind.example"], "It is optional.")
    with pytest.raises(Conflict, match="answered this already"):
        do(answer_question, firm["Olga"], quote_id, question_id=question.id, text="Again")
    other = a_sent(firm)
    with pytest.raises(NotFound):
        do(answer_question, firm["Olga"], other, question_id=question.id, text="There")


def test_unanswered_questions_have_a_limit(firm: Firm) -> None:
    quote_id = a_sent(firm)
    for number in range(10):
        do(ask_question, firm["Nora"], quote_id, text=f"Question {number}")
    with pytest.raises(Conflict, match="wait for an answer"):
        do(ask_question, firm["Nora"], quote_id, text="One more")
    with db.reading() as session:
        assert len(session.exec(select(QuoteQuestion)).all()) == 10
