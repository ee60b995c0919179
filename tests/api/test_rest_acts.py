"""REST: what is done to records, and that a key makes it happen once."""

import json
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from psa_app import db
from psa_app.access import secrets
from psa_app.api.rest import routes
from psa_app.models import (
    Allocation,
    ApiToken,
    Invoice,
    InvoiceLine,
    Payment,
    RememberedAnswer,
    TimeEntry,
    Timesheet,
    User,
)
from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import Api
from tests.conftest import NOW
from tests.support.servers import serve
from tests.support.world import World, past, row, rows
from tests.support.world_fixtures import *  # noqa: F403

PAID = {"amount": {"amount": 500, "currency": "EUR"}, "received_on": "2026-11-20", "reference": "RF-1"}


def draft_of(client: str, firm: World) -> int:
    return next(one.id for one in rows(Invoice, status="draft") if one.account_id == firm.clients[client])


def issued_of(client: str, firm: World) -> int:
    return next(one.id for one in rows(Invoice, status="issued") if one.account_id == firm.clients[client])


def test_a_week_is_submitted_and_approved_by_acts(api: Api, firm: World) -> None:
    handed_in = api("Ann").post("/timesheets/submit", {"week": 202647})
    assert handed_in.status_code == 200, handed_in.text
    sheet = handed_in.json()["timesheet_id"]
    approved = api("Lea").post(f"/timesheets/{sheet}/approve")
    assert approved.status_code == 200
    assert row(TimeEntry, approved.json()["entry_ids"][0]).status == "approved"
    assert len(rows(Timesheet)) >= 1


def test_a_draft_is_issued_and_voided_by_acts(api: Api, firm: World) -> None:
    draft = draft_of("Northwind", firm)
    issued = api("Fred").post(f"/invoices/{draft}/issue", {"issued_on": "2026-11-23"})
    assert issued.status_code == 200, issued.text
    assert (issued.json()["status"], issued.json()["issued_on"]) == ("issued", "2026-11-23")
    again = api("Fred").post(f"/invoices/{draft}/issue")
    assert again.status_code == 409
    assert again.json()["detail"].endswith(".")
    voided = api("Fred").post(f"/invoices/{draft}/void", {"reason": "Wrong client"})
    assert (voided.status_code, voided.json()["status"]) == (200, "void")
    assert past("invoice", draft)[-1] == "voided"


