"""Sending a scope, and the client's answer: the signed text never changes."""

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from psa_app import db
from psa_app.access import system
from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, PsaError
from psa_app.models import Account, Contact, History, Role
from psa_app.models import Firm as FirmRow
from psa_app.queries.contracts.terms import read_text
from psa_app.queries.contracts.text import agreed_text, sow_text
from psa_app.services.contracts.accept import accept_sow, decline_sow
from psa_app.services.contracts.send import send_sow, take_back_sow
from psa_app.services.contracts.write import change_sow
from psa_app.services.identity.portal_links import GONE, open_portal_link
from tests.services.contract_world import (
    HEAD,
    Firm,
    a_draft,
    a_sent,
    a_signed,
    accept,
    by_time,
    fixed,
    mails,
    make_firm,
    signatures,
    sow,
)
from tests.services.time_world import TODAY, ask, do, past
from tests.support.prepared import prepared

firm = prepared(make_firm)


def link_of(mail: dict[str, Any]) -> str:
    return str(mail["path"]).removeprefix("/open/")


def test_those_who_may_sign_get_a_mail_with_a_link_of_their_own(firm: Firm) -> None:
    sow_id = a_sent(firm)
    (mail,) = mails("sow_to_accept")
    assert (mail["to"], mail["reply_to"]) == (["nora@northwind.example"], "olga@example.com")
    assert mail["values"]["valid_until"] == "23 Dec 2026"
    opened = ask(open_portal_link, link_of(mail))
    assert (opened.document, opened.document_id, opened.actor.contact_id) == (
        "sow",
        sow_id,
        firm.contacts["Nora"],
    )
    assert past(sow_id, "sow") == ["created", "sent"]


def test_who_is_named_gets_it_too(firm: Firm) -> None:
    a_sent(firm, contact_ids=(firm.contacts["Rolf"], firm.contacts["Nora"], firm.contacts["Rolf"]))
    assert [mail["to"] for mail in mails("sow_to_accept")] == [
        ["rolf@northwind.example"],
        ["nora@northwind.example"],
    ]


def test_sending_fixes_the_text_and_signs_for_the_firm(firm: Firm) -> None:
    sow_id = a_sent(firm)
    (firms,) = signatures("sow", sow_id)
    assert (firms.side, firms.name, firms.user_id) == ("firm", "Olga Test", firm["Olga"].user_id)
    assert firms.text_hash == sow(sow_id).text_hash == hashlib.sha256(firms.text.encode()).hexdigest()
    assert json.loads(firms.text)["open_until"] == "2026-12-23"


@pytest.mark.parametrize(
    ("lines", "field", "words"),
    [
        ((), "lines", "Add at least one line"),
        ("unpriced", "lines.1.rates", "has no rate"),
    ],
)
def test_what_cannot_be_billed_is_not_sent(firm: Firm, lines: Any, field: str, words: str) -> None:
    given = (fixed(), by_time(firm, rates=())) if lines == "unpriced" else lines
    sow_id = a_draft(firm, lines=given)
    with pytest.raises(Invalid, match=words) as caught:
        do(send_sow, firm["Olga"], sow_id)
    assert (caught.value.field, sow(sow_id).status, mails()) == (field, "draft", [])


def test_a_letter_that_no_font_has_is_told_before_sending(firm: Firm) -> None:
    sow_id = a_draft(firm, head=replace(HEAD, title="Checkout 日本"))
    with pytest.raises(Invalid, match="日"):
        do(send_sow, firm["Olga"], sow_id)
    assert sow(sow_id).status == "draft"


def test_it_is_sent_to_someone_who_may_sign(firm: Firm) -> None:
    sow_id = a_draft(firm)
    with pytest.raises(Invalid, match="Mark a contact of this client as approver"):
        do(send_sow, firm["Olga"], sow_id, contact_ids=(firm.contacts["Rolf"],))


def test_another_clients_contact_is_not_chosen(firm: Firm) -> None:
    sow_id = a_draft(firm)
    with pytest.raises(Invalid, match="contacts of this client"):
        do(send_sow, firm["Olga"], sow_id, contact_ids=(firm.contacts["Kim"],))
    assert mails() == []


def test_an_offer_is_open_from_today_to_half_a_year(firm: Firm) -> None:
    sow_id = a_draft(firm)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=181)):
        with pytest.raises(Invalid) as caught:
            do(send_sow, firm["Olga"], sow_id, valid_until=day)
        assert caught.value.field == "valid_until"
    do(send_sow, firm["Olga"], sow_id, valid_until=TODAY)
    assert sow(sow_id).valid_until == TODAY


def test_the_link_lives_as_long_as_the_offer(firm: Firm, clock: Any) -> None:
    a_sent(firm, valid_until=TODAY + timedelta(days=90))
    token = link_of(mails("sow_to_accept")[0])
    clock.forward(days=90)
    assert ask(open_portal_link, token).document == "sow"
    clock.forward(days=3)
    with pytest.raises(NotFound, match="expired"):
        ask(open_portal_link, token)


