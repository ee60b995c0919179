"""REST: a file of records, sent as it is or in a form."""

from typing import Any

from psa_app.models import Account, History, ImportRun, Project
from psa_app.resources import RESOURCES
from psa_app.services.imports.runs import next_run, run_import
from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import BASE, Api
from tests.support.world import rows
from tests.support.world_fixtures import *  # noqa: F403

GOOD = "Firma;Stadt\nOsprey;Wien\nHeron;Graz\n"
BAD = "Name,E-mail\nFine,a@b.example\nWrong,nothing\n"


def send(api: Api, kind: str, text: str, query: str = "", **headers: str) -> Any:
    given = {"Authorization": f"Bearer {api.tokens[api.who]}", "Content-Type": "text/csv"} | headers
    return api.client.post(f"{BASE}/{kind}/import{query}", content=text.encode(), headers=given)


def test_a_dry_run_tells_and_the_same_file_is_written_once_for_a_key(api: Api) -> None:
    told = send(api("Fred"), "accounts", GOOD, "?dry_run=true").json()
    assert (told["dry_run"], told["new"], told["columns"]) == (True, 2, {"Firma": "name", "Stadt": "city"})
    assert not [one for one in rows(Account) if one.name == "Osprey"]

    key = {"Idempotency-Key": "once"}
    first, again = (send(api("Fred"), "accounts", GOOD, **key) for _ in range(2))
    assert (first.status_code, first.json()["new"]) == (200, 2)
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert send(api("Fred"), "accounts", GOOD, "?only_good=true", **key).status_code == 422
    assert len(rows(ImportRun, layout="accounts")) == 1
    assert send(api("Fred"), "accounts", GOOD).json()["same"] == 2


def test_one_refused_row_stops_all_and_says_why_unless_the_good_ones_are_wanted(api: Api) -> None:
    refused = send(api("Fred"), "accounts", BAD)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["fields"] == [
        {"field": "line 3, E-mail", "message": "Type an e-mail address such as anna@example.com."}
    ]
    assert not [one for one in rows(Account) if one.name == "Fine"]
    taken = send(api("Fred"), "accounts", BAD, "?only_good=true").json()
    assert (taken["new"], taken["refused"], taken["refused_rows"][0]["line"]) == (1, 1, 3)


def test_a_form_brings_the_file_with_its_mapping_and_what_acts_make_comes_too(api: Api) -> None:
    mapping = '{"Was": "name", "Wer": "account_id"}'
    answer = api.client.post(
        f"{BASE}/projects/import",
        files={"file": ("plan.csv", "Was,Wer\nRebuild,Northwind\n", "text/csv")},
        data={"mapping": mapping},
        headers={"Authorization": f"Bearer {api.tokens['Olga']}", "Idempotency-Key": "form"},
    )
    assert (answer.status_code, answer.json()["new"]) == (200, 1)
    assert [one.name for one in rows(Project) if one.name == "Rebuild"] == ["Rebuild"]
    assert [one.name for one in rows(ImportRun, layout="projects")] == ["plan.csv"]


def test_wrong_options_files_and_types_are_refused_in_a_sentence(api: Api) -> None:
    fred = api("Fred")
    assert send(fred, "accounts", GOOD, "?dry_run=yes").status_code == 422
    assert send(fred, "accounts", GOOD, "?colour=red").status_code == 422
    assert send(fred, "accounts", GOOD, '?mapping={"Nope":"name"}').json()["fields"][0]["field"] == "mapping"
    assert send(fred, "accounts", "").json()["detail"].startswith("The file is empty")
    assert send(fred, "accounts", "{}", **{"Content-Type": "application/json"}).status_code == 415
    assert send(fred, "payouts", GOOD).status_code == 404


