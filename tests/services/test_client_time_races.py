"""Two contacts answer at once, a lead takes back while the client answers, two ask at once: one wins."""

from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Conflict, PsaError
from psa_app.models import Contact, TimeRequest
from psa_app.services.time.client_answer import approve_request, refuse_request
from psa_app.services.time.client_ask import ask_client
from psa_app.services.time.reject import unapprove_entries
from tests.services.client_time_world import approved, asked, lines, make_client_firm, request
from tests.services.contract_world import Firm, client_actor, mails
from tests.services.time_world import MON, TUE, do, entry, race


@pytest.fixture
def firm(own_database: Any, clock: Any) -> Firm:
    with db.unit_of_work() as session:
        firm = make_client_firm(session)
        rolf = session.get_one(Contact, firm.contacts["Rolf"])
        rolf.is_approver = True
        firm.clients["Rolf"] = client_actor(rolf)
        return firm


def test_of_two_contacts_who_decide_at_once_one_is_heard(firm: Firm) -> None:
    ids = approved(firm, MON, TUE)
    request_id = asked(firm)
    results = race(
        lambda: do(approve_request, firm["Nora"], request_id),
        lambda: do(refuse_request, firm["Rolf"], request_id, reason="Not agreed."),
    )
    assert sum(isinstance(one, Conflict) for one in results) == 1
    assert sum(isinstance(one, TimeRequest) for one in results) == 1
    states = set(lines(request_id).values())
    assert states == {request(request_id).status}
    found = {(entry(one).status, entry(one).client_approved_at is not None) for one in ids}
    assert found == ({("approved", True)} if states == {"approved"} else {("draft", False)})


def test_two_who_ask_at_once_make_one_request(firm: Firm) -> None:
    approved(firm, MON)
    results = race(
        *[lambda who=who: do(ask_client, firm[who], account_id=firm.northwind) for who in ("Lea", "Fred")]
    )
    assert sum(isinstance(one, Conflict) for one in results) == 1
    assert len(mails("time_to_approve")) == 2  # Nora and Rolf, once each


def test_a_lead_who_takes_back_while_the_client_approves_leaves_nothing_half_done(firm: Firm) -> None:
    (one,) = approved(firm, MON)
    request_id = asked(firm)
    results = race(
        lambda: do(approve_request, firm["Nora"], request_id),
        lambda: do(unapprove_entries, firm["Lea"], entry_ids=(one,)),
    )
    assert sum(isinstance(result, PsaError) for result in results) <= 1
    assert (entry(one).status, entry(one).client_approved_at) == ("submitted", None)
    assert request(request_id).status in ("approved", "withdrawn")
