"""Home: each figure by its definition, from rows that anyone may follow, and only for who may see it."""

from datetime import date
from fractions import Fraction

import pytest

from psa_app.errors import Forbidden
from psa_app.queries.home.firm import firm_home
from psa_app.queries.home.lead import lead_home
from psa_app.services.invoices.draft import draft_invoice
from psa_app.services.invoices.issue import issue_invoice
from psa_app.services.payments.record import record_payment
from psa_app.services.people.leave import approve_leave, request_leave
from psa_app.services.planning.book import create_booking
from psa_app.services.projects.make import change_project, set_project_status
from psa_app.services.time.submit import submit_week
from tests.support.world import MON, TUE, WED, World, ask, do, row

TODAY = date(2026, 11, 23)
OCTOBER = date(2026, 10, 14)
NET = 15 * 480 + 480  # a person from 1 to 23 November 2026: sixteen working days


def home(world: World, by: str = "Olga"):
    return ask(firm_home, world[by])


def issue(world: World, day: date, client: str = "Northwind", until: date | None = None):
    made = do(draft_invoice, world["Fred"], account_id=world.clients[client], until=until or day)
    return do(issue_invoice, world["Fred"], made.id, issued_on=day)


def pay(world: World, invoice, amount: int, day: date) -> None:
    from psa_app.rules.money import Money

    do(
        record_payment,
        world["Fred"],
        invoice_id=invoice.id,
        amount=Money(amount, invoice.currency),
        received_on=day,
    )


# Utilization


def test_utilization_is_billable_time_by_net_capacity_of_everyone_up_to_today(world):
    world.log("Ann", "Build", MON, 480)
    world.log("Ben", "Design", TUE, 240)
    world.log("Ben", "Travel", WED, 240)
    month = home(world).use.months[-1]
    assert (month.month, month.billable, month.capacity) == (202611, 720, 5 * NET)
    assert month.share == Fraction(720, 5 * NET)


def test_a_teams_utilization_is_a_sum_over_a_sum_and_no_mean(world):
    asked = do(request_leave, world["Ann"], starts_on=date(2026, 11, 2), ends_on=date(2026, 11, 20))
    do(approve_leave, world["Olga"], asked.id)
    world.log("Ann", "Build", TODAY, 480)
    use = home(world).use
    assert {one.name: one.share for one in use.people}["Ann Test"] == 1
    assert use.months[-1].share == Fraction(480, 4 * NET + 480)


def test_thirteen_months_are_shown_and_the_last_ends_today(world):
    world.log("Ann", "Build", OCTOBER, 60)
    world.log("Ann", "Build", date(2026, 11, 24), 60)
    months = home(world).use.months
    assert [one.month for one in months] == [202511, 202512, *range(202601, 202612)]
    assert [one.billable for one in months[-2:]] == [60, 0]
    assert months[0].share is None


# Margin


def test_margin_compares_this_month_with_the_whole_month_before(world):
    world.worked("Ann", "Build", OCTOBER, 60)
    world.worked("Ann", "Build", MON, 120)
    world.log("Ann", "Travel", MON, 60)
    margin = home(world).margin
    assert (margin.recognized, margin.cost) == (24_000, 16_665)
    assert (margin.share, margin.last) == (
        Fraction(24_000 - 16_665, 24_000),
        Fraction(12_000 - 5_555, 12_000),
    )


def test_the_project_that_takes_most_off_the_margin_is_named(world):
    world.worked("Ann", "Build", MON, 120)
    world.log("Ann", "Travel", MON, 120)
    world.worked("Ann", "Advise", TUE, 60)
    margin = home(world).margin
    heaviest, points = margin.heaviest()
    assert heaviest.name == "Checkout"
    assert points == Fraction(18_000 - 5_555, 18_000) - margin.share


def test_time_not_approved_yet_stands_beside_the_margin(world):
    world.worked("Ann", "Build", MON, 60)
    world.log("Ann", "Build", TUE, 60)
    margin = home(world).margin
    assert margin.share == Fraction(12_000 - 5_555, 12_000)
    assert (margin.open_cost, margin.open_seconds) == (5_555, 3_600)
    assert margin.with_open == Fraction(12_000 - 11_110, 12_000)


def test_without_revenue_there_is_no_margin_to_show(world):
    world.log("Ann", "Travel", MON, 60)
    margin = home(world).margin
    assert (margin.share, margin.heaviest()) == (None, None)


# Unbilled, overdue, cash