def test_hostile_options_of_an_import_are_refused_in_a_sentence_and_kept_as_plain_text(api: Api) -> None:
    def form(data: dict[str, Any], text: str = GOOD) -> Any:
        return api.client.post(
            f"{BASE}/accounts/import",
            files={"file": ("x.csv", text, "text/csv")},
            data=data,
            headers={"Authorization": f"Bearer {api.tokens['Fred']}"},
        )

    for mapping in ("[" * 9_000, '{"a":' * 1_800, '{"\\ud800": "name"}', '{"Firma": NaN}', "[1]"):
        answer = form({"mapping": mapping})
        assert (answer.status_code, answer.json()["fields"][0]["field"]) == (422, "mapping"), mapping[:20]
    assert form({"name": ["a", "b"]}).json()["detail"].startswith("This stands twice")
    assert form({"name": "a\0\r\nforged\u202e"}).status_code == 200
    assert form({}, "Name\nOther\n").status_code == 200
    assert [one.name for one in rows(ImportRun, layout="accounts")] == ["aforged", "x.csv"]
    reasons = {one.reason for one in rows(History, kind="account") if one.via == "api"}
    assert reasons == {"Import of aforged", "Import of x.csv"}


def test_a_strangers_file_is_not_even_taken_apart(api: Api) -> None:
    for sent in ({}, {"Authorization": "Bearer psa_nothing"}):
        headers = {"Content-Type": "multipart/form-data; boundary=b"} | sent
        answer = api.client.post(f"{BASE}/accounts/import", content=b"no form at all", headers=headers)
        assert answer.status_code == 401


MANY = "Name,City\n" + "".join(f"Large {number},Wien\n" for number in range(2001))


def state(api: Api, answer: Any) -> Any:
    """The state of a run, once the worker has done what waits."""
    while run_id := next_run():
        run_import(run_id, RESOURCES["accounts"])
    return get(api, answer.headers["location"])


def get(api: Api, where: str, who: str = "Fred") -> Any:
    return api.client.get(where, headers={"Authorization": f"Bearer {api.tokens[who]}"})


def test_a_large_file_is_begun_once_for_a_key_and_its_state_is_at_its_location(api: Api) -> None:
    key = {"Idempotency-Key": "large"}
    first, again = (send(api("Fred"), "accounts", MANY, **key) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()["state"]) == (202, 202, "waiting")
    assert (first.json()["rows"], again.headers["idempotent-replayed"]) == (2001, "true")
    assert first.headers["location"] == again.headers["location"]
    assert get(api, first.headers["location"]).headers["retry-after"] == "2"
    other = send(api("Fred"), "accounts", MANY + "One more,Graz\n")
    assert (other.status_code, "is under way" in other.text) == (409, True)

    done = state(api, first).json()
    assert (done["state"], done["new"], done["checked"], done["refused_rows"]) == ("done", 2001, 2001, [])
    assert (done["columns"], done["dry_run"]) == ({"Name": "name", "City": "city"}, False)
    assert len([one for one in rows(Account) if one.name.startswith("Large ")]) == 2001
    assert send(api("Fred"), "accounts", MANY, **key).headers["location"] == first.headers["location"]
    assert len(rows(ImportRun, layout="accounts")) == 1


def test_a_large_dry_run_writes_nothing_and_tells_what_is_refused(api: Api) -> None:
    before = len(rows(Account))
    wrong = MANY.replace("Name,City", "Name,City,E-mail") + "Wrong,Graz,nothing\n"
    told = state(api, send(api("Fred"), "accounts", wrong, "?dry_run=true"))
    assert (told.json()["state"], told.json()["dry_run"], told.json()["new"]) == ("done", True, 2001)
    assert told.json()["refused_rows"] == [
        {
            "line": 2003,
            "title": "Wrong",
            "reasons": [{"column": "E-mail", "message": "Type an e-mail address such as anna@example.com."}],
        }
    ]
    file = get(api, str(told.url) + "/refused.csv")
    assert (file.status_code, b"Wrong,Graz,nothing" in file.content) == (200, True)
    assert (get(api, str(told.url), "Ann").status_code, len(rows(Account))) == (403, before)

    failed = state(api, send(api("Fred"), "accounts", wrong)).json()
    assert (failed["state"], len(rows(Account))) == ("failed", before)
    assert (failed["problem"][:37], failed["refused"]) == ("Nothing was imported: 1 row is refuse", 1)
    taken = state(api, send(api("Fred"), "accounts", wrong, "?only_good=true")).json()
    assert (taken["state"], taken["new"], taken["refused"]) == ("done", 2001, 1)


def test_a_large_file_that_cannot_be_mapped_is_refused_at_once(api: Api) -> None:
    answer = send(api("Fred"), "accounts", MANY, "?key=email")
    assert (answer.status_code, rows(ImportRun)) == (422, [])
    assert get(api, f"{BASE}/accounts/import/999").status_code == 404
