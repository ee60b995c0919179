"""The list of projects and a project's page: what each role sees of them."""

from datetime import date
from fractions import Fraction

import pytest

from psa_app.errors import Forbidden, NotFound
from psa_app.queries.projects.detail import burn, head, milestones, recent_time, tasks, team
from psa_app.queries.projects.listing import project_page
from psa_app.queries.projects.standing import project_figures
from psa_app.services.projects.make import create_project, set_project_status
from psa_app.services.projects.tasks import set_task_status
from tests.support.world import MON, TUE, World, ask, do


def listed(world: World, by: str = "Olga", **inputs) -> list[str]:
    return [one.name for one in ask(project_page, world[by], **inputs).rows]


def seconds(world: World, by: str) -> dict[str, int]:
    return {one.name: one.seconds for one in ask(tasks, world[by], world.projects["Checkout"])}


# The list


def test_projects_are_searched_by_name_and_client_and_counted_by_state(world):
    do(create_project, world["Lea"], name="Checkout two", account_id=world.clients["Kestrel"])
    do(set_project_status, world["Lea"], world.projects["Data"], status="closed")
    assert listed(world, text="checkout") == ["Checkout", "Checkout two"]
    assert listed(world, text="northwind checkout") == ["Checkout"]
    page = ask(project_page, world["Olga"], status="closed")
    assert ([one.name for one in page.rows], page.total, page.counts) == (
        ["Data"],
        1,
        {"active": 2, "closed": 1},
    )


@pytest.mark.parametrize("sort", ["name", "client", "lead", "ends", "used"])
def test_every_column_sorts_both_ways(world, sort):
    world.log("Ann", "Build", MON, 60)
    do(create_project, world["Lea"], name="Budget", budget_minutes=600, lead_id=world.people["Ben"])
    up, down = listed(world, sort=sort), listed(world, sort=sort, descending=True)
    assert sorted(up) == sorted(down) == ["Budget", "Checkout", "Data"]
    assert listed(world, sort="used")[0] == "Budget"


def test_a_page_holds_twenty_five(world):
    for number in range(30):
        do(create_project, world["Lea"], name=f"Wave {number:02}")
    assert len(listed(world, text="wave")) == 25
    assert listed(world, text="wave", page=2) == [f"Wave {number}" for number in range(25, 30)]


def test_a_lead_sees_the_standing_of_own_projects_only(world):
    world.worked("Ann", "Build", MON, 60)
    do(create_project, world["Olga"], name="Other", account_id=world.clients["Kestrel"])
    standing = {one.name: one.health for one in ask(project_page, world["Lea"]).rows}
    assert standing["Checkout"].margin == Fraction(7_000, 12_000)
    assert standing["Other"] is None
    assert ask(project_page, world["Olga"]).rows[0].health.margin == Fraction(12_000 - 5_555, 12_000)


def test_a_member_lists_own_projects_with_own_time_and_no_standing(world):
    world.log("Ann", "Build", MON, 60)
    world.log("Ben", "Design", MON, 30)
    do(create_project, world["Olga"], name="Other", account_id=world.clients["Kestrel"])
    rows = ask(project_page, world["Ann"]).rows
    assert [(one.name, one.seconds, one.health) for one in rows] == [
        ("Checkout", 3_600, None),
        ("Data", 0, None),
    ]


def test_a_client_lists_nothing(world):
    with pytest.raises(Forbidden):
        listed(world, "Nina")


# One project


def test_a_project_names_its_client_lead_and_scope(world):
    one = ask(head, world["Lea"], world.projects["Checkout"])
    assert (one.name, one.account, one.lead, one.sow) == (
        "Checkout",
        "Northwind",
        "Lea Test",
        "SOW-001 Checkout",
    )
    assert one.sees_all


def test_a_member_is_not_told_of_the_scope(world):
    one = ask(head, world["Ann"], world.projects["Checkout"])
    assert (one.sow_id, one.sow, one.sees_all) == (None, "", False)
    assert ask(milestones, world["Ann"], world.projects["Checkout"]) == []
    assert {
        (task.line, task.sow_line_id) for task in ask(tasks, world["Ann"], world.projects["Checkout"])
    } == {("", None)}


