"""What is agreed of periods survives the editor, and stands on paper."""

import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from psa_app import db
from psa_app.errors import Invalid
from psa_app.models import Sow
from psa_app.queries.contracts.one import one_scope
from psa_app.queries.contracts.paper import sow_paper
from psa_app.rules.money import Money
from psa_app.services.problems import FieldProblems
from psa_app.state.contracts.scope_drafts import drafts_of, read_lines
from tests.services.contract_world import Firm, a_draft, make_firm, retainer, subscription
from tests.support.world import ask

PERIODS: dict[str, Any] = {"billed_in": "arrears", "counted_from": "calendar", "trial_days": 14}
REST: dict[str, Any] = {"rollover": "capped", "rollover_cap": 630, "rollover_periods": 2, "deficit": "carry"}
OF_MONEY: dict[str, Any] = {
    "holds": "money",
    "period_minutes": 0,
    "period_value": Money(150_050, "EUR"),
    "rollover": "capped",
    "rollover_cap": 50_025,
}


@pytest.fixture
def firm(sqlite_database: Any, clock: Any) -> Firm:
    with db.unit_of_work() as session:
        return make_firm(session)


@pytest.mark.parametrize("changes", [PERIODS, REST, OF_MONEY, {"rhythm": "weekly", "deficit": "absorb"}])
def test_the_editor_keeps_what_is_agreed_of_periods(firm: Firm, changes: dict[str, Any]) -> None:
    given = retainer(firm, **changes)
    sow_id = a_draft(firm, lines=(given, subscription(**PERIODS)))
    scope = ask(one_scope, firm["Olga"], sow_id)
    found = FieldProblems()
    typed = json.dumps([asdict(one) for one in drafts_of(scope.lines, "EUR")])
    read, hosting = read_lines(typed, "EUR", found)
    assert not found.fields
    kept = {name: getattr(read, name) for name in (*PERIODS, *REST, *OF_MONEY, "rhythm", "period_minutes")}
    usual = {"rhythm": "monthly"}
    assert kept == {name: getattr(replace(given, **(usual | changes)), name) for name in kept}
    assert {name: getattr(hosting, name) for name in PERIODS} == PERIODS


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (REST, "What is not used up to 10:30 h can be used for 2 more months."),
        (REST, "What is worked beyond counts against the next month."),
        ({}, "What is not used expires with its month."),
        ({}, "Hours beyond are billed at the rates below."),
        (OF_MONEY, "each month for work worth €1,500.50"),
        ({"deficit": "absorb", "rollover": "unlimited"}, "What is not used can be used for 1 more month."),
    ],
)
def test_the_paper_says_what_becomes_of_the_rest(firm: Firm, changes: dict[str, Any], told: str) -> None:
    sow_id = a_draft(firm, lines=(retainer(firm, **changes),))
    with db.reading() as session:
        assert told in str(sow_paper(session, session.get_one(Sow, sow_id)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"holds": "stones"}, "holds"),
        ({"holds": "money"}, "period_value"),
        ({"rollover": "all"}, "rollover"),
        ({"rollover": "capped"}, "rollover_cap"),
        ({"rollover_periods": 0}, "rollover_periods"),
        ({"deficit": "forget"}, "deficit"),
        (OF_MONEY | {"period_value": Money(1, "USD")}, "period_value"),
    ],
)
def test_what_a_retainer_cannot_be_is_said_beside_its_field(
    firm: Firm, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as error:
        a_draft(firm, lines=(retainer(firm, **changes),))
    assert error.value.field == f"lines.0.{field}"
