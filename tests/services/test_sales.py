"""Opportunities and stages: made, moved, won, lost and shaped; who may, and what is refused."""

from datetime import date

import pytest

from psa_app.errors import Conflict, Forbidden, Invalid, NotFound, Problems, Stale
from psa_app.models import Opportunity, OpportunityAmount, OpportunityRole, Stage, StageChange
from psa_app.queries.sales.board import pipeline_board
from psa_app.queries.sales.demand import demand
from psa_app.queries.sales.listing import Narrowed, chance_page
from psa_app.queries.sales.numbers import pipeline_numbers
from psa_app.queries.sales.one import one_opportunity
from psa_app.queries.sales.rows import owners, stages
from psa_app.resources import RESOURCES
from psa_app.services.records import change_record, create_record
from psa_app.services.sales.inputs import RoleInput
from psa_app.services.sales.move import move_opportunity
from psa_app.services.sales.shape import assign_owner, set_amounts, set_roles
from psa_app.state.planning.planner_words import demand_rows
from tests.conftest import NOW
from tests.services.sales_world import chance, euros, move, now, order, stage
from tests.support.world import World, ask, do, past, rows

TODAY = NOW.date()


def change(world: World, kind: str, record_id: int, who: str = "Olga", /, **raw):
    return do(change_record, world[who], RESOURCES[kind], record_id, raw, version=None)


def sentence(caught, field: str) -> str:
    error = caught.value
    return error.fields[field] if isinstance(error, Problems) else error.sentence


def test_a_new_firm_has_its_stages(world):
    names = [(one.name, one.percent, one.outcome) for one in ask(stages, world["Lea"])]
    assert names == [
        ("Lead", 10, "open"),
        ("Qualified", 25, "open"),
        ("Proposal", 50, "open"),
        ("Negotiation", 75, "open"),
        ("Won", 100, "won"),
        ("Lost", 0, "lost"),
    ]


def test_a_new_opportunity_begins_in_the_first_stage_with_its_probability(world):
    one = now(chance(world))
    assert (one.stage_id, one.percent, one.percent_is_own, one.position) == (stage("Lead"), 10, False, 0)
    assert (one.amount_minor, one.currency, one.closed_at) == (1_000_000, "EUR", None)
    (change,) = rows(StageChange)
    assert (change.from_stage_id, change.to_stage_id, change.amount_minor) == (None, stage("Lead"), 1_000_000)
    assert [(a.model, a.amount_minor) for a in rows(OpportunityAmount)] == [("fixed", 1_000_000)]


def test_the_currency_is_the_clients_unless_another_is_given(world):
    assert now(chance(world, account_id=world.clients["Kestrel"])).currency == "USD"
    assert now(chance(world, account_id=world.clients["Kestrel"], currency="EUR")).currency == "EUR"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"percent": 101}, "percent"),
        ({"source": "stars"}, "source"),
        ({"account_id": 987_654}, "account_id"),
        ({"partner_id": "Kestrel"}, "partner_id"),
        ({"contact_id": "Karl"}, "contact_id"),
        ({"stage_id": "Won", "amount_minor": 0}, "amount_minor"),
        ({"stage_id": "Lost"}, "loss_reason"),
    ],
)
def test_a_wrong_field_is_told_and_nothing_is_written(world, given, field):
    from psa_app.models import Contact

    known = {
        "Kestrel": world.clients["Kestrel"],
        "Karl": next((c.id for c in rows(Contact) if c.account_id == world.clients["Kestrel"]), 0),
        "Won": stage("Won"),
        "Lost": stage("Lost"),
    }
    with pytest.raises(Problems) as caught:
        chance(world, **{name: known.get(value, value) for name, value in given.items()})
    assert field in caught.value.fields
    assert rows(Opportunity) == rows(StageChange) == []


def test_an_archived_client_begins_nothing(world):
    change(world, "accounts", world.clients["Northwind"], is_archived=True)
    with pytest.raises(Problems, match="archived"):
        chance(world)


