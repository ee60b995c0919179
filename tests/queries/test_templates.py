"""The lists of templates, the plan of a project, and whose checklist items wait on Home."""

from datetime import date

from psa_app.queries.projects.plan import project_plan
from psa_app.queries.templates.checklists import checklist, due_items
from psa_app.queries.templates.listing import offers
from psa_app.services.templates.change import archive_template
from psa_app.services.templates.checklist import add_item, tick_item
from psa_app.services.templates.use_project import make_project_from_template
from tests.services.contract_world import Firm, make_firm
from tests.services.test_templates import CHECKLIST, PLAN, a_template
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

TODAY = date(2026, 11, 23)


firm = prepared(make_firm)


def test_templates_say_what_they_hold_and_archived_ones_are_not_offered(firm: Firm) -> None:
    kept, gone = a_template(firm, "project", PLAN), a_template(firm, "onboarding", CHECKLIST, "Old")
    do(archive_template, firm["Olga"], gone)
    holds = "1 phase, 2 tasks, 1 milestone, 1 RAID entry"
    assert ask(offers, firm["Lea"], "project") == [(kept, "Ours", holds)]
    assert ask(offers, firm["Lea"], "onboarding") == []


def test_a_plan_groups_tasks_by_phase_and_knows_the_next_report(firm: Firm) -> None:
    made = do(
        make_project_from_template,
        firm["Lea"],
        a_template(firm, "project", PLAN),
        name="Audit",
        starts_on=date(2026, 11, 2),
    )
    plan = ask(project_plan, firm["Ann"], made.id)
    phase, rest = plan.groups
    assert ([one.name for one in phase.tasks], [one.name for one in phase.points]) == (
        ["Interviews"],
        ["Findings"],
    )
    assert [one.name for one in rest.tasks] == ["Steering"]
    assert (plan.raid, plan.report_first, plan.report_next) == (1, date(2026, 11, 6), date(2026, 11, 27))


def test_my_due_items_wait_on_home_until_they_are_ticked_off(firm: Firm) -> None:
    due = do(add_item, firm["Lea"], account_id=firm.northwind, title="Folder", due_on=TODAY)
    do(add_item, firm["Lea"], account_id=firm.northwind, title="Later", due_on=date(2026, 11, 24))
    do(add_item, firm["Fred"], account_id=firm.northwind, title="Another’s", due_on=TODAY)
    assert [one.title for one in ask(due_items, firm["Lea"], TODAY, 20)] == ["Folder"]
    do(tick_item, firm["Lea"], due.id)
    assert ask(due_items, firm["Lea"], TODAY, 20) == []
    assert len(ask(checklist, firm["Lea"], firm.northwind)) == 3