def test_the_clients_signature_keeps_who_when_where_and_which_text(firm: Firm, clock: Any) -> None:
    sow_id = a_sent(firm)
    clock.forward(hours=2)
    accept(firm, "Nora", sow_id, name=" Nora N. Client ", title="Head of digital")
    signed = sow(sow_id)
    firms, clients = signatures("sow", sow_id)
    assert (signed.status, signed.signed_at) == ("signed", clock())
    assert (clients.name, clients.title, clients.email) == (
        "Nora N. Client",
        "Head of digital",
        "nora@northwind.example",
    )
    assert (clients.at, clients.address, clients.agent) == (clock(), "198.51.100.23", "Firefox")
    assert (clients.contact_id, clients.side) == (firm.contacts["Nora"], "client")
    assert clients.text == firms.text
    assert hashlib.sha256(clients.text.encode()).hexdigest() == clients.text_hash == signed.text_hash


def test_both_sides_get_the_hash_by_mail(firm: Firm) -> None:
    sow_id = a_signed(firm)
    to = {mail["to"][0]: mail for mail in mails("sow_accepted")}
    assert set(to) == {"nora@northwind.example", "olga@example.com"}
    assert {mail["values"]["document_hash"] for mail in to.values()} == {sow(sow_id).text_hash}
    assert to["olga@example.com"]["path"] == f"/sows/{sow_id}"
    opened = ask(open_portal_link, link_of(to["nora@northwind.example"]))
    assert (opened.document, opened.document_id) == ("sow", sow_id)


def test_the_holder_of_the_mails_link_signs_without_a_sign_in(firm: Firm) -> None:
    sow_id = a_sent(firm)
    who = ask(open_portal_link, link_of(mails("sow_to_accept")[0]), "203.0.113.9", "Safari").actor
    do(accept_sow, who, sow_id, text_hash=sow(sow_id).text_hash, name="Nora", agrees=True)
    evidence = signatures("sow", sow_id)[1]
    assert (evidence.address, evidence.agent, evidence.contact_id) == (
        "203.0.113.9",
        "Safari",
        firm.contacts["Nora"],
    )
    with db.reading() as session:
        last = session.exec(select(History).where(History.verb == "signed").order_by(col(History.id))).all()[
            -1
        ]
    assert (last.via, last.actor) == ("portal", "Nora Client")


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"agrees": False}, "agrees"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"title": "x" * 121}, "title"),
    ],
)
def test_a_half_filled_signature_is_refused_beside_its_field(
    firm: Firm, inputs: dict[str, Any], field: str
) -> None:
    sow_id = a_sent(firm)
    with pytest.raises(Invalid) as caught:
        accept(firm, "Nora", sow_id, **inputs)
    assert (caught.value.field, sow(sow_id).status, len(signatures("sow", sow_id))) == (field, "sent", 1)


def test_a_scope_is_accepted_once(firm: Firm) -> None:
    sow_id = a_signed(firm)
    with pytest.raises(Conflict, match="already been accepted"):
        accept(firm, "Nora", sow_id)
    with pytest.raises(Conflict, match="already been accepted"):
        do(decline_sow, firm["Nora"], sow_id, reason="Too late")
    assert len(signatures("sow", sow_id)) == 2


def test_a_contact_who_may_not_sign_reads_but_does_not_agree(firm: Firm) -> None:
    sow_id = a_sent(firm)
    with pytest.raises(Forbidden, match="someone else at your company"):
        accept(firm, "Rolf", sow_id)
    with pytest.raises(Forbidden):
        do(decline_sow, firm["Rolf"], sow_id, reason="No")
    assert sow(sow_id).status == "sent"


def test_another_clients_scope_is_not_found(firm: Firm) -> None:
    sow_id = a_sent(firm)
    with pytest.raises(NotFound):
        accept(firm, "Kim", sow_id)
    with pytest.raises(NotFound):
        do(decline_sow, firm["Kim"], sow_id, reason="No")


def test_a_draft_is_not_found_by_the_client(firm: Firm) -> None:
    sow_id = a_draft(firm)
    with pytest.raises(NotFound):
        accept(firm, "Nora", sow_id)


def test_a_link_signs_its_own_scope_only(firm: Firm) -> None:
    a_sent(firm)
    other = a_sent(firm)
    who = ask(open_portal_link, link_of(mails("sow_to_accept")[0])).actor
    with pytest.raises(NotFound):
        do(accept_sow, who, other, text_hash=sow(other).text_hash, name="Nora", agrees=True)


def test_someone_who_left_the_client_signs_nothing(firm: Firm) -> None:
    sow_id = a_sent(firm)
    token = link_of(mails("sow_to_accept")[0])
    with db.unit_of_work() as session:
        session.get_one(Contact, firm.contacts["Nora"]).is_archived = True
    with pytest.raises(NotFound):
        accept(firm, "Nora", sow_id)
    with pytest.raises(NotFound):
        ask(open_portal_link, token)