def test_a_move_takes_the_stages_probability_and_is_kept(world, clock):
    one = chance(world)
    clock.forward(days=3)
    move(world, one, "Proposal")
    moved = now(one)
    assert (moved.stage_id, moved.percent, moved.stage_since) == (stage("Proposal"), 50, clock.at)
    assert [(c.from_stage_id, c.to_stage_id) for c in rows(StageChange)][-1] == (
        stage("Lead"),
        stage("Proposal"),
    )
    assert past("opportunity", one.id) == ["created", "moved"]


def test_a_probability_set_by_hand_stays_over_moves_until_it_is_taken_out(world):
    one = chance(world)
    change(world, "opportunities", one.id, "Lea", percent=60)
    move(world, one, "Qualified")
    assert now(one).percent == 60
    change(world, "opportunities", one.id, "Lea", percent="")
    assert (now(one).percent, now(one).percent_is_own) == (25, False)


def test_a_stage_hands_its_new_probability_to_those_that_have_none_of_their_own(world):
    own, usual = chance(world, "A", percent=60), chance(world, "B")
    change(world, "stages", stage("Lead"), percent=15)
    assert (now(own).percent, now(usual).percent) == (60, 15)
    assert past("opportunity", usual.id) == ["created", "changed"]


def test_winning_needs_an_amount_and_records_the_day(world, clock):
    one = chance(world, amount_minor=0)
    with pytest.raises(Invalid) as caught:
        move(world, one, "Won")
    assert caught.value.field == "amount_minor"
    do(set_amounts, world["Lea"], one.id, version=now(one).version, amounts=(euros("fixed", 500),))
    move(world, one, "Won")
    assert (now(one).closed_at, now(one).percent) == (clock.at, 100)


def test_an_archived_client_wins_nothing(world):
    one = chance(world)
    change(world, "accounts", world.clients["Northwind"], is_archived=True)
    with pytest.raises(Invalid, match="Northwind is archived"):
        move(world, one, "Won")
    assert now(one).stage_id == stage("Lead")


def test_losing_needs_a_reason_and_reopening_clears_it(world):
    one = chance(world)
    with pytest.raises(Invalid) as caught:
        move(world, one, "Lost", loss_reason="  ")
    assert caught.value.field == "loss_reason"
    move(world, one, "Lost", loss_reason="Too expensive")
    lost = now(one)
    assert (lost.loss_reason, lost.percent, lost.closed_at) == ("Too expensive", 0, NOW)
    move(world, one, "Qualified")
    opened = now(one)
    assert (opened.loss_reason, opened.percent, opened.closed_at) == ("", 25, None)


def test_cards_stand_where_they_were_dropped(world):
    for title in "ABC":
        chance(world, title)
    other = chance(world, "D", stage_id=stage("Qualified"))
    move(world, other, "Lead", position=1)
    assert order("Lead") == ["A", "D", "B", "C"]
    move(world, other, "Lead", position=3)
    assert order("Lead") == ["A", "B", "C", "D"]
    assert len(rows(StageChange, opportunity_id=other.id)) == 2  # within a stage is no change of stage


def test_taking_a_slip_back_leaves_the_card_as_old_as_it_was(world, clock):
    one = chance(world)
    clock.forward(days=9)
    move(world, one, "Won")
    clock.forward(seconds=8)
    move(world, one, "Lead")
    assert now(one).stage_since == NOW
    found = ask(pipeline_numbers, world["Lea"], TODAY, clock.at)
    first = found.conversion[0][1]
    assert (first.entered, first.went_on, first.won, first.here) == (1, 0, 0, 1)


def test_a_card_that_someone_moved_away_is_not_moved_from_where_it_was_seen(world):
    one = chance(world)
    move(world, one, "Proposal", "Olga")
    with pytest.raises(Conflict, match="moved this to Proposal"):
        move(world, one, "Qualified", from_stage_id=stage("Lead"))
    assert now(one).stage_id == stage("Proposal")


