"""What client work has earned: time as approved within the cap, fixed lines by progress."""

from datetime import date

import pytest

from psa_app import db
from psa_app.models import SowLine
from psa_app.queries.exchange import exchange
from psa_app.queries.projects.contracts import contracts
from psa_app.queries.projects.earned import earned
from psa_app.queries.projects.periods import periods
from psa_app.queries.projects.planned import planned_from, still_to_come
from psa_app.queries.projects.worked import worked
from psa_app.rules.money import Money
from psa_app.services.contracts.inputs import Head, LineInput
from psa_app.services.invoices.deposits import ask_deposit
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.edit import add_line
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.invoices.void import void_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.planning.book import create_booking
from tests.services.expense_world import category, spend, spent
from tests.support.world import FRI, MON, TUE, WED, World, ask, do, sign

TODAY = date(2026, 11, 23)
OCTOBER = date(2026, 10, 14)
COST = 5555  # an hour of anyone


def figures(world: World, project: str = "Checkout", *, standard: bool = False):
    def read(session):
        at, fx = periods(TODAY), exchange(session)
        plan = still_to_come(planned_from(session, world["Olga"], TODAY))
        work = worked(session, at, standard=standard)
        found = earned(session, at, fx, contracts(session), work, plan)
        return {one.contract.project_id: one for one in found}[world.projects[project]]

    return ask(read)


def draft(world: World, client: str = "Northwind", until: date = TODAY):
    return do(draft_invoice, world["Fred"], account_id=world.clients[client], until=until)


def issued(world: World, client: str = "Northwind", until: date = TODAY):
    return do(issue_invoice, world["Fred"], draft(world, client, until).id)


def estimate(world: World, line: str, minutes: int) -> None:
    with db.unit_of_work() as session:
        session.get_one(SowLine, world.lines[line]).estimate_minutes = minutes


def test_approved_time_is_earned_in_the_month_it_was_worked(world):
    world.worked("Ann", "Build", OCTOBER, 60)
    world.worked("Ann", "Build", MON, 90)
    world.worked("Ann", "Build", date(2026, 6, 3), 30)
    one = figures(world)
    assert one.recognized == (6_000, 12_000, 18_000)
    assert one.cost == (2_778, 5_555, 8_333)
    assert (one.to_date, one.wip, one.deferred, one.ready) == (36_000, 36_000, 0, 36_000)


def test_time_that_waits_for_approval_neither_earns_nor_costs_yet(world):
    world.worked("Ann", "Build", MON, 60)
    world.log("Ann", "Build", TUE, 120)
    one = figures(world)
    assert (one.to_date, one.cost_to_date) == (12_000, 5_555)
    assert (one.open_seconds, one.open_cost) == (7_200, (0, 0, 11_110))


def test_time_that_nobody_pays_for_costs_at_once(world):
    world.log("Ann", "Travel", MON, 60)
    assert (figures(world).to_date, figures(world).cost_to_date) == (0, 5_555)


def test_what_is_on_a_draft_is_earned_but_no_longer_ready(world):
    world.worked("Ann", "Build", MON, 60)
    draft(world)
    one = figures(world)
    assert (one.to_date, one.drafted, one.ready, one.issued, one.wip) == (12_000, 12_000, 0, 0, 12_000)


def test_what_is_billed_is_no_work_in_progress_until_the_invoice_is_void(world):
    world.worked("Ann", "Build", MON, 60)
    invoice = issued(world)
    one = figures(world)
    assert (one.to_date, one.issued, one.wip, one.ready) == (12_000, 12_000, 0, 0)
    do(void_invoice, world["Fred"], invoice.id, reason="Wrong client")
    one = figures(world)
    assert (one.to_date, one.issued, one.wip, one.ready) == (12_000, 0, 12_000, 12_000)


def test_a_line_by_hand_is_earned_when_it_is_issued(world):
    world.worked("Ann", "Build", MON, 60)
    made = draft(world)
    do(add_line, world["Fred"], made.id, description="Hosting", amount=Money(5_000, "EUR"))
    assert figures(world).to_date == 12_000
    do(issue_invoice, world["Fred"], made.id)
    one = figures(world)
    assert (one.to_date, one.issued, one.wip, one.deferred) == (17_000, 17_000, 0, 0)


