"""Who may do what with templates, checklists and the plans of projects; and who sees them."""

from typing import Any

import pytest

from psa_app.access import ACTS, RIGHTS, Actor, scoped
from psa_app.errors import Forbidden, NotFound, PsaError
from psa_app.models import ChecklistItem, Phase, ProjectMilestone, RaidItem, Template
from psa_app.services.projects import plan  # noqa: F401 - declares its acts
from psa_app.services.templates.checklist import add_item
from psa_app.services.templates.use_project import make_project_from_template
from psa_app.services.templates.use_scope import apply_billing  # noqa: F401 - declares its acts
from tests.services.contract_world import Firm, make_firm
from tests.services.test_templates import MON, PLAN, a_template
from tests.services.time_world import ask, do
from tests.support.prepared import prepared

firm = prepared(make_firm)


BOOKS, OWNS, LEADS = {"owner", "finance"}, {"owner"}, {"owner", "finance", "lead"}
STAFF = LEADS | {"member"}
MAY: dict[str, tuple[set[str], dict[str, Any]]] = {
    "templates.make_from": (BOOKS, {"kind": "sow", "record_id": 10**6, "name": "X"}),
    "templates.create": (BOOKS, {"kind": "project", "name": "X"}),
    "templates.change": (BOOKS, {"version": 1, "name": "X"}),
    "templates.archive": (BOOKS, {}),
    "templates.lay_out": (LEADS, {"starts_on": MON}),
    "templates.make_scope": (OWNS, {"account_id": 1, "starts_on": MON}),
    "templates.apply_billing": (OWNS, {"sow_id": 1}),
    "templates.make_project": (LEADS, {}),
    "templates.start_onboarding": (LEADS, {"account_id": 1, "starts_on": MON}),
    "checklist_items.create": (LEADS, {"account_id": 10**6, "title": "X"}),
    "checklist_items.change": (LEADS, {"version": 1, "title": "X"}),
    "checklist_items.tick": (STAFF, {}),
    "checklist_items.remove": (LEADS, {}),
    "projects.set_reports": (LEADS, {"every": "none"}),
    "tasks.plan": (LEADS, {}),
    "phases.delete": (LEADS, {}),
    "project_milestones.delete": (LEADS, {}),
    "raid_items.delete": (LEADS, {}),
}
WHO = {"owner": "Olga", "finance": "Fred", "lead": "Lea", "member": "Ann", "client": "Nora"}


def test_every_act_on_templates_and_plans_is_in_the_table() -> None:
    declared = {
        name
        for name, act in ACTS.items()
        if act.function.__module__.startswith(
            ("psa_app.services.templates", "psa_app.services.projects.plan")
        )
    }
    assert declared == set(MAY)
    assert set(WHO) == set(RIGHTS)


@pytest.mark.parametrize("name", MAY)
def test_each_act_is_done_by_its_roles_only(firm: Firm, name: str) -> None:
    act, (roles, inputs) = ACTS[name], MAY[name]
    for role, who in [*WHO.items(), ("nobody", "")]:
        actor = firm[who] if who else Actor("Nobody", "nobody")
        arguments = [actor, *([10**6] if act.needs_id else [])]
        if role not in roles:
            with pytest.raises(Forbidden):
                do(act.function, *arguments, **inputs)
        elif act.needs_id:
            with pytest.raises(NotFound):
                do(act.function, *arguments, **inputs)
        else:
            try:
                do(act.function, *arguments, **inputs)
            except Forbidden:
                pytest.fail(f"{role} may {name}")
            except PsaError:
                pass


def test_members_and_clients_see_no_template_and_only_plans_of_their_projects(firm: Firm) -> None:
    template_id = a_template(firm, "project", PLAN)
    for name, client in (("Checkout plan", firm.northwind), ("Internal plan", None)):
        do(make_project_from_template, firm["Lea"], template_id, name=name, starts_on=MON, account_id=client)
    do(add_item, firm["Lea"], account_id=firm.northwind, title="X")
    seen = {
        who: {
            model: len(ask(lambda s, a, m=model: s.exec(scoped(a, m)).all(), firm[who]))
            for model in (Template, ChecklistItem, Phase, RaidItem, ProjectMilestone)
        }
        for who in ("Ann", "Nora", "Lea")
    }
    assert set(seen["Nora"].values()) == {0}
    assert seen["Ann"] == {Template: 0, ChecklistItem: 0, Phase: 1, RaidItem: 1, ProjectMilestone: 1}
    assert seen["Lea"] == {Template: 1, ChecklistItem: 1, Phase: 2, RaidItem: 2, ProjectMilestone: 2}
