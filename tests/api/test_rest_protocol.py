"""REST: what HTTP and JSON bring that no service ever sees."""

from typing import Any

import httpx
import pytest

from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import BASE, Api
from tests.support.world import World, rows
from tests.support.world_fixtures import *  # noqa: F403

JSON = "application/json"


def raw(api: Api, body: bytes, kind: str = JSON, path: str = "/roles") -> Any:
    headers = {"Authorization": f"Bearer {api.tokens['Olga']}", "Content-Type": kind}
    return api.client.post(BASE + path, content=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"name": "\xff"}', 400),
        (b'{"name": NaN}', 400),
        (b'{"name": -Infinity}', 400),
        (b'{"name": "a", "name": "b"}', 400),
        (b"[" * 100_000, 400),
        (b'"text"', 422),
        (b"[]", 422),
        (b"null", 422),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"a\\u0000b": 1}', 422),
        (b'{"name": ' + b'{"a":' * 20 + b"1" + b"}" * 20 + b"}", 422),
        (b'{"standard_cost": {"amount": 1e308, "currency": "EUR"}, "name": "x"}', 422),
        (b'{"standard_cost": {"amount": 1.5, "currency": "EUR"}, "name": "x"}', 422),
        (b'{"standard_cost": {"amount": ' + b"9" * 5000 + b', "currency": "EUR"}, "name": "x"}', 422),
        (b'{"name": "' + b"x" * 200_000 + b'"}', 422),
        (b'{"name": "' + b"x" * 1_100_000 + b'"}', 413),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_at_once(api: Api, body: bytes, status: int) -> None:
    answer = raw(api, body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].endswith(".")


def test_a_whole_number_may_be_written_with_a_point(api: Api) -> None:
    made = raw(api, b'{"name": "Chef", "standard_cost": {"amount": 8600.0, "currency": "EUR"}}')
    assert made.json()["standard_cost"] == {"amount": 8600, "currency": "EUR"}


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
def test_anything_but_json_is_refused(api: Api, kind: str) -> None:
    assert raw(api, b'{"name": "Chef"}', kind).status_code == 415


def test_an_empty_body_is_an_empty_object(api: Api, firm: World) -> None:
    from psa_app.models import Invoice

    draft = next(one.id for one in rows(Invoice, status="draft"))
    assert raw(api, b"", "", f"/invoices/{draft}/discard").status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/accounts", "GET, POST"),
        ("PUT", "/accounts/1", "GET, PATCH"),
        ("PATCH", "/accounts", "GET, POST"),
        ("GET", "/invoices/1/issue", "POST"),
        ("POST", "/invoices/1", "GET, PATCH"),
        ("POST", "/openapi.json", "GET"),
        ("OPTIONS", "/history", "GET"),
    ],
)
def test_a_method_that_an_address_does_not_know_is_told_which_it_does(
    api: Api, method: str, path: str, allow: str
) -> None:
    answer = api("Olga").send(method, path)
    assert answer.status_code == 405
    assert [one for one in answer.headers["allow"].split(", ") if one != "HEAD"] == allow.split(", ")
    assert answer.json()["status"] == 405


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/accounts/x",
        "/accounts/-1",
        "/accounts/1.5",
        "/accounts/" + "9" * 400,
        "/invoices/1/burn",
        "/accounts/1/../2",
        "/users/set_theme",
        "/tokens/make",
        "/firm/setup",
        "/payments/intend",
    ],
)
def test_unknown_and_hidden_addresses_answer_alike(api: Api, path: str) -> None:
    answer = api.client.post(BASE + path, json={}, headers={"Authorization": f"Bearer {api.tokens['Olga']}"})
    assert answer.status_code in (404, 405)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("record_id", [0, 2**31, 2**63 - 1, 10**17])
def test_an_id_that_no_record_can_have_is_not_found(api: Api, record_id: int) -> None:
    assert api("Olga").get(f"/accounts/{record_id}").status_code == 404
    assert api("Olga").patch(f"/accounts/{record_id}", {"version": 1}).status_code == 404


def test_an_error_that_nobody_foresaw_says_nothing_of_itself(api: Api, monkeypatch: Any, caplog: Any) -> None:
    from psa_app.api.rest import handlers

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("secret detail\nsecond line")

    monkeypatch.setattr(handlers, "page_of_records", broken)
    answer = api("Olga").get("/accounts")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert any("secret detail\\nsecond line" in record.getMessage() for record in caplog.records)


def test_a_locked_database_asks_to_try_again(api: Api, monkeypatch: Any) -> None:
    from psa_app.api.rest import handlers
    from psa_app.errors import Busy

    def busy(*_: Any, **__: Any) -> None:
        raise Busy()

    monkeypatch.setattr(handlers, "create_record", busy)
    answer = api("Olga").post("/roles", {"name": "Chef"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")


def test_the_first_request_puts_the_api_together_once(rest_server: str) -> None:
    from psa_app.api.rest.app import create_app

    with httpx.Client(base_url=rest_server) as client:
        assert client.get(f"{BASE}/openapi.json").status_code == 200
        assert client.get(f"{BASE}/", follow_redirects=False).headers["location"] == f"{BASE}/docs"
    assert create_app() is create_app()


@pytest.mark.parametrize(
    "asked", ["sort=", "cursor=", "limit=050", "amount_minor=1", "sort=amount_minor", "sort=-amount_minor"]
)
def test_a_list_takes_only_what_the_document_names(api: Api, asked: str) -> None:
    answer = api("Olga").get(f"/allocations?{asked}")
    assert answer.status_code == 422
    assert answer.json()["detail"]
