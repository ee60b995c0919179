"""Milestones: ready, then accepted once."""

import hashlib
import json
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Project
from psa_app.services.contracts.milestones import (
    accept_milestone,
    accept_milestone_for_client,
    ready_milestone,
    take_back_milestone,
)
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.projects.make import make_project_from_sow
from tests.services.contract_world import Firm, a_sent, a_signed, mails, make_firm, milestones, signatures
from tests.services.time_world import ask, do, past
from tests.support.prepared import prepared

firm = prepared(make_firm)


def first(sow_id: int) -> int:
    return int(milestones(sow_id)[0].id or 0)


def a_ready(firm: Firm) -> tuple[int, int]:
    """A signed scope and its first milestone, which waits for the client."""
    sow_id = a_signed(firm)
    do(ready_milestone, firm["Olga"], first(sow_id))
    return sow_id, first(sow_id)


def test_the_client_hears_that_a_milestone_is_ready(firm: Firm, clock: Any) -> None:
    sow_id, milestone_id = a_ready(firm)
    row = milestones(sow_id)[0]
    assert (row.status, row.ready_at) == ("ready", clock())
    (mail,) = mails("milestone_ready")
    assert (mail["to"], mail["values"]["milestone"]) == (["nora@northwind.example"], "Prototype")
    assert mail["values"]["value"] == "€4,500.00"
    opened = ask(open_portal_link, mail["path"].removeprefix("/open/"))
    assert (opened.document, opened.document_id) == ("sow", sow_id)
    do(accept_milestone, opened.actor, milestone_id, name="Nora")
    assert milestones(sow_id)[0].status == "accepted"


def test_acceptance_keeps_who_when_where_and_what(firm: Firm, clock: Any) -> None:
    sow_id, milestone_id = a_ready(firm)
    clock.forward(hours=1)
    do(accept_milestone, firm["Nora"], milestone_id, name="Nora Client")
    row = milestones(sow_id)[0]
    assert (row.status, row.accepted_by, row.accepted_at) == ("accepted", "Nora Client", clock())
    (evidence,) = signatures("milestone", milestone_id)
    assert (evidence.name, evidence.address, evidence.at) == ("Nora Client", "198.51.100.23", clock())
    assert hashlib.sha256(evidence.text.encode()).hexdigest() == evidence.text_hash
    body = json.loads(evidence.text)
    assert (body["value"], body["criteria"]) == ("4500.00", "Shown to five customers.")
    assert body["scope_hash"] == signatures("sow", sow_id)[0].text_hash
    assert past(milestone_id, "milestone") == ["ready", "accepted"]


def test_a_milestone_is_accepted_once(firm: Firm) -> None:
    _, milestone_id = a_ready(firm)
    do(accept_milestone, firm["Nora"], milestone_id, name="Nora")
    with pytest.raises(Conflict, match="has already been accepted by Nora"):
        do(accept_milestone, firm["Nora"], milestone_id, name="Nora again")
    with pytest.raises(Conflict, match="has already been accepted by Nora"):
        do(accept_milestone_for_client, firm["Olga"], milestone_id, name="Olga", how="by phone")
    assert len(signatures("milestone", milestone_id)) == 1


def test_a_milestone_that_is_not_ready_waits(firm: Firm) -> None:
    sow_id = a_signed(firm)
    with pytest.raises(Conflict, match="is not ready yet"):
        do(accept_milestone, firm["Nora"], first(sow_id), name="Nora")
    assert milestones(sow_id)[0].status == "planned"


def test_a_milestone_of_an_unsigned_scope_waits(firm: Firm) -> None:
    sow_id = a_sent(firm)
    for attempt in (ready_milestone, take_back_milestone):
        with pytest.raises(Conflict, match="is not signed yet"):
            do(attempt, firm["Olga"], first(sow_id))


def test_ready_can_be_taken_back_until_it_is_accepted(firm: Firm) -> None:
    sow_id, milestone_id = a_ready(firm)
    do(take_back_milestone, firm["Olga"], milestone_id)
    assert (milestones(sow_id)[0].status, milestones(sow_id)[0].ready_at) == ("planned", None)
    do(ready_milestone, firm["Olga"], milestone_id)
    assert len(mails("milestone_ready")) == 2
    do(accept_milestone, firm["Nora"], milestone_id, name="Nora")
    with pytest.raises(Invalid, match="cannot go back"):
        do(take_back_milestone, firm["Olga"], milestone_id)


def test_a_contact_who_may_not_sign_does_not_accept(firm: Firm) -> None:
    _, milestone_id = a_ready(firm)
    with pytest.raises(Forbidden):
        do(accept_milestone, firm["Rolf"], milestone_id, name="Rolf")


def test_another_clients_milestone_is_not_found(firm: Firm) -> None:
    _, milestone_id = a_ready(firm)
    with pytest.raises(NotFound):
        do(accept_milestone, firm["Kim"], milestone_id, name="Kim")


def test_the_lead_of_the_project_says_that_it_is_ready_and_no_other_lead(firm: Firm) -> None:
    sow_id = a_signed(firm)
    with pytest.raises(Forbidden, match="leads this project"):
        do(ready_milestone, firm["Lea"], first(sow_id))
    project = do(make_project_from_sow, firm["Olga"], sow_id, lead_id=firm["Lea"].person_id)
    do(ready_milestone, firm["Lea"], first(sow_id))
    do(take_back_milestone, firm["Lea"], first(sow_id))
    with db.unit_of_work() as session:
        session.get_one(Project, project.id).lead_id = firm["Ann"].person_id
    with pytest.raises(Forbidden):
        do(ready_milestone, firm["Lea"], first(sow_id))


def test_the_owner_records_what_was_accepted_elsewhere(firm: Firm) -> None:
    sow_id = a_signed(firm)
    do(
        accept_milestone_for_client,
        firm["Olga"],
        first(sow_id),
        name="Nora Client",
        how="Mail of 20 November",
    )
    row = milestones(sow_id)[0]
    assert (row.status, row.accepted_by) == ("accepted", "Nora Client")
    (evidence,) = signatures("milestone", first(sow_id))
    assert (evidence.title, evidence.user_id) == ("Mail of 20 November", firm["Olga"].user_id)


@pytest.mark.parametrize("inputs", [{"name": "", "how": "mail"}, {"name": "Nora", "how": " "}])
def test_an_acceptance_without_a_name_or_a_proof_is_refused(firm: Firm, inputs: dict[str, str]) -> None:
    sow_id = a_signed(firm)
    with pytest.raises(Invalid):
        do(accept_milestone_for_client, firm["Olga"], first(sow_id), **inputs)
    assert milestones(sow_id)[0].status == "planned"
