"""The pipeline as it is read: board, list, numbers, one opportunity."""

from psa_app.models import Account
from psa_app.queries.home.facts import firm_facts
from psa_app.queries.sales.board import pipeline_board
from psa_app.queries.sales.listing import Narrowed, chance_page
from psa_app.queries.sales.numbers import pipeline_numbers
from psa_app.queries.sales.one import one_opportunity
from psa_app.resources import RESOURCES
from psa_app.services.records import create_record
from psa_app.state.sales.pipeline_words import board_columns, open_words
from tests.conftest import NOW
from tests.services.sales_world import chance, move, stage
from tests.support.world import ask, do, rows

TODAY = NOW.date()


def test_the_board_sums_by_stage_in_the_firms_currency(world):
    do(
        create_record,
        world["Fred"],
        RESOURCES["exchange_rates"],
        {"currency": "USD", "day": "2026-11-01", "rate_nano": 900_000_000},
    )
    chance(world, "A")
    chance(world, "B", account_id=world.clients["Kestrel"], amount_minor=200_000)
    chance(world, "C", stage_id=stage("Proposal"), amount_minor=333)
    board = ask(pipeline_board, world["Lea"], TODAY, NOW)
    lead, proposal = board.stages[0], board.stages[2]
    assert [card.title for card in lead.cards] == ["A", "B"]
    assert (lead.worth.total, lead.worth.weighted) == (1_180_000, 118_000)
    assert lead.worth.by_currency == (("EUR", 1_000_000), ("USD", 200_000))
    assert (proposal.worth.total, proposal.worth.weighted) == (333, 167)
    assert (board.open.count, board.open.total, board.open.weighted) == (3, 1_180_333, 118_167)
    page = ask(chance_page, world["Lea"], Narrowed(), TODAY, sort="-amount")
    assert (page.count, page.total, page.weighted) == (3, 1_180_333, 118_167)
    assert [one.title for one in page.rows] == ["A", "B", "C"]


def test_what_has_no_amount_yet_is_counted_and_said_beside_the_sums(world):
    chance(world, "A", amount_minor=0)
    chance(world, "B", amount_minor=0, stage_id=stage("Proposal"))
    chance(world, "C", stage_id=stage("Proposal"), amount_minor=10_000)
    board, facts = (
        ask(pipeline_board, world["Lea"], TODAY, NOW),
        ask(lambda s, _: firm_facts(s), world["Lea"]),
    )
    assert (board.open.count, board.open.unknown) == (3, 2)
    assert ask(chance_page, world["Lea"], Narrowed(), TODAY).unknown == 2
    assert open_words(board.open, "EUR", (), facts).endswith("2 without an amount")
    lead, proposal = (board_columns(board, facts)[place] for place in (0, 2))
    assert (lead.sum, lead.weighted) == ("–", "1 without an amount")
    assert proposal.weighted == "€50 weighted · 1 without an amount"


def test_the_list_is_narrowed_by_stage_owner_source_month_and_words(world):
    chance(world, "Alpha", source="web", owner_id=world["Lea"].user_id, expected_on="2027-01-31")
    chance(world, "Beta", stage_id=stage("Proposal"))
    gone = chance(world, "Gamma")
    move(world, gone, "Lost", loss_reason="Silence")

    def titles(**asked):
        return {one.title for one in ask(chance_page, world["Lea"], Narrowed(**asked), TODAY).rows}

    assert titles() == {"Alpha", "Beta"}
    assert titles(stage="all") == {"Alpha", "Beta", "Gamma"}
    assert titles(stage=str(stage("Lost"))) == {"Gamma"}
    assert titles(source="web") == titles(month=202701) == titles(owner_id=world["Lea"].user_id) == {"Alpha"}
    assert titles(text="north alp") == {"Alpha"}
    assert titles(text="%") == set()


def test_decided_cards_leave_the_board_after_a_month(world, clock):
    move(world, chance(world), "Won")
    assert len(ask(pipeline_board, world["Lea"], TODAY, clock.at).stages[-2].cards) == 1
    clock.forward(days=31)
    assert ask(pipeline_board, world["Lea"], TODAY, clock.at).stages[-2].cards == ()


def test_ageing_and_expected_months(world, clock):
    for title in "ABC":
        one = chance(world, title)
        clock.forward(days=5)
        move(world, one, "Qualified")
    chance(world, "Late", expected_on="2026-11-01")
    clock.forward(days=12)
    found = ask(pipeline_numbers, world["Lea"], clock.at.date(), clock.at)
    lead = found.ageing[0]
    assert (lead.left, lead.middle, lead.limit, lead.here, lead.stale, lead.oldest) == (3, 5, 10, 1, 1, 12)
    months = {one.month: one.worth.count for one in found.expected}
    assert months[202612] == 3
    assert months[1] == 1


def test_the_page_of_one_shows_its_way(world, clock):
    one = chance(world)
    clock.forward(days=1)
    move(world, one, "Won")
    found = ask(one_opportunity, world["Fred"], one.id)
    assert [(c.before, c.to, c.by) for c in found.changes] == [
        ("Lead", "Won", world["Lea"].name),
        ("", "Lead", world["Lea"].name),
    ]
    assert found.amounts == (("fixed", 1_000_000),)
    assert found.chance.account == rows(Account)[0].name
