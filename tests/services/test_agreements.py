"""Governing agreements: written, kept with their files, warned of, and what belongs to a draft one by one."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from psa_app import db
from psa_app.access import fetch
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Problems, Stale
from psa_app.models import Agreement, Attachment, Deliverable, FeePart
from psa_app.queries.home.waiting import waiting
from psa_app.resources import RESOURCES
from psa_app.services.contracts.agreements import (
    add_agreement_file,
    delete_agreement,
    remove_agreement_file,
)
from psa_app.services.contracts.files import read_file
from psa_app.services.contracts.inputs import DeliverableInput
from psa_app.services.contracts.parts import change_fee_part, delete_deliverable
from psa_app.services.contracts.send import send_sow
from psa_app.services.records import change_record, create_record
from psa_app.state.contracts.scope_words import agreement_words
from tests.services.contract_world import HEAD, Firm, a_draft, by_dates, make_firm, sow
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

AGREEMENTS, DELIVERABLES = RESOURCES["agreements"], RESOURCES["deliverables"]
PDF = b"%PDF-1.7 the agreement with both signatures"


firm = prepared(make_firm)


def agree(firm: Firm, who: str = "Olga", **values: Any) -> int:
    given = {"account_id": firm.northwind, "title": "Framework agreement"} | values
    return int(do(create_record, firm[who], AGREEMENTS, given).id)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-30"}, "ends_on"),
        ({"signed_on": "2026-05-01", "ends_on": "2026-04-30"}, "ends_on"),
        ({"signed_on": "2030-01-01"}, "signed_on"),
        ({"notice_days": 731}, "notice_days"),
        ({"title": "FRAMEWORK agreement"}, "title"),
        ({"title": "Another", "number": "fa-1"}, "number"),
    ],
)
def test_a_wrong_agreement_is_told_beside_its_field(firm: Firm, values: Any, field: str) -> None:
    agree(firm, number="FA-1")
    with pytest.raises(Problems) as refused:
        agree(firm, **({"title": "Another agreement"} | values))
    assert list(refused.value.fields) == [field]
    with db.reading() as session:
        assert len(session.exec(select(Agreement)).all()) == 1


def test_a_lead_reads_agreements_and_changes_none(firm: Firm) -> None:
    with pytest.raises(Forbidden):
        agree(firm, "Lea")
    agreement_id = agree(firm)
    assert ask(fetch, firm["Lea"], Agreement, agreement_id).title == "Framework agreement"
    with pytest.raises(NotFound):
        ask(fetch, firm["Nora"], Agreement, agreement_id)


def test_its_pdf_is_read_by_the_firm_and_never_by_the_client(firm: Firm) -> None:
    agreement_id = agree(firm)
    file_id = do(add_agreement_file, firm["Olga"], agreement_id, name="signed.pdf", content=PDF).id
    assert read_file(firm["Olga"], file_id) == ("signed.pdf", "application/pdf", PDF)
    with pytest.raises(NotFound):
        read_file(firm["Nora"], file_id)
    with pytest.raises(Invalid, match="not what its name says"):
        do(add_agreement_file, firm["Olga"], agreement_id, name="other.pdf", content=b"text")
    with pytest.raises(NotFound):
        do(remove_agreement_file, firm["Olga"], agree(firm, title="Another"), attachment_id=file_id)
    do(remove_agreement_file, firm["Olga"], agreement_id, attachment_id=file_id)
    with db.reading() as session:
        assert session.exec(select(Attachment)).all() == []


def test_an_agreement_with_scopes_under_it_is_archived_not_deleted(firm: Firm) -> None:
    agreement_id = agree(firm)
    a_draft(firm, head=replace(HEAD, agreement_id=agreement_id))
    with pytest.raises(Conflict, match="SOW-001 stands under"):
        do(delete_agreement, firm["Olga"], agreement_id)
    alone = agree(firm, title="Never used")
    do(add_agreement_file, firm["Olga"], alone, name="signed.pdf", content=PDF)
    do(delete_agreement, firm["Olga"], alone)
    with db.reading() as session:
        assert [one.id for one in session.exec(select(Agreement))] == [agreement_id]
        assert session.exec(select(Attachment)).all() == []


def test_it_waits_at_home_before_it_ends_until_it_is_archived(firm: Firm) -> None:
    def waits(who: str = "Olga") -> list[str]:
        return [one.title for one in ask(waiting, firm[who], "Europe/Vienna") if one.kind == "agreement"]

    soon = agree(firm, title="Soon", ends_on="2027-02-01", notice_days=60)
    agree(firm, title="Later", ends_on="2027-06-01")
    agree(firm, title="Open")
    assert (waits(), waits("Lea")) == (["Soon"], [])
    do(change_record, firm["Olga"], AGREEMENTS, soon, {"is_archived": True}, version=1)
    assert waits() == []


def test_a_scope_that_outlives_its_agreement_says_so(firm: Firm) -> None:
    agreement_id = agree(firm, ends_on="2026-12-31")
    sow_id = a_draft(firm, head=replace(HEAD, agreement_id=agreement_id))

    def told(ends_on: date | None) -> str:
        with db.reading() as session:
            one = sow(sow_id)
            one.ends_on = ends_on
            return agreement_words(one, session.get(Agreement, agreement_id), date(2026, 12, 5))

    assert "but this scope goes on until 31 Mar 2027" in told(HEAD.ends_on)
    assert "but this scope has no end" in told(None)
    assert told(date(2026, 12, 31)) == "“Framework agreement” ends on 31 Dec 2026."


def test_a_deliverable_changes_with_the_draft_and_not_after(firm: Firm) -> None:
    sow_id = a_draft(firm, deliverables=(DeliverableInput("Report"),))
    before = sow(sow_id).version
    made = do(create_record, firm["Olga"], DELIVERABLES, {"sow_id": sow_id, "title": "Handbook"})
    assert made.position == 2
    assert sow(sow_id).version == before + 1
    with pytest.raises(Problems) as early:
        do(change_record, firm["Olga"], DELIVERABLES, made.id, {"due_on": "2026-01-01"}, version=1)
    assert list(early.value.fields) == ["due_on"]
    do(delete_deliverable, firm["Olga"], made.id)
    do(send_sow, firm["Olga"], sow_id)
    with db.reading() as session:
        left = session.exec(select(Deliverable)).one()
    for act in (
        lambda: do(change_record, firm["Olga"], DELIVERABLES, left.id, {"title": "Other"}, version=1),
        lambda: do(create_record, firm["Olga"], DELIVERABLES, {"sow_id": sow_id, "title": "Late"}),
        lambda: do(delete_deliverable, firm["Olga"], left.id),
    ):
        with pytest.raises(Conflict, match="only a draft can be changed"):
            act()


def test_a_part_of_a_fee_gets_another_day_in_its_order(firm: Firm) -> None:
    sow_id = a_draft(firm, lines=(by_dates(),))
    with db.reading() as session:
        first, second = session.exec(select(FeePart).order_by(FeePart.position)).all()
    given = {"version": 1, "title": "Kick-off"}
    with pytest.raises(Invalid, match="back and forth"):
        do(change_fee_part, firm["Olga"], first.id, due_on=date(2027, 12, 31), **given)
    changed = do(change_fee_part, firm["Olga"], first.id, due_on=second.due_on, **given)
    assert (changed.title, changed.due_on, changed.version) == ("Kick-off", second.due_on, 2)
    with pytest.raises(Stale):
        do(change_fee_part, firm["Olga"], first.id, due_on=second.due_on, **given)
    do(send_sow, firm["Olga"], sow_id)
    with pytest.raises(Conflict):
        do(change_fee_part, firm["Olga"], second.id, version=1, title="", due_on=second.due_on)
