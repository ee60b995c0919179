"""Who may do what with scopes and milestones: every act by every role, and client A against client B."""

from typing import Any

import pytest

from psa_app import db
from psa_app.access import ACTS, RIGHTS
from psa_app.access.actor import Actor
from psa_app.errors import Forbidden, NotFound, PsaError
from tests.services.contract_world import (
    HEAD,
    Firm,
    a_draft,
    a_sent,
    a_signed,
    by_time,
    make_firm,
    milestones,
    sow,
)
from tests.services.time_world import do
from tests.support.prepared import prepared

MAY = {
    "sows.create": {"owner"},
    "sows.change": {"owner"},
    "sows.delete": {"owner"},
    "sows.send": {"owner"},
    "sows.take_back": {"owner"},
    "sows.accept": {"client"},
    "sows.decline": {"client"},
    "sows.renew": {"owner"},
    "sows.bill_at": {"owner", "finance"},
    "attachments.add": {"owner"},  # what the client signs; the firm's own files: `test_contracts_files`
    "attachments.remove": {"owner"},
    "milestones.ready": {"owner", "finance", "lead"},
    "milestones.take_back": {"owner", "finance", "lead"},
    "milestones.accept": {"client"},
    "milestones.accept_for_client": {"owner"},
}
BESIDE = {  # what they do: `test_agreements`
    "agreements.delete": {"owner", "finance"},
    "agreements.add_file": {"owner", "finance"},
    "agreements.remove_file": {"owner", "finance"},
    "deliverables.delete": {"owner"},
    "fee_parts.change": {"owner"},
}
INPUTS: dict[str, Any] = {
    "sows.create": {"head": HEAD},
    "sows.bill_at": {"version": 1},
    "sows.change": {"version": 1, "head": HEAD, "lines": ()},
    "sows.accept": {"text_hash": "0", "name": "N", "agrees": True},
    "sows.decline": {"reason": "no"},
    "attachments.add": {"name": "plan.pdf", "content": b"%PDF-"},
    "milestones.accept": {"name": "N"},
    "milestones.accept_for_client": {"name": "N", "how": "mail"},
}
WHO = {"owner": "Olga", "finance": "Fred", "lead": "Lea", "member": "Ann", "client": "Nora"}


firm = prepared(make_firm)


def test_every_act_on_scopes_and_milestones_is_in_the_table() -> None:
    import psa_app.services.contracts.agreements
    import psa_app.services.contracts.files
    import psa_app.services.contracts.milestones
    import psa_app.services.contracts.parts
    import psa_app.services.contracts.renew
    import psa_app.services.contracts.write  # noqa: F401

    declared = {
        name: act
        for name, act in ACTS.items()
        if act.function.__module__.startswith("psa_app.services.contracts")
    }
    assert set(declared) - {f"change_orders.{verb}" for verb in ORDERS} == set(MAY) | set(BESIDE)
    for name, roles in BESIDE.items():
        assert {role for role, rights in RIGHTS.items() if ACTS[name].right in rights} == roles
    assert set(WHO) == set(RIGHTS)


@pytest.mark.parametrize(
    "verb",
    [
        *(
            ORDERS := {
                "draft": {"owner", "finance", "lead"},
                "change": {"owner", "finance", "lead"},
                "send": {"owner"},
                "take_back": {"owner"},
                "withdraw": {"owner"},
                "accept": {"client"},
                "decline": {"client"},
                "ask": {"client"},
                "answer": {"owner", "finance", "lead"},
            }
        )
    ],
)
def test_a_change_order_is_drafted_sent_and_answered_by_those_who_may(verb: str) -> None:
    import psa_app.services.contracts.change_orders
    import psa_app.services.contracts.order_questions  # noqa: F401

    right = ACTS[f"change_orders.{verb}"].right
    assert {role for role, rights in RIGHTS.items() if right in rights} == ORDERS[verb]


def perform(firm: Firm, name: str, who: Actor) -> None:
    """Tries the act on a record that exists."""
    act, inputs = ACTS[name], INPUTS.get(name, {})
    if name == "sows.create":
        do(act.function, who, account_id=firm.northwind, **inputs)
        return
    sow_id = a_signed(firm) if act.kind == "milestones" or act.verb == "renew" else a_sent(firm)
    record = int(milestones(sow_id)[0].id or 0) if act.kind == "milestones" else sow_id
    if act.kind == "attachments":
        sow_id = a_draft(firm)
        file = do(ACTS["attachments.add"].function, firm["Olga"], sow_id, name="a.pdf", content=b"%PDF-")
        record = int(file.id) if act.verb == "remove" else sow_id
    do(act.function, who, record, **inputs)


@pytest.mark.parametrize("role", list(WHO))
@pytest.mark.parametrize("name", list(MAY))
def test_an_act_is_refused_to_every_role_without_its_right(firm: Firm, name: str, role: str) -> None:
    assert (told(firm, name, firm[WHO[role]]) != Forbidden().sentence) == (role in MAY[name])


def told(firm: Firm, name: str, who: Actor) -> str:
    """What an act answers with: the sentence of its refusal, "" when it is done."""
    try:
        perform(firm, name, who)
    except PsaError as error:
        return error.sentence
    return ""


@pytest.mark.parametrize("name", [name for name in MAY if "client" in MAY[name]])
def test_another_clients_records_are_not_found(firm: Firm, name: str) -> None:
    with pytest.raises(NotFound):
        perform(firm, name, firm["Kim"])


def test_an_id_that_is_none_is_not_found(firm: Firm) -> None:
    for name in set(MAY) - {"sows.create"}:
        who = firm["Nora"] if "client" in MAY[name] else firm["Olga"]
        for wrong_id in (0, -1, 999_999, 2**63, "1; DROP TABLE sow", None, True):
            with pytest.raises(NotFound):
                do(ACTS[name].function, who, wrong_id, **INPUTS.get(name, {}))


def test_a_draft_made_by_the_owner_is_read_by_no_client(firm: Firm) -> None:
    sow_id = a_draft(firm, lines=(by_time(firm),))
    from psa_app.access import fetch
    from psa_app.models import Sow

    for name in ("Nora", "Rolf", "Kim"):
        with db.reading() as session, pytest.raises(NotFound):
            fetch(session, firm[name], Sow, sow_id)
    assert sow(sow_id).status == "draft"
