"""Two contacts answer at once, silence approves while one refuses, a lead takes back meanwhile: one wins."""

from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.errors import Conflict, PsaError
from psa_app.models import Contact, Evidence, TimeRequest
from psa_app.services.time import deciding
from psa_app.services.time.client_answer import (
    approve_by_silence,
    approve_request,
    note_accepted,
    refuse_request,
)
from psa_app.services.time.client_ask import ask_client
from psa_app.services.time.reject import unapprove_entries
from tests.conftest import in_use
from tests.services.client_time_world import approved, asked, delivered, lines, make_client_firm, request
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


def due(firm: Firm, clock: Any, *days: Any) -> tuple[list[int], int]:
    """Entries that silence approves at its next look, and their request."""
    ids = approved(firm, *days)
    request_id = asked(firm)
    delivered(request_id)
    clock.forward(days=6)
    do(note_accepted)
    return ids, request_id


def told(ids: list[int]) -> list[tuple[str, bool]]:
    found = [entry(one) for one in ids]
    return [(one.status, one.client_approved_at is not None) for one in found]


def bound(request_id: int) -> list[str]:
    """What the chain of evidence says of a request."""
    with db.reading() as session:
        found = select(Evidence.act).where(
            Evidence.kind == "time_request", Evidence.document_id == request_id
        )
        return list(session.exec(found))


def test_a_refusal_at_the_moment_of_silence_is_heard_or_comes_too_late(firm: Firm, clock: Any) -> None:
    ids, request_id = due(firm, clock, MON, TUE)
    refused, silent = race(
        lambda: do(refuse_request, firm["Nora"], request_id, reason="Not agreed."),
        lambda: do(approve_by_silence),
    )
    if isinstance(refused, Conflict):
        assert (silent, told(ids), bound(request_id)) == (2, [("approved", True)] * 2, ["approved"])
    else:
        assert (silent, told(ids), bound(request_id)) == (0, [("draft", False)] * 2, ["declined"])
    assert request(request_id).status == ("silent" if silent else "refused")
    assert do(approve_by_silence) == 0


def test_an_approval_at_the_moment_of_silence_is_bound_once(firm: Firm, clock: Any) -> None:
    ids, request_id = due(firm, clock, MON)
    answer, silent = race(
        lambda: do(approve_request, firm["Nora"], request_id), lambda: do(approve_by_silence)
    )
    assert isinstance(answer, Conflict) == (silent == 1)
    assert (told(ids), bound(request_id)) == ([("approved", True)], ["approved"])


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[Any]:
    yield from in_use(db.make_engine(postgres_url))


def test_one_entry_refused_after_silence_has_read_the_lines_stays_refused(
    on_postgres: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worst moment: silence has seen what is due, and the client answers before it holds the entries."""
    with db.unit_of_work() as session:
        firm = make_client_firm(session)
    ids, request_id = due(firm, clock, MON, TUE)
    hold = deciding.locked_lines
    begun: list[int] = []

    def after_the_refusal(*given: Any) -> Any:
        if not begun:
            begun.append(1)
            how: Any = {"reason": "Not this one.", "entry_ids": (ids[0],)}
            answer = Thread(target=lambda: do(refuse_request, firm["Nora"], request_id, **how))
            answer.start()
            answer.join()
        return hold(*given)

    monkeypatch.setattr(deciding, "locked_lines", after_the_refusal)
    assert do(approve_by_silence) == 1
    assert told(ids) == [("draft", False), ("approved", True)]
    assert (lines(request_id), sorted(bound(request_id))) == (
        {ids[0]: "refused", ids[1]: "silent"},
        ["approved", "declined"],
    )
