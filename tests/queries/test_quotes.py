"""Reading quotes: who sees which, the list's sums, versions compared, and what is earned."""

import pytest

from psa_app import db
from psa_app.errors import Forbidden, NotFound
from psa_app.models import ExchangeRate
from psa_app.queries.portal.overview import overview
from psa_app.queries.portal.quote import quote_to_read
from psa_app.queries.quotes.listing import quote_page
from psa_app.queries.quotes.one import compared, one_quote, role_costs
from psa_app.services.quotes.questions import ask_question
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import change_quote, new_version
from tests.services.contract_world import Firm, make_firm
from tests.services.quote_world import HEAD, a_draft, a_sent, accept, priced, quote
from tests.services.time_world import TODAY, ask, do
from tests.support.prepared import prepared

firm = prepared(make_firm)


@pytest.mark.parametrize("who", ["Ann", "Nora", "Kim"])
def test_the_firms_list_and_page_are_closed_to_members_and_clients(firm: Firm, who: str) -> None:
    quote_id = a_sent(firm)
    with pytest.raises(Forbidden):
        ask(quote_page, firm[who])
    with pytest.raises(Forbidden):
        ask(one_quote, firm[who], quote_id)
    with pytest.raises(Forbidden):
        ask(role_costs, firm[who], "EUR", TODAY)


def test_the_list_adds_up_without_versions_that_were_replaced(firm: Firm) -> None:
    first = a_sent(firm)
    do(send_quote, firm["Olga"], int(do(new_version, firm["Olga"], first).id))
    do(ask_question, firm["Nora"], int(quote(first).id or 0) + 1, text="When?")
    page = ask(quote_page, firm["Lea"])
    assert page.by_status == {"sent": 1, "superseded": 1}
    assert page.sums == (("EUR", 393_000),)
    assert [(row.version, row.waiting) for row in page.rows] == [(2, 1), (1, 0)]
    assert ask(quote_page, firm["Lea"], search="nobody").total == 0


def test_a_client_reads_their_own_as_it_was_sent_and_never_a_draft_or_anothers(firm: Firm) -> None:
    draft, sent = a_draft(firm), a_sent(firm)
    with pytest.raises(NotFound):
        ask(quote_to_read, firm["Nora"], draft)
    with pytest.raises(NotFound):
        ask(quote_to_read, firm["Kim"], sent)
    found = ask(quote_to_read, firm["Nora"], sent, (4, 6))
    assert (found.chosen, found.figures.total, found.may_answer) == ({1, 2, 3, 4, 6}, 418_000, True)
    assert not ask(quote_to_read, firm["Rolf"], sent).may_answer


def test_a_choice_that_cannot_be_shows_what_the_firm_proposes(firm: Firm) -> None:
    found = ask(quote_to_read, firm["Nora"], a_sent(firm), (5, 6))
    assert found.chosen == {1, 2, 3, 5}


def test_what_was_accepted_is_what_stays_on_the_paper(firm: Firm) -> None:
    quote_id = a_sent(firm)
    accept(firm, "Nora", quote_id, chosen=(6,))
    found = ask(quote_to_read, firm["Nora"], quote_id, (5,))
    assert found.chosen == {1, 2, 3, 6}


def test_a_quote_waits_on_the_portal_until_it_is_answered(firm: Firm) -> None:
    quote_id = a_sent(firm)
    assert [one.id for one in ask(overview, firm["Nora"]).quotes] == [quote_id]
    assert ask(overview, firm["Kim"]).quotes == ()
    accept(firm, "Nora", quote_id)
    assert ask(overview, firm["Nora"]).quotes == ()


def test_two_versions_are_compared_and_two_quotes_are_not(firm: Firm) -> None:
    first = a_sent(firm, lines=(priced("Audit", 100), priced("Gone", 5)))
    second = int(do(new_version, firm["Olga"], first).id)
    given = (priced("Audit", 90), priced("More", 20, is_optional=True))
    do(change_quote, firm["Olga"], second, version=quote(second).version, head=HEAD, lines=given)
    changes = ask(compared, firm["Lea"], first, second)
    assert [(one.kind, one.title) for one in changes] == [
        ("changed", "Audit"),
        ("changed", "More"),
        ("changed", "The whole quote"),
    ]
    assert changes[0].fields == {"value_minor": (100, 90)}
    assert changes[2].fields["net_minor"] == (105, 110)
    with pytest.raises(NotFound):
        ask(compared, firm["Lea"], first, a_sent(firm))


def test_costs_are_the_roles_standard_never_a_persons_own_in_the_quotes_currency(firm: Firm) -> None:
    for who in ("Olga", "Fred", "Lea"):
        costs = ask(role_costs, firm[who], "EUR", TODAY)
        assert costs == {firm.role("Engineer"): 6000, firm.role("Junior"): 4000}
    assert ask(role_costs, firm["Olga"], "USD", TODAY) == {}
    with db.unit_of_work() as session:
        session.add(ExchangeRate(currency="USD", day=TODAY, rate_nano=800_000_000))
    assert ask(role_costs, firm["Olga"], "USD", TODAY)[firm.role("Engineer")] == 7500