def test_an_invoice_is_had_as_pdf_and_as_electronic_invoice(api: Api, firm: World) -> None:
    client = firm.clients["Northwind"]
    changed = api("Fred").patch(f"/accounts/{client}", {"einvoice": "ubl", "version": 1})
    assert changed.status_code == 200, changed.text
    draft = draft_of("Northwind", firm)
    assert api("Fred").get(f"/invoices/{draft}/xml").status_code == 404
    assert api("Fred").post(f"/invoices/{draft}/issue").status_code == 200
    pdf, xml = (api("Fred").get(f"/invoices/{draft}/{name}") for name in ("pdf", "xml"))
    assert (pdf.headers["content-type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    assert (xml.headers["content-type"], b"<cbc:ID>INV-2026" in xml.content) == ("application/xml", True)
    assert api("Ann").get(f"/invoices/{draft}/xml").status_code == 403


def test_a_line_is_credited_by_an_act_and_a_wrong_one_is_named(api: Api, firm: World) -> None:
    draft = draft_of("Northwind", firm)
    assert api("Fred").post(f"/invoices/{draft}/issue").status_code == 200
    line = rows(InvoiceLine, invoice_id=draft)[0]
    wrong = {"lines": [{"line_id": line.id, "minutes": 10_000}], "reason": "Too many hours"}
    refused = api("Fred").post(f"/invoices/{draft}/credit", wrong)
    assert (refused.status_code, refused.json()["fields"][0]["field"]) == (422, "lines.0")
    asked = {"lines": [{"line_id": line.id, "release": True}], "reason": "Too many hours"}
    made = api("Fred").post(f"/invoices/{draft}/credit", asked)
    assert made.status_code == 200, made.text
    told = made.json()
    assert (told["kind"], told["credits_id"], told["credit_reason"]) == (
        "credit_note",
        draft,
        "Too many hours",
    )
    (part,) = rows(InvoiceLine, invoice_id=told["id"])
    assert (part.net_minor, part.credits_line_id, part.release) == (line.net_minor, line.id, True)


def test_an_act_without_an_answer_says_only_that_it_is_done(api: Api, firm: World) -> None:
    draft = draft_of("Kestrel", firm)
    done = api("Fred").post(f"/invoices/{draft}/discard")
    assert (done.status_code, done.content) == (204, b"")
    assert api("Fred").get(f"/invoices/{draft}").status_code == 404


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"amount", "received_on"}),
        (PAID | {"amount": 500}, {"amount"}),
        (PAID | {"amount": {"amount": "500", "currency": "EUR"}}, {"amount.amount"}),
        (PAID | {"amount": {"amount": 500}}, {"amount.currency"}),
        (PAID | {"amount": {"amount": 500, "currency": "EUR", "rate": 2}}, {"amount.rate"}),
        (PAID | {"amount": {"amount": 500, "currency": "CHF"}}, {"amount"}),
        (PAID | {"amount": {"amount": -5, "currency": "EUR"}}, {"amount"}),
        (PAID | {"received_on": "2026-02-30"}, {"received_on"}),
        (PAID | {"received_on": "0001-01-01"}, {"received_on"}),
        (PAID | {"received_on": "9999-12-31"}, {"received_on"}),
        (PAID | {"received_on": 20261120}, {"received_on"}),
        (PAID | {"method": "barter"}, {"method"}),
        (PAID | {"reference": ["RF"]}, {"reference"}),
        (PAID | {"even_if_known": "yes"}, {"even_if_known"}),
        (PAID | {"status": "succeeded"}, {"status"}),
    ],
)
def test_wrong_inputs_are_named_and_nothing_is_booked(
    api: Api, firm: World, body: dict[str, Any], fields: set[str]
) -> None:
    before = len(rows(Payment))
    answer = api("Fred").post(f"/invoices/{issued_of('Northwind', firm)}/record_payment", body)
    assert answer.status_code == 422, answer.text
    assert {one["field"] for one in answer.json()["fields"]} == fields
    assert len(rows(Payment)) == before


def test_the_same_key_gives_the_same_answer_and_books_once(api: Api, firm: World) -> None:
    path = f"/invoices/{issued_of('Northwind', firm)}/record_payment"
    before = len(rows(Payment))
    first = api("Fred").post(path, PAID, Idempotency_Key="k-1")
    second = api("Fred").post(path, PAID, Idempotency_Key="k-1")
    assert first.status_code == second.status_code == 200
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert len(rows(Payment)) == before + 1


def test_a_created_record_is_told_again_with_its_address(api: Api) -> None:
    answers = [api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key="chef") for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert answers[0].headers["etag"] == answers[1].headers["etag"]


def test_a_key_belongs_to_one_request_and_one_user(api: Api, firm: World) -> None:
    assert api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key="k").status_code == 201
    other = api("Olga").post("/roles", {"name": "Cook"}, Idempotency_Key="k")
    assert other.status_code == 422
    assert [one["field"] for one in other.json()["fields"]] == ["Idempotency-Key"]
    elsewhere = api("Olga").post("/tax_numbers", {"country": "AT", "number": "1"}, Idempotency_Key="k")
    assert elsewhere.status_code == 422
    assert api("Fred").post("/roles", {"name": "Cook"}, Idempotency_Key="k").status_code == 201


