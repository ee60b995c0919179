"""Templates: made from what is finished, used for what begins, and who may."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

from psa_app import db
from psa_app.errors import Conflict, Invalid, NotFound, Problems, Stale
from psa_app.models import (
    ChecklistItem,
    Deliverable,
    FeePart,
    Milestone,
    Phase,
    Project,
    ProjectMilestone,
    RaidItem,
    Rate,
    RateModifier,
    Sow,
    SowLine,
    Task,
    Template,
)
from psa_app.queries.templates import sources
from psa_app.services.contracts.send import send_sow
from psa_app.services.projects.make import create_project
from psa_app.services.projects.plan import delete_phase, plan_task, set_reports
from psa_app.services.templates.change import (
    archive_template,
    change_template,
    create_template,
    lay_out_template,
)
from psa_app.services.templates.checklist import (
    add_item,
    change_item,
    remove_item,
    start_onboarding,
    tick_item,
)
from psa_app.services.templates.make import make_template_from
from psa_app.services.templates.use_project import make_project_from_template
from psa_app.services.templates.use_scope import apply_billing, make_scope_from_template
from tests.services.contract_world import Firm, a_draft, a_signed, make_firm, sow
from tests.services.time_world import ask, do, past
from tests.support.prepared import prepared

MON = date(2026, 11, 23)
CHECKLIST = {
    "items": [{"title": "Kick-off with {client}", "due_on": "3w"}, {"title": "Access", "due_on": "1m"}]
}
PLAN = {
    "ends_on": "40w",
    "budget_minutes": 6000,
    "report_every": "weekly",
    "report_on": "4w",
    "phases": [
        {
            "name": "Discover",
            "starts_on": "0w",
            "ends_on": "9w",
            "tasks": [{"name": "Interviews", "starts_on": "1w", "due_on": "5w", "budget_minutes": 600}],
            "milestones": [{"name": "Findings", "due_on": "9w"}],
        }
    ],
    "tasks": [{"name": "Steering", "is_billable": False}],
    "raid": [{"kind": "risk", "title": "Access comes late", "likelihood": "high", "impact": "medium"}],
}


firm = prepared(make_firm)


def of(model: type[SQLModel], **where: Any) -> list[Any]:
    """Rows as they stand, in order."""
    with db.reading() as session:
        return list(session.exec(select(model).filter_by(**where).order_by(model.id)).all())  # type: ignore[attr-defined]


def filled(session: Session, sow_id: int) -> None:
    """Everything that a scope can hold besides what its editor writes today."""
    scope = session.get_one(Sow, sow_id)
    scope.assumptions, scope.renewal = "Nora Client decides; ask nora@northwind.example.", "ask"
    scope.renews_on, scope.notice_days, scope.summary = date(2027, 4, 1), 60, "Work for Northwind."
    scope.purchase_order, scope.receipt_above_minor = "PO 88-310", 2500
    scope.deposit_ppm, scope.bill_at_minutes, scope.bill_at_minor = 300_000, 2400, 500_000
    line = session.exec(select(SowLine).where(SowLine.sow_id == sow_id)).first()
    assert line is not None
    line.rhythm, line.approval, line.silence_days, line.round_increment = "weekly", "client", 5, 6
    session.add(Deliverable(sow_id=sow_id, title="Report", criteria="PDF", due_on=date(2026, 12, 31)))
    session.add(FeePart(sow_line_id=line.id, title="Half", due_on=date(2027, 1, 31), share_ppm=500_000))
    session.add(
        RateModifier(
            sow_line_id=line.id,
            name="Nights",
            factor_ppm=1_500_000,
            currency="EUR",
            valid_from=scope.starts_on,
        )
    )


def a_template(firm: Firm, kind: str, body: dict[str, Any], name: str = "Ours") -> int:
    return int(do(create_template, firm["Olga"], kind=kind, name=name, body=body).id)


def found_in(sow_id: int) -> dict[str, Any]:
    with db.reading() as session:
        return sources.scope_found(session, session.get_one(Sow, sow_id))


def test_a_scope_made_from_a_signed_one_on_its_start_is_the_same(firm: Firm) -> None:
    sow_id = a_signed(firm)
    do(filled, sow_id)
    made = do(make_template_from, firm["Olga"], kind="sow", record_id=sow_id, name="Shop")
    again = do(
        make_scope_from_template,
        firm["Olga"],
        made.id,
        account_id=firm.northwind,
        starts_on=sow(sow_id).starts_on,
    )
    first, second = found_in(sow_id), found_in(int(again.id))
    assert second.pop("assumptions") == "[left out] decides; ask [left out]."
    assert first.pop("assumptions").startswith("Nora")
    assert second == first
    assert again.deposit_minor > 0  # its share of what the lines come to, worked out anew
    assert (again.status, again.purchase_order, again.text_hash) == ("draft", "", "")
    assert {one.status for one in of(Milestone) if one.due_on is None} == {"planned"}


def test_a_scope_template_holds_no_client_and_no_days(firm: Firm) -> None:
    sow_id = a_signed(firm)
    do(filled, sow_id)
    made = do(make_template_from, firm["Olga"], kind="sow", record_id=sow_id, name="Shop")
    told = str(made.body)
    for theirs in ("Northwind", "Nora", "northwind.example", "PO 88", "2026", "2027", "SOW-"):
        assert theirs not in told
    assert made.body["summary"] == "Work for {client}."
    assert made.body["ends_on"] == "4m"
    assert made.body["lines"][0]["rates"][0]["amount_minor"] == 15000


def test_a_scope_template_serves_another_client_from_another_day(firm: Firm) -> None:
    sow_id = a_signed(firm)
    do(filled, sow_id)
    made = do(make_template_from, firm["Olga"], kind="sow", record_id=sow_id, name="Shop")
    kestrel = firm.world.accounts["Kestrel"]
    draft = do(
        make_scope_from_template,
        firm["Olga"],
        made.id,
        account_id=kestrel,
        starts_on=MON,
        title="Kestrel’s shop",
    )
    assert (draft.title, draft.summary, draft.ends_on) == (
        "Kestrel’s shop",
        "Work for Kestrel.",
        date(2027, 3, 22),
    )
    assert draft.currency == "EUR"
    assert {rate.valid_from for rate in of(Rate, currency="EUR") if rate.valid_from == MON} == {MON}
    assert of(FeePart)[-1].due_on == date(2027, 1, 23)


def test_a_draft_from_a_template_can_be_sent(firm: Firm) -> None:
    made = do(make_template_from, firm["Olga"], kind="sow", record_id=a_signed(firm), name="Shop")
    draft = do(make_scope_from_template, firm["Olga"], made.id, account_id=firm.northwind, starts_on=MON)
    assert do(send_sow, firm["Olga"], int(draft.id)).status == "sent"


@pytest.mark.parametrize("kind", ["sow", "billing"])
def test_no_template_is_made_from_a_draft(firm: Firm, kind: str) -> None:
    with pytest.raises(Conflict) as refused:
        do(make_template_from, firm["Olga"], kind=kind, record_id=a_draft(firm), name="X")
    assert "signed" in refused.value.sentence
    assert of(Template) == []


def test_a_name_serves_one_template_of_a_kind(firm: Firm) -> None:
    first = a_template(firm, "onboarding", CHECKLIST, "Start")
    with pytest.raises(Invalid) as refused:
        a_template(firm, "onboarding", CHECKLIST, " start ")
    assert refused.value.field == "name"
    do(archive_template, firm["Olga"], first)
    with pytest.raises(Invalid) as refused:
        a_template(firm, "onboarding", CHECKLIST, "Start")
    assert "archived" in refused.value.sentence
    a_template(firm, "project", {}, "Start")


def test_billing_rules_are_laid_on_a_draft_and_on_nothing_else(firm: Firm) -> None:
    rules = {
        "round_increment": 15,
        "round_mode": "nearest",
        "round_per": "day_task",
        "payment_days": 14,
        "grouping": "task",
        "rhythm": "weekly",
        "approval": "client",
        "silence_days": 7,
    }
    template_id, sow_id = a_template(firm, "billing", rules), a_draft(firm)
    before = sow(sow_id).version
    after = do(apply_billing, firm["Olga"], template_id, sow_id=sow_id)
    assert (after.round_increment, after.round_mode, after.round_per) == (15, "nearest", "day_task")
    assert (after.payment_days, after.grouping, after.version) == (14, "task", before + 1)
    timed, fixed = of(SowLine, sow_id=sow_id)
    assert (timed.rhythm, timed.approval, timed.silence_days) == ("weekly", "client", 7)
    assert (fixed.rhythm, fixed.approval) == ("on_acceptance", "lead")
    assert do(apply_billing, firm["Olga"], template_id, sow_id=sow_id).version == before + 1
    with pytest.raises(Conflict):
        do(apply_billing, firm["Olga"], template_id, sow_id=a_signed(firm))
    with pytest.raises(NotFound):
        do(make_scope_from_template, firm["Olga"], template_id, account_id=firm.northwind, starts_on=MON)


def test_billing_rules_are_made_from_a_signed_scope(firm: Firm) -> None:
    made = do(make_template_from, firm["Fred"], kind="billing", record_id=a_signed(firm), name="Ours")
    assert (made.body["payment_days"], made.body["rhythm"], made.body["round_mode"]) == (30, "monthly", "up")


def test_a_project_is_laid_out_from_its_first_day(firm: Firm) -> None:
    made = do(
        make_project_from_template,
        firm["Lea"],
        a_template(firm, "project", PLAN),
        name="Audit",
        starts_on=MON,
        account_id=firm.northwind,
        lead_id=firm.world.people["Lea"],
    )
    assert (made.ends_on, made.budget_minutes) == (date(2027, 1, 18), 6000)
    assert (made.report_every, made.report_on) == ("weekly", date(2026, 11, 27))
    (phase,) = of(Phase, project_id=made.id)
    assert (phase.name, phase.starts_on, phase.ends_on) == ("Discover", MON, date(2026, 12, 4))
    inside, outside = of(Task, project_id=made.id)
    assert (inside.phase_id, inside.starts_on, inside.due_on) == (
        phase.id,
        date(2026, 11, 24),
        date(2026, 11, 30),
    )
    assert (outside.phase_id, outside.is_billable, inside.is_billable) == (None, False, True)
    assert of(ProjectMilestone, project_id=made.id)[0].due_on == date(2026, 12, 4)
    assert of(RaidItem, project_id=made.id)[0].likelihood == "high"
    assert past(int(phase.id or 0), "phase") == ["created"]
    assert past(int(made.id), "project")[-1] == "laid out"


def test_a_template_made_from_a_project_lays_the_same_project_out(firm: Firm) -> None:
    give = {"starts_on": MON, "account_id": firm.northwind}
    first = do(make_project_from_template, firm["Lea"], a_template(firm, "project", PLAN), name="A", **give)
    made = do(make_template_from, firm["Fred"], kind="project", record_id=first.id, name="Again")
    second = do(make_project_from_template, firm["Lea"], made.id, name="B", **give)
    with db.reading() as session:
        same = [sources.project_found(session, session.get_one(Project, one.id)) for one in (first, second)]
    assert same[0] == same[1]


def test_a_project_of_a_scope_has_its_lines_and_the_templates_plan(firm: Firm) -> None:
    sow_id = a_signed(firm)
    plan = {"tasks": [{"name": "Engineering"}, {"name": "Review"}]}
    made = do(make_project_from_template, firm["Lea"], a_template(firm, "project", plan), sow_id=sow_id)
    tasks = of(Task, project_id=made.id)
    assert [task.name for task in tasks] == ["Engineering", "Prototype", "Engineering (2)", "Review"]
    timed = of(SowLine, sow_id=sow_id)[0]
    assert [task.sow_line_id for task in tasks[2:]] == [timed.id, timed.id]
    assert made.starts_on == sow(sow_id).starts_on


def test_a_project_from_a_template_without_a_day_is_not_made(firm: Firm) -> None:
    before = len(of(Project))
    with pytest.raises(Invalid) as refused:
        do(make_project_from_template, firm["Lea"], a_template(firm, "project", PLAN), name="A")
    assert refused.value.field == "starts_on"
    assert len(of(Project)) == before


def test_an_empty_project_makes_no_template(firm: Firm) -> None:
    empty = do(create_project, firm["Olga"], name="Empty")
    with pytest.raises(Conflict):
        do(make_template_from, firm["Olga"], kind="project", record_id=empty.id, name="X")


def test_a_checklist_gives_each_item_its_day_and_owner(firm: Firm) -> None:
    body = {"items": [*CHECKLIST["items"], {"title": "Folder", "owner_id": firm["Ann"].user_id}]}
    start, invite, folder = do(
        start_onboarding,
        firm["Lea"],
        a_template(firm, "onboarding", body),
        account_id=firm.northwind,
        starts_on=MON,
    )
    assert (start.title, start.due_on) == ("Kick-off with Northwind", date(2026, 11, 26))
    assert invite.due_on == date(2026, 12, 23)
    assert (start.owner_id, folder.owner_id) == (firm["Lea"].user_id, firm["Ann"].user_id)
    assert past(firm.northwind, "account") == ["onboarding started"]


def test_the_same_checklist_is_not_begun_twice_while_it_is_open(firm: Firm) -> None:
    template_id = a_template(firm, "onboarding", CHECKLIST)
    items = do(start_onboarding, firm["Lea"], template_id, account_id=firm.northwind, starts_on=MON)
    with pytest.raises(Conflict) as refused:
        do(start_onboarding, firm["Lea"], template_id, account_id=firm.northwind, starts_on=MON)
    assert "already under way" in refused.value.sentence
    for item in items:
        do(tick_item, firm["Fred"], item.id)
    assert len(do(start_onboarding, firm["Lea"], template_id, account_id=firm.northwind, starts_on=MON)) == 2


def test_an_item_is_ticked_off_with_who_and_when_and_opened_again(firm: Firm) -> None:
    item = do(add_item, firm["Lea"], account_id=firm.northwind, title="Contract in the folder")
    done = do(tick_item, firm["Fred"], item.id)
    assert done.done_by == "Fred Test"
    assert done.done_at is not None
    assert do(tick_item, firm["Fred"], item.id).version == done.version
    opened = do(tick_item, firm["Fred"], item.id, done=False)
    assert (opened.done_at, opened.done_by) == (None, "")
    assert past(int(item.id), "checklist_item") == ["created", "done", "opened again"]


def test_an_item_is_changed_and_removed(firm: Firm) -> None:
    item = do(add_item, firm["Lea"], account_id=firm.northwind, title="Folder")
    given = {"title": "Shared folder", "due_on": MON, "owner_id": firm["Ann"].user_id}
    changed = do(change_item, firm["Lea"], item.id, version=item.version, **given)
    assert (changed.title, changed.due_on, changed.owner_id) == ("Shared folder", MON, firm["Ann"].user_id)
    with pytest.raises(Stale):
        do(change_item, firm["Lea"], item.id, version=item.version, title="Older")
    with pytest.raises(Invalid) as refused:
        do(change_item, firm["Lea"], item.id, version=changed.version, title="X", owner_id=999)
    assert refused.value.field == "owner_id"
    do(remove_item, firm["Lea"], item.id)
    assert of(ChecklistItem) == []


def test_a_template_is_made_from_a_clients_checklist(firm: Firm) -> None:
    with pytest.raises(Conflict):
        do(make_template_from, firm["Olga"], kind="onboarding", record_id=firm.northwind, name="Start")
    do(add_item, firm["Lea"], account_id=firm.northwind, title="Meet Northwind", due_on=date(2026, 11, 30))
    made = do(make_template_from, firm["Olga"], kind="onboarding", record_id=firm.northwind, name="Start")
    (item,) = made.body["items"]
    assert (item["title"], item["due_on"], item["owner_id"]) == ("Meet {client}", "5w", firm["Lea"].user_id)


def test_a_template_is_changed_by_whoever_saw_its_last_version(firm: Firm) -> None:
    template_id = a_template(firm, "project", PLAN)
    changed = do(
        change_template, firm["Fred"], template_id, version=1, name="New", body={"tasks": [{"name": "T"}]}
    )
    assert (changed.version, changed.body["tasks"][0]["name"], changed.body["phases"]) == (2, "T", [])
    with pytest.raises(Stale):
        do(change_template, firm["Fred"], template_id, version=1, name="Newer")
    body = {"tasks": [{"name": "T", "role_id": 999}]}
    with pytest.raises(Problems) as refused:
        do(change_template, firm["Fred"], template_id, version=2, name="New", body=body)
    assert list(refused.value.fields) == ["tasks.0.role_id"]
    assert of(Template)[0].version == 2


def test_an_archived_template_is_not_used_until_it_is_taken_out(firm: Firm) -> None:
    template_id = a_template(firm, "onboarding", CHECKLIST)
    do(archive_template, firm["Olga"], template_id)
    begin = {"account_id": firm.northwind, "starts_on": MON}
    with pytest.raises(Conflict):
        do(start_onboarding, firm["Lea"], template_id, **begin)
    do(archive_template, firm["Olga"], template_id, archived=False)
    assert do(start_onboarding, firm["Lea"], template_id, **begin)


def test_a_preview_writes_nothing(firm: Firm) -> None:
    template_id = a_template(firm, "project", PLAN)
    seen = ask(lay_out_template, firm["Lea"], template_id, starts_on=MON)
    assert seen["phases"][0]["ends_on"] == date(2026, 12, 4)
    assert of(Phase) == []


def test_tasks_are_put_into_phases_of_their_own_project(firm: Firm) -> None:
    plan = a_template(firm, "project", PLAN)
    one = do(make_project_from_template, firm["Lea"], plan, name="A", starts_on=MON)
    (phase,), task_id = of(Phase, project_id=one.id), firm.world.tasks["Build"]
    with pytest.raises(Invalid) as refused:
        do(plan_task, firm["Lea"], task_id, phase_id=phase.id)
    assert refused.value.field == "phase_id"
    with pytest.raises(Invalid):
        do(plan_task, firm["Lea"], task_id, starts_on=MON, due_on=date(2026, 11, 1))
    do(delete_phase, firm["Lea"], int(phase.id))
    assert {task.phase_id for task in of(Task, project_id=one.id)} == {None}
    assert {point.phase_id for point in of(ProjectMilestone, project_id=one.id)} == {None}


def test_reports_begin_on_a_day(firm: Firm) -> None:
    project_id = firm.world.projects["Checkout"]
    with pytest.raises(Invalid):
        do(set_reports, firm["Lea"], project_id, every="weekly")
    assert do(set_reports, firm["Lea"], project_id, every="monthly", first=MON).report_on == MON
    assert do(set_reports, firm["Lea"], project_id, every="none", first=MON).report_on is None