def test_amounts_by_billing_model_sum_up(world):
    one = chance(world)
    amounts = (euros("retainer", 300_000), euros("fixed", 500_000), euros("milestone", 0))
    do(set_amounts, world["Lea"], one.id, version=1, amounts=amounts)
    assert now(one).amount_minor == 800_000
    assert {(a.model, a.amount_minor) for a in rows(OpportunityAmount)} == {
        ("fixed", 500_000),
        ("retainer", 300_000),
    }
    with pytest.raises(Stale):
        do(set_amounts, world["Lea"], one.id, version=1, amounts=())


@pytest.mark.parametrize(
    "amounts",
    [
        (euros("barter", 1),),
        (euros("fixed", 1), euros("fixed", 2)),
        (euros("fixed", -1),),
        (type(euros("fixed", 1))("fixed", type(euros("fixed", 1).amount)(1, "USD")),),
    ],
)
def test_wrong_amounts_are_refused(world, amounts):
    one = chance(world)
    with pytest.raises(Invalid):
        do(set_amounts, world["Lea"], one.id, version=1, amounts=amounts)
    assert now(one).amount_minor == 1_000_000


def test_what_is_won_keeps_an_amount(world):
    one = chance(world)
    move(world, one, "Won")
    with pytest.raises(Invalid, match="above zero"):
        do(set_amounts, world["Lea"], one.id, version=now(one).version, amounts=())


def test_roles_are_replaced_as_a_whole_and_show_as_demand(world):
    one = chance(world, percent=50)
    wanted = RoleInput(world.roles["Engineer"], 6000, date(2026, 11, 30), date(2026, 12, 11))
    do(set_roles, world["Lea"], one.id, version=1, roles=(wanted,))
    do(set_roles, world["Lea"], one.id, version=2, roles=(wanted,))  # nothing new
    assert now(one).version == 2
    (found,) = ask(demand, world["Lea"], [202648, 202649, 202650, 202651])
    assert (found.role, found.full, found.weighted) == ("Engineer", (0, 3000, 3000, 0), (0, 1500, 1500, 0))
    assert found.titles[1] == ("Relaunch",)
    (row,) = demand_rows([found])
    assert (row.name, row.sub) == ("Pipeline: Engineer", "100:00 h if won")
    assert [load.text for load in row.loads] == ["", "50:00 h", "50:00 h", ""]
    assert row.loads[1].tip == "50:00 h if won, 25:00 h weighted: Relaunch"
    move(world, one, "Lost", loss_reason="No budget")
    assert ask(demand, world["Lea"], [202649]) == []


def test_demand_without_days_begins_when_the_order_is_expected(world):
    one = chance(world)
    do(set_roles, world["Lea"], one.id, version=1, roles=(RoleInput(world.roles["Engineer"], 2000),))
    (found,) = ask(demand, world["Lea"], [202650, 202651, 202652, 202653, 202701, 202702])
    assert found.full[0] == 0
    assert sum(found.full) == 2000


@pytest.mark.parametrize(
    ("minutes", "starts", "ends"), [(0, None, None), (60, date(2026, 12, 2), date(2026, 12, 1))]
)
def test_wrong_roles_are_refused(world, minutes, starts, ends):
    one = chance(world)
    with pytest.raises(Invalid):
        do(
            set_roles,
            world["Lea"],
            one.id,
            version=1,
            roles=(RoleInput(world.roles["Engineer"], minutes, starts, ends),),
        )
    assert rows(OpportunityRole) == []


def test_an_owner_is_somebody_who_works_on_the_pipeline(world):
    one = chance(world)
    assert {name for _, name in ask(owners, world["Lea"])} == {
        world[who].name for who in ("Olga", "Fred", "Lea")
    }
    do(assign_owner, world["Lea"], one.id, owner_id=world["Olga"].user_id)
    assert now(one).owner_id == world["Olga"].user_id
    with pytest.raises(Invalid):
        do(assign_owner, world["Lea"], one.id, owner_id=world["Ann"].user_id)
    do(assign_owner, world["Lea"], one.id, owner_id=None)
    assert now(one).owner_id is None