def test_a_request_that_failed_may_come_again_with_its_key(api: Api, firm: World) -> None:
    path = f"/invoices/{issued_of('Northwind', firm)}/record_payment"
    wrong = PAID | {"amount": {"amount": 0, "currency": "EUR"}}
    assert api("Fred").post(path, wrong, Idempotency_Key="k").status_code == 422
    assert rows(RememberedAnswer) == []
    assert api("Fred").post(path, PAID, Idempotency_Key="k").status_code == 200


def test_while_the_first_is_under_way_the_second_is_told_so(api: Api, firm: World, clock: Any) -> None:
    api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key="k")
    with db.unit_of_work() as session:
        for one in rows(RememberedAnswer):
            session.merge(one).status = 0
    answer = api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key="k")
    assert (answer.status_code, answer.json()["fields"][0]["field"]) == (409, "Idempotency-Key")
    clock.forward(minutes=3)  # its process must have died
    assert api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key="k").status_code == 422
    assert api("Olga").post("/roles", {"name": "Another"}, Idempotency_Key="k").status_code == 201


def test_a_key_is_forgotten_after_a_day(api: Api, clock: Any) -> None:
    assert api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key="k").status_code == 201
    clock.forward(hours=25)
    assert api("Olga").post("/roles", {"name": "Cook"}, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["a b", "x" * 201, "\x7f"])
def test_a_key_that_cannot_be_kept_is_refused(api: Api, key: str) -> None:
    assert api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key=key).status_code == 422


@pytest.mark.slow
def test_two_at_once_with_one_key_book_once(own_database: Any, clock: Any) -> None:
    """On both databases, over real HTTP, eight rounds of two threads."""
    bearer = secrets.new_bearer()
    with db.unit_of_work() as session:
        session.add(User(id=1, email="olga@x.example", name="Olga", role="owner"))
        session.flush()
        session.add(
            ApiToken(token_hash=secrets.kept(bearer), user_id=1, name="t", created_at=NOW, last_used_at=NOW)
        )
    with serve(Starlette(routes=routes)) as address:
        for number in range(8):
            statuses = at_once(address, bearer, f"key-{number}", {"name": f"Role {number}"})
            assert 201 in statuses
            assert set(statuses) <= {201, 409}
            assert at_once(address, bearer, f"key-{number}", {"name": f"Role {number}"}) == [201, 201]
    from psa_app.models import Role

    assert [one.name for one in rows(Role)] == [f"Role {number}" for number in range(8)]


def at_once(address: str, bearer: str, key: str, body: dict[str, Any]) -> list[int]:
    barrier, statuses = Barrier(2), []

    def post() -> None:
        headers = {"Authorization": f"Bearer {bearer}", "Idempotency-Key": key}
        with httpx.Client(base_url=address, timeout=30) as client:
            barrier.wait()
            statuses.append(client.post("/api/v1/roles", json=body, headers=headers).status_code)

    threads = [Thread(target=post) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def test_the_answer_is_kept_with_the_act_or_not_at_all(api: Api, firm: World, monkeypatch: Any) -> None:
    """A crash between the two would lose the answer and book again."""
    from psa_app.services import remembered

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("crash")

    before = len(rows(Payment)), len(rows(Allocation))
    monkeypatch.setattr(remembered, "keep", broken)
    path = f"/invoices/{issued_of('Northwind', firm)}/record_payment"
    assert api("Fred").post(path, PAID, Idempotency_Key="k").status_code == 500
    assert (len(rows(Payment)), len(rows(Allocation))) == before
    monkeypatch.undo()
    assert api("Fred").post(path, PAID, Idempotency_Key="k").status_code == 200


def test_a_remembered_answer_holds_no_token(api: Api) -> None:
    api("Olga").post("/roles", {"name": "Chef"}, Idempotency_Key="k")
    (kept,) = rows(RememberedAnswer)
    assert set(json.loads(kept.body)) == {"headers", "value"}
    assert "psa_" not in kept.body
    assert kept.created_at <= NOW + timedelta(seconds=1)