def test_unbilled_work_says_how_much_of_it_can_be_billed_now(world):
    world.worked("Ann", "Build", MON, 60)
    world.worked("Ann", "Advise", MON, 60)
    do(draft_invoice, world["Fred"], account_id=world.clients["Kestrel"], until=TODAY)
    found = home(world)
    assert (found.wip, found.ready, found.drafted) == (30_000, 12_000, 18_000)
    assert [one.contract.name for one in found.unbilled] == ["Data", "Checkout"]


def test_what_is_not_paid_after_its_day_is_overdue_until_it_is_paid(world):
    world.worked("Ann", "Build", date(2026, 9, 1), 60)
    invoice = issue(world, date(2026, 9, 30))
    found = home(world).overdue
    assert [(one.number, one.base, one.days_over) for one in found] == [(invoice.number, 14_400, 24)]
    pay(world, invoice, 4_400, date(2026, 11, 20))
    assert [one.base for one in home(world).overdue] == [10_000]
    pay(world, invoice, 10_000, date(2026, 11, 20))
    assert home(world).owed == ()


def test_an_open_invoice_is_expected_when_due_until_the_client_has_shown_when_they_pay(world):
    world.worked("Ann", "Build", date(2026, 9, 1), 60)
    world.worked("Ann", "Build", date(2026, 11, 5), 60)
    first = issue(world, date(2026, 9, 30))
    issue(world, date(2026, 11, 9))
    pay(world, first, 4_400, date(2026, 10, 10))
    assert [one.day for one in home(world).cash.items] == [TODAY, date(2026, 12, 9)]
    pay(world, first, 10_000, date(2026, 11, 13))
    second = home(world).cash.items[0]
    assert (second.day, second.why) == (date(2026, 12, 23), "usually pays after 44 days")


def test_cash_puts_invoices_and_planned_bills_into_thirteen_weeks_with_tax(world):
    world.worked("Ann", "Build", date(2026, 11, 5), 60)
    issue(world, date(2026, 11, 9))
    world.worked("Ann", "Build", MON, 60)
    cash = home(world).cash
    assert (len(cash.weeks), cash.weeks[0].monday) == (13, MON.replace(day=23))
    by_week = {
        one.monday: (one.invoiced, one.scheduled) for one in cash.weeks if one.invoiced or one.scheduled
    }
    assert by_week == {date(2026, 12, 7): (14_400, 0), date(2026, 12, 28): (0, 14_400)}
    assert cash.total == 28_800


def test_booked_hours_become_cash_at_the_rate_they_will_have(world):
    inputs = {"project_id": world.projects["Checkout"], "person_id": world.people["Ann"], "percent": 50}
    day = {"starts_on": date(2026, 12, 1), "ends_on": date(2026, 12, 2)}
    do(create_booking, world["Lea"], **inputs, **day)
    do(create_booking, world["Lea"], **inputs, **day, is_tentative=True)
    cash = home(world).cash
    assert [(one.kind, one.day, one.amount) for one in cash.items] == [
        ("plan", date(2027, 1, 30), 115_200),
        ("tentative", date(2027, 1, 30), 115_200),
    ]
    assert (cash.total, cash.tentative) == (115_200, 115_200)


def test_a_cap_limits_what_booked_hours_can_bring(world):
    from psa_app import db
    from psa_app.models import SowLine

    with db.unit_of_work() as session:
        session.get_one(SowLine, world.lines["Engineering"]).cap_minor = 100_000
    do(
        create_booking,
        world["Lea"],
        project_id=world.projects["Checkout"],
        person_id=world.people["Ann"],
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 11),
    )
    assert home(world).cash.total == 120_000


def test_amounts_without_an_exchange_rate_are_told_and_not_guessed(world):
    from psa_app import db
    from psa_app.models import ExchangeRate

    world.worked("Ann", "Advise", MON, 60)
    with db.unit_of_work() as session:
        session.connection().execute(ExchangeRate.__table__.delete())  # type: ignore[attr-defined]
    found = home(world)
    assert (found.wip, found.no_rate) == (0, ("USD",))


# Projects and decisions


def budget(world: World, minutes: int, **changes) -> None:
    from psa_app.models import Project

    project = row(Project, world.projects["Checkout"])
    do(
        change_project,
        world["Lea"],
        project.id,
        version=project.version,
        name=project.name,
        lead_id=project.lead_id,
        budget_minutes=minutes,
        **changes,
    )


def standing(world: World):
    return next(one for one in home(world).projects if one.name == "Checkout")


