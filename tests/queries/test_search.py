"""The palette's search: by every word, in reach only, what begins with the text first."""

import pytest

from psa_app.access import system
from psa_app.errors import Forbidden
from psa_app.queries.search import search
from psa_app.resources import RESOURCES
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.projects.make import create_project, set_project_status
from psa_app.services.records import create_record
from tests.support.world import MON, World, ask, do


def hits(world: World, text: str, by: str = "Olga") -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in ask(search, world[by], text)]


def project(world: World, name: str) -> int:
    return int(do(create_project, world["Lea"], name=name).id)


def test_one_text_finds_records_of_every_kind(world):
    world.worked("Ann", "Build", MON, 60)
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=MON)
    invoice = do(issue_invoice, world["Fred"], made.id)
    assert hits(world, "northwind") == [
        ("clients", "Northwind"),
        ("projects", "Checkout"),
        ("scopes", "Checkout"),
        ("invoices", invoice.number),
        ("contacts", "Nina Client"),
    ]


def test_each_hit_leads_to_its_page(world):
    found = {one.kind: one.href for one in ask(search, world["Olga"], "nina")}
    assert found == {"contacts": f"/clients/{world.clients['Northwind']}"}


def test_numbers_are_found_by_their_end(world):
    assert hits(world, "w-001") == [("scopes", "Checkout")]


def test_all_words_must_be_there_in_any_order(world):
    project(world, "Data migration for the harbour")
    assert hits(world, "harbour data") == [("projects", "Data migration for the harbour")]
    assert hits(world, "harbour cheese") == []


def test_what_begins_with_the_text_stands_before_what_holds_it_and_closed_last(world):
    closed = project(world, "Portal old")
    project(world, "The portal")
    project(world, "Portal new")
    do(set_project_status, world["Lea"], closed, status="closed")
    assert [name for _, name in hits(world, "portal")] == ["Portal new", "The portal", "Portal old"]


def test_signs_of_the_database_stand_for_themselves(world):
    project(world, "Save 20% of it")
    assert hits(world, "20%") == [("projects", "Save 20% of it")]
    assert hits(world, "%%") == []
    assert hits(world, "__") == []


@pytest.mark.parametrize("text", ["", " ", "a", "  x "])
def test_less_than_two_letters_find_nothing(world, text):
    assert hits(world, text) == []


def test_at_most_eight_of_a_kind_are_shown(world):
    for number in range(10):
        project(world, f"Wave {number}")
    assert len(hits(world, "wave")) == 8


def test_a_member_finds_own_projects_only(world):
    project(world, "Checkout secret")  # the firm's own work is open to all
    do(create_project, world["Lea"], name="Kestrel secret", account_id=world.clients["Kestrel"])
    assert hits(world, "secret", "Ann") == [("projects", "Checkout secret")]
    assert hits(world, "northwind", "Ann") == [("projects", "Checkout")]


def test_a_lead_finds_no_invoices(world):
    world.worked("Ann", "Build", MON, 60)
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=MON)
    do(issue_invoice, world["Fred"], made.id)
    assert "invoices" not in {kind for kind, _ in hits(world, "northwind", "Lea")}


def test_a_client_may_not_search_at_all(world):
    with pytest.raises(Forbidden):
        hits(world, "northwind", "Nina")


def test_an_archived_contact_is_not_found(world):
    values = {
        "account_id": world.clients["Kestrel"],
        "name": "Old Hand",
        "email": "old@kestrel.example",
        "is_archived": True,
    }
    do(create_record, system("Set-up", via="cli"), RESOURCES["contacts"], values)
    assert hits(world, "old hand") == []
