"""Renewal and notice: what is told, and the draft that follows."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import system
from psa_app.errors import Conflict
from psa_app.models import Sow
from psa_app.queries.contracts.terms import Terms, read_text
from psa_app.queries.contracts.text import sow_text
from psa_app.queries.home.waiting import waiting
from psa_app.services.contracts.inputs import DeliverableInput
from psa_app.services.contracts.renew import renew_due, renew_sow
from psa_app.services.contracts.send import send_sow
from tests.services.contract_world import HEAD, Firm, a_draft, accept, make_firm, of_all_models, sow
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

SOON = replace(
    HEAD,
    starts_on=date(2026, 6, 1),
    ends_on=date(2026, 12, 31),
    renewal="automatic",
    renews_on=date(2027, 1, 1),
    notice_days=30,
)


firm = prepared(make_firm)


def signed(firm: Firm, head: Any = SOON, **inputs: Any) -> int:
    sow_id = a_draft(firm, head=head, **inputs)
    do(send_sow, firm["Olga"], sow_id)
    accept(firm, "Nora", sow_id)
    return sow_id


def terms(sow_id: int) -> Terms:
    return read_text(ask(sow_text, sow(sow_id)))


def renewals(firm: Firm, who: str = "Olga") -> list[str]:
    return [one.title for one in ask(waiting, firm[who], "Europe/Vienna") if one.kind == "renewal"]


def test_the_successor_has_the_same_lines_moved_on_by_the_term(firm: Firm) -> None:
    given = {
        "lines": of_all_models(firm),
        "deliverables": (DeliverableInput("Report", due_on=date(2027, 2, 1)),),
    }
    first = signed(firm, replace(HEAD, renewal="ask", renews_on=date(2027, 4, 1)), **given)
    made = do(renew_sow, firm["Olga"], first)
    old, new = terms(first), terms(int(made.id))
    assert (made.status, made.renewed_from_id, new.starts_on) == ("draft", first, date(2027, 4, 1))
    assert (new.ends_on, new.renews_on) == (date(2027, 7, 31), date(2027, 8, 1))
    assert [x.model for x in new.lines] == [x.model for x in old.lines]
    assert [x.worth() for x in new.lines] == [x.worth() for x in old.lines]
    assert [x.rates for x in new.lines] == [x.rates for x in old.lines]
    assert [x.due_on for x in new.lines[1].fees] == [date(2027, 4, 15), date(2027, 7, 31)]
    assert new.deliverables[0].due_on == date(2027, 6, 1)
    assert do(renew_sow, firm["Olga"], first).id == made.id


def test_only_a_signed_scope_with_an_end_is_renewed(firm: Firm) -> None:
    with pytest.raises(Conflict, match="Only a signed"):
        do(renew_sow, firm["Olga"], a_draft(firm))
    with pytest.raises(Conflict, match="no end"):
        do(renew_sow, firm["Olga"], signed(firm, replace(HEAD, ends_on=None)))


def test_a_renewal_waits_for_who_writes_scopes_until_it_is_followed(firm: Firm, clock: Any) -> None:
    sow_id = signed(firm)
    assert renewals(firm) == ["SOW-001 Checkout redesign"]
    assert renewals(firm, "Fred") == renewals(firm, "Lea") == []
    do(renew_sow, firm["Olga"], sow_id)
    assert renewals(firm) == []


def test_a_far_renewal_is_not_told(firm: Firm) -> None:
    signed(firm, replace(SOON, renews_on=date(2028, 1, 1)))
    assert renewals(firm) == []


def test_what_renews_by_itself_is_drafted_once_after_the_last_day_for_a_notice(firm: Firm) -> None:
    late = signed(firm, replace(SOON, renews_on=date(2026, 12, 20)))
    signed(firm)
    signed(firm, replace(SOON, renews_on=date(2026, 12, 20), renewal="ask"))
    assert (do(renew_due, system()), do(renew_due, system())) == (1, 0)
    with db.reading() as session:
        drafts = session.exec(select(Sow).where(Sow.status == "draft")).all()
        assert [one.renewed_from_id for one in drafts] == [late]