def test_a_deposit_is_neither_earned_nor_billed_twice(world):
    asked = {"account_id": world.clients["Northwind"], "sow_id": world.sows["Northwind"]}
    deposit = do(ask_deposit, world["Fred"], **asked, amount=Money(10_000, "EUR"))
    do(issue_invoice, world["Fred"], deposit.id)
    how = {"received_on": TODAY, "method": "bank_transfer"}
    do(record_payment, world["Fred"], deposit.id, amount=Money(12_000, "EUR"), **how)
    one = figures(world)
    assert (one.to_date, one.issued, one.wip, one.deferred) == (0, 0, 0, 0)
    world.worked("Ann", "Build", MON, 60)
    made = issued(world)
    assert made.net_minor == 2_000
    one = figures(world)
    assert (one.to_date, one.issued, one.wip, one.deferred) == (12_000, 12_000, 0, 0)


def test_time_beyond_the_cap_is_not_earned_and_told(world):
    with db.unit_of_work() as session:
        session.get_one(SowLine, world.lines["Engineering"]).cap_minor = 18_000
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Build", TUE, 60)
    one = figures(world)
    assert (one.to_date, one.ready, one.over_cap_seconds) == (18_000, 18_000, 1_800)


def test_another_currency_is_earned_at_the_rate_of_its_month_and_billed_at_the_invoices(world):
    world.worked("Ann", "Advise", MON, 60)
    assert figures(world, "Data").to_date == 18_000
    issued(world, "Kestrel")
    one = figures(world, "Data")
    assert (one.to_date, one.issued, one.wip) == (18_000, 18_000, 0)


def test_a_fixed_line_without_an_estimate_is_earned_by_its_accepted_milestones(world):
    world.log("Ann", "Fixed", MON, 600)
    assert figures(world).to_date == 0
    world.accept("Prototype")
    one = figures(world)
    assert (one.to_date, one.recognized, one.ready) == (300_000, (0, 0, 300_000), 300_000)


def test_a_fixed_line_with_an_estimate_is_earned_by_the_time_on_it(world):
    estimate(world, "Launch", 6_000)
    world.log("Ann", "Fixed", OCTOBER, 600)
    world.log("Ann", "Fixed", MON, 900)
    one = figures(world)
    assert one.recognized == (0, 50_000, 75_000)
    assert not one.held


def test_a_milestone_billed_ahead_of_the_work_is_deferred(world):
    estimate(world, "Launch", 6_000)
    world.log("Ann", "Fixed", MON, 600)
    world.accept("Prototype")
    issued(world)
    one = figures(world)
    assert (one.to_date, one.issued, one.wip, one.deferred) == (50_000, 300_000, 0, 250_000)


def test_bookings_beyond_the_estimate_slow_a_fixed_line_down(world):
    estimate(world, "Launch", 1_200)
    world.log("Ann", "Fixed", MON, 600)
    assert figures(world).to_date == 250_000
    do(
        create_booking,
        world["Lea"],
        project_id=world.projects["Checkout"],
        person_id=world.people["Ann"],
        task_id=world.tasks["Fixed"],
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 31),
        mode="total",
        total_minutes=1_400,
    )
    assert figures(world).to_date == 150_000


def test_with_estimate_and_bookings_used_up_a_fixed_line_holds_and_is_flagged(world):
    estimate(world, "Launch", 600)
    world.log("Ann", "Fixed", OCTOBER, 300)
    world.log("Ann", "Fixed", MON, 420)
    one = figures(world)
    assert (one.recognized, one.held) == ((0, 250_000, 0), True)


def test_a_line_whose_milestones_are_all_accepted_is_earned_in_full(world):
    estimate(world, "Launch", 6_000)
    world.log("Ann", "Fixed", MON, 600)
    world.accept("Prototype")
    world.accept("Release")
    assert figures(world).to_date == 500_000


