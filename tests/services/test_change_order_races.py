"""Two people answer change orders at the same moment: the contract moves once."""

from typing import Any

import pytest

from psa_app import db
from psa_app.services.contracts.change_orders import withdraw_change_order
from tests.services.contract_world import Firm, a_signed, make_firm, signatures
from tests.services.test_change_orders import accept, lines, order_of, sent
from tests.services.test_contracts_races import at_once
from tests.services.time_world import do


@pytest.fixture
def firm(own_database: Any, clock: Any) -> Firm:
    with db.unit_of_work() as session:
        return make_firm(session)


def test_of_two_orders_signed_at_once_the_second_is_asked_for_anew(firm: Firm) -> None:
    sow_id = a_signed(firm)
    line = lines(sow_id)[0].id
    both = [sent(firm, sow_id, {"kind": "cap", "line_id": line, "to": to}) for to in (7_000_000, 8_000_000)]
    refused = at_once(lambda: accept(firm, "Nora", both[0]), lambda: accept(firm, "Nora", both[1]))
    assert len(refused) == 1
    assert "has changed" in refused[0]
    won = [order_of(one).status for one in both].index("signed")
    assert lines(sow_id)[0].cap_minor == (7_000_000, 8_000_000)[won]


def test_an_order_signed_while_it_is_withdrawn_has_one_winner(firm: Firm) -> None:
    sow_id = a_signed(firm)
    order_id = sent(firm, sow_id)
    refused = at_once(
        lambda: accept(firm, "Nora", order_id), lambda: do(withdraw_change_order, firm["Olga"], order_id)
    )
    assert len(refused) == 1
    signed = len(signatures("change_order", order_id)) == 2
    assert order_of(order_id).status == ("signed" if signed else "withdrawn")
    assert lines(sow_id)[0].cap_minor == (7_000_000 if signed else 6_000_000)
