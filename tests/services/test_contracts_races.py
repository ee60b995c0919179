"""Two people press at the same moment: exactly one wins."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from psa_app import db
from psa_app.errors import PsaError
from psa_app.services.contracts.milestones import (
    accept_milestone,
    accept_milestone_for_client,
    ready_milestone,
)
from psa_app.services.contracts.send import send_sow, take_back_sow
from psa_app.services.contracts.write import change_sow
from tests.services.contract_world import (
    HEAD,
    Firm,
    a_draft,
    a_sent,
    a_signed,
    accept,
    fixed,
    mails,
    make_firm,
    milestones,
    signatures,
    sow,
)
from tests.services.time_world import do
from tests.support.prepared import prepared

firm = prepared(make_firm, alone=True)


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """Does the acts in threads that begin together; the sentences of those that were refused."""
    together, refused = Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        together.wait()
        try:
            act()
        except PsaError as error:
            refused.append(error.sentence)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


def test_two_acceptances_at_once_leave_one_signature(firm: Firm) -> None:
    sow_id = a_sent(firm)
    refused = at_once(lambda: accept(firm, "Nora", sow_id), lambda: accept(firm, "Nora", sow_id))
    assert len(refused) == 1
    assert "already been accepted" in refused[0]
    assert [one.side for one in signatures("sow", sow_id)] == ["firm", "client"]


def test_taking_back_and_accepting_at_once_has_one_winner(firm: Firm) -> None:
    sow_id = a_sent(firm)
    refused = at_once(lambda: accept(firm, "Nora", sow_id), lambda: do(take_back_sow, firm["Olga"], sow_id))
    assert len(refused) == 1
    signed = len(signatures("sow", sow_id)) == 2
    assert sow(sow_id).status == ("signed" if signed else "draft")


def test_two_clicks_on_send_send_once(firm: Firm) -> None:
    sow_id = a_draft(firm)
    refused = at_once(lambda: do(send_sow, firm["Olga"], sow_id), lambda: do(send_sow, firm["Olga"], sow_id))
    assert len(refused) == len(mails("sow_to_accept")) == len(signatures("sow", sow_id)) == 1


def test_two_saves_of_one_version_keep_one(firm: Firm) -> None:
    sow_id = a_draft(firm)
    version = sow(sow_id).version

    def save(title: str) -> None:
        do(change_sow, firm["Olga"], sow_id, version=version, head=HEAD, lines=(fixed(title=title),))

    refused = at_once(lambda: save("First"), lambda: save("Second"))
    assert len(refused) == 1
    assert len(milestones(sow_id)) == 2


def test_scopes_begun_at_once_have_numbers_of_their_own(firm: Firm) -> None:
    assert at_once(*[lambda: a_draft(firm)] * 4) == []
    with db.reading() as session:
        from sqlmodel import select

        from psa_app.models import Sow

        numbers = sorted(session.exec(select(Sow.number).where(Sow.number != "")).all())
    assert numbers == ["SOW-001", "SOW-002", "SOW-003", "SOW-004"]


def test_a_milestone_accepted_by_two_at_once_is_accepted_once(firm: Firm) -> None:
    sow_id = a_signed(firm)
    milestone_id = int(milestones(sow_id)[0].id or 0)
    do(ready_milestone, firm["Olga"], milestone_id)
    refused = at_once(
        lambda: do(accept_milestone, firm["Nora"], milestone_id, name="Nora"),
        lambda: do(accept_milestone_for_client, firm["Olga"], milestone_id, name="Olga", how="phone"),
    )
    assert len(refused) == 1
    assert len(signatures("milestone", milestone_id)) == 1