def test_a_project_outside_the_own_is_not_found(world):
    other = do(create_project, world["Olga"], name="Other", account_id=world.clients["Kestrel"])
    for query in (head, team, recent_time):
        with pytest.raises(NotFound):
            ask(query, world["Ann"], other.id)


def test_time_on_tasks_is_everyones_for_the_lead_and_the_own_for_a_member(world):
    world.log("Ann", "Build", MON, 60)
    world.log("Ben", "Build", MON, 30)
    assert seconds(world, "Lea")["Build"] == 5_400
    assert seconds(world, "Ann")["Build"] == 3_600


def test_open_tasks_stand_before_done_ones(world):
    do(set_task_status, world["Lea"], world.tasks["Build"], status="done")
    names = [one.name for one in ask(tasks, world["Lea"], world.projects["Checkout"])]
    assert names == ["Fixed", "Design", "Travel", "Build"]


def test_the_team_begins_with_the_lead(world):
    world.log("Ben", "Design", MON, 30)
    found = ask(team, world["Lea"], world.projects["Checkout"])
    assert [(one.name, one.role, one.is_lead, one.seconds) for one in found] == [
        ("Lea Test", "Engineer", True, 0),
        ("Ann Test", "Engineer", False, 0),
        ("Ben Test", "Designer", False, 1_800),
    ]


def test_milestones_come_in_their_order_with_their_state(world):
    world.accept("Prototype")
    found = ask(milestones, world["Lea"], world.projects["Checkout"])
    assert [(one.title, one.value, one.status, one.accepted_by) for one in found] == [
        ("Prototype", 300_000, "accepted", "Nina Client"),
        ("Release", 200_000, "planned", ""),
    ]


def test_the_burn_has_every_week_between_the_first_and_the_last(world):
    world.log("Ann", "Build", date(2026, 11, 3), 60)
    world.log("Ann", "Build", MON, 30)
    found = ask(burn, world["Lea"], world.projects["Checkout"], {202649: 600})
    assert [(one.week, one.seconds, one.planned) for one in found] == [
        (202645, 3_600, 0),
        (202646, 0, 0),
        (202647, 1_800, 0),
        (202648, 0, 0),
        (202649, 0, 600),
    ]


def test_recent_time_is_the_latest_that_one_may_see(world):
    world.log("Ann", "Build", MON, 60, "First")
    world.log("Ben", "Design", TUE, 30, "Second")
    notes = {
        name: [one.note for one in ask(recent_time, world[name], world.projects["Checkout"])]
        for name in ("Lea", "Ann")
    }
    assert notes == {"Lea": ["Second", "First"], "Ann": ["First"]}


@pytest.mark.parametrize("who", ["Ann", "Nina"])
def test_figures_are_kept_from_members_and_clients(world, who):
    assert ask(project_figures, world[who], [world.projects["Checkout"]]) == ({}, {})


def test_a_leads_figures_end_at_own_projects(world):
    other = do(create_project, world["Olga"], name="Other", account_id=world.clients["Kestrel"])
    found, _ = ask(project_figures, world["Lea"], [world.projects["Checkout"], other.id])
    assert set(found) == {world.projects["Checkout"]}


def test_a_projects_invoices_are_for_who_may_read_them_with_how_they_stand(world):
    from psa_app.queries.projects.detail import invoices
    from psa_app.rules.money import Money
    from psa_app.services.invoices.draft import draft_invoice
    from psa_app.services.invoices.issue import issue_invoice
    from psa_app.services.payments.record import record_payment

    def states(who: str = "Fred") -> list[str]:
        return [one.state for one in ask(invoices, world[who], world.projects["Checkout"])]

    world.worked("Ann", "Build", date(2026, 10, 1), 60)
    made = do(draft_invoice, world["Fred"], account_id=world.clients["Northwind"], until=date(2026, 10, 2))
    assert states() == ["draft"]
    do(issue_invoice, world["Fred"], made.id, issued_on=date(2026, 10, 2))
    assert states() == ["overdue"]
    do(
        record_payment,
        world["Fred"],
        made.id,
        amount=Money(made.total_minor, "EUR"),
        received_on=date(2026, 11, 20),
    )
    assert states() == ["paid"]
    assert states("Lea") == []
