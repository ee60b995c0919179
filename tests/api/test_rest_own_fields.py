"""REST: a firm's own fields in lists, records, files and the description of the API."""

from typing import Any

import pytest

from psa_app import db
from psa_app.services.lowcode.fields import create_field
from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import Api
from tests.support.world import World
from tests.support.world_fixtures import *  # noqa: F403


@pytest.fixture
def own(firm: World) -> None:
    with db.unit_of_work() as session:

        def make(label: str, kind: str = "accounts", **how: Any) -> None:
            create_field(session, firm["Olga"], kind=kind, label=label, **how)

        make("Region", type="choice", choices=["North", "South"])
        make("Seats", type="number")
        make("Worth", type="money", seen_by=["finance"])
        make("Since", type="date")
        make("Phase", kind="projects", type="text")


def fields_of(answer: Any) -> list[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return [one["field"] for one in answer.json()["fields"]]


@pytest.mark.usefixtures("own")
def test_own_fields_are_written_read_listed_and_exported_without_a_restart(api: Api) -> None:
    olga = api("Olga")
    body = {
        "name": "Osprey",
        "currency": "DKK",
        "own_region": "South",
        "own_seats": -3,
        "own_worth": {"amount": 500, "currency": "DKK"},
        "own_since": "2024-05-01",
    }
    made = olga.post("/accounts", body)
    assert made.status_code == 201, made.text
    one = made.json()
    assert {name: one[name] for name in body} == body
    listed = olga.get("/accounts?own_region=South&sort=-own_seats").json()["data"]
    assert [row["name"] for row in listed] == ["Osprey"]
    changed = olga.patch(f"/accounts/{one['id']}", {"own_region": "", "own_seats": None, "version": 1})
    assert (changed.json()["own_region"], changed.json()["own_seats"]) == ("", None)
    assert "Since" in olga.get("/accounts.csv").text.splitlines()[0]
    assert "own_worth" not in api("Lea").get(f"/accounts/{one['id']}").json()


@pytest.mark.usefixtures("own")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("own_region", "West"),
        ("own_seats", "3"),
        ("own_worth", 5),
        ("own_worth", {"amount": 5, "currency": "USD"}),
        ("own_since", "2024-02-30"),
        ("own_colour", "red"),
    ],
)
def test_a_wrong_own_value_is_a_problem_with_its_field(api: Api, name: str, value: Any) -> None:
    answer = api("Olga").post("/accounts", {"name": "Osprey", name: value})
    assert answer.status_code == 422
    assert [one.split(".")[0] for one in fields_of(answer)] == [name]


@pytest.mark.usefixtures("own")
def test_own_fields_of_a_record_that_acts_write_are_changed_with_it(api: Api) -> None:
    olga = api("Olga")
    project = olga.get("/projects?limit=1").json()["data"][0]
    path = f"/projects/{project['id']}"
    alone = olga.patch(path, {"own_phase": "Build", "version": project["version"]})
    assert (alone.status_code, alone.json()["own_phase"]) == (200, "Build")
    both = olga.patch(path, {"own_phase": "Test", "name": "New", "version": alone.json()["version"]})
    assert (both.json()["own_phase"], both.json()["name"]) == ("Test", "New")
    stale = olga.patch(path, {"own_phase": "X", "version": 1})
    assert stale.status_code == 409
    assert api("Ann").patch(path, {"own_phase": "X", "version": 1}).status_code == 403


@pytest.mark.usefixtures("own")
def test_the_description_tells_own_fields_to_those_who_see_them(api: Api) -> None:
    def told(who: str) -> tuple[set[str], set[str]]:
        document = api(who).get("/openapi.json").json()
        schemas = document["components"]["schemas"]
        seen = {name for name in schemas["Account"]["properties"] if name.startswith("own_")}
        return seen, set(schemas["AccountCreate"]["properties"]) & {"own_region", "own_worth"}

    assert told("Olga") == (
        {"own_region", "own_seats", "own_worth", "own_since"},
        {"own_region", "own_worth"},
    )
    assert told("Lea") == ({"own_region", "own_seats", "own_since"}, {"own_region"})
    assert told("") == told("Nina") == (set(), set())
    document = api("Olga").get("/openapi.json").json()
    assert "accounts.own_region" in document["components"]["parameters"]
    assert "own_phase" in document["components"]["schemas"]["ProjectsChange"]["properties"]


@pytest.mark.usefixtures("own")
def test_saved_views_tell_what_they_show_but_not_by_what_is_hidden_from_the_reader(api: Api) -> None:
    olga, lea = api("Olga"), api("Lea")
    for name, filters in (("North", {"own_region": "North"}), ("Worthy", {"own_worth__from": "100"})):
        body = {"kind": "accounts", "name": name, "is_shared": True, "filters": filters}
        made = olga.post("/saved_views", body | {"columns": ["name", "own_worth"], "sort": "-name"})
        assert made.status_code == 201, made.text
    own = olga.get("/saved_views").json()["data"]
    assert [one["query"]["filters"] for one in own] == [{"own_region": "North"}, {"own_worth__from": "100"}]
    north = {"q": "", "sort": "-name", "columns": ["name"], "filters": {"own_region": "North"}}
    assert [one["query"] for one in lea.get("/saved_views").json()["data"]] == [north, None]
    assert lea.get(f"/saved_views/{own[0]['id']}").json()["query"] == north
    assert api("Nina").get("/saved_views").status_code == 403