def test_a_loss_to_come_is_a_cost_at_once(world):
    """5,000.00 for 200 h at 55.55: 11,110.00 of cost, so 6,110.00 are lost whatever the month."""
    estimate(world, "Launch", 12_000)
    world.log("Ann", "Fixed", MON, 600)
    one = figures(world)
    assert one.to_date - one.cost_to_date == 500_000 - 200 * COST
    assert one.provision == one.cost_to_date - 10 * COST


def test_a_lead_reads_the_roles_standard_cost_and_never_a_persons(world):
    world.worked("Ann", "Build", MON, 60)
    assert figures(world).cost_to_date == 5_555
    assert figures(world, standard=True).cost_to_date == 5_000


@pytest.mark.parametrize("minutes", [7, 8, 15, 16])
def test_what_is_ready_is_what_the_draft_then_bills(world, minutes):
    world.worked("Ann", "Build", MON, minutes)
    world.worked("Ben", "Design", WED, minutes)
    ready = figures(world).ready
    assert draft(world).net_minor == ready


def test_unpriced_time_is_counted(world):
    from psa_app.models import Rate

    with db.unit_of_work() as session:
        for rate in session.exec(Rate.__table__.select()):  # type: ignore[attr-defined]
            session.delete(session.get_one(Rate, rate.id))
    world.log("Ann", "Build", FRI, 60)
    assert figures(world).unpriced == 1


def test_the_fee_of_a_period_is_earned_by_its_days_and_deferred_till_then(world):
    line = LineInput("Hosting", "subscription", value=Money(31_000, "EUR"))
    head = Head("Hosting", date(2026, 10, 15))
    with db.unit_of_work() as session:
        sow_id = sign(session, world, "Northwind", "Nina", head, (line,))
    assert hosting(world, sow_id).ready == 62_000
    issued(world)
    one = hosting(world, sow_id)
    assert one.recognized == (0, 17_000, 14_000 + 9_300)  # to 31 October, to 23 November
    assert (one.issued, one.wip, one.deferred, one.ready) == (62_000, 0, 62_000 - 40_300, 0)


def hosting(world: World, sow_id: int):
    def read(session):
        at, fx = periods(TODAY), exchange(session)
        found = earned(session, at, fx, contracts(session), worked(session, at), {})
        return {one.contract.key: one for one in found}[-sow_id]

    return ask(read)


def test_projects_without_a_scope_keep_their_bills_apart(world):
    """Two of one client's projects on one invoice: each has its own line."""
    from psa_app.models import Rate
    from psa_app.services.projects.make import create_project
    from psa_app.services.projects.tasks import create_task
    from psa_app.services.projects.team import add_member

    for number, name in enumerate(("Hosting", "Support"), 1):
        project = do(create_project, world["Lea"], name=name, account_id=world.clients["Northwind"])
        world.projects[name] = project.id
        world.tasks[name] = do(create_task, world["Lea"], project_id=project.id, name="Work").id
        do(add_member, world["Lea"], project.id, person_id=world.people["Ann"])
        with db.unit_of_work() as session:
            session.add(
                Rate(
                    level="project",
                    project_id=project.id,
                    currency="EUR",
                    amount_minor=number * 1_000,
                    valid_from=date(2026, 1, 1),
                )
            )
        world.worked("Ann", name, date(2026, 6, 3), 60)
    issued(world)
    for number, name in enumerate(("Hosting", "Support"), 1):
        one = figures(world, name)
        assert (one.recognized, one.issued, one.wip) == ((number * 1_000, 0, 0), number * 1_000, 0)


def test_an_expense_stands_on_both_sides_and_a_pass_through_earns_nothing_more(world):
    plain, marked = category("Travel"), category("Hosting", markup_ppm=100_000)
    spent(world, 10_000, category_id=plain)
    spent(world, 10_000, "USD", category_id=marked)
    spent(world, 3_000, category_id=plain, is_billable=False)
    spend(world, 7_000, category_id=plain)
    one = figures(world)
    assert one.recognized == (0, 0, 19_900)
    assert (one.cost, one.ready, one.wip) == ((0, 0, 22_000), 19_900, 19_900)
    issued(world)
    two = figures(world)
    assert (two.recognized, two.cost) == (one.recognized, one.cost)
    assert (two.ready, two.wip, two.deferred, two.issued) == (0, 0, 0, 19_900)
