"""A change order moves a signed contract, once, and only by the client's signature."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError
from psa_app.models import ChangeOrder, Project, Rate, SowLine
from psa_app.services.contracts.change_orders import (
    accept_change_order,
    change_change_order,
    decline_change_order,
    draft_change_order,
    send_change_order,
    take_back_change_order,
    withdraw_change_order,
)
from psa_app.services.projects.make import make_project_from_sow
from tests.services.contract_world import Firm, a_draft, a_signed, make_firm, milestones, signatures, sow
from tests.services.time_world import do
from tests.support.prepared import prepared

FROM = date(2027, 1, 1)


firm = prepared(make_firm)


def lines(sow_id: int) -> list[SowLine]:
    with db.reading() as session:
        found = select(SowLine).where(SowLine.sow_id == sow_id).order_by(col(SowLine.position))
        return list(session.exec(found).all())


def order_of(order_id: int) -> ChangeOrder:
    with db.reading() as session:
        return session.get_one(ChangeOrder, order_id)


def drafted(firm: Firm, sow_id: int, *deltas: dict[str, Any]) -> int:
    given = deltas or ({"kind": "cap", "line_id": lines(sow_id)[0].id, "to": 7_000_000},)
    made = do(draft_change_order, firm["Olga"], sow_id, title="More", effective_on=FROM, deltas=list(given))
    return int(made.id)


def sent(firm: Firm, sow_id: int, *deltas: dict[str, Any]) -> int:
    order_id = drafted(firm, sow_id, *deltas)
    do(send_change_order, firm["Olga"], order_id)
    return order_id


def accept(firm: Firm, who: str, order_id: int) -> Any:
    text_hash = order_of(order_id).text_hash
    return do(accept_change_order, firm[who], order_id, text_hash=text_hash, name="Nora", agrees=True)


def test_change_order_moves_everything(firm: Firm) -> None:
    sow_id = a_signed(firm)
    project_id = do(make_project_from_sow, firm["Olga"], sow_id).id
    signed_hash = sow(sow_id).text_hash
    time, fixed = lines(sow_id)
    engineer, final = firm.role("Engineer"), milestones(sow_id)[1]
    order_id = sent(
        firm,
        sow_id,
        {"kind": "cap", "line_id": time.id, "to": 7_000_000},
        {"kind": "hours", "line_id": time.id, "to": 30_000},
        {"kind": "rate", "line_id": time.id, "role_id": engineer, "to": 16_000},
        {"kind": "add_milestone", "line_id": fixed.id, "title": "Training", "value": 100_000},
        {"kind": "change_milestone", "milestone_id": final.id, "value": 500_000, "due_on": "2027-04-15"},
        {"kind": "add_line", "title": "Care", "rate": 12_000, "cap": 200_000, "minutes": 1000},
        {"kind": "end", "to": "2027-05-31"},
    )
    assert order_of(order_id).number == "CO-001-01"
    accept(firm, "Nora", order_id)
    now = lines(sow_id)
    assert [(one.cap_minor, one.value_minor, one.estimate_minutes) for one in now] == [
        (7_000_000, 0, 30_000),
        (None, 1_050_000, 0),
        (200_000, 0, 1000),
    ]
    with db.reading() as session:
        project = session.get_one(Project, project_id)
        found = (
            select(Rate).where(Rate.sow_line_id == time.id, Rate.role_id == engineer).order_by(col(Rate.id))
        )
        rates = [(one.amount_minor, one.valid_from, one.valid_to) for one in session.exec(found).all()]
    assert (project.budget_minor, project.budget_minutes) == (8_250_000, 31_000)
    assert project.ends_on == sow(sow_id).ends_on == date(2027, 5, 31)
    assert rates == [(15_000, date(2026, 12, 1), date(2026, 12, 31)), (16_000, FROM, None)]
    assert sow(sow_id).text_hash == signed_hash
    sides = [(one.side, one.text_hash) for one in signatures("change_order", order_id)]
    assert sides == [("firm", order_of(order_id).text_hash), ("client", order_of(order_id).text_hash)]


def test_an_order_sent_before_another_was_signed_is_asked_for_anew(firm: Firm) -> None:
    sow_id = a_signed(firm)
    first, second = sent(firm, sow_id), sent(firm, sow_id)
    accept(firm, "Nora", first)
    with pytest.raises(Conflict, match="has changed"):
        accept(firm, "Nora", second)
    do(take_back_change_order, firm["Olga"], second)
    do(send_change_order, firm["Olga"], second)
    assert accept(firm, "Nora", second).status == "signed"


def test_an_order_is_answered_once_and_not_after_it_is_withdrawn(firm: Firm) -> None:
    sow_id = a_signed(firm)
    signed, gone, declined = sent(firm, sow_id), sent(firm, sow_id), sent(firm, sow_id)
    do(withdraw_change_order, firm["Olga"], gone)
    do(decline_change_order, firm["Nora"], declined, reason="Too dear.")
    accept(firm, "Nora", signed)
    for order_id in (signed, gone, declined):
        with pytest.raises((Conflict, NotFound)):
            accept(firm, "Nora", order_id)
    assert lines(sow_id)[0].cap_minor == 7_000_000


@pytest.mark.parametrize(("who", "error"), [("Rolf", Forbidden), ("Kim", NotFound), ("Olga", PsaError)])
def test_only_the_clients_approver_signs(firm: Firm, who: str, error: type[PsaError]) -> None:
    order_id = sent(firm, a_signed(firm))
    with pytest.raises(error):
        accept(firm, who, order_id)
    assert order_of(order_id).status == "sent"


def test_a_change_order_needs_a_signed_scope_and_what_can_be(firm: Firm) -> None:
    with pytest.raises(Conflict, match="needs a signed scope"):
        drafted(firm, a_draft(firm))
    sow_id = a_signed(firm)
    with pytest.raises(Invalid, match="role from the list"):
        drafted(firm, sow_id, {"kind": "rate", "line_id": lines(sow_id)[0].id, "role_id": 999, "to": 1})
    order_id = drafted(firm, sow_id)
    values = {"title": "Less", "effective_on": FROM, "deltas": order_of(order_id).deltas}
    do(change_change_order, firm["Olga"], order_id, version=order_of(order_id).version, **values)
    with pytest.raises(Conflict):
        do(change_change_order, firm["Olga"], order_id, version=1, **values)
