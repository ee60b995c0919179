"""The client's own approval of time: asked, approved, refused, passed over in silence; and the gate."""

from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound
from psa_app.models import Contact, Evidence, TimeRequestLine
from psa_app.queries.evidence import evidence_pack
from psa_app.queries.invoices.open_work import open_work
from psa_app.queries.invoices.preview import preview_draft
from psa_app.queries.time.with_client import with_client
from psa_app.services.identity.portal_links import open_portal_link
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.time.approve import approve_entries
from psa_app.services.time.client_answer import (
    approve_by_silence,
    approve_request,
    note_accepted,
    refuse_request,
)
from psa_app.services.time.client_ask import ask_all, ask_client
from psa_app.services.time.lock import lock_time
from psa_app.services.time.log import delete_entry
from psa_app.services.time.reject import unapprove_entries
from tests.services.client_time_world import approved, asked, delivered, lines, make_client_firm, request
from tests.services.contract_world import Firm, mails
from tests.services.time_world import MON, THU, TODAY, TUE, WED, ask, do, entry, past
from tests.support.prepared import prepared

firm = prepared(make_client_firm)


def draft(firm: Firm) -> Any:
    return do(draft_invoice, firm["Fred"], account_id=firm.northwind, until=TODAY)


def open_hours(firm: Firm, held: str) -> int:
    work = ask(open_work, firm.northwind, TODAY, held=held)
    seconds: int = sum(one.seconds for entries in work.time.values() for one in entries)
    return seconds // 3600


def test_time_that_the_client_approves_waits_for_them_and_is_not_billed(firm: Firm) -> None:
    approved(firm, MON, TUE)
    assert (open_hours(firm, "with"), open_hours(firm, "only"), open_hours(firm, "without")) == (2, 2, 0)
    with pytest.raises(Conflict, match="waits for the client"):
        draft(firm)
    (found,) = ask(with_client)
    assert (found.account, found.seconds, found.entries, found.asked, found.worth) == (
        "Northwind",
        7200,
        2,
        0,
        30000,
    )
    said = [
        one.sentence
        for one in ask(preview_draft, firm["Fred"], account_id=firm.northwind, until=TODAY).missing
    ]
    assert any("wait for the client" in one and "€300.00" in one for one in said), said


def test_asking_makes_one_request_a_scope_and_a_mail_with_a_link_for_each_approver(firm: Firm) -> None:
    approved(firm, MON, TUE)
    one = request(asked(firm))
    assert (one.status, one.first_day, one.last_day, one.seconds) == ("open", MON, TUE, 7200)
    (mail,) = mails("time_to_approve")  # Rolf may only read
    assert mail["to"] == ["nora@northwind.example"]
    assert (mail["values"]["time"], mail["values"]["silence"]) == ("2:00 h", "5 days")
    opened = do(open_portal_link, mail["path"].rsplit("/", 1)[-1])
    assert (opened.document, opened.document_id, opened.actor.role) == ("time_request", one.id, "client")
    with pytest.raises(Conflict, match="Nothing new"):
        asked(firm)
    assert do(ask_all) == 0


def test_the_night_asks_for_what_nobody_has_asked_for(firm: Firm) -> None:
    approved(firm, MON)
    assert do(ask_all) == 1
    approved(firm, TUE, who="Ben")
    assert do(ask_all) == 1
    assert len(mails("time_to_approve")) == 2


def test_without_an_approver_nobody_is_asked(firm: Firm) -> None:
    approved(firm)

    def nobody(session: Any) -> None:
        session.get_one(Contact, firm.contacts["Nora"]).is_approver = False

    do(nobody)
    with pytest.raises(Invalid, match="Mark a contact"):
        asked(firm)
    assert do(ask_all) == 0


def test_what_the_client_approves_can_be_billed(firm: Firm) -> None:
    ids = approved(firm, MON, TUE)
    request_id = asked(firm)
    do(approve_request, firm["Nora"], request_id, entry_ids=(ids[0],))
    assert request(request_id).status == "open"
    assert draft(firm).net_minor == 15000
    do(approve_request, firm["Nora"], request_id)
    one = request(request_id)
    assert (one.status, one.decided_by, one.address) == ("approved", "Nora Client", "198.51.100.23")
    assert draft(firm).net_minor == 15000
    assert "approved by the client" in past(ids[0])


def test_a_refusal_sends_time_back_with_the_clients_words(firm: Firm) -> None:
    ids = approved(firm, MON, TUE)
    request_id = asked(firm)
    with pytest.raises(Invalid, match="Fill"):
        do(refuse_request, firm["Nora"], request_id, reason=" ", entry_ids=(ids[1],))
    do(refuse_request, firm["Nora"], request_id, reason="We had no meeting.", entry_ids=(ids[1],))
    back = entry(ids[1])
    assert (back.status, back.reject_reason, back.client_approved_at) == ("draft", "We had no meeting.", None)
    assert entry(ids[0]).status == "approved"
    assert lines(request_id) == {ids[0]: "open", ids[1]: "refused"}
    (told,) = mails("time_rejected")
    assert (told["to"], told["values"]["reason"]) == (["ann@example.com"], "We had no meeting.")
    (lead,) = mails("time_refused")
    assert (lead["to"], lead["values"]["time"]) == (["lea@example.com"], "1:00 h")
    with pytest.raises(Conflict):
        do(refuse_request, firm["Nora"], request_id, reason="Again", entry_ids=(ids[1],))
    do(approve_request, firm["Nora"], request_id)
    assert request(request_id).status == "refused"