def test_a_partner_brings_its_source_along(world):
    change(world, "accounts", world.clients["Kestrel"], kind="partner")
    one = chance(world, partner_id=world.clients["Kestrel"])
    assert now(one).source == "partner"
    with pytest.raises(Problems) as caught:
        change(world, "opportunities", one.id, "Lea", source="web")
    assert "partner_id" in caught.value.fields


def test_a_stage_with_cards_the_two_ends_and_the_last_one_are_not_archived(world):
    chance(world)
    for name in ("Lead", "Won", "Lost"):
        with pytest.raises((Conflict, Problems)):
            change(world, "stages", stage(name), is_archived=True)
    for name in ("Qualified", "Proposal", "Negotiation"):
        change(world, "stages", stage(name), is_archived=True)
    one = next(iter(rows(Opportunity)))
    with pytest.raises(Invalid, match="archived"):
        move(world, one, "Proposal")
    move(world, one, "Won")
    with pytest.raises((Conflict, Problems)):
        change(world, "stages", stage("Lead"), is_archived=True)


def test_nobody_makes_a_second_won_or_turns_one_into_another(world):
    made = do(create_record, world["Olga"], RESOURCES["stages"], {"name": "Verbal yes", "percent": 90})
    assert made.outcome == "open"
    with pytest.raises(Problems):
        do(create_record, world["Olga"], RESOURCES["stages"], {"name": "Closed", "outcome": "won"})
    with pytest.raises(Problems):
        change(world, "stages", stage("Won"), percent=90)
    with pytest.raises(Problems):
        do(create_record, world["Olga"], RESOURCES["stages"], {"name": "LEAD"})
    assert [one.outcome for one in rows(Stage)].count("won") == 1


@pytest.mark.parametrize(("who", "error"), [("Ann", Forbidden), ("Nina", Forbidden)])
def test_members_and_clients_have_no_part_in_it(world, who, error):
    one = chance(world)
    acts = [
        lambda: move(world, one, "Won", who),
        lambda: do(set_amounts, world[who], one.id, version=1, amounts=()),
        lambda: do(set_roles, world[who], one.id, version=1, roles=()),
        lambda: do(assign_owner, world[who], one.id, owner_id=None),
        lambda: ask(pipeline_board, world[who], TODAY, NOW),
        lambda: ask(pipeline_numbers, world[who], TODAY, NOW),
        lambda: ask(chance_page, world[who], Narrowed(), TODAY),
        lambda: ask(one_opportunity, world[who], one.id),
        lambda: ask(owners, world[who]),
    ]
    for act in acts:
        with pytest.raises(error):
            act()
    assert ask(demand, world[who], [202649]) == []
    assert now(one).version == 1


def test_only_the_owner_changes_stages_and_a_lead_no_catalogue(world):
    for who in ("Lea", "Fred"):
        with pytest.raises(Forbidden):
            change(world, "stages", stage("Lead"), who, percent=11)
    with pytest.raises(Forbidden):
        do(create_record, world["Lea"], RESOURCES["service_items"], {"name": "Audit"})
    do(create_record, world["Fred"], RESOURCES["service_items"], {"name": "Audit", "price_minor": 90_000})
    with pytest.raises(Problems):
        do(create_record, world["Fred"], RESOURCES["service_items"], {"name": "audit"})


def test_a_stranger_is_not_found(world):
    with pytest.raises(NotFound):
        do(move_opportunity, world["Lea"], 987_654, stage_id=stage("Won"))
    one = chance(world)
    with pytest.raises(NotFound):
        do(move_opportunity, world["Lea"], one.id, stage_id=987_654)