def test_an_offer_that_has_run_out_is_not_signed(firm: Firm, clock: Any) -> None:
    sow_id = a_sent(firm, valid_until=date(2026, 11, 25))
    clock.forward(days=2)
    assert accept_is_possible_on(firm, sow_id)
    clock.forward(days=1)
    with pytest.raises(Conflict, match="was open until 25 Nov 2026"):
        accept(firm, "Nora", sow_id)


def accept_is_possible_on(firm: Firm, sow_id: int) -> bool:
    with pytest.raises(Invalid) as caught:
        accept(firm, "Nora", sow_id, agrees=False)
    return caught.value.field == "agrees"


def test_the_second_tab_with_the_old_text_does_not_sign_the_new_one(firm: Firm) -> None:
    sow_id = a_sent(firm)
    seen = sow(sow_id).text_hash
    do(take_back_sow, firm["Olga"], sow_id)
    do(change_sow, firm["Olga"], sow_id, version=sow(sow_id).version, head=HEAD, lines=(fixed(),))
    do(send_sow, firm["Olga"], sow_id)
    with pytest.raises(Conflict, match="has changed since you opened it"):
        accept(firm, "Nora", sow_id, text_hash=seen)
    assert sow(sow_id).status == "sent"


def test_what_is_taken_back_is_out_of_the_clients_sight_and_its_links_end(firm: Firm) -> None:
    sow_id = a_sent(firm)
    token = link_of(mails("sow_to_accept")[0])
    do(take_back_sow, firm["Olga"], sow_id)
    assert (sow(sow_id).status, sow(sow_id).text_hash) == ("draft", "")
    with pytest.raises(NotFound) as caught:
        ask(open_portal_link, token)
    assert caught.value.sentence == GONE
    with pytest.raises(NotFound):
        accept(firm, "Nora", sow_id, text_hash="")


def test_a_scope_that_was_sent_again_keeps_both_of_the_firms_signatures(firm: Firm) -> None:
    sow_id = a_sent(firm)
    do(take_back_sow, firm["Olga"], sow_id)
    do(change_sow, firm["Olga"], sow_id, version=sow(sow_id).version, head=HEAD, lines=(fixed(),))
    do(send_sow, firm["Olga"], sow_id)
    first, second = signatures("sow", sow_id)
    assert first.text_hash != second.text_hash == sow(sow_id).text_hash
    assert len(mails("sow_to_accept")) == 2


def test_no_is_said_with_a_reason_that_reaches_the_sender(firm: Firm) -> None:
    sow_id = a_sent(firm)
    with pytest.raises(Invalid) as caught:
        do(decline_sow, firm["Nora"], sow_id, reason=" ")
    assert caught.value.field == "reason"
    do(decline_sow, firm["Nora"], sow_id, reason="Too dear.\nPlease without the prototype.")
    assert (sow(sow_id).status, sow(sow_id).decline_reason[:9]) == ("declined", "Too dear.")
    (mail,) = mails("sow_declined")
    assert (mail["to"], mail["values"]["declined_by"]) == (["olga@example.com"], "Nora Client")
    with pytest.raises(Conflict, match="has been declined"):
        accept(firm, "Nora", sow_id)
    do(take_back_sow, firm["Olga"], sow_id)
    assert sow(sow_id).status == "draft"


def test_a_signed_scope_is_neither_changed_nor_taken_back(firm: Firm) -> None:
    sow_id = a_signed(firm)
    text = ask(agreed_text, sow(sow_id))
    version = sow(sow_id).version
    acts: tuple[Any, ...] = (
        lambda: do(change_sow, firm["Olga"], sow_id, version=version, head=HEAD, lines=()),
        lambda: do(take_back_sow, firm["Olga"], sow_id),
        lambda: do(send_sow, firm["Olga"], sow_id),
        lambda: do(change_sow, system(), sow_id, version=version, head=HEAD, lines=()),
    )
    for attempt in acts:
        with pytest.raises(PsaError):
            attempt()
    assert (sow(sow_id).status, sow(sow_id).version) == ("signed", version)
    assert ask(sow_text, sow(sow_id)) == text == ask(agreed_text, sow(sow_id))


def test_a_new_name_of_firm_client_or_role_leaves_the_signed_text_alone(firm: Firm) -> None:
    sow_id = a_sent(firm)
    text = ask(agreed_text, sow(sow_id))
    with db.unit_of_work() as session:
        session.exec(select(FirmRow)).one().legal_name = "Harbour Studio AG"
        session.get_one(Account, firm.northwind).legal_name = "Northwind SE"
        session.get_one(Role, firm.role("Engineer")).name = "Developer"
    accept(firm, "Nora", sow_id)
    assert signatures("sow", sow_id)[1].text == text
    assert read_text(text).lines[0].rates[0].role == "Engineer"