def test_the_clients_word_counts_in_a_locked_period(firm: Firm) -> None:
    (one,) = approved(firm)
    request_id = asked(firm)
    do(lock_time, firm["Fred"], through=THU)
    do(refuse_request, firm["Nora"], request_id, reason="Not ours.")
    assert (entry(one).status, request(request_id).status) == ("draft", "refused")


def test_an_approval_taken_back_takes_the_question_back(firm: Firm) -> None:
    ids = approved(firm, MON, TUE)
    request_id = asked(firm)
    do(unapprove_entries, firm["Lea"], entry_ids=(ids[0],))
    assert lines(request_id) == {ids[0]: "withdrawn", ids[1]: "open"}
    do(approve_request, firm["Nora"], request_id)
    do(unapprove_entries, firm["Lea"], entry_ids=(ids[1],))
    assert entry(ids[1]).client_approved_at is None
    do(approve_entries, firm["Lea"], entry_ids=tuple(ids))
    assert set(lines(asked(firm)).values()) == {"open"}


def test_a_request_of_which_all_is_taken_back_is_withdrawn(firm: Firm) -> None:
    ids = approved(firm)
    request_id = asked(firm)
    do(unapprove_entries, firm["Lea"], entry_ids=tuple(ids))
    assert request(request_id).status == "withdrawn"
    with pytest.raises(Conflict, match="answered already"):
        do(approve_request, firm["Nora"], request_id)


def hear(clock: Any, days: int) -> int:
    clock.forward(days=days)
    do(note_accepted)
    return do(approve_by_silence)  # type: ignore[no-any-return]


def test_silence_counts_from_the_day_on_which_the_mail_was_accepted(firm: Firm, clock: Any) -> None:
    approved(firm, MON, TUE)
    request_id = asked(firm)
    assert hear(clock, 30) == 0  # no mail server has taken it yet
    delivered(request_id)
    assert hear(clock, 5) == 0
    assert hear(clock, 1) == 2
    one = request(request_id)
    assert (one.status, one.decided_by) == ("silent", "")
    assert draft(firm).net_minor == 30000


def test_a_refused_address_does_not_start_the_silence(firm: Firm, clock: Any) -> None:
    approved(firm)
    delivered(asked(firm), error="The mail server did not take nora@northwind.example.")
    assert hear(clock, 30) == 0


def test_each_answer_is_bound_into_the_chain_of_evidence(firm: Firm) -> None:
    ids = approved(firm, MON, TUE, WED)
    request_id = asked(firm)
    do(refuse_request, firm["Nora"], request_id, reason="No.", entry_ids=(ids[0],))
    do(approve_request, firm["Nora"], request_id)

    def kept(session: Any) -> list[tuple[str, str]]:
        found = session.exec(
            select(Evidence).where(Evidence.kind == "time_request").order_by(col(Evidence.position))
        )
        return [(one.act, one.content) for one in found]

    (refused, why), (agreed, said) = ask(kept)
    assert (refused, agreed) == ("declined", "approved")
    assert '"reason":"No."' in why
    assert "198.51.100.23" in said
    assert '"seconds":7200' in said
    assert request(request_id).text_hash in said
    assert "time_request" in ask(evidence_pack, firm["Olga"], firm.northwind)
    assert '"time_request"' not in ask(evidence_pack, firm["Olga"], firm.world.accounts["Kestrel"])


def test_only_an_approver_of_the_client_answers(firm: Firm) -> None:
    approved(firm)
    request_id = asked(firm)
    for act, inputs in ((approve_request, {}), (refuse_request, {"reason": "No"})):
        with pytest.raises(NotFound):
            do(act, firm["Kim"], request_id, **inputs)
        with pytest.raises(Forbidden, match="someone else at your company"):
            do(act, firm["Rolf"], request_id, **inputs)
        for who in ("Olga", "Lea"):
            with pytest.raises(Forbidden):
                do(act, firm[who], request_id, **inputs)
    with pytest.raises(Forbidden):
        do(ask_client, firm["Nora"], account_id=firm.northwind)
    with pytest.raises(Forbidden):
        do(ask_client, firm["Ann"], account_id=firm.northwind)


def test_refused_time_can_be_deleted_and_what_was_said_stays(firm: Firm) -> None:
    (one,) = approved(firm)
    request_id = asked(firm)
    do(refuse_request, firm["Nora"], request_id, reason="Not ours.")
    do(delete_entry, firm["Ann"], one)
    with db.reading() as session:
        (line,) = session.exec(select(TimeRequestLine)).all()
    assert (line.entry_id, line.status, line.reason, line.seconds) == (None, "refused", "Not ours.", 3600)


def test_no_entry_named_never_means_all_of_them(firm: Firm) -> None:
    approved(firm, MON, TUE)
    request_id = asked(firm)
    with pytest.raises(Invalid, match="Tick the entries"):
        do(approve_request, firm["Nora"], request_id, entry_ids=())
    with pytest.raises(Invalid, match="Tick the entries"):
        do(refuse_request, firm["Nora"], request_id, reason="No", entry_ids=())
    assert set(lines(request_id).values()) == {"open"}
