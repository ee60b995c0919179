"""Two people press at the same moment: exactly one wins."""

from sqlmodel import select

from psa_app import db
from psa_app.models import Sow
from psa_app.services.quotes.answer import decline_quote
from psa_app.services.quotes.scope import make_scope
from psa_app.services.quotes.send import send_quote
from psa_app.services.quotes.write import new_version
from tests.services.contract_world import Firm, mails, make_firm, signatures
from tests.services.quote_world import a_draft, a_sent, accept, an_accepted, quote
from tests.services.test_contracts_races import at_once
from tests.services.time_world import do
from tests.support.prepared import prepared

firm = prepared(make_firm, alone=True)


def test_two_tabs_that_accept_at_once_leave_one_signature(firm: Firm) -> None:
    quote_id = a_sent(firm)
    refused = at_once(
        lambda: accept(firm, "Nora", quote_id, chosen=(5,)),
        lambda: accept(firm, "Nora", quote_id, chosen=(6,)),
    )
    assert len(refused) == 1
    assert "already been accepted" in refused[0]
    assert [one.side for one in signatures("quote", quote_id)] == ["firm", "client"]


def test_accepting_and_declining_at_once_has_one_winner(firm: Firm) -> None:
    quote_id = a_sent(firm)
    refused = at_once(
        lambda: accept(firm, "Nora", quote_id), lambda: do(decline_quote, firm["Nora"], quote_id, reason="No")
    )
    assert len(refused) == 1
    signed = len(signatures("quote", quote_id)) == 2
    assert quote(quote_id).status == ("accepted" if signed else "declined")


def test_two_clicks_on_send_send_once(firm: Firm) -> None:
    quote_id = a_draft(firm)
    refused = at_once(*[lambda: do(send_quote, firm["Olga"], quote_id)] * 2)
    assert len(refused) == len(mails("quote_to_accept")) == len(signatures("quote", quote_id)) == 1


def test_sending_a_new_version_while_the_old_one_is_accepted_has_one_winner(firm: Firm) -> None:
    first = a_sent(firm)
    second = int(do(new_version, firm["Olga"], first).id)
    refused = at_once(lambda: accept(firm, "Nora", first), lambda: do(send_quote, firm["Olga"], second))
    assert len(refused) == 1
    assert (quote(first).status, quote(second).status) in (("accepted", "draft"), ("superseded", "sent"))


def test_a_scope_asked_for_twice_at_once_is_made_once(firm: Firm) -> None:
    quote_id = an_accepted(firm)
    assert at_once(*[lambda: do(make_scope, firm["Olga"], quote_id)] * 2) == []
    with db.reading() as session:
        assert len(session.exec(select(Sow).where(Sow.quote_id == quote_id)).all()) == 1