def test_a_project_over_its_hours_is_over_budget_and_stands_first(world):
    budget(world, 60)
    world.log("Ann", "Travel", MON, 90)
    first = home(world).projects[0]
    assert (first.name, first.state, first.used) == ("Checkout", "over_budget", Fraction(3, 2))
    assert first.why == "0:30 more than the budget."


def test_a_project_with_more_booked_than_left_is_low_on_hours(world):
    budget(world, 600)
    world.log("Ann", "Build", MON, 300)
    assert standing(world).state == "on_track"
    do(
        create_booking,
        world["Lea"],
        project_id=world.projects["Checkout"],
        person_id=world.people["Ann"],
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 1),
    )
    assert (standing(world).state, standing(world).planned) == ("hours_low", 480)


def test_a_project_past_its_end_is_late_and_a_closed_one_is_not_shown(world):
    budget(world, 6_000, starts_on=date(2026, 1, 1), ends_on=date(2026, 11, 20))
    assert standing(world).state == "late"
    do(set_project_status, world["Lea"], world.projects["Checkout"], status="closed")
    assert [one.name for one in home(world).projects] == ["Data"]


def test_a_project_that_uses_its_hours_faster_than_its_time_is_at_risk(world):
    budget(world, 1_000, starts_on=date(2026, 11, 16), ends_on=date(2026, 12, 16))
    world.log("Ann", "Build", MON, 480)
    assert standing(world).state == "at_risk"


def test_a_project_that_costs_more_than_it_earns_is_off_track(world):
    world.worked("Ann", "Build", MON, 60)
    world.log("Ann", "Travel", TUE, 120)
    assert standing(world).state == "off_track"


def test_what_waits_is_listed_for_who_decides_it(world):
    world.log("Ann", "Build", MON, 450)
    do(submit_week, world["Ann"], week=202647)
    do(request_leave, world["Ben"], starts_on=date(2026, 12, 21), ends_on=date(2026, 12, 23))
    world.worked("Ben", "Advise", TUE, 60)
    do(draft_invoice, world["Fred"], account_id=world.clients["Kestrel"], until=TODAY)
    kinds = {name: sorted(one.kind for one in ask(firm_home, world[name]).waits) for name in ("Olga", "Fred")}
    assert kinds == {"Olga": ["draft", "leave", "time"], "Fred": ["draft", "leave", "time"]}
    assert [(one.kind, one.title) for one in ask(lead_home, world["Lea"]).waits] == [("time", "Ann Test")]
    week = next(one for one in home(world).waits if one.kind == "time")
    assert week.beside == "Week 47, 16–22 Nov 2026, 7:30"


# Who sees what


@pytest.mark.parametrize("who", ["Lea", "Ann", "Nina"])
def test_the_firms_figures_are_for_owner_and_finance_only(world, who):
    with pytest.raises(Forbidden):
        home(world, who)
    assert home(world, "Fred").facts.currency == "EUR"


def test_a_lead_sees_own_projects_at_standard_cost_and_no_others(world):
    world.worked("Ann", "Build", MON, 60)
    budget(world, 600)
    with_other_lead(world, "Data", "Ben")
    found = ask(lead_home, world["Lea"])
    assert [one.name for one in found.projects] == ["Checkout"]
    assert found.projects[0].margin == Fraction(12_000 - 5_000, 12_000)


def with_other_lead(world: World, name: str, lead: str) -> None:
    from psa_app.models import Project

    project = row(Project, world.projects[name])
    do(
        change_project,
        world["Olga"],
        project.id,
        version=project.version,
        name=name,
        lead_id=world.people[lead],
    )


@pytest.mark.parametrize("who", ["Ann", "Nina"])
def test_a_leads_home_is_for_leads(world, who):
    with pytest.raises(Forbidden):
        ask(lead_home, world[who])


def test_a_leads_home_shows_the_load_of_the_own_team(world):
    do(
        create_booking,
        world["Lea"],
        project_id=world.projects["Checkout"],
        person_id=world.people["Ann"],
        starts_on=date(2026, 11, 23),
        ends_on=date(2026, 11, 27),
        percent=60,
    )
    plan = ask(lead_home, world["Lea"]).plan
    assert {one.name for one in plan.rows} == {"Lea Test", "Ann Test", "Ben Test"}
    ann = next(one for one in plan.rows if one.name == "Ann Test")
    assert [load.share() for load in ann.loads[:2]] == [Fraction(3, 5), 0]
