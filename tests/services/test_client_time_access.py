"""Who may ask, answer and read: every act × every role, and client A against client B."""

from typing import Any

import pytest

from psa_app import db
from psa_app.access import ACTS, RIGHTS, Actor, scoped
from psa_app.errors import Forbidden, NotFound, PsaError
from psa_app.models import TimeRequest, TimeRequestLine
from psa_app.queries.portal.time import open_requests, request_to_read, time_requests
from psa_app.services.time import client_answer, client_ask  # noqa: F401 - they declare their acts
from tests.services.client_time_world import approved, asked, make_client_firm
from tests.services.contract_world import Firm
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

MAY: dict[str, tuple[set[str], dict[str, Any]]] = {
    "time_requests.ask": ({"owner", "finance", "lead"}, {"account_id": 10**6}),
    "time_requests.approve": ({"client"}, {}),
    "time_requests.refuse": ({"client"}, {"reason": "No"}),
}
WHO = {"owner": "Olga", "finance": "Fred", "lead": "Lea", "member": "Ann", "client": "Nora"}


firm = prepared(make_client_firm)


def test_every_act_is_in_the_table() -> None:
    assert {name for name, act in ACTS.items() if act.kind == "time_requests"} == set(MAY)
    assert set(WHO) == set(RIGHTS)


@pytest.mark.parametrize("name", MAY)
def test_each_act_is_done_by_its_roles_only(firm: Firm, name: str) -> None:
    act, (roles, inputs) = ACTS[name], MAY[name]
    for role, who in WHO.items():
        given: list[Any] = [firm[who], *([10**6] if act.needs_id else [])]
        with pytest.raises(NotFound if role in roles else Forbidden):
            do(act.function, *given, **inputs)


@pytest.mark.parametrize("wrong", [0, -1, 2**70, "1' OR '1'='1", None, True])
def test_made_up_ids_are_not_found(firm: Firm, wrong: Any) -> None:
    for name in ("time_requests.approve", "time_requests.refuse"):
        with pytest.raises(NotFound):
            do(ACTS[name].function, firm["Nora"], wrong, **MAY[name][1])


def seen(who: Actor) -> tuple[int, int]:
    with db.reading() as session:
        requests = session.scalars(scoped(who, TimeRequest)).all()
        return len(requests), len(session.scalars(scoped(who, TimeRequestLine)).all())


def test_another_client_sees_and_answers_nothing(firm: Firm) -> None:
    ids = approved(firm)
    request_id = asked(firm)
    assert ask(time_requests, firm["Kim"]).rows == ()
    assert ask(open_requests, firm["Kim"], "Europe/Vienna") == ()
    for act in (request_to_read, *(ACTS[name].function for name in ("time_requests.approve",))):
        with pytest.raises(NotFound):
            do(act, firm["Kim"], request_id)
    with pytest.raises(NotFound):
        do(ACTS["time_requests.refuse"].function, firm["Kim"], request_id, reason="x", entry_ids=tuple(ids))
    assert [seen(firm[who]) for who in ("Olga", "Fred", "Lea", "Nora", "Rolf")] == [(1, 1)] * 5
    assert [seen(firm[who]) for who in ("Ann", "Kim")] == [(0, 0)] * 2


def test_a_link_reaches_its_own_request_only(firm: Firm) -> None:
    approved(firm)
    one = asked(firm)
    approved(firm, who="Ben")
    other = asked(firm)
    nora = firm["Nora"]
    link = Actor(
        nora.name,
        "client",
        account_id=nora.account_id,
        contact_id=nora.contact_id,
        via="portal",
        document=("time_request", one),
    )
    assert ask(request_to_read, link, one).request.id == one
    with pytest.raises(NotFound):
        ask(request_to_read, link, other)
    with pytest.raises(NotFound):
        do(ACTS["time_requests.approve"].function, link, other)
    with pytest.raises(PsaError):
        ask(request_to_read, Actor("Nobody", "nobody"), one)


def test_the_client_reads_names_notes_and_hours_and_no_money(firm: Firm) -> None:
    approved(firm)
    found = ask(request_to_read, firm["Nora"], asked(firm))
    (line,) = found.lines
    assert (line.person, line.task, line.note, line.seconds) == ("Ann Test", "Build", "As agreed", 3600)
    assert not any(word in repr(found) for word in ("15000", "5500", "rate", "cost"))
    assert found.may_sign
    assert not ask(request_to_read, firm["Rolf"], found.request.id).may_sign
