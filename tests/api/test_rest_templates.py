"""REST: templates are made, read, used and ticked off by acts; phases and RAID by their declaration."""

from psa_app.models import ChangeOrder
from tests.api.rest_world import *  # noqa: F403
from tests.api.rest_world import Api
from tests.support.world import World, row
from tests.support.world_fixtures import *  # noqa: F403

ITEMS = {"items": [{"title": "Kick-off with {client}", "due_on": "3 working days"}]}


def test_a_checklist_is_written_begun_and_ticked_off(api: Api, firm: World) -> None:
    made = api("Olga").post("/templates", {"kind": "onboarding", "name": "Start", "body": ITEMS})
    assert made.status_code == 201, made.text
    template = made.json()["id"]
    laid = api("Lea").post(f"/templates/{template}/lay_out", {"starts_on": "2026-11-23"})
    assert laid.json() == {
        "items": [{"title": "Kick-off with {client}", "due_on": "2026-11-26", "owner_id": None}]
    }
    begun = api("Lea").post(
        f"/templates/{template}/start_onboarding",
        {"account_id": firm.clients["Northwind"], "starts_on": "2026-11-23"},
    )
    (item,) = begun.json()
    assert (item["title"], item["due_on"]) == ("Kick-off with Northwind", "2026-11-26")
    ticked = api("Lea").post(f"/checklist_items/{item['id']}/tick")
    assert ticked.json()["done_by"] == firm["Lea"].name
    listed = api("Lea").get(f"/checklist_items?account_id={firm.clients['Northwind']}")
    assert [one["id"] for one in listed.json()["data"]] == [item["id"]]


def test_a_wrong_field_of_a_template_is_named(api: Api) -> None:
    refused = api("Olga").post(
        "/templates", {"kind": "project", "name": "P", "body": {"tasks": [{"name": ""}]}}
    )
    assert refused.status_code == 422
    assert "tasks.0.name" in refused.text


def test_a_project_from_a_template_has_its_phases_and_raid(api: Api) -> None:
    body = {
        "phases": [{"name": "Discover", "tasks": [{"name": "Interviews", "due_on": "5w"}]}],
        "raid": [{"kind": "risk", "title": "Access comes late"}],
    }
    template = api("Olga").post("/templates", {"kind": "project", "name": "P", "body": body}).json()["id"]
    made = api("Lea").post(
        f"/templates/{template}/make_project", {"name": "Audit", "starts_on": "2026-11-23"}
    )
    assert made.status_code == 200, made.text
    project = made.json()["id"]
    (phase,) = api("Lea").get(f"/phases?project_id={project}").json()["data"]
    (task,) = api("Lea").get(f"/tasks?project_id={project}").json()["data"]
    assert (phase["name"], task["phase_id"], task["due_on"]) == ("Discover", phase["id"], "2026-11-30")
    (risk,) = api("Lea").get(f"/raid_items?project_id={project}").json()["data"]
    closed = api("Lea").patch(
        f"/raid_items/{risk['id']}", {"is_closed": True}, **{"If-Match": f'"{risk["version"]}"'}
    )
    assert closed.json()["is_closed"] is True
    other = api("Lea").post("/project_milestones", {"project_id": 999_999, "name": "M"})
    assert other.status_code == 422


def test_a_template_and_a_change_order_are_changed_in_part(api: Api, firm: World) -> None:
    """What is not given stays, also where it is a list or an object."""
    made = api("Olga").post("/templates", {"kind": "onboarding", "name": "Start", "body": ITEMS}).json()
    changed = api("Olga").patch(f"/templates/{made['id']}", {"name": "Begin", "version": made["version"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "Begin")
    deltas = [{"kind": "hours", "line_id": firm.lines["Engineering"], "to": 600}]
    given = {"title": "More", "effective_on": "2026-12-01", "deltas": deltas}
    order = api("Lea").post(f"/change_orders/{firm.sows['Northwind']}/draft", given).json()
    renamed = api("Lea").patch(
        f"/change_orders/{order['id']}", {"title": "Less", "version": order["version"]}
    )
    assert (renamed.status_code, renamed.json()["title"]) == (200, "Less")
    assert row(ChangeOrder, order["id"]).deltas == deltas
